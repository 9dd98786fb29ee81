package command

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRename(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"rename a AS b, c as d", "a=1 x=2 c=3", "b=1 x=2 d=3"},
		{`rename a AS "b c"`, "a=1", "b~c=1"},
		{"rename a AS b", "a=1 b=2\nb=3\nc=4", "b=1\n-\nc=4"},
		{"rename a AS b b AS c", "a=1 b=2", "c=1"},
		{"rename x.* AS *", "x.a=1 b=2 x.b=3", "a=1 b=3"},
		{"rename * AS x*", "a=1 xa=2", "xa=1 xxa=2"},
		{"rename *.* AS *_*", "a.b.c=1", "a_b.c=1"},
		{"rename * AS x*", "_time=1 a=2", "_time=1 xa=2"},
		{"rename _* AS x*", "_time=1 a=2", "xtime=1 a=2"},
		{"rename as AS by", "as=1", "by=1"},
	})
}

func TestFieldsAndTable(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"fields b, a", "_time=1 a=1 b=2 c=3", "_time=1 b=2 a=1"},
		{"fields + b a", "_time=1 a=1 b=2 c=3", "b=2 a=1"},
		{"fields a*", "ab=1 b=2 ac=3", "ab=1 ac=3"},
		{"fields - a* _time", "_time=1 ab=1 b=2", "b=2"},
		{"fields -b", "a=1 b=2", "a=1"},
		{"fields - _*", "_raw=1 b=2", "b=2"},
		{"table c, a, zz", "_time=1 a=1 c=2", "c=2 a=1"},
		{"table b a*", "a1=1 b=2 a2=3", "b=2 a1=1 a2=3"},
		{"table *", "_raw=1 a=2", "a=2"},
	})
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		commands string
		in, want []string
	}{
		{"table c a", nil, []string{"c", "a"}},
		{"table c a* b", nil, []string{"c"}},
		{"table a*", nil, nil},
		{"table b a* zz", []string{"a1", "a2", "b"}, []string{"b", "a1", "a2", "zz"}},
		{"fields b, a", nil, nil},
		{"fields b, a, zz", []string{"_time", "a", "b"}, []string{"_time", "b", "a"}},
		{"fields - a*", []string{"a1", "b"}, []string{"b"}},
		{"rename a AS b, x.* AS *", []string{"a", "b", "x.c"}, []string{"b", "c"}},
		{"fillnull z", []string{"a"}, []string{"a", "z"}},
		{"convert ctime(*Time) AS *Date", []string{"aTime"}, []string{"aTime", "aDate"}},
		{"foreach a b [fillnull z<<FIELD>>]", []string{"a"}, []string{"a", "za", "zb"}},
		{"untable x y z", []string{"a"}, []string{"x", "y", "z"}},
		{"accum a AS s | delta s | addtotals", []string{"a"}, []string{"a", "s", "delta(s)", "Total"}},
		{"sort a", []string{"a"}, []string{"a"}},
	} {
		if diff := cmp.Diff(c.want, opsColumns(mustParse(t, c.commands), c.in)); diff != "" {
			t.Errorf("%s: %s", c.commands, diff)
		}
	}
}

