package eval

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// The JSON functions take and give JSON as text. A text in double quotes, or
// one that a text function made, becomes a JSON string; a field's text, which
// has no type, becomes a number, object or array if it looks like one.

var jsonFunctions = []*Function{
	{
		Name: "json", Args: "value", Category: "JSON", kinds: "t", result: textType, json: true,
		Summary:  "The value if it is JSON, else null.",
		Examples: []Example{{`json("{\"a\":1}")`, `{"a":1}`}, {`json("{a}")`, ""}},
		call: func(_ *Env, args []value.Value) value.Value {
			if !json.Valid([]byte(args[0].String())) {
				return value.Value{}
			}
			return args[0]
		},
	},
	{
		Name: "json_append", Args: "json, path, value, ...", Category: "JSON", kinds: "ttb", result: textType, json: true, odd: true, nulls: true, multis: true,
		Summary:  "The JSON with values added to the ends of the arrays at the paths; what is no array becomes the first element of one. An array is added as one element.",
		Nulls:    "A null value is added as null; null if the first argument is no JSON object or array.",
		Examples: []Example{{`json_append("{\"a\":[1]}", "a", 2)`, `{"a":[1,2]}`}, {`json_append("{\"a\":1}", "a", json_array(2, 3))`, `{"a":[1,[2,3]]}`}},
		call: func(env *Env, args []value.Value) value.Value {
			return env.jsonEdit(args, splitPath, func(at *jsonNode, v jsonNode) { at.toArray(); at.items = append(at.items, v) })
		},
	},
	{
		Name: "json_array", Args: "[value, ...]", Category: "JSON", kinds: "b", result: textType, json: true, nulls: true, multis: true,
		Summary:  "A JSON array of the values; a multivalue becomes an array in it.",
		Nulls:    "A null value becomes null.",
		Examples: []Example{{`json_array("a", 1, true(), null())`, `["a",1,true,null]`}, {`json_array()`, "[]"}},
		call: func(env *Env, args []value.Value) value.Value {
			var w jsonWriter
			w.raw("[")
			for i, arg := range args {
				if i > 0 {
					w.raw(",")
				}
				w.value(arg, env.kindsOf(i))
			}
			w.raw("]")
			return w.result(env)
		},
	},
	{
		Name: "json_array_to_mv", Args: "array[, quoted]", Category: "JSON", kinds: "tb",
		Summary:  "The elements of a JSON array as a multivalue; strings keep their quotes if the second argument is true. Null for anything else.",
		Examples: []Example{{`json_array_to_mv("[\"a\",1,{\"b\":2}]")`, "a\n1\n{\"b\":2}"}, {`json_array_to_mv("[\"a\"]", true())`, `"a"`}},
		call: func(env *Env, args []value.Value) value.Value {
			return env.jsonElements(args[0].String(), len(args) > 1 && args[1].True())
		},
	},
	{
		Name: "json_delete", Args: "json, key, ...", Category: "JSON", kinds: "t", result: textType, json: true,
		Summary:  "The JSON object without the keys; what is no key of it is taken as a path.",
		Examples: []Example{{`json_delete("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", "a", "b.c")`, `{"b":{"d":3}}`}},
		call: func(env *Env, args []value.Value) value.Value {
			n, ok := env.parseJSON(args[0].String())
			if !ok || n.kind != '{' {
				return value.Value{}
			}
			for _, arg := range args[1:] {
				key := arg.String()
				if slices.Contains(n.keys, key) {
					n.remove(step{key: key})
					continue
				}
				path := splitPath(key)
				last := path[len(path)-1]
				n.visit(path[:len(path)-1], false, func(at *jsonNode) { at.remove(last) })
			}
			return n.result(env)
		},
	},
	{
		Name: "json_entries", Args: "json", Category: "JSON", kinds: "t", result: textType, json: true,
		Summary:  "A JSON array with an object of key and value for every member of a JSON object or array.",
		Examples: []Example{{`json_entries("{\"a\":1}")`, `[{"key":"a","value":1}]`}},
		call: func(env *Env, args []value.Value) value.Value {
			n, ok := env.parseJSON(args[0].String())
			if !ok || n.kind != '{' && n.kind != '[' {
				return value.Value{}
			}
			var w jsonWriter
			w.raw("[")
			for i := range n.items {
				if i > 0 {
					w.raw(",")
				}
				w.raw(`{"key":`)
				if n.kind == '{' {
					w.string(n.keys[i])
				} else {
					w.raw(strconv.Itoa(i))
				}
				w.raw(`,"value":`)
				n.items[i].write(&w)
				w.raw("}")
			}
			w.raw("]")
			return w.result(env)
		},
	},
	{
		Name: "json_extend", Args: "json, path, value, ...", Category: "JSON", kinds: "ttb", result: textType, json: true, odd: true, nulls: true, multis: true,
		Summary:  "The JSON with values added to the ends of the arrays at the paths, as json_append does, but of an array its elements.",
		Nulls:    "A null value is added as null; null if the first argument is no JSON object or array.",
		Examples: []Example{{`json_extend("{\"a\":[1]}", "a", json_array(2, 3))`, `{"a":[1,2,3]}`}},
		call: func(env *Env, args []value.Value) value.Value {
			return env.jsonEdit(args, splitPath, func(at *jsonNode, v jsonNode) {
				at.toArray()
				if v.kind == '[' {
					at.items = append(at.items, v.items...)
				} else {
					at.items = append(at.items, v)
				}
			})
		},
	},
	{
		Name: "json_extract", Args: "json[, path, ...]", Category: "JSON", kinds: "t", result: anyType, json: true,
		Summary:  "What is at a path in JSON, a string without its quotes; for a path with {}, or for several paths, a JSON array. Without a path, the JSON.",
		Nulls:    "Null if nothing is at the path.",
		Examples: []Example{{`json_extract("{\"a\":[{\"b\":\"x\"},{\"b\":\"y\"}]}", "a{1}.b")`, "y"}, {`json_extract("{\"a\":[{\"b\":\"x\"},{\"b\":\"y\"}]}", "a{}.b")`, `["x","y"]`}, {`json_extract("{\"a\":1}", "a", "z")`, "[1,null]"}},
		call: func(env *Env, args []value.Value) value.Value {
			return env.jsonExtract(args, splitPath)
		},
	},
	{
		Name: "json_extract_exact", Args: "json[, key, ...]", Category: "JSON", kinds: "t", result: anyType, json: true,
		Summary:  "What a JSON object has under a key, which may hold dots and braces; for several keys, a JSON array.",
		Nulls:    "Null if there is no such key.",
		Examples: []Example{{`json_extract_exact("{\"a.b\":1}", "a.b")`, "1"}},
		call: func(env *Env, args []value.Value) value.Value {
			return env.jsonExtract(args, exactPath)
		},
	},
	{
		Name: "json_has_key_exact", Args: "json, key", Category: "JSON", kinds: "t", result: boolType,
		Summary:  "True if the JSON object has the key, which may hold dots and braces.",
		Examples: []Example{{`json_has_key_exact("{\"a.b\":1}", "a.b")`, "True"}, {`json_has_key_exact("{\"a\":1}", "b")`, "False"}},
		call: func(env *Env, args []value.Value) value.Value {
			n, ok := env.parseJSON(args[0].String())
			return value.OfBool(ok && slices.Contains(n.keys, args[1].String()))
		},
	},
	{
		Name: "json_keys", Args: "json", Category: "JSON", kinds: "t", result: textType, json: true,
		Summary:  "The keys of a JSON object as a JSON array; null for anything else.",
		Examples: []Example{{`json_keys("{\"a\":1,\"b\":{\"c\":2}}")`, `["a","b"]`}, {`json_keys("[1]")`, ""}},
		call: func(env *Env, args []value.Value) value.Value {
			n, ok := env.parseJSON(args[0].String())
			if !ok || n.kind != '{' {
				return value.Value{}
			}
			return env.jsonArray([]value.Value{value.OfTexts(n.keys)}, textKinds)
		},
	},
	{
		Name: "json_object", Args: "[key, value, ...]", Category: "JSON", kinds: "b", result: textType, json: true, even: true, nulls: true, multis: true,
		Summary:  "A JSON object of keys and values; a multivalue becomes an array, and of equal keys the last one counts.",
		Nulls:    "A null value becomes null; null if a key is.",
		Examples: []Example{{`json_object("a", 1, "b", json_array("x"))`, `{"a":1,"b":["x"]}`}, {`json_object("a", "1")`, `{"a":"1"}`}},
		call: func(env *Env, args []value.Value) value.Value {
			object := jsonNode{kind: '{'}
			for i := 0; i+1 < len(args); i += 2 {
				v, ok := env.jsonOf(args[i+1], env.kindsOf(i+1))
				if !ok {
					return env.tooLarge()
				}
				if args[i].Len() != 1 {
					return value.Value{}
				}
				*object.child(step{key: args[i].String()}, true) = v
			}
			return object.result(env)
		},
	},
	{
		Name: "json_set", Args: "json, path, value, ...", Category: "JSON", kinds: "ttb", result: textType, json: true, odd: true, nulls: true, multis: true,
		Summary:  "The JSON with the values put at the paths; objects that a path needs are made.",
		Nulls:    "A null value is put as null; null if the first argument is no JSON object or array.",
		Examples: []Example{{`json_set("{\"a\":{\"b\":1}}", "a.b", 2, "c", "x")`, `{"a":{"b":2},"c":"x"}`}, {`json_set("{\"a\":[1,2]}", "a{0}", 9)`, `{"a":[9,2]}`}},
		call: func(env *Env, args []value.Value) value.Value {
			return env.jsonEdit(args, splitPath, func(at *jsonNode, v jsonNode) { *at = v })
		},
	},
	{
		Name: "json_set_exact", Args: "json, key, value, ...", Category: "JSON", kinds: "ttb", result: textType, json: true, odd: true, nulls: true, multis: true,
		Summary:  "The JSON object with values put under keys, which may hold dots and braces.",
		Nulls:    "A null value is put as null; null if the first argument is no JSON object.",
		Examples: []Example{{`json_set_exact("{\"a.b\":1}", "a.b", 2)`, `{"a.b":2}`}},
		call: func(env *Env, args []value.Value) value.Value {
			return env.jsonEdit(args, exactPath, func(at *jsonNode, v jsonNode) { *at = v })
		},
	},
	{
		Name: "json_valid", Args: "value", Category: "JSON", kinds: "t", result: boolType,
		Summary:  "True if the text is JSON.",
		Examples: []Example{{`json_valid("{\"a\":[1,2]}")`, "True"}, {`json_valid("{a}")`, "False"}},
		call: func(_ *Env, args []value.Value) value.Value {
			return value.OfBool(json.Valid([]byte(args[0].String())))
		},
	},
}

