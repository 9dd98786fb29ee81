package eval

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// sampleRow is the row of the tables below. Its fields are texts, as those of
// an event are; absent is not there.
func sampleRow() *event.Event {
	field := func(name string, texts ...string) event.Field {
		return event.Field{Name: name, Value: value.OfTexts(texts)}
	}
	return event.New(
		field("a", "abc"), field("b", "B"), field("n", "10"), field("m", "9"), field("f", "1.0"), field("empty", ""),
		field("date", "1/14/2023"), field("ip", "10.1.2.3"), field("mv", "x", "y", "z"), field("nums", "3", "10", "5"),
		field("old", "p", "q"), field("new", "q", "r"), field("a.b{}", "braces"), field("bad", "[("), field("j", `{"k":[1,{"l":"x"}]}`),
		event.Field{Name: "computed", Value: value.OfNumber(10)},
	)
}

func eval(t testing.TB, text string) string {
	t.Helper()
	return show(mustBind(t, text).Eval(newTestEnv(), sampleRow()))
}

func check(t *testing.T, cases [][2]string) {
	t.Helper()
	for _, c := range cases {
		if got := eval(t, c[0]); got != c[1] {
			t.Errorf("%s = %q, want %q", c[0], got, c[1])
		}
	}
}

// Source: Splunk, eval (Operators, Rounding).
func TestArithmetic(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`n+1`, "11"},
		{`n-m`, "1"},
		{`n*2`, "20"},
		{`n/4`, "2.5"},
		{`n%4`, "2"},
		{`-7%3`, "-1"},
		{`-n`, "-10"},
		{`+n`, "10"},
		{`-(2)`, "-2"},
		{`2+3*4`, "14"},
		{`(2+3)*4`, "20"},
		{`n/0`, ""},
		{`n%0`, ""},
		{`a*2`, ""},
		{`absent+1`, ""},
		{`-a`, ""},
		{`nums*2`, ""},
		{`1/3`, "0.3333333333333333"},
		// The digits of literals with a decimal point bound those of a product.
		{`8.250*0.2`, "2"},
		{`8.250*0.20`, "1.7"},
		{`8.250*0.200`, "1.65"},
		{`1.00*1111`, "1111"},
		{`3*0.25`, "0.75"},
		{`exact(8.250*0.2)`, "1.6500000000000001"},
		{`f*0.5`, "0.5"},
		{`-8.250*0.20`, "-1.7"},
	})
}

func TestConcatenation(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`a.b`, "abcB"},
		{`n."s"`, "10s"},
		{`5 . 6`, "56"},
		{`1+2 . "x"`, "3x"},
		{`a.absent`, ""},
		{`mv."x"`, ""},
		{`empty.empty`, ""},
		{`a+b`, "abcB"},
		{`a+"__"+n`, "abc__10"},
		{`"+"+5+"d"`, "+5d"},
		{`a+n`, ""},
		{`n+m`, "19"},
		{`a+1`, ""},
	})
	if v := mustBind(t, `empty.empty`).Eval(newTestEnv(), sampleRow()); v.IsNull() {
		t.Error("two empty texts join to null")
	}
}

// Source: Splunk, eval and Multivalue eval functions.
func TestComparison(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`a="abc"`, "True"},
		{`a="ABC"`, "False"},
		{`a==b`, "False"},
		{`"a"<"b"`, "True"},
		{`"B"<"a"`, "True"},
		{`n>9`, "True"},
		{`n=10.0`, "True"},
		{`n="10.0"`, "False"},
		{`n>m`, "True"},
		{`f=1`, "True"},
		{`n=computed`, "True"},
		{`"9"<n`, "False"},
		{`f="1"`, "False"},
		{`a>5`, ""},
		{`a!=5`, ""},
		{`a<b`, "False"},
		{`a>n`, "True"},
		{`absent=1`, ""},
		{`absent!=1`, ""},
		{`absent=absent`, ""},
		{`a=null()`, ""},
		{`a!=null`, ""},
		{`mv="y"`, "True"},
		{`mv="w"`, "False"},
		{`mv!="y"`, "True"},
		{`nums>9`, "True"},
		{`nums>10`, "False"},
		{`new=old`, "True"},
		{`mv=5`, ""},
		{`isnull(a)=false()`, "True"},
		{`isnull(a)=absent`, ""},
	})
}

