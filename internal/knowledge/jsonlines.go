package knowledge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// keyColumn is the column of a KV store that tells its rows apart.
const keyColumn = "_key"

// cellSeparator stands between the values of a multivalue in a cell of a KV
// store. No text that a person typed holds it.
const cellSeparator = "\x1e"

// readJSONLines reads a KV store: an object a line, values being texts, lists
// of texts, numbers or truth values. Declared fields come first.
func readJSONLines(name string, text []byte, fields []string, maxRows int) (rows, error) {
	table := rows{columns: append([]string{keyColumn}, fields...)}
	position := map[string]int{}
	for i, c := range table.columns {
		position[c] = i
	}
	scanner := bufio.NewScanner(bytes.NewReader(text))
	scanner.Buffer(nil, max(len(text), 1)+1)
	for line := 1; scanner.Scan(); line++ {
		if len(bytes.TrimSpace(scanner.Bytes())) == 0 {
			continue
		}
		fail := func(format string, args ...any) error {
			return csvProblem(name, text, line, 1, "", format, args...)
		}
		var object map[string]any
		decoder := json.NewDecoder(bytes.NewReader(scanner.Bytes()))
		decoder.UseNumber()
		if err := decoder.Decode(&object); err != nil || decoder.More() {
			return rows{}, fail("a JSON object was expected on the line")
		}
		if len(table.cells) >= maxRows {
			return rows{}, fail("the table has more than %d rows", maxRows)
		}
		row := make([]string, len(table.columns), len(table.columns)+len(object))
		for _, field := range slices.Sorted(maps.Keys(object)) {
			cell, err := jsonCell(object[field])
			if err != nil {
				return rows{}, fail("%s: %v", field, err)
			}
			i, known := position[field]
			if !known {
				i = len(table.columns)
				position[field] = i
				table.columns = append(table.columns, field)
			}
			for len(row) <= i {
				row = append(row, "")
			}
			row[i] = cell
		}
		table.cells = append(table.cells, row)
	}
	if err := scanner.Err(); err != nil {
		return rows{}, &diag.Error{Source: &diag.Source{Name: name}, Code: diag.BadContent, Message: err.Error()}
	}
	for i, row := range table.cells {
		for len(row) < len(table.columns) {
			row = append(row, "")
		}
		table.cells[i] = row
	}
	return table, nil
}

func jsonCell(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool, json.Number:
		return fmt.Sprint(v), nil
	case []any:
		var texts []string
		for _, item := range v {
			if _, nested := item.([]any); nested {
				return "", errors.New("a list in a list")
			}
			text, err := jsonCell(item)
			if err != nil {
				return "", err
			}
			texts = append(texts, text)
		}
		return strings.Join(texts, cellSeparator), nil
	}
	return "", errors.New("a text or a list of texts was expected")
}

// writeJSONLines writes a KV store as readJSONLines reads it.
func writeJSONLines(to io.Writer, table rows) error {
	w := bufio.NewWriter(to)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, row := range table.cells {
		object := map[string]any{}
		for i, cell := range row {
			switch {
			case cell == "":
			case strings.Contains(cell, cellSeparator):
				object[table.columns[i]] = strings.Split(cell, cellSeparator)
			default:
				object[table.columns[i]] = cell
			}
		}
		if err := encoder.Encode(object); err != nil {
			return err
		}
	}
	return w.Flush()
}