// kindsOf says how the text of the i-th argument of the call under way is
// written into JSON.
func (env *Env) kindsOf(i int) kinds {
	if env.at.strings[i] {
		return textKinds
	}
	return inferKinds
}

// jsonOf parses a value as what it becomes in JSON.
func (env *Env) jsonOf(v value.Value, k kinds) (jsonNode, bool) {
	var w jsonWriter
	w.value(v, k)
	if w.over {
		return jsonNode{}, false
	}
	return env.parseJSON(w.String())
}

// jsonEdit changes what is at the paths of a JSON text.
func (env *Env) jsonEdit(args []value.Value, parse func(string) []step, edit func(at *jsonNode, v jsonNode)) value.Value {
	if args[0].Len() != 1 {
		return value.Value{}
	}
	n, ok := env.parseJSON(args[0].String())
	if !ok || n.kind != '{' && n.kind != '[' {
		return value.Value{}
	}
	for i := 1; i < len(args); i += 2 {
		if args[i].Len() != 1 {
			return value.Value{}
		}
		v, ok := env.jsonOf(args[i+1], env.kindsOf(i+1))
		if !ok {
			return env.tooLarge()
		}
		path := parse(args[i].String())
		if len(path) > event.MaxDepth {
			return env.tooLarge()
		}
		n.visit(path, true, func(at *jsonNode) { edit(at, v) })
	}
	return n.result(env)
}

