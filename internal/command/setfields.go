package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var setfields = &Spec{
	Name:     "setfields",
	Syntax:   `setfields <field>="<string>" [, <field>="<string>"]...`,
	Summary:  "Give fields the same values in all results.",
	Examples: []string{`search * | setfields team="cloud", severity="low"`},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op setfieldsOp
		for len(op.fields) == 0 || a.More() {
			name := takeField(a)
			a.Expect("=")
			text := takeText(a, "a value")
			if a.Err() != nil {
				return nil, a.Err()
			}
			op.fields = append(op.fields, setfield{name, text})
			a.Take(",")
		}
		return op, a.End()
	},
}

type setfieldsOp struct{ fields []setfield }

type setfield struct{ name, text string }

func (op setfieldsOp) String() string {
	texts := make([]string, len(op.fields))
	for i, f := range op.fields {
		texts[i] = argName(f.name) + "=" + spl.Quote(f.text)
	}
	return "setfields " + strings.Join(texts, ", ")
}

func (op setfieldsOp) Kind() plan.Kind { return plan.Streaming }

func (op setfieldsOp) Needs(wanted event.Set) event.Set {
	for _, f := range op.fields {
		wanted = wanted.Without(f.name)
	}
	return wanted
}

func (op setfieldsOp) Columns(in []string) []string {
	for _, f := range op.fields {
		in = addColumn(in, f.name)
	}
	return in
}

func (op setfieldsOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		for _, f := range op.fields {
			e.Set(f.name, value.OfText(f.text))
		}
	}), nil
}
