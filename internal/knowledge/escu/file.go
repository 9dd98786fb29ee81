// Package escu reads content in the layout and YAML of Splunk Security
// Content: it finds the files of a content directory and gives their values
// with the places where they stand.
//
// It knows no kind of content; who asks for a value knows its key. Everything
// that a file can demand is bounded: its size, its nesting and what its
// aliases grow to. Start reading at [Parse], then [Map].
package escu

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/pugmark/pugmark/internal/diag"
)

// Bounds of one YAML file, beyond which it is refused.
const (
	MaxFile   = 1 << 20 // bytes
	MaxDepth  = 64      // levels of nesting
	MaxNodes  = 50_000  // values, each use of an alias counted
	maxTokens = 50_000  // the parser takes time in the square of these
)

// File is a parsed YAML file.
type File struct {
	// Source is the file's text as positions count it: without a byte order
	// mark, lines ended by a single newline.
	Source *diag.Source
	// Root is the file's mapping.
	Root *Map

	problems diag.List
}

// Problems returns what was wrong with the values asked for so far.
func (f *File) Problems() diag.List { return f.problems }

// Kind tells what kind of content the file is by its keys, "" if they do not
// tell.
func (f *File) Kind() Kind {
	has := func(keys ...string) bool {
		return slices.ContainsFunc(f.Root.node.pairs, func(p pair) bool { return slices.Contains(keys, p.key) })
	}
	switch {
	case has("search"):
		switch {
		case f.isA("baseline"):
			return Baselines
		case f.isA("investigation"):
			return Investigations
		}
		return Detections
	case has("definition"):
		return Macros
	case has("lookup_type", "filename", "collection", "fields_list"):
		return Lookups
	case has("narrative"):
		return Stories
	case has("sourcetype"):
		return DataSources
	case has("tests"), has("file") && has("attack_data"):
		return Tests
	case has("scheduling", "cron_schedule"):
		return Deployments
	case has("datasets"):
		return Other
	}
	return ""
}

// isA reports whether the file says that it is of a type.
func (f *File) isA(kind string) bool {
	return slices.ContainsFunc(f.Root.node.pairs, func(p pair) bool {
		return p.key == "type" && strings.EqualFold(strings.TrimSpace(p.value.text), kind)
	})
}

// Fail records a problem at a span of the file.
func (f *File) Fail(span diag.Span, hint, format string, args ...any) {
	f.problems = append(f.problems, f.errorAt(span, hint, format, args...))
}

func (f *File) errorAt(span diag.Span, hint, format string, args ...any) *diag.Error {
	return &diag.Error{Source: f.Source, Span: span, Code: diag.BadContent, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// Parse reads the YAML text of a file whose name messages give. The problem,
// if there is one, is of type [*diag.Error].
func Parse(name string, text []byte) (*File, error) {
	f := &File{Source: &diag.Source{Name: name}}
	if len(text) > MaxFile {
		return nil, f.errorAt(diag.Span{}, "", "the file has %d bytes, more than the %d that content may have", len(text), MaxFile)
	}
	s := strings.TrimPrefix(string(text), "\ufeff")
	f.Source.Text = strings.ReplaceAll(s, "\r\n", "\n")
	if at := badText(f.Source.Text); at >= 0 {
		return nil, f.errorAt(diag.Span{Start: at, End: at + 1}, "content is written in UTF-8", "the file holds a byte that text cannot have")
	}
	root, err := f.parse()
	if err != nil {
		return nil, err
	}
	f.Root = root
	return f, nil
}

// badText returns the offset of the first byte that is not UTF-8 or is a
// control character that YAML does not allow, or -1.
func badText(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			return i
		}
	}
	return -1
}

