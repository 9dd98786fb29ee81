package spl

import (
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// maxDepth bounds the nesting of parentheses and subsearches.
const maxDepth = 200

// Parse reads a search: comments are dropped, macros replaced, and the text
// split into commands. Problems are of type [*diag.Error] or [diag.List] and
// point into source, or into the macro definition that holds them.
func Parse(source *diag.Source, macros Macros) (*Pipeline, error) {
	t, err := expand(source, macros)
	if err != nil {
		return nil, err
	}
	p := &pipelineParser{text: t}
	pipeline := p.pipeline(0, len(t.s), false, 0)
	return pipeline, p.errors.Err()
}

// ParseText is [Parse] of a text without macros, for texts that are made while
// a search runs, such as the result of a subsearch.
func ParseText(name, s string) (*Pipeline, error) {
	return Parse(&diag.Source{Name: name, Text: s}, NoMacros{})
}

type pipelineParser struct {
	text   *text
	errors diag.List
}

func (p *pipelineParser) fail(span diag.Span, code diag.Code, message, hint string) {
	p.errors = append(p.errors, p.text.errorAt(span, code, message, hint))
}

// pipeline reads the commands of text[from:to]. In a subsearch the first word
// names a command also without a leading pipe.
func (p *pipelineParser) pipeline(from, to int, sub bool, depth int) *Pipeline {
	s := p.text.s
	pipeline := &Pipeline{Span: diag.Span{Start: from, End: to}}
	if depth > maxDepth {
		p.fail(diag.Span{Start: from, End: from + 1}, diag.LimitReached, "subsearches are nested too deep", "")
		return pipeline
	}
	i := p.skipSpace(from, to)
	implied := !sub && (i == to || s[i] != '|')
	if i < to && s[i] == '|' {
		i++
	}
	for {
		end, ok := p.stage(i, to)
		if !ok {
			return pipeline
		}
		i = p.skipSpace(i, end)
		name := i
		for name < end && isNameByte(s[name]) {
			name++
		}
		word := strings.ToLower(s[i:name])
		last := end
		for last > name && isSpace(s[last-1]) {
			last--
		}
		command := &Command{Name: word, Span: diag.Span{Start: i, End: last}, name: diag.Span{Start: i, End: name}, args: diag.Span{Start: name, End: max(name, last)}, text: p.text, depth: depth}
		switch {
		case implied && (word != "search" || name < end && !isSpace(s[name]) && s[name] != '('):
			command.Name, command.Implied = "search", true
			command.name = diag.Span{Start: i, End: i}
			command.args = diag.Span{Start: i, End: max(i, last)}
			if end == to && i == to {
				p.fail(diag.Span{Start: i, End: i}, diag.BadSyntax, "a search was expected", `"search *" finds every event`)
				return pipeline
			}
		case word == "":
			p.fail(diag.Span{Start: min(i, to), End: min(i+1, to)}, diag.BadSyntax, "a command was expected after |", "")
		}
		pipeline.Commands = append(pipeline.Commands, command)
		implied = false
		if end >= to {
			return pipeline
		}
		i = end + 1
	}
}

func (p *pipelineParser) skipSpace(i, to int) int {
	for i < to && isSpace(p.text.s[i]) {
		i++
	}
	return i
}

// stage returns the offset of the pipe that ends the command at i, or to.
func (p *pipelineParser) stage(i, to int) (end int, ok bool) {
	s := p.text.s[:to]
	var open []int
	for ; i < to; i++ {
		switch s[i] {
		case '"':
			end := closingQuote(s, i)
			if end < 0 {
				p.fail(diag.Span{Start: i, End: i + 1}, diag.Incomplete, "a text without its closing quote", "")
				return 0, false
			}
			i = end - 1
		case '[':
			open = append(open, i)
		case ']':
			if len(open) == 0 {
				p.fail(diag.Span{Start: i, End: i + 1}, diag.BadSyntax, "] without a [ before it", "")
				return 0, false
			}
			open = open[:len(open)-1]
		case '|':
			if len(open) == 0 {
				return i, true
			}
		}
	}
	if len(open) > 0 {
		at := open[len(open)-1]
		p.fail(diag.Span{Start: at, End: at + 1}, diag.Incomplete, "a [ without its closing ]", "")
		return 0, false
	}
	return to, true
}

func isNameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// String prints the pipeline with its macros replaced.
func (p *Pipeline) String() string {
	var b strings.Builder
	for i, c := range p.Commands {
		switch {
		case i > 0:
			b.WriteString(" | ")
		case c.Name != "search":
			b.WriteString("| ")
		}
		b.WriteString(c.String())
	}
	return b.String()
}

// String prints the command with its macros replaced.
func (c *Command) String() string {
	args := strings.TrimSpace(c.text.s[c.args.Start:c.args.End])
	if args == "" {
		return c.Name
	}
	return c.Name + " " + args
}

// ErrorAt returns a problem at a span of the command's search, for whoever
// binds what the command's Args have read.
func (c *Command) ErrorAt(span diag.Span, code diag.Code, message, hint string) *diag.Error {
	return c.text.errorAt(span, code, message, hint)
}

// Macro is the outermost macro that the command's name comes from, or "". Of a
// search command that is not named, each condition has a place of its own.
func (c *Command) Macro() string {
	if _, _, within := c.text.locate(c.name); len(within) > 0 && !c.Implied {
		return within[0]
	}
	return ""
}

// NameSpan is the place of the command's name, for problems of the command as
// a whole.
func (c *Command) NameSpan() diag.Span {
	if c.Implied {
		return c.Span
	}
	return c.name
}
