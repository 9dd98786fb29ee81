package oracle

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// spathCommand reads a path of a JSON text into a field, or everything.
func spathCommand(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	input, output, path := "_raw", "", ""
	a.Text("input", &input)
	a.Text("output", &output)
	if !a.Text("path", &path) && a.More() {
		path = a.Next().Text
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	if output == "" {
		output = path
	}
	for _, r := range in {
		if r.get(input).isMulti() {
			return nil, unsupported("spath of a multivalue")
		}
		document, ok := r.get(input).single()
		if !ok {
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(document), "<") {
			return nil, unsupported("spath of XML")
		}
		if path != "" {
			if v := jsonPath(document, path); !v.isNull() {
				r.set(output, v)
			}
			continue
		}
		all, err := flatten(document)
		if err != nil {
			continue
		}
		for _, name := range all.names {
			r.set(name, all.get(name))
		}
	}
	return in, nil
}

// jsonPath returns what stands at a path such as a.b{}.c{2}: objects and
// arrays as JSON text, null as the text null. A step into an array where there
// is none stays where it is.
func jsonPath(document, path string) val {
	if !json.Valid([]byte(document)) {
		return nil
	}
	at := []json.RawMessage{json.RawMessage(document)}
	for part := range strings.SplitSeq(path, ".") {
		key, indexes, _ := strings.Cut(part, "{")
		if key != "" {
			at = step(at, func(m json.RawMessage) []json.RawMessage {
				var object map[string]json.RawMessage
				if json.Unmarshal(m, &object) != nil || object[key] == nil {
					return nil
				}
				return []json.RawMessage{object[key]}
			})
		}
		if indexes == "" {
			continue
		}
		for index := range strings.SplitSeq(strings.TrimSuffix(indexes, "}"), "}{") {
			at = step(at, func(m json.RawMessage) []json.RawMessage { return elements(m, index) })
		}
	}
	var out val
	for _, m := range at {
		out = append(out, leaf(m)...)
	}
	return out
}

func step(at []json.RawMessage, next func(json.RawMessage) []json.RawMessage) []json.RawMessage {
	var out []json.RawMessage
	for _, m := range at {
		out = append(out, next(m)...)
	}
	return out
}

// elements returns all elements of an array, or the one of an index.
func elements(m json.RawMessage, index string) []json.RawMessage {
	var array []json.RawMessage
	if json.Unmarshal(m, &array) != nil || strings.TrimSpace(string(m)) == "null" {
		array = []json.RawMessage{m}
	}
	if index == "" {
		return array
	}
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(array) {
		return nil
	}
	return slices.Clone(array[i : i+1])
}

// leaf shows a JSON value: a string without its quotes, anything else as it is
// written.
func leaf(m json.RawMessage) val {
	var s string
	if strings.HasPrefix(strings.TrimSpace(string(m)), `"`) && json.Unmarshal(m, &s) == nil {
		return text(s)
	}
	return text(compact(m))
}
