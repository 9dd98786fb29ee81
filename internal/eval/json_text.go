package eval

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// kinds says which texts are written into JSON as what they look like, rather
// than as strings.
type kinds uint8

const (
	textKinds  kinds = iota // none
	inferKinds              // numbers, objects and arrays: fields, whose text has no type
	allKinds                // true, false and null too
)

// jsonWriter writes JSON within the limits.
type jsonWriter struct {
	builder
	over bool
}

func (w *jsonWriter) raw(s string) {
	if w.over = w.over || w.full(len(s)); !w.over {
		w.WriteString(s)
	}
}

// result is the text written, or null and a warning if it grew too large.
func (w *jsonWriter) result(env *Env) value.Value {
	if w.over {
		return env.tooLarge()
	}
	return value.OfText(w.String())
}

// string writes a JSON string.
func (w *jsonWriter) string(s string) {
	w.raw(`"`)
	from := 0
	for i := 0; i < len(s) && !w.over; {
		c := s[i]
		size := 1
		escaped := ""
		switch {
		case c == '"' || c == '\\':
			escaped = `\` + string(c)
		case c == '\n':
			escaped = `\n`
		case c == '\r':
			escaped = `\r`
		case c == '\t':
			escaped = `\t`
		case c < ' ' || c == 0x7f:
			escaped = `\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15])
		case c >= utf8.RuneSelf:
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
				escaped = `\ufffd`
			}
		}
		if escaped != "" {
			w.raw(s[from:i])
			w.raw(escaped)
			from = i + size
		}
		i += size
	}
	w.raw(s[from:])
	w.raw(`"`)
}

// value writes a value; a multivalue becomes an array.
func (w *jsonWriter) value(v value.Value, k kinds) {
	switch v.Kind() {
	case value.Null:
		w.raw("null")
	case value.Bool:
		w.raw(strconv.FormatBool(v.True()))
	case value.Multi:
		w.raw("[")
		for i := 0; i < v.Len() && !w.over; i++ {
			if i > 0 {
				w.raw(",")
			}
			w.value(v.At(i), k)
		}
		w.raw("]")
	default:
		if s := v.String(); v.Kind() == value.Number && isJSONNumber(s) || looksLikeJSON(s, k) {
			w.raw(s)
		} else {
			w.string(s)
		}
	}
}

// looksLikeJSON reports whether a text is written as it stands.
func looksLikeJSON(s string, k kinds) bool {
	if k == textKinds || s == "" {
		return false
	}
	switch s[0] {
	case '{', '[':
		return json.Valid([]byte(s))
	case 't', 'f', 'n':
		return k == allKinds && (s == "true" || s == "false" || s == "null")
	}
	return isJSONNumber(s)
}

