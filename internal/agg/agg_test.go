package agg_test

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// argsOf reads the arguments of stats.
func argsOf(t interface{ Fatal(...any) }, text string) *spl.Args {
	p, err := spl.ParseText("search", "* | stats "+text)
	if err != nil {
		t.Fatal(err)
	}
	return p.Commands[1].Args()
}

// parse reads aggregates as stats does.
func parse(t interface{ Fatal(...any) }, text string) ([]*agg.Call, error) {
	a := argsOf(t, text)
	calls := agg.ParseCalls(a, "by")
	var by []string
	if a.Keyword("by") {
		by = a.Fields()
	}
	agg.Check(a, calls, by)
	return calls, a.End()
}

// mustParse reads aggregates of any command.
func mustParse(t interface{ Fatal(...any) }, text string) []*agg.Call {
	a := argsOf(t, text)
	calls := agg.ParseCalls(a)
	if err := a.End(); err != nil {
		t.Fatal(text, err)
	}
	return calls
}

func newRun() *plan.Run {
	return &plan.Run{Context: context.Background(), Now: time.Unix(0, 0), Location: time.UTC, Warnings: &plan.Warnings{}}
}

// rowsOf returns rows with the field x, the newest first.
func rowsOf(values ...string) []*event.Event {
	rows := make([]*event.Event, len(values))
	for i, text := range values {
		at := float64(len(values) - 1 - i)
		rows[i] = event.New(event.Field{Name: "_time", Value: value.OfNumber(at)})
		if text != "" {
			rows[i].Set("x", value.OfText(text))
		}
		rows[i].SetOrder(event.Order{Time: at, Seq: uint64(len(values) - i)})
	}
	return rows
}

// results computes calls over rows that one state sees in the given order, by
// column.
func results(calls []*agg.Call, order agg.Order, rows []*event.Event) map[string]string {
	r := agg.NewReader(newRun(), calls, order, nil)
	g, _ := r.NewGroup()
	for _, row := range rows {
		r.Read(row)
		r.Add(g)
	}
	return resultsOf(calls, g)
}

func resultsOf(calls []*agg.Call, g *agg.Group) map[string]string {
	got := map[string]string{}
	for _, c := range agg.Columns(calls, g) {
		if v := g.Result(c); !v.IsNull() {
			got[c.Name] = strings.Join(v.Texts(), ", ")
		}
	}
	return got
}

func TestExamples(t *testing.T) {
	t.Parallel()
	for _, f := range agg.Functions() {
		for _, x := range f.Examples {
			calls := mustParse(t, x.Call)
			want := map[string]string{}
			if x.Want != "" {
				want[calls[0].Column()] = x.Want
			}
			rows := rowsOf(x.Rows...)
			for _, order := range []agg.Order{agg.AnyOrder, agg.InOrder, agg.Running} {
				if diff := cmp.Diff(want, results(calls, order, rows)); diff != "" {
					t.Errorf("%s over %q, order %d:\n%s", x.Call, x.Rows, order, diff)
				}
			}
			slices.Reverse(rows)
			if diff := cmp.Diff(want, results(calls, agg.AnyOrder, rows)); diff != "" {
				t.Errorf("%s over %q, seen backwards:\n%s", x.Call, x.Rows, diff)
			}
		}
	}
}

