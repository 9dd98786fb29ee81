package cloudtrail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// table is a CSV input: what its columns mean.
type table struct {
	columns []column
	raw     int // the column with the raw text of events, -1 for none
	cells   [][]byte
}

type column struct {
	name     string // as CloudTrail or Splunk names the field
	quoted   string // the name as it is written between quotes in JSON
	kind     columnKind
	meta     key  // of a column that gives metadata
	reported bool // that some value of it was not understood
}

// maxHeader bounds the line that names the columns.
const maxHeader = 64 << 10

// header reads the line at hand as the header of a table. It returns false if
// the line does not name columns of CloudTrail or of Splunk's events.
func (r *Reader) header() (bool, error) {
	end, err := r.lineEnd(0, maxHeader)
	if end < 0 || err != nil {
		return false, err
	}
	t := table{raw: -1}
	seen := map[string]bool{}
	cells, ok := splitRow(r.w.bytes()[:end], nil, nil)
	if !ok {
		return false, nil
	}
	for i, cell := range cells {
		name := string(bytes.TrimSpace(cell))
		lower := strings.ToLower(name)
		seen[lower] = true
		if proper, ok := recordKeys[lower]; ok {
			name = proper
		}
		c := column{name: name, kind: kindOf(name)}
		quoted := appendQuoted(nil, []byte(name))
		c.quoted = string(quoted[1 : len(quoted)-1])
		switch keyOf([]byte(name)) {
		case keyUnderscoreRaw:
			t.raw = i
		case keySource:
			c.meta = keySource
		case keySourcetype:
			c.meta = keySourcetype
		case keyHost:
			c.meta = keyHost
		case keyIndex:
			c.meta = keyIndex
		case keyUnderscoreTime:
			c.meta = keyUnderscoreTime
		}
		t.columns = append(t.columns, c)
	}
	if t.raw < 0 && !(seen["eventname"] && (seen["eventsource"] || seen["eventtime"] || seen["eventid"])) {
		return false, nil
	}
	r.w.advance(end)
	r.table = t
	r.setForm(FormCSV)
	r.push(frame{kind: frameTable})
	return true, nil
}

// row makes the cut of the next row of a table.
func (r *Reader) row() (bool, error) {
	if err := r.skipLineEnds(); err != nil {
		return false, err
	}
	offset := r.w.offset()
	line, err := r.rowText()
	switch {
	case errors.Is(err, errTooLarge):
		r.tooLarge()
		r.w.advance(1)
		return false, r.skipLine()
	case err != nil:
		return false, err
	}
	r.w.advance(len(line))
	t := &r.table
	cells, ok := splitRow(line, t.cells[:0], &r.arena)
	t.cells = cells
	if !ok {
		r.problem(offset, "a row whose quotes do not close", "")
		return false, nil
	}
	if len(cells) > len(t.columns) {
		r.problem(offset, fmt.Sprintf("a row with %d cells under %d columns", len(cells), len(t.columns)), "the cells too many are left out")
		cells = cells[:len(t.columns)]
	}
	r.cut = Cut{Offset: offset}
	if t.raw >= 0 && t.raw < len(cells) {
		r.rawRow(cells)
	} else {
		r.recordRow(cells)
	}
	return true, nil
}

// rawRow makes the cut of a row that holds the raw text of an event and beside
// it fields that were extracted from it.
func (r *Reader) rawRow(cells [][]byte) {
	from := len(r.given)
	for i, cell := range cells {
		c := &r.table.columns[i]
		switch {
		case i == r.table.raw || len(cell) == 0 || strings.HasPrefix(c.name, "__mv_"):
		case c.meta != 0:
			at := len(r.arena)
			r.arena = appendQuoted(r.arena, cell)
			r.metaKey(c.meta, r.arena[at:])
		default:
			r.given = append(r.given, event.Field{Name: c.name, Value: value.OfText(view(cell))})
		}
	}
	r.cut.Given = r.given[from:len(r.given):len(r.given)]
	r.setText(cells[r.table.raw])
}

// recordRow writes the record that a row was made from.
func (r *Reader) recordRow(cells [][]byte) {
	from := len(r.arena)
	out := append(r.arena, '{')
	for i, cell := range cells {
		c := &r.table.columns[i]
		if len(cell) == 0 {
			continue
		}
		nested := c.kind != columnText && isWhole(cell) && json.Valid(cell)
		out = appendMember(out, c.quoted, nil)
		switch {
		case nested && c.kind == columnStruct:
			out = appendNested(out, bytes.TrimSpace(cell), 0)
		case nested:
			out = append(out, cell...)
		default:
			if c.kind == columnStruct && !c.reported {
				c.reported = true
				r.problem(r.cut.Offset, fmt.Sprintf("the column %s holds text that is no JSON; it is kept as text, without fields inside it", c.name),
					"export it as JSON, in Athena with CAST("+c.name+" AS JSON)")
			}
			out = appendQuoted(out, cell)
		}
	}
	r.arena = append(out, '}')
	r.cut.Text = r.arena[from:len(r.arena):len(r.arena)]
	r.cut.Meta.Sourcetype = Sourcetype
}

func (r *Reader) skipLineEnds() error {
	for {
		b := r.w.bytes()
		i := 0
		for i < len(b) && (b[i] == '\n' || b[i] == '\r') {
			i++
		}
		r.w.advance(i)
		if i < len(b) {
			return nil
		}
		if err := r.w.more(); err != nil {
			return err
		}
	}
}

// rowText returns the row at hand, which ends at a line end outside quotes.
func (r *Reader) rowText() ([]byte, error) {
	from, quoted := 0, false
	for {
		b := r.w.bytes()
		for i, c := range b[from:] {
			switch {
			case c == '"':
				quoted = !quoted
			case c == '\n' && !quoted:
				return b[:from+i], nil
			}
		}
		from = len(b)
		switch err := r.w.more(); {
		case errors.Is(err, io.EOF):
			return r.w.bytes(), nil
		case err != nil:
			return nil, err
		}
	}
}

// splitRow cuts a row of CSV into cells. Cells with doubled quotes in them are
// written to arena; without one they keep them. It returns false if a quote
// does not close.
func splitRow(row []byte, cells [][]byte, arena *[]byte) ([][]byte, bool) {
	row = bytes.TrimSuffix(row, []byte{'\r'})
	for {
		if len(row) == 0 || row[0] != '"' {
			cell, rest, more := bytes.Cut(row, []byte{','})
			cells = append(cells, cell)
			if !more {
				return cells, true
			}
			row = rest
			continue
		}
		end, doubled := 1, false
		for {
			i := bytes.IndexByte(row[end:], '"')
			if i < 0 {
				return cells, false
			}
			end += i + 1
			if end == len(row) || row[end] != '"' {
				break
			}
			end++
			doubled = true
		}
		cell := row[1 : end-1]
		if doubled && arena != nil {
			from := len(*arena)
			for i := 0; i < len(cell); i++ {
				*arena = append(*arena, cell[i])
				if cell[i] == '"' {
					i++
				}
			}
			cell = (*arena)[from:len(*arena):len(*arena)]
		}
		cells = append(cells, cell)
		_, rest, more := bytes.Cut(row[end:], []byte{','})
		if !more {
			return cells, true
		}
		row = rest
	}
}
