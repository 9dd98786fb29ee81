package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var from = &Spec{
	Name:       "from",
	Syntax:     "from (datamodel:<dataset> | lookup:<name> | inputlookup:<name>)",
	Summary:    "Read the events of a data model's dataset, or the rows of a lookup.",
	Details:    "The fields of a dataset have their own names, without those of the dataset before them. The kind may be followed by a colon, a blank or =, and the name may stand in quotes.",
	Differs:    "Saved searches are not read; run the search itself.",
	Generating: true,
	Examples:   []string{`| from datamodel:Authentication.Authentication | stats count by user`, `| from datamodel Change.All_Changes | search action=deleted`},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		at := a.Peek()
		kind, name := takeDatasetName(a)
		op := &fromOp{kind: kind, name: name}
		if a.Err() != nil {
			return nil, a.Err()
		}
		switch strings.ToLower(kind) {
		case "datamodel":
			dataset, ok := findDataset(a, env, name, at.Span)
			if !ok {
				break
			}
			search, err := searchText("datamodel "+name, dataset.Search, env)
			a.FailWith(err)
			op.ops = []plan.Op{search, plainDataset(dataset)}
		case "lookup", "inputlookup":
			pipeline, err := spl.ParseText("from", "| inputlookup "+spl.ArgString(name))
			if err == nil {
				var rows *plan.Search
				if rows, err = env.Subsearch(pipeline); err == nil {
					op.ops = rows.Ops
				}
			}
			a.FailWith(err)
		default:
			a.Fail(at.Span, diag.UnsupportedArgument, "write datamodel:NAME or lookup:NAME", "from cannot read %q", kind)
		}
		return op, a.End()
	},
}

// takeDatasetName reads kind:name, kind name, kind=name or kind:"name".
func takeDatasetName(a *spl.Args) (kind, name string) {
	first := a.Field()
	kind, name, ok := strings.Cut(first, ":")
	a.Take("=")
	if !ok || name == "" {
		name = a.Field()
	}
	return kind, name
}

// fromOp stands for the ops that read a dataset or a lookup.
type fromOp struct {
	kind, name string
	ops        []plan.Op
}

func (op *fromOp) String() string                   { return "from " + op.kind + ":" + spl.Quote(op.name) }
func (op *fromOp) Kind() plan.Kind                  { return plan.Generating }
func (op *fromOp) Ops() []plan.Op                   { return op.ops }
func (op *fromOp) Needs(wanted event.Set) event.Set { return wanted }
func (op *fromOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return next, nil
}

var datamodel = &Spec{
	Name:       "datamodel",
	Syntax:     "datamodel <model> <dataset> (search | flat) [strict_fields=<bool>] [summariesonly=<bool>] [allow_old_summaries=<bool>]",
	Summary:    "Read the events of a data model's dataset.",
	Details:    "With search the fields have the name of the dataset before their own, with flat they have their own names. summariesonly and the other options are accepted and have no effect: events are read as they are.",
	Differs:    "Listing the definition of a model (datamodel without a search mode) is not run.",
	Generating: true,
	Examples:   []string{`| datamodel Authentication Authentication search | stats count by Authentication.user`, `| datamodel Change All_Changes flat | stats count by user`},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		var ignored bool
		for _, name := range []string{"strict_fields", "summariesonly", "allow_old_summaries"} {
			a.Bool(name, &ignored)
		}
		at := a.Peek()
		name := a.Field()
		if t := a.Peek(); t.Kind != spl.End && !t.Is("search") && !t.Is("flat") {
			name += "." + a.Field()
		}
		op := &fromOp{kind: "datamodel", name: name}
		if a.Err() == nil && !a.More() {
			a.Fail(at.Span, diag.UnsupportedArgument, "add search or flat", "the definition of a data model is not listed")
		}
		flat := a.Peek().Is("flat")
		if !flat && !a.Peek().Is("search") {
			a.Expect("search or flat")
		}
		a.Next()
		dataset, ok := findDataset(a, env, name, at.Span)
		if !ok || a.Err() != nil {
			return nil, a.Err()
		}
		search, err := searchText("datamodel "+name, dataset.Search, env)
		a.FailWith(err)
		fields := plainDataset(dataset)
		if !flat {
			fields, err = prefixDataset(dataset)
			a.FailWith(err)
		}
		op.ops = []plan.Op{search, fields}
		return op, a.End()
	},
}
