package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var mvcombine = &Spec{
	Name:    "mvcombine",
	Syntax:  "mvcombine [delim=<string>] <field>",
	Summary: "Merge results that differ in one field only; the field becomes a multivalue.",
	Details: `All other fields must be equal, _time and _raw included where they are present, so remove first what is not needed. The values stand in the order of the results, and the merged result where the first of them was. Results without the field are left alone.`,
	Differs: `delim is how Splunk joins the values where a single text is wanted; here it is accepted, and such places join as they do for every multivalue.`,
	Examples: []string{
		"search * | table user, src_ip | mvcombine src_ip",
		`search * | table user, src_ip | mvcombine delim="," src_ip`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := mvcombineOp{delim: " "}
		a.Text("delim", &op.delim)
		op.field = takeField(a)
		return op, a.End()
	},
}

type mvcombineOp struct{ delim, field string }

func (op mvcombineOp) String() string {
	return "mvcombine delim=" + spl.Quote(op.delim) + " " + argName(op.field)
}

func (op mvcombineOp) Kind() plan.Kind { return plan.Dataset }

// Needs is every field: which results are equal depends on all.
func (op mvcombineOp) Needs(event.Set) event.Set { return event.AllFields }

func (op mvcombineOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) { return op.combine(rows), nil }), nil
}

func (op mvcombineOp) combine(rows []*event.Event) []*event.Event {
	groups := map[string]*event.Event{}
	return slices.DeleteFunc(rows, func(row *event.Event) bool {
		v := row.Get(op.field)
		if v.IsNull() {
			return false
		}
		key := rowKey(row, op.field)
		first := groups[key]
		if first == nil {
			groups[key] = row
			return false
		}
		combined := first.Get(op.field)
		for i := range v.Len() {
			combined.Grow(v.At(i))
		}
		first.Set(op.field, combined)
		first.Inherit(row.Lineage())
		return true
	})
}
