package command

import (
	"testing"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{`replace "::ffff:*" with * in src`, "src=::ffff:1.2.3.4 o=::ffff:x", "src=1.2.3.4 o=::ffff:x"},
		{`replace "%%1" with "Added", "%%2" with "Deleted" in o`, "o=%%1\no=x%%1\no=%%2|%%1", "o=Added\no=x%%1\no=Deleted|Added"},
		{"replace a WITH b", "x=a _y=a\nz=A", "x=b _y=a\nz=A"},
		{"replace abc WITH exact, ab* WITH more, a* WITH any", "x=abc\nx=abd\nx=ad", "x=exact\nx=more\nx=any"},
		{"replace a WITH first a WITH last IN x", "x=a", "x=first"},
		{`replace "* localhost" WITH "localhost *" IN h`, "h=x~localhost", "h=localhost~x"},
	})
}

func TestTotals(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"addtotals", "a=1 b=2.5 s=x\ns=y", "a=1 b=2.5 s=x Total=3.5\ns=y Total=0"},
		{"addtotals fieldname=Score, a b", "a=1 b=2 c=9", "a=1 b=2 c=9 Score=3"},
		{"addtotals a*", "a1=1 a2=2 b=9", "a1=1 a2=2 b=9 Total=3"},
		{"addtotals row=f col=t labelfield=u", "u=x n=1\nu=y n=2", "u=x n=1\nu=y n=2\nn=3 u=Total"},
		{"addtotals col=t", "n=1 m=2\nn=3", "n=1 m=2 Total=3\nn=3 Total=3\nn=4 m=2 Total=6"},
		{"addcoltotals labelfield=u label=ALL n", "u=x n=1 m=1\nu=y n=2 m=1", "u=x n=1 m=1\nu=y n=2 m=1\nn=3 u=ALL"},
		{"addcoltotals", "", ""},
	})
}

func TestRunning(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"accum n", "n=1\nn=x\nn=2", "n=1\nn=x\nn=3"},
		{"accum n AS s", "n=1\nm=1\nn=2", "n=1 s=1\nm=1\nn=2 s=3"},
		{"delta n", "n=5\nn=3\nm=1\nn=1", "n=5\nn=3 delta(n)=-2\nm=1\nn=1"},
		{"delta n AS d p=2", "n=5\nn=3\nn=9", "n=5\nn=3\nn=9 d=4"},
		{"autoregress n", "n=5\nn=3|4\nn=1", "n=5\nn=3|4 n_p1=5\nn=1 n_p1=3|4"},
		{"autoregress n p=1-2", "n=1\nn=2\nn=3", "n=1\nn=2 n_p1=1\nn=3 n_p1=2 n_p2=1"},
		{"ar n AS old p=2", "n=1\nn=2\nn=3", "n=1\nn=2\nn=3 old=1"},
		{"trendline sma2(n) wma2(n) AS w", "n=1\nn=x\nn=4", "n=1\nn=x\nn=4 sma2(n)=2.5 w=3"},
		{"trendline ema3(n) AS e", "n=2\nn=4\nn=8", "n=2\nn=4\nn=8 e=5.5"},
	})
}

func TestReshaping(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"untable x k v", "x=1 a=2 b=3|4 _t=5\nx=2 b=6", "x=1 k=a v=2\nx=1 k=b v=3|4\nx=2 k=b v=6"},
		{"xyseries r c v", "r=x c=q v=2\nr=y c=p v=3\nr=x c=p v=1\nr=z", "r=x p=1 q=2\nr=y p=3"},
		{"xyseries r c v w", "r=x c=p v=1 w=2", "r=x v:~p=1 w:~p=2"},
		{`xyseries r c v w sep="-"`, "r=x c=p v=1 w=2", "r=x v-p=1 w-p=2"},
		{`xyseries r c v w format="$VAL$/$AGG$"`, "r=x c=p v=1 w=2", "r=x p/v=1 p/w=2"},
		{"transpose", "a=1 b=2\na=3 c=4", "column=a row~1=1 row~2=3\ncolumn=b row~1=2\ncolumn=c row~2=4"},
		{"transpose 1 include_empty=f", "a=1\nc=4", "column=a row~1=1"},
		{"transpose 0 header_field=h column_name=k", "h=x n=1\nh=y n=2\nn=3\nh=x n=4", "k=n x=1 y=2 row~3=3 row~4=4"},
		{"fieldsummary maxvals=1 n s", "n=1 s=b\nn=3 s=a\nn=1 z=1 s=b|c", `field=n count=3 distinct_count=2 is_exact=1 max=3 mean=1.6666666666666667 min=1 numeric_count=3 stdev=1.1547005383792517 values=[{"value":"1","count":2}]
field=s count=3 distinct_count=3 is_exact=1 numeric_count=0 values=[{"value":"b","count":2}]`},
		{"uniq", "a=1 b=1\nb=1 a=1\na=1\na=1 b=1", "a=1 b=1\na=1\na=1 b=1"},
	})
}

