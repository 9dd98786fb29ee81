package event_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
)

func TestOrderIsThatOfSearching(t *testing.T) {
	t.Parallel()
	none := math.Inf(-1)
	want := []event.Order{
		{Time: 9, Seq: 1}, // newest first
		{Time: 5, Seq: 4}, // equal times: the last arrived first
		{Time: 5, Seq: 2},
		{Time: -1, Seq: 0},
		{Time: none, Seq: 3}, // without a time: last, as they arrived
		{Time: none, Seq: 7},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, event.Order.Compare)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOrderOfAnEvent(t *testing.T) {
	t.Parallel()
	e, _ := readWith(`{"time":5}`, event.AllFields, schema, 3)
	if got, want := e.Order(), (event.Order{Time: 5, Seq: 3}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	e.SetOrder(event.Order{Time: 1})
	if got := e.Clone().Order(); got != (event.Order{Time: 1}) {
		t.Errorf("a place given is lost: %v", got)
	}
	timeless, _ := readWith(`{}`, event.AllFields, schema, 3)
	if got := timeless.Order().Time; !math.IsInf(got, -1) {
		t.Errorf("an event without a time stands at %v", got)
	}
}

// numbered returns an event with an ID and a time of its own.
func numbered(n int) *event.Event {
	e, _ := readWith(fmt.Sprintf(`{"eventID":"e%06d","time":%d}`, n, n), event.AllFields, schema, uint64(n))
	return e
}

func TestLineageOfAMergedRow(t *testing.T) {
	t.Parallel()
	out := event.New()
	for _, n := range []int{7, 3, 5, 3} {
		out.Inherit(numbered(n).Lineage())
	}
	if diff := cmp.Diff([]string{"e000003", "e000005", "e000007"}, out.Lineage().IDs()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := out.Lineage().Count(); got != 3 {
		t.Errorf("%d events", got)
	}
	if first, last, ok := out.Lineage().Times(); first != 3 || last != 7 || !ok {
		t.Errorf("from %v to %v, %v", first, last, ok)
	}
}

func TestLineageUntracked(t *testing.T) {
	t.Parallel()
	row := event.New()
	row.Inherit(nil)
	l := row.Lineage()
	if _, _, ok := l.Times(); l != nil || l.Count() != 0 || l.IDs() != nil || l.Clone() != nil || ok {
		t.Errorf("a row without lineage says %v", l)
	}
	var all event.Lineages
	all.Add(row)
	all.Merge(event.Lineages{})
	all.Give(row)
	if row.Lineage() != nil {
		t.Error("lineage came out of nothing")
	}
}

func TestInheritDoesNotChangeTheSource(t *testing.T) {
	t.Parallel()
	a, b := numbered(1), numbered(2)
	row := event.New()
	row.Inherit(a.Lineage())
	row.Inherit(b.Lineage())
	if a.Lineage().Count() != 1 || b.Lineage().Count() != 1 || row.Lineage().Count() != 2 {
		t.Errorf("%d, %d, %d", a.Lineage().Count(), b.Lineage().Count(), row.Lineage().Count())
	}
}

// However events are shared out among workers and in whatever order their
// states are merged, a row names the same evidence.
func TestLineageDoesNotDependOnTheOrderOfMerging(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.IntRange(0, 5*event.MaxLineage), 1, 50).Draw(t, "numbers")
		if rapid.IntRange(0, 9).Draw(t, "many") == 0 { // beyond what is kept
			for n := range 2*event.MaxLineage + 500 {
				numbers = append(numbers, n)
			}
		}
		workers := make([]event.Lineages, rapid.IntRange(1, 4).Draw(t, "workers"))
		seed := rapid.Uint64().Draw(t, "seed")
		for i, n := range numbers {
			workers[(uint64(i)*2654435761+seed)%uint64(len(workers))].Add(numbered(n))
		}
		var merged event.Lineages
		for _, i := range rapid.Permutation(slices.Collect(upTo(len(workers)))).Draw(t, "order") {
			merged.Merge(workers[i])
		}
		row := event.New()
		merged.Give(row)

		distinct := slices.Compact(slices.Sorted(slices.Values(numbers)))
		var want []string
		for _, n := range distinct[:min(len(distinct), event.MaxLineage)] {
			want = append(want, fmt.Sprintf("e%06d", n))
		}
		if diff := cmp.Diff(want, row.Lineage().IDs()); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
		if got := row.Lineage().Count(); got != len(distinct) {
			t.Fatalf("%d events, want %d", got, len(distinct))
		}
	})
}

func upTo(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// An event that forgets what it came from leaves no trace in rows made of it,
// nor does its copy, its clone or what a codec writes of it.
func TestUntrack(t *testing.T) {
	t.Parallel()
	kept, forgotten := numbered(3), numbered(5)
	forgotten.Untrack()
	out := event.New()
	out.Inherit(kept.Lineage())
	out.Inherit(forgotten.Lineage())
	if l := out.Lineage(); !l.Has("e000003") || l.Has("e000005") || l.Count() != 1 {
		t.Errorf("the row came from %v", l.IDs())
	}
	var copied event.Event
	forgotten.CopyTo(&copied)
	var codec event.Codec
	decoded, err := codec.Decode(codec.Append(nil, forgotten))
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]*event.Event{"copy": &copied, "clone": forgotten.Clone(), "decoded": decoded} {
		if e.Lineage() != nil {
			t.Errorf("the %s remembers", name)
		}
	}
	if (*event.Lineage)(nil).Has("e000003") {
		t.Error("no lineage has an event")
	}
}
