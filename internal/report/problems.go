package report

import (
	"bufio"
	"path"
	"strconv"

	"github.com/pugmark/pugmark/internal/detection"
)

// Problems is what the validation of content has to show.
type Problems struct {
	Issues []detection.Issue
	// Rules are the checks that were made, with those that found nothing.
	Rules []detection.Rule
	// Name is how code hosts name a file, usually from the directory in which
	// pugmark runs; nil leaves names as they are.
	Name func(file string) string
}

// problem is an issue in the formats for programs. Its JSON is an interface.
type problem struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	Check    string `json:"check"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`

	endLine, endColumn int
}

// The severities of a problem, which are levels of SARIF and workflow commands
// of GitHub too.
const (
	severityError   = "error"
	severityWarning = "warning"
)

func problemOf(i detection.Issue) problem {
	source, span := i.Problem.Source, i.Problem.Span
	p := problem{File: source.Name, Severity: severityError, Check: i.Rule, Message: i.Problem.Message, Hint: i.Problem.Hint}
	p.Line, p.Column = source.Position(span.Start)
	p.endLine, p.endColumn = source.Position(span.End)
	if i.Warning {
		p.Severity = severityWarning
	}
	return p
}

// text is the message with its hint.
func (p problem) text() string {
	if p.Hint == "" {
		return p.Message
	}
	return p.Message + "; " + p.Hint
}

// hosted names a file as code hosts do, with slashes.
func (p *Problems) hosted(file string) string {
	if p.Name != nil {
		file = p.Name(file)
	}
	return path.Clean(file)
}

// listing is the problems as a list of things.
func (p *Problems) listing() *Listing {
	list := &Listing{Columns: []string{"file", "line", "column", "severity", "check", "message", "hint"}}
	problems := make([]problem, len(p.Issues))
	for i := range p.Issues {
		problems[i] = problemOf(p.Issues[i])
		list.Objects = append(list.Objects, &problems[i])
	}
	list.Cells = func(i int) map[string][]string {
		o := problems[i]
		return map[string][]string{
			"file": {o.File}, "line": {strconv.Itoa(o.Line)}, "column": {strconv.Itoa(o.Column)},
			"severity": {o.Severity}, "check": {o.Check}, "message": {o.Message}, "hint": {o.Hint},
		}
	}
	return list
}

func ndjsonProblems(w *bufio.Writer, p *Problems, o Options) error {
	return ndjsonListing(w, p.listing(), o)
}

func jsonProblems(w *bufio.Writer, p *Problems, o Options) error {
	return jsonListing(w, p.listing(), o)
}

func csvProblems(w *bufio.Writer, p *Problems, o Options) error { return csvListing(w, p.listing(), o) }

// tableProblems shows each problem with its line and a caret.
func tableProblems(w *bufio.Writer, p *Problems, _ Options) error {
	for _, i := range p.Issues {
		if _, err := w.WriteString(i.Render() + "\n"); err != nil {
			return err
		}
	}
	return nil
}
