package filter_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var now = time.Date(2024, 8, 1, 12, 0, 0, 0, time.UTC)

func compile(t interface{ Fatalf(string, ...any) }, text string) *filter.Filter {
	expr, err := spl.ParseSearch(&diag.Source{Name: "search", Text: text})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	f, err := filter.Compile(expr, filter.Options{Now: now, Location: time.UTC})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

// row makes an event of name, value pairs; a value with | in it is several.
func row(pairs ...string) *event.Event {
	e := event.New()
	for i := 0; i < len(pairs); i += 2 {
		e.Set(pairs[i], value.OfTexts(strings.Split(pairs[i+1], "|")))
	}
	return e
}

func TestMatch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		search string
		event  *event.Event
		want   bool
	}{
		{`a=ABC`, row("a", "abc"), true},
		{`a=CASE(ABC)`, row("a", "abc"), false},
		{`a=CASE(a*C)`, row("a", "abC"), true},
		{`a=straße`, row("a", "STRAßE"), true},
		{`a=k`, row("a", "\u212a"), true}, // the Kelvin sign
		{`a=1`, row("a", "1.0"), false},
		{`a=a*c*e`, row("a", "abcde"), true},
		{`a=a*a`, row("a", "a"), false},
		{`a=*`, row("a", ""), true},
		{`a=""`, row("a", ""), true},
		{`a=""`, row("b", ""), false},
		{`a!=*`, row("a", "x"), false},
		{`a!=x`, row("b", "x"), false},
		{`NOT a=x`, row("b", "x"), true},
		{`a=x`, row("a", "w|x"), true},
		{`a!=x`, row("a", "w|x"), true}, // one value differs
		{`NOT a=x`, row("a", "w|x"), false},
		{`a>9`, row("a", "10"), true},
		{`a>9`, row("a", "abc"), true}, // by bytes
		{`a>=b`, row("a", "abc"), false},
		{`ip=10.0.0.0/8`, row("ip", "10.2.3.4"), true},
		{`ip=10.0.0.0/8`, row("ip", "::ffff:10.2.3.4"), true},
		{`ip!=10.0.0.0/8`, row("ip", "10.2.3.4"), false},
		{`ip=2001:db8::/32`, row("ip", "2001:db8::1"), true},
		{`ip=10.0.0.0/8`, row("ip", "10.0.0.0/8"), true},
		{`ip IN (192.0.2.0/24, x*)`, row("ip", "192.0.2.200"), true},
		{`()`, row(), true},
		{`NOT ()`, row(), false},
		{`*`, row(), true},
	}
	for _, tt := range tests {
		if got := compile(t, tt.search).Match(tt.event); got != tt.want {
			t.Errorf("%s over %v = %v", tt.search, tt.event.Fields(), got)
		}
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		search, raw string
		want        bool
	}{
		{`refused`, "connection refused by host", true},
		{`refuse`, "connection refused by host", false},
		{`refus*`, "connection refused by host", true},
		{`*fused`, "connection refused by host", true},
		{`*fuse`, "connection refused by host", false},
		{`*fus*`, "connection refused by host", true},
		{`con*ion`, "connection refused", true},
		{`con*used`, "connection refused", false}, // a star stays within a segment
		{`login`, "user-login-ok", true},
		{`"user-login"`, "user-login-ok", true},
		{`127.0.0.1`, "from 127.0.0.1:80", true},
		{`TERM(127.0.0.1)`, "from 127.0.0.1:80", false},
		{`TERM(127.0.0.1)`, "from 127.0.0.1 ok", true},
		{`TERM(127*)`, "from 127.0.0.1:80", true},
		{`CASE(Ok)`, "is ok", false},
		{`"bob said"`, "so bob said: yes", true},
		{`"all"`, `{"group":"all"}`, true},
		{`"startswith=foo"`, "x startswith=foo", true},
	}
	for _, tt := range tests {
		if got := compile(t, tt.search).Match(row("_raw", tt.raw)); got != tt.want {
			t.Errorf("%s over %q = %v", tt.search, tt.raw, got)
		}
	}
	if compile(t, "word").Match(row("a", "word")) {
		t.Error("a bare term matched a row without _raw")
	}
}

