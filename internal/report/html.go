package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"sync"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/risk"
)

//go:embed html
var htmlFiles embed.FS

// htmlPage is what the templates and the style of a page are: one file that opens
// from disk, without scripts and without anything from the network.
type htmlPage struct {
	template *template.Template
	style    string
}

// htmlParts returns the parts of pages.
var htmlParts = sync.OnceValues(func() (*htmlPage, error) {
	style, err := htmlFiles.ReadFile("html/style.css")
	if err != nil {
		return nil, err
	}
	t, err := template.New("page.html").Funcs(template.FuncMap{
		"shown": shown, "number": func(column int) bool { return column == 2 || column == 3 },
	}).ParseFS(htmlFiles, "html/*.html")
	return &htmlPage{t, string(style)}, err
})

// htmlWriter writes a page, a part at a time.
type htmlWriter struct {
	w    *bufio.Writer
	page *htmlPage
	err  error // the first
}

func newHTML(w *bufio.Writer, title string) *htmlWriter {
	h := &htmlWriter{w: w}
	if h.page, h.err = htmlParts(); h.err != nil {
		return h
	}
	hash := sha256.Sum256([]byte(h.page.style))
	h.part("head", struct {
		Title, StyleHash string
		Style            template.CSS
	}{title, base64.StdEncoding.EncodeToString(hash[:]), template.CSS(h.page.style)}) //nolint:gosec // the style is our own file
	return h
}

// part writes a part. After an error it does nothing.
func (h *htmlWriter) part(name string, data any) {
	if h.err == nil {
		h.err = h.page.template.ExecuteTemplate(h.w, name, data)
	}
}

// htmlSummary is what findings add up to. Its texts are visible ones.
type htmlSummary struct {
	Counts, Span string
	Tables       []htmlTable
	Risk         []htmlFinding
	Lists        []htmlList
}

type htmlTable struct {
	Header []string
	Lines  []htmlLine
}

type htmlLine struct {
	Cells    []string
	Severity risk.Severity
}

type htmlList struct {
	Title string
	Lines []string
}

// htmlFinding is a finding. Its texts are visible ones.
type htmlFinding struct {
	Anchor, Badge, Name, Provenance, Message, Object, ID string
	Severity                                             risk.Severity
	Strip                                                []string // the events of a story
	Fields                                               []htmlField
	Events                                               *htmlField
}

// htmlField is a field, or a cell of a table.
type htmlField struct {
	Name   string
	Values []string
	More   int
	Mark   string
	Right  bool
}

func htmlFindings(w *bufio.Writer, s *Scan, o Options) error {
	h := newHTML(w, documentTitle(s))
	h.findings(s, o, false)
	h.part("foot", nil)
	return h.err
}

// findings writes the summary and the findings, and returns the places of these
// by their IDs. whole tells that the page shows in full what is part of a story.
func (h *htmlWriter) findings(s *Scan, o Options, whole bool) map[string]string {
	anchors := map[string]string{}
	for i, f := range s.Findings {
		anchors[f.ID] = fmt.Sprintf("finding-%d", i+1)
	}
	summary := htmlSummary{Counts: s.Counts()}
	if len(s.Findings) > 0 {
		summary.Span = o.span(s.Findings)
		for _, t := range o.summaryTables(s.Findings) {
			table := htmlTable{Header: t.header}
			for _, l := range t.lines {
				table.Lines = append(table.Lines, htmlLine{l.cells, l.severity})
			}
			summary.Tables = append(summary.Tables, table)
		}
	}
	for _, f := range accumulations(s.Findings) {
		summary.Risk = append(summary.Risk, htmlOf(f, anchors[f.ID], o, whole))
	}
	for _, l := range s.unsaid() {
		summary.Lists = append(summary.Lists, htmlList{l.title, l.lines})
	}
	h.part("summary", summary)
	for _, f := range s.Findings {
		h.part("finding", htmlOf(f, anchors[f.ID], o, whole))
	}
	return anchors
}

func htmlOf(f *detection.Finding, anchor string, o Options, whole bool) htmlFinding {
	severity, badge := badgeOf(f)
	view := htmlFinding{
		Anchor: anchor, Badge: badge, Name: shown(f.Detection.Name), Provenance: o.provenance(f), Severity: severity,
		Object: shown(riskObject(f)), ID: shown(f.ID),
	}
	view.Message = shown(sentence(f))
	if story, ok := f.Chain(); ok {
		for _, event := range story.Strip {
			view.Strip = append(view.Strip, shown(event))
		}
	}
	for _, p := range pairs(f) {
		if f.PartOf != "" && !whole {
			break
		}
		field := htmlValues(p.values)
		field.Name, field.Mark = shown(p.name), p.mark
		view.Fields = append(view.Fields, field)
	}
	if len(f.EventIDs) > 0 {
		events := htmlValues(f.EventIDs)
		events.More = f.EventCount - len(events.Values)
		view.Events = &events
	}
	return view
}

func htmlValues(texts []string) htmlField {
	first, more := someOf(texts)
	field := htmlField{More: more}
	for _, text := range first {
		field.Values = append(field.Values, shown(text))
	}
	return field
}

func htmlRows(w *bufio.Writer, columns []string, o Options) rowEncoder {
	return &htmlEncoder{tableEncoder{o: o, w: w, known: columns != nil, columns: newColumnList(columns), rows: newSpool(), widths: map[string]*columnWidth{}}}
}

// htmlEncoder keeps the rows until it knows the header.
type htmlEncoder struct{ tableEncoder }

func (t *htmlEncoder) close() error {
	h := newHTML(t.w, "Results")
	names := t.columns.names()
	header := make([]htmlField, len(names))
	for i, name := range names {
		header[i] = htmlField{Name: shown(name)}
		if w := t.widths[name]; w != nil {
			header[i].Right = w.right()
		}
	}
	h.part("rows", header)
	cells := make([]htmlField, len(names))
	err := t.rows.each(func(row *event.Event) error {
		for i, name := range names {
			cells[i] = htmlValues(t.cell(name, row.Get(name)))
			cells[i].Right = header[i].Right
		}
		h.part("row", cells)
		return h.err
	})
	if err != nil {
		return err
	}
	h.part("rows-end", nil)
	h.part("foot", nil)
	return h.err
}
