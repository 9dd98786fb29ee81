package spl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// TokenKind is what a [Token] is.
type TokenKind uint8

// The kinds of token. A Word is a bare run of characters, which a field name
// such as a.b{}.c fits in; a Text stood in double quotes and a Name in single
// quotes; Punct is one of , ( ) = !=; a Bracket is a whole [ … ].
const (
	End TokenKind = iota
	Word
	Text
	Name
	Punct
	Bracket
)

// Token is a piece of a command's arguments.
type Token struct {
	Kind TokenKind
	Text string // without quotes, unescaped
	Span diag.Span
}

// Is reports whether the token is the keyword, in any case and not quoted.
func (t Token) Is(keyword string) bool {
	return t.Kind == Word && strings.EqualFold(t.Text, keyword)
}

// Args reads the arguments of one command. The first problem is kept and
// everything after it returns zero values, so a command checks once, with
// [Args.End].
//
// Options, name=value, may stand anywhere: ask for each by name first, which
// takes it out, and then read what is left from left to right.
type Args struct {
	command *Command
	tokens  []Token
	next    int
	asked   []string
	err     *diag.Error
	notes   []*diag.Error
}

// Args returns a reader of the command's arguments.
func (c *Command) Args() *Args {
	a := &Args{command: c}
	a.tokens = a.lex(c.args)
	return a
}

// Fail records a problem, if it is the first, at the span of a token or
// expression.
func (a *Args) Fail(span diag.Span, code diag.Code, hint, format string, args ...any) {
	if a.err == nil {
		a.err = a.command.text.errorAt(span, code, a.command.Name+": "+fmt.Sprintf(format, args...), hint)
	}
}

// Note records something that a person may want to know of arguments that are
// right.
func (a *Args) Note(span diag.Span, code diag.Code, message string) {
	a.notes = append(a.notes, a.command.text.errorAt(span, code, a.command.Name+": "+message, ""))
}

// Notes returns what was noted.
func (a *Args) Notes() []*diag.Error { return a.notes }

// FailWith records a problem found elsewhere, if it is the first.
func (a *Args) FailWith(err error) {
	if problems := diag.All(err); a.err == nil && len(problems) > 0 {
		a.err = problems[0]
	} else if a.err == nil && err != nil {
		a.Fail(a.Span(), diag.BadArgument, "", "%v", err)
	}
}

// Err returns the first problem.
func (a *Args) Err() error {
	if a.err == nil {
		return nil
	}
	return a.err
}

// Command returns the command whose arguments these are.
func (a *Args) Command() *Command { return a.command }

// Span returns the place of the whole command.
func (a *Args) Span() diag.Span { return a.command.Span }

// Peek returns the next token without taking it; its Kind is End after the
// last one and after a problem.
func (a *Args) Peek() Token { return a.PeekAt(0) }

// PeekAt returns the token n after the next one.
func (a *Args) PeekAt(n int) Token {
	if a.err != nil || a.next+n >= len(a.tokens) {
		end := a.command.Span.End
		return Token{Kind: End, Span: diag.Span{Start: end, End: end}}
	}
	return a.tokens[a.next+n]
}

// Next takes the next token.
func (a *Args) Next() Token {
	t := a.Peek()
	if t.Kind != End {
		a.next++
	}
	return t
}

// More reports whether tokens are left and no problem occurred.
func (a *Args) More() bool { return a.Peek().Kind != End }

// Take takes the next token if it is the punctuation mark.
func (a *Args) Take(mark string) bool {
	if t := a.Peek(); t.Kind == Punct && t.Text == mark {
		a.next++
		return true
	}
	return false
}

// Keyword takes the next token if it is one of the keywords, in any case.
func (a *Args) Keyword(words ...string) bool {
	if slices.ContainsFunc(words, a.Peek().Is) {
		a.next++
		return true
	}
	return false
}

// Expect takes the punctuation mark or keyword, or records a problem.
func (a *Args) Expect(what string) {
	if !a.Take(what) && !a.Keyword(what) {
		a.wanted(what)
	}
}

func (a *Args) wanted(what string) {
	t := a.Peek()
	if t.Kind == End {
		a.Fail(t.Span, diag.MissingArgument, "", "%s was expected at the end", what)
		return
	}
	a.Fail(t.Span, diag.BadSyntax, "", "%s was expected, not %q", what, t.Text)
}

