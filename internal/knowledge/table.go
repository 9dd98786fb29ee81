package knowledge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/value"
)

// Table is a lookup table. It is safe for use by several goroutines: a search
// that reads while another stores sees the rows from before or after.
type Table struct {
	definition definition
	home       string // the file that Store writes, "" for none
	maxBytes   int64
	maxRows    int

	storing  sync.Mutex
	contents atomic.Pointer[contents]
	unsaved  atomic.Bool
}

var _ plan.TimedLookup = (*Table)(nil)

// contents are the rows of a table at one time. They do not change.
type contents struct {
	all     rows      // as stored
	active  rows      // those that the definition's filter lets through
	times   []float64 // when the active rows begin to hold, if they tell; NaN where unknown
	indexes atomic.Pointer[[]*index]
	build   sync.Mutex
}

func newTable(d definition, options Options) *Table {
	t := &Table{definition: d, maxBytes: options.MaxBytes, maxRows: options.MaxRows}
	if t.maxBytes == 0 {
		t.maxBytes = DefaultMaxBytes
	}
	if t.maxRows == 0 {
		t.maxRows = DefaultMaxRows
	}
	return t
}

// read fills the table from the text of its file.
func (t *Table) read(name string, text []byte) error {
	if int64(len(text)) > t.maxBytes {
		return &diag.Error{Source: &diag.Source{Name: name}, Code: diag.LimitReached, Message: fmt.Sprintf("the table has more than %d bytes", t.maxBytes)}
	}
	var table rows
	var err error
	if t.definition.keyed {
		table, err = readJSONLines(name, text, t.definition.fields, t.maxRows)
	} else {
		table, err = readCSV(name, text, t.maxRows)
	}
	if err != nil {
		return err
	}
	return t.set(table)
}

// set makes table the rows.
func (t *Table) set(table rows) error {
	c := &contents{all: table, active: table}
	d := &t.definition
	if d.filter != "" {
		keep, err := rowFilter(d)
		if err != nil {
			return err
		}
		c.active.cells = nil
		for _, row := range table.cells {
			if keep(t.event(table.columns, row)) {
				c.active.cells = append(c.active.cells, row)
			}
		}
	}
	if column := slices.Index(table.columns, d.timeField); column >= 0 {
		c.times = make([]float64, len(c.active.cells))
		for i, row := range c.active.cells {
			c.times[i] = rowTime(row[column], d.timeFormat)
		}
	}
	t.contents.Store(c)
	return nil
}

func rowFilter(d *definition) (func(*event.Event) bool, error) {
	source := &diag.Source{Name: "filter of lookup " + d.name, Text: d.filter}
	expr, err := spl.ParseSearch(source)
	if err != nil {
		return nil, err
	}
	f, err := filter.Compile(expr, filter.Options{ErrorAt: func(span diag.Span, code diag.Code, message, hint string) *diag.Error {
		return &diag.Error{Source: source, Span: span, Code: code, Message: message, Hint: hint}
	}})
	if err != nil {
		return nil, err
	}
	return f.Match, nil
}

func rowTime(cell, format string) float64 {
	if epoch, ok := value.ParseNumber(cell); ok {
		return epoch
	}
	if at, ok := timeformat.Parse(cell, format, time.UTC, time.Time{}); ok {
		return event.Epoch(at)
	}
	return math.NaN()
}

// Columns returns the columns in order, without the key of a KV store.
func (t *Table) Columns() []string {
	columns := slices.Clone(t.contents.Load().all.columns)
	return slices.DeleteFunc(columns, func(c string) bool { return c == keyColumn })
}

// Timed reports whether rows hold from a time on.
func (t *Table) Timed() bool { return t.contents.Load().times != nil }

// Match looks keys up without regard to time; see [plan.Lookup].
func (t *Table) Match(columns, keys, outputs []string) (values [][]string, ok bool) {
	return t.MatchAt(math.NaN(), columns, keys, outputs)
}

// MatchAt looks keys up at a time in epoch seconds; see [plan.TimedLookup].
func (t *Table) MatchAt(at float64, columns, keys, outputs []string) (values [][]string, ok bool) {
	c := t.contents.Load()
	d := &t.definition
	values = make([][]string, len(outputs))
	matches, most := 0, d.max()
	take := func(row int32) bool {
		for i, output := range outputs {
			if column := slices.Index(c.active.columns, output); column >= 0 {
				values[i] = appendCell(values[i], c.active.cells[row][column])
			}
		}
		matches++
		return matches < most
	}
	if ix := c.index(columns, d); ix != nil {
		if c.times == nil || math.IsNaN(at) {
			ix.find(keys, take)
		} else {
			for _, row := range c.timely(ix, keys, at, d) {
				if !take(row) {
					break
				}
			}
		}
	}
	if d.defaultMatch != "" {
		for ; matches < d.minMatches; matches++ {
			for i := range values {
				values[i] = append(values[i], d.defaultMatch)
			}
		}
	}
	return values, matches > 0
}

func appendCell(values []string, cell string) []string {
	if cell == "" {
		return values
	}
	if !strings.Contains(cell, cellSeparator) {
		return append(values, cell)
	}
	return append(values, strings.Split(cell, cellSeparator)...)
}

