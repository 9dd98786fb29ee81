package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var tableCommand = &Spec{
	Name:    "table",
	Syntax:  "table <wc-field-list>",
	Summary: "Keep only the named fields, as columns in the order named.",
	Details: `Everything else is dropped, _time and _raw included unless they are named. A field that no row has gives an empty column. A pattern stands for the fields that match it, in their own order.`,
	Examples: []string{
		"search * | table _time eventName src_ip",
		"search * | stats count dc(src_ip) by user, eventName | table user, event*, count",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := tableOp{names: takeFields(a)}
		return op, a.End()
	},
}

type tableOp struct{ names []string }

func (op tableOp) String() string                   { return "table " + argNames(op.names) }
func (op tableOp) Kind() plan.Kind                  { return plan.Streaming }
func (op tableOp) Needs(wanted event.Set) event.Set { return onlyNames(wanted, op.names) }

// Opens is true with a pattern, which stands for whatever the rows have.
func (op tableOp) Opens() bool { return slices.ContainsFunc(op.names, isPattern) }

// Columns names the columns up to the first pattern where only the rows tell
// what it means; the others stand in the rows as they are named.
func (op tableOp) Columns(in []string) []string {
	names := op.names
	if in == nil {
		if i := slices.IndexFunc(names, isPattern); i >= 0 {
			names = names[:i]
		}
		if len(names) == 0 {
			return nil
		}
	}
	return expandColumns(in, names)
}

func (op tableOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		e.Project(expandNames(e, op.names))
	}), nil
}
