package command

import (
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var nomv = &Spec{
	Name:     "nomv",
	Syntax:   "nomv <field>",
	Summary:  "Make one value of a multivalue field, the values separated by new lines.",
	Examples: []string{"search * | stats values(eventName) AS names by user | nomv names"},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := nomvOp{takeField(a)}
		return op, a.End()
	},
}

type nomvOp struct{ field string }

func (op nomvOp) String() string                   { return "nomv " + argName(op.field) }
func (op nomvOp) Kind() plan.Kind                  { return plan.Streaming }
func (op nomvOp) Needs(wanted event.Set) event.Set { return wanted }

func (op nomvOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		if v := e.Get(op.field); v.IsMulti() {
			e.Set(op.field, value.OfText(v.String()))
		}
	}), nil
}
