package command

import (
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var untable = &Spec{
	Name:    "untable",
	Syntax:  "untable <x-field> <y-name-field> <y-data-field>",
	Summary: "Make a result of each cell of a table, with the row's x, the column's name and the value.",
	Details: `It undoes xyseries and timechart. Empty cells and fields that begin with an underscore give no results.`,
	Examples: []string{
		"search * | stats count dc(src_ip) AS sources by user | untable user metric number",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op untableOp
		for i, to := range []*string{&op.x, &op.name, &op.data} {
			if i > 0 {
				a.Take(",")
			}
			*to = takeField(a)
		}
		return op, a.End()
	},
}

type untableOp struct{ x, name, data string }

func (op untableOp) String() string  { return "untable " + argNames([]string{op.x, op.name, op.data}) }
func (op untableOp) Kind() plan.Kind { return plan.Expanding }

// Needs is every field: each makes a result.
func (op untableOp) Needs(event.Set) event.Set { return event.AllFields }
func (op untableOp) Columns([]string) []string { return appendNew(nil, op.x, op.name, op.data) }

func (op untableOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &untableRun{Sink: next, op: op}, nil
}

type untableRun struct {
	plan.Sink
	op untableOp
}

// Push implements [plan.Sink].
func (r *untableRun) Push(b event.Batch) (bool, error) {
	var out event.Batch
	for _, e := range b {
		x := e.Get(r.op.x)
		for _, f := range e.Fields() {
			if f.Name == r.op.x || isInternal(f.Name) || f.Value.IsNull() {
				continue
			}
			row := event.New()
			row.Set(r.op.x, x)
			row.Set(r.op.name, value.OfText(f.Name))
			row.Set(r.op.data, f.Value)
			row.SetOrder(e.Order())
			row.Inherit(e.Lineage())
			if out = append(out, row); len(out) < batchRows {
				continue
			}
			if more, err := r.Sink.Push(out); err != nil || !more {
				return more, err
			}
			out = nil
		}
	}
	if len(out) == 0 {
		return true, nil
	}
	return r.Sink.Push(out)
}
