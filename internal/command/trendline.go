package command

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var trendline = &Spec{
	Name:    "trendline",
	Syntax:  "trendline ((sma|ema|wma)<period>(<field>) [AS <newfield>])...",
	Summary: "Add moving averages of numeric fields.",
	Details: `sma is the average of the last <period> numbers, wma weighs later ones more, and ema is a*before + (1-a)*number with a = 2/(period+1), the formula of Splunk's manual. The first period-1 numbers get none. The new field is named as the average is written, sma5(field), unless AS says otherwise. Results in which the field is no number are passed over.`,
	Examples: []string{
		"search * | stats count by date_mday | trendline sma3(count)",
		"search * | stats count by date_mday | trendline ema5(count) AS smooth wma5(count)",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op trendlineOp
		for len(op.trends) == 0 || a.More() {
			t := takeTrend(a)
			if a.Err() != nil {
				return nil, a.Err()
			}
			op.trends = append(op.trends, t)
			a.Take(",")
		}
		return op, a.End()
	},
}

type trendlineOp struct{ trends []trend }

// trend is one moving average.
type trend struct {
	kind      string // sma, ema or wma
	period    int
	field, as string
}

var trendForm = regexp.MustCompile(`^(?i)(sma|ema|wma)([0-9]{1,5})$`)

func takeTrend(a *spl.Args) trend {
	at := a.Peek()
	parts := trendForm.FindStringSubmatch(a.Field())
	if parts == nil {
		a.Fail(at.Span, diag.BadArgument, "", "an average such as sma5(field) was expected, with sma, ema or wma")
		return trend{}
	}
	t := trend{kind: strings.ToLower(parts[1])}
	t.period, _ = strconv.Atoi(parts[2])
	if t.period < 2 || t.period > maxPeriod {
		a.Fail(at.Span, diag.BadArgument, "", "%s: a period from 2 to %d was expected", at.Text, maxPeriod)
	}
	a.Expect("(")
	t.field = takeField(a)
	a.Expect(")")
	t.as = takeAs(a, t.name()+"("+t.field+")")
	return t
}

func (t trend) name() string { return t.kind + strconv.Itoa(t.period) }

func (op trendlineOp) String() string {
	texts := make([]string, len(op.trends))
	for i, t := range op.trends {
		texts[i] = t.name() + "(" + argName(t.field) + ") AS " + argName(t.as)
	}
	return "trendline " + strings.Join(texts, " ")
}

func (op trendlineOp) Kind() plan.Kind { return plan.Centralized }

func (op trendlineOp) Needs(wanted event.Set) event.Set {
	for _, t := range slices.Backward(op.trends) {
		wanted = needsFor(wanted, t.as, t.field)
	}
	return wanted
}

func (op trendlineOp) Columns(in []string) []string {
	for _, t := range op.trends {
		in = addColumn(in, t.as)
	}
	return in
}

func (op trendlineOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	averages := make([]average, len(op.trends))
	for i, t := range op.trends {
		averages[i] = average{kind: t.kind, ring: make([]float64, t.period)}
	}
	return changeRows(next, func(e *event.Event) {
		for i, t := range op.trends {
			if f, ok := e.Get(t.field).Float(); ok {
				if f, ok := averages[i].add(f); ok {
					e.Set(t.as, value.OfNumber(f))
				}
			}
		}
	}), nil
}

// average is the state of one moving average.
type average struct {
	kind string
	ring []float64 // the last numbers
	seen int
	ema  float64
}

// add takes a number and returns the average, once there are enough numbers.
func (v *average) add(f float64) (float64, bool) {
	n := len(v.ring)
	v.ring[v.seen%n] = f
	v.seen++
	if v.kind == "ema" {
		alpha := 2 / float64(n+1)
		if v.seen == 1 {
			v.ema = f
		} else {
			v.ema = alpha*v.ema + (1-alpha)*f
		}
		return v.ema, v.seen >= n
	}
	if v.seen < n {
		return 0, false
	}
	sum, weights := 0.0, 0.0
	for i := range n {
		weight := 1.0
		if v.kind == "wma" {
			weight = float64(i + 1)
		}
		sum += weight * v.ring[(v.seen+i)%n] // the oldest first
		weights += weight
	}
	return sum / weights, true
}
