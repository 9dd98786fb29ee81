package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

func tableRows(w *bufio.Writer, columns []string, o Options) rowEncoder {
	return &tableEncoder{w: w, o: o, known: columns != nil, columns: newColumnList(columns), rows: newSpool(), widths: map[string]*columnWidth{}}
}

// tableEncoder keeps the rows until it knows how wide the columns are.
type tableEncoder struct {
	w       *bufio.Writer
	o       Options
	known   bool // the search knows columns
	columns *columnList
	rows    spool
	widths  map[string]*columnWidth
}

func (t *tableEncoder) row(e *event.Event) error {
	if !t.known && !e.Get("_raw").IsNull() {
		// Raw events have hundreds of fields: their text says the same.
		e = event.New(event.Field{Name: "_time", Value: e.Get("_time")}, event.Field{Name: "_raw", Value: compact(e.Get("_raw"))})
	}
	t.columns.add(e)
	for _, f := range e.Fields() {
		w := t.widths[f.Name]
		if w == nil {
			w = &columnWidth{}
			t.widths[f.Name] = w
		}
		w.add(t.cell(f.Name, f.Value), t.o.width())
	}
	return t.rows.add(e)
}

// compact leaves out the white space of a JSON text, which says nothing and
// would take most of the room.
func compact(raw value.Value) value.Value {
	text := raw.String()
	if !strings.ContainsAny(text[:min(1, len(text))], "{[") {
		return raw
	}
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		return raw
	}
	return value.OfText(b.String())
}

// cell returns the values of a cell as they are shown.
func (t *tableEncoder) cell(name string, v value.Value) []string {
	if name == "_time" {
		return []string{timeText(v, t.o)}
	}
	return v.Texts()
}

func (t *tableEncoder) close() error {
	g := grid{o: t.o, theme: newTheme(t.o.Color), header: t.columns.names()}
	for _, name := range g.header {
		w := t.widths[name]
		if w == nil {
			w = &columnWidth{}
		}
		g.columns = append(g.columns, *w)
	}
	g.begin(t.w)
	cells := make([][]string, len(g.header))
	return t.rows.each(func(row *event.Event) error {
		for i, name := range g.header {
			cells[i] = t.cell(name, row.Get(name))
		}
		return g.row(t.w, cells)
	})
}

// timeText shows a _time as a time where it is one.
func timeText(v value.Value, o Options) string {
	epoch, ok := v.Float()
	if !ok || epoch < minEpoch || epoch > maxEpoch {
		return v.String()
	}
	return event.FromEpoch(epoch, o.location()).Format("2006-01-02T15:04:05.999999Z07:00")
}

// Times outside the years 1 to 9999 are shown as numbers.
const minEpoch, maxEpoch = -62135596800, 253402300799

// grid is a table for a terminal. Its columns are measured before the first
// row is drawn.
type grid struct {
	o      Options
	theme  *theme
	header []string
	// columns are how wide the values of each column are.
	columns []columnWidth
	// style draws a line of a cell; nil draws it plainly.
	style func(col int, text string) string
	// indent is the blanks before each line.
	indent int

	widths  []int // fitted to the terminal; nil for records below each other
	drawn   int
	longest int  // of the names, for records
	tall    bool // the last row has several lines
}

// columnWidth is what is known of the values of a column.
type columnWidth struct {
	width           int
	word            int // the longest part without a blank
	numbers, others bool
}

// add measures the values of a cell, up to the width limit.
func (c *columnWidth) add(values []string, limit int) {
	for i, text := range values {
		if i < maxCellValues {
			text := shown(text)
			c.width = max(c.width, min(limit, textWidth(text)))
			for word := range strings.FieldsSeq(text) {
				c.word = max(c.word, textWidth(word))
			}
		}
		if _, ok := value.ParseNumber(text); ok {
			c.numbers = true
		} else {
			c.others = true
		}
	}
}

// right reports whether the column is of numbers alone.
func (c *columnWidth) right() bool { return c.numbers && !c.others }

// Bounds of what a table shows of a cell before it puts an ellipsis.
const (
	gap            = 2  // blanks between columns
	minColumn      = 14 // columns are not made narrower than this to fit
	minWords       = 10 // nor than this where that keeps words in one piece
	maxWord        = 24 // up to this, as IDs are
	maxCellLines   = 5
	maxRecordLines = 20
	maxCellValues  = 20
)

