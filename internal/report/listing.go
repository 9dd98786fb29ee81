package report

import (
	"bufio"
	"strings"
)

// Listing is a table of things that are neither rows nor findings, such as
// detections.
type Listing struct {
	// Columns are the header of the formats for people and of CSV.
	Columns []string
	// Narrow are the columns of a table for a terminal, if not all.
	Narrow []string
	// Cells returns the cells of a thing under each column, each of one or
	// more values.
	Cells func(i int) map[string][]string
	// Objects are the things as they are written in JSON.
	Objects []any
}

func ndjsonListing(w *bufio.Writer, l *Listing, _ Options) error { return ndjsonObjects(w, l.Objects) }

func jsonListing(w *bufio.Writer, l *Listing, _ Options) error { return jsonObjects(w, l.Objects) }

func csvListing(w *bufio.Writer, l *Listing, o Options) error {
	if err := csvLine(w, l.Columns, o); err != nil {
		return err
	}
	for i := range l.Objects {
		cells := l.Cells(i)
		line := make([]string, len(l.Columns))
		for j, name := range l.Columns {
			line[j] = strings.Join(cells[name], "\n")
		}
		if err := csvLine(w, line, o); err != nil {
			return err
		}
	}
	return nil
}

func tableListing(w *bufio.Writer, l *Listing, o Options) error {
	if len(l.Objects) == 0 {
		return nil
	}
	g := grid{o: o, theme: newTheme(o.Color), header: l.Narrow}
	if g.header == nil {
		g.header = l.Columns
	}
	g.columns = make([]columnWidth, len(g.header))
	rows := make([][][]string, len(l.Objects))
	for i := range rows {
		cells := l.Cells(i)
		for col, name := range g.header {
			rows[i] = append(rows[i], cells[name])
			g.columns[col].add(cells[name], g.room())
		}
	}
	g.begin(w)
	for _, row := range rows {
		if err := g.row(w, row); err != nil {
			return err
		}
	}
	return nil
}
