package report

import (
	"bufio"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

func csvRows(w *bufio.Writer, columns []string, o Options) rowEncoder {
	return &csvEncoder{w: w, o: o, columns: newColumnList(columns), rows: newSpool()}
}

// csvEncoder keeps the rows until it knows the header.
type csvEncoder struct {
	w       *bufio.Writer
	o       Options
	columns *columnList
	rows    spool
}

func (c *csvEncoder) row(e *event.Event) error {
	c.columns.add(e)
	return c.rows.add(e)
}

func (c *csvEncoder) close() error {
	columns := c.columns.names()
	if len(columns) == 0 {
		return nil
	}
	if err := csvLine(c.w, columns, c.o); err != nil {
		return err
	}
	cells := make([]string, len(columns))
	return c.rows.each(func(row *event.Event) error {
		for i, name := range columns {
			cells[i] = row.Get(name).String()
		}
		return csvLine(c.w, cells, c.o)
	})
}

// csvLine writes one record. It does not use encoding/csv, whose line for a
// single empty cell is empty: readers skip it, and a row would be lost.
func csvLine(w *bufio.Writer, cells []string, o Options) error {
	for i, cell := range cells {
		if i > 0 {
			w.WriteByte(',')
		}
		cell = defuse(strings.ToValidUTF8(cell, "\ufffd"))
		if o.Terminal {
			cell = visibleLines(cell)
		}
		if !strings.ContainsAny(cell, "\",\r\n") && strings.TrimSpace(cell) == cell && (cell != "" || len(cells) > 1) {
			w.WriteString(cell)
			continue
		}
		w.WriteByte('"')
		w.WriteString(strings.ReplaceAll(cell, `"`, `""`))
		w.WriteByte('"')
	}
	return w.WriteByte('\n')
}

// visibleLines is [Visible] for a text whose line breaks are kept.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Visible(line)
	}
	return strings.Join(lines, "\n")
}

// defuse puts an apostrophe before what a spreadsheet would take for a
// formula. Numbers, which may begin with a sign, are left alone. Source: OWASP,
// CSV Injection; the full-width forms count in some locales.
func defuse(cell string) string {
	if cell == "" {
		return cell
	}
	first, _ := utf8.DecodeRuneInString(cell)
	if !strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return cell
	}
	if _, ok := value.ParseNumber(cell); ok {
		return cell
	}
	return "'" + cell
}