func TestTextToFields(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{`setfields a="x y", b="z"`, "a=1", "a=x~y b=z"},
		{`strcat a "/" b c`, "a=1 b=2\na=1", "a=1 b=2 c=1/2\na=1 c=1/"},
		{`strcat allrequired=t a b c`, "a=1 b=2\na=1", "a=1 b=2 c=12\na=1"},
		{"rangemap field=n low=0-10 all=0-99 neg=-5--1 default=big", "n=5\nn=50\nn=-2\nn=100\nn=x\n-", "n=5 range=low|all\nn=50 range=all\nn=-2 range=neg\nn=100 range=big\nn=x range=big\n-"},
		{"xmlkv m", "m=<E><Cmd~a='1'>calc</Cmd><Arg>x</Arg><<b></b><c>1</d></E>", "m=<E><Cmd~a='1'>calc</Cmd><Arg>x</Arg><<b></b><c>1</d></E> Cmd=calc Arg=x b="},
		{"xmlunescape", "_raw=&lt;a&gt;&amp;lt;", "_raw=<a>&lt;"},
		{"extract", `_raw=a=1,b="x~y";~a=2~c.d=z~e=`, `_raw=a=1,b="x~y";~a=2~c.d=z~e= a=1 b=x~y c_d=z`},
		{"kv mv_add=t keep_empty_vals=t clean_keys=f", "_raw=a=1~a=2~c.d= b=0", "_raw=a=1~a=2~c.d= b=0 a=1|2 c.d="},
		{`extract pairdelim=";" kvdelim=":="`, `_raw=a:1;b==2~3;c:"x;y" b=0`, `_raw=a:1;b==2~3;c:"x;y" b=0 a=1 c=x;y`},
		{"extract limit=1", "_raw=a=1~b=2", "_raw=a=1~b=2 a=1"},
		{`fromjson j prefix="p_"`, `j={"a":1,"b":{"c":[1]},"d":["x",{"y":2}],"e":null,"f":"q"}` + "\nj=[1]", `j={"a":1,"b":{"c":[1]},"d":["x",{"y":2}],"e":null,"f":"q"} p_a=1 p_b={"c":[1]} p_d=x|{"y":2} p_e=null p_f=q` + "\nj=[1]"},
		{"tojson", `a=1 b=x"|2 _t=3`, `a=1 b=x"|2 _t=3 _raw={"a":1,"b":["x\"",2]}`},
		{"tojson auto(a*) str(n) num(x) bool(t) json(x) fill_null=t output_field=o", "a1=true a2={} n=5 x=y t=yes", `a1=true a2={} n=5 x=y t=yes o={"a1":true,"a2":{},"n":"5","x":null,"t":true}`},
		{"outlier n", "n=1\nn=2\nn=3\nn=4\nn=100\ns=x", "n=1\nn=2\nn=3\nn=4\nn=9\ns=x"},
		{"outlier action=rm n", "n=1\nn=2\nn=3\nn=4\nn=100\ns=x", "n=1\nn=2\nn=3\nn=4\ns=x"},
		{"outlier mark=t param=1 uselower=t n", "n=-100\nn=2\nn=2\nn=2\nn=4", "n=0002\nn=2\nn=2\nn=2\nn=0002"},
		{"addinfo", "a=1", "a=1 info_min_time=0.000 info_max_time=+Infinity info_sid=1700000000.1 info_search_time=1700000000.000"},
	})
}
