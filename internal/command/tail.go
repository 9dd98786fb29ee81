package command

import (
	"slices"
	"strconv"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var tail = &Spec{
	Name:     "tail",
	Syntax:   "tail [<n>]",
	Summary:  "Keep the last n results, 10 unless told otherwise, the last one first.",
	Examples: []string{"search * | tail", "search * | tail 1"},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := tailOp{n: 10}
		a.TakeCount(&op.n)
		return op, a.End()
	},
}

type tailOp struct{ n int }

func (op tailOp) String() string                   { return "tail " + strconv.Itoa(op.n) }
func (op tailOp) Kind() plan.Kind                  { return plan.Dataset }
func (op tailOp) Needs(wanted event.Set) event.Set { return wanted }
func (op tailOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &tailRun{run: run, next: next, n: op.n}, nil
}

// tailRun keeps the last n rows, each with what it was charged.
type tailRun struct {
	run   *plan.Run
	next  plan.Sink
	n     int
	rows  []*event.Event // a ring once there are n of them
	sizes []int
	at    int // where the ring's oldest row is
}

// Push implements [plan.Sink].
func (r *tailRun) Push(b event.Batch) (bool, error) {
	size := 0
	for _, e := range b[max(0, len(b)-r.n):] {
		row := e.Clone()
		size += row.Size()
		if len(r.rows) < r.n {
			r.rows = append(r.rows, row)
			r.sizes = append(r.sizes, row.Size())
			continue
		}
		size -= r.sizes[r.at]
		r.rows[r.at], r.sizes[r.at] = row, row.Size()
		r.at = (r.at + 1) % r.n
	}
	return true, r.run.Hold(size)
}

// Close implements [plan.Sink].
func (r *tailRun) Close() error {
	rows := append(slices.Clone(r.rows[r.at:]), r.rows[:r.at]...)
	slices.Reverse(rows)
	if err := pushRows(r.run, r.next, rows); err != nil {
		return err
	}
	return r.next.Close()
}
