package knowledge

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/spl"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// load returns a base with the files of some content directories.
func load(t *testing.T, dirs ...fstest.MapFS) *Base {
	t.Helper()
	b := New(Options{})
	for _, fsys := range dirs {
		if problems := b.Load(escu.Dir{FS: fsys}); len(problems) > 0 {
			t.Fatal(problems)
		}
	}
	return b
}

// expand returns a search with its macros replaced.
func expand(t *testing.T, m *Macros, search string) string {
	t.Helper()
	p, err := spl.Parse(&diag.Source{Name: "search", Text: search}, m)
	if err != nil {
		t.Fatal(err)
	}
	return p.String()
}

func TestMacrosOfContent(t *testing.T) {
	t.Parallel()
	m := load(t, fstest.MapFS{
		"macros/cloudtrail.yml": file("name: cloudtrail\ndefinition: sourcetype=aws:cloudtrail\ndescription: d\n"),
		"macros/ctime.yml":      file("name: security_content_ctime\narguments:\n- field\ndefinition: convert timeformat=\"%Y\" ctime($field$)\n"),
		"macros/two.yml":        file("name: two(2)\narguments: [a, b]\ndefinition: where $a$=$b$\n"),
	}).Macros
	for search, want := range map[string]string{
		"`cloudtrail` eventName=X":                        "search sourcetype=aws:cloudtrail eventName=X",
		"* | `security_content_ctime(firstTime)`":         `search * | convert timeformat="%Y" ctime(firstTime)`,
		"* | `two(x, \"y\")`":                             "search * | where x=y",
		"* | `drop_dm_object_name(All_Changes)`":          "search * | rename All_Changes.* as *",
		"* | `drop_dm_object_name(\"All_Changes\")`":      "search * | rename All_Changes.* as *",
		"* | `whatever_detection_there_is_filter`":        "search * | search *",
		"* | `get_risk_severity(calculated_risk_score)` ": `search * | eval severity=case(calculated_risk_score>=500, "critical", calculated_risk_score>=250, "high", calculated_risk_score>=100, "medium", true(), "low")`,
	} {
		if diff := cmp.Diff(want, expand(t, m, search)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestUnknownMacroGetsASuggestion(t *testing.T) {
	t.Parallel()
	m := load(t, fstest.MapFS{"macros/cloudtrail.yml": file("name: cloudtrail\ndefinition: x\n")}).Macros
	_, err := spl.Parse(&diag.Source{Name: "search", Text: "`cloudtrial`"}, m)
	if want := "search:1:1: unknown macro `cloudtrial`; did you mean \"cloudtrail\"?"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestLaterDefinitionsWin(t *testing.T) {
	t.Parallel()
	define := func(definition string) fstest.MapFS {
		return fstest.MapFS{"m.yml": file("name: m\ndefinition: " + definition + "\n"), "n.yml": file("name: n\narguments: [x]\ndefinition: " + definition + "($x$)\n")}
	}
	b := New(Options{})
	if err := b.Macros.Define("m=from-command"); err != nil {
		t.Fatal(err)
	}
	for _, definition := range []string{"first", "second"} {
		if problems := b.Load(escu.Dir{FS: define(definition)}); len(problems) > 0 {
			t.Fatal(problems)
		}
	}
	if diff := cmp.Diff("search from-command second(a)", expand(t, b.Macros, "`m` `n(a)`")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"drop_dm_object_name", "get_risk_severity", "m", "n"}, b.Macros.MacroNames()); diff != "" {
		t.Error(diff)
	}
}

// The filter macro of one detection has been misspelt in the past. Whichever
// spelling the detection and the override use, the override counts.
func TestOldSpellingOfAFilterMacro(t *testing.T) {
	t.Parallel()
	const now, before = "aws_ami_attribute_modification_for_exfiltration_filter", "aws_ami_atttribute_modification_for_exfiltration_filter"
	for _, test := range []struct{ defined, called string }{{now, now}, {now, before}, {before, now}, {before, before}} {
		m := load(t, fstest.MapFS{"m.yml": file("name: " + test.defined + "\ndefinition: search in_content\n")}).Macros
		if diff := cmp.Diff("search * | search in_content", expand(t, m, "* | `"+test.called+"`")); diff != "" {
			t.Error(diff)
		}
		// The override of the stronger layer wins, not the exact spelling.
		if err := m.Define(test.defined + "=search on_command_line"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff("search * | search on_command_line", expand(t, m, "* | `"+test.called+"`")); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMacrosOfTheCommandLine(t *testing.T) {
	t.Parallel()
	content := fstest.MapFS{"macros/ctime.yml": file("name: ctime\narguments: [field]\ndefinition: convert ctime($field$)\n")}
	for _, test := range []struct{ define, search, want string }{
		{"cloudtrail=index=main sourcetype=aws:cloudtrail", "`cloudtrail`", "search index=main sourcetype=aws:cloudtrail"},
		{"both(a, b) = search $a$=$b$", "* | `both(x, 1)`", "search * | search x=1"},
		{"both(2)=search $1$=$2$", "* | `both(x, 1)`", "search * | search x=1"},
		{"ctime(1)=eval $field$=1", "* | `ctime(t)`", "search * | eval t=1"},
		{"eq(a)=where a=$a$ AND (b=1)", "* | `eq(2)`", "search * | where a=2 AND (b=1)"},
		{"paren=where (a=1)", "* | `paren`", "search * | where (a=1)"},
	} {
		m := load(t, content).Macros
		if err := m.Define(test.define); err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(test.want, expand(t, m, test.search)); diff != "" {
			t.Errorf("%s: %s", test.define, diff)
		}
	}
	for define, want := range map[string]string{
		"noequals":     "--macro:1:1: name=definition was expected",
		"=x":           "--macro:1:1: a macro's name was expected before the =",
		"a b=x":        "--macro:1:1: a macro's name was expected before the =",
		"m(a=x":        "--macro:1:1: name(arguments)=definition was expected",
		"m(a)x=y":      "--macro:1:1: name(arguments)=definition was expected",
		"m=":           `--macro:1:1: the macro has no definition; to let everything through, write "search *"`,
		"m(1000)=x":    "--macro:1:1: a macro has at most 20 arguments",
		"m(a,b)":       "--macro:1:1: name=definition was expected",
		"`m`=search *": "--macro:1:1: a macro's name was expected before the =",
	} {
		err := New(Options{}).Macros.Define(define)
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", define, err, want)
		}
	}
}

func TestBrokenMacroHidesNoOther(t *testing.T) {
	t.Parallel()
	b := New(Options{})
	problems := b.Load(escu.Dir{Name: "mine", FS: fstest.MapFS{
		"macros/a.yml": file("name: a\n"),
		"macros/b.yml": file("name: 'b\n"),
		"macros/c.yml": file("name: c\ndefinition: x\n"),
		"macros/d.yml": file("name: c\ndefinition: y\n"),
		"macros/e.yml": file("definition: z\n"),
	}})
	want := "mine/macros/a.yml:1:1: macro `a` has no definition\n" +
		"mine/macros/b.yml:1:7: bad YAML: found unexpected end of stream, while scanning a quoted scalar\n" +
		"mine/macros/d.yml:1:7: macro `c` is defined in another file too\n" +
		"mine/macros/e.yml:1:1: a macro's name was expected"
	if diff := cmp.Diff(want, problems.Error()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("search x", expand(t, b.Macros, "`c`")); diff != "" {
		t.Error(diff)
	}
}
