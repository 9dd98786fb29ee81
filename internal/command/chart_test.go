package command

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
)

func TestChart(t *testing.T) {
	t.Parallel()
	const ab = "a=x b=p\na=x b=q\na=y b=p"
	const sales = "p=A q=Q1 n=12\np=B q=Q1 n=14\np=A q=Q2 n=1.5\np=B n=3"
	const many = "a=x b=1\na=x b=1\na=y b=2\na=y b=2\na=y b=2\na=x b=3"
	testRows(t, []rowCase{
		// Empty cells of a count are 0, of other functions absent.
		{"chart count over a by b", ab, "a=x p=1 q=1\na=y p=1 q=0"},
		{"chart count by a b", ab, "a=x p=1 q=1\na=y p=1 q=0"},
		{"chart count by a, b", ab, "a=x p=1 q=1\na=y p=1 q=0"},
		{"chart dc(b) max(b) by a", ab + "\na=z", "a=x dc(b)=2 max(b)=q\na=y dc(b)=1 max(b)=p\na=z dc(b)=0"},
		{"chart sum(n) over p by q", sales, "p=A Q1=12 Q2=1.5\np=B Q1=14 NULL=3"},
		{"chart sum(n) over p by q usenull=f", sales, "p=A Q1=12 Q2=1.5\np=B Q1=14"},
		{"chart sum(n) over p by q nullstr=none", sales, "p=A Q1=12 Q2=1.5\np=B Q1=14 none=3"},
		{"chart count", "", "count=0"},
		{"chart count by a", "", ""},
		{"chart count sum(n) as total", sales, "count=4 total=30.5"},
		// Rows are sorted as stats sorts, columns by bytes.
		{"chart count over a by b", "a=10 b=10\na=9 b=9", "a=9 10=0 9=1\na=10 10=1 9=0"},
		// The series with the greatest sums have columns of their own.
		{"chart limit=1 count over a by b", many, "a=x 2=0 OTHER=3\na=y 2=3 OTHER=0"},
		{"chart limit=top1 useother=f count over a by b", many, "a=x 2=0\na=y 2=3"},
		{"chart limit=bottom1 otherstr=rest count over a by b", many, "a=x 3=1 rest=2\na=y 3=0 rest=3"},
		{"chart limit=top 1 count over a by b", many, "a=x 2=0 OTHER=3\na=y 2=3 OTHER=0"},
		{"chart limit=1 count over a by b", "a=x b=q\na=x b=Q", "a=x Q=1 OTHER=1"}, // ties by bytes
		{"chart limit=1 agg=max(n) count over a by b", "a=x b=1 n=1\na=x b=1 n=1\na=x b=2 n=9", "a=x 2=1 OTHER=2"},
		{"chart limit=1 agg=max sum(n) over a by b", "a=x b=1 n=3\na=y b=1 n=3\na=x b=2 n=4", "a=x 2=4 OTHER=3\na=y OTHER=3"},
		{"chart count over a by b where count > 1", many, "a=x 1=2 2=0 OTHER=1\na=y 1=0 2=3 OTHER=0"},
		{"chart count over a by b useother=f where count>1", many, "a=x 1=2 2=0\na=y 1=0 2=3"},
		{"chart avg(n) over a by b useother=f where max(n) in top1", "a=x b=1 n=1\na=x b=1 n=8\na=x b=2 n=7", "a=x 1=4.5"},
		{"chart count over a by b useother=f WHERE sum notin top 1", many, "a=x 1=2 3=1\na=y 1=0 3=0"},
		// An average over what is joined, not of averages.
		{"chart limit=1 avg(n) over a by b", "a=x b=1 n=9\na=x b=2 n=1\na=x b=2 n=1\na=x b=3 n=4", "a=x 1=9 OTHER=2"},
		// Several results.
		{"chart count sum(n) over p by q", sales, "p=A count:~Q1=1 count:~Q2=1 count:~NULL=0 sum(n):~Q1=12 sum(n):~Q2=1.5\np=B count:~Q1=1 count:~Q2=0 count:~NULL=1 sum(n):~Q1=14 sum(n):~NULL=3"},
		{"chart sep=_ count max(n) over p by q usenull=f", "p=A q=Q n=1", "p=A count_Q=1 max(n)_Q=1"},
		{`chart format="$VAL$.$AGG$" count max(n) over p by q`, "p=A q=Q n=1", "p=A Q.count=1 Q.max(n)=1"},
		{"chart max(n*) over p by q", "p=A q=Q n1=1 n2=2", "p=A max(n1):~Q=1 max(n2):~Q=2"},
		{"chart eval(round(sum(n)/count, 1)) as mean over p by q", "p=A q=Q n=1\np=A q=Q n=3\np=A q=R n=4", "p=A Q=2 R=4"},
		{"chart eval(sum(n)*2) avg(n) over p", "p=A n=1\np=A n=3", "p=A eval(sum(n)*2)=8 avg(n)=2"},
		// Names that would be hidden or mistaken.
		{"chart count over a by b", "a=x b=_raw\na=x b=\na=x b=a\na=x b=b", "a=x VALUE_=1 VALUE_raw=1 VALUE_a=1 b=1"},
		{"chart count over a by b", "a=x b=NULL\na=x", "a=x NULL=2"},
		// Bins.
		{"chart count over n span=10", "n=3\nn=105\nn=25\nn=21\nn=x", "n=0-10 count=1\nn=20-30 count=2\nn=100-110 count=1\nn=x count=1"},
		{"chart count span=10 over n", "n=3", "n=0-10 count=1"},
		{"chart count by n span=log2", "n=3\nn=9\nn=10", "n=2-4 count=1\nn=8-16 count=2"},
		{"chart count by n span=10 m span=100", "n=3 m=1000\nn=4 m=50", "n=0-10 0-100=1 1000-1100=1"},
		{"chart count by n bins=3", "n=1\nn=25\nn=21", "n=0-10 count=1\nn=20-30 count=2"},
		{"chart count over n start=2 end=4", "n=1\nn=2\nn=4\nn=5", "n=2 count=1\nn=4 count=1"},
		{"chart count over _time span=1h", "_time=3599\n_time=3601\n_time=7199", "_time=0 count=1\n_time=3600 count=2"},
		// Multivalues are in the row and the column of each value.
		{"chart count over a by b", "a=x|y b=p|q", "a=x p=1 q=1\na=y p=1 q=1"},
		{"chart dedup_splitvals=t count over a", "a=x|x", "a=x count=1"},
	})
}

