package escu

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// Map gives the values of a mapping by their keys. A value of another kind
// than the one asked for is a problem of the file and counts as absent; null
// is absent. A nil Map has no values.
type Map struct {
	file  *File
	node  *node
	asked map[string]bool
}

// Key is a key of a mapping and its place.
type Key struct {
	Name string
	Span diag.Span
}

func (m *Map) find(key string) *node {
	if m == nil {
		return nil
	}
	m.asked[key] = true
	for _, p := range m.node.pairs {
		if p.key == key && p.value.kind != nullNode {
			return p.value
		}
	}
	return nil
}

// Has reports whether the key has a value.
func (m *Map) Has(key string) bool { return m.find(key) != nil }

// Span is the place of the key's value, or of the mapping if it has none.
func (m *Map) Span(key string) diag.Span {
	if n := m.find(key); n != nil {
		return n.span
	}
	if m == nil {
		return diag.Span{}
	}
	return m.node.span
}

// Fail records a problem at the value of a key, or at the mapping if it has
// none.
func (m *Map) Fail(key, hint, format string, args ...any) {
	if m != nil {
		m.file.Fail(m.Span(key), hint, format, args...)
	}
}

// Unknown returns the keys that nobody asked for, in the order of the file. A
// key that begins with x- is someone's own, and means nothing here.
func (m *Map) Unknown() []Key {
	return slices.DeleteFunc(m.Keys(), func(k Key) bool { return m.asked[k.Name] || strings.HasPrefix(k.Name, "x-") })
}

// Keys returns all keys in the order of the file.
func (m *Map) Keys() []Key {
	if m == nil {
		return nil
	}
	var keys []Key
	for _, p := range m.node.pairs {
		keys = append(keys, Key{p.key, p.at})
	}
	return keys
}

func (m *Map) scalar(key string) *node {
	n := m.find(key)
	if n != nil && n.kind != scalarNode {
		m.Fail(key, "", "%s: a text was expected, not %s", key, n.kind)
		return nil
	}
	return n
}

// Text returns a text without the blanks around it.
func (m *Map) Text(key string) string {
	if n := m.scalar(key); n != nil {
		return strings.TrimSpace(n.text)
	}
	return ""
}

// Scalar returns a text as it is, with the way back to its place.
func (m *Map) Scalar(key string) Scalar {
	n := m.scalar(key)
	if n == nil {
		return Scalar{}
	}
	return Scalar{Text: n.text, file: m.file.Source, node: n}
}

// Int returns a whole number; ok is false if there is none.
func (m *Map) Int(key string) (n int, ok bool) {
	v := m.scalar(key)
	if v == nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(v.text))
	if err != nil {
		m.Fail(key, "", "%s: a whole number was expected, not %q", key, abbreviate(v.text))
		return 0, false
	}
	return n, true
}

// Bool returns a truth value; ok is false if there is none.
func (m *Map) Bool(key string) (b, ok bool) {
	v := m.scalar(key)
	if v == nil {
		return false, false
	}
	switch strings.ToLower(strings.TrimSpace(v.text)) {
	case "true", "yes", "t", "1":
		return true, true
	case "false", "no", "f", "0":
		return false, true
	}
	m.Fail(key, "", "%s: true or false was expected, not %q", key, abbreviate(v.text))
	return false, false
}

// Texts returns the texts of a list. A single text counts as a list of one,
// as hand-written content often has it.
func (m *Map) Texts(key string) []string {
	n := m.find(key)
	switch {
	case n == nil:
		return nil
	case n.kind == scalarNode:
		if text := strings.TrimSpace(n.text); text != "" {
			return []string{text}
		}
		return nil
	case n.kind != listNode:
		m.Fail(key, "", "%s: a list was expected, not %s", key, n.kind)
		return nil
	}
	var texts []string
	for _, item := range n.items {
		switch text := strings.TrimSpace(item.text); {
		case item.kind == nullNode:
		case item.kind != scalarNode:
			m.file.Fail(item.span, "", "%s: a text was expected, not %s", key, item.kind)
		case text != "":
			texts = append(texts, text)
		}
	}
	return texts
}

// Map returns a mapping, or nil.
func (m *Map) Map(key string) *Map {
	n := m.find(key)
	if n == nil {
		return nil
	}
	if n.kind != mapNode {
		m.Fail(key, "", "%s: keys and values were expected, not %s", key, n.kind)
		return nil
	}
	return &Map{file: m.file, node: n, asked: map[string]bool{}}
}

// Maps returns the mappings of a list. A single mapping counts as a list of
// one.
func (m *Map) Maps(key string) []*Map {
	n := m.find(key)
	if n == nil {
		return nil
	}
	items := n.items
	switch n.kind {
	case mapNode:
		items = []*node{n}
	case scalarNode:
		m.Fail(key, "", "%s: a list was expected, not %s", key, n.kind)
	}
	var maps []*Map
	for _, item := range items {
		switch item.kind {
		case mapNode:
			maps = append(maps, &Map{file: m.file, node: item, asked: map[string]bool{}})
		case nullNode:
		default:
			m.file.Fail(item.span, "", "%s: keys and values were expected, not %s", key, item.kind)
		}
	}
	return maps
}

// abbreviate cuts a text for a message.
func abbreviate(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// Item is a text of a list and its place.
type Item struct {
	Text string
	Span diag.Span
}

// Items returns what Texts does, each text with its place.
func (m *Map) Items(key string) []Item {
	texts := m.Texts(key)
	if len(texts) == 0 {
		return nil
	}
	n := m.find(key)
	if n.kind == scalarNode {
		return []Item{{texts[0], n.span}}
	}
	var items []Item
	for _, item := range n.items {
		if text := strings.TrimSpace(item.text); item.kind == scalarNode && text != "" {
			items = append(items, Item{text, item.span})
		}
	}
	return items
}
