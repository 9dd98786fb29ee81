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
		m := &node{kind: mapNode, span: span}
		for _, v := range n.Values {
			b.pair(m, v, depth)
		}
		if len(n.Values) > 0 && !n.IsFlowStyle {
			m.span = m.pairs[0].at
		}
		return m
	case *ast.MappingValueNode:
		m := &node{kind: mapNode}
		b.pair(m, n, depth)
		m.span = m.pairs[0].at
		return m
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
	case *ast.MergeKeyNode:
		return b.fail(span, "merge keys (<<) are not understood here")
	}
	// Numbers, truth values and dates: content means the text as written.
	t := n.GetToken()
	if t == nil {
		return b.fail(span, "this YAML is not understood")
	}
	return &node{kind: scalarNode, text: t.Value, span: span}
}

func (b *builder) pair(m *node, v *ast.MappingValueNode, depth int) {
	key := v.Key.GetToken()
	at := b.at(key)
	if _, merge := v.Key.(*ast.MergeKeyNode); merge {
		b.fail(at, "merge keys (<<) are not understood here")
	}
	m.pairs = append(m.pairs, pair{key: key.Value, at: at, value: b.node(v.Value, depth+1)})
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
