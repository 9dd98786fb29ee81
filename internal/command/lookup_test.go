package command

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// testLookups returns the tables that the tests of lookup commands use.
func testLookups(t testing.TB) *knowledge.Lookups {
	t.Helper()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	b := knowledge.New(knowledge.Options{})
	problems := b.Load(escu.Dir{FS: fstest.MapFS{
		"lookups/users.yml":    file("name: users\nfilename: users.csv\n"),
		"lookups/users.csv":    file("user,group,level\nbob,admin,1\neve,dev,\nbob,ops,3\n"),
		"lookups/programs.yml": file("name: programs\nfilename: programs.csv\nmatch_type: WILDCARD(program)\nmin_matches: 1\ndefault_match: unknown\n"),
		"lookups/programs.csv": file("program,known\naws-cli*,yes\n"),
		"lookups/leases.yml":   file("name: leases\nfilename: leases.csv\ntime_field: since\n"),
		"lookups/leases.csv":   file("since,ip,host\n100,10.0.0.1,old\n200,10.0.0.1,new\n"),
		"lookups/pairs.csv":    file("a,b,o\n1,x,1x\n1,y,1y\n2,y,2y\n"),
		"lookups/kv.yml":       file("name: kv\nlookup_type: kvstore\nfields: [_key, user, n]\n"),
		"lookups/broken.yml":   file("name: broken\nfilename: broken.csv\n"),
		"lookups/broken.csv":   file("a,b\n1\n"),
	}})
	if len(problems) != 1 {
		t.Fatal(problems)
	}
	return b.Lookups
}

func compileWith(lookups plan.Lookups, text string) ([]plan.Op, error) {
	pipeline, err := spl.ParseText("search", text)
	if err != nil {
		return nil, err
	}
	search, err := Compile(pipeline, &Env{Macros: spl.NoMacros{}, Lookups: lookups})
	if err != nil {
		return nil, err
	}
	return search.Ops, nil
}

// runLookup runs commands behind a search over rows, or a search of its own
// that begins with a pipe.
func runLookup(t *testing.T, run *plan.Run, lookups plan.Lookups, commands, rows string, size int) string {
	t.Helper()
	text := commands
	if !strings.HasPrefix(commands, "|") {
		text = "search * | " + commands
	}
	ops, err := compileWith(lookups, text)
	if err != nil {
		t.Fatal(err)
	}
	if text != commands {
		ops = ops[1:]
	}
	return writeRows(runOps(t, run, ops, readRows(rows), size))
}