func TestSort(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"sort n", "n=10\nn=9\n-\nn=3", "n=3\nn=9\nn=10\n-"},
		{"sort -n", "n=10\nn=9\n-\nn=3", "n=10\nn=9\nn=3\n-"},
		{"sort - n", "n=1\nn=2", "n=2\nn=1"},
		{"sort a, -n", "a=x n=1\na=y n=3\na=x n=2", "a=x n=2\na=x n=1\na=y n=3"},
		// A sign with a blank behind it is for all that follow without one.
		{"sort - a n", "a=x n=1\na=y n=3\na=x n=2", "a=y n=3\na=x n=2\na=x n=1"},
		{"sort - a +n", "a=x n=1\na=y n=3\na=x n=2", "a=y n=3\na=x n=1\na=x n=2"},
		{"sort -a n desc", "a=x n=1\na=y n=3\na=x n=2", "a=x n=2\na=x n=1\na=y n=3"},
		{"sort n d", "n=1\n-\nn=2", "n=2\nn=1\n-"},
		{"sort str(n)", "n=10\nn=9\nn=100", "n=10\nn=100\nn=9"},
		{"sort num(n)", "n=x\nn=10\nn=9", "n=9\nn=10\nn=x"},
		{"sort ip(i)", "i=x\ni=10.0.0.10\ni=10.0.0.9", "i=10.0.0.9\ni=10.0.0.10\ni=x"},
		{"sort i", "i=10.0.0.10\ni=10.0.0.9", "i=10.0.0.9\ni=10.0.0.10"},
		{"sort 1 n", "n=2\nn=1", "n=1"},
		{"sort limit=1 n", "n=2\nn=1", "n=1"},
		{"sort a", "a=1 b=1\na=1 b=2\na=0 b=3", "a=0 b=3\na=1 b=1\na=1 b=2"},
		{"sort d", "d=2\nd=1", "d=1\nd=2"},
		{"sort -count(x), ip(dc(y))", "count(x)=1\ncount(x)=2", "count(x)=2\ncount(x)=1"},
		{`sort -"my field"`, "my~field=1\nmy~field=2", "my~field=2\nmy~field=1"},
	})
}

func TestTailAndReverse(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"tail 2", "a=1\na=2\na=3", "a=3\na=2"},
		{"tail", "a=1\na=2", "a=2\na=1"},
		{"tail 0", "a=1", ""},
		{"reverse", "a=1\na=2\na=3", "a=3\na=2\na=1"},
	})
}

func TestDedup(t *testing.T) {
	t.Parallel()
	in := "id=1 h=a\nid=2 h=a\nid=3 h=b\nid=4\nid=5 h=a"
	testRows(t, []rowCase{
		{"dedup h", in, "id=1 h=a\nid=3 h=b"},
		{"dedup 2 h", in, "id=1 h=a\nid=2 h=a\nid=3 h=b"},
		{"dedup h keepempty=t", in, "id=1 h=a\nid=3 h=b\nid=4"},
		{"dedup consecutive=true h", in, "id=1 h=a\nid=3 h=b\nid=5 h=a"},
		{"dedup keepevents=true h", in, "id=1 h=a\nid=2\nid=3 h=b\nid=4\nid=5"},
		{"dedup h sortby -id", in, "id=5 h=a\nid=3 h=b"},
		{"dedup a", "a=1|2\na=2|1\na=1|2\na=1", "a=1|2\na=2|1\na=1"},
		{"dedup a b", "a=1 b=23\na=12 b=3", "a=1 b=23\na=12 b=3"},
	})
}

func TestFillnullAndFilldown(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"fillnull", "a=1\nb=2 _x=3", "a=1 b=0\nb=2 _x=3 a=0"},
		{"fillnull value=NULL a z", "a=1\nb=2", "a=1 z=NULL\nb=2 a=NULL z=NULL"},
		{"fillnull a* z", "a1=1\na2=2 b=3", "a1=1 z=0 a2=0\na2=2 b=3 z=0 a1=0"},
		{"fillnull a", "a=\n-", "a=\na=0"},
		{"filldown", "a=1 _t=1\nb=2\n-", "a=1 _t=1\nb=2 a=1\na=1 b=2"},
		{"filldown a", "b=0\na=1\nb=2\na=3\n-", "b=0\na=1\nb=2 a=1\na=3\na=3"},
		{"filldown a*", "a1=1 b=1\n-", "a1=1 b=1\na1=1"},
	})
}