func TestTimeModifiers(t *testing.T) {
	t.Parallel()
	noon := float64(now.Unix())
	tests := []struct {
		search           string
		earliest, latest float64
	}{
		{`earliest=100 latest=200`, 100, 200},
		{`earliest=-1h@h`, noon - 3600, noon}, // latest is now
		{`earliest="07/31/2024:00:00:00" latest=now()`, noon - 36*3600, noon},
		{`latest=@d`, math.Inf(-1), noon - 12*3600},
		{`starthoursago=168 endhoursago=1`, noon - 168*3600, noon - 3600},
		{`starttimeu=5 endtimeu=6`, 5, 6},
		{`timeformat="%Y-%m-%d" starttime=2024-08-01`, noon - 12*3600, noon},
		{`(earliest=1 latest=2) OR (earliest=5 latest=6)`, 1, 6},
		{`a=1`, math.Inf(-1), math.Inf(1)},
	}
	for _, tt := range tests {
		earliest, latest := compile(t, tt.search).TimeRange()
		if earliest != tt.earliest || latest != tt.latest {
			t.Errorf("%s: got %v to %v, want %v to %v", tt.search, earliest, latest, tt.earliest, tt.latest)
		}
	}
	f := compile(t, "earliest=100 latest=200")
	for at, want := range map[string]bool{"99": false, "100": true, "199.9": true, "200": false} {
		if f.Match(row("_time", at)) != want {
			t.Errorf("_time=%s: got %v", at, !want)
		}
	}
}

func TestBadTimeModifiersAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`earliest=soon`, `earliest>5`, `starthoursago=-1`, `endtimeu=x`, `starttime=x`} {
		expr, err := spl.ParseSearch(&diag.Source{Name: "search", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		_, err = filter.Compile(expr, filter.Options{Now: now})
		if problems := diag.All(err); len(problems) != 1 || problems[0].Code != diag.BadTime {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestRequired(t *testing.T) {
	t.Parallel()
	for search, want := range map[string][]plan.Condition{
		`a=X`:                    {{Field: "a", Values: []string{"x"}}},
		`a=X b=y`:                {{Field: "a", Values: []string{"x"}}, {Field: "b", Values: []string{"y"}}},
		`a IN (X, y)`:            {{Field: "a", Values: []string{"x", "y"}}},
		`a=1 b=2 OR b=3`:         {{Field: "a", Values: []string{"1"}}, {Field: "b", Values: []string{"2", "3"}}},
		`(a=1 b=2) OR (c=3 a=4)`: {{Field: "a", Values: []string{"1", "4"}}},
		`a=x*`:                   nil,
		`a=10.0.0.0/8`:           nil,
		`NOT a=x`:                nil,
		`a=1 OR word`:            nil,
		`a!=1`:                   nil,
		`earliest=5`:             nil,
	} {
		if diff := cmp.Diff(want, compile(t, search).Required()); diff != "" {
			t.Errorf("%s: %s", search, diff)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for search, want := range map[string]int{`a=1 or b=2`: 1, `a=1 OR b=2`: 0, `"or"`: 0, `t>=relative_time(now(),"-1d")`: 1} {
		if got := len(compile(t, search).Notes()); got != want {
			t.Errorf("%s: %d notes, want %d", search, got, want)
		}
	}
}

// TestRequiredIsNeverNarrower: whatever matches an expression fulfils what the
// expression tells a source to require.
func TestRequiredIsNeverNarrower(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"a", "B", "b", "ab", "1", "10.0.0.1", "", "\u212a"})
	term := rapid.Custom(func(t *rapid.T) string {
		field := rapid.SampledFrom([]string{"f", "g"}).Draw(t, "field")
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return field + "!=" + spl.Quote(word.Draw(t, "value"))
		case 1:
			return field + "=" + spl.Quote(word.Draw(t, "value")+"*")
		case 2:
			return "NOT " + field + "=" + spl.Quote(word.Draw(t, "value"))
		case 3:
			return field + " IN (" + spl.Quote(word.Draw(t, "value")) + "," + spl.Quote(word.Draw(t, "value")) + ")"
		}
		return field + "=" + spl.Quote(word.Draw(t, "value"))
	})
	rapid.Check(t, func(t *rapid.T) {
		terms := rapid.SliceOfN(term, 1, 5).Draw(t, "terms")
		text := terms[0]
		for _, next := range terms[1:] {
			text += rapid.SampledFrom([]string{" ", " OR ", " AND "}).Draw(t, "operator") + next
		}
		f := compile(t, text)
		e := event.New()
		for _, name := range []string{"f", "g"} {
			e.Set(name, value.OfTexts(rapid.SliceOfN(word, 0, 2).Draw(t, name)))
		}
		if !f.Match(e) {
			return
		}
		for _, c := range f.Required() {
			if !slices.ContainsFunc(e.Get(c.Field).Texts(), func(v string) bool { return slices.Contains(c.Values, strings.ToLower(v)) }) {
				t.Fatalf("%s matches %v, which does not fulfil %v", text, e.Fields(), c)
			}
		}
	})
}
