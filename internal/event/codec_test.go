package event_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// What is put aside on disk comes back as it was: fields, own and of the
// record, place in the order, and lineage.
func TestCodecReadsWhatItWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var events []*event.Event
		for range rapid.IntRange(1, 4).Draw(t, "events") {
			e := event.New()
			if rapid.Bool().Draw(t, "record") {
				wanted := rapid.SampledFrom([]event.Set{event.AllFields, event.SetOf("a", "src")}).Draw(t, "wanted")
				e, _ = readWith(anyJSON().Draw(t, "json"), wanted, schema, rapid.Uint64().Draw(t, "seq"))
			}
			for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "own", "", "x y"}), 0, 3).Draw(t, "own") {
				e.Set(name, value.OfTexts(rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "values")))
			}
			if rapid.Bool().Draw(t, "merged") {
				e.Inherit(numbered(7).Lineage())
			}
			events = append(events, e)
		}
		var codec event.Codec
		for _, want := range events {
			data := codec.Append(nil, want)
			got, err := codec.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(summary(want), summary(got)); diff != "" {
				t.Fatalf("-want +got:\n%s", diff)
			}
			cut := rapid.IntRange(0, len(data)-1).Draw(t, "cut")
			if _, err := codec.Decode(data[:cut]); !errors.Is(err, event.ErrCodec) {
				t.Fatalf("%d of %d bytes were read: %v", cut, len(data), err)
			}
		}
	})
}

// summary is what can be seen of an event.
func summary(e *event.Event) map[string]any {
	first, last, timed := e.Lineage().Times()
	s := map[string]any{
		"order": e.Order(), "a": e.Get("a").Texts(), "src": e.Get("src").Texts(),
		"ids": e.Lineage().IDs(), "count": e.Lineage().Count(), "times": []any{first, last, timed}, "has a record": e.Record() != nil,
	}
	var fields []any
	for _, f := range e.Fields() {
		fields = append(fields, f.Name, f.Value.Kind(), f.Value.Texts())
	}
	s["fields"] = fields
	return s
}