func TestIn(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`a IN ("x", "abc")`, "True"},
		{`a IN ("x")`, "False"},
		{`n in (1, 10)`, "True"},
		{`in(n, "10")`, "True"},
		{`in(n, "10.0", 10)`, "True"},
		{`absent IN ("x")`, ""},
		{`a IN (absent, b)`, "False"},
		{`new IN (old)`, "True"},
		{`mv IN ("q", "z")`, "True"},
		{`"10.1.2.3" IN (a, ip)`, "True"},
		{`a IN ("a*")`, "False"},
		{`NOT new IN (absent)`, "True"},
	})
}

func TestLike(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`a LIKE "ab%"`, "True"},
		{`a LIKE "AB%"`, "False"},
		{`a LIKE "b"`, "False"},
		{`a LIKE "%b%"`, "True"},
		{`a LIKE "_b_"`, "True"},
		{`a LIKE "__"`, "False"},
		{`"axxbz" LIKE "a%b_"`, "True"},
		{`"axxb" LIKE "a%b_"`, "False"},
		{`"aéb" LIKE "a_b"`, "True"},
		{`"aéb" LIKE "%_b"`, "True"},
		{`"b" LIKE "%_b"`, "False"},
		{`"abcabc" LIKE "%_c%c"`, "True"},
		{`"" LIKE "%"`, "True"},
		{`"ab" LIKE "ab%b"`, "False"},
		{`"a.c" LIKE "a_c"`, "True"},
		{`"abc" LIKE "a.c"`, "False"},
		{`like(a, "%".substr(a, 2, 1)."%")`, "True"},
		{`mv LIKE "y%"`, "True"},
		{`absent LIKE "%"`, ""},
		{`a LIKE absent`, ""},
		{`"%" LIKE "%%"`, "True"},
	})
}

// Null is neither true nor false, except that NOT null is true.
// Source: Splunk, eval.
func TestLogic(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`a="abc" AND n=10`, "True"},
		{`a="abc" and n=1`, "False"},
		{`a="x" OR n=10`, "True"},
		{`(n=10) XOR (n=10)`, "False"},
		{`(n=10) xor (n=1)`, "True"},
		{`absent=1 OR n=10`, "True"},
		{`n=10 OR absent=1`, "True"},
		{`absent=1 OR n=1`, ""},
		{`n=1 OR absent=1`, ""},
		{`absent=1 AND n=1`, "False"},
		{`n=1 AND absent=1`, "False"},
		{`absent=1 AND n=10`, ""},
		{`n=10 AND absent=1`, ""},
		{`absent=1 XOR n=10`, ""},
		{`NOT absent=1`, "True"},
		{`NOT n=1`, "True"},
		{`NOT n=10`, "False"},
		{`NOT a="x" AND n=1`, "False"},
		{`if(absent=1, "t", "f")`, "f"},
		{`if(absent>5 OR isnull(absent), "t", "f")`, "t"},
		{`case(absent=1, "a", n=10, "b")`, "b"},
		{`case(n=1, "a")`, ""},
		{`validate(isint(n), "E1", n>=1 AND n<=9, "E2")`, "E2"},
		{`validate(absent=1, "E")`, ""},
	})
	env := newTestEnv()
	env.StrictNot = true
	if v := mustBind(t, `NOT absent=1`).Eval(env, sampleRow()); !v.IsNull() {
		t.Errorf("NOT null is %v with StrictNot, want null", v)
	}
}

