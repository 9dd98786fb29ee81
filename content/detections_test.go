package content_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

// run runs a detection over files below the directory of this package, with the
// macros and lookups of base.
func run(t *testing.T, d *detection.Detection, base *knowledge.Base, files ...string) *engine.Result {
	t.Helper()
	search, problems := d.Compile(&command.Env{Macros: base.Macros, Lookups: base.Lookups})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	report := &source.Report{}
	result, err := engine.Run(t.Context(), search, engine.Config{
		Source: file.New(files, file.Options{}), Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Track: true, Report: report,
	})
	if err != nil {
		t.Fatal(err)
	}
	if found, _ := report.Problems(); len(found) > 0 {
		t.Error(found)
	}
	return result
}

// load reads the macros and lookups of the built-in content, and of more that
// counts over it.
func load(t *testing.T, more ...fs.FS) *knowledge.Base {
	t.Helper()
	base := knowledge.New(knowledge.Options{})
	dirs := []escu.Dir{{FS: content.FS()}}
	for _, m := range more {
		dirs = append(dirs, escu.Dir{FS: m})
	}
	for _, dir := range dirs {
		if problems := base.Load(dir); len(problems) > 0 {
			t.Fatal(problems)
		}
	}
	return base
}

func find(t *testing.T, name string) *detection.Detection {
	t.Helper()
	library := detection.Load(escu.Dir{FS: content.FS()})
	i := slices.IndexFunc(library.Detections, func(d *detection.Detection) bool { return d.Name == name })
	if i < 0 {
		t.Fatalf("no detection %q", name)
	}
	return library.Detections[i]
}

// Every detection gives exactly the rows that its tests say, and nothing where
// they say nothing. What it gives fills its message and its risk objects.
func TestDetectionsOverTheirTests(t *testing.T) {
	t.Parallel()
	base := load(t)
	for _, d := range detection.Load(escu.Dir{FS: content.FS()}).Detections {
		var positive, negative bool
		for _, test := range d.Tests {
			positive, negative = positive || !test.NoResults, negative || test.NoResults
			t.Run(d.Name+"/"+test.Name, func(t *testing.T) {
				t.Parallel()
				var files []string
				for _, data := range test.Data {
					files = append(files, data.Data)
				}
				base := base
				if len(test.Trust) > 0 {
					base = trusting(t, loadTrust(t, readTrust(t, test.Trust)))
				}
				check(t, d, test, run(t, d, base, files...))
			})
		}
		if !positive || !negative {
			t.Errorf("%s: a test that fires and one that does not were expected", d.Name)
		}
	}
}

func check(t *testing.T, d *detection.Detection, test detection.Test, result *engine.Result) {
	t.Helper()
	if test.Expect == nil || test.Expect.Rows < 0 {
		t.Fatal("the test does not say how many rows")
	}
	findings := detection.NewFindings(d, time.Time{})
	var rows []*detection.Finding
	for _, row := range result.Rows {
		rows = append(rows, findings.Add(row, result.Columns))
	}
	if len(rows) != test.Expect.Rows {
		t.Errorf("%d rows, not %d:\n%s", len(rows), test.Expect.Rows, describe(rows))
	}
	for _, want := range test.Expect.Fields {
		if !slices.ContainsFunc(rows, func(f *detection.Finding) bool { return holds(f, want) }) {
			t.Errorf("no row with %v among\n%s", want, describe(rows))
		}
	}
	for _, f := range rows {
		if f.Risk == nil { // of a Correlation
			continue
		}
		if f.Alert() && len(f.Risk.Objects) < 2 || len(f.EventIDs) == 0 {
			t.Errorf("%d risk objects, %d events: %s", len(f.Risk.Objects), len(f.EventIDs), describe([]*detection.Finding{f}))
		}
		// The search of the AMI detection is given, and its rows need not name an account.
		if strings.Contains(f.Risk.Message, ": none>") && d.ID != ami {
			t.Error(f.Risk.Message)
		}
	}
	for _, w := range result.Warnings {
		t.Error(w.Error)
	}
}

const ami = "f2132d74-cf81-4c5e-8799-ab069e67dc9f"

func holds(f *detection.Finding, want detection.ExpectedRow) bool {
	for _, field := range want {
		if !cmp.Equal(f.Result.Get(field.Name).Texts(), field.Values) {
			return false
		}
	}
	return true
}

func describe(rows []*detection.Finding) string {
	var b strings.Builder
	for _, f := range rows {
		for _, field := range f.Result {
			b.WriteString(field.Name + "=" + strings.Join(field.Value.Texts(), "|") + " ")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// The events for tests, like those of the sample, are made up: their addresses
// are those set aside for documentation, and no two events are the same.
func TestEventsNameNobody(t *testing.T) {
	t.Parallel()
	namesNobody(t, content.FS(), "tests")
}

// Redefining one macro leaves a pipeline out of every detection of shares.
func TestKnownGoodPrincipals(t *testing.T) {
	t.Parallel()
	base := load(t)
	if err := base.Macros.Define(`pugmark_known_good_principals=search NOT user_arn IN ("arn:aws:iam::*:user/mallory", "AIDA*")`); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"AWS AMI Shared With Untrusted Account": "tests/aws_ami_shared_with_untrusted_account/positive.jsonl",
		"AWS KMS Grant to Account of Share":     "tests/aws_kms_grant_to_account_of_share/positive.jsonl",
	} {
		if rows := run(t, find(t, name), base, file).Rows; len(rows) > 0 {
			t.Errorf("%s: %d rows", name, len(rows))
		}
	}
}
