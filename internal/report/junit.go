package report

import (
	"bufio"
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// The elements of JUnit's XML, as CI servers read it.
type (
	junitRun struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		File     string      `xml:"file,attr,omitempty"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Time    string        `xml:"time,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"`
		Skipped *junitMessage `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// junitTests writes each detection as a suite and each of its tests as a case.
// A test whose search cannot run here is an error, not a failure.
func junitTests(w *bufio.Writer, run *TestRun, _ Options) error {
	all := junitRun{Name: "pugmark detections test", Time: seconds(run.Elapsed)}
	var elapsed time.Duration // of the suite at hand
	for i := range run.Tests {
		t := &run.Tests[i]
		if i == 0 || run.Tests[i-1].Detection != t.Detection {
			all.Suites = append(all.Suites, junitSuite{Name: Visible(t.Detection.Name), File: Visible(t.Detection.File)})
			elapsed = 0
		}
		elapsed += t.Elapsed
		s := &all.Suites[len(all.Suites)-1]
		s.Time = seconds(elapsed)
		s.add(t)
	}
	for _, s := range all.Suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	w.WriteString(xml.Header)
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	return w.WriteByte('\n')
}

func (s *junitSuite) add(t *Test) {
	c := junitCase{Name: Visible(t.Name), Class: Visible(t.Detection.Name), File: Visible(t.Detection.File), Time: seconds(t.Elapsed)}
	if c.Name == "" {
		c.Name = "(no tests)"
	}
	lines := visible(t.Messages)
	m := &junitMessage{Text: strings.Join(lines, "\n")}
	if len(lines) > 0 {
		m.Message = lines[0]
	}
	s.Tests++
	switch t.Verdict {
	case TestFailed:
		c.Failure = m
		s.Failures++
	case TestNotRunnable:
		m.Type = t.Verdict
		c.Error = m
		s.Errors++
	case TestSkipped:
		m.Message = strings.TrimSuffix(t.Reason+": "+m.Message, ": ")
		c.Skipped = m
		s.Skipped++
	}
	out := visible(t.Notes)
	for _, row := range t.Results {
		if text, err := marshal(row); err == nil {
			out = append(out, Visible(string(text)))
		}
	}
	c.Out = strings.Join(out, "\n")
	s.Cases = append(s.Cases, c)
}

func visible(texts []string) []string {
	lines := make([]string, len(texts))
	for i, text := range texts {
		lines[i] = Visible(text)
	}
	return lines
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
