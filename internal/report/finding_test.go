package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// finding makes a finding of a risk score and message, and of result fields as
// names and values.
func finding(name string, score int, message string, pairs ...string) *detection.Finding {
	at := time.Date(2024, 8, 1, 12, 25, 57, 0, time.UTC)
	f := &detection.Finding{
		ID: "f1", Time: at, FirstTime: at, LastTime: at.Add(3 * time.Second), EventCount: 2, EventIDs: []string{"e1", "e2"},
		Detection:   detection.Ref{ID: "d1", Name: name, Version: 1, Type: detection.TTP, Status: detection.Production},
		Annotations: detection.Annotations{Techniques: []string{"T1537"}, Tactics: []string{"Exfiltration"}},
		Risk:        &detection.FindingRisk{Score: score, Message: message},
	}
	for _, field := range row(pairs...).Fields() {
		f.Result = append(f.Result, field)
	}
	return f
}

func writtenFindings(t *testing.T, format string, scan *Scan, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFindings(&b, format, scan, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A scan tells clean detections from those that could not say.
func TestFindingsAsTable(t *testing.T) {
	t.Parallel()
	share := finding("Image shared", 81, "an image of 111122223333 was shared", "user_arn", "alice", "accounts", "1\n2\n3\n4\n5\n6\n7", "count", "2")
	share.Risk.Objects = []detection.ScoredValue{{Field: "user_arn", Type: "user", Value: "alice", Score: 81}, {Field: "account", Type: "other", Value: "111122223333", Score: 30}}
	share.Risk.Threats = []detection.TypedValue{{Field: "src_ip", Type: "ip_address", Value: "198.51.100.7"}}
	hunted := finding("Odd agent", 0, "", "userAgent", "curl")
	hunted.Detection.Type, hunted.Risk = detection.Hunting, nil
	again := *share
	sum := finding("Much risk", 0, "", "risk_object", "alice", "risk_object_type", "user", "risk_score", "250.5", "risk_event_count", "3", "source", "Image shared", "annotations.mitre_attack.mitre_tactic", "exfiltration")
	sum.Detection.Type, sum.Risk = detection.Correlation, nil
	scan := &Scan{
		Findings: []*detection.Finding{share, hunted, &again, sum},
		Outcomes: []Outcome{
			{Detection: "Broken", NotEvaluated: `unknown lookup "x"`},
			{Detection: "Clean"},
			{Detection: "Image shared", Findings: 2},
			{Detection: "Much risk", Findings: 1},
			{Detection: "Odd agent", Findings: 1},
			{Detection: "Too big", Failed: "more than 1024 MiB of rows in memory"},
		},
	}
	want := `
◆ critical 81  Image shared
  2024-08-01 14:25:57 – 14:26:00 CEST · 2 events · TTP · T1537 Exfiltration
  an image of 111122223333 was shared
  user_arn  alice (risk: user)
  account   111122223333 (risk: other)
  src_ip    198.51.100.7 (threat)
  accounts  1
            2
            3
            4
            … 3 more

· no risk  Odd agent
  2024-08-01 14:25:57 – 14:26:00 CEST · 2 events · Hunting · T1537 Exfiltration
  userAgent  curl

◆ critical 81  Image shared
  2024-08-01 14:25:57 – 14:26:00 CEST · 2 events · TTP · T1537 Exfiltration
  an image of 111122223333 was shared
  user_arn  alice (risk: user)
  account   111122223333 (risk: other)
  src_ip    198.51.100.7 (threat)
  accounts  1
            2
            3
            4
            … 3 more

▲ high 250.5  Much risk
  2024-08-01 14:25:57 – 14:26:00 CEST · 2 events · Correlation · T1537
  Exfiltration
  risk_object       alice (risk: user)
  risk_event_count  3
  source            Image shared

Summary
  4 findings · 6 detections: 3 with findings, 1 clean, 1 not evaluated, 1 failed
  2024-08-01 14:25:57 – 14:26:00 CEST

  Detection     Severity    Findings  Risk
  ────────────────────────────────────────
  Image shared  ◆ critical         2   162
  Much risk     ▲ high             1     0
  Odd agent     –                  1     0

  Risk object   Severity  Findings  Risk
  ──────────────────────────────────────
  alice         ● medium         2   162
  111122223333  ○ low            2    60

  Risk findings
  ▲ alice: Much risk, risk 250.5

Not evaluated
  – Broken: unknown lookup "x"

Failed
  – Too big: more than 1024 MiB of rows in memory

`
	zone := time.FixedZone("CEST", 2*60*60)
	if diff := cmp.Diff(want, "\n"+writtenFindings(t, "table", scan, Options{Width: 80, Location: zone})); diff != "" {
		t.Error(diff)
	}
}

func TestNoFindings(t *testing.T) {
	t.Parallel()
	scan := &Scan{Outcomes: []Outcome{{Detection: "Clean"}}, Partial: true}
	for format, want := range map[string]string{
		"table":  "Summary of a partial scan: it was interrupted\n  0 findings · 1 detection: 0 with findings, 1 clean\n\n",
		"ndjson": "",
		"json":   "[]\n",
		"csv":    strings.Join(findingColumns, ",") + "\n",
	} {
		if got := writtenFindings(t, format, scan, Options{}); got != want {
			t.Errorf("%s: got %q", format, got)
		}
	}
}

func TestColourIsOnlyAnAddition(t *testing.T) {
	t.Parallel()
	scan := &Scan{Findings: []*detection.Finding{finding("Image shared", 50, "an image", "user_arn", "alice")}}
	plain := writtenFindings(t, "table", scan, Options{})
	colored := writtenFindings(t, "table", scan, Options{Color: true})
	if plain == colored || !strings.Contains(colored, "\x1b[33m● medium 50") {
		t.Errorf("no colour in %q", colored)
	}
	var stripped strings.Builder
	for len(colored) > 0 {
		before, after, found := strings.Cut(colored, "\x1b[")
		stripped.WriteString(before)
		if colored = ""; found {
			_, colored, _ = strings.Cut(after, "m")
		}
	}
	if diff := cmp.Diff(plain, stripped.String()); diff != "" {
		t.Error(diff)
	}
}

// Whatever the logs say, a finding stays what it is in every format.
func TestHostileFindings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("=+-@\t\r\n\x1b[]\u202e\u200b\u0301日<&\u2028\u009b a,"))))
		hostile := text.Draw(t, "text")
		f := finding("n"+text.Draw(t, "name"), rapid.IntRange(0, 100).Draw(t, "score"), text.Draw(t, "message"))
		f.Result = detection.Result{event.Field{Name: "f" + hostile, Value: value.OfText(hostile)}}
		f.Risk.Objects = []detection.ScoredValue{{Field: "f" + hostile, Type: hostile, Value: hostile, Score: 10}}
		scan := &Scan{Findings: []*detection.Finding{f}, Outcomes: []Outcome{{Detection: hostile, NotEvaluated: hostile}, {Detection: "x", Failed: hostile}}}
		width := rapid.IntRange(minWidth, 160).Draw(t, "width")

		var b bytes.Buffer
		if err := WriteFindings(&b, "table", scan, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			for _, r := range line {
				if !unicode.IsPrint(r) {
					t.Fatalf("unprintable %U in %q", r, line)
				}
			}
		}
		b.Reset()
		if err := WriteFindings(&b, "ndjson", scan, Options{}); err != nil {
			t.Fatal(err)
		}
		var object struct {
			Risk struct{ Message string } `json:"risk"`
		}
		if err := json.Unmarshal(b.Bytes(), &object); err != nil || object.Risk.Message != valid(f.Risk.Message) {
			t.Fatalf("%v: %s", err, b.Bytes())
		}
		if bytes.ContainsAny(b.Bytes(), "\x1b\u009b\u202e\u2028") || strings.Contains(b.String(), `\u003c`) && !strings.Contains(hostile, `\u003c`) {
			t.Fatalf("unsafe or escaped for HTML: %s", b.Bytes())
		}
		b.Reset()
		if err := WriteFindings(&b, "csv", scan, Options{Terminal: true}); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(lines) != 2 {
			t.Fatalf("%q, %v", lines, err)
		}
		for _, cell := range lines[1] {
			if _, isNumber := value.ParseNumber(cell); !isNumber && strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") || strings.ContainsAny(cell, "\x1b\u009b") {
				t.Fatalf("unsafe cell %q", cell)
			}
		}
	})
}

