package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

func ndjsonRows(w *bufio.Writer, columns []string, _ Options) rowEncoder {
	return &objectEncoder{w: w, columns: objectColumns(columns), after: "\n"}
}

func jsonRows(w *bufio.Writer, columns []string, _ Options) rowEncoder {
	return &objectEncoder{w: w, columns: objectColumns(columns), before: "[\n", between: ",\n", end: "\n]\n", none: "[]\n"}
}

// objectEncoder writes each row as a JSON object.
type objectEncoder struct {
	w       *bufio.Writer
	columns *columnList // nil for raw events, whose fields have an order of their own
	object  []byte
	any     bool

	before, between, after string // what stands around objects
	end, none              string // what stands at the end, of some and of no objects
}

func objectColumns(known []string) *columnList {
	if known == nil {
		return nil
	}
	return newColumnList(known)
}

func (e *objectEncoder) row(row *event.Event) error {
	e.object = append(e.object[:0], '{')
	if e.columns == nil {
		for _, f := range row.Fields() {
			e.field(f.Name, f.Value)
		}
	} else {
		e.columns.add(row)
		for _, name := range e.columns.names() {
			e.field(name, row.Get(name))
		}
	}
	e.object = append(append(e.object, '}'), e.after...)
	if e.any {
		e.w.WriteString(e.between)
	} else {
		e.w.WriteString(e.before)
	}
	e.any = true
	_, err := e.w.Write(e.object)
	return err
}

func (e *objectEncoder) field(name string, v value.Value) {
	if v.IsNull() {
		return
	}
	if len(e.object) > 1 {
		e.object = append(e.object, ',')
	}
	e.object = appendJSON(e.object, name)
	e.object = append(e.object, ':')
	e.object = appendValue(e.object, v)
}

func (e *objectEncoder) close() error {
	end := e.none
	if e.any {
		end = e.end
	}
	_, err := e.w.WriteString(end)
	return err
}

// appendValue writes a multivalue as an array of strings and every other value
// as a string.
func appendValue(b []byte, v value.Value) []byte {
	if !v.IsMulti() {
		return appendJSON(b, v.String())
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, v.At(i).String())
	}
	return append(b, ']')
}

const hex = "0123456789abcdef"

// appendJSON writes s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD. Characters that a terminal could act on or that turn text around are
// escaped, so that the output can be looked at; others stand for themselves.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
			if !needsEscape(r) && (r != utf8.RuneError || size > 1) {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, r)
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	case utf8.RuneError:
		return utf8.AppendRune(b, r)
	}
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// needsEscape tells the characters above ASCII that are escaped in JSON:
// the second set of control characters, line separators, which JavaScript once
// took for line ends, and directional marks.
func needsEscape(r rune) bool {
	return r < 0xa0 || r == 0x61c || r >= 0x200e && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// marshal is json.Marshal with the escapes of [appendJSON] and without those
// for HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if !bytes.ContainsFunc(text, func(r rune) bool { return r >= 0x7f && needsEscape(r) }) {
		return text, nil
	}
	// Outside of its strings a JSON text has none of these characters.
	escaped := make([]byte, 0, len(text)+16)
	for _, r := range string(text) {
		if r >= 0x7f && needsEscape(r) {
			escaped = appendEscape(escaped, r)
		} else {
			escaped = utf8.AppendRune(escaped, r)
		}
	}
	return escaped, nil
}

// ndjsonObjects writes each object on a line.
func ndjsonObjects[T any](w *bufio.Writer, objects []T) error {
	for _, o := range objects {
		line, err := marshal(o)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// jsonObjects writes an array with an object on each line.
func jsonObjects[T any](w *bufio.Writer, objects []T) error {
	if len(objects) == 0 {
		_, err := w.WriteString("[]\n")
		return err
	}
	separator := "[\n"
	for _, o := range objects {
		text, err := marshal(o)
		if err != nil {
			return err
		}
		w.WriteString(separator)
		w.Write(text)
		separator = ",\n"
	}
	_, err := w.WriteString("\n]\n")
	return err
}
