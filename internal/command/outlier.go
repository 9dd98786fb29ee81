package command

import (
	"math"
	"slices"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var outlier = &Spec{
	Name:    "outlier",
	Aliases: []string{"outlierfilter"},
	Syntax:  "outlier [action=(remove|rm|transform|tf)] [mark=<bool>] [param=<num>] [uselower=<bool>] [type=iqr] [<wc-field-list>]",
	Summary: "Cut numbers that lie far outside the others, or remove their results.",
	Details: `An outlier lies above the 75th percentile by more than param times the distance between the 25th and the 75th, 2.5 unless told otherwise; with uselower=true also one as far below the 25th. transform, the default, replaces it by that threshold, with mark=true written with 000 before it; remove drops the result. Without fields, all that do not begin with an underscore are looked at. Percentiles are interpolated.`,
	Examples: []string{
		"search * | stats count by user | outlier count",
		"search * | stats count by user | outlier action=remove uselower=t param=1.5",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := outlierOp{action: "transform", param: 2.5}
		kind := "iqr"
		a.Choice("type", &kind, "iqr")
		a.Choice("action", &op.action, "remove", "rm", "transform", "tf")
		switch op.action {
		case "rm":
			op.action = "remove"
		case "tf":
			op.action = "transform"
		}
		a.Bool("mark", &op.mark)
		a.Bool("uselower", &op.lower)
		if span := a.Span(); takeNumber(a, "param", &op.param) && op.param < 0 {
			a.Fail(span, diag.BadArgument, "", "param: a number, 0 or more, was expected")
		}
		if op.names = a.Fields(); len(op.names) == 0 {
			op.names = []string{"*"}
		}
		return op, a.End()
	},
}

type outlierOp struct {
	action string
	mark   bool
	lower  bool
	param  float64
	names  []string
}

func (op outlierOp) String() string {
	return "outlier action=" + op.action + flag("mark", op.mark) + flag("uselower", op.lower) +
		" param=" + value.FormatNumber(op.param) + " " + argNames(op.names)
}

func (op outlierOp) Kind() plan.Kind { return plan.Dataset }

func (op outlierOp) Needs(wanted event.Set) event.Set {
	if op.action == "remove" {
		return wanted.With(op.names...)
	}
	return wanted
}

func (op outlierOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) { return op.treat(rows), nil }), nil
}

func (op outlierOp) treat(rows []*event.Event) []*event.Event {
	removed := make(map[*event.Event]bool)
	for _, name := range columnsOf(rows, nil, op.names) {
		low, high, ok := op.thresholds(rows, name)
		if !ok {
			continue
		}
		for _, row := range rows {
			f, isNumber := row.Get(name).Float()
			if !isNumber || f >= low && f <= high {
				continue
			}
			if op.action == "remove" {
				removed[row] = true
				continue
			}
			v := value.OfNumber(max(low, min(high, f)))
			if op.mark {
				v = value.OfText("000" + v.String())
			}
			row.Set(name, v)
		}
	}
	return slices.DeleteFunc(rows, func(row *event.Event) bool { return removed[row] })
}

// thresholds returns the least and greatest number of a field that are no
// outliers.
func (op outlierOp) thresholds(rows []*event.Event, name string) (low, high float64, ok bool) {
	var numbers []float64
	for _, row := range rows {
		if f, ok := row.Get(name).Float(); ok && !math.IsNaN(f) {
			numbers = append(numbers, f)
		}
	}
	if len(numbers) == 0 {
		return 0, 0, false
	}
	slices.Sort(numbers)
	first, third := quantile(numbers, 0.25), quantile(numbers, 0.75)
	low, high = math.Inf(-1), third+op.param*(third-first)
	if op.lower {
		low = first - op.param*(third-first)
	}
	return low, high, true
}
