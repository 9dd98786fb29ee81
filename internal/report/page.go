package report

import (
	"bufio"
	"strings"
)

// Page is what there is to read about one thing, such as a detection.
type Page struct {
	Title    string
	Subtitle string
	Sections []Section
	// Object is the page as it is written in JSON.
	Object any
}

// Section is a part of a page. Those without content are left out.
type Section struct {
	Title string
	// Text is paragraphs, which are wrapped.
	Text string
	// Verbatim is text whose lines are kept, such as SPL.
	Verbatim string
	// Items are names with a text each.
	Items []Item
}

// Item is a line of a section, or several. One without text is left out.
type Item struct{ Name, Text string }

func ndjsonPage(w *bufio.Writer, p *Page, _ Options) error {
	return ndjsonObjects(w, []any{p.Object})
}

func jsonPage(w *bufio.Writer, p *Page, o Options) error { return ndjsonPage(w, p, o) }

// pageWidth is the widest that prose is set.
const pageWidth = 100

func tablePage(w *bufio.Writer, p *Page, o Options) error {
	o.Width = min(o.width(), pageWidth)
	v := view{w: w, t: newTheme(o.Color), o: o}
	v.prose("", p.Title, v.t.strong.Render)
	v.prose("", p.Subtitle, v.t.quiet.Render)
	for _, s := range p.Sections {
		v.section(s)
	}
	return nil
}

// unbounded is for texts that are shown whole.
const unbounded = 10_000

func (v *view) section(s Section) {
	width := 0
	for _, item := range s.Items {
		if item.Text != "" {
			width = max(width, textWidth(shown(item.Name)))
		}
	}
	if s.Text == "" && s.Verbatim == "" && width == 0 {
		return
	}
	if s.Title != "" {
		v.line("")
		v.line(v.t.head.Render(shown(s.Title)))
	}
	plain := func(s ...string) string { return strings.Join(s, "") }
	if s.Text != "" {
		v.prose("  ", s.Text, plain)
	}
	if s.Verbatim != "" {
		for line := range strings.SplitSeq(strings.TrimRight(s.Verbatim, "\n "), "\n") {
			v.line("  " + shown(strings.ReplaceAll(strings.TrimRight(line, "\r "), "\t", "    ")))
		}
	}
	width = min(width, v.o.width()/2)
	for _, item := range s.Items {
		if item.Text == "" {
			continue
		}
		name := pad(truncate(shown(item.Name), width), width)
		for _, line := range wrap(shown(item.Text), v.o.width()-2-width-gap, unbounded) {
			v.line("  " + v.t.quiet.Render(name) + strings.Repeat(" ", gap) + line)
			name = strings.Repeat(" ", width)
		}
	}
}

// prose draws paragraphs, each wrapped.
func (v *view) prose(indent, text string, style func(...string) string) {
	if text == "" {
		return
	}
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		for _, line := range wrap(shown(strings.TrimSpace(paragraph)), v.o.width()-len(indent), unbounded) {
			v.line(strings.TrimRight(indent+style(line), " "))
		}
	}
}
