// Package report writes what a person or a program gets to see: the rows of a
// search, the findings of a scan and the problems of content, as a table for a
// terminal, as JSON or CSV, as a document, or as other tools read them.
//
// It knows formats, widths and colours, and that text from logs is hostile: a
// value can neither move a terminal's cursor nor start a spreadsheet's
// formula, and is text in every document. It knows no searches and no files.
// Start reading at [Formats], the one table of formats, then [RowWriter] and
// [WriteFindings].
package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/bundle"
	"github.com/pugmark/pugmark/internal/event"
)

// Options say how a format for people is drawn. What formats for programs write
// does not depend on them, except on a terminal.
type Options struct {
	// Width is how many columns the terminal has; 0 means [DefaultWidth].
	Width int
	// Color allows colours and weights of type. Nothing is told by them alone.
	Color bool
	// Terminal tells that a terminal takes the output: then no format holds a
	// character that it would act on.
	Terminal bool
	// Location is the zone in which times are shown; nil means UTC.
	Location *time.Location
	// Version is that of the program, where a format names it.
	Version string
}

// DefaultWidth is the width of a table that is not written to a terminal.
const DefaultWidth = 100

// minWidth is the narrowest terminal that output is fitted to.
const minWidth = 20

func (o Options) width() int {
	if o.Width <= 0 {
		return DefaultWidth
	}
	return max(o.Width, minWidth)
}

func (o Options) location() *time.Location {
	if o.Location == nil {
		return time.UTC
	}
	return o.Location
}

// Format is one way of writing results. It has a function for each kind of
// result that it applies to.
type Format struct {
	Name    string
	Summary string

	rows     func(w *bufio.Writer, columns []string, o Options) rowEncoder
	findings func(w *bufio.Writer, scan *Scan, o Options) error
	listing  func(w *bufio.Writer, list *Listing, o Options) error
	page     func(w *bufio.Writer, page *Page, o Options) error
	tests    func(w *bufio.Writer, run *TestRun, o Options) error
	problems func(w *bufio.Writer, p *Problems, o Options) error
	bundle   func(w *bufio.Writer, scan *Scan, b *bundle.Bundle, o Options) error
}

// Kind is a kind of result.
type Kind int

// The kinds of result.
const (
	Rows     Kind = iota // of a search, see [RowWriter]
	Findings             // of a scan, see [WriteFindings]
	Listings             // of things such as detections, see [Listing]
	Pages                // about one thing, see [Page]
	Tests                // of detections, see [TestRun]
	Content              // what is wrong with it, see [Problems]
	Bundles              // of findings with their evidence, see [WriteBundle]
)

// Applies reports whether the format can show a kind of result.
func (f Format) Applies(k Kind) bool {
	switch k {
	case Rows:
		return f.rows != nil
	case Findings:
		return f.findings != nil
	case Listings:
		return f.listing != nil
	case Pages:
		return f.page != nil
	case Tests:
		return f.tests != nil
	case Content:
		return f.problems != nil
	case Bundles:
		return f.bundle != nil
	}
	return false
}

// rowEncoder writes the rows of a search in one format.
type rowEncoder interface {
	// row takes a row, which it may keep only as a clone.
	row(e *event.Event) error
	// close writes what could not be written before all rows were known.
	close() error
}

// Formats returns every format in the order in which help names them.
func Formats() []Format {
	return []Format{
		{"table", "for reading on a terminal", tableRows, tableFindings, tableListing, tablePage, tableTests, tableProblems, nil},
		{"ndjson", "one JSON object per line", ndjsonRows, ndjsonFindings, ndjsonListing, ndjsonPage, ndjsonTests, ndjsonProblems, nil},
		{"json", "one JSON value", jsonRows, jsonFindings, jsonListing, jsonPage, jsonTests, jsonProblems, nil},
		{"csv", "for spreadsheets, with formulas defused", csvRows, csvFindings, csvListing, nil, nil, csvProblems, nil},
		{"markdown", "a document for a ticket", markdownRows, markdownFindings, nil, nil, nil, nil, nil},
		{"html", "a page that opens from disk", htmlRows, htmlFindings, nil, nil, nil, nil, htmlBundle},
		{"zip", "an evidence bundle, with hashes of all that is in it", nil, nil, nil, nil, nil, nil, zipBundle},
		{"ocsf", "OCSF Detection Findings, one per line", nil, ocsfFindings, nil, nil, nil, nil, nil},
		{"navigator", "a layer of the ATT&CK Navigator", nil, navigatorFindings, nil, nil, nil, nil, nil},
		{"junit", "XML, for CI servers", nil, nil, nil, nil, junitTests, nil, nil},
		{"sarif", "SARIF 2.1.0, for code scanning", nil, sarifFindings, nil, nil, nil, sarifProblems, nil},
		{"github", "annotations of GitHub Actions", nil, nil, nil, nil, nil, githubProblems, nil},
	}
}

