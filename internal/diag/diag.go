// Package diag reports problems in text that a user wrote: SPL, macro
// definitions and detection YAML.
//
// It knows positions, carets and spelling; it knows nothing of SPL. Packages
// return [*Error] (or a [List] of them); only cmd and the server render one.
// Start reading at [Error].
package diag

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Code names a kind of problem. Codes are stable: tests and users match on
// them, while the prose of a message may change.
type Code string

// The codes in use. Each says what is wrong, not where it was noticed.
const (
	BadSyntax            Code = "bad-syntax"
	Incomplete           Code = "incomplete" // an open quote, bracket or parenthesis at the end of the text
	UnknownCommand       Code = "unknown-command"
	UnsupportedCommand   Code = "unsupported-command" // real SPL that pugmark does not run
	UnknownFunction      Code = "unknown-function"
	UnsupportedFunction  Code = "unsupported-function"
	UnknownArgument      Code = "unknown-argument"
	UnsupportedArgument  Code = "unsupported-argument"
	MissingArgument      Code = "missing-argument"
	BadArgument          Code = "bad-argument" // wrong count, range or kind of an argument's value
	BadType              Code = "bad-type"     // an expression that can never have the type asked for
	BadRegex             Code = "bad-regex"
	BadTime              Code = "bad-time"
	UnknownMacro         Code = "unknown-macro"
	MacroCycle           Code = "macro-cycle"
	BadMacro             Code = "bad-macro"
	UnknownLookup        Code = "unknown-lookup"
	UnknownDataModel     Code = "unknown-data-model"
	UnsupportedDataModel Code = "unsupported-data-model" // a real model to which nothing is mapped here
	NotGenerating        Code = "not-generating"         // a search that begins with a command that needs input
	GeneratingNotFirst   Code = "generating-not-first"   // a generating command in mid-pipeline
	BadContent           Code = "bad-content"            // YAML of a detection, macro, lookup or story
	LimitReached         Code = "limit-reached"
	NullByField          Code = "null-by-field"         // rows that are in no group, for want of a BY field
	SlowRegex            Code = "slow-regex"            // a pattern that only a backtracking engine runs
	SuspiciousExpression Code = "suspicious-expression" // runs as written, which is likely not as meant
	UnclearEvents        Code = "unclear-events"        // events that do not say what a command needs to know
)

// Span is a half-open range of byte offsets in a [Source].
type Span struct{ Start, End int }

// Join returns the smallest span that covers both.
func (s Span) Join(t Span) Span {
	return Span{min(s.Start, t.Start), max(s.End, t.End)}
}

// Source is a text that a user wrote, with the name that messages give it: a
// file name, "search", or "macro `name`".
type Source struct {
	Name string
	Text string
	// FirstLine is the line number of the text's first line in the file it
	// stands in; 0 counts as 1.
	FirstLine int
}

// Position returns the 1-based line and column (in characters) of offset.
func (s *Source) Position(offset int) (line, col int) {
	offset = max(0, min(offset, len(s.Text)))
	before := s.Text[:offset]
	line = strings.Count(before, "\n") + max(1, s.FirstLine)
	col = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	return line, col
}

// Error is one problem at one place. Message is lower case without a full
// stop and says what was wanted and what was found; Hint is at most one
// suggestion, set only when it is likely to be right.
type Error struct {
	Source  *Source
	Span    Span
	Code    Code
	Message string
	Hint    string
	// Within names the macro calls, outermost first, through which the place
	// was reached, for a problem in a macro's definition.
	Within []string
}

// Error gives the problem on one line, as compilers do.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Source != nil {
		line, col := e.Source.Position(e.Span.Start)
		fmt.Fprintf(&b, "%s:%d:%d: ", e.Source.Name, line, col)
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return visible(b.String())
}

// Render gives the problem with its line of source, a caret under the span
// and the hint, without a final newline. Control characters are made visible,
// so that a hostile text cannot move the cursor or turn the line around.
func (e *Error) Render() string { return e.render("error") }

// RenderWarning is [Error.Render] for a problem that did not stop the search.
func (e *Error) RenderWarning() string { return e.render("warning") }

func (e *Error) render(severity string) string {
	if e.Source == nil {
		return fmt.Sprintf("%s: %s [%s]%s", severity, visible(e.Message), e.Code, hintLine("\n  hint: ", e.Hint))
	}
	line, col := e.Source.Position(e.Span.Start)
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s: %s [%s]\n", visible(e.Source.Name), line, col, severity, visible(e.Message), e.Code)
	text, start, end := e.excerpt()
	number := fmt.Sprintf("%2d", line)
	fmt.Fprintf(&b, "%s | %s\n", number, visible(text))
	fmt.Fprintf(&b, "%s | %s%s", strings.Repeat(" ", len(number)), blanks(text[:start]), strings.Repeat("^", max(1, width(text[start:end]))))
	b.WriteString(hintLine(" ", e.Hint))
	for _, call := range slices.Backward(e.Within) {
		fmt.Fprintf(&b, "\n%s   in macro `%s`", strings.Repeat(" ", len(number)), visible(call))
	}
	return b.String()
}

// maxExcerpt bounds the bytes of source shown on each side of a caret.
const maxExcerpt = 90

// excerpt returns the part of the source line around the span and the span's
// offsets in it.
func (e *Error) excerpt() (text string, start, end int) {
	src := e.Source.Text
	start = max(0, min(e.Span.Start, len(src)))
	end = max(start, min(e.Span.End, len(src)))
	from := strings.LastIndexByte(src[:start], '\n') + 1
	to := len(src)
	if i := strings.IndexByte(src[start:], '\n'); i >= 0 {
		to = start + i
	}
	if to > start && src[to-1] == '\r' {
		to-- // a line end as Windows writes it
	}
	end = min(end, to)
	prefix, suffix := "", ""
	if start-from > maxExcerpt {
		from, prefix = runeStart(src, start-maxExcerpt), "…"
	}
	if to-start > maxExcerpt {
		to, suffix = runeStart(src, start+maxExcerpt), "…"
		end = min(end, to)
	}
	return prefix + src[from:to] + suffix, start - from + len(prefix), end - from + len(prefix)
}

// runeStart moves i back to the beginning of the character it points into. In
// bytes that are no UTF-8 it stays.
func runeStart(s string, i int) int {
	for back := range utf8.UTFMax {
		if j := i - back; j >= 0 && utf8.RuneStart(s[j]) {
			return j
		}
	}
	return i
}

func hintLine(prefix, hint string) string {
	if hint == "" {
		return ""
	}
	return prefix + visible(hint)
}

// visible replaces by a middle dot what has no shape of its own: control
// characters except tab, and the formatting characters that reorder a line.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return '·'
	}, s)
}

// blanks returns white space as wide as s, tabs kept so that a caret below a
// line with tabs sits right.
func blanks(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", runeWidth(r)))
	}
	return b.String()
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is 2 for the East Asian wide blocks, 0 for marks that combine with
// the character before them and 1 otherwise: enough for a caret to stand under
// the right character.
func runeWidth(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd) {
		return 2
	}
	return 1
}
