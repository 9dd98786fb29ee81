package command

import (
	"cmp"
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var uniq = &Spec{
	Name:     "uniq",
	Syntax:   "uniq",
	Summary:  "Drop results that are equal, in all fields, to the one before.",
	Examples: []string{"search * | table user, src_ip | uniq"},
	Parse:    func(a *spl.Args, _ *Env) (plan.Op, error) { return uniqOp{}, a.End() },
}

type uniqOp struct{}

func (op uniqOp) String() string  { return "uniq" }
func (op uniqOp) Kind() plan.Kind { return plan.Centralized }

// Needs is every field: which results are equal depends on all.
func (op uniqOp) Needs(event.Set) event.Set { return event.AllFields }

func (op uniqOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	last, begun := "", false
	return &filterRun{Sink: next, keep: func(e *event.Event) bool {
		key := rowKey(e, "")
		same := begun && key == last
		last, begun = key, true
		return !same
	}}, nil
}

// rowKey is equal for rows that are equal in all fields but the one named.
func rowKey(e *event.Event, except string) string {
	all := e.Fields()
	slices.SortFunc(all, func(a, b event.Field) int { return cmp.Compare(a.Name, b.Name) })
	var key []byte
	for _, f := range all {
		if f.Name != except {
			key = appendKey(key, value.OfText(f.Name))
			key = appendKey(key, f.Value)
		}
	}
	return string(key)
}
