package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var filldown = &Spec{
	Name:    "filldown",
	Syntax:  "filldown [<wc-field-list>]",
	Summary: "Give absent fields the value of the last result above that has one.",
	Details: `Without names, all fields are filled except those that begin with an underscore. Where no result above has the field it stays absent.`,
	Examples: []string{
		"search * | sort user | filldown user",
		"search * | stats count by user | filldown",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := filldownOp{names: a.Fields()}
		if len(op.names) == 0 {
			op.names = []string{"*"}
		}
		return op, a.End()
	},
}

type filldownOp struct{ names []string }

func (op filldownOp) String() string                   { return "filldown " + argNames(op.names) }
func (op filldownOp) Kind() plan.Kind                  { return plan.Centralized }
func (op filldownOp) Needs(wanted event.Set) event.Set { return wanted }

func (op filldownOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	r := &filldownRun{run: run, patterns: slices.ContainsFunc(op.names, isPattern), op: op, last: map[string]value.Value{}}
	if !r.patterns {
		r.names = op.names
	}
	r.Sink = next
	return r, nil
}

type filldownRun struct {
	plan.Sink
	op       filldownOp
	run      *plan.Run
	patterns bool
	names    []string // the fields to fill, as far as known
	last     map[string]value.Value
}

// Push implements [plan.Sink].
func (r *filldownRun) Push(b event.Batch) (bool, error) {
	held := 0
	for _, e := range b {
		if r.patterns {
			r.learn(e)
		}
		for _, name := range r.names {
			v := e.Get(name)
			last := r.last[name]
			if v.IsNull() {
				e.Set(name, last)
				continue
			}
			if !v.Equal(last) {
				v = v.Clone()
				held += v.Size() - last.Size()
				r.last[name] = v
			}
		}
	}
	if err := r.run.Hold(held); err != nil {
		return false, err
	}
	return r.Sink.Push(b)
}

// learn adds the fields of e that the patterns mean to the names.
func (r *filldownRun) learn(e *event.Event) {
	for _, f := range e.Fields() {
		if _, known := r.last[f.Name]; known {
			continue
		}
		if slices.ContainsFunc(r.op.names, func(p string) bool { return matchesName(p, f.Name) }) {
			r.last[f.Name] = value.Value{}
			r.names = append(r.names, f.Name)
		}
	}
}