// isJSONNumber reports whether s is a number as JSON writes it, which has no
// leading zeros: an account such as 012345678901 is none.
func isJSONNumber(s string) bool {
	c := strings.TrimPrefix(s, "-")
	return c != "" && len(s) <= 400 && isDigit(c[0]) && json.Valid([]byte(s))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isJSON reports whether v is the text of a JSON value that begins with open.
func isJSON(v value.Value, open byte) bool {
	if v.Kind() != value.Text {
		return false
	}
	s := strings.TrimLeft(v.String(), " \t\r\n")
	return s != "" && s[0] == open && json.Valid([]byte(s))
}

// jsonArray writes the values of all arguments as one array.
func (env *Env) jsonArray(args []value.Value, k kinds) value.Value {
	var w jsonWriter
	w.raw("[")
	n := 0
	for _, arg := range args {
		for i := 0; i < arg.Len() && !w.over; i++ {
			if n > 0 {
				w.raw(",")
			}
			w.value(arg.At(i), k)
			n++
		}
	}
	w.raw("]")
	return w.result(env)
}

// jsonOfRow writes the fields of a row as an object.
func (env *Env) jsonOfRow(row *event.Event, internal bool) value.Value {
	var w jsonWriter
	w.raw("{")
	n := 0
	for _, f := range row.Fields() {
		if strings.HasPrefix(f.Name, "_") && !internal {
			continue
		}
		if n > 0 {
			w.raw(",")
		}
		w.string(f.Name)
		w.raw(":")
		w.value(f.Value, inferKinds)
		n++
	}
	w.raw("}")
	return w.result(env)
}

// jsonNode is a parsed JSON value.
type jsonNode struct {
	kind  byte   // { [ " or 0 for numbers and words
	raw   string // as written, of what is no object or array
	keys  []string
	items []jsonNode
}

// maxNodes bounds the values of a JSON text that is parsed as a whole.
const maxNodes = 1 << 18

// parseJSON reads a JSON text. It returns false if it is none, and also, with a
// warning, if it is nested too deep or has too many values.
func (env *Env) parseJSON(s string) (jsonNode, bool) {
	p := jsonParser{s: s, left: maxNodes}
	n, ok := p.value(0)
	p.skipSpace()
	if p.over {
		env.warn(diag.LimitReached, "JSON with more than %d values or %d levels was not read", maxNodes, event.MaxDepth)
	}
	return n, ok && p.pos == len(s)
}

type jsonParser struct {
	s    string
	pos  int
	left int // values that may still come
	over bool
}

func (p *jsonParser) skipSpace() {
	for p.pos < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *jsonParser) take(c byte) bool {
	p.skipSpace()
	if p.pos < len(p.s) && p.s[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *jsonParser) value(depth int) (jsonNode, bool) {
	p.skipSpace()
	if p.left--; p.left < 0 || depth > event.MaxDepth {
		p.over = true
	}
	if p.over || p.pos == len(p.s) {
		return jsonNode{}, false
	}
	switch c := p.s[p.pos]; c {
	case '{', '[':
		p.pos++
		return p.members(jsonNode{kind: c}, depth)
	case '"':
		end := stringEnd(p.s, p.pos)
		if end < 0 || !json.Valid([]byte(p.s[p.pos:end])) {
			return jsonNode{}, false
		}
		n := jsonNode{kind: c, raw: p.s[p.pos:end]}
		p.pos = end
		return n, true
	}
	end := scalarEnd(p.s, p.pos)
	n := jsonNode{raw: p.s[p.pos:end]}
	p.pos = end
	return n, n.raw != "" && json.Valid([]byte(n.raw))
}

// members reads what is in an object or array, behind its opening bracket.
func (p *jsonParser) members(n jsonNode, depth int) (jsonNode, bool) {
	closing := n.kind + 2
	if p.take(closing) {
		return n, true
	}
	for {
		if n.kind == '{' {
			p.skipSpace()
			end := stringEnd(p.s, p.pos)
			if end < 0 || !json.Valid([]byte(p.s[p.pos:end])) {
				return n, false
			}
			n.keys = append(n.keys, unquoteJSON(p.s[p.pos:end]))
			p.pos = end
			if !p.take(':') {
				return n, false
			}
		}
		item, ok := p.value(depth + 1)
		if !ok {
			return n, false
		}
		n.items = append(n.items, item)
		if p.take(closing) {
			return n, true
		}
		if !p.take(',') {
			return n, false
		}
	}
}

// stringEnd returns the offset behind the JSON string at s[i], or -1.
func stringEnd(s string, i int) int {
	if i >= len(s) || s[i] != '"' {
		return -1
	}
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// scalarEnd returns the offset behind the number or word at s[i].
func scalarEnd(s string, i int) int {
	for i < len(s) && strings.IndexByte("{}[]:,\" \t\r\n", s[i]) < 0 {
		i++
	}
	return i
}

// unquoteJSON returns what a JSON string stands for.
func unquoteJSON(s string) string {
	inner := s[1 : len(s)-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var out string
	if json.Unmarshal([]byte(s), &out) != nil {
		return inner
	}
	return out
}

// text is the value as the text of a field: a string without its quotes,
// everything else as written.
func (n *jsonNode) text() string {
	switch n.kind {
	case '"':
		return unquoteJSON(n.raw)
	case '{', '[':
		var w jsonWriter
		n.write(&w)
		return w.String()
	}
	return n.raw
}

func (n *jsonNode) write(w *jsonWriter) {
	if n.kind != '{' && n.kind != '[' {
		w.raw(cmp.Or(n.raw, "null"))
		return
	}
	w.raw(string(n.kind))
	for i := range n.items {
		if w.over {
			return
		}
		if i > 0 {
			w.raw(",")
		}
		if n.kind == '{' {
			w.string(n.keys[i])
			w.raw(":")
		}
		n.items[i].write(w)
	}
	w.raw(string(n.kind + 2))
}

// result is the value as a field's, or null and a warning if it is too large.
func (n *jsonNode) result(env *Env) value.Value {
	var w jsonWriter
	n.write(&w)
	return w.result(env)
}
