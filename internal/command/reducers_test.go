package command

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// shared runs a reducer as the engine does: the rows dealt out to workers, and
// their states merged.
func shared(t testing.TB, run *plan.Run, op plan.Op, shares [][]*event.Event) []*event.Event {
	t.Helper()
	var merged plan.Partial
	for _, share := range shares {
		p, err := op.(plan.Reducer).NewPartial(run)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range share {
			e := row.Clone()
			if err := p.Add(event.Batch{e}); err != nil {
				t.Fatal(err)
			}
			*e = *event.New() // who kept it without a copy would see this
		}
		if merged == nil {
			merged = p
		} else if err := merged.Merge(p); err != nil {
			t.Fatal(err)
		}
	}
	end := &keep{}
	if err := merged.Emit(end); err != nil {
		t.Fatal(err)
	}
	return end.rows
}

var reducers = []string{
	"stats count avg(n) sum(n) stdev(n) values(s) list(s) first(s) last(n) mode(s) median(n) by k m",
	"stats count latest(s) earliest(n) max(s) range(n) rate(n)", "stats values(*) as * by k", "stats avg(*) as avg_* count(eval(n>2)) as big",
	"chart count over k by s", "chart limit=2 sum(n) over k by s", "chart limit=bottom1 avg(n) max(n) over k by m usenull=f",
	"chart bins=3 count over n by k", "chart count by k s where max(n) > 2", "chart list(s) by k", "chart eval(sum(n)/count) as mean by k s",
	"chart count over n span=2 by m span=1 useother=f", "chart agg=max(n) limit=1 count over k by s", "chart values(*) as *",
	"timechart count", "timechart span=10s count by s", "timechart limit=1 sum(n) dc(s) by k", "timechart bins=3 avg(n)", "timechart span=1d cont=f list(s)",
	"timechart bins=2 minspan=5s per_minute(n)", "timechart span=7s aligntime=3 count",
	"top k s", "top 1 useother=t m by k", "rare limit=2 s",
}

// However rows are shared out and states merged, the rows of the result are
// those of one worker that sees all rows in order.
func TestReducersDoNotDependOnTheSharingOut(t *testing.T) {
	t.Parallel()
	for _, text := range reducers {
		op := mustParse(t, text)[0]
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				rows := timedRows(rt, text)
				run := newTestRun(t)
				run.Limits.ListValues = 3
				if rapid.Bool().Draw(rt, "window") {
					run.Earliest, run.Latest = 1_000_000, 1_000_100
				}
				want := writeRows(runOps(t, run, []plan.Op{op}, rows, 3))
				if got := writeRows(shared(t, run, op, deal(rt, rows))); got != want {
					rt.Fatalf("over\n%sin order:\n%sshared out:\n%s", writeRows(rows), want, got)
				}
			})
		})
	}
}

// timedRows returns rows in the order in which they are searched: newest
// first, some of them several of one event. Where a command gives a span they
// are not too far apart for it.
func timedRows(t *rapid.T, text string) []*event.Event {
	texts := rapid.SampledFrom([]string{"1", "2", "0.1", "0.2", "3.99", "x", "y", "OTHER", "NULL", "_a", "", "10"})
	spreads := []int{3, 100, 10_000, 1_000_000, 100_000_000}
	if strings.Contains(text, "span=") {
		spreads = spreads[:3]
	}
	spread := rapid.SampledFrom(spreads).Draw(t, "spread")
	rows := make([]*event.Event, rapid.IntRange(0, 12).Draw(t, "rows"))
	for i := range rows {
		at := float64(1_000_000 + rapid.IntRange(0, spread).Draw(t, "time"))
		rows[i] = event.New()
		if rapid.IntRange(0, 5).Draw(t, "timed") > 0 {
			rows[i].Set("_time", value.OfNumber(at))
		}
		for _, name := range []string{"k", "s", "n"} {
			if rapid.IntRange(0, 4).Draw(t, "has") > 0 {
				rows[i].Set(name, value.OfText(texts.Draw(t, name)))
			}
		}
		rows[i].Set("m", value.OfTexts(rapid.SliceOfN(texts, 0, 3).Draw(t, "m")))
		rows[i].SetOrder(event.Order{Time: at, Seq: uint64(i)})
		if i > 0 && rapid.IntRange(0, 5).Draw(t, "same") == 0 {
			rows[i].SetOrder(rows[i-1].Order())
		}
	}
	slices.SortStableFunc(rows, func(a, b *event.Event) int { return a.Order().Compare(b.Order()) })
	return rows
}

