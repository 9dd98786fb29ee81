package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var appendcols = &Spec{
	Name:     "appendcols",
	Syntax:   "appendcols [override=<bool>] [maxout=<int>] <subsearch>",
	Summary:  "Add the fields of a subsearch's rows to the rows so far, the first to the first and so on.",
	Details:  "A field that a row already has is kept unless override=true. Rows of the subsearch beyond the rows so far are added as rows of their own. Fields whose names begin with an underscore are not added.",
	Examples: []string{`search eventName=RunInstances | stats count as started | appendcols [search eventName=StopInstances | stats count as stopped]`},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		op := &appendcolsOp{}
		a.Bool("override", &op.override)
		op.sub.options(a)
		op.sub.read(a, env)
		return op, a.End()
	},
}

type appendcolsOp struct {
	override bool
	sub      subsearch
}

func (op *appendcolsOp) String() string {
	s := "appendcols"
	if op.override {
		s += " override=true"
	}
	return s + op.sub.optionString() + " " + op.sub.String()
}

func (op *appendcolsOp) Kind() plan.Kind { return plan.Centralized }

// Needs asks for every field: which ones the subsearch would add depends on
// what the row has.
func (op *appendcolsOp) Needs(wanted event.Set) event.Set { return wanted }

// Opens is true where the subsearch does not tell its columns.
func (op *appendcolsOp) Opens() bool { return !plan.Closed(op.sub.search) }

func (op *appendcolsOp) Columns(in []string) []string {
	return mergeColumns(in, plan.Columns(op.sub.search))
}

func (op *appendcolsOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	rows, err := op.sub.rows(run)
	return &appendcolsRun{appendRun{Sink: next, rows: rows, more: true}, op.override}, err
}

type appendcolsRun struct {
	appendRun
	override bool
}

func (r *appendcolsRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		if len(r.rows) == 0 {
			break
		}
		row := r.rows[0]
		r.rows = r.rows[1:]
		for _, f := range row.Fields() {
			if !strings.HasPrefix(f.Name, "_") && (r.override || e.Get(f.Name).IsNull()) {
				e.Set(f.Name, f.Value)
			}
		}
		e.Inherit(row.Lineage())
	}
	return r.appendRun.Push(b)
}
