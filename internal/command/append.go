package command

import (
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var appendCommand = &Spec{
	Name:     "append",
	Syntax:   "append [maxout=<int>] [maxtime=<int>] [timeout=<int>] [extendtimerange=<bool>] <subsearch>",
	Summary:  "Add the rows of a subsearch behind the rows so far.",
	Details:  "The subsearch runs first. At most maxout rows of it, 50000 unless told otherwise, are added; a warning says when there were more. maxtime and timeout are accepted and have no effect.",
	Examples: []string{`search eventName=RunInstances | stats count by user | append [search eventName=StopInstances | stats count by user]`},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		op := &appendOp{}
		op.sub.options(a)
		op.sub.read(a, env)
		return op, a.End()
	},
}

type appendOp struct{ sub subsearch }

func (op *appendOp) String() string                   { return "append" + op.sub.optionString() + " " + op.sub.String() }
func (op *appendOp) Kind() plan.Kind                  { return plan.Centralized }
func (op *appendOp) Needs(wanted event.Set) event.Set { return wanted }

// Opens is true where the subsearch does not tell its columns.
func (op *appendOp) Opens() bool { return !plan.Closed(op.sub.search) }

func (op *appendOp) Columns(in []string) []string {
	return mergeColumns(in, plan.Columns(op.sub.search))
}

func (op *appendOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	rows, err := op.sub.rows(run)
	return &appendRun{Sink: next, rows: rows, more: true}, err
}

// appendRun passes rows on and pushes further ones at the end.
type appendRun struct {
	plan.Sink
	rows []*event.Event
	more bool
}

func (r *appendRun) Push(b event.Batch) (bool, error) {
	var err error
	r.more, err = r.Sink.Push(b)
	return r.more, err
}

func (r *appendRun) Close() error {
	if r.more && len(r.rows) > 0 {
		if _, err := r.Sink.Push(copies(r.rows)); err != nil {
			return err
		}
	}
	return r.Sink.Close()
}

// mergeColumns returns the columns of two tables one behind the other: those
// of a, then the further ones of b. Where the columns of one are not known
// beforehand, neither are those of both.
func mergeColumns(a, b []string) []string {
	if a == nil || b == nil {
		return nil
	}
	return addColumns(a, b...)
}
