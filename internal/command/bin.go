package command

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/value"
)

var bin = &Spec{
	Name:    "bin",
	Aliases: []string{"bucket", "discretize"},
	Syntax:  "bin [span=(<int>[<timescale>] | [<num>]log[<num>])] [bins=<int>] [minspan=<int>[<timescale>]] [start=<num>] [end=<num>] [aligntime=(earliest|latest|<time>)] <field> [AS <newfield>]",
	Summary: "Put numbers and times into buckets.",
	Details: `A time becomes the beginning of its bucket. Buckets of up to hours are multiples of the span since 1970, or since aligntime; days and more begin at midnight of the time zone. The span of _time counts seconds if it has no unit; any other field with a time unit is treated as a time, too.
Any other number becomes the text low-high of its bucket: 25 with span=10 is 20-30. With a logarithmic span such as 2log10 the buckets end at 2, 20, 200 and so on.
Without a span all results are read first, and the smallest span is taken that needs no more than bins buckets, 100 unless told otherwise: for times one of 1, 5, 10 and 30 seconds, 1, 5, 10 and 30 minutes, an hour, a day and a month, at least minspan; for numbers a power of ten. start and end widen the range. Values that are no numbers stay as they are.`,
	Examples: []string{
		"search * | bin span=1h _time",
		"search * | bin _time span=1d AS day",
		"search * | stats count by user | bin bins=10 count AS size",
		"search * | bin span=12h aligntime=@d+3h _time",
		"search * | stats count by user | bin span=2log10 count",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := binOp{bins: 100, start: math.Inf(1), end: math.Inf(-1)}
		op.takeOptions(a)
		op.field = takeField(a)
		op.as = op.field
		if a.Keyword("as") {
			op.as = takeField(a)
		}
		return op, a.End()
	},
}

type binOp struct {
	field, as  string
	span       timeformat.Span // zero if not given
	log        *logSpan
	minspan    timeformat.Span
	bins       int
	start, end float64 // infinite, so that they widen nothing, if not given
	align      string
}

// logSpan is the span [coefficient]log[base].
type logSpan struct{ coefficient, base float64 }

// binOptions are the options of bin, which chart and timechart have for each
// field that they split by.
var binOptions = []string{"span", "minspan", "bins", "start", "end", "aligntime"}

func (op *binOp) takeOptions(a *spl.Args) {
	for _, name := range binOptions {
		if t, ok := a.TextToken(name); ok {
			op.setOption(a, name, t)
		}
	}
}

func (op *binOp) setOption(a *spl.Args, name string, t spl.Token) {
	switch name {
	case "span":
		op.span, op.log = timeformat.Span{}, nil
		if strings.Contains(strings.ToLower(t.Text), "log") {
			op.log = parseLogSpan(a, t)
		} else {
			op.span = parseSpan(a, t)
		}
	case "minspan":
		op.minspan = parseSpan(a, t)
	case "bins":
		n, err := strconv.Atoi(t.Text)
		if err != nil || n < 2 || n > 50_000 {
			a.Fail(t.Span, diag.BadArgument, "", "bins=%s: a whole number from 2 to 50000 was expected", t.Text)
		}
		op.bins = n
	case "start":
		op.start = parseNumber(a, name, t)
	case "end":
		op.end = parseNumber(a, name, t)
	case "aligntime":
		op.align = t.Text
		if _, err := alignment(op.align, &plan.Run{Location: time.UTC}); err != nil {
			a.Fail(t.Span, diag.BadTime, "", "aligntime: %v", err)
		}
	}
}

// takeNumber reads the option name=number.
func takeNumber(a *spl.Args, name string, to *float64) bool {
	t, ok := a.TextToken(name)
	if ok {
		*to = parseNumber(a, name, t)
	}
	return ok
}

func parseNumber(a *spl.Args, name string, t spl.Token) float64 {
	f, ok := value.ParseNumber(t.Text)
	if !ok {
		a.Fail(t.Span, diag.BadArgument, "", "%s=%s: a number was expected", name, t.Text)
	}
	return f
}

func parseSpan(a *spl.Args, t spl.Token) timeformat.Span {
	span, err := timeformat.ParseSpan(t.Text)
	if err != nil {
		a.Fail(t.Span, diag.BadTime, "", "%v", err)
	}
	return span
}

func parseLogSpan(a *spl.Args, t spl.Token) *logSpan {
	before, after, _ := strings.Cut(strings.ToLower(t.Text), "log")
	span := &logSpan{coefficient: 1, base: 10}
	ok := true
	if before != "" {
		span.coefficient, ok = value.ParseNumber(before)
	}
	if after != "" && ok {
		span.base, ok = value.ParseNumber(after)
	}
	if !ok || span.base <= 1 || span.coefficient < 1 || span.coefficient >= span.base || math.IsInf(span.base, 0) {
		a.Fail(t.Span, diag.BadArgument, "", "span=%s: a span such as log2 or 2log10 was expected, with a base above 1 and a coefficient from 1 to below the base", t.Text)
	}
	return span
}

func (s *logSpan) String() string {
	return value.FormatNumber(s.coefficient) + "log" + value.FormatNumber(s.base)
}

func (op binOp) String() string {
	s := "bin" + op.optionString(100) + " " + argName(op.field)
	if op.as != op.field {
		s += " AS " + argName(op.as)
	}
	return s
}

