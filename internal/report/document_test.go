package report

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// documented is a scan with a text of a log in every place.
func documented(text string) *Scan {
	f := finding(text, 81, text)
	f.Result = detection.Result{
		{Name: "user_arn", Value: value.OfText(text)}, {Name: text, Value: value.OfText("v")}, {Name: "list", Value: value.OfTexts([]string{text, text})},
	}
	f.ID, f.EventIDs = text, []string{text}
	f.Annotations = detection.Annotations{Techniques: []string{text}, Tactics: []string{text}, Stories: []string{text}}
	f.Risk.Objects = []detection.ScoredValue{{Field: "user_arn", Type: text, Value: text, Score: 81}}
	f.Risk.Threats = []detection.TypedValue{{Field: text, Type: text, Value: text}}
	sum := finding(text, 0, "")
	sum.Result = detection.Result{
		{Name: "risk_object", Value: value.OfText(text)}, {Name: "risk_object_type", Value: value.OfText(text)}, {Name: "risk_score", Value: value.OfInt(120)},
	}
	sum.Detection.Type, sum.Risk = detection.Correlation, nil
	chain := finding(text, 0, "")
	chain.Result = detection.Result{
		{Name: "story_score", Value: value.OfInt(90)}, {Name: "message", Value: value.OfText(text)}, {Name: "strip", Value: value.OfTexts([]string{text, "second"})},
	}
	chain.Detection.Type, chain.Risk = detection.Correlation, nil
	chain.Parts = []detection.Part{{FindingID: text, Detection: text}}
	return &Scan{
		Findings: []*detection.Finding{f, sum, chain},
		Outcomes: []Outcome{{Detection: text, NotEvaluated: text}, {Detection: text, Failed: text}},
	}
}

// hostile texts try to become markup, links, mentions, other cells or other
// documents.
var hostile = []string{
	"<script>alert(1)</script>", "</style></title><img src=x onerror=alert(1)>", `" onmouseover="alert(1)`, "&lt;b&gt; &amp;",
	"](http://evil.example) ![x](http://evil.example/x.png)", "a | b `c` ``` | d", "@team #1 www.evil.example https://evil.example",
	"\x1b[2J\x1b]0;x\x07", "line\n# heading\n\n- item\r\n", "\u202egpj.exe\u2028", "\xff\xfe", "{{.}} ${x} $x$", "javascript:alert(1)", "-->", "]]>", "\\|\\",
}

func TestDocumentsKeepHostileTextsApart(t *testing.T) {
	t.Parallel()
	plain := documented("x")
	for _, text := range hostile {
		scan := documented(text)
		page := writtenFindings(t, "html", scan, Options{})
		if diff := cmp.Diff(tags(t, writtenFindings(t, "html", plain, Options{})), tags(t, page)); diff != "" {
			t.Errorf("%q made other elements:\n%s", text, diff)
		}
		document := writtenFindings(t, "markdown", scan, Options{})
		if diff := cmp.Diff(shape(writtenFindings(t, "markdown", plain, Options{})), shape(document)); diff != "" {
			t.Errorf("%q made other Markdown:\n%s", text, diff)
		}
		for _, form := range []string{page, document} {
			if at := strings.IndexFunc(form, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); at >= 0 {
				t.Errorf("%q left a control character: %q", text, form[at:min(len(form), at+10)])
			}
		}
		for _, form := range []string{"ocsf", "navigator"} {
			out := writtenFindings(t, form, scan, Options{})
			for d := json.NewDecoder(strings.NewReader(out)); ; {
				var object map[string]any
				if err := d.Decode(&object); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s of %q: %v", form, text, err)
				}
			}
			if strings.ContainsAny(out, "\x1b\x07\x7f\u202e") {
				t.Errorf("%s of %q holds control characters", form, text)
			}
		}
	}
}

// tags lists the elements of a page with the names of their attributes. Our
// pages are well-formed enough for a reader of XML.
func tags(t *testing.T, page string) []string {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v in %s", err, page)
		}
		if e, ok := token.(xml.StartElement); ok {
			name := e.Name.Local
			for _, a := range e.Attr {
				name += " " + a.Name.Local
			}
			all = append(all, name)
		}
	}
}