// Fields that are texts, absent or multivalues, through functions.
func TestFunctionsOverFields(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`lower(b)`, "b"},
		{`upper(mv)`, "X\nY\nZ"},
		{`len(mv)`, ""},
		{`len(absent)`, ""},
		{`len(n)`, "2"},
		{`UPPER(a)`, "ABC"},
		{`replace(date, "^(\d{1,2})/(\d{1,2})/", "\2/\1/")`, "14/1/2023"},
		{`replace(mv, "[xz]", "-")`, "-\ny\n-"},
		{`replace(a, bad, "")`, ""},
		{`replace(a, "b", n)`, "a10c"},
		{`substr(a, 2)`, "bc"},
		{`substr(a, 5)`, ""},
		{`substr(a, -2, 1)`, "b"},
		{`substr(n, 1, 1)`, "1"},
		{`trim(absent)`, ""},
		{`match(a, "B")`, "False"},
		{`match(mv, "^z$")`, "True"},
		{`match(a, "(?i)".b)`, "True"},
		{`match(absent, "x")`, ""},
		{`match(a, absent)`, ""},
		{`match(a, bad)`, ""},
		{`cidrmatch("10.0.0.0/8", ip)`, "True"},
		{`cidrmatch("10.0.0.0/8", a)`, "False"},
		{`cidrmatch(a, ip)`, ""},
		{`cidrmatch("10.1.2.3", ip)`, "True"},
		{`cidrmatch("::ffff:0:0/96", ip)`, "False"},
		{`coalesce(absent, empty, a)`, ""},
		{`coalesce(absent, n, a)`, "10"},
		{`nullif(a, b)`, "abc"},
		{`nullif(a, "abc")`, ""},
		{`nullif(a, absent)`, "abc"},
		{`nullif(n, 10)`, ""},
		{`isnum(n)`, "True"},
		{`isint(f)`, "True"},
		{`isstr(a)`, "True"},
		{`isstr(n)`, "False"},
		{`typeof(mv)`, "MultiValue"},
		{`typeof(n)`, "Number"},
		{`typeof("10")`, "String"},
		{`isnull(empty)`, "False"},
		{`isdouble(f)`, "False"},
		{`mvcount(mv)`, "3"},
		{`mvcount(absent)`, ""},
		{`mvcount(a)`, "1"},
		{`mvindex(mv, 0)`, "x"},
		{`mvindex(mv, -1)`, "z"},
		{`mvindex(mv, 1, 99)`, "y\nz"},
		{`mvindex(mv, 3)`, ""},
		{`mvindex(mv, -4)`, ""},
		{`mvindex(mv, 2, 1)`, ""},
		{`mvjoin(mv, "-")`, "x-y-z"},
		{`mvjoin(a, "-")`, "abc"},
		{`mvappend(absent, a, mv)`, "abc\nx\ny\nz"},
		{`mvappend(absent)`, ""},
		{`mvzip(mv, nums)`, "x,3\ny,10\nz,5"},
		{`mvzip(mv, absent)`, ""},
		{`mvfilter(match(mv, "[xy]"))`, "x\ny"},
		{`mvfilter(nums>4)`, "10\n5"},
		{`mvfilter(mv="q")`, ""},
		{`mvfilter('a.b{}'!="x")`, "braces"},
		{`mvmap(nums, nums*2)`, "6\n20\n10"},
		{`mvmap(nums, if(nums>4, nums, null()))`, "10\n5"},
		{`mvmap(split(date, "/"), date."!")`, "1!\n14!\n2023!"},
		{`mvmap(a, a.b)`, "abcB"},
		{`mvmap(absent, 1)`, ""},
		{`mvmap(old, mvjoin(mvmap(new, old.new), "+"))`, "pq+pr\nqq+qr"},
		{`mvmap(mv, mvappend(mv, "-"))`, "x\n-\ny\n-\nz\n-"},
		{`mvmap(nums, mvcount(mv)+nums)`, "6\n13\n8"},
		{`mvfind(mv, "[yz]")`, "1"},
		{`mvfind(mv, b)`, ""},
		{`mvfind(absent, "x")`, ""},
		{`mvfind(a, "c")`, "0"},
		{`mvrange(1, 3)`, "1\n2"},
		{`mvrange(3, 1)`, ""},
		{`mvrange(3, 1, -1)`, "3\n2"},
		{`mvrange(1, 2, 0)`, ""},
		{`mvrange(0, 1, "x")`, ""},
		{`mvrange(0, 5000000, "1mon")`, "0\n2678400"},
		{`mvsort(nums)`, "10\n3\n5"},
		{`mvdedup(mvappend(mv, mv))`, "x\ny\nz"},
		{`mvreverse(a)`, "abc"},
		{`split(mv, ",")`, ""},
		{`split(empty, ",")`, ""},
		{`split(a, "")`, "a\nb\nc"},
		{`max(nums)`, "10"},
		{`min(nums, absent)`, "3"},
		{`max(n, a)`, "abc"},
		{`max(absent)`, ""},
		{`avg(nums)`, "6"},
		{`sum(nums, a)`, "18"},
		{`tostring(mv)`, "x\ny\nz"},
		{`tostring(absent)`, ""},
		{`tostring(a, "hex")`, "abc"},
		{`tostring(n, "duration")`, "00:00:10"},
		{`tostring(90061.5, "duration")`, "1+01:01:01.500000"},
		{`tostring(-5, "duration")`, "-00:00:05"},
		{`tostring(1234567, "commas")`, "1,234,567"},
		{`tostring(-1234.5, "commas")`, "-1,234.50"},
		{`tostring(999, "commas")`, "999"},
		{`tostring(-255, "hex")`, "-0xFF"},
		{`tonumber(a)`, ""},
		{`tonumber(n)`, "10"},
		{`tonumber("0x1F", 16)`, "31"},
		{`tonumber("z", 36)`, "35"},
		{`tonumber("2", 2)`, ""},
		{`tonumber("1", 1)`, ""},
		{`tonumber(mv)`, ""},
		{`round(n/3, 2)`, "3.33"},
		{`round(2.675, 2)`, "2.68"},
		{`round(1234, -2)`, "1200"},
		{`round(0.5)`, "1"},
		{`round(-0.4)`, "0"},
		{`round(9.99, 1)`, "10"},
		{`round(a)`, ""},
		{`sigfig(f*n)`, "10"},
		{`bit_and(n, m)`, "8"},
		{`bit_or(1.5, 1)`, ""},
		{`md5(a)=md5("abc")`, "True"},
		{`urldecode("%41%4")`, "A%4"},
		{`spath(j, "k{1}.l")`, "x"},
		{`spath(j, "k")`, `[1,{"l":"x"}]`},
		{`spath(a, "k")`, ""},
		{`json_extract(j, "k{}")`, `[1,{"l":"x"}]`},
		{`json_object("n", n, "t", "10", "mv", mv, "no", absent, "j", j)`, `{"n":10,"t":"10","mv":["x","y","z"],"no":null,"j":{"k":[1,{"l":"x"}]}}`},
		{`json_array(lower("5"), n, a)`, `["5",10,"abc"]`},
		{`json_valid(a)`, "False"},
		{`isobject(j)`, "True"},
		{`tojson()!=""`, "True"},
		{`'a.b{}'`, "braces"},
		{`if(true(), coalesce(true(), a), b)=true()`, "True"},
		{`searchmatch("A=abc")`, "False"},
		{`searchmatch("a=ABC n>9")`, "True"},
	})
}

