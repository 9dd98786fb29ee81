package escu

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
)

func parse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("file.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestValuesByKey(t *testing.T) {
	t.Parallel()
	f := parse(t, `
name: An example
version: 4
enabled: yes
nothing:
date: 2024-09-30
list:
- one
- 2
-
# nothing above
single: alone
tags:
  risk_score: 80
items:
- {field: a, type: user}
- field: b
`)
	m := f.Root
	if got, want := m.Text("name"), "An example"; got != want {
		t.Errorf("name: got %q, want %q", got, want)
	}
	if n, ok := m.Int("version"); n != 4 || !ok {
		t.Errorf("version: got %d, %v", n, ok)
	}
	if b, ok := m.Bool("enabled"); !b || !ok {
		t.Errorf("enabled: got %v, %v", b, ok)
	}
	if m.Has("nothing") || m.Has("absent") {
		t.Error("null and absent keys have a value")
	}
	if got, want := m.Text("date"), "2024-09-30"; got != want {
		t.Errorf("date: got %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"one", "2"}, m.Texts("list")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"alone"}, m.Texts("single")); diff != "" {
		t.Error(diff)
	}
	if n, _ := m.Map("tags").Int("risk_score"); n != 80 {
		t.Errorf("tags.risk_score: got %d", n)
	}
	if items := m.Maps("items"); len(items) != 2 || items[0].Text("type") != "user" || items[1].Text("field") != "b" {
		t.Errorf("items: got %v", items)
	}
	if m.Map("absent").Text("x") != "" || m.Map("absent").Maps("y") != nil {
		t.Error("an absent mapping has values")
	}
	if len(f.Problems()) != 0 {
		t.Error(f.Problems())
	}
}

func TestUnknownKeysAreTheOnesNobodyAskedFor(t *testing.T) {
	t.Parallel()
	f := parse(t, "name: a\nsurprise: 1\nsearch: x\nmore: [a]\n")
	f.Root.Text("name")
	f.Root.Scalar("search")
	var names []string
	for _, k := range f.Root.Unknown() {
		line, col := f.Source.Position(k.Span.Start)
		names = append(names, k.Name)
		if col != 1 || line != 2 && line != 4 {
			t.Errorf("%s at %d:%d", k.Name, line, col)
		}
	}
	if diff := cmp.Diff([]string{"surprise", "more"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestProblemsSayWhere(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"syntax", "name: a\nsearch: 'x\n", "file.yml:2:9: bad YAML: found unexpected end of stream, while scanning a quoted scalar"},
		{"tab", "name: a\n\tb: c\n", "file.yml:2:1: bad YAML: found a tab character that violates indentation, while scanning a plain scalar"},
		{"empty", "# only a comment\n", "file.yml:1:1: the file is empty"},
		{"list at the top", "- a\n- b\n", "file.yml:1:1: keys and values were expected at the top, not a list"},
		{"two documents", "a: 1\n---\nb: 2\n", "file.yml:3:1: a second YAML document in one file; put each into a file of its own"},
		{"unknown alias", "a: *b\n", "file.yml:1:4: bad YAML: unknown anchor 'b' referenced"},
		{"not UTF-8", "name: \xff\n", "file.yml:1:7: the file holds a byte that text cannot have; content is written in UTF-8"},
		{"control character", "name: \x1b[2J\n", "file.yml:1:7: the file holds a byte that text cannot have; content is written in UTF-8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("file.yml", []byte(test.text))
			if err == nil {
				t.Fatal("no problem found")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWrongKindsSayWhere(t *testing.T) {
	t.Parallel()
	f := parse(t, "name: [a]\nversion: four\ntags: text\ntests: text\nlist:\n- a: b\nflag: maybe\n")
	f.Root.Text("name")
	f.Root.Int("version")
	f.Root.Map("tags")
	f.Root.Maps("tests")
	f.Root.Texts("list")
	f.Root.Bool("flag")
	want := `file.yml:1:7: name: a text was expected, not a list
file.yml:2:10: version: a whole number was expected, not "four"
file.yml:3:7: tags: keys and values were expected, not a text
file.yml:4:8: tests: a list was expected, not a text
file.yml:6:3: list: a text was expected, not keys and values
file.yml:7:7: flag: true or false was expected, not "maybe"`
	if diff := cmp.Diff(want, f.Problems().Error()); diff != "" {
		t.Error(diff)
	}
}

// A file may demand much with little text; each of these is refused.
func TestHostileYAML(t *testing.T) {
	t.Parallel()
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 8 {
		bomb += "a" + string(rune('1'+i)) + ": &a" + string(rune('1'+i)) + " [" + strings.Repeat("*a"+string(rune('0'+i))+", ", 10) + "]\n"
	}
	nested := ""
	for i := range 1000 {
		nested += strings.Repeat(" ", i) + "a:\n"
	}
	for _, test := range []struct{ name, text, want string }{
		{"alias bomb", bomb, "grows to more than 50000 values by its aliases"},
		{"alias of itself", "a: &a [*a]\n", "no anchor &a"},
		{"deep lists", strings.Repeat("[", 10_000), "nested deeper than 64 levels"},
		{"deep mappings", strings.Repeat("{a: ", 10_000), "nested deeper than 64 levels"},
		{"deep dashes", strings.Repeat("- ", 10_000), "nested deeper than 64 levels"},
		{"deep question marks", strings.Repeat("? ", 10_000), "nested deeper than 64 levels"},
		{"deep blocks", nested, "nested deeper than 64 levels"},
		{"huge file", "a: " + strings.Repeat("x", MaxFile), "more than the 1048576 that content may have"},
		{"many values", "a: [" + strings.Repeat("1,", 60_000) + "]", "more than 50000 values"},
		{"many keys", strings.Repeat("abc: d\n", 60_000), "more than 50000 values"},
		{"tags upon tags", "a: " + strings.Repeat("!t ", 1000) + "x\n", ""},
		{"anchors upon anchors", "a: " + strings.Repeat("&t ", 1000) + "x\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f, err := Parse("file.yml", []byte(test.text))
			if err == nil {
				t.Fatalf("accepted as %v", f.Root)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want %q", err, test.want)
			}
		})
	}
}

// Problems in a search are shown where the search stands in the file, however
// YAML folds, indents or escapes it.
func TestLocateFindsThePlaceInTheFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text string }{
		{"plain", "search: index=x | haed 3\n"},
		{"plain, several lines", "search: index=x\n  é\n  | haed 3\n"},
		{"literal", "search: |-\n    index=x\n      é\n\n    | haed 3\nnext: y\n"},
		{"folded", "search: >   # folded\n  index=x\n  é\n\n  | haed\n  3\n"},
		{"single quotes", "search: 'it''s\n\n  x\n  | haed 3'\n"},
		{"double quotes", "search: \"a\\\"b \\\n  \\t\\x41\\u00e9\\n | haed 3\"\n"},
		{"flow", "{a: b, search: index=x | haed 3}\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, test.text).Root.Scalar("search")
			i := strings.Index(s.Text, "haed")
			if i < 0 {
				t.Fatalf("no haed in %q", s.Text)
			}
			at, ok := s.Locate(diag.Span{Start: i, End: i + len("haed")})
			if !ok {
				t.Fatalf("%q does not agree with the file", s.Text)
			}
			if got := s.file.Text[at.Start:at.End]; got != "haed" {
				t.Errorf("found %q at %d", got, at.Start)
			}
			for i := range len(s.Text) + 1 {
				if _, ok := s.Locate(diag.Span{Start: i, End: i}); !ok {
					t.Errorf("offset %d of %q has no place", i, s.Text)
				}
			}
		})
	}
}

func TestRelocatedProblemsShowTheLineOfTheFile(t *testing.T) {
	t.Parallel()
	s := parse(t, "name: a\nsearch: >-\n  index=x\n  | haed 3\n").Root.Scalar("search")
	source := s.Source()
	i := strings.Index(s.Text, "haed")
	problems := s.Relocate(source, diag.List{
		{Source: source, Span: diag.Span{Start: i, End: i + 4}, Code: diag.UnknownCommand, Message: `unknown command "haed"`},
		{Source: &diag.Source{Name: "macro `m`", Text: "x"}, Code: diag.BadSyntax, Message: "elsewhere"},
	})
	want := "file.yml:4:5: error: unknown command \"haed\" [unknown-command]\n 4 |   | haed 3\n   |     ^^^^"
	if diff := cmp.Diff(want, problems[0].Render()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("macro `m`:1:1: elsewhere", problems[1].Error()); diff != "" {
		t.Error(diff)
	}
}

func TestFilesOfADirectory(t *testing.T) {
	t.Parallel()
	list := func(fsys fstest.MapFS) []string {
		entries, problems := Dir{FS: fsys}.Files()
		if len(problems) > 0 {
			t.Error(problems)
		}
		var names []string
		for _, e := range entries {
			names = append(names, string(e.Kind)+":"+e.Path)
		}
		return names
	}
	repository := fstest.MapFS{
		"detections/cloud/a.yml": {}, "detections/cloud/.hidden.yml": {}, "detections/deprecated/b.yaml": {},
		"macros/m.yml": {}, "lookups/l.yml": {}, "lookups/l.csv": {}, "stories/s.yml": {}, "data_sources/d.yml": {},
		"baselines/x.yml": {}, "tests/cloud/a.test.yml": {}, "docs/y.yml": {}, ".git/z.yml": {}, "contentctl.yml": {}, "own.yml": {}, "README.md": {},
	}
	if diff := cmp.Diff([]string{
		"baselines:baselines/x.yml", "data_sources:data_sources/d.yml", "detections:detections/cloud/a.yml", "detections:detections/deprecated/b.yaml",
		"lookups:lookups/l.yml", "macros:macros/m.yml", ":own.yml", "stories:stories/s.yml", "tests:tests/cloud/a.test.yml",
	}, list(repository)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{":mine.yml", ":team/x.yml"}, list(fstest.MapFS{"mine.yml": {}, "team/x.yml": {}, "notes.txt": {}})); diff != "" {
		t.Error(diff)
	}
}

func TestKindIsToldByTheKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Kind{
		"name: a\nsearch: b": Detections, "name: a\ndefinition: b": Macros, "name: a\nfilename: b": Lookups,
		"name: a\nnarrative: b": Stories, "name: a\nsourcetype: b": DataSources, "name: a\ntests: []": Tests, "name: a\nsearch: b\ntype: Baseline": Baselines, "name: a": "",
	} {
		if got := parse(t, text).Kind(); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("name: a\nsearch: >-\n  x\n  | y\ntags: {a: [b, *c]}\n"))
	f.Add([]byte("a: &b \"\\x41\\\n  c\"\nd: *b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse("file.yml", text)
		if err != nil {
			if len(diag.All(err)) != 1 {
				t.Errorf("%T is no problem with a place: %v", err, err)
			}
			diag.All(err)[0].Render()
			return
		}
		for _, p := range file.Root.node.pairs {
			s := file.Root.Scalar(p.key)
			at, _ := s.Locate(diag.Span{Start: len(s.Text) / 2, End: len(s.Text)})
			if at.Start < 0 || at.End > len(file.Source.Text) || at.Start > at.End {
				t.Errorf("%q at %v", s.Text, at)
			}
		}
	})
}

func TestItemsHavePlaces(t *testing.T) {
	t.Parallel()
	f := parse(t, "one: alone\nlist:\n- a\n-\n- \" b \"\n")
	for key, want := range map[string]string{"one": "1:6 alone", "list": "3:3 a, 5:3 b", "none": ""} {
		var got []string
		for _, item := range f.Root.Items(key) {
			line, column := f.Source.Position(item.Span.Start)
			got = append(got, fmt.Sprintf("%d:%d %s", line, column, item.Text))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s: got %s, want %s", key, s, want)
		}
	}
}

func TestMergeKeys(t *testing.T) {
	t.Parallel()
	f := parse(t, `
x-common: &common {asset_type: EC2, security_domain: threat}
x-more: &more
  asset_type: S3
  product: cloud
one:
  <<: *common
  asset_type: AMI
two:
  name: b
  <<: [*common, *more]
`)
	for key, want := range map[string]map[string]string{
		"one": {"asset_type": "AMI", "security_domain": "threat"},
		"two": {"name": "b", "asset_type": "EC2", "security_domain": "threat", "product": "cloud"},
	} {
		m := f.Root.Map(key)
		got := map[string]string{}
		for _, k := range m.Unknown() {
			got[k.Name] = m.Text(k.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if left := f.Root.Unknown(); len(left) > 0 {
		t.Errorf("keys of one's own begin with x-: %v", left)
	}
	if _, err := Parse("file.yml", []byte("a: b\n<<: text\n")); err == nil || !strings.Contains(err.Error(), "2:5: behind << keys and values were expected, not a text") {
		t.Error(err)
	}
}

func TestAKeyThatStandsTwiceIsTold(t *testing.T) {
	t.Parallel()
	f := parse(t, "name: a\ntags: {x: 1, x: 2}\nname: b\n")
	if got := f.Root.Text("name") + f.Root.Map("tags").Text("x"); got != "b2" {
		t.Errorf("got %s, but the last value counts", got)
	}
	want := "file.yml:2:14: the key x stands here twice; the last one counts\nfile.yml:3:1: the key name stands here twice; the last one counts"
	if diff := cmp.Diff(want, f.Problems().Error()); diff != "" {
		t.Error(diff)
	}
}

func TestFoldersThatAreNotRead(t *testing.T) {
	t.Parallel()
	repository := Dir{Name: "repo", FS: fstest.MapFS{
		"detections/a.yml": {}, "removed/detections/b.yml": {}, "removed/mapping.YML": {}, "playbooks/p.yml": {}, "playbooks/p.py": {},
		"docs/mkdocs.yml": {}, "bin/run.sh": {}, ".github/workflows/ci.yml": {}, "schedules/s.yml": {},
	}}
	want := []Folder{{"repo/docs", 1, ""}, {"repo/playbooks", 1, notRead["playbooks"]}, {"repo/removed", 2, notRead["removed"]}}
	if diff := cmp.Diff(want, repository.PassedOver()); diff != "" {
		t.Error(diff)
	}
	if got := (Dir{FS: fstest.MapFS{"removed/b.yml": {}}}).PassedOver(); got != nil {
		t.Errorf("a directory that is no repository is read whole, not without %v", got)
	}
}

// What a file is, its place tells before its keys do.
func TestKindOfAFileByItsPlace(t *testing.T) {
	t.Parallel()
	const detection, baseline, deployment = "name: a\nsearch: b\n", "name: a\nsearch: b\ntype: Baseline\n", "name: a\nscheduling: {cron_schedule: x}\n"
	for _, test := range []struct {
		entry Entry
		text  string
		want  Kind
	}{
		{Entry{Kind: Detections}, detection, Detections},
		{Entry{Kind: Detections}, baseline, Baselines},
		{Entry{Kind: Detections}, "name: a\nsearch: b\ntype: Investigation\n", Investigations},
		{Entry{Kind: Baselines}, detection, Baselines}, // the oldest tell no type
		{Entry{Kind: Deployments}, "name: a\n", Deployments},
		{Entry{}, deployment, Deployments},
		{Entry{}, "name: a\nfile: cloud/a.yml\nattack_data: []\n", Tests},
		{Entry{}, "site_name: a\n", ""},
		{Entry{Stray: true}, "site_name: a\n", Other},
		{Entry{Stray: true}, detection, Detections},
	} {
		if got := test.entry.KindOf(parse(t, test.text)); got != test.want {
			t.Errorf("%+v with %q is %q, want %q", test.entry, test.text, got, test.want)
		}
	}
}

// A trust file is no content, at the top or beside a test.
func TestTrustFilesAreNoContent(t *testing.T) {
	t.Parallel()
	for _, layout := range []string{"detections/", ""} {
		dir := Dir{FS: fstest.MapFS{
			layout + "a.yml":     {Data: []byte("name: a\n")},
			"trust.yaml":         {Data: []byte("ours: {}\n")},
			"trust.yml":          {Data: []byte("ours: {}\n")},
			"tests/a/trust.yaml": {Data: []byte("ours: {}\n")},
		}}
		entries, problems := dir.Files()
		if len(entries) != 1 || entries[0].Path != layout+"a.yml" || len(problems) > 0 {
			t.Errorf("got %v, %v", entries, problems)
		}
	}
}
