package knowledge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
)

// table returns a table of CSV text with settings as the command line has
// them.
func table(t testing.TB, csv string, settings ...string) *Table {
	t.Helper()
	d := newDefinition("t")
	for _, s := range settings {
		name, text, _ := strings.Cut(s, "=")
		if err := d.set(name, text); err != nil {
			t.Fatal(err)
		}
	}
	tab := newTable(d, Options{})
	if err := tab.read("t.csv", []byte(csv)); err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const users = "user,group,level\nbob,admin,1\neve,dev,2\nBob,guest,3\nbob,ops,\n"
	const programs = "program,app,bad\n*,any,no\npower*.exe,ps,yes\n*shell*,sh,yes\npowershell.exe,exact,yes\n*.exe,exe,no\na*b*c,abc,no\n"
	const networks = "net,site,env\n10.0.0.0/8,corp,a\n10.1.0.0/16,lab,b\n10.1.2.3,host,c\n2001:db8::/32,v6,d\nnonsense,none,e\n0.0.0.0/0,world,f\n"
	for _, test := range []struct {
		name, csv string
		settings  []string
		columns   string
		keys      string
		outputs   string
		want      string // outputs separated by ;, values by commas; "-" for no match
	}{
		{"exact", users, nil, "user", "eve", "group level", "dev;2"},
		{"none", users, nil, "user", "mallory", "group", "-"},
		{"several rows in the order of the table, empty cells left out", users, nil, "user", "bob", "group level", "admin,ops;1"},
		{"case counts", users, nil, "user", "Bob", "group", "guest"},
		{"case does not count", users, []string{"case_sensitive_match=false"}, "user", "BOB", "group", "admin,guest,ops"},
		{"all keys must match", users, nil, "user group", "bob ops", "user group", "bob;ops"},
		{"all keys must match, none", users, nil, "user group", "bob dev", "user", "-"},
		{"at most so many rows", users, []string{"max_matches=1"}, "user", "bob", "group", "admin"},
		{"default for no match", users, []string{"min_matches=1", "default_match=none"}, "user", "zed", "group level", "none;none"},
		{"default fills up", users, []string{"min_matches=3", "default_match=none"}, "user", "bob", "group", "admin,ops,none"},
		{"default without min_matches", users, []string{"default_match=none"}, "user", "zed", "group", "-"},
		{"min_matches without default", users, []string{"min_matches=1"}, "user", "zed", "group", "-"},
		{"unknown column", users, nil, "name", "bob", "group", "-"},
		{"filter of the definition", users, []string{`filter=group!=admin level=*`}, "user", "bob", "group", "-"},
		{"wildcards", programs, []string{"match_type=WILDCARD(program)"}, "program", "powershell.exe", "app", "any,ps,sh,exact,exe"},
		{"wildcards, one fits", programs, []string{"match_type=WILDCARD(program)"}, "program", "aXbYc", "app", "any,abc"},
		{"wildcards, parts do not overlap", "p,o\nab*ba,x\n", []string{"match_type=WILDCARD(p)"}, "p", "aba", "o", "-"},
		{"wildcards and case", programs, []string{"match_type=WILDCARD(program)", "case_sensitive_match=false"}, "program", "POWERsave.EXE", "app", "any,ps,exe"},
		{"wildcard beside an exact column", programs, []string{"match_type=WILDCARD(program)"}, "program bad", "powershell.exe no", "app", "any,exe"},
		{"a star in the event is no wildcard", users, nil, "user", "b*", "group", "-"},
		{"networks", networks, []string{"match_type=CIDR(net)"}, "net", "10.1.2.3", "site", "corp,lab,host,world"},
		{"networks, v6", networks, []string{"match_type=CIDR(net)"}, "net", "2001:db8::1", "site", "v6"},
		{"networks, v4 in v6", networks, []string{"match_type=CIDR(net)"}, "net", "::ffff:10.9.9.9", "site", "corp,world"},
		{"networks, no address", networks, []string{"match_type=CIDR(net)"}, "net", "AWS Internal", "site", "-"},
		{"network beside an exact column", networks, []string{"match_type=CIDR(net)"}, "env net", "b 10.1.9.9", "site", "lab"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			keys := strings.Fields(test.keys)
			if test.keys == "AWS Internal" {
				keys = []string{test.keys}
			}
			values, ok := table(t, test.csv, test.settings...).Match(strings.Fields(test.columns), keys, strings.Fields(test.outputs))
			got := "-"
			if ok {
				var columns []string
				for _, v := range values {
					columns = append(columns, strings.Join(v, ","))
				}
				got = strings.Join(columns, ";")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The indexes are a faster way to the answer of trying every row.
func TestIndexesAgreeWithTryingEveryRow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SampledFrom([]string{"", "a", "b", "ab", "ba", "aba", "a*", "*a", "*", "a*a", "*b*", "**", "a*b*a"})
		n := rapid.IntRange(0, 12).Draw(t, "rows")
		tab := rows{columns: []string{"p", "q", "o"}}
		for i := range n {
			tab.cells = append(tab.cells, []string{texts.Draw(t, "p"), texts.Draw(t, "q"), fmt.Sprint(i)})
		}
		d := newDefinition("t")
		_ = d.set("match_type", rapid.SampledFrom([]string{"", "WILDCARD(p)", "WILDCARD(p) WILDCARD(q)", "WILDCARD(q)"}).Draw(t, "types"))
		table := newTable(d, Options{})
		if err := table.set(tab); err != nil {
			t.Fatal(err)
		}
		columns := rapid.SampledFrom([][]string{{"p"}, {"q"}, {"p", "q"}, {"q", "p"}}).Draw(t, "columns")
		var keys []string
		for range columns {
			keys = append(keys, texts.Draw(t, "key"))
		}
		var want []string
		for _, row := range tab.cells {
			fits := true
			for i, c := range columns {
				cell := row[strings.Index("pq", c)]
				if d.match[c] == matchWildcard {
					fits = fits && event.MatchName(cell, keys[i])
				} else {
					fits = fits && cell == keys[i]
				}
			}
			if fits {
				want = append(want, row[2])
			}
		}
		values, _ := table.Match(columns, keys, []string{"o"})
		if diff := cmp.Diff(want, values[0]); diff != "" {
			t.Error(diff)
		}
	})
}

// Rows of a time-bounded table hold from their time on; the latest before the
// event counts.
func TestTimeBoundedTable(t *testing.T) {
	t.Parallel()
	const leases = "time,ip,host\n100,10.0.0.1,first\n300,10.0.0.1,third\n200,10.0.0.1,second\nnever,10.0.0.1,lost\n"
	at := func(when float64, settings ...string) string {
		tab := table(t, leases, append(settings, "time_field=time")...)
		if !tab.Timed() {
			t.Error("the table is not time-bounded")
		}
		values, _ := tab.MatchAt(when, []string{"ip"}, []string{"10.0.0.1"}, []string{"host"})
		return strings.Join(values[0], ",")
	}
	for when, want := range map[float64]string{99: "", 100: "first", 250: "second", 1000: "third"} {
		if got := at(when); got != want {
			t.Errorf("at %v: got %q, want %q", when, got, want)
		}
	}
	if got := at(1000, "max_matches=2"); got != "third,second" {
		t.Errorf("two matches: got %q", got)
	}
	if got := at(1000, "max_offset_secs=500"); got != "" {
		t.Errorf("too old: got %q", got)
	}
	if got := at(310, "min_offset_secs=60"); got != "second" {
		t.Errorf("too young: got %q", got)
	}
	dated := table(t, "since,k,v\n2024-01-02,a,x\n", "time_field=since", "time_format=%Y-%m-%d")
	for when, want := range map[float64]bool{1704067200: false, 1704153600: true} {
		if _, ok := dated.MatchAt(when, []string{"k"}, []string{"a"}, []string{"v"}); ok != want {
			t.Errorf("at %v: got %v", when, ok)
		}
	}
}

func TestCSVIsReadAsSpreadsheetsWriteIt(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"plain":              "a,b\n1,x y\n2,\"p,q\"\n",
		"byte order mark":    "\xef\xbb\xbfa,b\n1,x y\n2,\"p,q\"\n",
		"carriage returns":   "a,b\r\n1,x y\r\n2,\"p,q\"\r\n",
		"blank lines":        "a,b\n\n1,x y\n\n2,\"p,q\"\n\n",
		"no last newline":    "a,b\n1,x y\n2,\"p,q\"",
		"commas at the end":  "a,b,,\n1,x y,,\n2,\"p,q\",,\n",
		"blanks in a header": " a ,b \n1,x y\n2,\"p,q\"\n",
	} {
		got, err := readCSV("t.csv", []byte(text), 10)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := rows{columns: []string{"a", "b"}, cells: [][]string{{"1", "x y"}, {"2", "p,q"}}}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(rows{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	bare, err := readCSV("t.csv", []byte("a,b\ncmd /c \"x\",y\n"), 10)
	if err != nil || bare.cells[0][0] != `cmd /c "x"` {
		t.Errorf("a quote inside a cell: got %q, %v", bare.cells, err)
	}
}

func TestCSVProblemsNameTheLine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "t.csv:1:1: the table has no header"},
		{"ragged, long", "a,b\n1,2\n3,4,5\n", "t.csv:3:5: the row has 3 cells, the header 2; a cell with a comma in it stands in double quotes"},
		{"ragged, short", "a,b\n1\n", "t.csv:2:1: the row has 1 cells, the header 2; a cell with a comma in it stands in double quotes"},
		{"twice", "a,b,a\n1,2,3\n", `t.csv:1:5: column "a" stands twice in the header`},
		{"no name", "a,,b\n1,2,3\n", "t.csv:1:3: column 2 has no name"},
		{"no names", ",\n1,2\n", "t.csv:1:1: column 1 has no name"},
		{"open quote", "a,b\n1,\"2\n3,4\n", "t.csv:3:4: extraneous or missing \" in quoted-field"},
		{"many rows", "a\n1\n2\n3\n4\n", "t.csv:5:1: the table has more than 3 rows"},
		{"UTF-16", "\xff\xfea\x00", "t.csv:1:1: the file is written in UTF-16; save it as CSV in UTF-8"},
	} {
		_, err := readCSV("t.csv", []byte(test.text), 3)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
	_, err := readCSV("t.csv", []byte("name,group\nbob,ops\neve,dev,x\n"), 9)
	want := "t.csv:3:9: error: the row has 3 cells, the header 2 [bad-content]\n 3 | eve,dev,x\n   |         ^ a cell with a comma in it stands in double quotes"
	if diff := cmp.Diff(want, diag.All(err)[0].Render()); diff != "" {
		t.Error(diff)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n"))
	f.Add([]byte("\xef\xbb\xbfa,,\r\n1,,\r\n"))
	f.Add([]byte(" \xff\xfe\n"))
	f.Add([]byte("\xef\xbb\xbf\xef\xbb\xbfa\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := readCSV("t.csv", text, 100)
		if err != nil {
			for _, e := range diag.All(err) {
				e.Render()
			}
			return
		}
		for _, row := range got.cells {
			if len(row) != len(got.columns) {
				t.Errorf("%d cells in %d columns", len(row), len(got.columns))
			}
		}
		var b strings.Builder
		if err := writeCSV(&b, got); err != nil {
			t.Fatal(err)
		}
		again, err := readCSV("t.csv", []byte(b.String()), 100)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, b.String())
		}
		if len(again.cells) > len(got.cells) {
			t.Errorf("%d rows became %d", len(got.cells), len(again.cells))
		}
	})
}

func FuzzJSONLines(f *testing.F) {
	f.Add([]byte(`{"_key":"a","x":["b","c"],"n":1.50}` + "\n\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := readJSONLines("kv.jsonl", text, []string{"x"}, 100)
		if err != nil {
			return
		}
		for _, row := range got.cells {
			if len(row) != len(got.columns) {
				t.Errorf("%d cells in %d columns", len(row), len(got.columns))
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	var csv strings.Builder
	csv.WriteString("k,w,net,v\n")
	for i := range 20_000 {
		fmt.Fprintf(&csv, "key%d,prefix%d*,10.%d.%d.0/24,value%d\n", i, i, i/200, i%200, i)
	}
	tab := table(b, csv.String(), "match_type=WILDCARD(w) CIDR(net)")
	for _, bench := range []struct{ name, column, key string }{
		{"exact", "k", "key777"}, {"wildcard", "w", "prefix777-and-more"}, {"cidr", "net", "10.3.177.9"}, {"none", "k", "nothing"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			columns, keys, outputs := []string{bench.column}, []string{bench.key}, []string{"v"}
			for b.Loop() {
				tab.Match(columns, keys, outputs)
			}
		})
	}
}
