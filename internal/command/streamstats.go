package command

import (
	"strconv"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
)

var streamstats = &Spec{
	Name:    "streamstats",
	Syntax:  "streamstats [window=<int>] [current=<bool>] [global=<bool>] [time_window=<span>] [reset_on_change=<bool>] [reset_before=(<expression>)] [reset_after=(<expression>)] [allnum=<bool>] <function>[(<field>|eval(<expression>))] [AS <name>] ... [BY <field> ...]",
	Summary: "Add to every result the statistics of the results up to it.",
	Details: `The functions are those of stats, and each result gets their values over the results so far in its group, itself included unless current=false. A result that lacks a BY field passes as it is and does not count; one with a multivalue BY field counts in the group of each of its values and gets the statistics of the first.
window=n looks at no more than the last n results, 10,000 at most: of all groups together, or of each group with global=false. time_window=5m looks at results less than that apart in _time, which results must come in order of.
reset_before and reset_after forget everything where an expression is true, before the statistics of the result are computed or behind it, when the expression can use them. reset_on_change forgets where the values of the BY fields differ from those of the result before.`,
	Examples: []string{
		"search * | streamstats count",
		"search * | sort 0 _time | streamstats current=f last(_time) as previous by user_arn",
		"search * | streamstats window=5 global=f avg(bytes) as recent by host",
		`search * | streamstats time_window=10m dc(src_ip) as addresses by user_arn`,
		`search * | streamstats count reset_after=(eventName="ConsoleLogin") by user_arn`,
	},
	Differs: `In the form reset_after="("expression")" of Splunk's manual the expression can hold no text in quotes; write (expression), or "(expression)" with backslashes before its quotes.`,
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &streamstatsOp{current: true, global: true}
		a.Bool("allnum", &op.allNum)
		a.Bool("current", &op.current)
		a.Bool("global", &op.global)
		a.Bool("reset_on_change", &op.resetOnChange)
		op.takeWindows(a)
		op.resetBefore = takeReset(a, "reset_before")
		op.resetAfter = takeReset(a, "reset_after")
		op.take(a)
		return op, a.End()
	},
}

// maxWindow is the most results that a window holds. Source: Splunk,
// streamstats (max_stream_window).
const maxWindow = 10_000

type streamstatsOp struct {
	aggregation
	window        int             // 0 for all rows
	span          timeformat.Span // of time_window, zero for none
	current       bool
	global        bool
	resetOnChange bool
	resetBefore   *eval.Expr // nil for none
	resetAfter    *eval.Expr
}

func (op *streamstatsOp) takeWindows(a *spl.Args) {
	if t, ok := a.TextToken("window"); ok {
		n, err := strconv.Atoi(t.Text)
		if err != nil || n < 0 || n > maxWindow {
			a.Fail(t.Span, diag.BadArgument, "", "window=%s: a whole number from 0 to %d was expected", t.Text, maxWindow)
		}
		op.window = n
	}
	if t, ok := a.TextToken("time_window"); ok {
		op.span = parseSpan(a, t)
		if op.span.Unit == "" {
			op.span.Unit = "s"
		}
	}
}

// takeReset reads the option of a condition.
func takeReset(a *spl.Args, name string) *eval.Expr {
	x, ok := a.ExprOption(name)
	if !ok {
		return nil
	}
	expr, err := eval.BindCondition(x, a.Command())
	a.FailWith(err)
	return expr
}

func (op *streamstatsOp) String() string {
	s := "streamstats"
	if op.window > 0 {
		s += " window=" + strconv.Itoa(op.window)
	}
	if op.span != (timeformat.Span{}) {
		s += " time_window=" + op.span.String()
	}
	s += writeOptions(boolOption("current", op.current, true), boolOption("global", op.global, true), boolOption("reset_on_change", op.resetOnChange, false))
	if op.resetBefore != nil {
		s += " reset_before=(" + op.resetBefore.String() + ")"
	}
	if op.resetAfter != nil {
		s += " reset_after=(" + op.resetAfter.String() + ")"
	}
	return op.string(s)
}

func (op *streamstatsOp) Kind() plan.Kind { return plan.Centralized }
func (op *streamstatsOp) Opens() bool     { return op.wild() }

func (op *streamstatsOp) Columns(in []string) []string { return addColumns(in, op.columns()...) }

func (op *streamstatsOp) Needs(wanted event.Set) event.Set {
	wanted = wanted.Union(op.needs())
	for _, c := range []*eval.Expr{op.resetBefore, op.resetAfter} {
		if c != nil {
			wanted = wanted.Union(c.Fields())
		}
	}
	if op.span != (timeformat.Span{}) {
		wanted = wanted.With("_time")
	}
	return wanted
}

// Notes implements [plan.Noter].
func (op *streamstatsOp) Notes() []*diag.Error {
	notes := op.aggregation.Notes()
	for _, c := range []*eval.Expr{op.resetBefore, op.resetAfter} {
		if c != nil {
			notes = append(notes, c.Notes()...)
		}
	}
	return notes
}

func (op *streamstatsOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	r := &streamstatsRun{Sink: next, op: op, env: eval.NewEnv(run), groups: newGroups(op.grouping(run), agg.Running)}
	if op.window > 0 || op.span != (timeformat.Span{}) {
		r.windows = newWindows(op, r.groups)
	}
	return r, nil
}