func TestLookupCommands(t *testing.T) {
	t.Parallel()
	for _, c := range []rowCase{
		// Every other column is an output unless told otherwise.
		{"lookup users user", "user=eve", "user=eve group=dev"},
		{"lookup users user OUTPUT group", "user=bob\nuser=zed", "user=bob group=admin|ops\nuser=zed"},
		{"lookup users user AS u OUTPUT group AS g, level", "u=bob", "u=bob g=admin|ops level=1|3"},
		{`lookup users "user" as u output "group" as "my~group"`, "u=eve", "u=eve my~group=dev"},
		{"lookup users user, OUTPUT group,", "user=eve", "user=eve group=dev"},
		{"lookup local=t users user update=false OUTPUT group", "user=eve", "user=eve group=dev"},
		// OUTPUT replaces, also by nothing; without a match it leaves alone.
		{"lookup users user OUTPUT group level", "user=eve group=was level=9\nuser=zed group=was", "user=eve group=dev\nuser=zed group=was"},
		{"lookup users user OUTPUTNEW group level", "user=bob group=was", "user=bob group=was level=1|3"},
		{"lookup users user OUTPUTNEW group", "user=bob group=was", "user=bob group=was"},
		{"lookup users user OUTPUT user", "user=eve", "user=eve"},
		// All keys must match; a row without one of them matches nothing.
		{"lookup users user group OUTPUT level", "user=bob group=ops\nuser=bob group=dev\nuser=bob", "user=bob group=ops level=3\nuser=bob group=dev\nuser=bob"},
		// Multivalues are looked up value by value.
		{"lookup users user OUTPUT group", "user=eve|zed|bob", "user=eve|zed|bob group=dev|admin|ops"},
		{"lookup pairs.csv a b OUTPUT o", "a=2|1 b=y|x", "a=2|1 b=y|x o=2y|1y|1x"},
		{"lookup pairs a b OUTPUT o", "a=1 b=x", "a=1 b=x o=1x"},
		// A default needs a field to look up.
		{"lookup programs program AS ua OUTPUT known", "ua=aws-cli/2\nua=curl\nother=1", "ua=aws-cli/2 known=yes\nua=curl known=unknown\nother=1"},
		{"lookup leases ip OUTPUT host", "ip=10.0.0.1 _time=150\nip=10.0.0.1 _time=250\nip=10.0.0.1 _time=50", "ip=10.0.0.1 _time=150 host=old\nip=10.0.0.1 _time=250 host=new\nip=10.0.0.1 _time=50"},

		{"| inputlookup users", "", "user=bob group=admin level=1\nuser=eve group=dev\nuser=bob group=ops level=3"},
		{"| inputlookup users.csv start=1 max=1", "", "user=eve group=dev"},
		{"| inputlookup users where user=BOB level>1", "", "user=bob group=ops level=3"},
		{"| inputlookup max=1 users WHERE user=b* OR group=dev", "", "user=bob group=admin level=1"},
		{"| inputlookup users start=9", "", ""},
		{"| inputlookup append=t users max=1", "", "user=bob group=admin level=1"},
		{"inputlookup append=true users where group=dev", "x=1\nx=2", "x=1\nx=2\nuser=eve group=dev"},
		{"inputlookup append=t strict=t users | head 2", "x=1\nx=2\nx=3", "x=1\nx=2"},

		{"outputlookup users | head 1 | inputlookup append=t users", "user=a\nuser=b", "user=a\nuser=a\nuser=b"},
		{"outputlookup append=t users | inputlookup append=t users", "user=a other=z", "user=a other=z\nuser=bob group=admin level=1\nuser=eve group=dev\nuser=bob group=ops level=3\nuser=a"},
		{"outputlookup append=t key_field=group users | inputlookup append=t users", "user=a group=dev", "user=a group=dev\nuser=bob group=admin level=1\nuser=a group=dev\nuser=bob group=ops level=3"},
		{"outputlookup users max=1 | inputlookup append=t users", "user=a\nuser=b", "user=a\nuser=b\nuser=a"},
		{"outputlookup users | inputlookup append=t users", "", ""},
		{"outputlookup override_if_empty=f users | inputlookup append=t users max=1", "", "user=bob group=admin level=1"},
		{"outputlookup key_field=user kv | inputlookup append=t kv", "user=a n=1|2 x=3\nuser=b", "user=a n=1|2 x=3\nuser=b\n_key=a user=a n=1|2\n_key=b user=b"},
	} {
		want := c.want
		if want != "" {
			want += "\n"
		}
		for _, size := range []int{1, 2, 1000} {
			got := runLookup(t, newTestRun(t), testLookups(t), strings.ReplaceAll(c.commands, "~", " "), c.in, size)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, batches of %d:\n%s", c.commands, size, diff)
				break
			}
		}
	}
}

func TestOutputlookupMakesATable(t *testing.T) {
	t.Parallel()
	lookups := testLookups(t)
	if _, err := compileWith(lookups, "| inputlookup new.csv"); err == nil {
		t.Error("the table exists before it is written")
	}
	runLookup(t, newTestRun(t), lookups, "outputlookup create_empty=f new.csv", "", 1)
	if _, ok := lookups.Lookup("new.csv"); ok {
		t.Error("made although there were no rows")
	}
	runLookup(t, newTestRun(t), lookups, "outputlookup new.csv", "a=1 _time=5\nb=x|y", 1)
	if diff := cmp.Diff("a=1\nb=x\ny\n", runLookup(t, newTestRun(t), lookups, "| inputlookup new.csv", "", 1)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"new.csv"}, lookups.Unsaved()); diff != "" {
		t.Error(diff)
	}
}

