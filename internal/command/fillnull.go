package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var fillnull = &Spec{
	Name:    "fillnull",
	Syntax:  "fillnull [value=<string>] [<wc-field-list>]",
	Summary: "Give absent fields a value, 0 unless told otherwise.",
	Details: `The fields named are filled in every row, also those that no row has. Without names, all fields that occur in some row are filled in the others, except those that begin with an underscore: a field that no row has stays absent, so "fillnull | stats count by x" finds nothing if x never occurs. An empty text is a value and stays.`,
	Examples: []string{
		"search * | fillnull errorCode",
		`search * | fillnull value=unknown user, src_ip`,
		"search * | stats count by user, errorCode | xyseries user errorCode count | fillnull",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := fillnullOp{value: "0"}
		a.Text("value", &op.value)
		op.names = a.Fields()
		return op, a.End()
	},
}

type fillnullOp struct {
	value string
	names []string // nil for all
}

func (op fillnullOp) String() string {
	s := "fillnull value=" + spl.Quote(op.value)
	if len(op.names) > 0 {
		s += " " + argNames(op.names)
	}
	return s
}

// named reports whether each field to fill is named, so that rows can be
// filled one by one.
func (op fillnullOp) named() bool {
	return len(op.names) > 0 && !slices.ContainsFunc(op.names, isPattern)
}

func (op fillnullOp) Kind() plan.Kind {
	if op.named() {
		return plan.Streaming
	}
	return plan.Dataset
}

func (op fillnullOp) Needs(wanted event.Set) event.Set { return wanted }

func (op fillnullOp) Columns(in []string) []string {
	if op.named() {
		return addColumns(in, op.names...)
	}
	return in
}

func (op fillnullOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	if op.named() {
		return changeRows(next, func(e *event.Event) { op.fill(e, op.names) }), nil
	}
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		names := op.occurring(rows)
		for _, row := range rows {
			before := row.Size()
			op.fill(row, names)
			if err := run.Hold(row.Size() - before); err != nil {
				return nil, err
			}
		}
		return rows, nil
	}), nil
}

func (op fillnullOp) fill(e *event.Event, names []string) {
	for _, name := range names {
		if e.Get(name).IsNull() {
			e.Set(name, value.OfText(op.value))
		}
	}
}

// occurring returns the fields of the rows that are to be filled.
func (op fillnullOp) occurring(rows []*event.Event) []string {
	patterns := op.names
	if len(patterns) == 0 {
		patterns = []string{"*"}
	}
	var names []string
	for _, name := range patterns {
		if !isPattern(name) {
			names = append(names, name)
		}
	}
	return columnsOf(rows, names, patterns)
}

// columnsOf adds to names the fields of the rows that some pattern means, in
// the order in which they first occur.
func columnsOf(rows []*event.Event, names, patterns []string) []string {
	known := make(map[string]bool, len(names))
	for _, name := range names {
		known[name] = true
	}
	for _, row := range rows {
		for _, f := range row.Fields() {
			if known[f.Name] {
				continue
			}
			if slices.ContainsFunc(patterns, func(p string) bool { return matchesName(p, f.Name) }) {
				known[f.Name] = true
				names = append(names, f.Name)
			}
		}
	}
	return names
}
