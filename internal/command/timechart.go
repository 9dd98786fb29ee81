package command

import (
	"fmt"
	"math"
	"slices"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/value"
)

var timechart = &Spec{
	Name:    "timechart",
	Syntax:  "timechart [span=<int><timescale>] [bins=<int>] [minspan=<int><timescale>] [aligntime=(earliest|latest|<time>)] [partial=<bool>] [cont=<bool>] [fixedrange=<bool>] [limit=[top|bottom]<int>] [agg=<function>[(<field>)]] [usenull=<bool>] [useother=<bool>] [nullstr=<string>] [otherstr=<string>] [sep=<string>] [format=<string>] [dedup_splitvals=<bool>] (<function>[(<field>|eval(<expression>))] | eval(<expression>)) [AS <name>] ... [BY <field> [<bin-option> ...] [where <function>[(<field>)] (in|notin) (top|bottom)<int> | (<|>) <num>]]",
	Summary: "Compute statistics over time: a row for each bucket of time, a column for each value of a field.",
	Details: `The rows are the buckets of _time from the beginning to the end of the run's time range, or of the results if it is all time. A bucket without results has count and dc 0 and no other value; cont=false leaves it out. fixedrange=false takes the range of the results; partial=false leaves out a first or last bucket that the time range cuts. Results without a _time are in no row, with a warning.
Without span the smallest of 1, 5, 10 and 30 seconds, 1, 5, 10 and 30 minutes, an hour, a day and a month is taken that makes no more than bins rows, 100 unless told otherwise, and is at least minspan. A bucket of days or more begins at midnight of the time zone.
Series, functions and eval(…) are as for chart. per_second, per_minute, per_hour and per_day give the sum of a bucket as a rate. A bin option behind BY is for that field, not for the time.`,
	Examples: []string{
		"search * | timechart count",
		"search * | timechart span=1h count by eventName",
		"search * | timechart span=1d limit=5 useother=f dc(src_ip) as addresses by user_arn usenull=f",
		"search * | timechart span=10m eval(sum(bytes)/count) by host where max > 100",
		"search * | timechart per_hour(bytes)",
	},
	Differs: "At most 50,000 rows are made; more are an error. The hidden fields _span and _spandays are not added.",
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &timechartOp{charting: newCharting(a), bin: noBins(), cont: true, partial: true, fixedRange: true}
		op.bin.bins, op.bin.field = usualBins, "_time"
		a.Bool("cont", &op.cont)
		a.Bool("partial", &op.partial)
		a.Bool("fixedrange", &op.fixedRange)
		op.takeOptions(a)
		op.takeTerms(a, &op.bin)
		if a.Keyword("by") {
			op.column = takeSplit(a)
			op.noteSpan()
		}
		op.selection.takeWhere(a)
		if op.bin.log != nil {
			a.Fail(a.Span(), diag.BadTime, "", "a span of time such as 1h was expected")
		}
		if op.bin.span.N > 0 && op.bin.span.Unit == "" {
			op.bin.span.Unit = "s"
		}
		agg.CheckTerms(a, op.terms, []string{"_time"})
		return op, a.End()
	},
}

const usualBins = 100

type timechartOp struct {
	charting
	bin        binOp // of _time
	cont       bool
	partial    bool
	fixedRange bool
	notes      []*diag.Error
}

// noteSpan notes a span of time that stands behind BY: it is for that field.
func (op *timechartOp) noteSpan() {
	if op.column.bin.span.Unit != "" && op.bin.span == (timeformat.Span{}) {
		op.notes = append(op.notes, op.place.command.ErrorAt(op.column.span, diag.SuspiciousExpression,
			fmt.Sprintf("timechart: the span behind %q is for that field, not for the time", op.column.name), "write span before by"))
	}
}

// Notes implements [plan.Noter].
func (op *timechartOp) Notes() []*diag.Error { return append(op.charting.Notes(), op.notes...) }