// deal shares rows out, those of one event to one worker in their order.
func deal(t *rapid.T, rows []*event.Event) [][]*event.Event {
	var events [][]*event.Event
	for i, row := range rows {
		if i > 0 && row.Order() == rows[i-1].Order() {
			events[len(events)-1] = append(events[len(events)-1], row)
		} else {
			events = append(events, []*event.Event{row})
		}
	}
	shares := make([][]*event.Event, rapid.IntRange(1, 4).Draw(t, "workers"))
	for _, e := range rapid.Permutation(events).Draw(t, "seen") {
		i := rapid.IntRange(0, len(shares)-1).Draw(t, "worker")
		shares[i] = append(shares[i], e...)
	}
	return shares
}

// statistics draws a command of this kind with arguments that fit together.
func statistics(t *rapid.T) string {
	pick := func(label string, choices ...string) string { return " " + rapid.SampledFrom(choices).Draw(t, label) }
	some := func(label string, choices ...string) string {
		text := ""
		for _, c := range rapid.SliceOfN(rapid.SampledFrom(choices), 0, 3).Draw(t, label) {
			text += " " + c
		}
		return text
	}
	functions := []string{"count", "sum(n)", "values(*) as v_*", "list(s)", "perc95(n)", "count(eval(n>1)) as big", "mode(m)", "latest(k)", "avg(n) as mean", "max(*)"}
	terms := append([]string{"eval(sum(n)/count) as ratio", "eval(max(n))"}, functions...)
	series := []string{"limit=1", "limit=bottom2", "limit=0", "agg=max(n)", "agg=sum", "usenull=f", "useother=f", "otherstr=x", "nullstr=y", `format="$VAL$.$AGG$"`, "dedup_splitvals=t"}
	bins := []string{"", "", "span=2", "span=log2", "bins=3", "start=1 end=3"}
	where := []string{"", "", "where count>1", "where max(n) in top2", "where sum notin bottom1", "where avg < 3"}
	name := pick("command", "stats", "eventstats", "streamstats", "chart", "timechart", "top", "rare")
	switch name {
	case " stats", " eventstats":
		return name + pick("allnum", "", "allnum=t") + pick("first", functions...) + some("functions", functions...) + pick("by", "", "by k", "by m, k", "by absent")
	case " streamstats":
		return name + some("options", "window=2", "current=f", "global=f", "time_window=10s", "reset_on_change=t", `reset_after=(s="x")`, "reset_before=(n>2)") + pick("first", functions...) + pick("by", "", "by k", "by m, k")
	case " chart":
		return name + some("options", series...) + pick("first", terms...) + some("functions", terms...) +
			pick("over", "", "over k", "over n"+pick("bins", bins...), "over _time span=1h") + pick("by", "", "by s"+pick("where", where...), "by n"+pick("bins of columns", bins...), "by m")
	case " timechart":
		return name + some("options", append([]string{"span=7s", "span=1d", "bins=3", "minspan=5s", "aligntime=3", "cont=f", "partial=f", "fixedrange=f"}, series...)...) +
			pick("first", append([]string{"per_hour(n)"}, terms...)...) + some("functions", terms...) + pick("by", "", "by s"+pick("where", where...), "by n"+pick("bins of columns", bins...), "by m")
	}
	return name + some("options", "limit=1", "limit=0", "useother=t", "showperc=f", "countfield=c") + pick("fields", "k", "m s", "n") + pick("by", "", "by s2", "by absent")
}

// TestRandomStatistics: whatever the arguments, nothing breaks, no row has a
// field twice, and a reducer does not depend on the sharing out.
func TestRandomStatistics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := statistics(rt)
		ops, err := parse(text)
		if err != nil {
			return // two results of one name, say
		}
		rows := timedRows(rt, "span=")
		run := newTestRun(t)
		if rapid.Bool().Draw(rt, "window") {
			run.Earliest, run.Latest = 1_000_000, 1_000_100
		}
		got := runOps(t, run, ops, rows, 3)
		for _, row := range got {
			seen := map[string]bool{}
			for _, f := range row.Fields() {
				if seen[f.Name] || f.Value.IsNull() {
					rt.Fatalf("%s: %s is there twice, or null", text, f.Name)
				}
				seen[f.Name] = true
			}
		}
		if _, ok := ops[0].(plan.Reducer); !ok {
			return
		}
		if diff := cmp.Diff(writeRows(got), writeRows(shared(t, run, ops[0], deal(rt, rows)))); diff != "" {
			rt.Fatalf("%s over\n%s:\n%s", text, writeRows(rows), diff)
		}
	})
}
