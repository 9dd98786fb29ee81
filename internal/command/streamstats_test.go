package command

import (
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
)

func TestEventstats(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"eventstats avg(n) as a max(n) as m", "id=1 n=2\nid=2 n=4", "id=1 n=2 a=3 m=4\nid=2 n=4 a=3 m=4"},
		{"eventstats count by k", "k=b\nk=a\nx=1\nk=b", "k=b count=2\nk=a count=1\nx=1\nk=b count=2"},
		// A field of the same name is replaced, and removed by a null.
		{"eventstats sum(n) as n", "n=1\nn=2", "n=3\nn=3"},
		{"eventstats sum(n) as x by k", "k=a x=1\nk=b n=2 x=1", "k=a\nk=b n=2 x=2"},
		{"eventstats count by k", "k=a|b\nk=a", "k=a|b count=2\nk=a count=2"},
		{"eventstats max(*) as max_*", "a=1 b=2\na=3", "a=1 b=2 max_a=3 max_b=2\na=3 max_a=3 max_b=2"},
		{"eventstats allnum=t sum(n) as s", "n=1\nn=x", "n=1\nn=x"},
		{"eventstats count", "", ""},
		{"eventstats first(n) as f last(n) as l", "n=2\nn=1\nn=3", "n=2 f=2 l=3\nn=1 f=2 l=3\nn=3 f=2 l=3"},
	})
}

func TestStreamstats(t *testing.T) {
	t.Parallel()
	const shifts = "s=D\ns=D\ns=N\ns=N\ns=N\ns=N\ns=D\ns=N"
	testRows(t, []rowCase{
		{"streamstats count as i sum(n) as s", "n=2\nn=4\nn=6", "n=2 i=1 s=2\nn=4 i=2 s=6\nn=6 i=3 s=12"},
		{"streamstats count as i by k", "k=a\nk=b\nk=a\nx=1", "k=a i=1\nk=b i=1\nk=a i=2\nx=1"},
		{"streamstats current=f last(n) as p", "n=1\nn=5", "n=1\nn=5 p=1"},
		{"streamstats current=f count sum(n) as n", "n=1\nn=5", "count=0\nn=1 count=1"}, // n is read before it is replaced
		{"streamstats sum(*) as t_*", "a=1\na=2 b=3", "a=1 t_a=1\na=2 b=3 t_a=3 t_b=3"},
		{"streamstats values(n) as v dc(n) as d median(n) as m", "n=2\nn=1\nn=2", "n=2 v=2 d=1 m=2\nn=1 v=1|2 d=2 m=1.5\nn=2 v=1|2 d=2 m=2"},
		// A window of the last rows: of all groups, or of each.
		{"streamstats window=2 sum(n) as s", "n=1\nn=2\nn=3\nn=4", "n=1 s=1\nn=2 s=3\nn=3 s=5\nn=4 s=7"},
		{"streamstats window=2 current=f sum(n) as s", "n=1\nn=2\nn=3\nn=4", "n=1\nn=2 s=1\nn=3 s=3\nn=4 s=5"},
		{"streamstats window=1 current=f last(n) as p", "n=1\nn=2\nn=3", "n=1\nn=2 p=1\nn=3 p=2"},
		{"streamstats window=2 count by k", "k=a\nk=b\nk=a\nk=a", "k=a count=1\nk=b count=1\nk=a count=1\nk=a count=2"},
		{"streamstats window=2 global=f count by k", "k=a\nk=b\nk=a\nk=a", "k=a count=1\nk=b count=1\nk=a count=2\nk=a count=2"},
		{"streamstats window=2 values(*) as v_*", "a=1\nb=2\nb=3", "a=1 v_a=1\nb=2 v_a=1 v_b=2\nb=3 v_b=2|3"},
		// A window of time, in either direction.
		{"streamstats time_window=10s count", "_time=1\n_time=5\n_time=11\n_time=30\nx=1", "_time=1 count=1\n_time=5 count=2\n_time=11 count=2\n_time=30 count=1\nx=1"},
		{"streamstats time_window=10s count by k", "_time=30 k=a\n_time=28 k=b\n_time=25 k=a\n_time=15 k=a", "_time=30 k=a count=1\n_time=28 k=b count=1\n_time=25 k=a count=2\n_time=15 k=a count=1"},
		{"streamstats time_window=10s window=2 count", "_time=1\n_time=2\n_time=3", "_time=1 count=1\n_time=2 count=2\n_time=3 count=2"},
		{"streamstats time_window=10s current=f sum(n) as s", "_time=1 n=1\n_time=5 n=2\n_time=12 n=4", "_time=1 n=1\n_time=5 n=2 s=1\n_time=12 n=4 s=2"},
		// Splunk's example of reset_on_change.
		{"streamstats count by s reset_on_change=true", shifts, "s=D count=1\ns=D count=2\ns=N count=1\ns=N count=2\ns=N count=3\ns=N count=4\ns=D count=1\ns=N count=1"},
		{"streamstats reset_after=(action=\"REBOOT\") sum(bytes) as t by host", reboots, "host=x bytes=100 action=LOGON t=100\nhost=y bytes=200 action=START t=200\nhost=x bytes=400 action=DOWN t=500\nhost=x bytes=50 action=REBOOT t=550\nhost=y bytes=150 action=LOGON t=150\nhost=x bytes=100 action=LOGON t=100"},
		{"streamstats reset_before=\"(action==\\\"REBOOT\\\")\" sum(bytes) as t by host", reboots, "host=x bytes=100 action=LOGON t=100\nhost=y bytes=200 action=START t=200\nhost=x bytes=400 action=DOWN t=500\nhost=x bytes=50 action=REBOOT t=50\nhost=y bytes=150 action=LOGON t=150\nhost=x bytes=100 action=LOGON t=150"},
		{"streamstats count as c reset_after=\"(\"c==2\")\"", "n=1\nn=2\nn=3", "n=1 c=1\nn=2 c=2\nn=3 c=1"},
		{"streamstats window=3 reset_after=(n=2) count", "n=1\nn=2\nn=3", "n=1 count=1\nn=2 count=2\nn=3 count=1"},
		{"streamstats count by k", "k=a|b\nk=b", "k=a|b count=1\nk=b count=2"},
	})
}