// optionString writes the options, bins unless it is as usual.
func (op binOp) optionString(usual int) string {
	s := ""
	switch {
	case op.log != nil:
		s += " span=" + op.log.String()
	case op.span != timeformat.Span{}:
		s += " span=" + op.span.String()
	}
	if op.minspan != (timeformat.Span{}) {
		s += " minspan=" + op.minspan.String()
	}
	if op.bins != usual {
		s += " bins=" + strconv.Itoa(op.bins)
	}
	if !math.IsInf(op.start, 0) {
		s += " start=" + value.FormatNumber(op.start)
	}
	if !math.IsInf(op.end, 0) {
		s += " end=" + value.FormatNumber(op.end)
	}
	if op.align != "" {
		s += " aligntime=" + spl.Quote(op.align)
	}
	return s
}

func (op binOp) hasSpan() bool { return op.log != nil || op.span != timeformat.Span{} }

func (op binOp) Kind() plan.Kind {
	if op.hasSpan() {
		return plan.Streaming
	}
	return plan.Dataset
}

// Needs keeps the new field: it goes out as it came in where the old one is no
// number.
func (op binOp) Needs(wanted event.Set) event.Set {
	if wanted.Has(op.as) {
		return wanted.With(op.field)
	}
	return wanted
}

func (op binOp) Columns(in []string) []string { return addColumns(in, op.as) }

func (op binOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	if op.hasSpan() {
		bucket, err := op.bucket(run)
		return changeRows(next, func(e *event.Event) { op.change(e, bucket) }), err
	}
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		return rows, op.auto(run, rows)
	}), nil
}

// change gives e the bucket of its value.
func (op binOp) change(e *event.Event, bucket func(float64) value.Value) {
	f, ok := e.Get(op.field).Float()
	switch {
	case ok && !math.IsInf(f, 0) && !math.IsNaN(f):
		e.Set(op.as, bucket(f))
	case op.as != op.field:
		e.Set(op.as, e.Get(op.field))
	}
}

// timed reports whether the values are times.
func (op binOp) timed(span timeformat.Span) bool { return op.field == "_time" || span.Unit != "" }

// bucket returns the function from numbers to their buckets.
func (op binOp) bucket(run *plan.Run) (func(float64) value.Value, error) {
	switch {
	case op.log != nil:
		return op.log.label, nil
	case op.timed(op.span):
		align, err := alignment(op.align, run)
		return func(f float64) value.Value { return timeBucket(f, op.span, align, run) }, err
	}
	return func(f float64) value.Value { return rangeLabel(f, op.span.N) }, nil
}

// alignment returns the epoch that buckets are counted from: 0 where nothing
// is said, and where a run over all time has no beginning or end.
func alignment(spec string, run *plan.Run) (float64, error) {
	epoch := 0.0
	switch strings.ToLower(spec) {
	case "":
	case "earliest":
		epoch = run.Earliest
	case "latest":
		epoch = run.Latest
	default:
		t, err := timeformat.ParseModifier(spec, run.Now, run.Location)
		if err != nil {
			return 0, err
		}
		epoch = event.Epoch(t)
	}
	if math.IsInf(epoch, 0) {
		return 0, nil
	}
	return epoch, nil
}

// timeBucket returns the beginning of the bucket of a time.
func timeBucket(epoch float64, span timeformat.Span, align float64, run *plan.Run) value.Value {
	if math.Abs(epoch) > maxEpoch {
		return value.OfNumber(epoch)
	}
	if align != 0 && !ofDays(span) {
		seconds := span.Seconds()
		return value.OfNumber(math.Floor((epoch-align)/seconds)*seconds + align)
	}
	return value.OfNumber(event.Epoch(span.Floor(event.FromEpoch(epoch, run.Location))))
}

// ofDays reports whether a span is of days or more, whose buckets begin at
// midnight.
func ofDays(span timeformat.Span) bool {
	return slices.Contains([]string{"d", "w", "mon", "q", "y"}, span.Unit)
}

// maxEpoch bounds what is taken for a time: the year 9999 and a bit.
const maxEpoch = 1e12

// rangeLabel names the bucket of a number, as chart does too.
func rangeLabel(f, span float64) value.Value {
	low := math.Floor(f/span) * span
	return value.OfText(fmt.Sprintf("%s-%s", shortNumber(low, span), shortNumber(low+span, span)))
}

// shortNumber writes a multiple of span without the noise of binary fractions.
func shortNumber(f, span float64) string {
	if math.Abs(f) > 1e15 || span >= 1 && span == math.Trunc(span) {
		return value.FormatNumber(f)
	}
	decimals := int(math.Ceil(-math.Log10(span))) + 3
	g, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', max(3, min(decimals, 18)), 64), 64)
	return value.FormatNumber(g)
}

func (s *logSpan) label(f float64) value.Value {
	if f <= 0 {
		return value.OfText(value.FormatNumber(f))
	}
	exponent := math.Floor(math.Log(f/s.coefficient)/math.Log(s.base) + 1e-9)
	low := s.coefficient * math.Pow(s.base, exponent)
	return value.OfText(shortNumber(low, low) + "-" + shortNumber(low*s.base, low))
}