// Names returns the names of the formats.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// Find returns the format of a name for a kind of result.
func Find(name string, k Kind) (Format, error) {
	var fit []string
	for _, f := range Formats() {
		if f.Name == name && f.Applies(k) {
			return f, nil
		}
		if f.Applies(k) {
			fit = append(fit, f.Name)
		}
	}
	return Format{}, fmt.Errorf("the format %q does not apply here; choose one of %s", name, strings.Join(fit, ", "))
}

// RowWriter writes the rows of a search as they come. Formats that must see
// all rows first keep them on disk where they are many. It is a plan.Sink.
type RowWriter struct {
	b       *bufio.Writer
	encoder rowEncoder
	written int64
	closed  bool
}

// NewRowWriter returns a RowWriter in a format. columns gives the order of the
// columns as far as the search knows it, nil for raw events; other fields
// follow in the order in which they appear.
func NewRowWriter(w io.Writer, format string, columns []string, o Options) (*RowWriter, error) {
	f, err := Find(format, Rows)
	if err != nil {
		return nil, err
	}
	b := bufio.NewWriterSize(w, 64<<10)
	return &RowWriter{b: b, encoder: f.rows(b, columns, o)}, nil
}

// Push writes rows. It always wants more.
func (r *RowWriter) Push(batch event.Batch) (more bool, err error) {
	for _, e := range batch {
		if err := r.encoder.row(e); err != nil {
			return false, err
		}
		r.written++
	}
	return true, nil
}

// Close ends the output. It does not close the writer below. Closing again
// does nothing.
func (r *RowWriter) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	if err := r.encoder.close(); err != nil {
		return err
	}
	return r.b.Flush()
}

// Written returns the number of rows so far.
func (r *RowWriter) Written() int64 { return r.written }

// WriteFindings writes the findings of a scan. Only the format for people
// shows more of the scan than its findings.
func WriteFindings(w io.Writer, format string, scan *Scan, o Options) error {
	f, err := Find(format, Findings)
	if err != nil {
		return err
	}
	return buffered(w, func(w *bufio.Writer) error { return f.findings(w, scan, o) })
}

// WriteListing writes a listing.
func WriteListing(w io.Writer, format string, list *Listing, o Options) error {
	f, err := Find(format, Listings)
	if err != nil {
		return err
	}
	return buffered(w, func(w *bufio.Writer) error { return f.listing(w, list, o) })
}

// WritePage writes a page.
func WritePage(w io.Writer, format string, page *Page, o Options) error {
	f, err := Find(format, Pages)
	if err != nil {
		return err
	}
	return buffered(w, func(w *bufio.Writer) error { return f.page(w, page, o) })
}

// WriteTests writes the tests of detections.
func WriteTests(w io.Writer, format string, run *TestRun, o Options) error {
	f, err := Find(format, Tests)
	if err != nil {
		return err
	}
	return buffered(w, func(w *bufio.Writer) error { return f.tests(w, run, o) })
}

// WriteProblems writes what is wrong with content.
func WriteProblems(w io.Writer, format string, problems *Problems, o Options) error {
	f, err := Find(format, Content)
	if err != nil {
		return err
	}
	return buffered(w, func(w *bufio.Writer) error { return f.problems(w, problems, o) })
}

func buffered(w io.Writer, write func(*bufio.Writer) error) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}
