package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/value"
)

func testRun() *TestRun {
	login := TestedDetection{ID: "1", Name: "Login <Root>", File: "content/login.yml"}
	other := TestedDetection{ID: "2", Name: "Other", File: "content/other.yml"}
	return &TestRun{Elapsed: 3 * time.Second, Tests: []Test{
		{
			Detection: login, Technique: []string{"T1078"}, Name: "found", Verdict: TestPassed, Events: 3, Rows: 1, Notes: []string{"the message names $team$, which no row has"},
			Results: []detection.Result{{{Name: "user", Value: value.OfTexts([]string{"eve", "mallory"})}}}, Elapsed: 1500 * time.Millisecond,
		},
		{Detection: login, Name: "lost", Verdict: TestFailed, Messages: []string{"nothing was found", "of 3 events none passes: a\x1b[2J<b"}, Events: 3},
		{Detection: login, Name: "later", Verdict: TestSkipped, Reason: "no data", Messages: []string{"it is not on this machine"}},
		{Detection: other, Name: "bad", Verdict: TestNotRunnable, Messages: []string{`unknown command "haed"`}},
		{Detection: TestedDetection{ID: "3", Name: "Untested"}, Verdict: TestSkipped, Reason: "no tests"},
	}}
}

func writtenTests(t *testing.T, format string, run *TestRun, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteTests(&b, format, run, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTestsAsATable(t *testing.T) {
	t.Parallel()
	want := `✓ passed     Login <Root> · found
             note: the message names $team$, which no row has
             row: user=eve|mallory
✗ FAILED     Login <Root> · lost
             nothing was found
             of 3 events none passes: a\x1b[2J<b
– skipped    Login <Root> · later
             no data
             it is not on this machine
! can't run  Other · bad
             unknown command "haed"
`
	if diff := cmp.Diff(want, writtenTests(t, "table", testRun(), Options{})); diff != "" {
		t.Error(diff)
	}
	run := testRun()
	run.Named = true
	if got := writtenTests(t, "table", run, Options{}); !strings.HasSuffix(got, "– skipped    Untested\n             no tests\n") {
		t.Errorf("got %s", got)
	}
	for range 3 * maxSkipped {
		run.Tests = append(run.Tests, run.Tests[2])
	}
	run.Named = false
	if got := writtenTests(t, "table", run, Options{}); !strings.HasSuffix(got, "\n… and 21 more skipped; -v names them\n") {
		t.Errorf("got %s", got)
	}
	const summary = "4 tests of 3 detections: 1 passed, 1 failed, 1 not runnable here; skipped: 1 no data, 1 no tests"
	if diff := cmp.Diff(summary, testRun().Summary().String()); diff != "" {
		t.Error(diff)
	}
}

func TestTestsAsJSON(t *testing.T) {
	t.Parallel()
	lines := strings.Split(writtenTests(t, "ndjson", testRun(), Options{}), "\n")
	want := `{"detection":{"id":"1","name":"Login <Root>","file":"content/login.yml"},"technique":["T1078"],"test":"found","verdict":"passed","messages":[],"notes":["the message names $team$, which no row has"],"events":3,"rows":1,"results":[{"user":["eve","mallory"]}]}`
	if diff := cmp.Diff(want, lines[0]); diff != "" || len(lines) != 6 {
		t.Errorf("%d lines: %s", len(lines), diff)
	}
	var whole struct {
		Summary TestSummary
		Tests   []struct{ Verdict string }
	}
	if err := json.Unmarshal([]byte(writtenTests(t, "json", testRun(), Options{})), &whole); err != nil {
		t.Fatal(err)
	}
	if whole.Summary.Passed != 1 || len(whole.Tests) != 5 || whole.Tests[1].Verdict != "failed" {
		t.Errorf("got %+v", whole)
	}
}

// What CI servers read is well-formed XML whatever a message holds, and its
// counts add up.
func TestTestsAsJUnit(t *testing.T) {
	t.Parallel()
	run := testRun()
	run.Tests[1].Messages = append(run.Tests[1].Messages, "\x00\ufffe]]>\xff")
	text := writtenTests(t, "junit", run, Options{})
	var got junitRun
	if err := xml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	want := junitRun{
		XMLName: xml.Name{Local: "testsuites"}, Name: "pugmark detections test", Tests: 5, Failures: 1, Errors: 1, Skipped: 2, Time: "3.000",
		Suites: []junitSuite{
			{Name: "Login <Root>", File: "content/login.yml", Tests: 3, Failures: 1, Skipped: 1, Time: "1.500", Cases: []junitCase{
				{
					Name: "found", Class: "Login <Root>", File: "content/login.yml", Time: "1.500",
					Out: "the message names $team$, which no row has\n" + `{"user":["eve","mallory"]}`,
				},
				{Name: "lost", Class: "Login <Root>", File: "content/login.yml", Time: "0.000", Failure: &junitMessage{
					Message: "nothing was found", Text: "nothing was found\nof 3 events none passes: a\\x1b[2J<b\n\\x00\\ufffe]]>\\xff",
				}},
				{Name: "later", Class: "Login <Root>", File: "content/login.yml", Time: "0.000", Skipped: &junitMessage{
					Message: "no data: it is not on this machine", Text: "it is not on this machine",
				}},
			}},
			{Name: "Other", File: "content/other.yml", Tests: 1, Errors: 1, Time: "0.000", Cases: []junitCase{
				{Name: "bad", Class: "Other", File: "content/other.yml", Time: "0.000", Error: &junitMessage{
					Message: `unknown command "haed"`, Type: "not runnable", Text: `unknown command "haed"`,
				}},
			}},
			{Name: "Untested", Tests: 1, Skipped: 1, Time: "0.000", Cases: []junitCase{
				{Name: "(no tests)", Class: "Untested", Time: "0.000", Skipped: &junitMessage{Message: "no tests"}},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := WriteTests(io.Discard, "csv", run, Options{}); err == nil || !strings.Contains(err.Error(), "choose one of table, ndjson, json, junit") {
		t.Errorf("got %v", err)
	}
}