func TestTableIsCompleteAndSorted(t *testing.T) {
	t.Parallel()
	var names []string
	seen := map[string]bool{}
	for _, f := range agg.Functions() {
		names = append(names, f.Name)
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if seen[name] {
				t.Errorf("%s is in the table twice", name)
			}
			seen[name] = true
		}
		if f.Args == "" || f.Category == "" || !strings.HasSuffix(f.Summary, ".") {
			t.Errorf("%s lacks arguments, a category or a summary", f.Name)
		}
		if f.Instead == "" && (len(f.Examples) == 0 || f.New == nil) {
			t.Errorf("%s lacks examples or its state", f.Name)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	// Source: Splunk, Statistical and charting functions (alphabetical list).
	for name := range strings.FieldsSeq("avg c count dc distinct_count earliest earliest_time estdc estdc_error exactperc first last latest latest_time list max mean median min mode p per_day per_hour per_minute per_second perc range rate rate_avg rate_sum sparkline stdev stdevp sum sumsq upperperc values var varp") {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestColumnNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"count":                                 "count",
		"c":                                     "count",
		"count()":                               "count",
		"c(x)":                                  "count(x)",
		"distinct_count(x)":                     "distinct_count(x)",
		"p95(x)":                                "p95(x)",
		"perc99.9(x)":                           "perc99.9(x)",
		"values(a{}.b)":                         "values(a{}.b)",
		`values("My Field")`:                    "values(My Field)",
		`count(eval(a="b" OR x<3))`:             `count(eval(a="b" OR x<3))`,
		`count as "Total Events"`:               "Total Events",
		"sum(eval(a*b)) AS requestParameters.x": "requestParameters.x",
	} {
		if got := mustParse(t, text)[0].Column(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestCallsPrintAsTheyParse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"count", "count as n", "c(x)", "perc95(x)", "values(requestParameters.*) as *", `values("a b") as "c d"`,
		`count(eval(a="b|c" AND match(x, "\\d"))) as n`, `count as "by"`, "sum(a{}.b)", "sum(*)", "latest('a')",
	} {
		printed := mustParse(t, text)[0].String()
		if again := mustParse(t, printed)[0].String(); again != printed {
			t.Errorf("%s: printed %s, then %s", text, printed, again)
		}
	}
}

func TestMistakesAreExplained(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, place string
		code        diag.Code
		hint        string
	}{
		{"cuont by x", "cuont", diag.UnknownFunction, `did you mean "count"?`},
		{"valeus(x)", "valeus", diag.UnknownFunction, `did you mean "values"?`},
		{"eval(a+b)", "eval", diag.UnknownFunction, "put it into a function, as in count(eval(…))"},
		{"sparkline(count, 1h)", "sparkline", diag.UnsupportedFunction, "use timechart to see counts over time"},
		{"perc(x)", "perc", diag.BadArgument, "write perc95(x) for the 95th percentile"},
		{"perc101(x)", "perc101", diag.UnknownFunction, ""},
		{"count(x", "(", diag.Incomplete, ""},
		{"sum(a*b", "(", diag.Incomplete, ""},
		{"sum(a by x", "(", diag.BadSyntax, ""},
		{"sum(a, b)", "(", diag.BadSyntax, "an expression needs eval, as in sum(eval(…)), and such a field name double quotes"},
		{"by x", "by", diag.MissingArgument, ""},
		{"count as by x", "by", diag.MissingArgument, ""},
		{"count as n sum(x) as n", "sum(x) as n", diag.BadArgument, "give it another name with as"},
		{"count values(x) as count", "values(x) as count", diag.BadArgument, "give it another name with as"},
		{"count values(x) as u by u", "values(x) as u", diag.BadArgument, "give it another name with as"},
		{"values(a.*) as b", "values(a.*) as b", diag.BadArgument, ""},
		{"values(a) as b*", "values(a) as b*", diag.BadArgument, ""},
		{"count(eval(a, b))", "eval(a, b)", diag.BadArgument, ""},
		{"per_hour(x)", "per_hour(x)", diag.BadArgument, "use sum, or timechart"},
	}
	for _, tt := range tests {
		_, err := parse(t, tt.text)
		problems := diag.All(err)
		if len(problems) != 1 {
			t.Errorf("%s: got %v", tt.text, err)
			continue
		}
		p := problems[0]
		got := p.Source.Text[p.Span.Start:p.Span.End]
		if p.Code != tt.code || got != tt.place || tt.hint != "" && p.Hint != tt.hint {
			t.Errorf("%s: got %s at %q: %v", tt.text, p.Code, got, err)
		}
	}
}

// Splunk, Aggregate functions: the average of a hundred 3.99.
func TestSumsAreThoseOfDoublesAddedInOrder(t *testing.T) {
	t.Parallel()
	rows := rowsOf(slices.Repeat([]string{"3.99"}, 100)...)
	for _, order := range []agg.Order{agg.AnyOrder, agg.Running} {
		if got := results(mustParse(t, "avg(x) as a"), order, rows)["a"]; got != "3.9900000000000055" {
			t.Errorf("got %s", got)
		}
	}
}

func TestWholeSumsAreExact(t *testing.T) {
	t.Parallel()
	// Each double is exact, their sum in doubles is not.
	rows := rowsOf("9007199254740991", "1", "1", "-9007199254740991", "n/a")
	want := map[string]string{"s": "2", "a": "0.5", "q": "162259276829213330000000000000000", "v": "54086425609737790000000000000000"}
	got := results(mustParse(t, "sum(x) as s avg(x) as a sumsq(x) as q var(x) as v"), agg.AnyOrder, rows)
	for name, w := range want {
		f, _ := strconv.ParseFloat(w, 64)
		if g, _ := strconv.ParseFloat(got[name], 64); math.Abs(g-f) > math.Abs(f)*1e-15 {
			t.Errorf("%s: got %s, want %s", name, got[name], w)
		}
	}
	if got["s"] != "2" {
		t.Errorf("sum: got %s", got["s"])
	}
}

func TestVarianceOfNumbersFarFromZero(t *testing.T) {
	t.Parallel()
	rows := rowsOf("1722515157.25", "1722515158.25", "1722515159.25")
	if got := results(mustParse(t, "stdev(x) as s"), agg.AnyOrder, rows)["s"]; got != "1" {
		t.Errorf("got %s", got)
	}
}

func TestNumbersWithoutEndAreNoPanic(t *testing.T) {
	t.Parallel()
	rows := rowsOf("1e999", "-1e999", "1", "0.5", "1e308", "-0")
	rows[2].Set("x", value.OfNumber(math.NaN()))
	for _, f := range agg.Functions() {
		if f.Instead != "" {
			continue
		}
		name := f.Name
		if f.Percentile {
			name += "33"
		}
		results(mustParse(t, name+"(x)"), agg.AnyOrder, rows)
	}
}

func TestAMultivalueCountsAsItsValues(t *testing.T) {
	t.Parallel()
	rows := rowsOf("", "")
	rows[0].Set("x", value.OfTexts([]string{"3", "1"}))
	rows[1].Set("x", value.OfTexts([]string{"2", "3"}))
	want := map[string]string{
		"count(x)": "4", "dc(x)": "3", "values(x)": "1, 2, 3", "list(x)": "3, 1, 2, 3", "first(x)": "3", "last(x)": "3",
		"sum(x)": "9", "min(x)": "1", "mode(x)": "3", "latest(x)": "1", "earliest(x)": "2",
	}
	calls := mustParse(t, "count(x) dc(x) values(x) list(x) first(x) last(x) sum(x) min(x) mode(x) latest(x) earliest(x)")
	if diff := cmp.Diff(want, results(calls, agg.AnyOrder, rows)); diff != "" {
		t.Error(diff)
	}
}

func TestEqualTimesGoByTheOrderOfRows(t *testing.T) {
	t.Parallel()
	rows := rowsOf("a", "b", "c")
	for i, row := range rows {
		row.Set("_time", value.OfNumber(5))
		row.SetOrder(event.Order{Time: 5, Seq: uint64(9 - i)})
	}
	calls := mustParse(t, "earliest(x) as e latest(x) as l earliest_time(x) as et rate(x) as r")
	want := map[string]string{"e": "a", "l": "c", "et": "5"}
	if diff := cmp.Diff(want, results(calls, agg.AnyOrder, rows)); diff != "" {
		t.Error(diff)
	}
}

func TestAllNumLeavesOutMixedFields(t *testing.T) {
	t.Parallel()
	calls := mustParse(t, "sum(x) as s max(x) as m")
	for _, c := range calls {
		c.AllNum = true
	}
	if diff := cmp.Diff(map[string]string{"m": "n/a"}, results(calls, agg.AnyOrder, rowsOf("1", "n/a"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"s": "3", "m": "2"}, results(calls, agg.AnyOrder, rowsOf("1", "2"))); diff != "" {
		t.Error(diff)
	}
}

func TestPatternsStandForTheFieldsSeen(t *testing.T) {
	t.Parallel()
	row := func(fields ...string) *event.Event {
		e := event.New()
		for _, f := range fields {
			name, text, _ := strings.Cut(f, "=")
			e.Set(name, value.OfText(text))
		}
		return e
	}
	rows := []*event.Event{row("a.x=1", "_time=7", "user=u"), row("a.y=2", "b=3", "=4"), row("a.x=5")}
	tests := []struct {
		calls string
		want  map[string]string
	}{
		{"values(a.*) as *", map[string]string{"x": "1, 5", "y": "2"}},
		{"values(a.*)", map[string]string{"values(a.x)": "1, 5", "values(a.y)": "2"}},
		{"sum", map[string]string{"sum(a.x)": "6", "sum(a.y)": "2", "sum(b)": "3", "sum()": "4"}},
		{"max(*) as max_*", map[string]string{"max_a.x": "5", "max_a.y": "2", "max_b": "3", "max_": "4"}},
		{"max(_*)", map[string]string{"max(_time)": "7"}},
	}
	for _, tt := range tests {
		calls := mustParse(t, tt.calls)
		r := agg.NewReader(newRun(), calls, agg.AnyOrder, []string{"user"})
		g, _ := r.NewGroup()
		for _, e := range rows {
			r.Read(e)
			r.Add(g)
		}
		if diff := cmp.Diff(tt.want, resultsOf(calls, g)); diff != "" {
			t.Errorf("%s:\n%s", tt.calls, diff)
		}
	}
}

func TestListKeepsTheFirstAndSaysSo(t *testing.T) {
	t.Parallel()
	calls := mustParse(t, "list(x) as l")
	run := newRun()
	run.Limits.ListValues = 2
	rows := rowsOf(strings.Split("a b c d e f g h i j k l m n o", " ")...)
	slices.Reverse(rows)
	r := agg.NewReader(run, calls, agg.AnyOrder, nil)
	g, _ := r.NewGroup()
	for _, row := range rows {
		r.Read(row)
		r.Add(g)
	}
	column := agg.Columns(calls, g)[0]
	if got := g.Result(column).String(); got != "a\nb" || !g.Cut(column) {
		t.Errorf("got %q, cut %v", got, g.Cut(column))
	}
}

// every is each function once, over the field x or all fields.
const every = `count c(x) dc(x) estdc(x) estdc_error(x) avg(x) sum(x) sumsq(x) min(x) max(x) range(x) mode(x) median(x)
	perc90(x) exactperc10(x) upperperc99(x) stdev(x) stdevp(x) var(x) varp(x) first(x) last(x) list(x) values(x) earliest(x)
	latest(x) earliest_time(x) latest_time(x) rate(x) count(eval(x="a")) sum(eval(x*y)) values(*) as v_* avg(*)`

// TestSharingOutChangesNothing: whichever worker sees a row, and in whatever
// order states are merged, the results are the same to the last digit.
func TestSharingOutChangesNothing(t *testing.T) {
	t.Parallel()
	calls := mustParse(t, every)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"1", "2", "1.0", "0.1", "0.2", "3.99", "-7.3", "1e17", "1e-9", "9007199254740993", "a", "b", "n/a", "", "1722515157.123456"})
		rows := make([]*event.Event, rapid.IntRange(0, 30).Draw(t, "rows"))
		for i := range rows {
			at := float64(rapid.IntRange(0, 5).Draw(t, "time"))
			rows[i] = event.New(event.Field{Name: "_time", Value: value.OfNumber(at)})
			rows[i].SetOrder(event.Order{Time: at, Seq: uint64(i)})
			for _, name := range []string{"x", "y"} {
				rows[i].Set(name, value.OfTexts(rapid.SliceOfN(text, 0, 3).Draw(t, name)))
			}
		}
		run := newRun()
		run.Limits.ListValues = 5
		read := func(order agg.Order, rows []*event.Event) *agg.Group {
			r := agg.NewReader(run, calls, order, nil)
			g, _ := r.NewGroup()
			for _, row := range rows {
				r.Read(row)
				r.Add(g)
			}
			return g
		}
		sorted := slices.Clone(rows)
		slices.SortFunc(sorted, func(a, b *event.Event) int { return a.Order().Compare(b.Order()) })
		want := resultsOf(calls, read(agg.AnyOrder, sorted))

		shares := make([][]*event.Event, rapid.IntRange(1, 4).Draw(t, "workers"))
		for _, row := range rapid.Permutation(rows).Draw(t, "seen") {
			i := rapid.IntRange(0, len(shares)-1).Draw(t, "worker")
			shares[i] = append(shares[i], row)
		}
		merged := read(agg.AnyOrder, shares[0])
		for _, share := range shares[1:] {
			other := read(agg.AnyOrder, share)
			if rapid.Bool().Draw(t, "turned") {
				merged, other = other, merged
			}
			merged.Merge(other)
		}
		if diff := cmp.Diff(want, resultsOf(calls, merged)); diff != "" {
			t.Fatalf("merged:\n%s", diff)
		}
		if diff := cmp.Diff(want, resultsOf(calls, read(agg.Running, sorted))); diff != "" {
			t.Fatalf("one after another:\n%s", diff)
		}
	})
}
