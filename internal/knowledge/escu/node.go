package escu

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

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
	anchors map[*yaml.Node]*node
	count   int
	tooDeep bool
	err     error
}

func (b *builder) fail(span diag.Span, format string, args ...any) *node {
	if b.err == nil {
		b.err = b.file.errorAt(span, "", format, args...)
	}
	return &node{span: span}
}

// checkDepth is asked by the parser before it goes a level deeper.
func (b *builder) checkDepth(depth int, _ *loaderlimits.DepthContext) error {
	if depth > MaxDepth {
		b.tooDeep = true
		return errors.New("too deep")
	}
	return nil
}

func (b *builder) syntaxError(err error) error {
	failure, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return b.file.errorAt(diag.Span{}, "", "the YAML cannot be read: %s", firstLine(err.Error()))
	}
	message := firstLine(failure.Message)
	start := b.places.offset(failure.Mark.Line, failure.Mark.Column)
	// What the end of the file cuts off begins before it.
	last := len(strings.TrimRight(b.file.Source.Text, " \n")) - 1
	if failure.ContextMsg != "" {
		message += ", " + firstLine(failure.ContextMsg)
		if start > last {
			start = b.places.offset(failure.ContextMark.Line, failure.ContextMark.Column)
		}
	}
	start = max(0, min(start, last))
	span := diag.Span{Start: start, End: min(start+1, len(b.file.Source.Text))}
	if b.tooDeep {
		return b.file.errorAt(span, "", "the YAML is nested deeper than %d levels", MaxDepth)
	}
	return b.file.errorAt(span, "", "bad YAML: %s", message)
}

// span is where a value begins, to the end of its first line at most. What
// stands before a value, an anchor or a tag, is not of it.
func (b *builder) span(n *yaml.Node) diag.Span {
	text := b.file.Source.Text
	start := b.places.offset(n.Line, n.Column)
	if n.Kind != yaml.AliasNode && (n.Anchor != "" || n.Style&yaml.TaggedStyle != 0) {
		start = behindProperties(text, start)
	}
	end := start + 1
	if n.Kind == yaml.ScalarNode {
		end = start + len(firstLine(text[start:]))
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
			end = min(end, start+len(firstLine(n.Value)))
		}
	}
	return diag.Span{Start: start, End: min(max(end, start+1), len(text))}
}

// behindProperties returns where the value begins whose anchor and tag begin at
// an offset of the text.
func behindProperties(text string, at int) int {
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		at += max(1, strings.IndexAny(text[at:]+" ", " \n\t"))
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], " \n\t"))
	}
	return at
}

func (b *builder) node(n *yaml.Node, depth int) *node {
	if b.err != nil {
		return &node{}
	}
	span := b.span(n)
	if b.count++; b.count > MaxNodes {
		return b.fail(span, "the YAML has more than %d values", MaxNodes)
	}
	if depth > MaxDepth {
		return b.fail(span, "the YAML is nested deeper than %d levels", MaxDepth)
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return b.node(n.Content[0], depth)
	case yaml.MappingNode:
		return b.keep(n, b.mapping(n, span, depth))
	case yaml.SequenceNode:
		list := &node{kind: listNode, span: span}
		for _, item := range n.Content {
			list.items = append(list.items, b.node(item, depth+1))
		}
		return b.keep(n, list)
	case yaml.AliasNode:
		v, ok := b.anchors[n.Alias]
		if !ok {
			return b.fail(span, "no anchor &%s stands before this alias", n.Value)
		}
		if b.count += v.size(MaxNodes); b.count > MaxNodes {
			return b.fail(span, "the YAML grows to more than %d values by its aliases", MaxNodes)
		}
		return v
	case yaml.ScalarNode:
		if n.ShortTag() == "!!null" {
			return b.keep(n, &node{span: span})
		}
		// Numbers, truth values and dates too: content means the text as written.
		return b.keep(n, &node{kind: scalarNode, text: n.Value, style: styleOf(n.Style), span: span})
	}
	return b.fail(span, "this YAML is not understood")
}

// keep notes the value that aliases of the parser's node stand for.
func (b *builder) keep(from *yaml.Node, n *node) *node {
	if from.Anchor != "" {
		b.anchors[from] = n
	}
	return n
}

func styleOf(s yaml.Style) byte {
	switch {
	case s&yaml.SingleQuotedStyle != 0:
		return '\''
	case s&yaml.DoubleQuotedStyle != 0:
		return '"'
	case s&yaml.LiteralStyle != 0:
		return '|'
	case s&yaml.FoldedStyle != 0:
		return '>'
	}
	return 0
}

// mapping builds a mapping, which lies where its first key does. Of a key that
// stands twice the last value counts, as for the readers that content is
// written for.
func (b *builder) mapping(from *yaml.Node, span diag.Span, depth int) *node {
	m := &node{kind: mapNode, span: span}
	known := map[string]int{} // keys to their places in m.pairs
	var merges []*node
	for i := 0; i+1 < len(from.Content); i += 2 {
		key := from.Content[i]
		at := b.span(key)
		if i == 0 && from.Style&yaml.FlowStyle == 0 {
			m.span = at
		}
		value := b.node(from.Content[i+1], depth+1)
		if key.ShortTag() == "!!merge" {
			merges = append(merges, value)
			continue
		}
		if key.Kind != yaml.ScalarNode {
			return b.fail(at, "a key is a text")
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
