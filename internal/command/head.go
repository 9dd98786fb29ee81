package command

import (
	"strconv"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var head = &Spec{
	Name:     "head",
	Syntax:   "head [<n> | limit=<n>]",
	Summary:  "Keep the first n results, 10 unless told otherwise.",
	Examples: []string{"search * | head", "search * | head 1", "search * | head limit=20"},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := headOp{n: 10}
		if !a.Count("limit", &op.n) {
			a.TakeCount(&op.n)
		}
		return op, a.End()
	},
}

type headOp struct{ n int }

func (op headOp) String() string                   { return "head " + strconv.Itoa(op.n) }
func (op headOp) Kind() plan.Kind                  { return plan.Centralized }
func (op headOp) Limit() int                       { return op.n }
func (op headOp) Needs(wanted event.Set) event.Set { return wanted }
func (op headOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &headRun{Sink: next, left: op.n}, nil
}

type headRun struct {
	plan.Sink
	left int
}

func (r *headRun) Push(b event.Batch) (bool, error) {
	b = b[:min(r.left, len(b))]
	r.left -= len(b)
	more, err := r.Sink.Push(b)
	// Say stop on the batch that fills us: waiting for the next one would make
	// `head 1` over a bucket fetch an object only to throw it away.
	return more && r.left > 0, err
}