func TestLookupProblems(t *testing.T) {
	t.Parallel()
	lookups := testLookups(t)
	for text, want := range map[string]string{
		"* | lookup":                              "search:1:11: lookup: the name of a lookup was expected",
		"* | lookup usres user":                   `search:1:12: lookup: unknown lookup "usres"; did you mean "users"?`,
		"* | lookup xyzzy user":                   `search:1:12: lookup: unknown lookup "xyzzy"; define it with --lookup xyzzy=FILE or in a lookups directory of --content`,
		"* | lookup broken a":                     `search:1:12: lookup: the lookup "broken" cannot be used: lookups/broken.csv:2:1: the row has 1 cells, the header 2; a cell with a comma in it stands in double quotes`,
		"* | lookup users":                        "search:1:17: lookup: a field of the lookup was expected",
		"* | lookup users user OUTPUT":            "search:1:23: lookup: a field was expected after OUTPUT",
		"* | lookup users usr OUTPUT group":       `search:1:18: lookup: the lookup has no column "usr"; did you mean "user"?`,
		"* | lookup users user OUTPUT owner":      `search:1:30: lookup: the lookup has no column "owner"; it has user, group, level`,
		"* | lookup users user OUTPUT group BY x": `search:1:36: lookup: the lookup has no column "BY"; it has user, group, level`,
		"* | lookup users u*":                     "search:1:18: lookup: u*: one field was expected, not a pattern",
		"| inputlookup gone":                      `search:1:15: inputlookup: unknown lookup "gone"; define it with --lookup gone=FILE or in a lookups directory of --content`,
		"| inputlookup users where":               "",
		"| inputlookup users where (a=":           "search:1:28: a value was expected after =",
		"| inputlookup users max=-1":              "search:1:25: inputlookup: max=-1: a whole number, 0 or more, was expected",
		"| inputlookup users group=dev":           `search:1:21: inputlookup: unknown argument "group=dev"; it knows append, strict, start, max`,
		"* | outputlookup gone":                   `search:1:18: outputlookup: unknown lookup "gone"; define it with --lookup gone=FILE or in a lookups directory of --content`,
		"* | outputlookup ":                       "search:1:17: outputlookup: the name of a lookup was expected",
		"* | inputlookup users":                   "search:1:5: inputlookup must be the first command of a search",
		"* | outputlookup append=t users apend=t": `search:1:33: outputlookup: unknown argument "apend=t"; did you mean "append"?`,
	} {
		_, err := compileWith(lookups, text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
	if _, err := compileWith(nil, "* | lookup users user"); err == nil || diag.All(err)[0].Code != diag.UnknownLookup {
		t.Errorf("without lookups: got %v", err)
	}
}

func TestLookupCommandsPrintAsThemselves(t *testing.T) {
	t.Parallel()
	lookups := testLookups(t)
	for _, text := range []string{
		"search * | lookup users user",
		"search * | lookup users user AS u, group OUTPUT level AS \"the level\", user",
		"search * | lookup pairs.csv a OUTPUTNEW o AS o2",
		"| inputlookup users",
		"| inputlookup start=2 max=3 users where a=b OR NOT c IN (d, \"e f\")",
		"search * | inputlookup append=true users",
		"search * | outputlookup append=true create_empty=false override_if_empty=false key_field=\"a b\" max=5 new.csv",
		"search * | outputlookup users",
	} {
		ops, err := compileWith(lookups, text)
		if err != nil {
			t.Fatal(err)
		}
		printed := opsString(ops)
		if strings.HasPrefix(text, "|") {
			printed = "| " + printed
		}
		if diff := cmp.Diff(text, printed); diff != "" {
			t.Error(diff)
		}
		again, err := compileWith(lookups, printed)
		if err != nil {
			t.Fatalf("%s: %v", printed, err)
		}
		for i := range ops {
			if ops[i].String() != again[i].String() {
				t.Errorf("%s is printed as %s", ops[i], again[i])
			}
		}
	}
}

func TestLookupNeedsItsKeysAndKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	ops, err := compileWith(testLookups(t), "* | lookup leases ip AS src_ip OUTPUT host | table host")
	if err != nil {
		t.Fatal(err)
	}
	got := ops[1].Needs(ops[2].Needs(event.AllFields))
	if diff := cmp.Diff([]string{"_time", "host", "src_ip"}, got.Names()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "host"}, ops[1].(plan.Columner).Columns([]string{"a"})); diff != "" {
		t.Error(diff)
	}
}