// Field takes a field name, bare or quoted. It may hold wildcards.
func (a *Args) Field() string {
	switch t := a.Peek(); t.Kind {
	case Word, Text, Name:
		a.next++
		return t.Text
	}
	a.wanted("a field name")
	return ""
}

// Fields takes field names, separated by blanks or commas, until something
// else or one of the stop words follows.
func (a *Args) Fields(stop ...string) []string {
	var fields []string
	for {
		for a.Take(",") { // stray and doubled commas occur in shipped content
		}
		switch t := a.Peek(); t.Kind {
		case Word, Text, Name:
			if slices.ContainsFunc(stop, t.Is) {
				return fields
			}
			fields = append(fields, a.Column())
		default:
			return fields
		}
	}
}

// Column takes a field name that may look like a call, as stats names its
// columns: values(a.b). Splunk takes such a name without quotes.
func (a *Args) Column() string {
	t, open := a.Peek(), a.PeekAt(1)
	if t.Kind != Word || open.Kind != Punct || open.Text != "(" || open.Span.Start != t.Span.End {
		return a.Field()
	}
	depth := 0
	for n := 1; a.PeekAt(n).Kind != End; n++ {
		switch p := a.PeekAt(n); {
		case p.Kind == Punct && p.Text == "(":
			depth++
		case p.Kind == Punct && p.Text == ")":
			if depth--; depth == 0 {
				a.next += n + 1
				return a.Raw(t.Span.Join(p.Span))
			}
		}
	}
	return a.Field()
}

// option takes the option of a name out of the arguments.
func (a *Args) option(name string) (value Token, ok bool) {
	a.asked = append(a.asked, name)
	if a.err != nil {
		return Token{}, false
	}
	depth := 0
	for i := a.next; i < len(a.tokens); i++ {
		switch t := a.tokens[i]; {
		case depth == 0 && t.Is("where"):
			return Token{}, false // an expression follows
		case t.Kind == Punct && t.Text == "(":
			depth++
		case t.Kind == Punct && t.Text == ")":
			depth--
		case depth == 0 && t.Is(name) && i+1 < len(a.tokens) && a.tokens[i+1].Kind == Punct && a.tokens[i+1].Text == "=":
			if i+2 >= len(a.tokens) || a.tokens[i+2].Kind == Punct && a.tokens[i+2].Text != "(" {
				a.Fail(a.tokens[i+1].Span, diag.MissingArgument, "", "a value was expected after %s=", name)
				return Token{}, false
			}
			value = a.tokens[i+2]
			a.tokens = slices.Delete(slices.Clone(a.tokens), i, i+3)
			return value, true
		}
	}
	return Token{}, false
}

// Text reads the option name=text.
func (a *Args) Text(name string, to *string) bool {
	t, ok := a.option(name)
	if ok {
		*to = t.Text
	}
	return ok
}

// TextToken reads the option name=text and returns its token, for options
// whose value has a grammar and problems of its own.
func (a *Args) TextToken(name string) (Token, bool) { return a.option(name) }

// TakeParens takes the parenthesis that t, the value of an option, is or that
// directly follows it, and returns its text with the parentheses.
func (a *Args) TakeParens(t Token) (raw string, ok bool) {
	s := a.command.text.s[:a.command.args.End]
	open := t.Span.Start
	if t.Kind != Punct {
		open = t.Span.End
	}
	end := -1
	if open < len(s) && s[open] == '(' {
		_, end = splitArgs(s, open)
	}
	if end < 0 {
		a.Fail(t.Span, diag.Incomplete, "", "a parenthesis with its closing ) was expected")
		return "", false
	}
	a.tokens = slices.DeleteFunc(slices.Clone(a.tokens), func(t Token) bool { return t.Span.Start >= open && t.Span.Start < end })
	return s[open:end], true
}

// Bool reads the option name=bool, where bool is any of Splunk's spellings.
func (a *Args) Bool(name string, to *bool) bool {
	t, ok := a.option(name)
	if !ok {
		return false
	}
	b, valid := ParseBool(t.Text)
	if !valid {
		a.Fail(t.Span, diag.BadArgument, "", "%s=%s: true or false was expected", name, t.Text)
	}
	*to = b
	return true
}

// ParseBool reads a boolean as Splunk's options spell it.
func ParseBool(s string) (b, ok bool) {
	switch strings.ToLower(s) {
	case "t", "true", "1", "y", "yes":
		return true, true
	case "f", "false", "0", "n", "no":
		return false, true
	}
	return false, false
}