func TestPage(t *testing.T) {
	t.Parallel()
	page := &Page{
		Title: "A detection", Subtitle: "TTP · risk 80",
		Sections: []Section{
			{Title: "Finds", Text: "A long text that is wrapped.\n\nAnother paragraph."},
			{Title: "Search", Verbatim: "index=x\n\t| stats count\x1b[2J"},
			{Title: "About", Items: []Item{{"id", "1"}, {"empty", ""}, {"author", "somebody of some length"}}},
			{Title: "Empty", Items: []Item{{"empty", ""}}},
		},
		Object: map[string]string{"name": "A detection"},
	}
	want := `
A detection
TTP · risk 80

Finds
  A long text that is
  wrapped.

  Another paragraph.

Search
  index=x
      | stats count\x1b[2J

About
  id      1
  author  somebody of
          some length
`
	var b bytes.Buffer
	if err := WritePage(&b, "table", page, Options{Width: 24}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, "\n"+b.String()); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	if err := WritePage(&b, "json", page, Options{}); err != nil || b.String() != "{\"name\":\"A detection\"}\n" {
		t.Errorf("%v, %s", err, b.String())
	}
	if err := WritePage(&b, "csv", page, Options{}); err == nil {
		t.Error("a page was written as CSV")
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		width int
		lines int
		want  []string
	}{
		{"fits", 10, 5, []string{"fits"}},
		{"breaks at blanks", 8, 5, []string{"breaks", "at", "blanks"}},
		{"a blank is better than a separator: 2001:db8::1", 44, 5, []string{"a blank is better than a separator:", "2001:db8::1"}},
		{"arn:aws:iam::111122223333:user/alice", 30, 5, []string{"arn:aws:iam::111122223333:", "user/alice"}},
		{"aaaaaaaaaaaaaaaa", 6, 5, []string{"aaaaaa", "aaaaaa", "aaaa"}},
		{"日本語テスト", 5, 5, []string{"日本", "語テ", "スト"}},
		{"日本", 1, 5, []string{"日", "本"}},
		{"one two three four", 5, 2, []string{"one", "two…"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, wrap(test.text, test.width, test.lines)); diff != "" {
			t.Errorf("%q in %d: %s", test.text, test.width, diff)
		}
	}
}