func TestMultivalues(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"mvexpand t", "id=1 t=a|b|c\nid=2 t=d\nid=3", "id=1 t=a\nid=1 t=b\nid=1 t=c\nid=2 t=d\nid=3"},
		{"mvexpand t limit=2", "t=a|b|c", "t=a\nt=b"},
		{"mvexpand limit=1 t", "t=a|b|c", "t=a"},
		{`makemv delim="," t`, "t=a,b,,c", "t=a|b|c"},
		{`makemv delim="," allowempty=t t`, "t=a,,c", "t=a||c"},
		{"makemv t", "t=a~b\nx=1", "t=a|b\nx=1"},
		{`makemv tokenizer="([^;]+);?" t`, "t=a;b;;c", "t=a|b|c"},
		{`makemv delim="," t`, "t=,\nt=", "t=,\nt="},
		{"mvcombine v", "h=x v=1\nh=y v=1\nh=x v=2\nh=x\nh=x v=3|4", "h=x v=1|2|3|4\nh=y v=1\nh=x"},
		{"mvcombine v | mvexpand v", "h=x v=1\nh=x v=2", "h=x v=1\nh=x v=2"},
	})
}

func TestRegexAndRex(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{`regex p="\d+"`, "p=a1\np=b\nq=1\np=x|2", "p=a1\np=x|2"},
		{`regex p!="\d+"`, "p=a1\np=b\nq=1", "p=b\nq=1"},
		{`regex p = "\d"`, "p=a1\np=b", "p=a1"},
		{`regex "x"`, "_raw=axb\n_raw=y", "_raw=axb"},
		{`regex p=^a.c$`, "p=abc\np=b", "p=abc"},
		{`rex field=s "(?<u>\w+);(?P<v>\w+)"`, "s=bob;x\ns=no u=old", "s=bob;x u=bob v=x\ns=no u=old"},
		{`rex field=s max_match=0 "(?<d>\d)"`, "s=1a2b3", "s=1a2b3 d=1|2|3"},
		{`rex field=s max_match=2 "(?<d>\d)"`, "s=1a2b3", "s=1a2b3 d=1|2"},
		{`rex field=s "(?<d>\d)(?<x>z)?"`, "s=a|b2|3", "s=a|b2|3 d=2|3"},
		{`rex field=s "(?<a>é.)(?<b>c+)" offset_field=o`, "s=xéacc", "s=xéacc a=éa b=cc o=a=1-2&b=3-4"},
		{`rex field=s (?<d>\d)`, "s=a1", "s=a1 d=1"},
		{`rex field=c mode=sed "s/(\d{4}-){3}/XXXX-/g"`, "c=1234-5678-9012-3456", "c=XXXX-3456"},
		{`rex field=c mode=sed "s/(\d)(\d)/\2\1/"`, "c=1234", "c=2134"},
		{`rex field=c mode=sed "s/\d/x/2"`, "c=1234\nc=1", "c=1x34\nc=1"},
		{`rex field=c mode=sed "y/abc/xyz/"`, "c=aabbcd|c", "c=xxyyzd|z"},
		{`rex field=c mode=sed "s/\//-/g s|a|b|; s/B/c/i"`, "c=a/b/a", "c=c-b-a"},
	})
}

func TestBin(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"bin span=1h _time", "_time=1700000123", "_time=1699999200"},
		{"bucket _time span=1d", "_time=1700000123", "_time=1699920000"},
		{"bin span=5 _time AS t", "_time=1700000123", "_time=1700000123 t=1700000120"},
		{"bin span=1h g", "g=1700000123\ng=x", "g=1699999200\ng=x"},
		{"bin span=10 n", "n=25\nn=9\nn=-1\nn=x\n-", "n=20-30\nn=0-10\nn=-10-0\nn=x\n-"},
		{"bin span=0.1 n", "n=0.35", "n=0.3-0.4"},
		{"bin span=2log10 n", "n=25\nn=1\nn=200\nn=0", "n=20-200\nn=0.2-2\nn=200-2000\nn=0"},
		{"bin span=log2 n", "n=8\nn=9", "n=8-16\nn=8-16"},
		{"bin bins=10 n", "n=0\nn=99\nn=5", "n=0-10\nn=90-100\nn=0-10"},
		{"bin bins=10 n", "n=0\nn=100", "n=0-100\nn=100-200"},
		{"bin bins=3 end=1000 n", "n=28\nn=36", "n=0-1000\nn=0-1000"},
		{"bin bins=100 minspan=5 n", "n=1\nn=7", "n=0-5\nn=5-10"},
		{"bin _time bins=10", "_time=1700000000\n_time=1700000040", "_time=1700000000\n_time=1700000040"},
		{"bin _time bins=2 minspan=1m", "_time=1700000000\n_time=1700000040", "_time=1699999980\n_time=1700000040"},
		{"bin _time span=12h aligntime=@d+3h", "_time=1699920000\n_time=1699974000", "_time=1699887600\n_time=1699974000"},
		{"bin n", "a=1", "a=1"},
	})
}

