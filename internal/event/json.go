package event

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"github.com/pugmark/pugmark/internal/jsonblock"
	"github.com/pugmark/pugmark/internal/value"
)

// Limits of what is read out of one record. What lies beyond them is left out
// and the record's Problem says so.
const (
	MaxDepth  = 100     // levels of nesting
	MaxFields = 20_000  // distinct fields
	MaxNames  = 8 << 20 // bytes of all field names together
)

// scanner reads JSON leniently: what is well formed is read, and the first
// fault ends the reading and is told. Strings without escapes share the
// text's memory.
type scanner struct {
	text    []byte
	pos     int
	problem string
}

func (s *scanner) fail(what string) {
	if s.problem == "" {
		s.problem = fmt.Sprintf("%s at byte %d of the record", what, s.pos)
	}
	s.pos = len(s.text)
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\n', '\r', '\t':
			s.pos++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	s.skipSpace()
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// take consumes c, if it is next.
func (s *scanner) take(c byte) bool {
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return s.takeSpaced(c)
}

func (s *scanner) takeSpaced(c byte) bool {
	if s.peek() == c && s.pos < len(s.text) {
		s.pos++
		return true
	}
	return false
}

// rawString consumes a string and returns what is between its quotes.
func (s *scanner) rawString() (raw []byte, ok bool) {
	start := s.pos + 1
	end, ok := jsonblock.StringEnd(s.text, start)
	if !ok {
		s.pos = start
		s.fail(openString)
		return nil, false
	}
	s.pos = end + 1
	return s.text[start:end], true
}

const openString = "a string without its closing quote"

// stringValue consumes a string and returns what it stands for.
func (s *scanner) stringValue() (text string, ok bool) {
	raw, ok := s.rawString()
	if bytes.IndexByte(raw, '\\') >= 0 {
		return unescapeJSON(raw), ok
	}
	return unsafeString(raw), ok
}

// firstKey enters an object and consumes its first key and the colon behind
// it. It returns false at the end of the object, or of the reading. Before
// nextKey the value must be consumed.
func (s *scanner) firstKey() (key string, ok bool) {
	s.pos++
	if s.take('}') {
		return "", false
	}
	return s.key()
}

// nextKey consumes the next key of the object, as firstKey does the first.
func (s *scanner) nextKey() (key string, ok bool) {
	if s.take(',') {
		return s.key()
	}
	if !s.take('}') {
		s.fail("a comma or } was expected")
	}
	return "", false
}

func (s *scanner) key() (key string, ok bool) {
	if s.peek() != '"' {
		s.fail("a key was expected")
		return "", false
	}
	key, _ = s.stringValue()
	if !s.take(':') {
		s.fail("a colon was expected")
		return "", false
	}
	return key, true
}

// firstElement enters an array. It returns false if the array is empty.
func (s *scanner) firstElement() bool {
	s.pos++
	return !s.take(']')
}

// nextElement goes on behind an element that was consumed. It returns false at
// the end of the array, or of the reading.
func (s *scanner) nextElement() bool {
	if s.take(',') {
		return true
	}
	if !s.take(']') {
		s.fail("a comma or ] was expected")
	}
	return false
}

// scalar consumes a string, number, true, false or null and returns its text
// as Splunk shows it.
func (s *scanner) scalar() (string, bool) {
	if s.peek() == '"' {
		return s.stringValue()
	}
	start := s.pos
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '+', c == '.':
			s.pos++
			continue
		}
		break
	}
	token := unsafeString(s.text[start:s.pos])
	if s.pos == len(s.text) {
		s.fail("the record ends within a value") // it may be 12 of 123
		return "", false
	}
	switch token {
	case "true", "false", "null":
		return token, true
	}
	if isJSONNumber(token) {
		return token, true
	}
	s.pos = start
	s.fail("a value was expected")
	return "", false
}

