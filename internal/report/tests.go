package report

import (
	"bufio"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/pugmark/pugmark/internal/detection"
)

// TestRun is the tests of detections, run and judged.
type TestRun struct {
	Tests []Test
	// Elapsed is how long all of them took.
	Elapsed time.Duration
	// Named tells that every test is shown to a person, also a skipped one.
	Named bool
}

// The verdicts of a test.
const (
	TestPassed      = "passed"
	TestFailed      = "failed"
	TestSkipped     = "skipped"
	TestNotRunnable = "not runnable"
)

// Test is one test. Its JSON is an interface: keys and their order do not
// change.
type Test struct {
	Detection TestedDetection `json:"detection"`
	Technique []string        `json:"technique"`
	Name      string          `json:"test"` // "" for a detection without tests
	Verdict   string          `json:"verdict"`
	Reason    string          `json:"reason,omitempty"` // why it was skipped
	Messages  []string        `json:"messages"`
	Notes     []string        `json:"notes"`
	Events    int64           `json:"events"`
	Rows      int             `json:"rows"`
	// Results are rows that the search found, where they are asked for.
	Results []detection.Result `json:"results,omitempty"`

	Elapsed time.Duration `json:"-"`
}

// TestedDetection names the detection of a test.
type TestedDetection struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	File string `json:"file"`
}

// TestSummary is what came of all tests. Its JSON is an interface.
type TestSummary struct {
	Detections  int            `json:"detections"`
	Tests       int            `json:"tests"`
	Passed      int            `json:"passed"`
	Failed      int            `json:"failed"`
	NotRunnable int            `json:"not_runnable"`
	Skipped     map[string]int `json:"skipped"` // by reason
}

// Summary counts the tests.
func (r *TestRun) Summary() TestSummary {
	s := TestSummary{Skipped: map[string]int{}}
	detections := map[TestedDetection]bool{}
	for i := range r.Tests {
		t := &r.Tests[i]
		detections[t.Detection] = true
		if t.Name != "" || t.Verdict != TestSkipped {
			s.Tests++
		}
		switch t.Verdict {
		case TestPassed:
			s.Passed++
		case TestFailed:
			s.Failed++
		case TestNotRunnable:
			s.NotRunnable++
		default:
			s.Skipped[t.Reason]++
		}
	}
	s.Detections = len(detections)
	return s
}

// String tells the summary on one line.
func (s TestSummary) String() string {
	text := fmt.Sprintf("%s of %s: %d passed, %d failed", plural(s.Tests, "test"), plural(s.Detections, "detection"), s.Passed, s.Failed)
	if s.NotRunnable > 0 {
		text += fmt.Sprintf(", %d not runnable here", s.NotRunnable)
	}
	reasons := slices.SortedFunc(maps.Keys(s.Skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Skipped[b], s.Skipped[a]), cmp.Compare(a, b))
	})
	for i, reason := range reasons {
		reasons[i] = fmt.Sprintf("%d %s", s.Skipped[reason], reason)
	}
	if len(reasons) > 0 {
		text += "; skipped: " + strings.Join(reasons, ", ")
	}
	return text
}

func ndjsonTests(w *bufio.Writer, run *TestRun, _ Options) error {
	return ndjsonObjects(w, testObjects(run))
}

func testObjects(run *TestRun) []any {
	objects := make([]any, len(run.Tests))
	for i, t := range run.Tests {
		t.Technique = append([]string{}, t.Technique...)
		t.Messages, t.Notes = append([]string{}, t.Messages...), append([]string{}, t.Notes...)
		objects[i] = t
	}
	return objects
}

func jsonTests(w *bufio.Writer, run *TestRun, _ Options) error {
	text, err := marshal(struct {
		Summary TestSummary `json:"summary"`
		Tests   []any       `json:"tests"`
	}{run.Summary(), testObjects(run)})
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// maxSkipped is how many skipped tests are named to a person who did not ask
// for all of them; the summary counts them.
const maxSkipped = 10

func tableTests(w *bufio.Writer, run *TestRun, o Options) error {
	v := view{w: w, t: newTheme(o.Color), o: o}
	skipped := 0
	for i := range run.Tests {
		t := &run.Tests[i]
		if t.Verdict == TestSkipped && !run.Named {
			if t.Name == "" {
				continue
			}
			if skipped++; skipped > maxSkipped {
				continue
			}
		}
		v.test(t)
	}
	if more := skipped - maxSkipped; more > 0 {
		v.line(v.t.quiet.Render(fmt.Sprintf("… and %d more skipped; -v names them", more)))
	}
	return nil
}

// verdicts are the mark, the word and the colour of each verdict.
func (t *theme) verdict(verdict string) (mark, word string, style lipgloss.Style) {
	plain := lipgloss.NewStyle()
	mark, word, style = "–", "skipped", t.quiet
	color := lipgloss.Green
	switch verdict {
	case TestPassed:
		mark, word = "✓", "passed"
	case TestFailed:
		mark, word, color = "✗", "FAILED", lipgloss.Red
	case TestNotRunnable:
		mark, word, color = "!", "can't run", lipgloss.Yellow
	default:
		return mark, word, style
	}
	if t.colored {
		return mark, word, plain.Foreground(color)
	}
	return mark, word, plain
}

// test draws a test: what came of it, and why.
func (v *view) test(t *Test) {
	const wordWidth = 9
	mark, word, style := v.t.verdict(t.Verdict)
	name := t.Detection.Name
	if t.Name != "" {
		name += " · " + t.Name
	}
	indent := strings.Repeat(" ", 2+wordWidth+2)
	first := style.Render(mark+" "+pad(word, wordWidth)) + "  "
	for _, line := range wrap(shown(name), v.o.width()-len(indent), unbounded) {
		v.line(first + line)
		first = indent
	}
	plain := func(s ...string) string { return strings.Join(s, "") }
	if t.Reason != "" {
		v.prose(indent, t.Reason, v.t.quiet.Render)
	}
	for _, m := range t.Messages {
		v.prose(indent, m, plain)
	}
	for _, n := range t.Notes {
		v.prose(indent, "note: "+n, v.t.quiet.Render)
	}
	for _, row := range t.Results {
		var cells []string
		for _, f := range row {
			cells = append(cells, f.Name+"="+strings.Join(f.Value.Texts(), "|"))
		}
		v.prose(indent, "row: "+strings.ReplaceAll(strings.Join(cells, "  "), "\n", `\n`), v.t.quiet.Render)
	}
}