// timely returns the matching rows that hold at a time, the latest first.
func (c *contents) timely(ix *index, keys []string, at float64, d *definition) []int32 {
	var found []int32
	ix.find(keys, func(row int32) bool {
		if age := at - c.times[row]; age >= d.minOffset && age <= d.maxOffset {
			found = append(found, row)
		}
		return true
	})
	slices.SortStableFunc(found, func(a, b int32) int {
		switch ta, tb := c.times[a], c.times[b]; {
		case ta > tb:
			return -1
		case ta < tb:
			return 1
		}
		return 0
	})
	return found
}

// index returns the index of columns, nil if the table lacks one of them.
func (c *contents) index(columns []string, d *definition) *index {
	find := func() *index {
		if built := c.indexes.Load(); built != nil {
			for _, ix := range *built {
				if slices.Equal(ix.columns, columns) {
					return ix
				}
			}
		}
		return nil
	}
	if ix := find(); ix != nil || len(columns) == 0 {
		return ix
	}
	c.build.Lock()
	defer c.build.Unlock()
	if ix := find(); ix != nil {
		return ix
	}
	ix := newIndex(c.active, columns, d)
	if ix == nil {
		return nil
	}
	grown := []*index{ix}
	if built := c.indexes.Load(); built != nil {
		grown = append(grown, *built...)
	}
	c.indexes.Store(&grown)
	return ix
}

// Rows returns the rows as events; an empty cell is an absent field.
func (t *Table) Rows() ([]*event.Event, error) {
	c := t.contents.Load()
	events := make([]*event.Event, len(c.active.cells))
	for i, row := range c.active.cells {
		events[i] = t.event(c.active.columns, row)
	}
	return events, nil
}

func (t *Table) event(columns, row []string) *event.Event {
	e := event.New()
	for i, cell := range row {
		if cell != "" {
			e.Set(columns[i], value.OfTexts(appendCell(nil, cell)))
		}
	}
	return e
}

// Store replaces the rows, or adds to them; see [plan.Lookup]. A row that is
// added to a CSV table brings only the columns that the table has. Source:
// Splunk, outputlookup.
func (t *Table) Store(events []*event.Event, add bool, keyField string) error {
	t.storing.Lock()
	defer t.storing.Unlock()
	table := rows{}
	if old := t.contents.Load().all; add {
		table = rows{columns: old.columns, cells: slices.Clone(old.cells)}
	} else if len(events) == 0 {
		table.columns = old.columns
	}
	switch {
	case t.definition.keyed:
		table.columns = append([]string{keyColumn}, t.definition.fields...)
		for i, row := range table.cells { // the file may have had more columns
			table.cells[i] = row[:min(len(row), len(table.columns))]
		}
	case len(table.columns) == 0:
		table.columns = columnsOf(events)
	}
	key := ""
	switch {
	case t.definition.keyed:
		key = keyColumn
	case add && keyField != "":
		key = keyField
	}
	table, err := t.addRows(table, events, key, keyField)
	if err != nil {
		return err
	}
	if t.home != "" {
		if err := t.write(table); err != nil {
			return fmt.Errorf("keep lookup %q: %w", t.definition.name, err)
		}
	} else {
		t.unsaved.Store(true)
	}
	return t.set(table)
}

// addRows appends a row for each event, or puts it in the place of the row
// that has the same value in the column key.
func (t *Table) addRows(table rows, events []*event.Event, key, keyField string) (rows, error) {
	column := slices.Index(table.columns, key)
	place := map[string]int{}
	if column >= 0 {
		for i, row := range table.cells {
			place[row[column]] = i
		}
	}
	size := int64(0)
	for _, e := range events {
		row := make([]string, len(table.columns))
		for i, c := range table.columns {
			row[i] = t.cell(e.Get(c))
			size += int64(len(row[i]))
		}
		if key == keyColumn && column >= 0 {
			if keyField != "" {
				row[column] = e.Get(keyField).String()
			}
			if row[column] == "" {
				row[column] = rowKey(row, len(table.cells))
			}
		}
		if i, known := place[at(row, column)]; known && column >= 0 && row[column] != "" {
			table.cells[i] = row
			continue
		}
		if len(table.cells) >= t.maxRows || size > t.maxBytes {
			return rows{}, &diag.Error{Code: diag.LimitReached, Message: fmt.Sprintf("lookup %q would have more than %d rows or %d bytes", t.definition.name, t.maxRows, t.maxBytes)}
		}
		if column >= 0 {
			place[row[column]] = len(table.cells)
		}
		table.cells = append(table.cells, row)
	}
	return table, nil
}

func at(row []string, column int) string {
	if column < 0 {
		return ""
	}
	return row[column]
}

// cell writes a value as a cell. In CSV the values of a multivalue stand on
// lines of their own.
func (t *Table) cell(v value.Value) string {
	if t.definition.keyed {
		return strings.Join(v.Texts(), cellSeparator)
	}
	return v.String()
}

// rowKey makes the key of a row that has none. Splunk takes a random one; here
// the same rows get the same keys in every run.
func rowKey(row []string, number int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\n%q", number, row))
	return hex.EncodeToString(sum[:12])
}

// columnsOf returns the fields of rows in the order in which they first occur,
// internal ones left out.
func columnsOf(events []*event.Event) []string {
	var columns []string
	seen := map[string]bool{}
	for _, e := range events {
		for _, f := range e.Fields() {
			if !seen[f.Name] && !strings.HasPrefix(f.Name, "_") {
				seen[f.Name] = true
				columns = append(columns, strings.Clone(f.Name))
			}
		}
	}
	return columns
}
