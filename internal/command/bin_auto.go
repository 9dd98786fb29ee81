package command

import (
	"math"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/timeformat"
)

// autoSpans are the spans of time to choose from, in order. Source: Splunk,
// timechart (spans used when minspan is specified).
var autoSpans = []timeformat.Span{
	{N: 1, Unit: "s"},
	{N: 5, Unit: "s"},
	{N: 10, Unit: "s"},
	{N: 30, Unit: "s"},
	{N: 1, Unit: "m"},
	{N: 5, Unit: "m"},
	{N: 10, Unit: "m"},
	{N: 30, Unit: "m"},
	{N: 1, Unit: "h"},
	{N: 1, Unit: "d"},
	{N: 1, Unit: "mon"},
}

// auto chooses the span from all values and puts them into buckets.
func (op binOp) auto(run *plan.Run, rows []*event.Event) error {
	low, high := op.start, op.end
	for _, row := range rows {
		if f, ok := row.Get(op.field).Float(); ok && !math.IsInf(f, 0) && !math.IsNaN(f) {
			low, high = min(low, f), max(high, f)
		}
	}
	if low > high {
		return nil // no numbers
	}
	if op.timed(op.minspan) {
		op.span = op.autoTime(low, high)
	} else {
		op.span = timeformat.Span{N: op.autoNumber(low, high)}
	}
	bucket, err := op.bucket(run)
	if err != nil {
		return err
	}
	for _, row := range rows {
		op.change(row, bucket)
	}
	return nil
}

func (op binOp) autoTime(low, high float64) timeformat.Span {
	for _, span := range autoSpans {
		if (high-low)/span.Seconds() < float64(op.bins) && span.Seconds() >= op.minspan.Seconds() {
			return span
		}
	}
	return autoSpans[len(autoSpans)-1]
}

// autoNumber returns the smallest power of ten of which few enough cover the
// range.
func (op binOp) autoNumber(low, high float64) float64 {
	span := 1.0
	if high > low {
		span = max(smallestSpan, math.Pow(10, math.Floor(math.Log10((high-low)/float64(op.bins)))))
	}
	for math.Floor(high/span)-math.Floor(low/span)+1 > float64(op.bins) && !math.IsInf(span, 0) {
		span *= 10
	}
	return max(span, op.minspan.N)
}

// smallestSpan is below what differs between most numbers.
const smallestSpan = 1e-15
