package command

import (
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// maxPeriod bounds how many results back a command looks.
const maxPeriod = 10_000

var accum = &Spec{
	Name:     "accum",
	Syntax:   "accum <field> [AS <newfield>]",
	Summary:  "Replace the numbers of a field by their running total, or put it into a new field.",
	Details:  `Results in which the field is no number are left alone.`,
	Examples: []string{"search * | stats count by date_mday | accum count AS total"},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := accumOp{field: takeField(a)}
		op.as = takeAs(a, op.field)
		return op, a.End()
	},
}

// takeAs takes AS and a name, or gives the name for where there is none.
func takeAs(a *spl.Args, otherwise string) string {
	if a.Keyword("as") {
		return takeField(a)
	}
	return otherwise
}

type accumOp struct{ field, as string }

func (op accumOp) String() string  { return "accum " + argName(op.field) + " AS " + argName(op.as) }
func (op accumOp) Kind() plan.Kind { return plan.Centralized }

func (op accumOp) Needs(wanted event.Set) event.Set { return needsFor(wanted, op.as, op.field) }
func (op accumOp) Columns(in []string) []string     { return addColumns(in, op.as) }

// needsFor returns what must come in where the field as, if it is wanted, is
// made of another one in some rows and left alone in others.
func needsFor(wanted event.Set, as string, from ...string) event.Set {
	if wanted.Has(as) {
		return wanted.With(from...)
	}
	return wanted
}

func (op accumOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	total := 0.0
	return changeRows(next, func(e *event.Event) {
		if f, ok := e.Get(op.field).Float(); ok {
			total += f
			e.Set(op.as, value.OfNumber(total))
		}
	}), nil
}

var delta = &Spec{
	Name:    "delta",
	Syntax:  "delta <field> [AS <newfield>] [p=<int>]",
	Summary: "Add the difference between the number of a field and that of an earlier result.",
	Details: `The earlier result is the one before, or the p-th before. The new field is named delta(field) unless told otherwise. Where one of the two is no number, it is left alone. Events come newest first, so numbers that grow with time give negative differences.`,
	Examples: []string{
		"search * | stats count by date_mday | delta count",
		"search * | delta _time AS pause p=1",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := deltaOp{p: 1}
		if t, ok := a.TextToken("p"); ok {
			op.p, _ = takePeriods(a, t, false)
		}
		op.field = takeField(a)
		op.as = takeAs(a, "delta("+op.field+")")
		return op, a.End()
	},
}

type deltaOp struct {
	field, as string
	p         int
}

func (op deltaOp) String() string {
	return "delta " + argName(op.field) + " AS " + argName(op.as) + " p=" + strconv.Itoa(op.p)
}

func (op deltaOp) Kind() plan.Kind                  { return plan.Centralized }
func (op deltaOp) Needs(wanted event.Set) event.Set { return needsFor(wanted, op.as, op.field) }
func (op deltaOp) Columns(in []string) []string     { return addColumns(in, op.as) }

func (op deltaOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	earlier := newHistory(op.p)
	return changeRows(next, func(e *event.Event) {
		v := e.Get(op.field)
		f, ok := v.Float()
		if before, had := earlier.back(op.p).Float(); ok && had {
			e.Set(op.as, value.OfNumber(f-before))
		}
		earlier.add(v)
	}), nil
}

var autoregress = &Spec{
	Name:    "autoregress",
	Aliases: []string{"ar"},
	Syntax:  "autoregress <field> [AS <newfield>] [p=<int>[-<int>]]",
	Summary: "Copy values of a field from earlier results.",
	Details: `p says how many results back, 1 unless told otherwise. A range such as 2-4 copies several. The new fields are named field_p1 and so on; a single one may be named with AS. Where the earlier result lacks the field, the new one is left alone.`,
	Examples: []string{
		"search * | autoregress eventName AS previous",
		"search * | stats count by date_mday | autoregress count p=1-3",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := autoregressOp{from: 1, to: 1}
		if t, ok := a.TextToken("p"); ok {
			op.from, op.to = takePeriods(a, t, true)
		}
		op.field = takeField(a)
		if span := a.Peek().Span; a.Keyword("as") {
			if op.as = takeField(a); op.from != op.to {
				a.Fail(span, diag.BadArgument, "", "AS names one field, but p=%d-%d makes several", op.from, op.to)
			}
		}
		return op, a.End()
	},
}

// takePeriods reads the value of the option p: n, or n-m where a range may be.
func takePeriods(a *spl.Args, t spl.Token, ranges bool) (from, to int) {
	first, last, isRange := strings.Cut(t.Text, "-")
	from, err := strconv.Atoi(first)
	to = from
	if isRange && err == nil {
		to, err = strconv.Atoi(last)
	}
	if err != nil || from < 1 || to < from || to > maxPeriod || isRange && !ranges {
		a.Fail(t.Span, diag.BadArgument, "", "p=%s: a number of results back, from 1 to %d, was expected", t.Text, maxPeriod)
		return 1, 1
	}
	return from, to
}

type autoregressOp struct {
	field, as string
	from, to  int
}

func (op autoregressOp) String() string {
	s := "autoregress " + argName(op.field)
	if op.as != "" {
		s += " AS " + argName(op.as)
	}
	s += " p=" + strconv.Itoa(op.from)
	if op.to > op.from {
		s += "-" + strconv.Itoa(op.to)
	}
	return s
}

// name returns the new field for the value n results back.
func (op autoregressOp) name(n int) string {
	if op.as != "" {
		return op.as
	}
	return op.field + "_p" + strconv.Itoa(n)
}

func (op autoregressOp) Kind() plan.Kind { return plan.Centralized }

func (op autoregressOp) Needs(wanted event.Set) event.Set { return wanted.With(op.field) }

func (op autoregressOp) Columns(in []string) []string {
	for n := op.from; n <= op.to; n++ {
		in = addColumn(in, op.name(n))
	}
	return in
}

func (op autoregressOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	earlier := newHistory(op.to)
	names := make([]string, op.to+1)
	for n := op.from; n <= op.to; n++ {
		names[n] = op.name(n)
	}
	return changeRows(next, func(e *event.Event) {
		v := e.Get(op.field)
		for n := op.from; n <= op.to; n++ {
			if before := earlier.back(n); !before.IsNull() {
				e.Set(names[n], before)
			}
		}
		earlier.add(v)
	}), nil
}

// history remembers the last values of a field.
type history struct {
	ring []value.Value
	next int
}

func newHistory(n int) *history { return &history{ring: make([]value.Value, n)} }

// back returns the value n results back, null before the first.
func (h *history) back(n int) value.Value {
	return h.ring[(h.next-n+len(h.ring))%len(h.ring)]
}

func (h *history) add(v value.Value) {
	h.ring[h.next] = v.Clone()
	h.next = (h.next + 1) % len(h.ring)
}
