package event

import (
	"strconv"

	"github.com/pugmark/pugmark/internal/value"
)

// FlattenJSON returns the fields of a JSON text under Splunk's names, in
// document order: a.b for nested objects, a{} for the elements of arrays. It
// stops at the first fault and tells it. Values may share the text's memory.
//
// Source of the names and of what each value is: Splunk, spath; strings
// unescaped, numbers as written, null as text, empty containers left out.
func FlattenJSON(text []byte) (fields []Field, problem string) {
	var c columns
	c.begin()
	f := flattener{scanner: scanner{text: text}, columns: &c}
	f.value(&c.root, 0)
	return c.fields(), f.problem
}

// flattener finds the field of a value by walking a trie alongside the JSON:
// looking it up by its whole name would let a long name cost anew for each of
// its values.
type flattener struct {
	scanner
	columns *columns
	name    []byte // of the value at hand
	nodes   int    // that the record leads to
	names   int    // bytes of all its field names
}

func (f *flattener) value(node *pathNode, depth int) {
	if depth > MaxDepth {
		f.fail("nesting deeper than " + strconv.Itoa(MaxDepth))
		return
	}
	outer := len(f.name)
	switch f.peek() {
	case '{':
		for key, ok := f.firstKey(); ok; key, ok = f.nextKey() {
			if depth > 0 {
				f.name = append(f.name, '.')
			}
			f.name = append(f.name, key...)
			if child := f.descend(node, key); child != nil {
				f.value(child, depth+1)
			}
			f.name = f.name[:outer]
		}
	case '[':
		if depth == 0 {
			node = f.grow(node, "")
		}
		if node = f.grow(node, "{}"); node == nil {
			return
		}
		f.name = append(f.name, "{}"...)
		for ok := f.firstElement(); ok; ok = f.nextElement() {
			f.value(node, depth+1)
		}
		f.name = f.name[:outer]
	default:
		if token, ok := f.scalar(); ok && depth > 0 {
			f.add(node, token)
		}
	}
}

// descend returns the node of a key, nil when there are too many.
func (f *flattener) descend(node *pathNode, key string) *pathNode {
	if isOneStep(key) {
		return f.grow(node, key)
	}
	for step := range pathSteps(key) {
		if node = f.grow(node, step); node == nil {
			return nil
		}
	}
	return node
}

func (f *flattener) grow(node *pathNode, step string) *pathNode {
	child, added := node.grow(step)
	if added {
		f.columns.nodes++
	}
	if child.record != f.columns.record {
		child.record = f.columns.record
		// Names that lead to no field count as well: {"a1":{},"a2":{},…}.
		if f.nodes++; f.nodes > 2*MaxFields {
			f.failFields()
			return nil
		}
	}
	return child
}

func (f *flattener) add(node *pathNode, token string) {
	c := f.columns
	if node.slot == 0 || c.list[node.slot-1].record != c.record {
		if len(c.touched) >= MaxFields {
			f.failFields()
			return
		}
		if f.names += len(f.name); f.names > MaxNames {
			f.fail("field names longer than " + strconv.Itoa(MaxNames) + " bytes together")
			return
		}
		if node.slot == 0 {
			node.slot = c.add(string(f.name)) + 1
		}
	}
	c.touch(node.slot - 1).value.Grow(value.OfText(token))
}

func (f *flattener) failFields() { f.fail("more than " + strconv.Itoa(MaxFields) + " fields") }
