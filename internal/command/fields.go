package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var fields = &Spec{
	Name:    "fields",
	Syntax:  "fields [+|-] <wc-field-list>",
	Summary: "Keep the named fields, or with a minus sign remove them.",
	Details: `Fields whose names begin with an underscore, such as _time and _raw, are kept without being named; "fields + a" keeps just what it names, and "fields - _*" removes them. The columns of a table come out in the order named, internal ones first.`,
	Examples: []string{
		"search * | fields eventName, user*",
		"search * | fields - _raw requestParameters.*",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op fieldsOp
		if t := a.Peek(); t.Kind == spl.Word && (strings.HasPrefix(t.Text, "-") || strings.HasPrefix(t.Text, "+")) {
			a.Next()
			op.sign = t.Text[:1]
			if glued := t.Text[1:]; glued != "" { // fields -a b
				op.names = append(op.names, glued)
				op.names = append(op.names, a.Fields()...)
				return op, a.End()
			}
		}
		op.names = takeFields(a)
		return op, a.End()
	},
}

// fieldsOp keeps or, with the sign -, removes fields.
type fieldsOp struct {
	sign  string // "", "+" or "-"
	names []string
}

func (op fieldsOp) String() string {
	if op.sign == "" {
		return "fields " + argNames(op.names)
	}
	return "fields " + op.sign + " " + argNames(op.names)
}

func (op fieldsOp) Kind() plan.Kind { return plan.Streaming }

// kept are the names and patterns of what stays, unless the sign is a minus.
func (op fieldsOp) kept() []string {
	if op.sign == "+" {
		return op.names
	}
	return append([]string{"_*"}, op.names...)
}

func (op fieldsOp) Needs(wanted event.Set) event.Set {
	if op.sign == "-" {
		return wanted.Without(op.names...)
	}
	return onlyNames(wanted, op.kept())
}

func (op fieldsOp) Columns(in []string) []string {
	switch {
	case in == nil:
		return nil
	case op.sign == "-":
		return slices.DeleteFunc(slices.Clone(in), func(c string) bool {
			return slices.ContainsFunc(op.names, func(name string) bool { return matchesName(name, c) })
		})
	}
	return slices.DeleteFunc(expandColumns(in, op.kept()), func(c string) bool { return !slices.Contains(in, c) })
}

func (op fieldsOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	if op.sign == "-" {
		return changeRows(next, op.remove), nil
	}
	kept := op.kept()
	return changeRows(next, func(e *event.Event) {
		e.Project(expandNames(e, kept))
	}), nil
}

func (op fieldsOp) remove(e *event.Event) {
	for _, name := range op.names {
		if !isPattern(name) {
			e.Set(name, value.Value{})
			continue
		}
		for _, matched := range e.Match(name) {
			e.Set(matched, value.Value{})
		}
	}
}
