package escu

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
)

// Scalar is a text of a YAML file that has a grammar of its own, such as SPL,
// with the way back from its offsets to the file.
type Scalar struct {
	Text string

	file *diag.Source
	node *node
}

// IsZero reports whether the file has no such text.
func (s Scalar) IsZero() bool { return s.node == nil }

// File returns the file that the text stands in, nil if there is none.
func (s Scalar) File() *diag.Source { return s.file }

// Source returns the text as a source of its own, named like the file, for
// the parser of its grammar. [Scalar.Relocate] turns the problems that this
// finds into problems of the file.
func (s Scalar) Source() *diag.Source {
	if s.node == nil {
		return &diag.Source{Text: s.Text}
	}
	return &diag.Source{Name: s.file.Name, Text: s.Text}
}

// Relocate returns the problems of err, which point into source, as problems
// of the file; those that point elsewhere, as into a macro, stay as they are.
func (s Scalar) Relocate(source *diag.Source, err error) diag.List {
	var problems diag.List
	for _, e := range diag.All(err) {
		if e.Source == source && s.node != nil {
			moved := *e
			if at, ok := s.Locate(e.Span); ok {
				moved.Source, moved.Span = s.file, at
			} else {
				line, _ := s.file.Position(s.node.span.Start)
				moved.Source = &diag.Source{Name: s.file.Name + " (the text that begins in line " + strconv.Itoa(line) + ")", Text: s.Text}
			}
			e = &moved
		}
		problems = append(problems, e)
	}
	return problems
}

// Locate returns the place in the file of a span of the text. YAML folds
// lines, drops indentation and resolves escapes, so the text is matched with
// the file character by character, white space aside; ok is false if they do
// not agree.
func (s Scalar) Locate(span diag.Span) (at diag.Span, ok bool) {
	if s.node == nil {
		return diag.Span{}, false
	}
	r := rawReader{text: s.file.Text, pos: s.node.span.Start, style: s.node.style}
	r.begin()
	started := false
	for i := 0; ; {
		if i >= span.Start && !started {
			if i < len(s.Text) && !isBlank(s.Text[i]) {
				r.skipBlanks()
			}
			at.Start, started = r.pos, true
		}
		if i >= span.End && started || i >= len(s.Text) {
			at.End = max(at.Start, r.pos)
			return at, started
		}
		want, size := utf8.DecodeRuneInString(s.Text[i:])
		i += size
		if size == 1 && isBlank(byte(want)) {
			continue
		}
		r.skipBlanks()
		if got, ok := r.next(); !ok || got != want {
			return diag.Span{}, false
		}
	}
}

// rawReader reads the characters of a scalar as they stand in the file.
type rawReader struct {
	text  string
	pos   int
	style byte
}

// begin moves behind the opening quote, or behind the line that announces a
// block.
func (r *rawReader) begin() {
	switch r.style {
	case '\'', '"':
		r.pos++
	case '|', '>':
		n := strings.IndexByte(r.text[r.pos:], '\n')
		if n < 0 {
			n = len(r.text) - r.pos
		}
		r.pos += n
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// skipBlanks moves over white space, also that written as an escape.
func (r *rawReader) skipBlanks() {
	for r.pos < len(r.text) {
		if isBlank(r.text[r.pos]) {
			r.pos++
			continue
		}
		if r.style != '"' || r.text[r.pos] != '\\' {
			return
		}
		c, size := unescape(r.text[r.pos:])
		if c >= utf8.RuneSelf || c != 0 && !isBlank(byte(c)) {
			return
		}
		r.pos += size
	}
}

// next takes a character.
func (r *rawReader) next() (c rune, ok bool) {
	if r.pos >= len(r.text) {
		return 0, false
	}
	c, size := utf8.DecodeRuneInString(r.text[r.pos:])
	switch {
	case r.style == '"' && c == '\\':
		c, size = unescape(r.text[r.pos:])
	case r.style == '\'' && c == '\'':
		size = 2
	}
	r.pos = min(r.pos+size, len(r.text))
	return c, true
}

// unescape reads an escape of a double-quoted scalar. A backslash at the end
// of a line stands for nothing and gives 0.
func unescape(s string) (c rune, size int) {
	if len(s) < 2 {
		return '\\', 1
	}
	hex := func(digits int) (rune, int) {
		if len(s) >= 2+digits {
			if n, err := strconv.ParseUint(s[2:2+digits], 16, 32); err == nil {
				return rune(n), 2 + digits
			}
		}
		return '\\', 1
	}
	switch s[1] {
	case '\n':
		return 0, 2
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'r':
		return '\r', 2
	case 'x':
		return hex(2)
	case 'u':
		return hex(4)
	case 'U':
		return hex(8)
	}
	c, size = utf8.DecodeRuneInString(s[1:])
	return c, 1 + size
}
