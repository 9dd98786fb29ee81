// Package spl is the Search Processing Language: its tokens, pipelines, search
// expressions and eval expressions, macros, and a printer for each.
//
// It knows no command and no function: a command reads its own arguments
// through [Args]. Nothing here runs a search. Start reading at [Parse].
// Semantics: Splunk's Search Reference (search, eval, Boolean expressions).
package spl

import (
	"sort"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// text is a search after comments were blanked and macros replaced, with the
// way back from its offsets to what the user wrote.
type text struct {
	s        string
	segments []segment // in the order of start; the first starts at 0
}

// segment says that the text from start on was copied from source at from.
type segment struct {
	start  int
	source *diag.Source
	from   int
	within []string // the macros, outermost first, that led here
}

// locate finds what the user wrote at a span of the text.
func (t *text) locate(span diag.Span) (source *diag.Source, at diag.Span, within []string) {
	i := sort.Search(len(t.segments), func(i int) bool { return t.segments[i].start > span.Start }) - 1
	if i < 0 {
		return nil, span, nil
	}
	seg := t.segments[i]
	end := span.End
	if i+1 < len(t.segments) {
		end = min(end, t.segments[i+1].start)
	}
	at = diag.Span{Start: span.Start - seg.start + seg.from, End: max(end, span.Start) - seg.start + seg.from}
	return seg.source, at, seg.within
}

// errorAt returns a problem at a span of the text.
func (t *text) errorAt(span diag.Span, code diag.Code, message, hint string) *diag.Error {
	source, at, within := t.locate(span)
	return &diag.Error{Source: source, Span: at, Code: code, Message: message, Hint: hint, Within: within}
}

// plainText wraps a text without macros.
func plainText(source *diag.Source) *text {
	return &text{s: source.Text, segments: []segment{{source: source}}}
}

// Unescape resolves the escapes that SPL knows inside double quotes, \" \\ and
// \|; any other backslash stays. Source: Splunk, search.
func Unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`"\|`, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Quote writes s as a double-quoted text that [Unescape] reads back.
func Quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// closingQuote returns the offset just behind the quote that closes the one at
// s[i], or -1.
func closingQuote(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"':
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return -1
}

// comment is what begins and ends a comment.
const comment = "```"

// blankComments replaces comments by blanks, so that offsets stay.
func blankComments(source *diag.Source) (string, error) {
	s := source.Text
	if !strings.Contains(s, comment) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		switch {
		case s[i] == '"':
			end := closingQuote(s, i)
			if end < 0 {
				end = len(s)
			}
			b.WriteString(s[i:end])
			i = end
		case strings.HasPrefix(s[i:], comment):
			n := strings.Index(s[i+len(comment):], comment)
			if n < 0 {
				return "", &diag.Error{
					Source: source, Span: diag.Span{Start: i, End: i + len(comment)}, Code: diag.Incomplete,
					Message: "a comment without its closing ```",
				}
			}
			end := i + n + 2*len(comment)
			for _, c := range []byte(s[i:end]) {
				if c != '\n' {
					c = ' '
				}
				b.WriteByte(c)
			}
			i = end
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return b.String(), nil
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}
