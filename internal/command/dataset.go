package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// findDataset looks a dataset up and reports one that is not known.
func findDataset(a *spl.Args, env *Env, path string, at diag.Span) (plan.ModelDataset, bool) {
	if env.DataModels == nil {
		a.Fail(at, diag.UnknownDataModel, "", "no data models are known here")
		return plan.ModelDataset{}, false
	}
	d, ok := env.DataModels.Dataset(path)
	model, _, _ := strings.Cut(path, ".")
	switch {
	case !ok && slices.Contains(otherModels, model):
		a.Fail(at, diag.UnsupportedDataModel, "it runs where such events are indexed", "the data model %s has no events here: nothing that pugmark reads is mapped to it", model)
	case !ok:
		a.Fail(at, diag.UnknownDataModel, datasetHint(path, env.DataModels.DatasetNames()), "unknown data model %q", path)
	}
	return d, ok
}

// datasetHint names the dataset, or the model alone, that is nearest to a
// path, or else all models.
func datasetHint(path string, datasets []string) string {
	var models []string
	for _, d := range datasets {
		model, _, _ := strings.Cut(d, ".")
		models = append(models, model)
	}
	slices.Sort(models)
	models = slices.Compact(models)
	if hint := diag.Suggest(path, append(models, datasets...)); hint != "" {
		return hint
	}
	return "known are " + strings.Join(models, ", ")
}

// otherModels are the models of Splunk's Common Information Model, and of the
// apps that shipped content uses, to which no source is mapped.
var otherModels = []string{
	"Alerts", "Application_State", "Certificates", "Change_Analysis", "Compute_Inventory", "DLP", "Data_Access", "Databases",
	"Email", "Endpoint", "Event_Signatures", "Incident_Management", "Interprocess_Messaging", "Intrusion_Detection",
	"JVM", "Malware", "Network_Resolution", "Network_Sessions", "Network_Traffic", "Performance", "Splunk_Audit",
	"Ticket_Management", "UEBA", "Updates", "Vulnerabilities", "Web",
}

// searchText returns the search op of an expression as text, for commands that
// begin by reading the events of a dataset.
func searchText(name, text string, env *Env) (plan.Op, error) {
	pipeline, err := spl.Parse(&diag.Source{Name: name, Text: "search " + text}, env.macros())
	if err != nil {
		return nil, err
	}
	search, err := env.Subsearch(pipeline)
	if err != nil {
		return nil, err
	}
	return search.Ops[0], nil
}

// prefixDataset gives events the fields of a dataset under the dataset's
// names, and those of the datasets below to the events that belong there. It
// lets go of nothing. Source: shipped content asks the dataset All_Changes for
// All_Changes.Instance_Changes.image_id.
func prefixDataset(d plan.ModelDataset) (plan.Op, error) {
	op := &datasetOp{name: d.Path, fields: prefixFields(d)}
	for _, child := range d.Children {
		expr, err := spl.ParseSearch(&diag.Source{Name: "dataset " + child.Path, Text: child.Search})
		if err != nil {
			return nil, err
		}
		member, err := filter.Compile(expr, filter.Options{})
		if err != nil {
			return nil, err
		}
		op.children = append(op.children, datasetChild{member: member, fields: prefixFields(child)})
	}
	return op, nil
}

func prefixFields(d plan.ModelDataset) []datasetField {
	fields := make([]datasetField, len(d.Fields))
	for i, f := range d.Fields {
		fields[i] = datasetField{from: f.Event, to: f.Name, unknown: f.Unknown}
	}
	return fields
}

// plainDataset gives events the fields of a dataset under their own names.
func plainDataset(d plan.ModelDataset) plan.Op {
	var fields []datasetField
	for _, f := range d.Fields {
		if f.Unknown {
			fields = append(fields, datasetField{from: f.Event, to: f.Name[strings.LastIndexByte(f.Name, '.')+1:], unknown: true})
		}
	}
	return &datasetOp{name: d.Path, fields: fields}
}

// datasetOp computes the fields of a dataset.
type datasetOp struct {
	name     string
	fields   []datasetField
	children []datasetChild
}

// datasetChild is the fields of the events that belong to a dataset below.
type datasetChild struct {
	member *filter.Filter
	fields []datasetField
}

type datasetField struct {
	from, to string
	unknown  bool
}

func (op *datasetOp) String() string  { return "datamodel " + op.name }
func (op *datasetOp) Kind() plan.Kind { return plan.Streaming }

func (op *datasetOp) Needs(wanted event.Set) event.Set {
	if wanted.All() {
		return wanted
	}
	needs := wanted
	for _, fields := range op.allFields() {
		for _, f := range fields {
			needs = needs.Without(f.to)
		}
	}
	for i, fields := range op.allFields() {
		used := false
		for _, f := range fields {
			if wanted.Has(f.to) {
				needs, used = needs.With(f.from), true
			}
		}
		if used && i > 0 {
			needs = needs.Union(op.children[i-1].member.Fields())
		}
	}
	return needs
}

// allFields returns the fields of the dataset, then those of each child.
func (op *datasetOp) allFields() [][]datasetField {
	all := [][]datasetField{op.fields}
	for _, c := range op.children {
		all = append(all, c.fields)
	}
	return all
}

func (op *datasetOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		setFields(e, op.fields)
		for _, c := range op.children {
			if c.member.Match(e) {
				setFields(e, c.fields)
			}
		}
	}), nil
}

func setFields(e *event.Event, fields []datasetField) {
	for _, f := range fields {
		v := e.Get(f.from)
		if f.unknown && (v.IsNull() || v.String() == "") {
			v = value.OfText("unknown")
		}
		e.Set(f.to, v)
	}
}
