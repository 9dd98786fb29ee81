package agg_test

import (
	"strconv"
	"testing"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// BenchmarkAdd adds rows to one group; bytes are those of the values that are
// read.
func BenchmarkAdd(b *testing.B) {
	rows := make([]*event.Event, 1000)
	bytes := 0
	for i := range rows {
		text := strconv.Itoa(i * 7919 % 97)
		bytes += len(text)
		rows[i] = event.New(event.Field{Name: "_time", Value: value.OfNumber(float64(i))}, event.Field{Name: "x", Value: value.OfText(text)})
		rows[i].SetOrder(event.Order{Time: float64(i), Seq: uint64(i)})
	}
	for _, aggregates := range []string{"count", "count(x)", "dc(x)", "values(x)", "list(x)", "sum(x) avg(x)", "min(x) max(x)", "earliest(x) latest(x)", "perc95(x)", "mode(x)"} {
		b.Run(aggregates, func(b *testing.B) {
			calls := mustParse(b, aggregates)
			b.ReportAllocs()
			b.SetBytes(int64(bytes))
			for b.Loop() {
				r := agg.NewReader(newRun(), calls, 0, nil)
				g, _ := r.NewGroup()
				for _, row := range rows {
					r.Read(row)
					r.Add(g)
				}
			}
		})
	}
}
