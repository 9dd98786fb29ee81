package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var reverse = &Spec{
	Name:     "reverse",
	Syntax:   "reverse",
	Summary:  "Turn the order of the results around.",
	Examples: []string{"search * | reverse"},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		return reverseOp{}, a.End()
	},
}

type reverseOp struct{}

func (op reverseOp) String() string                   { return "reverse" }
func (op reverseOp) Kind() plan.Kind                  { return plan.Dataset }
func (op reverseOp) Needs(wanted event.Set) event.Set { return wanted }

func (op reverseOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		slices.Reverse(rows)
		return rows, nil
	}), nil
}