// shape is what of a document is outside of code, of which a text of a log must
// leave nothing: the texts of content are escaped instead.
func shape(document string) string {
	document = regexp.MustCompile("`[^`\n]*`|<code>[^<\n]*</code>").ReplaceAllString(document, "CODE")
	var lines []string
	for line := range strings.Lines(document) {
		if !strings.HasPrefix(line, "### ") && !strings.HasPrefix(line, "2024-") && !strings.HasPrefix(line, "- ●") {
			line = regexp.MustCompile(`\((risk: .*|threat)\)`).ReplaceAllString(line, "(mark)")
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// The page needs nothing from elsewhere, and says so to the browser.
func TestPageIsSelfContained(t *testing.T) {
	t.Parallel()
	page := writtenFindings(t, "html", documented("x"), Options{})
	if !strings.Contains(page, `content="default-src 'none'; style-src 'sha256-`) {
		t.Error("the page has no policy")
	}
	if found := regexp.MustCompile(`(?i)<script|<link|\bsrc=|url\(|https?:`).FindString(page); found != "" {
		t.Errorf("the page has %q", found)
	}
}

func TestFindingsAsOCSF(t *testing.T) {
	t.Parallel()
	f := finding("Image shared", 81, "an image was shared", "user_arn", "alice")
	f.Annotations.Techniques = []string{"T1537", "T1078.004"}
	f.Risk.Objects = []detection.ScoredValue{{Field: "user_arn", Type: "user", Value: "alice", Score: 81}}
	f.Risk.Threats = []detection.TypedValue{{Field: "src_ip", Type: "ip_address", Value: "198.51.100.7"}}
	var got map[string]any
	if err := json.Unmarshal([]byte(writtenFindings(t, "ocsf", &Scan{Findings: []*detection.Finding{f}}, Options{Version: "v1"})), &got); err != nil {
		t.Fatal(err)
	}
	info := got["finding_info"].(map[string]any)
	for name, pair := range map[string][2]any{
		"class":       {got["class_uid"], 2004.0},
		"type":        {got["type_uid"], 200401.0},
		"severity":    {got["severity_id"], 5.0},
		"risk":        {got["risk_score"], 81.0},
		"level":       {got["risk_level"], "Critical"},
		"time":        {got["time"], 1722515157000.0},
		"message":     {got["message"], "an image was shared"},
		"uid":         {info["uid"], "f1"},
		"attacks":     {info["attacks"], []any{named("technique", "uid", "T1537"), with(named("technique", "uid", "T1078"), named("sub_technique", "uid", "T1078.004")), named("tactic", "name", "Exfiltration")}},
		"evidence":    {got["evidences"], []any{map[string]any{"data": map[string]any{"user_arn": "alice"}}}},
		"events":      {info["related_events"], []any{map[string]any{"uid": "e1"}, map[string]any{"uid": "e2"}}},
		"observables": {len(got["observables"].([]any)), 2},
	} {
		if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func named(object, key, text string) map[string]any {
	return map[string]any{object: map[string]any{key: text}}
}

func with(a, b map[string]any) map[string]any {
	maps.Copy(a, b)
	return a
}

// A technique counts by findings, and what only adds findings up does not.
func TestFindingsAsLayer(t *testing.T) {
	t.Parallel()
	a, b := finding("A", 80, ""), finding("B", 10, "")
	sum := finding("Sum", 0, "")
	sum.Detection.Type, sum.Risk = detection.Correlation, nil
	var got struct {
		Techniques []struct {
			TechniqueID, Comment string
			Score                int
		}
	}
	if err := json.Unmarshal([]byte(writtenFindings(t, "navigator", &Scan{Findings: []*detection.Finding{a, b, a, sum}}, Options{})), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Techniques) != 1 || got.Techniques[0].Score != 3 || got.Techniques[0].Comment != "A: 2 findings, risk 160\nB: 1 finding, risk 10" {
		t.Errorf("got %+v", got)
	}
}

// Whatever rows hold, a Markdown table keeps its rows and columns.
func TestMarkdownTableKeepsItsShape(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String()).Draw(t, "text")
		var b strings.Builder
		w, err := NewRowWriter(&b, "markdown", []string{"a", "b"}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Push(event.Batch{one("a", text, "b", "1"), one("a", "x", "b", text)}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != 4 {
			t.Fatalf("%d lines: %q", len(lines), b.String())
		}
		for _, line := range lines {
			if strings.Count(line, "|") != 3 {
				t.Fatalf("another number of cells: %q", line)
			}
		}
	})
}

// one is a row of single values, whatever they hold.
func one(pairs ...string) *event.Event {
	e := event.New()
	for i := 0; i < len(pairs); i += 2 {
		e.Set(pairs[i], value.OfText(pairs[i+1]))
	}
	return e
}
