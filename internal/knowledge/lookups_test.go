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

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/value"
)

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

// Rows that were made, not read, serve like those of a file, and hold from a
// time on if the settings say so.
func TestFilledLookups(t *testing.T) {
	t.Parallel()
	defined := load(t, fstest.MapFS{
		"lookups/made.yml": file("name: made\nfilename: made.csv\nmatch_type: WILDCARD(k)\ntime_field: from\ntime_format: '%Y-%m-%d'\n"),
		"lookups/made.csv": file("k,from,v\n"),
	}).Lookups
	settings := [][2]string{{"match_type", "WILDCARD(k)"}, {"time_field", "from"}, {"time_format", "%Y-%m-%d"}}
	for name, l := range map[string]*Lookups{"defined by content": defined, "defined by settings": New(Options{}).Lookups} {
		if err := l.Fill("made", settings, []string{"k", "from", "v"}, [][]string{{"a*", "1970-01-01", "1"}, {"a*", "1970-01-02", "2"}}); err != nil {
			t.Fatal(err)
		}
		tab, _ := l.Table("made")
		for at, want := range map[float64]string{86399: "1", 86400: "2"} {
			if values, _ := tab.MatchAt(at, []string{"k"}, []string{"abc"}, []string{"v"}); len(values[0]) != 1 || values[0][0] != want {
				t.Errorf("%s: at %v: got %q, want %s", name, at, values, want)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "made.csv")
	if err := os.WriteFile(path, []byte("k,v\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	given := New(Options{MaxRows: 1}).Lookups
	if err := given.Define("made=" + path); err != nil {
		t.Fatal(err)
	}
	if err := given.Fill("made", nil, []string{"k"}, nil); err == nil || err.Error() != "the lookup made has rows of its own from --lookup" {
		t.Errorf("got %v", err)
	}
	if err := given.Fill("other", nil, []string{"k"}, [][]string{{"1"}, {"2"}}); err == nil || err.Error() != "the lookup other would have 2 rows, more than 1" {
		t.Errorf("got %v", err)
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
