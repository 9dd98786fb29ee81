package event_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// schema is that of a small add-on.
var schema = &event.Schema{
	Times: []string{"eventTime", "time"},
	ID:    "eventID",
	Derived: map[string]event.Derivation{
		"src": {Needs: []string{"sourceIPAddress"}, Compute: func(get func(string) value.Value) value.Value {
			return get("sourceIPAddress")
		}},
		"user": {Needs: []string{"id.arn", "id.name"}, Compute: func(get func(string) value.Value) value.Value {
			if v := get("id.name"); !v.IsNull() {
				return v
			}
			return get("id.arn")
		}},
	},
}

// Whether a search names its fields beforehand or not, it sees the same ones.
func TestRecordFields(t *testing.T) {
	t.Parallel()
	const text = `{"eventTime":"2024-08-01T12:25:57Z","eventID":"e1","sourceIPAddress":"198.51.100.7","id":{"arn":"arn:x"},"src":"hidden","host":"raw","n":{"a":[1,2]}}`
	tests := map[string]string{
		"n.a{}":           "1\n2",
		"src":             "198.51.100.7",
		"user":            "arn:x",
		"sourceIPAddress": "198.51.100.7",
		"_time":           "1722515157",
		"_raw":            text,
		"source":          "a.json",
		"sourcetype":      "json",
		"host":            "", // the source knows of none, and the JSON is not asked
		"index":           "",
		"linecount":       "1",
		"date_hour":       "12",
		"date_mday":       "1",
		"date_minute":     "25",
		"date_month":      "august",
		"date_second":     "57",
		"date_wday":       "thursday",
		"date_year":       "2024",
		"date_zone":       "0",
		"absent":          "",
	}
	var names []string
	for name := range tests {
		names = append(names, name)
	}
	layouts := map[string]event.Set{
		"all fields": event.AllFields, "the fields": event.SetOf(names...), "other fields": event.SetOf("eventID"),
		"one field": event.SetOf("user"), "a pattern": event.SetOf("n.*"),
	}
	for layout, wanted := range layouts {
		for name, want := range tests {
			e, _ := readWith(text, wanted, schema, 0)
			if got := e.Get(name); got.String() != want || got.IsNull() != (want == "") {
				t.Errorf("layout for %s: %s = %q, want %q", layout, name, got, want)
			}
		}
	}
}

func TestComputedFieldHidesTheRawOneAlsoWhenNull(t *testing.T) {
	t.Parallel()
	for layout, wanted := range map[string]event.Set{"all": event.AllFields, "some": event.SetOf("src", "user")} {
		e, _ := readWith(`{"src":"raw","user":"raw","a":1}`, wanted, schema, 0)
		if src, user := e.Get("src"), e.Get("user"); !src.IsNull() || !user.IsNull() {
			t.Errorf("layout for %s: src %q, user %q", layout, src, user)
		}
	}
	if got, want := show(read(`{"src":"raw"}`)), "src=raw"; got != want {
		t.Errorf("without the add-on: %s, want %s", got, want)
	}
}

// An export may carry fields beside the text; they win.
func TestGivenFieldsWin(t *testing.T) {
	t.Parallel()
	given := []event.Field{
		{Name: "host", Value: value.OfText("web-1")},
		{Name: "a", Value: value.OfText("given")},
		{Name: "sourceIPAddress", Value: value.OfText("203.0.113.9")},
	}
	for layout, wanted := range map[string]event.Set{"all": event.AllFields, "some": event.SetOf("host", "a", "src", "b")} {
		var r event.Record
		r.Reset([]byte(`{"a":1,"b":2,"sourceIPAddress":"198.51.100.7"}`), &event.Meta{Host: "other"}, event.NewLayout(wanted, schema), 0, false, given)
		var e event.Event
		e.Reset(&r)
		got := map[string]string{}
		for _, name := range []string{"host", "a", "b", "src"} {
			got[name] = e.Get(name).String()
		}
		want := map[string]string{"host": "web-1", "a": "given", "b": "2", "src": "203.0.113.9"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("layout for %s: -want +got:\n%s", layout, diff)
		}
	}
}

func TestRecordOfPlainText(t *testing.T) {
	t.Parallel()
	e := read("two lines\nof text\n")
	if got := show(e); got != "" {
		t.Errorf("fields were found: %s", got)
	}
	if got := e.Get("linecount").String(); got != "2" {
		t.Errorf("linecount is %s", got)
	}
	if got := e.Record().Problem(); got != "" {
		t.Errorf("problem: %s", got)
	}
}

func TestRecordProblem(t *testing.T) {
	t.Parallel()
	for name, wanted := range map[string]event.Set{"all": event.AllFields, "some": event.SetOf("a")} {
		e, _ := readWith(`{"a":1,"b":`, wanted, schema, 0)
		if got := e.Get("a").String(); got != "1" {
			t.Errorf("%s: a = %q", name, got)
		}
		if got := e.Record().Problem(); !strings.Contains(got, "at byte 11 of the record") {
			t.Errorf("%s: problem %q", name, got)
		}
	}
}

func TestRecordTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       float64
		ok         bool
	}{
		{"the first key that holds a time", `{"time":5,"eventTime":"1970-01-01T00:00:01Z"}`, 1, true},
		{"a key that holds none is passed over", `{"eventTime":"yesterday","time":5}`, 5, true},
		{"only the top level counts", `{"a":{"eventTime":7},"b":[{"time":8}]}`, 0, false},
		{"an escaped key", `{"event\u0054ime":3}`, 3, true},
		{"none", `{"a":1}`, 0, false},
		{"no JSON", `eventTime 5`, 0, false},
	}
	for _, tt := range tests {
		e, _ := readWith(tt.text, event.AllFields, schema, 0)
		if got, ok := e.Record().Time(); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %v, %v", tt.name, got, ok)
		}
	}
	e, _ := readWith(`{"time":5}`, event.AllFields, schema, 0)
	e.Record().SetTime(9)
	if got := e.Get("_time").String(); got != "9" {
		t.Errorf("a time of the record's own: %s", got)
	}
}

func TestRecordID(t *testing.T) {
	t.Parallel()
	id := func(text string) string {
		e, _ := readWith(text, event.AllFields, schema, 0)
		return e.Record().ID()
	}
	if got := id(`{"eventID":"e1"}`); got != "e1" {
		t.Errorf("got %q", got)
	}
	a, b := id(`{"a":1}`), id(`{"a":2}`)
	if !strings.HasPrefix(a, "sha256:") || a == b || a != id(`{"a":1}`) {
		t.Errorf("without an ID the text decides: %s and %s", a, b)
	}
}
