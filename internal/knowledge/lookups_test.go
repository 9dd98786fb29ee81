package knowledge

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/value"
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

func TestLookupsOfContent(t *testing.T) {
	t.Parallel()
	l := load(t, fstest.MapFS{
		"lookups/older.yml":         file("name: older\nfilename: older_file.csv\ncase_sensitive_match: 'false'\nmatch_type: WILDCARD(k)\nmin_matches: 1\ndefault_match: 'false'\n"),
		"lookups/older_file.csv":    file("k,v\nA*,1\n"),
		"lookups/newer.yml":         file("name: newer\nlookup_type: csv\nmatch_type:\n- CIDR(net)\nmax_matches: 1\ndefault_match: true\n"),
		"lookups/newer.csv":         file("net,v\n10.0.0.0/8,in\n"),
		"lookups/seen.yml":          file("name: seen\ncollection: seen\nfields_list: _key, user, firstTime\n"),
		"lookups/seen2.yml":         file("name: seen2\nlookup_type: kvstore\nfields: [_key, arn]\n"),
		"lookups/__mlspl_model.yml": file("name: __mlspl_model\nlookup_type: mlmodel\n"),
		"lookups/bare.csv":          file("x,y\n1,2\n"),
	}).Lookups
	for _, test := range []struct{ name, column, key, output, want string }{
		{"older", "k", "abc", "v", "1"},
		{"older", "k", "zzz", "v", "false"},
		{"older_file.csv", "k", "abc", "v", "1"},
		{"newer", "net", "10.2.3.4", "v", "in"},
		{"bare.csv", "x", "1", "y", "2"},
		{"bare", "x", "1", "y", "2"},
	} {
		tab, ok := l.Lookup(test.name)
		if !ok {
			t.Errorf("no lookup %s", test.name)
			continue
		}
		values, _ := tab.Match([]string{test.column}, []string{test.key}, []string{test.output})
		if got := strings.Join(values[0], ","); got != test.want {
			t.Errorf("%s of %s: got %q, want %q", test.key, test.name, got, test.want)
		}
	}
	for name, want := range map[string]string{"seen": "user firstTime", "seen2": "arn"} {
		tab, ok := l.Lookup(name)
		if !ok {
			t.Fatalf("no lookup %s", name)
		}
		if got := strings.Join(tab.Columns(), " "); got != want {
			t.Errorf("columns of %s: got %q, want %q", name, got, want)
		}
	}
	if _, ok := l.Lookup("nothing"); ok {
		t.Error("there is a lookup nothing")
	}
	want := []string{"bare.csv", "newer", "newer.csv", "older", "older_file.csv", "seen", "seen2"}
	if diff := cmp.Diff(want, l.LookupNames()); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenLookupSaysWhyAndHidesNoOther(t *testing.T) {
	t.Parallel()
	b := New(Options{})
	problems := b.Load(escu.Dir{Name: "c", FS: fstest.MapFS{
		"lookups/a.yml":  file("name: a\nfilename: a.csv\n"),
		"lookups/a.csv":  file("k,v\n1\n"),
		"lookups/b.yml":  file("name: b\nfilename: ../../etc/passwd\n"),
		"lookups/c.yml":  file("name: ../c\nfilename: c.csv\n"),
		"lookups/d.yml":  file("name: d\nmatch_type: GLOB(x)\nfilename: ok.csv\n"),
		"lookups/e.yml":  file("name: e\nfilename: ok.csv\n"),
		"lookups/f.yml":  file("name: f\nfilename: gone.csv\n"),
		"lookups/ok.csv": file("k,v\n1,2\n"),
	}})
	want := `c/lookups/a.yml:1:7: lookup "a" cannot be used: c/lookups/a.csv:2:1: the row has 1 cells, the header 2; a cell with a comma in it stands in double quotes
c/lookups/b.yml:2:11: ../../etc/passwd leads out of the content directory
c/lookups/c.yml:1:7: a lookup's name of letters, digits, _, - and . was expected
c/lookups/d.yml:2:13: match_type: EXACT(column), WILDCARD(column) or CIDR(column) was expected, not "GLOB(x)"
c/lookups/f.yml:1:7: lookup "f" cannot be used: c/lookups/gone.csv:1:1: cannot be read: file does not exist`
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Error(diff)
	}
	if _, ok := b.Lookups.Lookup("e"); !ok {
		t.Error("lookup e is gone")
	}
	if err := b.Lookups.LookupProblem("a"); err == nil || !strings.Contains(err.Error(), "a.csv:2:1") {
		t.Errorf("got %v", err)
	}
	if err := b.Lookups.LookupProblem("e"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestLookupsOfTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "my, table.csv")
	if err := os.WriteFile(path, []byte("k,v\nA*,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := New(Options{}).Lookups
	if err := l.Define("t=" + path + ",match_type=WILDCARD(k),EXACT(v),case_sensitive_match=false,max_matches=1,min_matches=1,default_match=no,ne"); err != nil {
		t.Fatal(err)
	}
	tab, _ := l.Lookup("t")
	for key, want := range map[string]string{"abc": "1", "zzz": "no,ne"} {
		if values, _ := tab.Match([]string{"k"}, []string{key}, []string{"v"}); values[0][0] != want {
			t.Errorf("%s: got %q", key, values)
		}
	}
	for text, want := range map[string]string{
		"t":                               `--lookup:1:1: name=FILE was expected, not "t"`,
		"t=":                              "--lookup:1:1: a file was expected behind t=",
		"../t=x.csv":                      `--lookup:1:1: "../t" is no name of a lookup: letters, digits, _, - and . were expected`,
		"t=" + path + ",max_match=3":      `--lookup:1:1: unknown option "max_match"; did you mean "max_matches"?`,
		"t=" + path + ",max_matches=many": `--lookup:1:1: max_matches: a whole number from 1 to 1000 was expected, not "many"`,
		"t=" + path + ",writable=perhaps": `--lookup:1:1: writable: true or false was expected, not "perhaps"`,
		"t=/gone/x.csv":                   "--lookup:1:1: lookup t: stat /gone/x.csv: no such file or directory",
		"t=" + dir:                        "--lookup:1:1: lookup t: read " + dir + ": not a regular file",
		"t=" + path + ",filter=(a=":       "filter of lookup t:1:2: a value was expected after =",
	} {
		if err := l.Define(text); err == nil || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
}

// result returns a row of fields given as name=value; a comma separates the
// values of a multivalue.
func result(fields ...string) *event.Event {
	e := event.New()
	for _, f := range fields {
		name, text, _ := strings.Cut(f, "=")
		e.Set(name, value.OfTexts(strings.Split(text, ",")))
	}
	return e
}

// show gives the rows of a table on one line.
func show(t *testing.T, l *Lookups, name string) string {
	t.Helper()
	tab, ok := l.Lookup(name)
	if !ok {
		t.Fatalf("no lookup %s", name)
	}
	events, err := tab.Rows()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range events {
		var fields []string
		for _, f := range e.Fields() {
			fields = append(fields, f.Name+"="+strings.Join(f.Value.Texts(), ","))
		}
		all = append(all, strings.Join(fields, " "))
	}
	return strings.Join(all, " | ")
}

func TestStoreOfAFile(t *testing.T) {
	t.Parallel()
	l := New(Options{}).Lookups
	tab, err := l.CreateLookup("seen.csv")
	if err != nil {
		t.Fatal(err)
	}
	store := func(add bool, key, want string, events ...*event.Event) {
		t.Helper()
		if err := tab.Store(events, add, key); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, show(t, l, "seen.csv")); diff != "" {
			t.Error(diff)
		}
	}
	store(false, "", "user=bob n=1 | user=eve ip=a\nb", result("user=bob", "n=1", "_time=5"), result("user=eve", "ip=a,b"))
	store(true, "", "user=bob n=1 | user=eve ip=a\nb | user=ann", result("user=ann", "other=x"))
	store(true, "user", "user=bob n=9 | user=eve ip=a\nb | user=ann | user=joe", result("user=bob", "n=9"), result("user=joe"))
	store(false, "", "n=1", result("n=1"))
	store(false, "", "")
	if diff := cmp.Diff([]string{"n"}, tab.Columns()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"seen.csv"}, l.Unsaved()); diff != "" {
		t.Error(diff)
	}
}

func TestStoreOfAKVStore(t *testing.T) {
	t.Parallel()
	l := load(t, fstest.MapFS{"lookups/kv.yml": file("name: kv\nlookup_type: kvstore\nfields: [_key, user, ip]\n")}).Lookups
	tab, _ := l.Lookup("kv")
	store := func(add bool, key string, events ...*event.Event) {
		t.Helper()
		if err := tab.Store(events, add, key); err != nil {
			t.Fatal(err)
		}
	}
	store(false, "user", result("user=bob", "ip=1,2", "ignored=x"), result("user=eve"))
	if diff := cmp.Diff("_key=bob user=bob ip=1,2 | _key=eve user=eve", show(t, l, "kv")); diff != "" {
		t.Error(diff)
	}
	store(true, "", result("_key=bob", "user=robert"), result("user=new"))
	got := show(t, l, "kv")
	if !strings.HasPrefix(got, "_key=bob user=robert | _key=eve user=eve | _key=") || !strings.HasSuffix(got, " user=new") {
		t.Errorf("got %s", got)
	}
	values, ok := tab.Match([]string{"user"}, []string{"robert"}, []string{"_key"})
	if !ok || values[0][0] != "bob" {
		t.Errorf("got %v", values)
	}
}

func TestStateDirectoryKeepsTablesBetweenRuns(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	content := fstest.MapFS{
		"lookups/csv.yml": file("name: csv\nfilename: csv.csv\ncase_sensitive_match: false\n"),
		"lookups/csv.csv": file("k,v\nshipped,1\n"),
		"lookups/kv.yml":  file("name: kv\nlookup_type: kvstore\nfields: [_key, k]\n"),
	}
	run := func() *Lookups {
		b := New(Options{StateDir: state})
		if problems := b.Load(escu.Dir{FS: content}); len(problems) > 0 {
			t.Fatal(problems)
		}
		return b.Lookups
	}
	first := run()
	for _, name := range []string{"csv", "kv", "own.csv"} {
		tab, err := first.CreateLookup(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Store([]*event.Event{result("k=" + name + ",two")}, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	if names := first.Unsaved(); len(names) > 0 {
		t.Errorf("not kept: %v", names)
	}
	second := run()
	for name, want := range map[string]string{"csv": "k=shipped v=1 | k=csv\ntwo", "own.csv": "k=own.csv\ntwo"} {
		if diff := cmp.Diff(want, show(t, second, name)); diff != "" {
			t.Error(diff)
		}
	}
	if got := show(t, second, "kv"); !strings.HasSuffix(got, " k=kv,two") {
		t.Errorf("got %s", got)
	}
	files, err := os.ReadDir(state)
	if err != nil || len(files) != 3 {
		t.Errorf("in the directory: %v, %v", files, err)
	}
}

func TestWritableTableOfTheCommandLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new.csv")
	for _, want := range []string{"k=1", "k=1 | k=1"} {
		l := New(Options{}).Lookups
		if err := l.Define("t=" + path + ",writable=true"); err != nil {
			t.Fatal(err)
		}
		tab, _ := l.Lookup("t")
		if err := tab.Store([]*event.Event{result("k=1")}, true, ""); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, show(t, l, "t")); diff != "" {
			t.Error(diff)
		}
	}
}

// A search names the table that it writes; the name must not lead elsewhere.
func TestNewTablesStayInTheStateDirectory(t *testing.T) {
	t.Parallel()
	l := New(Options{StateDir: t.TempDir()}).Lookups
	for _, name := range []string{"../evil.csv", "/etc/evil.csv", ".hidden.csv", "a/b.csv", "noending", "a\x00.csv", ""} {
		if _, err := l.CreateLookup(name); err == nil {
			t.Errorf("%q was accepted", name)
		}
		if _, ok := l.Lookup(name); ok {
			t.Errorf("%q was found", name)
		}
	}
}

func TestLimitsOfATable(t *testing.T) {
	t.Parallel()
	small := newTable(newDefinition("small"), Options{MaxBytes: 20, MaxRows: 2})
	if err := small.read("s.csv", []byte("k\n"+strings.Repeat("x", 30))); err == nil || err.Error() != "s.csv:1:1: the table has more than 20 bytes" {
		t.Errorf("got %v", err)
	}
	if err := small.read("s.csv", []byte("k\n1\n")); err != nil {
		t.Fatal(err)
	}
	err := small.Store([]*event.Event{result("k=2"), result("k=3")}, true, "")
	if err == nil || !strings.Contains(err.Error(), "more than 2 rows or 20 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestTableIsSharedByGoroutines(t *testing.T) {
	t.Parallel()
	tab := table(t, "k,v\na,1\n")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 50 {
				if _, ok := tab.Match([]string{"k"}, []string{"a"}, []string{"v"}); !ok {
					t.Error("row a is gone")
				}
				if err := tab.Store([]*event.Event{result(fmt.Sprintf("k=b%d", i))}, true, "k"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\ny\"\n"))
	f.Add([]byte("\xef\xbb\xbfa,,\r\n1,,\r\n"))
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