// timechart runs a search over the window of a run.
func timechartOver(t *testing.T, text, rows string, earliest, latest float64, zone *time.Location) (string, *plan.Run) {
	t.Helper()
	run := newTestRun(t)
	run.Earliest, run.Latest, run.Location = earliest, latest, zone
	return writeRows(runOps(t, run, mustParse(t, text), readRows(rows), 2)), run
}

func TestTimechart(t *testing.T) {
	t.Parallel()
	inf := math.Inf(1)
	zone := time.FixedZone("", -5*60*60)
	tests := []struct {
		text, rows       string
		earliest, latest float64
		want             string
	}{
		// Empty buckets are 0, over the window or over the results.
		{"timechart span=10s count", "_time=25\n_time=3", -inf, inf, "_time=0 count=1\n_time=10 count=0\n_time=20 count=1"},
		{"timechart span=10s count", "_time=25", 0, 40, "_time=0 count=0\n_time=10 count=0\n_time=20 count=1\n_time=30 count=0"},
		{"timechart span=10s count", "", 0, 20, "_time=0 count=0\n_time=10 count=0"},
		{"timechart span=10s count", "", -inf, inf, ""},
		{"timechart span=10s max(n) dc(n)", "_time=25 n=7", 10, 30, "_time=10 dc(n)=0\n_time=20 max(n)=7 dc(n)=1"},
		{"timechart span=10s cont=f count", "_time=25\n_time=3", 0, 40, "_time=0 count=1\n_time=20 count=1"},
		{"timechart span=10s fixedrange=f count", "_time=25\n_time=19", 0, 40, "_time=10 count=1\n_time=20 count=1"},
		{"timechart span=10s partial=f count", "_time=25\n_time=6\n_time=33", 5, 35, "_time=10 count=0\n_time=20 count=1"},
		{"timechart span=10s partial=f count", "_time=25\n_time=6", 0, 30, "_time=0 count=1\n_time=10 count=0\n_time=20 count=1"},
		{"timechart span=10 count", "_time=25", -inf, inf, "_time=20 count=1"},
		{"timechart count span=10s by u", "_time=25 u=a\n_time=24\n_time=5 u=b", -inf, inf, "_time=0 a=0 b=1 NULL=0\n_time=10 a=0 b=0 NULL=0\n_time=20 a=1 b=0 NULL=1"},
		{"timechart span=10s limit=1 useother=f count by u", "_time=5 u=a\n_time=4 u=b\n_time=3 u=b", -inf, inf, "_time=0 b=2"},
		{"timechart span=10s count by n span=5", "_time=5 n=3\n_time=5 n=7", -inf, inf, "_time=0 0-5=1 5-10=1"},
		{"timechart span=30m per_hour(n) per_second(n) as s", "_time=5 n=1800\n_time=9 n=1800", -inf, inf, "_time=0 per_hour(n)=7200 s=2"},
		{"timechart span=1m per_minute(eval(n>1))", "_time=5 n=1\n_time=9 n=2", -inf, inf, "_time=0 per_minute(eval(n>1))=1"},
		{"timechart span=4s aligntime=1 count", "_time=5\n_time=4", -inf, inf, "_time=1 count=1\n_time=5 count=1"},
		// What is no time is in no bucket.
		{"timechart span=10s count", "_time=x\n_time=5\n_time=1e300", -inf, inf, "_time=0 count=1"},
		// The span follows from the window.
		{"timechart count", "_time=61", 0, 3600, minutes(60, 61)},
		{"timechart bins=4 count", "_time=1", 0, 3600, "_time=0 count=1\n_time=1800 count=0"},
		{"timechart minspan=15m count", "_time=1", 0, 3600, "_time=0 count=1\n_time=1800 count=0"},
		// Or from the results, if it is all time.
		{"timechart count", "_time=20\n_time=7", -inf, inf, seconds(7, 20)},
		{"timechart bins=3 count", "_time=172800\n_time=86400\n_time=100000", -inf, inf, "_time=86400 count=2\n_time=172800 count=1"},
	}
	for _, tt := range tests {
		got, _ := timechartOver(t, tt.text, tt.rows, tt.earliest, tt.latest, time.UTC)
		if diff := cmp.Diff(writeRows(readRows(tt.want)), got); diff != "" {
			t.Errorf("%s from %v to %v:\n%s", tt.text, tt.earliest, tt.latest, diff)
		}
	}
	// Days begin at local midnight, also where the span follows from results
	// whose buckets were hours first.
	got, _ := timechartOver(t, "timechart bins=3 count", "_time=18000\n_time=17999\n_time=100000\n_time=200000", -inf, inf, zone)
	if want := "_time=-68400 count=1\n_time=18000 count=2\n_time=104400 count=0\n_time=190800 count=1\n"; got != want {
		t.Errorf("days: got\n%s", got)
	}
}

