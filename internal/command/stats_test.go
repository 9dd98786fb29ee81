package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// people is rows that the cases below share.
const people = `
	u=a n=10 s=x
	u=a n=9 s=y
	u=b n=2 s=x
	n=10 s=x`

func TestStats(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		// Without BY there is one row, with it none, where there is no input.
		{"stats count", "", "count=0"},
		{"stats count values(x) dc(x)", "", "count=0 dc(x)=0"},
		{"stats count by u", "", ""},
		// A row that lacks a BY field is in no group.
		{"stats count by s u", people, "s=x u=a count=1\ns=x u=b count=1\ns=y u=a count=1"},
		{"stats count by s, u ,", people, "s=x u=a count=1\ns=x u=b count=1\ns=y u=a count=1"},
		{"stats count by u", "u= \nv=1", "u= count=1"}, // an empty text is a value
		{`stats count(eval(s="x")) AS n`, people, "n=3"},
		{`stats count AS "Total Events"`, people, "Total~Events=4"},
		{"stats values(n) as v", people, "v=10|2|9"},
		{"stats values(u)", people, "values(u)=a|b"},
		{"stats min(n) as lo max(n) as hi range(n) as r", people, "lo=2 hi=10 r=8"},
		{"stats sum(n) as s avg(n) as a mean(n) as m", "n=2\nn=4", "s=6 a=3 m=3"},
		{"stats avg(n) as a sum(n) as s count(n) as c", "n=1\nn=x\nn=3", "a=2 s=4 c=3"},
		{"stats earliest(v) as e latest(v) as l first(v) as f last(v) as z", "_time=300 v=new\n_time=200 v=mid\n_time=100 v=old", "e=old l=new f=new z=old"},
		{"stats min(_time) as a max(_time) as b", "_time=300.5\n_time=100", "a=100 b=300.5"},
		// Numbers stand before text and by size, text by bytes.
		{"stats count by k", "k=10\nk=b\nk=B\nk=9\nk=1.0\nk=1", "k=1 count=1\nk=1.0 count=1\nk=9 count=1\nk=10 count=1\nk=B count=1\nk=b count=1"},
		// A multivalue is in the group of each value.
		{"stats count by t", "t=a|b\nt=b", "t=a count=1\nt=b count=2"},
		{"stats count sum(n) as n by t v", "t=a|b v=1|2 n=5", "t=a v=1 count=1 n=5\nt=a v=2 count=1 n=5\nt=b v=1 count=1 n=5\nt=b v=2 count=1 n=5"},
		{"stats count by t", "t=a|a", "t=a count=2"},
		{"stats count by t dedup_splitvals=t", "t=a|a", "t=a count=1"},
		// Different values never share a group.
		{"stats count by a b", "a=x b=yz\na=xy b=z", "a=x b=yz count=1\na=xy b=z count=1"},
		// Patterns.
		{"stats values(r.*) as *", "r.name=n1 r.id=7 k=z", "id=7 name=n1"},
		{"stats values(r.*) by k", "r.a=1 r.b=2 k=z\nr.a=3 k=y", "k=y values(r.a)=3\nk=z values(r.a)=1 values(r.b)=2"},
		{"stats values(*) as * by k", "a=1 k=z _time=5\nb=2 k=z", "k=z a=1 b=2"},
		{"stats values(r.*) as * by k", "r.k=1 r.j=2 k=z", "k=z j=2"}, // the BY field keeps its column
		{"stats count values(r.*) as * max(q.*) as *", "r.a=1 q.a=2 q.count=3", "a=2 count=3"},
		{"stats sum(eval(a*b)) as s", "a=2 b=3\na=1 b=4", "s=10"},
		{"stats allnum=t sum(n) as s by u", "u=a n=1\nu=a n=x\nu=b n=2", "u=a\nu=b s=2"},
		{"stats delim=: partitions=2 list(n) as l", "n=b\nn=a\nn=b", "l=b|a|b"},
		{"stats count by u u", "u=a", "u=a count=1"},
		{"stats count by values(x)", "values(x)=a|b", "values(x)=a count=1\nvalues(x)=b count=1"},
	})
}

