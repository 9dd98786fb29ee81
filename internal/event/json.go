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
	if s.peek() == c && s.pos < len(s.text) {
		s.pos++
		return true
	}
	return false
}

// rawString consumes a string and returns what is between its quotes, and
// whether that holds escapes.
func (s *scanner) rawString() (raw []byte, escaped bool) {
	s.pos++
	start, quote := s.pos, -1
	for {
		// Look for a quote only when the last one found lies behind: looking
		// again after each backslash would take the square of the length.
		if quote < s.pos {
			i := -1
			if s.pos < len(s.text) {
				i = bytes.IndexByte(s.text[s.pos:], '"')
			}
			if i < 0 {
				s.fail("a string without its closing quote")
				return nil, false
			}
			quote = s.pos + i
		}
		i := bytes.IndexByte(s.text[s.pos:quote], '\\')
		if i < 0 {
			s.pos = quote + 1
			return s.text[start:quote], escaped
		}
		escaped = true
		s.pos += i + 2
	}
}

// stringValue consumes a string and returns what it stands for.
func (s *scanner) stringValue() (text string, ok bool) {
	raw, escaped := s.rawString()
	if !escaped {
		return unsafeString(raw), raw != nil
	}
	return unescapeJSON(raw), raw != nil
}

// object calls each for every key, with the scanner before the key's value;
// each must consume it.
func (s *scanner) object(each func(key string)) {
	s.pos++
	if s.take('}') {
		return
	}
	for {
		if s.peek() != '"' {
			s.fail("a key was expected")
			return
		}
		key, _ := s.stringValue()
		if !s.take(':') {
			s.fail("a colon was expected")
			return
		}
		each(key)
		if s.take(',') {
			continue
		}
		if !s.take('}') {
			s.fail("a comma or } was expected")
		}
		return
	}
}

// array calls each for every element, with the scanner before it.
func (s *scanner) array(each func()) {
	s.pos++
	if s.take(']') {
		return
	}
	for {
		each()
		if s.take(',') {
			continue
		}
		if !s.take(']') {
			s.fail("a comma or ] was expected")
		}
		return
	}
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
	if token == "true" || token == "false" || token == "null" || isJSONNumber(token) {
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
	depth := 0
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case '"':
			s.rawString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				s.pos++
				return
			}
		}
		s.pos++
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
		x.object(func(key string) {
			if child := node.descend(key); child != nil {
				x.value(child, depth+1)
			} else {
				x.skip()
			}
		})
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
		x.array(func() { x.value(node, depth+1) })
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
	s.object(func(k string) {
		if k != key || s.peek() == '{' || s.peek() == '[' {
			s.skip()
			return
		}
		if token, ok := s.scalar(); ok && found.IsNull() {
			found = value.OfText(token)
		}
	})
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
