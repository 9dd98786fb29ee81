package spl

import (
	"slices"

	"github.com/pugmark/pugmark/internal/diag"
)

// ExprOption reads the option name=(expression), which may also be written
// name="(expression)" or, as in Splunk's manual of streamstats,
// name="("expression")".
func (a *Args) ExprOption(name string) (x Expr, ok bool) {
	t, ok := a.option(name)
	if !ok {
		return nil, false
	}
	in, from, to := a.command.text, t.Span.Start, a.command.args.End
	switch {
	case t.Kind == Text && t.Text == "(":
		// What stands between two quoted parentheses.
		i := slices.IndexFunc(a.tokens, func(c Token) bool { return c.Span.Start > from && c.Kind == Text && c.Text == ")" })
		if i < 0 {
			a.Fail(t.Span, diag.Incomplete, "", `%s="(" without its closing ")"`, name)
			return nil, false
		}
		from, to = t.Span.End, a.tokens[i].Span.Start
		a.dropTokens(from, a.tokens[i].Span.End)
	case t.Kind == Text:
		// Read where it stands, so that problems have their place, give or
		// take the backslashes before it.
		from++
		to = from + len(t.Text)
		s := []byte(in.s)
		copy(s[from:to], t.Text)
		in = &text{s: string(s), segments: in.segments}
	case t.Kind != Punct:
		a.Fail(t.Span, diag.BadSyntax, "", "%s=( ) with an expression was expected", name)
		return nil, false
	}
	p := &exprParser{text: in, pos: from, end: to}
	if t.Kind == Punct {
		x = p.primary(p.peek())
		a.dropTokens(from, p.pos)
	} else if x = p.parse(); p.err == nil && p.peek().kind != exprEnd {
		p.fail(p.peek().span, diag.BadSyntax, "an operator was expected", "")
	}
	if p.err != nil {
		a.FailWith(p.err)
		return nil, false
	}
	return x, true
}

// dropTokens takes the tokens of a span out of the arguments.
func (a *Args) dropTokens(from, to int) {
	a.tokens = slices.DeleteFunc(slices.Clone(a.tokens), func(t Token) bool {
		return t.Span.Start >= from && t.Span.End <= to
	})
}
