package command

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// manyCommands are pipelines over the fields that randomRows makes.
var manyCommands = []string{
	"accum n", "accum n AS b", "addcoltotals labelfield=s n a", "addcoltotals", "addinfo", "addtotals", "addtotals fieldname=b a n",
	"addtotals col=t", "autoregress a p=1-2", "autoregress a AS b", "bin span=10 n", "bin span=10 n AS b", "bin bins=2 n AS a",
	"convert num(n) AS b", "convert auto(*)", "convert rmunit(x.*) AS y.*", "dedup a", "dedup 2 a b keepempty=t", "dedup a consecutive=t keepevents=t",
	"dedup a sortby -n", "delta n AS a", "extract", "fields a, x.*", "fields - a x.*", "fields + b", "fieldsummary a n", "filldown", "filldown a b",
	"fillnull", "fillnull value=q a z", "fillnull a*", "fromjson j", "head 2", "makemv delim=\",\" s", "mvcombine a", "mvexpand m", "nomv m",
	"outlier action=rm n", "outlier", "rangemap field=n low=0-5", "regex a!=\"1\"", "regex \"x\"", "rename a AS b, b AS c", "rename x.* AS *", "rename * AS y*", "rename *.* AS *_*",
	"rename a AS q q AS a", "rename z AS a", "replace 1 WITH 2", "replace 1* WITH *2 IN a, x.*", "reverse", `rex field=s "(?<a>\w),(?<q>\w)"`, `rex mode=sed field=a "s/1/2/g"`,
	"setfields a=\"1\", q=\"2\"", "sort - a n", "sort 2 -n", "strcat a s b", "strcat allrequired=t a z b", "table b a x.*", "table *", "tail 2", "tojson", "tojson a x.* output_field=b",
	"transpose", "trendline sma2(n) AS a wma2(a) AS b", "uniq", "untable a b c", "xmlkv s", "xmlunescape", "xyseries a s n", "xyseries a s n m",
	"rename a AS b | sort b | head 1 | fields b", "mvexpand m | dedup m | rename m AS a | fillnull a",
	"spath input=j", "spath input=j a output=b", "head (n>1) null=t", "foreach x.* [rename <<FIELD>> AS <<MATCHSTR>>]", "foreach a b [fillnull z<<FIELD>>]",
	"foreach mode=multivalue m [eval a=a+<<ITEM>>]", "eventstats count by a | where n>1",
}

// needsOf returns what must reach the first of the ops.
func needsOf(ops []plan.Op, wanted event.Set) event.Set {
	for _, op := range slices.Backward(ops) {
		wanted = op.Needs(wanted)
	}
	return wanted
}

var randomNames = []string{"a", "b", "m", "n", "s", "j", "x.a", "x.b", "_raw", "_time", "q"}

func randomRows(t *rapid.T) []*event.Event {
	rows := make([]*event.Event, rapid.IntRange(0, 6).Draw(t, "rows"))
	for i := range rows {
		rows[i] = event.New()
		rows[i].SetOrder(orderOfRow(i))
		for _, name := range randomNames {
			if rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
				continue
			}
			n := 1
			if name == "m" {
				n = 3
			}
			list := make([]value.Value, rapid.IntRange(1, n).Draw(t, "values"))
			for j := range list {
				list[j] = value.OfText(rapid.SampledFrom([]string{"1", "2", "1", "10", "x", "a,b", "", `{"a":1,"q":[2]}`, "<q>v</q>", "b=3 a=4"}).Draw(t, name))
			}
			rows[i].Set(name, value.OfList(list))
		}
	}
	return rows
}

// What a command says it needs for some fields is enough to have them.
func TestNeedsAreEnough(t *testing.T) {
	t.Parallel()
	for _, commands := range manyCommands {
		ops, err := parse(commands)
		if err != nil {
			if strings.Contains(err.Error(), "unknown command") {
				continue
			}
			t.Fatal(err)
		}
		t.Run(commands, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				rows := randomRows(rt)
				wanted := event.SetOf(rapid.SliceOfN(rapid.SampledFrom(append([]string{"x.*", "*a", "_*", "ya", "Total", "column"}, randomNames...)), 1, 3).Draw(rt, "wanted")...)
				needed := needsOf(ops, wanted)
				narrow := make([]*event.Event, len(rows))
				for i, row := range rows {
					narrow[i] = row.Clone()
					narrow[i].Project(slices.DeleteFunc(fieldNames(row), func(name string) bool { return !needed.Has(name) }))
				}
				want := onlyWanted(runOps(t, newTestRun(t), ops, rows, 2), wanted)
				if got := onlyWanted(runOps(t, newTestRun(t), ops, narrow, 2), wanted); got != want {
					rt.Fatalf("wanted %v, said to need %v\nof\n%s\nwith all fields\n%s\nwith those\n%s", wanted.Names(), needed.Names(), writeRows(rows), want, got)
				}
			})
		})
	}
}

func fieldNames(row *event.Event) []string {
	var names []string
	for _, f := range row.Fields() {
		names = append(names, f.Name)
	}
	return names
}

// onlyWanted writes the wanted fields of rows, in the order of their names.
func onlyWanted(rows []*event.Event, wanted event.Set) string {
	for _, row := range rows {
		names := slices.DeleteFunc(fieldNames(row), func(name string) bool { return !wanted.Has(name) })
		slices.Sort(names)
		row.Project(names)
	}
	return writeRows(rows)
}

// However rows are cut into batches, the result is the same.
func TestBatchesDoNotMatter(t *testing.T) {
	t.Parallel()
	for _, commands := range manyCommands {
		ops, err := parse(commands)
		if err != nil {
			continue
		}
		t.Run(commands, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				rows := randomRows(rt)
				want := writeRows(runOps(t, newTestRun(t), ops, rows, 1000))
				if got := writeRows(runOps(t, newTestRun(t), ops, rows, rapid.IntRange(1, 3).Draw(rt, "size"))); got != want {
					rt.Fatalf("of\n%s\nin one batch\n%s\nin several\n%s", writeRows(rows), want, got)
				}
			})
		})
	}
}