func (op *timechartOp) String() string {
	options := op.bin.optionString(usualBins) +
		writeOptions(boolOption("cont", op.cont, true), boolOption("partial", op.partial, true), boolOption("fixedrange", op.fixedRange, true))
	return op.string("timechart", options) + op.columnString()
}

func (op *timechartOp) Kind() plan.Kind           { return plan.Transforming }
func (op *timechartOp) Needs(event.Set) event.Set { return op.needs().With("_time") }

// Opens is as for chart.
func (op *timechartOp) Opens() bool { return op.column != nil }

func (op *timechartOp) Columns([]string) []string {
	return append([]string{"_time"}, op.columnNames()...)
}

// UsesOrder is as for stats.
func (op *timechartOp) UsesOrder() bool { return false }

func (op *timechartOp) NewPartial(run *plan.Run) (plan.Partial, error) {
	return op.start(run, agg.AnyOrder)
}

func (op *timechartOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	p, err := op.start(run, agg.InOrder)
	return reduce(p, next), err
}

func (op *timechartOp) start(run *plan.Run, order agg.Order) (*timechartPartial, error) {
	p := &timechartPartial{op: op, run: run, low: math.Inf(1), high: math.Inf(-1), bin: op.bin}
	var err error
	if p.align, err = alignment(op.bin.align, run); err != nil {
		return nil, err
	}
	p.ranged = op.fixedRange && !math.IsInf(run.Earliest, 0) && !math.IsInf(run.Latest, 0) && run.Earliest < run.Latest
	if p.growing = !op.bin.hasSpan(); p.growing {
		p.bin.span = autoSpans[0]
		p.grow()
	}
	time := byField{name: "_time", span: op.place.command.NameSpan(), bucket: p.bucket}
	p.chartGroups, err = newChartGroups(&op.charting, run, &time, order)
	return p, err
}

// timechartPartial is chart groups by bucket of time.
//
// If no span is given it depends on the range of the results. Each state grows
// its span with the range it has seen, which is part of the whole range, so
// that its buckets never have to be divided again. While it grows, a bucket
// also ends at midnight, for those of days and months to be made of it.
type timechartPartial struct {
	*chartGroups
	op        *timechartOp
	run       *plan.Run
	bin       binOp // with the span at hand
	align     float64
	growing   bool
	ranged    bool    // the rows are those of the run's time range
	low, high float64 // the range of the results
}

// bucket returns the bucket of a _time, null for what is no time.
func (p *timechartPartial) bucket(v value.Value) value.Value {
	epoch, ok := v.Float()
	if !ok || !(math.Abs(epoch) <= maxEpoch) {
		return value.Value{}
	}
	p.low, p.high = min(p.low, epoch), max(p.high, epoch)
	return p.floor(epoch)
}

func (p *timechartPartial) floor(epoch float64) value.Value {
	at := timeBucket(epoch, p.bin.span, p.align, p.run)
	if p.growing && !ofDays(p.bin.span) {
		f, _ := at.Float()
		midnight, _ := timeBucket(epoch, timeformat.Span{N: 1, Unit: "d"}, 0, p.run).Float()
		return value.OfNumber(max(f, midnight))
	}
	return at
}

// Add implements [plan.Partial].
func (p *timechartPartial) Add(b event.Batch) error {
	if err := p.add(b); err != nil {
		return err
	}
	p.grow()
	return nil
}

// grow takes the span that the range seen so far needs.
func (p *timechartPartial) grow() {
	low, high := p.bounds()
	if !p.growing || low > high {
		return
	}
	if span := p.op.bin.autoTime(low, high); span != p.bin.span {
		p.bin.span = span
		if p.chartGroups != nil {
			p.again()
		}
	}
}

// bounds returns the range of the rows: that of the results seen so far and
// the time range of the run. Results lie outside of that if the search has a
// time of its own.
func (p *timechartPartial) bounds() (low, high float64) {
	if !p.ranged {
		return p.low, p.high
	}
	return min(p.low, p.run.Earliest), max(p.high, math.Nextafter(p.run.Latest, p.run.Earliest))
}

