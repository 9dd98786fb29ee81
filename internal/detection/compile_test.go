package detection

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// environment knows one macro and one lookup.
func environment(t *testing.T) *command.Env {
	t.Helper()
	base := knowledge.New(knowledge.Options{})
	if problems := base.Load(escu.Dir{FS: fstest.MapFS{
		"macros/cloudtrail.yml": file("name: cloudtrail\ndefinition: sourcetype=aws:cloudtrail\n"),
		"macros/broken.yml":     file("name: broken\ndefinition: haed 3\n"),
		"lookups/users.yml":     file("name: users\nfilename: users.csv\n"),
		"lookups/users.csv":     file("user,group\nbob,admin\n"),
	}}); len(problems) > 0 {
		t.Fatal(problems)
	}
	return &command.Env{Macros: base.Macros, Lookups: base.Lookups}
}

func TestCheckSearch(t *testing.T) {
	t.Parallel()
	env := environment(t)
	for _, test := range []struct {
		name, search string
		parsed, runs bool
		reason       string
	}{
		{"runs", "'`cloudtrail` eventName=X | lookup users user OUTPUT group | head 3 | `d_filter`'", true, true, ""},
		{"unknown command", ">-\n  `cloudtrail`\n  | haed 3", true, false, `d.yml:4:5: unknown command "haed"; did you mean "head"?`},
		{"unknown command in double quotes", `"` + "`cloudtrail`" + ` a=\"b\"\n | haed 3"`, true, false, `d.yml:2:35: unknown command "haed"; did you mean "head"?`},
		{"unknown macro", "'`cloudtrial` | head'", true, false, "d.yml:2:10: unknown macro `cloudtrial`; did you mean \"cloudtrail\"?"},
		{"unknown lookup", "index=x | lookup usrs user", true, false, `d.yml:2:26: lookup: unknown lookup "usrs"; did you mean "users"?`},
		{"open parenthesis", "|\n  `cloudtrail` (a=1\n  | head", false, false, "d.yml:3:16: a ( without its closing )"},
		{"in a macro", "'`cloudtrail` | `broken`'", true, false, "macro `broken`:1:1: unknown command \"haed\"; did you mean \"head\"?"},
	} {
		l := Load(escu.Dir{FS: fstest.MapFS{"d.yml": file("name: D\nsearch: " + test.search + "\n")}})
		if len(l.Problems) > 0 {
			t.Errorf("%s: %v", test.name, l.Problems)
			continue
		}
		got := l.Detections[0].CheckSearch(env)
		got.Problems = nil
		if diff := cmp.Diff(Check{Parsed: test.parsed, Runnable: test.runs, Reason: test.reason}, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// The caret stands under the word in the file, and the macro through which it
// was reached is named.
func TestProblemsOfASearchShowTheFile(t *testing.T) {
	t.Parallel()
	l := Load(escu.Dir{Name: "c", FS: fstest.MapFS{"d.yml": file("name: D\nsearch: >-\n  `cloudtrail`\n  | rename a AS b\n  | haed 3\n  | `broken`\n")}})
	_, problems := l.Detections[0].Compile(environment(t))
	var shown []string
	for _, p := range problems {
		shown = append(shown, p.Render())
	}
	want := "c/d.yml:5:5: error: unknown command \"haed\" [unknown-command]\n" +
		" 5 |   | haed 3\n" +
		"   |     ^^^^ did you mean \"head\"?\n" +
		"macro `broken`:1:1: error: unknown command \"haed\" [unknown-command]\n" +
		" 1 | haed 3\n" +
		"   | ^^^^ did you mean \"head\"?\n" +
		"     in macro `broken`"
	if diff := cmp.Diff(want, strings.Join(shown, "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestCompiledDetectionKnowsItsFile(t *testing.T) {
	t.Parallel()
	l := Load(escu.Dir{Name: "c", FS: fstest.MapFS{"d.yml": file("name: D\nsearch: |\n  `cloudtrail` _time>=relative_time(now(),\"-10m\")\n  | head\n")}})
	search, problems := l.Detections[0].Compile(environment(t))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, note := range search.Notes {
		if note.Code != diag.SuspiciousExpression || note.Source.Name != "c/d.yml" {
			t.Errorf("got %v", note)
		}
		if line, _ := note.Source.Position(note.Span.Start); line != 3 {
			t.Errorf("got line %d: %v", line, note)
		}
	}
	if len(search.Notes) == 0 {
		t.Error("nothing is noted")
	}
}
