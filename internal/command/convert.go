package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var convert = &Spec{
	Name:    "convert",
	Syntax:  `convert [timeformat=<string>] (<function>(<wc-field>) [AS <wc-field>])...`,
	Summary: "Convert values to times, numbers and back.",
	Details: `ctime writes epoch seconds as a time, in timeformat, "%m/%d/%Y %H:%M:%S" unless told otherwise, and in the time zone of the run; mktime reads such a time. dur2sec reads [D+]HH:MM:SS and mstime [MM:]SS.SSS as seconds, memk a size with the letter k, m or g as kilobytes. rmcomma removes commas, rmunit what stands behind a number. num makes a number of whatever of these a value is and removes those that are nothing of it; auto does so for a field only if it can convert all of its values in all results. none takes fields out of what the patterns of the other functions mean.
What cannot be converted stays as it is. With AS the result goes to a new field. Of a multivalue each value is converted.`,
	Examples: []string{
		`search * | stats min(_time) AS firstTime | convert timeformat="%Y-%m-%dT%H:%M:%S" ctime(firstTime)`,
		"search * | convert dur2sec(delay) AS seconds rmunit(size)",
		"search * | convert auto(*) none(src_ip)",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := convertOp{timeFormat: "%m/%d/%Y %H:%M:%S"}
		a.Text("timeformat", &op.timeFormat)
		for {
			for a.Take(",") { // stray and doubled commas occur in shipped content
			}
			if len(op.steps) > 0 && !a.More() {
				return op, a.End()
			}
			step := takeConversion(a)
			if a.Err() != nil {
				return nil, a.Err()
			}
			op.steps = append(op.steps, step)
		}
	},
}

type convertOp struct {
	timeFormat string
	steps      []conversion
}

// conversion is `function(field) AS as`.
type conversion struct {
	function string
	field    string // may be a pattern
	as       string // the same as field, unless given
}

var conversionNames = []string{"auto", "ctime", "dur2sec", "memk", "mktime", "mstime", "none", "num", "rmcomma", "rmunit"}

func takeConversion(a *spl.Args) conversion {
	t := a.Peek()
	if t.Kind != spl.Word {
		a.Fail(t.Span, diag.MissingArgument, "", "a function such as ctime(field) was expected")
		return conversion{}
	}
	a.Next()
	c := conversion{function: strings.ToLower(t.Text), field: "*"}
	if !slices.Contains(conversionNames, c.function) {
		a.Fail(t.Span, diag.BadArgument, diag.Suggest(t.Text, conversionNames), "unknown function %q", t.Text)
	}
	if a.Take("(") && !a.Take(")") {
		c.field = a.Column()
		a.Expect(")")
	}
	c.as = c.field
	if a.Keyword("as") {
		c.as = a.Column()
	}
	if strings.Count(c.field, "*") != strings.Count(c.as, "*") {
		a.Fail(t.Span, diag.BadArgument, "", "%s(%s) AS %s: both names need the same number of stars", c.function, c.field, c.as)
	}
	return c
}

func (op convertOp) String() string {
	var b strings.Builder
	b.WriteString("convert timeformat=" + spl.Quote(op.timeFormat))
	for _, c := range op.steps {
		b.WriteString(" " + c.function + "(" + argName(c.field) + ")")
		if c.as != c.field {
			b.WriteString(" AS " + argName(c.as))
		}
	}
	return b.String()
}

func (op convertOp) usesAuto() bool {
	return slices.ContainsFunc(op.steps, func(c conversion) bool { return c.function == "auto" })
}

func (op convertOp) Kind() plan.Kind {
	if op.usesAuto() {
		return plan.Dataset
	}
	return plan.Streaming
}

func (op convertOp) Needs(wanted event.Set) event.Set {
	for _, c := range slices.Backward(op.steps) {
		if c.as != c.field {
			wanted = wanted.Union(renamePair{c.field, c.as}.needs(wanted))
		}
	}
	return wanted
}

func (op convertOp) Columns(in []string) []string {
	for _, c := range op.steps {
		if c.as == c.field || in == nil {
			continue
		}
		for _, name := range op.fields(c, in) {
			in = addColumn(in, c.target(name))
		}
	}
	return in
}

// fields returns which of the fields of a row the step converts.
func (op convertOp) fields(c conversion, names []string) []string {
	if c.function == "none" {
		return nil
	}
	if !isPattern(c.field) {
		return []string{c.field}
	}
	var fields []string
	for _, name := range names {
		if matchesName(c.field, name) && !op.excluded(name) {
			fields = append(fields, name)
		}
	}
	return fields
}

// excluded reports whether none( ) takes a field out of the patterns.
func (op convertOp) excluded(name string) bool {
	return slices.ContainsFunc(op.steps, func(c conversion) bool {
		return c.function == "none" && matchesName(c.field, name)
	})
}

func (c conversion) target(name string) string { return renamePair{c.field, c.as}.target(name) }

func (op convertOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	x := converter{run: run, timeFormat: op.timeFormat}
	if !op.usesAuto() {
		return changeRows(next, func(e *event.Event) {
			for _, c := range op.steps {
				op.apply(x, c, e)
			}
		}), nil
	}
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		for _, c := range op.steps {
			if c.function == "auto" {
				op.applyAuto(x, c, rows)
				continue
			}
			for _, row := range rows {
				op.apply(x, c, row)
			}
		}
		return rows, nil
	}), nil
}

func (op convertOp) apply(x converter, c conversion, e *event.Event) {
	var names []string
	if isPattern(c.field) {
		names = e.Match(c.field)
	}
	for _, name := range op.fields(c, names) {
		if v := e.Get(name); !v.IsNull() {
			e.Set(c.target(name), mapValues(v, func(v value.Value) value.Value { return x.convert(c.function, v) }))
		}
	}
}

// applyAuto converts the fields all of whose values are convertible.
func (op convertOp) applyAuto(x converter, c conversion, rows []*event.Event) {
	names := []string{c.field}
	if isPattern(c.field) {
		names = op.fields(c, columnsOf(rows, nil, []string{c.field}))
	}
	for _, name := range names {
		if slices.ContainsFunc(rows, func(row *event.Event) bool { return !x.convertible(row.Get(name)) }) {
			continue
		}
		for _, row := range rows {
			if v := row.Get(name); !v.IsNull() {
				row.Set(c.target(name), mapValues(v, func(v value.Value) value.Value { return x.convert("num", v) }))
			}
		}
	}
}
