package detection

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// everyEvent are the fields of every event in Splunk, whatever its source.
var everyEvent = []string{
	"_time", "_raw", "_indextime", "_cd", "_sourcetype", "host", "source", "sourcetype", "index", "splunk_server", "linecount", "punct",
	"timestamp", "timestartpos", "timeendpos", "eventtype", "tag",
	"date_hour", "date_mday", "date_minute", "date_month", "date_second", "date_wday", "date_year", "date_zone",
}

// openParts are the parts of a CloudTrail record whose fields differ from call
// to call or from caller to caller. Source: AWS, CloudTrail record contents.
var openParts = []string{
	"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "resources", "addendum", "insightDetails",
	"edgeDeviceDetails", "eventContext", "tlsDetails", "userIdentity.sessionContext", "userIdentity.onBehalfOf", "userIdentity.inScopeOf",
}

// sourceFields is what is known of the fields of a detection's events.
type sourceFields struct {
	names []string
	// cloudtrail tells that the events are CloudTrail's, so that no field is
	// unknown but those of single calls.
	cloudtrail bool
}

// fieldsOf returns what is known of the fields of a detection's data sources,
// nil if nothing is known of one of them. Where none is named, as in much of
// the older content, the macro for CloudTrail tells.
func (v *validator) fieldsOf(d *Detection) *sourceFields {
	known := &sourceFields{names: slices.Clone(everyEvent), cloudtrail: true}
	if len(d.DataSources) == 0 {
		if !strings.Contains(d.Search.Text, "`cloudtrail`") && !strings.Contains(d.Search.Text, "sourcetype="+cloudtrail.Sourcetype+" ") {
			return nil
		}
		known.names = append(known.names, cloudtrail.FieldNames()...)
		return known
	}
	for _, name := range d.DataSources {
		i := slices.IndexFunc(v.Library.DataSources, func(s *DataSource) bool { return s.Name == name })
		if i < 0 {
			return nil
		}
		source := v.Library.DataSources[i]
		known.names = append(known.names, source.Fields...)
		switch {
		case source.Sourcetype == cloudtrail.Sourcetype:
			known.names = append(known.names, cloudtrail.FieldNames()...)
		case len(source.Fields) == 0:
			return nil
		default:
			known.cloudtrail = false
		}
	}
	return known
}

// has reports whether the events can have a field.
func (s *sourceFields) has(name string) bool {
	if slices.Contains(s.names, name) {
		return true
	}
	if strings.Contains(name, "*") {
		return slices.ContainsFunc(s.names, func(known string) bool { return event.MatchName(name, known) }) || s.open(name)
	}
	return s.open(name)
}

func (s *sourceFields) open(name string) bool {
	return s.cloudtrail && slices.ContainsFunc(openParts, func(part string) bool {
		rest, is := strings.CutPrefix(name, part)
		return is && (rest == "" || strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "{}") || strings.HasPrefix(rest, "*"))
	})
}

// near returns the known field that a name may be a misspelling of, or "".
func (s *sourceFields) near(name string) string {
	for _, known := range s.names {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return diag.Nearest(name, s.names)
}

// usedFields is what a search does with fields.
type usedFields struct {
	read event.Set // of events
	text string    // with its macros replaced
	made []string  // of single rows: no aggregates
	// models tells that the fields are those of a data model.
	models bool
}

func (f *checked) usedBy(d *Detection, search *plan.Search) usedFields {
	used := usedFields{text: d.Search.Text}
	if pipeline, err := spl.Parse(d.Search.Source(), f.Env.Macros); err == nil {
		used.text = pipeline.String()
		used.models = slices.ContainsFunc(pipeline.Commands, func(c *spl.Command) bool {
			return c.Name == "tstats" || c.Name == "mstats" || c.Name == "from" || c.Name == "datamodel" || c.Name == "pivot"
		})
	}
	if search == nil {
		return used
	}
	used.read = plan.Plan(search, event.Set{}).Fields
	for _, op := range search.Ops {
		if c, ok := op.(plan.Columner); ok && (op.Kind() == plan.Streaming || op.Kind() == plan.Expanding) {
			used.made = append(used.made, c.Columns([]string{})...)
		}
	}
	return used
}

// has reports whether the search names a field.
func (u *usedFields) has(name string) bool {
	return !u.read.All() && u.read.Has(name) || slices.Contains(u.made, name) || strings.Contains(u.text, name)
}

// requiredFields checks the fields that a detection says it needs against
// those that its events can have. Of CloudTrail all are known; of other sources
// a list is seldom whole, so that only a misspelling tells.
func (f *checked) requiredFields(d *Detection, annotations *escu.Map, search *plan.Search) {
	items := annotations.Items("required_fields")
	known := f.fieldsOf(d)
	if len(items) == 0 {
		return
	}
	used := f.usedBy(d, search)
	for _, item := range items {
		switch {
		case f.modelField(item):
		case used.models || known == nil || known.has(item.Text) || slices.Contains(used.made, item.Text):
		default:
			f.requiredField(item, known, used.has(item.Text))
		}
	}
}

// modelField checks a field that is named with its data model, and reports
// whether the model is known.
func (f *checked) modelField(item escu.Item) bool {
	dot := strings.LastIndexByte(item.Text, '.')
	if dot < 0 || f.Env.DataModels == nil || strings.Contains(item.Text, "*") {
		return false
	}
	dataset, ok := f.Env.DataModels.Dataset(item.Text[:dot])
	if !ok || len(dataset.Fields) == 0 {
		return false
	}
	var names []string
	for _, field := range dataset.Fields {
		names = append(names, field.Name[strings.LastIndexByte(field.Name, '.')+1:])
	}
	name := item.Text[dot+1:]
	if near := diag.Nearest(name, names); near != "" && !slices.Contains(names, name) {
		f.fail(ruleRequired, item.Span, `did you mean "`+item.Text[:dot+1]+near+`"?`, "the data model has no field %s", item.Text)
	}
	return true
}

func (f *checked) requiredField(item escu.Item, known *sourceFields, used bool) {
	near := known.near(item.Text)
	hint := ""
	if near != "" {
		hint = `did you mean "` + near + `"?`
	}
	switch {
	case known.cloudtrail && (!used || strings.EqualFold(near, item.Text)):
		f.fail(ruleRequired, item.Span, hint, "CloudTrail's events have no field %s", item.Text)
	case !known.cloudtrail && !used && misspelt(item.Text, near):
		f.fail(ruleRequired, item.Span, hint, "the data source has no field %s", item.Text)
	}
}

// misspelt reports whether a name is another one but for a letter: one too
// many, one too few, a wrong one, or two swapped.
func misspelt(name, near string) bool {
	a, b := strings.ToLower(name), strings.ToLower(near)
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == b || len(a) < minMisspelt || len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// minMisspelt is the length from which a name is taken for a misspelt other
// one: short names are near to many.
const minMisspelt = 5