func TestStatsSaysWhyRowsAreMissing(t *testing.T) {
	t.Parallel()
	run := newTestRun(t)
	runOps(t, run, mustParse(t, "stats count by u s"), readRows("u=a\nu=b\ns=x\nu=a s=x\nn=1"), 2)
	var got []string
	for _, w := range run.Warnings.All() {
		place := w.Source.Text[w.Span.Start:w.Span.End]
		got = append(got, fmt.Sprintf("%s at %s: %s: %d", w.Code, place, w.Message, w.Count))
	}
	want := []string{
		`null-by-field at u: stats: rows without "u" are in no group: 2`,
		`null-by-field at s: stats: rows without "s" are in no group: 3`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStatsSaysWhatListLeftOut(t *testing.T) {
	t.Parallel()
	run := newTestRun(t)
	run.Limits.ListValues = 2
	got := writeRows(runOps(t, run, mustParse(t, "stats list(n) by u"), readRows("u=a n=1\nu=a n=2\nu=a n=3\nu=b n=4"), 2))
	if want := "u=a list(n)=1|2\nu=b list(n)=4\n"; got != want {
		t.Errorf("got %s", got)
	}
	warnings := run.Warnings.All()
	if len(warnings) != 1 || warnings[0].Code != diag.LimitReached || warnings[0].Count != 1 {
		t.Errorf("got %v", warnings)
	}
}

func TestStatsMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		place string
		code  diag.Code
	}{
		"stats":                                 {"", diag.MissingArgument},
		"stats by u":                            {"by", diag.MissingArgument},
		"stats count by":                        {"", diag.MissingArgument},
		"stats count by u*":                     {"u*", diag.BadArgument},
		"stats count as u by u":                 {"count as u", diag.BadArgument},
		"stats per_hour(n)":                     {"per_hour(n)", diag.BadArgument},
		"stats allnum=maybe count":              {"maybe", diag.BadArgument},
		"stats count by u (v)":                  {"(", diag.UnknownArgument},
		"streamstats window=-1 count":           {"-1", diag.BadArgument},
		"streamstats window=20000 count":        {"20000", diag.BadArgument},
		"streamstats time_window=5x count":      {"5x", diag.BadTime},
		"streamstats reset_after=(a*1) count":   {"a*1", diag.BadType},
		"chart count over a by b c":             {"c", diag.UnknownArgument},
		"chart count over a by a":               {"a", diag.BadArgument},
		"chart count by a b where sum to top5":  {"where sum to top5", diag.BadSyntax},
		"chart count by a b where sum in best5": {"where sum in best5", diag.BadSyntax},
		"chart limit=some count by a b":         {"some", diag.BadArgument},
		"chart eval(a+b) by c":                  {"eval(a+b)", diag.BadArgument},
		"timechart span=log2 count":             {"timechart span=log2 count", diag.BadTime},
		"timechart count as _time":              {"count as _time", diag.BadArgument},
		"top":                                   {"", diag.MissingArgument},
		"top a by a":                            {"top a by a", diag.BadArgument},
		"top count":                             {"top count", diag.BadArgument},
	} {
		_, err := parse(text)
		problems := diag.All(err)
		if len(problems) != 1 {
			t.Errorf("%s: got %v", text, err)
			continue
		}
		p := problems[0]
		if got := p.Source.Text[p.Span.Start:p.Span.End]; p.Code != want.code || got != want.place {
			t.Errorf("%s: got %s at %q: %v", text, p.Code, got, err)
		}
	}
}

func TestExpressionsOfStatisticsAreNoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"stats count(eval(a.b=c.d)) as n", "eventstats count(eval(a.b=c.d)) as n", "streamstats reset_after=(a.b=c.d) count",
		"chart eval(count(eval(a.b=c.d))/2) as n over x", "timechart count(eval(a.b=c.d)) as n",
	} {
		if notes := mustParse(t, text)[0].(plan.Noter).Notes(); len(notes) == 0 {
			t.Errorf("%s: not noted", text)
		}
	}
}