func isJSONNumber(token string) bool {
	if token == "" || token[0] != '-' && (token[0] < '0' || token[0] > '9') || strings.Trim(token, "0123456789+-.eE") != "" {
		return false // ParseFloat knows hexadecimal and infinity, JSON does not
	}
	_, err := strconv.ParseFloat(token, 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// skip consumes a value without looking into it.
func (s *scanner) skip() {
	switch s.peek() {
	case '{', '[':
		s.skipContainer()
	case '"':
		s.rawString()
	default:
		s.scalar()
	}
}

func (s *scanner) skipContainer() {
	c := jsonblock.Cursor{Pos: s.pos}
	if c.Close(s.text, 0) {
		s.pos = c.Pos
		return
	}
	s.pos = c.Pos
	if c.InString {
		s.fail(openString)
		return
	}
	s.fail("the record ends before its brackets close")
}

// extractPaths fills values with the fields that the trie wants.
func extractPaths(text []byte, root *pathNode, values []value.Value) (problem string) {
	x := extractor{scanner: scanner{text: text}, values: values}
	x.value(root, 0)
	return x.problem
}

type extractor struct {
	scanner
	values []value.Value
}

func (x *extractor) value(node *pathNode, depth int) {
	if depth > MaxDepth {
		x.fail("nesting deeper than " + strconv.Itoa(MaxDepth))
		return
	}
	switch x.peek() {
	case '{':
		if len(node.children) == 0 {
			x.skip()
			return
		}
		for key, ok := x.firstKey(); ok; key, ok = x.nextKey() {
			if child := node.descend(key); child != nil {
				x.value(child, depth+1)
			} else {
				x.skip()
			}
		}
	case '[':
		if depth == 0 {
			node = node.child("")
		}
		if node != nil {
			node = node.child("{}")
		}
		if node == nil {
			x.skip()
			return
		}
		for ok := x.firstElement(); ok; ok = x.nextElement() {
			x.value(node, depth+1)
		}
	default:
		token, ok := x.scalar()
		if !ok || node.slot == 0 {
			return
		}
		x.values[node.slot-1].Grow(value.OfText(token))
	}
}

// topLevel returns a scalar under a key of the outermost object.
func topLevel(text []byte, key string) value.Value {
	if !bytes.Contains(text, unsafeBytes(key)) && !bytes.Contains(text, []byte(`\u`)) {
		return value.Value{}
	}
	s := scanner{text: text}
	if s.peek() != '{' {
		return value.Value{}
	}
	var found value.Value
	for k, ok := s.firstKey(); ok; k, ok = s.nextKey() {
		if k != key || s.peek() == '{' || s.peek() == '[' {
			s.skip()
		} else if token, ok := s.scalar(); ok && found.IsNull() {
			found = value.OfText(token)
		}
	}
	return found
}

func unescapeJSON(raw []byte) string {
	return unsafeString(AppendUnescaped(make([]byte, 0, len(raw)), raw))
}

// AppendUnescaped appends to out what a JSON string means, given what stands
// between its quotes. Escapes that JSON does not have are kept as written;
// lone surrogates become U+FFFD.
func AppendUnescaped(out, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			out = append(out, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case '"', '\\', '/':
			out = append(out, raw[i])
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n := unescapeUnicode(raw[i-1:])
			if n == 0 {
				out = append(out, '\\', 'u')
				continue
			}
			out = utf8.AppendRune(out, r)
			i += n - 2
		default:
			out = append(out, '\\', raw[i])
		}
	}
	return out
}

// unescapeUnicode reads \uXXXX, or a surrogate pair of two, at the beginning
// of raw and returns the character and the bytes read, 0 if it is malformed.
func unescapeUnicode(raw []byte) (r rune, n int) {
	hex4 := func(b []byte) (rune, bool) {
		if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
			return 0, false
		}
		u, err := strconv.ParseUint(string(b[2:6]), 16, 32)
		return rune(u), err == nil
	}
	r, ok := hex4(raw)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(r) {
		if low, ok := hex4(raw[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return r, 6
}

// unsafeString views bytes as a string without a copy. The string is valid as
// long as the bytes do not change; see Batch for how long that is.
func unsafeString(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func unsafeBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// SortFields orders fields by name in byte order.
func SortFields(fields []Field) {
	slices.SortFunc(fields, func(a, b Field) int { return bytes.Compare(unsafeBytes(a.Name), unsafeBytes(b.Name)) })
}
