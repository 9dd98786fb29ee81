package escu

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/pugmark/pugmark/internal/diag"
)

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	listNode
	mapNode
)

func (k nodeKind) String() string {
	return [...]string{"nothing", "a text", "a list", "keys and values"}[k]
}

// node is a value of a file. Nodes under an anchor are shared by its aliases.
type node struct {
	kind  nodeKind
	text  string // of a scalar, as YAML resolves it
	style byte   // of a scalar: ' " | > or 0 for a plain one
	span  diag.Span
	items []*node
	pairs []pair
}

type pair struct {
	key   string
	at    diag.Span
	value *node
}

// builder turns the parser's tree into nodes.
type builder struct {
	file    *File
	places  *places
	anchors map[string]*node
	count   int
	err     error
}

func (b *builder) fail(span diag.Span, format string, args ...any) *node {
	if b.err == nil {
		b.err = b.file.errorAt(span, "", format, args...)
	}
	return &node{span: span}
}

func (b *builder) at(t *token.Token) diag.Span {
	if t == nil || t.Position == nil {
		return diag.Span{}
	}
	start := b.places.offset(t.Position)
	end := start + len(firstLine(strings.TrimSpace(t.Origin)))
	return diag.Span{Start: start, End: min(max(end, start+1), len(b.file.Source.Text))}
}

func (b *builder) node(n ast.Node, depth int) *node {
	if b.err != nil || n == nil {
		return &node{}
	}
	span := b.at(n.GetToken())
	if b.count++; b.count > MaxNodes {
		return b.fail(span, "the YAML has more than %d values", MaxNodes)
	}
	if depth > MaxDepth {
		return b.fail(span, "the YAML is nested deeper than %d levels", MaxDepth)
	}
	switch n := n.(type) {
	case *ast.NullNode, *ast.CommentGroupNode, *ast.CommentNode:
		return &node{span: span}
	case *ast.MappingNode:
		m := b.mapping(n.Values, depth)
		if len(n.Values) == 0 || n.IsFlowStyle {
			m.span = span
		}
		return m
	case *ast.MappingValueNode:
		return b.mapping([]*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		list := &node{kind: listNode, span: span}
		for _, v := range n.Values {
			list.items = append(list.items, b.node(v, depth+1))
		}
		return list
	case *ast.AnchorNode:
		v := b.node(n.Value, depth+1)
		b.anchors[name(n.Name)] = v
		return v
	case *ast.AliasNode:
		v, ok := b.anchors[name(n.Value)]
		if !ok {
			return b.fail(span, "no anchor &%s stands before this alias", name(n.Value))
		}
		if b.count += v.size(MaxNodes); b.count > MaxNodes {
			return b.fail(span, "the YAML grows to more than %d values by its aliases", MaxNodes)
		}
		return v
	case *ast.TagNode:
		return b.node(n.Value, depth+1)
	case *ast.LiteralNode:
		style := byte('|')
		if n.Start.Type == token.FoldedType {
			style = '>'
		}
		return &node{kind: scalarNode, text: n.Value.Value, style: style, span: b.at(n.Start)}
	case *ast.StringNode:
		return &node{kind: scalarNode, text: n.Value, style: quoteOf(n.Token), span: span}
	}
	// Numbers, truth values and dates: content means the text as written.
	t := n.GetToken()
	if t == nil {
		return b.fail(span, "this YAML is not understood")
	}
	return &node{kind: scalarNode, text: t.Value, span: span}
}

// mapping builds a mapping, which lies where its first key does. Of a key that
// stands twice the last value counts, as for the readers that content is
// written for.
func (b *builder) mapping(values []*ast.MappingValueNode, depth int) *node {
	m := &node{kind: mapNode}
	known := map[string]int{} // keys to their places in m.pairs
	var merges []*node
	for i, v := range values {
		key := v.Key.GetToken()
		at := b.at(key)
		if i == 0 {
			m.span = at
		}
		value := b.node(v.Value, depth+1)
		if _, merge := v.Key.(*ast.MergeKeyNode); merge {
			merges = append(merges, value)
			continue
		}
		if first, twice := known[key.Value]; twice {
			b.file.Fail(at, "the last one counts", "the key %s stands here twice", key.Value)
			m.pairs[first] = pair{key.Value, at, value}
			continue
		}
		known[key.Value] = len(m.pairs)
		m.pairs = append(m.pairs, pair{key.Value, at, value})
	}
	for _, from := range merges {
		b.merge(m, known, from)
	}
	return m
}

// merge gives m what the mappings behind << have and it has not. Source: YAML,
// "Merge Key Language-Independent Type".
func (b *builder) merge(m *node, known map[string]int, from *node) {
	sources := []*node{from}
	if from.kind == listNode {
		sources = from.items
	}
	for _, source := range sources {
		if source.kind != mapNode {
			b.fail(from.span, "behind << keys and values were expected, not %s", source.kind)
			return
		}
		for _, p := range source.pairs {
			if b.count++; b.count > MaxNodes {
				b.fail(from.span, "the YAML grows to more than %d values by its merge keys", MaxNodes)
				return
			}
			if _, has := known[p.key]; !has {
				known[p.key] = len(m.pairs)
				m.pairs = append(m.pairs, p)
			}
		}
	}
}

// size returns how many values n holds, counted no further than limit.
func (n *node) size(limit int) int {
	count := 1
	for _, item := range n.items {
		if count > limit {
			return count
		}
		count += item.size(limit - count)
	}
	for _, p := range n.pairs {
		if count > limit {
			return count
		}
		count += p.value.size(limit - count)
	}
	return count
}

func name(n ast.Node) string {
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}

func quoteOf(t *token.Token) byte {
	switch t.Type {
	case token.SingleQuoteType:
		return '\''
	case token.DoubleQuoteType:
		return '"'
	}
	return 0
}