// A million groups are not held where there is no room for them.
func TestManyGroupsEndAtTheMemoryLimit(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"stats count by u", "stats values(u)", "stats mode(u)", "stats perc50(n)", "stats avg(n)", "eventstats count", "streamstats count by u", "chart count over u", "chart count over k by u", "timechart span=1s count", "top u"} {
		run := newTestRun(t)
		run.Limits.Memory = 1 << 20
		chain, err := start(run, mustParse(t, text), &keep{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100_000 {
			row := event.New(
				event.Field{Name: "u", Value: value.OfText(fmt.Sprint("user", i))},
				event.Field{Name: "n", Value: value.OfNumber(float64(i) + 0.5)},
				event.Field{Name: "k", Value: value.OfText("k")},
				event.Field{Name: "_time", Value: value.OfInt(i)})
			if _, err = chain.Push(event.Batch{row}); err != nil {
				break
			}
		}
		var problem *diag.Error
		if text == "stats avg(n)" { // rows that come in order need no memory
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
		} else if !errors.As(err, &problem) || problem.Code != diag.LimitReached {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func TestCombinationsOfOneRowAreBounded(t *testing.T) {
	t.Parallel()
	row := event.New()
	for _, name := range []string{"a", "b", "c"} {
		row.Set(name, value.OfTexts(slices.Repeat([]string{"x"}, 2000)))
	}
	chain, err := start(newTestRun(t), mustParse(t, "stats count by a b c"), &keep{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = chain.Push(event.Batch{row}); len(diag.All(err)) != 1 || diag.All(err)[0].Code != diag.LimitReached {
		t.Errorf("got %v", err)
	}
}

func TestMemoryIsGivenBack(t *testing.T) {
	t.Parallel()
	rows := readRows(people)
	for _, text := range []string{"stats values(n) by u", "eventstats values(n) by u", "streamstats values(n) by u", "streamstats window=2 list(n) by u", "chart values(n) over u by s", "timechart count", "top u"} {
		run := newTestRun(t)
		runOps(t, run, mustParse(t, text), rows, 2)
		run.Limits.Memory = 1 // what is still held would be noticed
		if err := run.Hold(1); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// The rows of a table are traced to the events that they were made of.
func TestRowsInheritTheLineageOfTheirGroup(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"stats count by u":             "a,b c",
		"chart count over u by s":      "a,b c",
		"chart count over s by u":      "a,c b",
		"top u":                        "a,b c",
		"top 1 useother=t s":           "a,c b",
		"timechart span=10s count":     "c a,b",
		"eventstats count by u":        "a b c",
		"streamstats count":            "a b c",
		"stats count by u | stats sum": "a,b,c",
	} {
		var rows []*event.Event
		for _, text := range []string{`{"_time":25,"id":"a","u":"1","s":"x"}`, `{"_time":24,"id":"b","u":"1","s":"y"}`, `{"_time":13,"id":"c","u":"2","s":"x"}`} {
			record := &event.Record{}
			record.Reset([]byte(text), &event.Meta{}, event.NewLayout(event.AllFields, &event.Schema{Times: []string{"_time"}, ID: "id"}), uint64(len(rows)), true, nil)
			e := &event.Event{}
			e.Reset(record)
			rows = append(rows, e)
		}
		var got []string
		for _, row := range runOps(t, newTestRun(t), mustParse(t, text), rows, 2) {
			got = append(got, strings.Join(row.Lineage().IDs(), ","))
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func BenchmarkStats(b *testing.B) {
	batch := make(event.Batch, 1000)
	for i := range batch {
		batch[i] = event.New(
			event.Field{Name: "_time", Value: value.OfNumber(1_700_000_000 + float64(i))},
			event.Field{Name: "eventName", Value: value.OfText(fmt.Sprint("Event", i%40))},
			event.Field{Name: "user_arn", Value: value.OfText(fmt.Sprint("arn:aws:iam::123456789012:user/", i%97))},
			event.Field{Name: "src_ip", Value: value.OfText(fmt.Sprint("198.51.100.", i%250))},
			event.Field{Name: "n", Value: value.OfText(fmt.Sprint(i))})
	}
	for name, text := range map[string]string{
		"by1":    "stats count by eventName",
		"by3":    "stats count min(_time) as firstTime max(_time) as lastTime by eventName user_arn src_ip",
		"values": "stats count values(user_arn) as users dc(src_ip) sum(n) by eventName",
	} {
		b.Run(name, func(b *testing.B) {
			op := mustParse(b, text)[0].(plan.Reducer)
			p, err := op.NewPartial(newTestRun(b))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for at := 1_700_000_000.0; b.Loop(); {
				for _, e := range batch { // time goes on
					at++
					e.Set("_time", value.OfNumber(at))
				}
				if err := p.Add(batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch)), "ns/row")
		})
	}
}