func TestConvert(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"convert ctime(t)", "t=1700000000\nt=x\nt=0|1.5", "t=11/14/2023~22:13:20\nt=x\nt=01/01/1970~00:00:00|01/01/1970~00:00:01"},
		{`convert timeformat="%Y-%m-%d" ctime(t) AS d`, "t=1700000000", "t=1700000000 d=2023-11-14"},
		{`convert timeformat="%F" mktime(t)`, "t=2023-11-14\nt=x", "t=1699920000\nt=x"},
		{"convert dur2sec(d)", "d=00:10:15\nd=1+00:00:01\nd=x", "d=615\nd=86401\nd=x"},
		{"convert mstime(d)", "d=1:02.5\nd=3", "d=62.5\nd=3"},
		{"convert memk(m)", "m=10\nm=2m\nm=1g\nm=-1m", "m=10\nm=2048\nm=1048576\nm=-1m"},
		{"convert rmcomma(n) rmunit(d)", "n=1,000.00 d=212~sec", "n=1000.00 d=212"},
		{"convert num(n)", "n=1,000\nn=00:00:09\nn=x\nn=7", "n=1000\nn=9\n-\nn=7"},
		{"convert auto(*) none(c)", "a=1,000 b=x c=1,0\na=2 b=1,0 c=3", "a=1000 b=x c=1,0\na=2 b=1,0 c=3"},
		{"convert ctime(*Time) AS *Date", "aTime=0 x=1", "aTime=0 x=1 aDate=01/01/1970~00:00:00"},
		{"convert auto", "a=1,0", "a=10"},
	})
}

func TestSpath(t *testing.T) {
	t.Parallel()
	j := `j={"a":{"b":"z"},"n":[1,{"k":"x"}],"e":[]}`
	testRows(t, []rowCase{
		{"spath input=j a.b", j, j + " a.b=z"},
		{"spath input=j path=n{1}.k output=o", j, j + " o=x"},
		{"spath input=j output=o path=n{}", j, j + ` o=1|{"k":"x"}`},
		{"spath input=j output=o path=n", j, j + ` o=[1,{"k":"x"}]`},
		{"spath input=j output=o path=zz", j + " o=old", j + " o=old"},
		{"spath input=j", j + " n{}=old", j + " n{}=1 a.b=z n{}.k=x"},
		{"spath input=j", "j=text", "j=text"},
		{`spath path="a"`, `_raw={"a":1}`, `_raw={"a":1} a=1`},
		{`spath input=x path=c.d{@i} output=o`, `x=<c><d~i="7">t</d></c>`, `x=<c><d~i="7">t</d></c> o=7`},
	})
}

func TestMakeresults(t *testing.T) {
	t.Parallel()
	for spl, want := range map[string]string{
		"makeresults":                     "_time=1700000000",
		"makeresults count=2":             "_time=1700000000\n_time=1700000000",
		"makeresults count=0":             "",
		"makeresults annotate=t":          "_time=1700000000 splunk_server=pugmark",
		"makeresults count=1300 | tail 1": "_time=1700000000",
		`makeresults format=json data="[{\"a\":1,\"b\":{\"c\":[\"x\",\"y\"]}}]"`: `_raw={"a":1,"b":{"c":["x","y"]}} a=1 b.c{}=x|y _time=1700000000`,
		"makeresults format=csv data=\"a, b\n1, 2\n3\"":                          "a=1 b=2\na=3",
	} {
		search := mustCompile(t, "| "+spl)
		got := writeRows(runOps(t, newTestRun(t), search.Ops, nil, 1))
		if got != writeRows(readRows(want)) {
			t.Errorf("%s:\n%s", spl, got)
		}
	}
}
