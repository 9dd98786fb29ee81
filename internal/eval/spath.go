package eval

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// Spath returns the values at a path in a JSON or XML text, as the spath
// command and function find them: a.b{}.c, where {} is every element of an
// array and {N} one, counted from 0 in JSON and from 1 in XML, and {@name} an
// attribute of XML. A value that is no array counts as an array of itself. An
// object or array is given as its text, as written. The result is null if
// nothing is there, or the text is neither JSON nor XML; it shares the text's
// memory. Source: Splunk, spath.
func Spath(text, path string) value.Value {
	v, _ := spath(text, path)
	return v
}

// spath is [Spath]; it returns false if there are too many values.
func spath(text, path string) (value.Value, bool) {
	if path == "" {
		return value.Value{}, true
	}
	switch firstByte(text) {
	case '{', '[':
		w := jsonWalk{s: text}
		w.pos = len(text) - len(strings.TrimLeft(text, " \t\r\n"))
		w.find(path, 0)
		return w.found.value(), !w.over
	case '<':
		return xmlPath(text, path)
	}
	return value.Value{}, true
}

// SpathAll returns every field of a JSON or XML text under the names that
// [Spath] takes as paths, in document order. It returns false if the text is
// neither.
func SpathAll(text string) ([]event.Field, bool) {
	switch firstByte(text) {
	case '{', '[':
		fields, _ := event.FlattenJSON([]byte(text))
		return fields, len(fields) > 0
	case '<':
		return xmlFields(text)
	}
	return nil, false
}

// firstByte is the first byte of s that is no white space, 0 if there is none.
func firstByte(s string) byte {
	if s = strings.TrimLeft(s, " \t\r\n\ufeff"); s != "" {
		return s[0]
	}
	return 0
}

// jsonWalk finds the values at a path without parsing what is beside it. It
// stops at the first fault of the text.
type jsonWalk struct {
	s     string
	pos   int
	found list
	over  bool
	bad   bool
}

func (w *jsonWalk) skipSpace() {
	for w.pos < len(w.s) && (w.s[w.pos] == ' ' || w.s[w.pos] == '\t' || w.s[w.pos] == '\n' || w.s[w.pos] == '\r') {
		w.pos++
	}
}

func (w *jsonWalk) peek() byte {
	if w.skipSpace(); w.pos < len(w.s) && !w.bad {
		return w.s[w.pos]
	}
	return 0
}

// take consumes c, or makes the walk end.
func (w *jsonWalk) take(c byte) bool {
	if w.peek() != c || w.bad {
		w.bad = true
		return false
	}
	w.pos++
	return true
}

// find consumes a value and collects what is at the rest of the path in it.
func (w *jsonWalk) find(path string, depth int) {
	if depth > event.MaxDepth {
		w.bad = true
		return
	}
	switch {
	case path == "":
		w.emit()
	case path[0] == '{':
		end := strings.IndexByte(path, '}')
		if end < 0 {
			w.skip()
			return
		}
		w.elements(path[1:end], strings.TrimPrefix(path[end+1:], "."), depth)
	case w.peek() == '{':
		w.members(func(key string) {
			if rest, ok := afterKey(path, key); ok {
				w.find(rest, depth+1)
			} else {
				w.skip()
			}
		})
	default:
		w.skip()
	}
}

// afterKey returns the rest of a path that begins with a key. A key may hold
// dots, since names say nothing of where one ends.
func afterKey(path, key string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, key)
	switch {
	case !ok || key == "" && rest != "" && rest[0] != '.':
		return "", false
	case rest == "" || rest[0] == '{':
		return rest, true
	case rest[0] == '.':
		return rest[1:], true
	}
	return "", false
}

// elements follows {} or {N}.
func (w *jsonWalk) elements(which, rest string, depth int) {
	wanted := -1
	if which != "" {
		n, err := strconv.Atoi(which)
		if err != nil || n < 0 {
			w.skip()
			return
		}
		wanted = n
	}
	if w.peek() != '[' {
		if wanted > 0 {
			w.skip()
			return
		}
		w.find(rest, depth+1)
		return
	}
	i := 0
	w.array(func() {
		if wanted < 0 || i == wanted {
			w.find(rest, depth+1)
		} else {
			w.skip()
		}
		i++
	})
}

// emit consumes a value and collects it.
func (w *jsonWalk) emit() {
	w.skipSpace()
	start := w.pos
	w.skip()
	if w.bad || w.pos == start {
		return
	}
	text := w.s[start:w.pos]
	switch text[0] {
	case '"':
		text = unquoteJSON(text)
	case '{', '[':
		if w.bad = !json.Valid([]byte(text)); w.bad {
			return
		}
	}
	if !w.found.add(value.OfText(text)) {
		w.over, w.bad = true, true
	}
}

// skip consumes a value.
func (w *jsonWalk) skip() {
	switch c := w.peek(); c {
	case 0:
		w.bad = true
	case '"':
		if end := stringEnd(w.s, w.pos); end > 0 {
			w.pos = end
		} else {
			w.bad = true
		}
	case '{', '[':
		w.skipContainer()
	default:
		end := scalarEnd(w.s, w.pos)
		if token := w.s[w.pos:end]; token != "true" && token != "false" && token != "null" && !isJSONNumber(token) {
			w.bad = true
			return
		}
		w.pos = end
	}
}

func (w *jsonWalk) skipContainer() {
	depth := 0
	for w.pos < len(w.s) {
		switch w.s[w.pos] {
		case '"':
			end := stringEnd(w.s, w.pos)
			if end < 0 {
				w.bad = true
				return
			}
			w.pos = end
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				w.pos++
				return
			}
		}
		w.pos++
	}
	w.bad = true
}

// members consumes an object and calls each for every key; each must consume
// the value.
func (w *jsonWalk) members(each func(key string)) {
	w.take('{')
	if w.peek() == '}' {
		w.pos++
		return
	}
	for !w.bad {
		w.skipSpace()
		end := stringEnd(w.s, w.pos)
		if end < 0 {
			w.bad = true
			return
		}
		key := unquoteJSON(w.s[w.pos:end])
		w.pos = end
		if !w.take(':') {
			return
		}
		each(key)
		if w.peek() != ',' {
			w.take('}')
			return
		}
		w.pos++
	}
}

// array consumes an array and calls each for every element, which it must
// consume.
func (w *jsonWalk) array(each func()) {
	w.take('[')
	if w.peek() == ']' {
		w.pos++
		return
	}
	for !w.bad {
		each()
		if w.peek() != ',' {
			w.take(']')
			return
		}
		w.pos++
	}
}
