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
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"github.com/pugmark/pugmark/internal/diag"
)

// Bounds of one YAML file, beyond which it is refused.
const (
	MaxFile  = 1 << 20 // bytes
	MaxDepth = 64      // levels of nesting
	MaxNodes = 50_000  // values, each use of an alias counted
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
	b := &builder{file: f, places: newPlaces(f.Source.Text), anchors: map[*yaml.Node]*node{}}
	// Aliases are not followed while it reads, so that they need no limit here.
	limits := loaderlimits.New(loaderlimits.DepthFunc(b.checkDepth), loaderlimits.AliasNone())
	documents, err := yaml.NewLoader(strings.NewReader(f.Source.Text), yaml.WithPlugin(limits), yaml.WithUniqueKeys(false))
	if err != nil {
		return nil, f.errorAt(diag.Span{}, "", "the YAML cannot be read: %s", firstLine(err.Error()))
	}
	var top *node
	for {
		var document yaml.Node
		if err := documents.Load(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, b.syntaxError(err)
		}
		n := b.node(&document, 0)
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

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// places finds the byte offsets of positions that count lines and characters.
type places struct {
	text  string
	lines []int // where each begins
	// The last answer, from which the next one is near.
	line, column, at int
}

func newPlaces(s string) *places {
	p := &places{text: s, lines: []int{0}}
	for i, r := range s {
		if isBreak(r) {
			p.lines = append(p.lines, i+utf8.RuneLen(r))
		}
	}
	return p
}

// isBreak reports whether the parser takes a character for the end of a line,
// as YAML 1.1 does.
func isBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

func (p *places) offset(line, column int) int {
	if line < 1 || line > len(p.lines) {
		return len(p.text)
	}
	if line != p.line || column < p.column {
		p.line, p.column, p.at = line, 1, p.lines[line-1]
	}
	for ; p.column < column && p.at < len(p.text) && p.text[p.at] != '\n'; p.column++ {
		_, size := utf8.DecodeRuneInString(p.text[p.at:])
		p.at += size
	}
	return p.at
}