// reboots is the example of Splunk's manual for resets.
const reboots = "host=x bytes=100 action=LOGON\nhost=y bytes=200 action=START\nhost=x bytes=400 action=DOWN\nhost=x bytes=50 action=REBOOT\nhost=y bytes=150 action=LOGON\nhost=x bytes=100 action=LOGON"

func TestStreamstatsNoticesRowsOutOfOrder(t *testing.T) {
	t.Parallel()
	run := newTestRun(t)
	runOps(t, run, mustParse(t, "streamstats time_window=10s count"), readRows("_time=1\n_time=5\n_time=3\n_time=4"), 3)
	if w := run.Warnings.All(); len(w) != 1 || w[0].Code != diag.SuspiciousExpression || w[0].Count != 1 {
		t.Errorf("got %v", w)
	}
}

func TestStreamstatsBoundsATimeWindow(t *testing.T) {
	t.Parallel()
	run := newTestRun(t)
	end := &keep{}
	chain, err := start(run, mustParse(t, "streamstats time_window=10s count"), end)
	if err != nil {
		t.Fatal(err)
	}
	chain.(*streamstatsRun).windows.most = 2
	if _, err := chain.Push(readRows("_time=1\n_time=2\n_time=3\n_time=4")); err != nil {
		t.Fatal(err)
	}
	if err := chain.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := writeRows(end.rows), "_time=1 count=1\n_time=2 count=2\n_time=3 count=2\n_time=4 count=2\n"; got != want {
		t.Errorf("got\n%s", got)
	}
	if w := run.Warnings.All(); len(w) != 1 || w[0].Code != diag.LimitReached || w[0].Count != 2 {
		t.Errorf("got %v", w)
	}
}
