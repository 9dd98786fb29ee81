package event

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/pugmark/pugmark/internal/value"
)

// Schema says how the events of a sourcetype are read: which fields hold their
// time and identity, and which fields are computed from others, as an add-on
// does in Splunk.
type Schema struct {
	// Times are the top-level JSON keys that may hold the time, the first
	// that does wins.
	Times []string
	// ID is the top-level JSON key of an event's unique ID, or "".
	ID string
	// Derived are the computed fields by name. A computed field hides one of
	// the same name in the JSON, also when it computes to null. Source:
	// Splunk, About calculated fields.
	Derived map[string]Derivation
}

// Derivation computes a field from raw fields of the same event.
type Derivation struct {
	// Needs are the raw fields that Compute may ask for, and fields that every
	// event has, such as _raw.
	Needs []string
	// Compute returns the field's value, null for none. get gives the raw
	// field of a name, never a computed one.
	Compute func(get func(name string) value.Value) value.Value
}

func (s *Schema) times() []string { return s.Times }

// Layout is a plan for reading events of one schema: which fields a search
// needs and where each is kept. It is shared by all workers; what they need to
// read is in a pool.
type Layout struct {
	schema *Schema
	slots  []slot
	index  map[string]int // fields a search may ask for
	needs  map[string]int // raw fields that derivations ask for
	paths  pathNode

	derived []string  // all computed fields, by name
	columns sync.Pool // of *columns, for reading all fields
}

type slot struct {
	name    string
	builtin bool
	derive  func(func(string) value.Value) value.Value
}

// NewLayout returns the layout for reading the wanted fields. Fields that are
// not wanted can still be read, but slowly.
func NewLayout(wanted Set, schema *Schema) *Layout {
	l := &Layout{
		schema: schema, index: map[string]int{}, needs: map[string]int{},
		derived: slices.Sorted(maps.Keys(schema.Derived)), columns: sync.Pool{New: func() any { return new(columns) }},
	}
	if wanted.All() {
		return l
	}
	raw := map[string]int{}
	rawSlot := func(name string) int {
		i, ok := raw[name]
		if !ok {
			i = l.add(slot{name: name, builtin: slices.Contains(builtinNames, name)})
			raw[name] = i
			if !l.slots[i].builtin {
				l.paths.add(name, i)
			}
		}
		return i
	}
	for _, name := range wanted.Names() {
		if strings.Contains(name, "*") {
			continue // found by reading all fields
		}
		d, isDerived := schema.Derived[name]
		switch {
		case slices.Contains(builtinNames, name):
			l.index[name] = l.add(slot{name: name, builtin: true})
		case isDerived:
			for _, need := range d.Needs {
				l.needs[need] = rawSlot(need)
			}
			l.index[name] = l.add(slot{name: name, derive: d.Compute})
		default:
			l.index[name] = rawSlot(name)
		}
	}
	return l
}

func (l *Layout) add(s slot) int {
	l.slots = append(l.slots, s)
	return len(l.slots) - 1
}

// pathNode is a node of a trie of raw field names. A name is cut into steps
// (see pathSteps), so that a key with a dot in it leads to the same node as
// nested objects do: their fields cannot be told apart.
type pathNode struct {
	steps    []string
	children []*pathNode
	index    map[string]*pathNode // the children by step, once they are many
	slot     int                  // 1-based; 0 for none
	record   uint64               // the last one that led here, of those of columns
}

// manyChildren is the number from which on a map beats a list.
const manyChildren = 16

func (n *pathNode) wanted() bool { return len(n.children) > 0 }

func (n *pathNode) add(name string, slot int) {
	for step := range pathSteps(name) {
		n, _ = n.grow(step)
	}
	n.slot = slot + 1
}

func (n *pathNode) child(step string) *pathNode {
	if n.index != nil {
		return n.index[step]
	}
	for i, s := range n.steps {
		if s == step {
			return n.children[i]
		}
	}
	return nil
}

// grow returns the child for a step, which it adds if it is missing.
func (n *pathNode) grow(step string) (child *pathNode, added bool) {
	if child := n.child(step); child != nil {
		return child, false
	}
	child = &pathNode{}
	step = strings.Clone(step) // the trie may outlive the text
	n.steps = append(n.steps, step)
	n.children = append(n.children, child)
	switch {
	case n.index != nil:
		n.index[step] = child
	case len(n.steps) == manyChildren:
		n.index = make(map[string]*pathNode, 2*manyChildren)
		for i, s := range n.steps {
			n.index[s] = n.children[i]
		}
	}
	return child, true
}

// descend follows a JSON key, which may hold dots and braces.
func (n *pathNode) descend(key string) *pathNode {
	// Most keys are a single step, and that of no child.
	if n.index == nil && !strings.HasPrefix(key, "{") {
		for i, step := range n.steps {
			switch {
			case !strings.HasPrefix(key, step):
			case len(key) == len(step):
				return n.children[i]
			case key[len(step)] == '.', key[len(step)] == '{':
				return n.follow(key)
			}
		}
		return nil
	}
	if isOneStep(key) {
		return n.child(key)
	}
	return n.follow(key)
}

// follow follows a key step by step.
func (n *pathNode) follow(key string) *pathNode {
	for step := range pathSteps(key) {
		if n = n.child(step); n == nil {
			return nil
		}
	}
	return n
}

// isOneStep reports whether a JSON key is a single step.
func isOneStep(key string) bool {
	return strings.IndexByte(key, '.') < 0 && !strings.Contains(key, "{}")
}

// pathSteps cuts a field name into steps: at each dot a key begins, and each
// "{}" begins a step, which is that of an array's elements if nothing follows
// in it. The name of an array at the top, "{}", is an empty key and then "{}".
// So the steps of a name made of several parts are those of the parts.
func pathSteps(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for part := range strings.SplitSeq(name, ".") {
			key, rest, array := strings.Cut(part, "{}")
			if !yield(key) {
				return
			}
			for array {
				key, rest, array = strings.Cut(rest, "{}")
				if !yield("{}" + key) {
					return
				}
			}
		}
	}
}
