package command

import (
	"regexp"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var rangemap = &Spec{
	Name:    "rangemap",
	Syntax:  "rangemap field=<field> (<name>=<num>-<num>)... [default=<string>]",
	Summary: "Name the range that a number falls into, in the field range.",
	Details: `Both ends belong to a range. A number that falls into several gets all their names; one that falls into none, and a text, gets the default, None unless told otherwise. Where the field is absent, range is left alone.`,
	Examples: []string{
		"search * | stats count by user | rangemap field=count low=0-10 elevated=11-100 default=severe",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := rangemapOp{otherwise: "None"}
		if !a.Text("field", &op.field) {
			a.Fail(a.Span(), diag.MissingArgument, "", "field= was expected")
		}
		a.Text("default", &op.otherwise)
		for {
			for a.Take(",") { // commas between ranges are optional
			}
			if !a.More() && len(op.ranges) > 0 {
				return op, a.End()
			}
			r := takeRange(a)
			if a.Err() != nil {
				return nil, a.Err()
			}
			op.ranges = append(op.ranges, r)
		}
	},
}

type rangemapOp struct {
	field     string
	ranges    []namedRange
	otherwise string
}

// namedRange is name=low-high.
type namedRange struct {
	name, text string
	low, high  float64
}

var rangeForm = regexp.MustCompile(`^(-?[0-9.]+)-(-?[0-9.]+)$`)

func takeRange(a *spl.Args) namedRange {
	r := namedRange{name: a.Field()}
	a.Expect("=")
	t := a.Peek()
	r.text = takeText(a, "a range such as 1-10")
	parts := rangeForm.FindStringSubmatch(r.text)
	ok := parts != nil
	if ok {
		var lowOK, highOK bool
		r.low, lowOK = value.ParseNumber(parts[1])
		r.high, highOK = value.ParseNumber(parts[2])
		ok = lowOK && highOK && r.low <= r.high
	}
	if !ok {
		a.Fail(t.Span, diag.BadArgument, "", "%s=%s: a range such as 1-10 was expected", r.name, r.text)
	}
	return r
}

func (op rangemapOp) String() string {
	var b strings.Builder
	b.WriteString("rangemap field=" + argName(op.field))
	for _, r := range op.ranges {
		b.WriteString(" " + argName(r.name) + "=" + spl.Quote(r.text))
	}
	return b.String() + " default=" + spl.Quote(op.otherwise)
}

func (op rangemapOp) Kind() plan.Kind                  { return plan.Streaming }
func (op rangemapOp) Needs(wanted event.Set) event.Set { return needsFor(wanted, "range", op.field) }
func (op rangemapOp) Columns(in []string) []string     { return addColumns(in, "range") }

func (op rangemapOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		v := e.Get(op.field)
		if v.IsNull() {
			return
		}
		var names []value.Value
		if f, ok := v.Float(); ok {
			for _, r := range op.ranges {
				if f >= r.low && f <= r.high {
					names = append(names, value.OfText(r.name))
				}
			}
		}
		if len(names) == 0 {
			names = []value.Value{value.OfText(op.otherwise)}
		}
		e.Set("range", value.OfList(names))
	}), nil
}