// jsonExtract is json_extract and json_extract_exact.
func (env *Env) jsonExtract(args []value.Value, parse func(string) []step) value.Value {
	n, ok := env.parseJSON(args[0].String())
	if !ok {
		return value.Value{}
	}
	if len(args) == 1 {
		return value.OfText(n.text())
	}
	results := jsonNode{kind: '['}
	for _, arg := range args[1:] {
		path := parse(arg.String())
		found := jsonNode{kind: '['}
		n.visit(path, false, func(at *jsonNode) { found.items = append(found.items, *at) })
		switch several := slices.ContainsFunc(path, func(s step) bool { return s.all }); {
		case several && len(found.items) > 0:
			results.items = append(results.items, found)
		case len(found.items) > 0:
			results.items = append(results.items, found.items[0])
		case len(args) == 2:
			return value.Value{}
		default:
			results.items = append(results.items, jsonNode{raw: "null"})
		}
	}
	if len(args) > 2 {
		return results.result(env)
	}
	if one := &results.items[0]; one.kind == '"' || one.kind == 0 {
		return value.OfText(one.text())
	}
	return results.items[0].result(env)
}

// jsonElements returns the elements of a JSON array as a multivalue.
func (env *Env) jsonElements(s string, quoted bool) value.Value {
	n, ok := env.parseJSON(s)
	if !ok || n.kind != '[' {
		return value.Value{}
	}
	var all list
	for i := range n.items {
		text := n.items[i].text()
		if quoted && n.items[i].kind == '"' {
			text = n.items[i].raw
		}
		if !all.add(value.OfText(text)) {
			return env.tooLarge()
		}
	}
	return all.value()
}

