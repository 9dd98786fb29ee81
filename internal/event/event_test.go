package event_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// read returns the event of a JSON record, read with a layout for everything.
func read(text string) *event.Event {
	e, _ := readWith(text, event.AllFields, &event.Schema{}, 0)
	return e
}

// readWith returns the event of a record and the buffer that it was read from.
func readWith(text string, wanted event.Set, schema *event.Schema, seq uint64) (*event.Event, []byte) {
	buffer := []byte(text)
	var r event.Record
	r.Reset(buffer, &event.Meta{Source: "a.json", Sourcetype: "json"}, event.NewLayout(wanted, schema), seq, true, nil)
	var e event.Event
	e.Reset(&r)
	return &e, buffer
}

// show gives the fields of e in column order, without those that every event
// of readWith has.
func show(e *event.Event) string {
	var parts []string
	for _, f := range e.Fields() {
		switch f.Name {
		case "_raw", "source", "sourcetype", "linecount":
			continue
		}
		parts = append(parts, f.Name+"="+strings.Join(f.Value.Texts(), ","))
	}
	return strings.Join(parts, " ")
}

func row(pairs ...string) *event.Event {
	e := event.New()
	for i := 0; i < len(pairs); i += 2 {
		e.Set(pairs[i], value.OfText(pairs[i+1]))
	}
	return e
}

func TestSetAndGet(t *testing.T) {
	t.Parallel()
	e := row("b", "1", "a", "2")
	e.Set("b", value.OfText("3"))
	if got, want := show(e), "b=3 a=2"; got != want {
		t.Errorf("a row keeps the order of assignment: %s, want %s", got, want)
	}
	e.Set("b", value.Value{})
	e.Set("c", value.Value{})
	if got, want := show(e), "a=2"; got != want {
		t.Errorf("null removes: %s, want %s", got, want)
	}
	e.Set("b", value.OfText("4"))
	if got, want := show(e), "a=2 b=4"; got != want {
		t.Errorf("a removed column comes back at the end: %s, want %s", got, want)
	}
}

func TestFieldsOfARecordAreSortedAndOverlaid(t *testing.T) {
	t.Parallel()
	e := read(`{"z":1,"m":2,"a":3}`)
	e.Set("m", value.OfText("own"))
	e.Set("z", value.Value{})
	e.Set("new", value.OfText("x"))
	if got, want := show(e), "a=3 m=own new=x"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if v := e.Get("z"); !v.IsNull() {
		t.Errorf("z was removed and is %q", v)
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		event    *event.Event
		from, to string
		want     string
	}{
		{"a row keeps the column's place", row("a", "1", "b", "2"), "a", "c", "c=1 b=2"},
		{"the field of the new name is replaced", row("a", "1", "b", "2", "c", "3"), "a", "c", "c=1 b=2"},
		// Splunk, rename: a field that does not exist, renamed to one that does.
		{"an absent field takes the other away", row("b", "2"), "a", "b", ""},
		{"to itself", row("a", "1"), "a", "a", "a=1"},
		{"a record's field", read(`{"a":1,"b":2}`), "a", "c", "b=2 c=1"},
		{"over a record's field", read(`{"a":1,"b":2}`), "a", "b", "b=1"},
		{"an absent field over a record's", read(`{"b":2}`), "a", "b", ""},
	}
	for _, tt := range tests {
		tt.event.Rename(tt.from, tt.to)
		if got := show(tt.event); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestProject(t *testing.T) {
	t.Parallel()
	e := read(`{"eventTime":"2024-08-01T12:00:00Z","a":1,"b":2,"c":3}`)
	e.Set("d", value.OfText("4"))
	e.Project([]string{"d", "c", "absent", "a", "c"})
	if got, want := show(e), "d=4 c=3 a=1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if e.Record() != nil || !e.Get("b").IsNull() {
		t.Error("the record is still there")
	}
	if e.Lineage().Count() != 1 {
		t.Error("the lineage is gone")
	}
}

func TestMatchLeavesInternalFieldsToTheirOwnPatterns(t *testing.T) {
	t.Parallel()
	e := row("_time", "1", "_raw", "x", "a", "2", "ab", "3")
	tests := map[string][]string{
		"*":  {"a", "ab"},
		"a*": {"a", "ab"},
		"_*": {"_time", "_raw"},
		"*b": {"ab"},
		"x*": nil,
		"a":  {"a"},
	}
	for pattern, want := range tests {
		if diff := cmp.Diff(want, e.Match(pattern)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", pattern, diff)
		}
	}
}

// A source reads the next record into the memory of the last one.
func TestCloneOwnsItsMemory(t *testing.T) {
	t.Parallel()
	const text = `{"a":"alpha","b":["beta","gamma"],"eventID":"the id"}`
	for name, wanted := range map[string]event.Set{"some fields": event.SetOf("a", "b{}", "_raw"), "all fields": event.AllFields} {
		e, buffer := readWith(text, wanted, &event.Schema{ID: "eventID"}, 7)
		e.Set("own", e.Get("a"))
		e.Set("list", e.Get("b{}"))
		e.Lineage()
		clone := e.Clone()
		for i := range buffer {
			buffer[i] = '#'
		}
		got := map[string]string{}
		for _, field := range []string{"a", "b{}", "own", "list", "_raw"} {
			got[field] = clone.Get(field).String()
		}
		want := map[string]string{"a": "alpha", "b{}": "beta\ngamma", "own": "alpha", "list": "beta\ngamma", "_raw": text}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		if diff := cmp.Diff([]string{"the id"}, clone.Lineage().IDs()); diff != "" {
			t.Errorf("%s: lineage: -want +got:\n%s", name, diff)
		}
		if clone.Order() != e.Order() {
			t.Errorf("%s: the order is %v, was %v", name, clone.Order(), e.Order())
		}
	}
}

func TestCopyToDoesNotTouchTheOriginal(t *testing.T) {
	t.Parallel()
	e := read(`{"a":1,"b":2}`)
	e.Set("c", value.OfText("3"))
	var c event.Event
	e.CopyTo(&c)
	c.Set("a", value.OfText("changed"))
	c.Set("c", value.Value{})
	c.Rename("b", "d")
	if got, want := show(e), "a=1 b=2 c=3"; got != want {
		t.Errorf("the original is %s, was %s", got, want)
	}
	if got, want := show(&c), "a=changed d=2"; got != want {
		t.Errorf("the copy is %s, want %s", got, want)
	}
}

func TestResetForgetsTheEventBefore(t *testing.T) {
	t.Parallel()
	e := read(`{"a":1}`)
	e.Set("own", value.OfText("x"))
	e.Order()
	e.Lineage()
	var r event.Record
	r.Reset([]byte(`{"b":2}`), &event.Meta{}, event.NewLayout(event.AllFields, &event.Schema{}), 9, false, nil)
	e.Reset(&r)
	if got, want := show(e), "b=2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if e.Order().Seq != 9 || e.Lineage() != nil {
		t.Errorf("order %v, lineage %v", e.Order(), e.Lineage())
	}
}

func TestSizeGrowsWithTheText(t *testing.T) {
	t.Parallel()
	small, large := row("a", "x").Size(), row("a", strings.Repeat("x", 5000)).Size()
	if large-small < 4999 {
		t.Errorf("%d bytes and %d", small, large)
	}
	if n := read(`{"a":"` + strings.Repeat("x", 5000) + `"}`).Size(); n < 5000 {
		t.Errorf("%d bytes with a record of 5000", n)
	}
}