func TestTime(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`now()`, "1700000000"},
		{`time()`, "1700000000"},
		{`strftime(now(), "%F %T %Z")`, "2023-11-14 22:13:20 UTC"},
		{`strftime("1700000000.5", "%3N")`, "500"},
		{`strftime(a, "%F")`, ""},
		{`strftime(1e12, "%F")`, ""},
		{`relative_time(now(), "-1h@h")`, "1699995600"},
		{`relative_time(now(), "@d-2h")`, "1699912800"},
		{`relative_time(a, "@d")`, ""},
		{`relative_time(now(), a)`, ""},
		{`strptime(date, "%m/%d/%Y")`, "1673654400.000000"},
		{`strptime(date, "%m/%d/%Y")+0`, "1673654400"},
		{`strptime(a, "%F")`, ""},
		{`strptime("10:00", "%H:%M")-now()`, "-44000"},
	})
	zone := time.FixedZone("X", 5*3600)
	env := NewEnv(&plan.Run{Now: now, Location: zone})
	if got := show(mustBind(t, `strftime(relative_time(now(), "@d"), "%F %T %z")`).Eval(env, sampleRow())); got != "2023-11-15 00:00:00 +0500" {
		t.Errorf("@d in another zone is %s", got)
	}
}

// Results beyond the limits are null, and told.
func TestLimits(t *testing.T) {
	t.Parallel()
	row := event.New(
		event.Field{Name: "long", Value: value.OfText(strings.Repeat("a", maxText/2+1))},
		event.Field{Name: "deep", Value: value.OfText(strings.Repeat("[", 1000) + strings.Repeat("]", 1000))},
		event.Field{Name: "many", Value: value.OfTexts(strings.Split(strings.Repeat("a,", 3000), ","))},
		event.Field{Name: "width", Value: value.OfText("%" + strings.Repeat("9", 30) + "d")},
	)
	for _, text := range []string{
		`long.long`, `long+long+"x"`, `mvjoin(mvappend(long, long), "")`, `mvrange(0, 2000000)`, `replace(long, "a", "bb")`, `split(long, "")`,
		`split(long, "a")`, `mvmap(many, substr(long, 1, 100000))`, `mvzip(mvappend(long, long), mvappend(long, long))`, `json_array(long, long)`,
		`json_extract(deep, "a")`, `printf("%s%s", long, long)`, `mvappend(long, long, long)`, `like(long, long."_%_".long)`,
		`json_set("{}", replace(substr(long, 1, 1000), "a", "a."), 1)`,
	} {
		env := newTestEnv()
		if v := mustBind(t, text).Eval(env, row); !v.IsNull() {
			t.Errorf("%s is not null", text)
		}
		warnings := env.Warnings.All()
		if !slices.ContainsFunc(warnings, func(w *plan.Warning) bool { return w.Code == diag.LimitReached }) {
			t.Errorf("%s: warnings %v, want %s", text, warnings, diag.LimitReached)
		}
	}
	if got := eval(t, `printf("%99999999999d", 1)`); got != "" {
		t.Errorf("a width beyond the limit printed %d bytes", len(got))
	}
}