func (f *File) parse() (root *Map, err error) {
	// The parser is not ours and the text is anyone's.
	defer func() {
		if r := recover(); r != nil {
			root, err = nil, f.errorAt(diag.Span{}, "", "the YAML cannot be read")
		}
	}()
	places := newPlaces(f.Source.Text)
	tokens := lexer.Tokenize(f.Source.Text)
	if len(tokens) > maxTokens {
		at := places.offset(tokens[maxTokens].Position)
		return nil, f.errorAt(diag.Span{Start: at, End: at + 1}, "", "the YAML has more than %d words and marks", maxTokens)
	}
	if err := f.checkDepth(tokens, places); err != nil {
		return nil, err
	}
	parsed, err := parser.Parse(fillEmptyItems(tokens), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, f.syntaxError(err, places)
	}
	b := &builder{file: f, places: places, anchors: map[string]*node{}}
	var top *node
	for _, doc := range parsed.Docs {
		n := b.node(doc.Body, 0)
		switch {
		case b.err != nil:
			return nil, b.err
		case n.kind == nullNode:
		case top != nil:
			return nil, f.errorAt(n.span, "put each into a file of its own", "a second YAML document in one file")
		default:
			top = n
		}
	}
	switch {
	case top == nil:
		return nil, f.errorAt(diag.Span{}, "", "the file is empty")
	case top.kind != mapNode:
		return nil, f.errorAt(top.span, "", "keys and values were expected at the top, not %s", top.kind)
	}
	return &Map{file: f, node: top, asked: map[string]bool{}}, nil
}

// checkDepth refuses nesting that would make the parser, which is recursive,
// use up the stack. It counts at least as many levels as there are.
func (f *File) checkDepth(tokens token.Tokens, places *places) error {
	flow, line := 0, 0
	var columns []int // of what may open a level, each larger than the one before
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		}
		first := t.Position.Line != line
		line = t.Position.Line
		if flow <= 0 && (first || t.Type == token.SequenceEntryType || t.Type == token.MappingKeyType) {
			for len(columns) > 0 && columns[len(columns)-1] >= t.Position.Column {
				columns = columns[:len(columns)-1]
			}
			columns = append(columns, t.Position.Column)
		}
		if flow+len(columns) > MaxDepth {
			at := places.offset(t.Position)
			return f.errorAt(diag.Span{Start: at, End: at + 1}, "", "the YAML is nested deeper than %d levels", MaxDepth)
		}
	}
	return nil
}

func (f *File) syntaxError(err error, places *places) error {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return f.errorAt(diag.Span{}, "", "the YAML cannot be read: %s", firstLine(err.Error()))
	}
	span := diag.Span{}
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		span.Start = places.offset(t.Position)
		span.End = span.Start + len(firstLine(t.Value))
	}
	return f.errorAt(span, "", "bad YAML: %s", firstLine(syntax.GetMessage()))
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// fillEmptyItems puts null behind a dash that has nothing behind it. Without
// it the parser takes a key of the surrounding mapping, in the column of the
// dash, for the item.
func fillEmptyItems(tokens token.Tokens) token.Tokens {
	filled := make(token.Tokens, 0, len(tokens))
	for i, t := range tokens {
		filled.Add(t)
		if t.Type != token.SequenceEntryType {
			continue
		}
		next := i + 1
		for next < len(tokens) && tokens[next].Type == token.CommentType {
			next++
		}
		if next == len(tokens) || tokens[next].Position.Line > t.Position.Line && tokens[next].Position.Column <= t.Position.Column {
			at := *t.Position
			at.Column++
			filled.Add(token.New("null", " null", &at))
		}
	}
	return filled
}

// places finds the byte offsets of tokens, whose positions count lines and
// characters.
type places struct {
	text  string
	lines []int // where each begins
	// The last answer, from which the next one is near.
	line, column, at int
}

func newPlaces(s string) *places {
	p := &places{text: s, lines: []int{0}}
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' {
			p.lines = append(p.lines, i+1)
		}
	}
	return p
}

func (p *places) offset(pos *token.Position) int {
	if pos.Line < 1 || pos.Line > len(p.lines) {
		return len(p.text)
	}
	if pos.Line != p.line || pos.Column < p.column {
		p.line, p.column, p.at = pos.Line, 1, p.lines[pos.Line-1]
	}
	for ; p.column < pos.Column && p.at < len(p.text) && p.text[p.at] != '\n'; p.column++ {
		_, size := utf8.DecodeRuneInString(p.text[p.at:])
		p.at += size
	}
	return p.at
}
