package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
)

// issueAt is an issue of the first occurrence of a word in a file.
func issueAt(name, text, word, message, hint string, warning bool) detection.Issue {
	start := strings.Index(text, word)
	return detection.Issue{Rule: "search-plan", Warning: warning, Problem: &diag.Error{
		Source: &diag.Source{Name: name, Text: text}, Span: diag.Span{Start: start, End: start + len(word)}, Message: message, Hint: hint,
	}}
}

func problemsOf(t *testing.T, format string, problems *Problems) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteProblems(&b, format, problems, Options{Version: "v1.2.3"}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// fromRepo names the files below /repo from there.
func fromRepo(name string) string { return strings.TrimPrefix(name, "/repo/") }

const aSearch = "name: D\nsearch: >-\n  é | haed 3\n  | stats\n"

func TestProblemsAsWorkflowCommands(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, want string
		issue      detection.Issue
	}{
		{
			"a place in a line", "::error file=rules/a.yml,line=3,col=7,endColumn=11,title=search-plan::unknown command; did you mean \"head\"?\n",
			issueAt("/repo/rules/a.yml", aSearch, "haed", "unknown command", `did you mean "head"?`, false),
		},
		{
			"a place of several lines", "::warning file=a.yml,line=3,endLine=4,title=search-plan::odd\n",
			issueAt("./a.yml", aSearch, "haed 3\n  | stats", "odd", "", true),
		},
		{
			"no place", "::error file=/other/a.yml,line=1,col=1,endColumn=2,title=search-plan::100%25 odd\n",
			issueAt("/other/a.yml", aSearch, "", "100% odd", "", false),
		},
		{
			// No text ends the command, begins another one, or moves a cursor.
			"a hostile text", "::error file=a%2Cb%3A%3Ac.yml,line=1,col=1,endColumn=5,title=search-plan::a%0A::set-output name=x::y%0A\\x1b[2J\n",
			issueAt("a,b::c.yml", aSearch, "name", "a\n::set-output name=x::y\r\n\x1b[2J", "", false),
		},
	} {
		got := problemsOf(t, "github", &Problems{Issues: []detection.Issue{test.issue}, Name: fromRepo})
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// readSARIF reads a log that the schema of SARIF 2.1.0 allows.
func readSARIF(t *testing.T, text string) *sarif.Run {
	t.Helper()
	log, err := sarif.FromString(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Validate(); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	return log.Runs[0]
}

func TestProblemsAsSARIF(t *testing.T) {
	t.Parallel()
	run := readSARIF(t, problemsOf(t, "sarif", &Problems{
		Rules: []detection.Rule{
			{Name: "yaml", Summary: "it is YAML", Fix: "correct it"},
			{Name: "search-plan", Summary: "commands exist", Fix: "correct the name", Warning: true, Lint: true},
		},
		Issues: []detection.Issue{
			issueAt("/repo/some rules/a.yml", aSearch, "haed", "unknown command", `did you mean "head"?`, false),
			issueAt("/else/b.yml", aSearch, "name", "odd \x1b[2J\u202e", "", true),
		},
		Name: fromRepo,
	}))
	driver := run.Tool.Driver
	if *driver.Name != "pugmark" || *driver.Version != "v1.2.3" || *run.ColumnKind != "unicodeCodePoints" {
		t.Errorf("%s %s, %s", *driver.Name, *driver.Version, *run.ColumnKind)
	}
	var rules []string
	for _, r := range driver.Rules {
		rules = append(rules, *r.ID+", "+*r.ShortDescription.Text+", "+*r.Help.Text+", "+r.DefaultConfiguration.Level)
	}
	if diff := cmp.Diff([]string{"yaml, it is YAML, correct it, error", "search-plan, commands exist, correct the name, warning"}, rules); diff != "" {
		t.Error(diff)
	}
	if len(run.Results) != 2 {
		t.Fatalf("%d results", len(run.Results))
	}
	first, second := run.Results[0], run.Results[1]
	place := first.Locations[0].PhysicalLocation
	if *first.RuleID != "search-plan" || first.RuleIndex != 1 || first.Level != "error" || *first.Message.Text != `unknown command; did you mean "head"?` {
		t.Errorf("%s %d %s %s", *first.RuleID, first.RuleIndex, first.Level, *first.Message.Text)
	}
	region := []int{*place.Region.StartLine, *place.Region.StartColumn, *place.Region.EndLine, *place.Region.EndColumn}
	if diff := cmp.Diff([]int{3, 7, 3, 11}, region); diff != "" || *place.ArtifactLocation.URI != "some%20rules/a.yml" {
		t.Errorf("%s %s", *place.ArtifactLocation.URI, diff)
	}
	if second.Level != "warning" || *second.Locations[0].PhysicalLocation.ArtifactLocation.URI != "file:///else/b.yml" {
		t.Errorf("%s %s", second.Level, *second.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	}
}

// What a terminal would act on is escaped in SARIF as in all JSON.
func TestSARIFCanBeLookedAt(t *testing.T) {
	t.Parallel()
	text := problemsOf(t, "sarif", &Problems{Issues: []detection.Issue{issueAt("a.yml", aSearch, "name", "odd \x1b[2J\u202e\u0085", "", false)}})
	if strings.ContainsAny(text, "\x1b\u202e\u0085") || !json.Valid([]byte(text)) {
		t.Errorf("%q", text)
	}
}

func TestFindingsAsSARIF(t *testing.T) {
	t.Parallel()
	quiet := finding("A hunt", 0, "", "source", "logs/a.json.gz")
	quiet.Risk, quiet.Detection.ID = nil, ""
	scan := &Scan{Findings: []*detection.Finding{finding("A share", 80, "alice shared ami-1", "user", "alice"), finding("A share", 30, "bob did", "user", "bob"), quiet}}
	run := readSARIF(t, writtenFindings(t, "sarif", scan, Options{}))
	if file := run.Results[2].Locations[0].PhysicalLocation.ArtifactLocation.URI; *file != "logs/a.json.gz" || run.Results[2].Level != "note" {
		t.Errorf("%s %s", *file, run.Results[2].Level)
	}
	if run.Results[0].Level != "error" || len(run.Tool.Driver.Rules) != 2 || len(run.Results) != len(scan.Findings) {
		t.Fatalf("%d results of %d findings", len(run.Results), len(scan.Findings))
	}
	for i, result := range run.Results {
		f := scan.Findings[i]
		rule := run.Tool.Driver.Rules[result.RuleIndex]
		if *rule.ID != *result.RuleID || *rule.Name != f.Detection.Name || result.PartialFingerprints["findingId/v1"] != f.ID {
			t.Errorf("%s %s %v", *rule.ID, *result.RuleID, result.PartialFingerprints)
		}
		if f.Risk != nil && (*result.Message.Text != f.Risk.Message || result.Level == "note") {
			t.Errorf("%s %s", *result.Message.Text, result.Level)
		}
		if f.Risk != nil && len(f.Risk.Objects) > 0 && *result.Locations[0].LogicalLocations[0].Name != f.Risk.Objects[0].Value {
			t.Errorf("%s", *result.Locations[0].LogicalLocations[0].Name)
		}
	}
}