// again puts the groups into the buckets of the span at hand.
func (p *timechartPartial) again() {
	p.rebucket(func(v value.Value) value.Value {
		epoch, _ := v.Float()
		return p.floor(epoch)
	})
}

// Merge implements [plan.Partial].
func (p *timechartPartial) Merge(other plan.Partial) error {
	o := other.(*timechartPartial)
	p.merge(o.chartGroups)
	p.low, p.high = min(p.low, o.low), max(p.high, o.high)
	if low, high := p.bounds(); p.growing && low <= high {
		p.bin.span = p.op.bin.autoTime(low, high)
		p.again() // also the groups that came with another span
	}
	return nil
}

// Emit implements [plan.Partial].
func (p *timechartPartial) Emit(next plan.Sink) error {
	p.cells.warnMissing()
	if p.growing {
		p.growing = false
		p.again() // join the parts of buckets over midnight
	}
	t, err := p.table("_time")
	if err != nil {
		return err
	}
	buckets, err := p.buckets(t)
	if err != nil {
		return err
	}
	rows := make(map[float64]*chartRow, len(t.rows))
	for _, row := range t.rows {
		epoch, _ := row.label.Float()
		rows[epoch] = row
	}
	if len(t.series) == 0 && p.op.column == nil {
		t.series = []string{""}
	}
	columns := t.columns()
	err = makeRows(p.run, next, len(buckets), len(columns), func(i int) *event.Event {
		at := buckets[i]
		return t.row(value.OfNumber(at), rows[at], columns, p.after(at)-at)
	})
	if err != nil {
		return err
	}
	return p.release()
}

// after returns the beginning of the bucket after the one that begins at a
// time.
func (p *timechartPartial) after(at float64) float64 {
	if p.align != 0 && !ofDays(p.bin.span) {
		// From the middle of that bucket, past what floats leave out.
		f, _ := timeBucket(at+1.5*p.bin.span.Seconds(), p.bin.span, p.align, p.run).Float()
		return f
	}
	return event.Epoch(p.bin.span.Next(event.FromEpoch(at, p.run.Location)))
}

// buckets returns the beginnings of the rows' buckets in order.
func (p *timechartPartial) buckets(t *chartTable) ([]float64, error) {
	if !p.op.cont {
		var buckets []float64
		for _, row := range t.rows {
			epoch, _ := row.label.Float()
			buckets = append(buckets, epoch)
		}
		slices.Sort(buckets)
		return p.whole(buckets), nil
	}
	from, to := p.bounds()
	if from > to || p.op.column != nil && len(t.rows) == 0 {
		return nil, nil
	}
	var buckets []float64
	at, _ := p.floor(from).Float()
	for at <= to {
		if len(buckets) == maxBuckets {
			c := p.op.place.command
			return nil, c.ErrorAt(c.NameSpan(), diag.LimitReached, fmt.Sprintf("timechart: the span makes more than %d rows", maxBuckets), "give a longer span, or a shorter time range")
		}
		buckets = append(buckets, at)
		next := p.after(at)
		if !(next > at) {
			break
		}
		at = next
	}
	return p.whole(buckets), nil
}

// maxBuckets bounds the rows of timechart. Source: Splunk, limits.conf
// (discretize, maxbins).
const maxBuckets = 50_000

// whole leaves out the first and last bucket if the time range cuts them and
// they are not wanted.
func (p *timechartPartial) whole(buckets []float64) []float64 {
	if p.op.partial || !p.ranged {
		return buckets
	}
	if n := len(buckets); n > 0 && p.after(buckets[n-1]) > p.run.Latest {
		buckets = buckets[:n-1]
	}
	if len(buckets) > 0 && buckets[0] < p.run.Earliest {
		buckets = buckets[1:]
	}
	return buckets
}
