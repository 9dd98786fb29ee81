package report

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/markdown"
	"github.com/pugmark/pugmark/internal/value"
)

// markdownFindings writes a report to paste into a ticket. Whatever comes from
// logs is written as code, in which a name is no link, no mention and no image.
func markdownFindings(w *bufio.Writer, s *Scan, o Options) error {
	m := markdownWriter{w: w, o: o}
	m.line("# " + documentTitle(s) + "\n")
	m.line(markdown.Text(s.Counts()) + "\n")
	if len(s.Findings) > 0 {
		m.line(markdown.Text(o.span(s.Findings)) + "\n")
		m.summary(s)
	}
	for _, l := range s.unsaid() {
		m.line("## " + l.title + "\n")
		for _, line := range l.lines {
			m.line("- " + markdown.Code(line))
		}
		m.line("")
	}
	if len(s.Findings) > 0 {
		m.line("## Findings\n")
	}
	for _, f := range s.Findings {
		m.finding(f)
	}
	return nil
}

// documentTitle is the heading of a document about a scan.
func documentTitle(s *Scan) string {
	if s.Partial {
		return "Findings of a partial scan: it was interrupted"
	}
	return "Findings"
}

// markdownWriter writes Markdown. Errors of the writer stick to it.
type markdownWriter struct {
	w *bufio.Writer
	o Options
}

func (m markdownWriter) line(s string) { _, _ = m.w.WriteString(s + "\n") }

func (m markdownWriter) summary(s *Scan) {
	for _, t := range m.o.summaryTables(s.Findings) {
		m.row(t.header)
		m.line("| --- | --- | ---: | ---: | --- | --- |")
		for _, l := range t.lines {
			m.row(append([]string{markdown.Code(shown(l.cells[0]))}, l.cells[1:]...))
		}
		m.line("")
	}
	found := accumulations(s.Findings)
	if len(found) == 0 {
		return
	}
	m.line("**Risk findings**\n")
	for _, f := range found {
		severity, score := gravity(f)
		m.line(fmt.Sprintf("- %s %s: %s, risk %s", symbols[severity], markdown.Code(shown(riskObject(f))), markdown.Text(shown(f.Detection.Name)), score))
	}
	m.line("")
}

// row writes a row of a table, whose cells hold no pipe any more.
func (m markdownWriter) row(cells []string) { m.line("| " + strings.Join(cells, " | ") + " |") }

func (m markdownWriter) finding(f *detection.Finding) {
	_, badge := badgeOf(f)
	m.line("### " + badge + " – " + markdown.Text(shown(f.Detection.Name)) + "\n")
	m.line(markdown.Text(m.o.provenance(f)) + "\n")
	if text := sentence(f); text != "" {
		m.line(markdown.Code(shown(text)) + "\n")
	}
	var fields []pair
	if f.PartOf == "" {
		m.strip(f)
		fields = pairs(f)
	}
	if len(fields) > 0 {
		m.row([]string{"Field", "Value"})
		m.line("| --- | --- |")
	}
	for _, p := range fields {
		m.row([]string{markdown.Code(shown(p.name)), strings.Join(m.values(p), "<br>")})
	}
	if len(fields) > 0 {
		m.line("")
	}
	text := "Finding " + markdown.Code(shown(f.ID))
	if events := m.events(f); events != "" {
		text += ", " + plural(f.EventCount, "event") + ": " + events
	}
	m.line(text + "\n")
}

// strip writes the events of a story, an item of a list each.
func (m markdownWriter) strip(f *detection.Finding) {
	story, ok := f.Chain()
	if !ok {
		return
	}
	for _, event := range story.Strip {
		m.line("1. " + markdown.Code(shown(event)))
	}
	m.line("")
}

// values writes the values of a field, and what the field is to the risk model
// behind the last.
func (m markdownWriter) values(p pair) []string {
	texts, more := someOf(p.values)
	cells := make([]string, 0, len(texts)+1)
	for _, text := range texts {
		cells = append(cells, markdown.Code(shown(text)))
	}
	if more > 0 {
		cells = append(cells, fmt.Sprintf("… %d more", more))
	}
	if last := len(cells) - 1; p.mark != "" && last >= 0 {
		cells[last] += " (" + markdown.Text(p.mark) + ")"
	}
	return cells
}

// events names the events behind a finding.
func (m markdownWriter) events(f *detection.Finding) string {
	ids, _ := someOf(f.EventIDs)
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = markdown.Code(shown(id))
	}
	text := strings.Join(texts, ", ")
	if more := f.EventCount - len(ids); more > 0 {
		text += fmt.Sprintf(" … %d more", more)
	}
	return text
}

// maxDocumentValues bounds the values of a field, and the events of a finding,
// that a document names; the rest is counted.
const maxDocumentValues = 50

// someOf returns the first of some texts and how many are left out.
func someOf(texts []string) (first []string, more int) {
	if len(texts) <= maxDocumentValues+1 {
		return texts, 0
	}
	return texts[:maxDocumentValues], len(texts) - maxDocumentValues
}

func markdownRows(w *bufio.Writer, columns []string, o Options) rowEncoder {
	return &markdownTable{tableEncoder{o: o, w: w, known: columns != nil, columns: newColumnList(columns), rows: newSpool(), widths: map[string]*columnWidth{}}}
}

// markdownTable keeps the rows until it knows the header.
type markdownTable struct{ tableEncoder }

func (t *markdownTable) close() error {
	header := t.columns.names()
	if len(header) == 0 {
		return nil
	}
	m := markdownWriter{w: t.w, o: t.o}
	names, rules := make([]string, len(header)), make([]string, len(header))
	for i, name := range header {
		names[i], rules[i] = markdown.Text(shown(name)), "---"
		if w := t.widths[name]; w != nil && w.right() {
			rules[i] = "---:"
		}
	}
	m.row(names)
	m.row(rules)
	cells := make([]string, len(header))
	return t.rows.each(func(row *event.Event) error {
		for i, name := range header {
			cells[i] = m.cell(t.cell(name, row.Get(name)))
		}
		m.row(cells)
		return nil
	})
}

// cell writes the values of a cell: numbers as they are, the rest as code.
func (m markdownWriter) cell(values []string) string {
	values, more := someOf(values)
	texts := make([]string, len(values))
	for i, text := range values {
		if _, ok := value.ParseNumber(text); ok {
			texts[i] = markdown.Text(shown(text))
		} else {
			texts[i] = markdown.Code(shown(text))
		}
	}
	if more > 0 {
		texts = append(texts, fmt.Sprintf("… %d more", more))
	}
	return strings.Join(texts, "<br>")
}