// minutes is the rows of a chart by minute, with one result at a time.
func minutes(n int, at float64) string {
	var b strings.Builder
	for i := range n {
		count := " count=0\n"
		if float64(i*60) <= at && at < float64(i*60+60) {
			count = " count=1\n"
		}
		b.WriteString("_time=" + strconv.Itoa(i*60) + count)
	}
	return b.String()
}

// seconds is the rows of a chart by second, with results at both ends.
func seconds(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		count := " count=0\n"
		if i == from || i == to {
			count = " count=1\n"
		}
		b.WriteString("_time=" + strconv.Itoa(i) + count)
	}
	return b.String()
}

func TestTimechartSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, run := timechartOver(t, "timechart span=1s count", "a=1\n_time=5", math.Inf(-1), math.Inf(1), time.UTC)
	if w := run.Warnings.All(); len(w) != 1 || w[0].Code != diag.NullByField || w[0].Count != 1 {
		t.Errorf("got %v", w)
	}
	chain, err := start(newTestRun(t), mustParse(t, "timechart span=1s count"), &keep{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain.Push(readRows("_time=1\n_time=1000000")); err != nil {
		t.Fatal(err)
	}
	if err := chain.Close(); len(diag.All(err)) != 1 || diag.All(err)[0].Code != diag.LimitReached {
		t.Errorf("got %v", err)
	}
	op := mustParse(t, "timechart count by user span=1h")[0].(*timechartOp)
	if notes := op.Notes(); len(notes) != 1 || notes[0].Code != diag.SuspiciousExpression {
		t.Errorf("got %v", notes)
	}
}

// Source: Splunk, chart.
func TestTimechartTakesTheSpansOfSplunksTimeRanges(t *testing.T) {
	t.Parallel()
	const hour, day = 60 * 60.0, 24 * 60 * 60.0
	for window, want := range map[float64]string{
		hour / 4: "10s", hour: "1m", 4 * hour: "5m", day: "30m", 7 * day: "1d", 30 * day: "1d", 365 * day: "1mon",
	} {
		run := newTestRun(t)
		run.Earliest, run.Latest = 1_700_000_000, 1_700_000_000+window
		p, err := mustParse(t, "timechart count")[0].(*timechartOp).start(run, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.bin.span.String(); got != want {
			t.Errorf("%v s: got %s, want %s", window, got, want)
		}
	}
}

func TestTopAndRare(t *testing.T) {
	t.Parallel()
	const rows = "a=x b=1\na=y b=1\na=x b=2\nb=1\na=z b=1\na=x b=1"
	testRows(t, []rowCase{
		{"top a", rows, "a=x count=3 percent=60.000000\na=y count=1 percent=20.000000\na=z count=1 percent=20.000000"},
		{"top 1 a", rows, "a=x count=3 percent=60.000000"},
		{"top limit=1 useother=t a", rows, "a=x count=3 percent=60.000000\na=OTHER count=2 percent=40.000000"},
		{"top limit=0 showperc=f a", rows, "a=x count=3\na=y count=1\na=z count=1"},
		{"top 1 showcount=f percentfield=share a", rows, "a=x share=60.000000"},
		{"top 1 countfield=n a", "a=x\na=y\na=y", "a=y n=2 percent=66.666667"},
		{"top 1 a by b", rows, "b=1 a=x count=2 percent=50.000000\nb=2 a=x count=1 percent=100.000000"},
		{"top 1 useother=t otherstr=rest a by b", rows, "b=1 a=x count=2 percent=50.000000\nb=1 a=rest count=2 percent=50.000000\nb=2 a=x count=1 percent=100.000000"},
		{"top 2 a, b", rows, "a=x b=1 count=2 percent=40.000000\na=x b=2 count=1 percent=20.000000"},
		{"top a", "b=1", ""},
		{"top a", "a=x|y\na=x", "a=x count=2 percent=66.666667\na=y count=1 percent=33.333333"},
		{"rare limit=1 showperc=f a", "a=x\na=y\na=x", "a=y count=1"},
		{"rare a", rows, "a=y count=1 percent=20.000000\na=z count=1 percent=20.000000\na=x count=3 percent=60.000000"},
	})
}