// A place warns once, with how often it happened.
func TestWarningsAreCounted(t *testing.T) {
	t.Parallel()
	env := newTestEnv()
	x := mustBind(t, `match(a, bad)`)
	for range 3 {
		x.Eval(env, sampleRow())
	}
	if all := env.Warnings.All(); len(all) != 1 || all[0].Count != 3 || all[0].Span != (diag.Span{Start: 0, End: 13}) {
		t.Errorf("warnings %v, want one that counts 3", all)
	}
}

// A pattern from the data that is none makes null, and a warning.
func TestBadPatternOfARow(t *testing.T) {
	t.Parallel()
	env := newTestEnv()
	for _, text := range []string{`match(a, bad)`, `replace(a, bad, "x")`, `mvfind(mv, bad)`} {
		if v := mustBind(t, text).Eval(env, sampleRow()); !v.IsNull() {
			t.Errorf("%s = %v, want null", text, v)
		}
	}
	if n := len(env.Warnings.All()); n != 3 {
		t.Errorf("%d warnings, want one for each place", n)
	}
}

func TestPrintf(t *testing.T) {
	t.Parallel()
	check(t, [][2]string{
		{`printf("%d|%5d|%-5d|%05d|%+d|% d", 3, 3, 3, 3, 3, 3)`, "3|    3|3    |00003|+3| 3"},
		{`printf("%d %i %u", -3.9, "7", -2)`, "-3 7 2"},
		{`printf("%x %X %#x %o %#o", 255, 255, 255, 8, 8)`, "ff FF 0xff 10 010"},
		{`printf("%.2f|%8.3f|%-8.1f|%e|%E", 3.14159, 3.14159, 3.14159, 1500, 0.5)`, "3.14|   3.142|3.1     |1.500000e+03|5.000000E-01"},
		{`printf("%g %g %g %G", 100000, 1000000, 0.0001, 1e-10)`, "100000 1e+06 0.0001 1E-10"},
		{`printf("%s|%5s|%-5s|%.2s|%c", "abc", "abc", "abc", "abc", "xyz")`, "abc|  abc|abc  |ab|x"},
		{`printf("%c%%", 65)`, "A%"},
		{`printf("%'d %'.2f", 1234567, 1234.5)`, "1,234,567 1,234.50"},
		{`printf("%*d", 4, 7)`, "   7"},
		{`printf("%-*d|", 3, 7)`, "7  |"},
		{`printf("%.3d %05d %+.1f", 7, -7, 0.25)`, "007 -0007 +0.2"},
		{`printf("%ld", 5)`, "5"},
		{`printf("plain")`, "plain"},
		{`printf("%d", "x")`, ""},
		{`printf("%d")`, ""},
		{`printf("%", 1)`, ""},
		{`printf("%y", 1)`, ""},
		{`printf("%s", absent)`, ""},
		{`printf(n)`, "10"},
	})
}