// begin chooses the layout, a table or one record below the other where a
// table would not fit, and draws the header. An error of the writer comes up
// with the next row.
func (g *grid) begin(w *bufio.Writer) {
	if len(g.header) == 0 {
		return
	}
	natural, words, least := make([]int, len(g.header)), make([]int, len(g.header)), make([]int, len(g.header))
	for i, name := range g.header {
		width := textWidth(shown(name))
		g.longest = max(g.longest, min(width, g.room()/2))
		natural[i] = max(g.columns[i].width, min(width, g.room()))
		least[i], words[i] = minColumn, minColumn
		if word := g.columns[i].word; word <= maxWord {
			words[i] = max(minWords, word)
		}
	}
	room := g.room() - gap*(len(natural)-1)
	if g.widths = fit(natural, words, room); g.widths == nil {
		g.widths = fit(natural, least, room)
	}
	if g.widths == nil {
		return
	}
	header := make([][]string, len(g.widths))
	rules := make([]string, len(g.widths))
	for i, name := range g.header {
		header[i] = wrap(shown(name), g.widths[i], maxCellLines)
		rules[i] = strings.Repeat("─", g.widths[i])
	}
	_ = g.lines(w, header, func(_ int, s string) string { return g.theme.head.Render(s) })
	w.WriteString(strings.Repeat(" ", g.indent) + g.theme.quiet.Render(strings.Join(rules, strings.Repeat("─", gap))) + "\n")
}

func (g *grid) room() int { return g.o.width() - g.indent }

// row draws a row of cells, each of which has one or more values. A row of
// several lines is set apart from the next by an empty one.
func (g *grid) row(w *bufio.Writer, cells [][]string) error {
	g.drawn++
	if g.widths == nil {
		return g.record(w, cells)
	}
	wrapped := make([][]string, len(cells))
	for col, values := range cells {
		wrapped[col] = wrapValues(values, g.widths[col], maxCellLines)
	}
	if g.tall {
		w.WriteByte('\n')
	}
	g.tall = slices.ContainsFunc(wrapped, func(lines []string) bool { return len(lines) > 1 })
	style := g.style
	if style == nil {
		style = func(_ int, s string) string { return s }
	}
	return g.lines(w, wrapped, style)
}

// lines writes cells of several lines beside each other, without blanks at the
// end of a line.
func (g *grid) lines(w *bufio.Writer, cells [][]string, style func(col int, s string) string) error {
	height := 1
	for _, lines := range cells {
		height = max(height, len(lines))
	}
	for i := range height {
		blanks := g.indent
		for col, lines := range cells {
			text := ""
			if i < len(lines) {
				text = lines[i]
			}
			left, right := 0, max(0, g.widths[col]-textWidth(text))
			if g.columns[col].right() {
				left, right = right, 0
			}
			if text == "" {
				blanks += left + right + gap
				continue
			}
			w.WriteString(strings.Repeat(" ", blanks+left))
			w.WriteString(style(col, text))
			blanks = right + gap
		}
		if err := w.WriteByte('\n'); err != nil {
			return err
		}
	}
	return nil
}

// record draws a row as a block of its fields.
func (g *grid) record(w *bufio.Writer, cells [][]string) error {
	number := "── " + strconv.Itoa(g.drawn) + " "
	rule := number + strings.Repeat("─", max(0, g.room()-textWidth(number)))
	indent := strings.Repeat(" ", g.indent)
	_, err := w.WriteString(indent + g.theme.quiet.Render(rule) + "\n")
	for col, values := range cells {
		name := pad(truncate(shown(g.header[col]), g.longest), g.longest)
		for _, line := range wrapValues(values, g.room()-g.longest-gap, maxRecordLines) {
			_, err = w.WriteString(indent + g.theme.quiet.Render(name) + strings.Repeat(" ", gap) + line + "\n")
			name = strings.Repeat(" ", g.longest)
		}
	}
	return err // the first error of w is that of every later write
}

// wrapValues returns what is shown of a cell: each value on a line of its own,
// longer ones on several.
func wrapValues(values []string, width, maxLines int) []string {
	var lines []string
	for i, text := range values {
		if i == maxCellValues-1 && len(values) > maxCellValues {
			return append(lines, truncate("… "+strconv.Itoa(len(values)-i)+" more", width))
		}
		lines = append(lines, wrap(shown(text), width, maxLines)...)
	}
	return lines
}

// fit narrows the widest columns, none of them below its least, until their sum
// is at most width. It returns nil where that cannot be.
func fit(natural, least []int, width int) []int {
	fitted := slices.Clone(natural)
	for excess := sum(fitted) - width; excess > 0; excess-- {
		widest := -1
		for i, w := range fitted {
			if w > least[i] && (widest < 0 || w > fitted[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return nil
		}
		fitted[widest]--
	}
	return fitted
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