// Count reads the option name=n with n ≥ 0.
func (a *Args) Count(name string, to *int) bool {
	t, ok := a.option(name)
	if ok {
		*to = a.count(t, name+"=")
	}
	return ok
}

func (a *Args) count(t Token, what string) int {
	n, err := strconv.Atoi(t.Text)
	if err != nil || n < 0 {
		a.Fail(t.Span, diag.BadArgument, "", "%s%s: a whole number, 0 or more, was expected", what, t.Text)
		return 0
	}
	return n
}

// TakeCount takes the next token if it is a whole number, 0 or more.
func (a *Args) TakeCount(to *int) bool {
	t := a.Peek()
	if t.Kind != Word {
		return false
	}
	n, err := strconv.Atoi(t.Text)
	if err != nil || n < 0 {
		return false
	}
	a.next++
	*to = n
	return true
}

// Choice reads the option name=value, where value is one of the choices in any
// case.
func (a *Args) Choice(name string, to *string, choices ...string) bool {
	t, ok := a.option(name)
	if !ok {
		return false
	}
	for _, c := range choices {
		if strings.EqualFold(c, t.Text) {
			*to = c
			return true
		}
	}
	a.Fail(t.Span, diag.BadArgument, diag.Suggest(t.Text, choices), "%s=%s: one of %s was expected", name, t.Text, strings.Join(choices, ", "))
	return true
}

// End returns the first problem, or one for an argument that nobody asked for.
func (a *Args) End() error {
	if t := a.Peek(); t.Kind != End {
		// An option that nobody asked for may have been taken for a field.
		if t.Kind == Punct && t.Text == "=" && a.next > 0 && a.tokens[a.next-1].Kind == Word {
			a.next--
			t = a.Peek()
		}
		if next := a.PeekAt(1); t.Kind == Word && next.Kind == Punct && next.Text == "=" {
			hint := diag.Suggest(t.Text, a.asked)
			if hint == "" && len(a.asked) > 0 {
				hint = "it knows " + strings.Join(a.asked, ", ")
			}
			span := t.Span.Join(next.Span)
			if value := a.PeekAt(2); value.Kind != End {
				span = span.Join(value.Span)
			}
			a.Fail(span, diag.UnknownArgument, hint, "unknown argument %q", a.command.text.s[span.Start:span.End])
		} else {
			a.Fail(t.Span, diag.UnknownArgument, "", "unexpected %q", a.command.text.s[t.Span.Start:t.Span.End])
		}
	}
	return a.Err()
}

// lex cuts arguments into tokens.
func (a *Args) lex(span diag.Span) []Token {
	var tokens []Token
	s := a.command.text.s[:span.End]
	for i := span.Start; i < len(s); {
		start := i
		add := func(kind TokenKind, text string) {
			tokens = append(tokens, Token{kind, text, diag.Span{Start: start, End: i}})
		}
		switch c := s[i]; {
		case isSpace(c):
			i++
		case c == '"':
			if i = closingQuote(s, start); i < 0 {
				a.Fail(diag.Span{Start: start, End: start + 1}, diag.Incomplete, "", "a text without its closing quote")
				return tokens
			}
			add(Text, Unescape(s[start+1:i-1]))
		case c == '\'' && closingQuote(s, i) > 0:
			i = closingQuote(s, i)
			add(Name, s[start+1:i-1])
		case c == '!' && strings.HasPrefix(s[i:], "!="):
			i += 2
			add(Punct, "!=")
		case c == '=' || c == ',' || c == '(' || c == ')':
			i++
			add(Punct, s[start:i])
		case c == '[':
			if i = closingBracket(s, start); i < 0 {
				a.Fail(diag.Span{Start: start, End: start + 1}, diag.Incomplete, "", "a [ without its closing ]")
				return tokens
			}
			add(Bracket, s[start+1:i-1])
		default:
			for i < len(s) && !isSpace(s[i]) && strings.IndexByte(`",()=[]`, s[i]) < 0 && !strings.HasPrefix(s[i:], "!=") {
				i++
			}
			if i == start {
				i++ // a stray closing bracket
			}
			add(Word, s[start:i])
		}
	}
	return tokens
}

// closingBracket returns the offset behind the ] that closes the [ at s[i], or
// -1.
func closingBracket(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '"':
			end := closingQuote(s, i)
			if end < 0 {
				return -1
			}
			i = end - 1
		case '[':
			depth++
		case ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}