// step is one step of a path: to a key, to the index of an array, or to all of
// its elements.
type step struct {
	key     string
	index   int
	indexed bool
	all     bool
}

// splitPath reads a path such as a.b{0}.c{}.
func splitPath(path string) []step {
	var steps []step
	for part := range strings.SplitSeq(path, ".") {
		key, rest, braces := strings.Cut(part, "{")
		if key != "" || !braces {
			steps = append(steps, step{key: key})
		}
		for braces {
			var inner string
			inner, rest, _ = strings.Cut(rest, "}")
			index, err := strconv.Atoi(inner)
			steps = append(steps, step{index: index, indexed: true, all: err != nil})
			_, rest, braces = strings.Cut(rest, "{")
		}
	}
	return steps
}

func exactPath(key string) []step { return []step{{key: key}} }

// toArray makes an array of what is none.
func (n *jsonNode) toArray() {
	switch {
	case n.kind == '[':
	case n.kind == 0 && n.raw == "":
		*n = jsonNode{kind: '['}
	default:
		*n = jsonNode{kind: '[', items: []jsonNode{*n}}
	}
}

// child returns the member at a step, or nil. If create is set, a missing key
// is added, and so is the element behind an array's last.
func (n *jsonNode) child(s step, create bool) *jsonNode {
	if n.kind == 0 && n.raw == "" && create {
		n.kind = '{'
		if s.indexed {
			n.kind = '['
		}
	}
	switch {
	case s.indexed && n.kind == '[' && s.index >= 0 && s.index < len(n.items):
		return &n.items[s.index]
	case s.indexed && n.kind == '[' && s.index == len(n.items) && create:
		n.items = append(n.items, jsonNode{})
		return &n.items[s.index]
	case !s.indexed && n.kind == '{':
		if i := slices.Index(n.keys, s.key); i >= 0 {
			return &n.items[i]
		}
		if create {
			n.keys = append(n.keys, s.key)
			n.items = append(n.items, jsonNode{})
			return &n.items[len(n.items)-1]
		}
	}
	return nil
}

// visit calls do for everything at a path.
func (n *jsonNode) visit(path []step, create bool, do func(at *jsonNode)) {
	if len(path) == 0 {
		do(n)
		return
	}
	if path[0].all {
		for i := range n.items {
			if n.kind == '[' {
				n.items[i].visit(path[1:], create, do)
			}
		}
		return
	}
	if c := n.child(path[0], create); c != nil {
		c.visit(path[1:], create, do)
	}
}

// remove drops the members at a step.
func (n *jsonNode) remove(s step) {
	for i := range slices.Backward(n.items) {
		switch {
		case n.kind == '{' && !s.indexed && n.keys[i] == s.key:
			n.keys = slices.Delete(n.keys, i, i+1)
		case n.kind == '[' && s.indexed && (s.all || s.index == i):
		default:
			continue
		}
		n.items = slices.Delete(n.items, i, i+1)
	}
}
