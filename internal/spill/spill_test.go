package spill_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spill"
	"github.com/pugmark/pugmark/internal/value"
)

func byN(a, b *event.Event) int { return value.Compare(a.Get("n"), b.Get("n")) }

// TestOrderDoesNotDependOnMemory: whatever the budget and however the events
// are shared out, the same events come back in the same order.
func TestOrderDoesNotDependOnMemory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.IntRange(0, 20), 0, 200).Draw(t, "numbers")
		first := rapid.IntRange(0, 30).Draw(t, "first")
		run := func(budget int) []string {
			sorter := spill.NewSorter(byN, budget, first)
			for i, n := range numbers {
				e := event.New(event.Field{Name: "n", Value: value.OfInt(n)}, event.Field{Name: "i", Value: value.OfText(fmt.Sprint(i))},
					event.Field{Name: "list", Value: value.OfTexts([]string{"a", fmt.Sprint(i)})})
				if err := sorter.Add(e); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			err := spill.Merge([]*spill.Sorter{sorter}, func(b event.Batch) (bool, error) {
				for _, e := range b {
					got = append(got, e.Get("n").String()+" "+e.Get("i").String()+" "+fmt.Sprint(e.Get("list").Texts()))
				}
				return true, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		all, spilled := run(1<<30), run(rapid.IntRange(0, 20_000).Draw(t, "budget"))
		if diff := cmp.Diff(all, spilled); diff != "" {
			t.Fatal(diff)
		}
		if want := min(len(numbers), max(first, 0)); first > 0 && len(all) != want {
			t.Fatalf("%d events, want %d", len(all), want)
		}
	})
}

// TestRecordsSurviveTheDisk: an event that still has its record reads the same
// fields after a stay on disk, and remembers where it came from.
func TestRecordsSurviveTheDisk(t *testing.T) {
	t.Parallel()
	schema := &event.Schema{Times: []string{"time"}, ID: "id"}
	sorter := spill.NewSorter(func(a, b *event.Event) int { return a.Order().Compare(b.Order()) }, 0, 0)
	for i, text := range []string{`{"time":1,"id":"x","a":{"b":["p","q"]}}`, `{"time":2,"id":"y"}`} {
		var r event.Record
		var e event.Event
		r.Reset([]byte(text), &event.Meta{Source: "file", Sourcetype: "st"}, event.NewLayout(event.AllFields, schema), uint64(i), true, nil)
		e.Reset(&r)
		e.Set("own", value.OfNumber(1.5))
		if err := sorter.Add(&e); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := spill.Merge([]*spill.Sorter{sorter}, func(b event.Batch) (bool, error) {
		for _, e := range b {
			got = append(got, fmt.Sprint(e.Lineage().IDs(), e.Get("_time"), e.Get("a.b{}").Texts(), e.Get("source"), e.Get("own"), e.Get("_raw")))
		}
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`[y] 2 [] file 1.5 {"time":2,"id":"y"}`, `[x] 1 [p q] file 1.5 {"time":1,"id":"x","a":{"b":["p","q"]}}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
