package pages

import (
	"bytes"
	"flag"
	"html"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

var update = flag.Bool("update", false, "rewrite the pages in testdata")

// of loads the content of directories.
func of(dirs ...escu.Dir) Content {
	base := knowledge.New(knowledge.Options{})
	for _, dir := range dirs {
		_ = base.Load(dir) // what it cannot load, pages do without
	}
	all := detection.Load(dirs...)
	return Content{
		Detections: all.Detections, Stories: all.Stories,
		Env: &command.Env{Macros: base.Macros, Lookups: base.Lookups, DataModels: knowledge.NewDataModels()},
	}
}

func builtin() escu.Dir { return escu.Dir{Name: "builtin", FS: content.FS()} }

func site(t *testing.T, c Content) []File {
	t.Helper()
	files, err := Site(c)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func named(t *testing.T, files []File, name string) string {
	t.Helper()
	for _, f := range files {
		if f.Name == name {
			return string(f.Text)
		}
	}
	t.Fatalf("there is no file %s", name)
	return ""
}

// Every page of a built-in detection has every section, in the order that
// readers of Splunk Security Content know, and says something in each.
func TestEveryBuiltInPageHasEverySection(t *testing.T) {
	t.Parallel()
	want := []string{
		"Description", "Annotations", "Search", "Macros", "Required fields", "How to implement", "Known false positives",
		"Associated analytic stories", "RBA", "Drilldowns", "References", "Test datasets", "Version",
	}
	wantSubs := []string{"ATT&CK", "Kill chain phase", "NIST", "CIS20", "CVE"}
	c := of(builtin())
	markdown, site := Markdown(c), site(t, c)
	b := newBook(c)
	for _, d := range c.Detections {
		got := map[string][]string{
			"markdown": matches(`(?m)^## (.*)$`, named(t, markdown, b.paths[d]+".md")),
			"site":     matches(`<h2 [^>]*>(.*?) <a`, named(t, site, b.paths[d]+".html")),
		}
		for form, titles := range got {
			titles = without(titles, "Lookups")
			if diff := cmp.Diff(want, titles); diff != "" {
				t.Errorf("%s, %s: %s", d.Name, form, diff)
			}
		}
		subs := matches(`<h3>(.*?)</h3>`, named(t, site, b.paths[d]+".html"))
		if diff := cmp.Diff(wantSubs, subs[:min(len(subs), len(wantSubs))]); diff != "" {
			t.Errorf("%s: %s", d.Name, diff)
		}
		for _, s := range b.detectionPage(d).sections {
			if len(s.Blocks) == 0 {
				t.Errorf("%s: the section %s is empty", d.Name, s.Title)
			}
		}
	}
}

func matches(pattern, text string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	return all
}

func without(list []string, drop string) []string {
	var kept []string
	for _, s := range list {
		if s != drop {
			kept = append(kept, s)
		}
	}
	return kept
}

// The page of one detection, to be read: go test ./internal/pages -update.
func TestPageOfADetection(t *testing.T) {
	t.Parallel()
	c := of(escu.Dir{FS: os.DirFS("testdata/content")})
	for name, files := range map[string][]File{"md": Markdown(c), "html": site(t, c)} {
		got := named(t, files, "detections/aws_image_shared."+name)
		golden := filepath.Join("testdata", "aws_image_shared."+name)
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: %s", golden, diff)
		}
	}
}

// What the plan knows and the file does not say, and the other way round.
func TestRequiredFieldsAreComputed(t *testing.T) {
	t.Parallel()
	c := of(escu.Dir{FS: os.DirFS("testdata/content")})
	page := named(t, Markdown(c), "detections/aws_image_shared.md")
	for _, line := range []string{
		"| `requestParameters.imageId` | yes | yes |",
		"| `userAgent` | yes | – |",     // read, and not listed
		"| `vendor_region` | – | yes |", // listed, and not read
	} {
		if !strings.Contains(page, line) {
			t.Errorf("there is no line %s", line)
		}
	}
}

const hostile = `name: "<img src=x onerror=alert(1)> | **bold** [x](javascript:alert(1))"
id: 11111111-2222-4333-8444-555555555555
version: 1
date: "2024-01-01</li><script>alert(2)</script>"
author: "a\u202eb\x1b[31m"
status: "production\"><script>alert(3)</script>"
type: TTP
description: "</p><script>alert(4)</script>\n\n# Heading\n\n<details>"
search: "eventName=\"</code></pre><script>alert(5)</script>\" | stats count by user"
how_to_implement: "1. x\n- y\n====\n| a | b |"
known_false_positives: "&lt;ok&gt; {{.Title}} \u2028"
references: ["javascript:alert(6)", "JaVaScRiPt://example.com/%0aalert(7)", "https://example.com/\"onmouseover=alert(8)", "https://user:pass@example.com/", "file:///etc/passwd", "data:text/html,x"]
tags:
  analytic_story: ["</script><script>alert(9)</script>", "../../../etc/passwd"]
  mitre_attack_id: ["T1537", "../../x?<script>"]
  cve: ["CVE-2024-1\"><script>"]
  nist: ["<b>.</b>"]
  confidence: 50
  impact: 50
  risk_score: 25
  message: "$user$ | <b>x</b> ` + "`" + `"
  observable: [{name: "<i>user</i>", type: User, role: [Victim]}]
tests: [{name: "<u>", attack_data: [{data: "javascript:alert(10)", source: "|", sourcetype: "` + "`" + `"}]}]
`

// Texts of content are anyone's: they are shown, and mean nothing.
func TestHostileTextsAreShownAsText(t *testing.T) {
	t.Parallel()
	c := of(escu.Dir{FS: fstest.MapFS{"detections/x.yml": {Data: []byte(hostile)}}})
	if len(c.Detections) != 1 {
		t.Fatal("the detection was not read")
	}
	for _, f := range site(t, c) {
		if strings.HasPrefix(f.Name, "assets/") && f.Name != "assets/index.js" {
			continue
		}
		text := string(f.Text)
		if n := strings.Count(text, "<script"); f.Name != "assets/index.js" && n != 2 || f.Name == "assets/index.js" && n != 0 {
			t.Errorf("%s has %d scripts", f.Name, n)
		}
		for _, bad := range []string{"<img", "<u>", "<b>x", "<i>", "<details", "\u202e", "\x1b", "\u2028"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", f.Name, bad)
			}
		}
		for _, href := range matches(`(?:href|src)="([^"]*)"`, text) {
			if !regexp.MustCompile(`^(https://[a-z.]+/|#|(\.\./)?[a-z_0-9./-]*(#[a-z0-9_-]*)?$)`).MatchString(href) {
				t.Errorf("%s leads to %s", f.Name, href)
			}
		}
		if m := regexp.MustCompile(`\son\w+=`).FindString(regexp.MustCompile(`>[^<]*<`).ReplaceAllString(text, "><")); m != "" && f.Name != "assets/index.js" {
			t.Errorf("%s has an attribute %s", f.Name, m)
		}
	}
	for _, f := range Markdown(c) {
		text := string(f.Text)
		for _, bad := range []string{"\n# Heading", "\n<details", "](<javascript", "\n1. x", "\n- y", "\n====", "\u202e", "\x1b"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", f.Name, bad)
			}
		}
		if m := regexp.MustCompile(`[^\\]\]\(<?[a-z]+:`).FindString(strings.ReplaceAll(text, "](<https:", "")); m != "" {
			t.Errorf("%s has the link %s", f.Name, m)
		}
		for line := range strings.Lines(text) {
			unescaped := regexp.MustCompile("``[^`]*``|`[^`]*`").ReplaceAllString(strings.ReplaceAll(line, `\<`, ""), "")
			for _, tag := range regexp.MustCompile(`<[^ >]*`).FindAllString(unescaped, -1) {
				if tag != "<a" && tag != "</a" && tag != "<code" && tag != "</code" && !strings.HasPrefix(tag, "<https://") && !strings.Contains(line, "eventName=") && !strings.HasPrefix(line, "|") {
					t.Errorf("%s has the tag %s in %s", f.Name, tag, line)
				}
			}
		}
	}
}