func TestOutputlookupOfAStoppedSearchWritesNothing(t *testing.T) {
	t.Parallel()
	lookups := testLookups(t)
	ctx, cancel := context.WithCancel(t.Context())
	run := newTestRun(t)
	run.Context = ctx
	cancel()
	runLookup(t, run, lookups, "outputlookup users", "user=half", 1)
	if got := runLookup(t, newTestRun(t), lookups, "| inputlookup users max=1", "", 1); got != "user=bob group=admin level=1\n" {
		t.Errorf("got %s", got)
	}
	warnings := run.Warnings.All()
	if len(warnings) != 1 || warnings[0].Message != "outputlookup: the search was stopped, so users was not written" {
		t.Errorf("got %v", warnings)
	}
}

func TestLookupOfManyCombinationsIsCut(t *testing.T) {
	t.Parallel()
	lookups := testLookups(t)
	ops, err := compileWith(lookups, "* | lookup pairs a b OUTPUT o")
	if err != nil {
		t.Fatal(err)
	}
	row := readRows("x=1")
	many := make([]string, 200)
	for i := range many {
		many[i] = "v"
	}
	row[0].Set("a", value.OfTexts(many))
	row[0].Set("b", value.OfTexts(many))
	run := newTestRun(t)
	runOps(t, run, ops[1:], row, 1)
	if warnings := run.Warnings.All(); len(warnings) != 1 || warnings[0].Code != diag.LimitReached {
		t.Errorf("got %v", warnings)
	}
}

// Arguments that are taken are printed so that they are taken again.
func FuzzLookupArgs(f *testing.F) {
	lookups := testLookups(f)
	commands := []string{"* | lookup ", "| inputlookup ", "* | inputlookup append=t ", "* | outputlookup "}
	for i := range commands {
		for _, args := range []string{"users user", `users "user" as "a b", group OUTPUTNEW level AS OUTPUT`, "users max=3 start=1 where a=b OR [search x]", "append=t key_field='k' new.csv", "pairs.csv a output _key"} {
			f.Add(uint8(i), args)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, args string) {
		if len(args) > 200 {
			return
		}
		ops, err := compileWith(lookups, commands[int(which)%len(commands)]+args)
		if err != nil {
			return
		}
		printed := opsString(ops)
		if _, filters := ops[0].(plan.Filterer); !filters {
			printed = "| " + printed
		}
		again, err := compileWith(lookups, printed)
		if err != nil {
			t.Fatalf("%q is printed as\n%s\nwhich does not parse: %v", args, printed, err)
		}
		printedAgain := opsString(again)
		if strings.HasPrefix(printed, "| ") {
			printedAgain = "| " + printedAgain
		}
		if diff := cmp.Diff(printed, printedAgain); diff != "" {
			t.Fatalf("%q is printed as something else: %s", args, diff)
		}
	})
}
