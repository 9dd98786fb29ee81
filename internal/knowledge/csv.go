package knowledge

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// Default bounds of one lookup table.
const (
	DefaultMaxBytes = 256 << 20
	DefaultMaxRows  = 1_000_000
)

// rows is a table as it is read and written: a header and its rows, each as
// long as the header.
type rows struct {
	columns []string
	cells   [][]string
}

// readCSV reads a table with a header. Problems name the file and the line.
func readCSV(name string, text []byte, maxRows int) (rows, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return rows{}, csvProblem(name, text, 1, 1, "save it as CSV in UTF-8", "the file is written in UTF-16")
	}
	table, err := parseCSV(name, text, maxRows, false)
	var parse *csv.ParseError
	if errors.As(err, &parse) && errors.Is(parse.Err, csv.ErrBareQuote) {
		// Splunk takes a quote in the middle of a cell for itself.
		table, err = parseCSV(name, text, maxRows, true)
	}
	if errors.As(err, &parse) {
		return rows{}, csvProblem(name, text, parse.Line, parse.Column, "", "%s", strings.TrimPrefix(parse.Err.Error(), "parse error on line "))
	}
	return table, err
}

func parseCSV(name string, text []byte, maxRows int, lazy bool) (rows, error) {
	reader := csv.NewReader(bytes.NewReader(text))
	reader.LazyQuotes, reader.FieldsPerRecord = lazy, -1
	header, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return rows{}, csvProblem(name, text, 1, 1, "", "the table has no header")
	}
	if err != nil {
		return rows{}, err
	}
	table := rows{columns: header}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
		if header[i] != "" && slices.Contains(header[:i], header[i]) {
			line, col := reader.FieldPos(i)
			return rows{}, csvProblem(name, text, line, col, "", "column %q stands twice in the header", header[i])
		}
	}
	// A header that ends in commas is common in exports; the cells below must
	// then be empty.
	named := len(header)
	for named > 0 && header[named-1] == "" {
		named--
	}
	if i := slices.Index(header[:named], ""); i >= 0 || named == 0 {
		line, col := reader.FieldPos(max(i, 0))
		return rows{}, csvProblem(name, text, line, col, "", "column %d has no name", max(i, 0)+1)
	}
	table.columns = header[:named:named]
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return table, nil
		}
		if err != nil {
			return rows{}, err
		}
		for len(row) > named && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		if len(row) != named {
			line, col := reader.FieldPos(min(len(row)-1, named))
			return rows{}, csvProblem(name, text, line, col, "a cell with a comma in it stands in double quotes", "the row has %d cells, the header %d", len(row), named)
		}
		if len(table.cells) >= maxRows {
			line, _ := reader.FieldPos(0)
			return rows{}, csvProblem(name, text, line, 1, "", "the table has more than %d rows", maxRows)
		}
		table.cells = append(table.cells, row)
	}
}

// csvProblem shows the line, of which col is a byte.
func csvProblem(name string, text []byte, line, col int, hint, format string, args ...any) *diag.Error {
	rest := text
	for range line - 1 {
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
	}
	rest, _, _ = bytes.Cut(rest, []byte("\n"))
	const most = 1000
	source := &diag.Source{Name: name, Text: strings.ToValidUTF8(string(rest[:min(len(rest), most)]), "�"), FirstLine: line}
	at := min(max(col-1, 0), len(source.Text))
	return &diag.Error{Source: source, Span: diag.Span{Start: at, End: at + 1}, Code: diag.BadContent, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// hasMark reports whether a text begins with a byte order mark.
func hasMark(s string) bool {
	return strings.HasPrefix(s, "\xef\xbb\xbf") || strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff")
}

// writeCSV writes a table as readCSV reads it.
func writeCSV(to io.Writer, table rows) error {
	w := csv.NewWriter(to)
	if len(table.columns) > 0 {
		header := slices.Clone(table.columns)
		if hasMark(header[0]) {
			header[0] = " " + header[0] // a name that would make the file begin with a byte order mark
		}
		if err := w.Write(header); err != nil {
			return err
		}
	}
	if err := w.WriteAll(table.cells); err != nil {
		return err
	}
	return w.Error()
}