// Nothing is asked of the network, and every link within the pages leads
// somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	c := of(builtin(), escu.Dir{FS: os.DirFS("testdata/content")}, escu.Dir{FS: fstest.MapFS{"detections/x.yml": {Data: []byte(hostile)}}})
	check := func(files []File, link, anchor string) {
		anchors := map[string]bool{}
		for _, f := range files {
			anchors[f.Name] = true
			for _, id := range matches(anchor, string(f.Text)) {
				anchors[f.Name+"#"+id] = true
			}
		}
		for _, f := range files {
			for _, target := range matches(link, string(f.Text)) {
				if strings.Contains(target, "://") {
					continue
				}
				file, id, hasID := strings.Cut(target, "#")
				to := path.Join(path.Dir(f.Name), file)
				if file == "" {
					to = f.Name
				}
				if hasID {
					to += "#" + id
				}
				if !anchors[to] {
					t.Errorf("%s leads to %s, which does not exist", f.Name, target)
				}
			}
		}
	}
	files := site(t, c)
	check(files, `(?:href|src)="([^"]*)"`, ` id="([^"]*)"`)
	check(Markdown(c), `[^\\]\]\(([^)<]*)\)`, `<a id="([^"]*)">`)
	for _, f := range files {
		if m := regexp.MustCompile(`(src=|url\(|@import|<link[^>]*href=)["']?(https?:)?//`).FindString(string(f.Text)); m != "" {
			t.Errorf("%s asks the network: %s", f.Name, m)
		}
	}
}

func TestPagesAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	one, two := of(builtin()), of(builtin())
	for form, files := range map[string][2][]File{"site": {site(t, one), site(t, two)}, "markdown": {Markdown(one), Markdown(two)}} {
		same := func(f, g File) bool { return f.Name == g.Name && bytes.Equal(f.Text, g.Text) }
		if !slices.EqualFunc(files[0], files[1], same) {
			t.Errorf("two runs made different pages: %s", form)
		}
	}
}

func TestNamesThatDifferLittleHavePagesOfTheirOwn(t *testing.T) {
	t.Parallel()
	file := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("name: '" + name + "'\nsearch: eventName=x\n")}
	}
	c := of(escu.Dir{FS: fstest.MapFS{"detections/a.yml": file("A b"), "detections/b.yml": file("A-B"), "detections/c.yml": file("日本"), "detections/d.yml": file("../x")}})
	var got []string
	for _, f := range Markdown(c) {
		if strings.HasPrefix(f.Name, "detections/") {
			got = append(got, f.Name)
		}
	}
	if diff := cmp.Diff([]string{"detections/___x.md", "detections/a_b.md", "detections/a_b-2.md", "detections/unnamed.md"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyContentHasPages(t *testing.T) {
	t.Parallel()
	c := of(escu.Dir{FS: fstest.MapFS{}})
	if text := named(t, site(t, c), "index.html"); !strings.Contains(text, "0 detections") {
		t.Error(text)
	}
	if len(Markdown(c)) != 7 {
		t.Error("there are seven indexes")
	}
}

// The pages of macros and lookups tell what they are and who uses them, so that
// a detection's page need not.
func TestPagesOfMacrosAndLookups(t *testing.T) {
	t.Parallel()
	files := Markdown(of(escu.Dir{FS: fstest.MapFS{
		"detections/a.yml": {Data: []byte("name: A\nsearch: '`logs` `unheard` | lookup known user | `known_as(user)` | `a_filter`'\n")},
		"detections/b.yml": {Data: []byte("name: B\nsearch: '`logs` | lookup missing user | `b_filter`'\n")},
		"macros/logs.yml":  {Data: []byte("name: logs\ndefinition: index=x | y\ndescription: Where the <b>logs</b> are.\n")},
		"macros/as.yml":    {Data: []byte("name: known_as(field)\ndefinition: rename $field$ as who\n")},
		"macros/b.yml":     {Data: []byte("name: b_filter\ndefinition: search NOT user=me\n")},
		"lookups/k.yml":    {Data: []byte("name: known\nfilename: k.csv\nmatch_type: WILDCARD(user)\ndescription: People.\n")},
		"lookups/k.csv":    {Data: []byte("user,owner\n*,b\n")},
	}}))
	macros, lookups := named(t, files, "macros.md"), named(t, files, "lookups.md")
	for _, want := range []string{
		"## b_filter\n", "## known_as(field)\n", "## unheard\n\n> ⚠ It is not defined here.\n",
		"## logs\n\nWhere the \\<b\\>logs\\</b\\> are.\n\n```\nindex=x | y\n```\n\n- **Source:** `macros/logs.yml`\n- **Used by:** [A](detections/a.md), [B](detections/b.md)\n",
	} {
		if !strings.Contains(macros, want) {
			t.Errorf("%q is not in\n%s", want, macros)
		}
	}
	if strings.Contains(macros, "a_filter") {
		t.Error("a filter macro that nobody defined is on the page of its detection alone")
	}
	for _, want := range []string{
		"## known\n\nPeople.\n\n- **Kept in:** a file, `k.csv`\n- **Columns:** `user`, `owner`\n- **match_type:** `WILDCARD(user)`\n- **Source:** `lookups/k.yml`\n- **Used by:** [A](detections/a.md)\n",
		"## missing\n\n> ⚠ There is no such table here.\n\n- **Used by:** [B](detections/b.md)\n",
	} {
		if !strings.Contains(lookups, want) {
			t.Errorf("%q is not in\n%s", want, lookups)
		}
	}
	if page := named(t, files, "detections/a.md"); !strings.Contains(page, "[`known_as(field)`](../macros.md#known_as_field_)") || !strings.Contains(page, "[`known`](../lookups.md#known)") {
		t.Error(page)
	}
}
