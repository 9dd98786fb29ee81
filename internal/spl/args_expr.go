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

// Subsearch takes a bracketed search.
func (a *Args) Subsearch() *Pipeline {
	t := a.Peek()
	if t.Kind != Bracket {
		a.wanted("a subsearch in [ ]")
		return nil
	}
	a.next++
	p := &pipelineParser{text: a.command.text}
	pipeline := p.pipeline(t.Span.Start+1, t.Span.End-1, true, a.command.depth+1)
	a.FailWith(p.errors.Err())
	return pipeline
}

// resync makes the token at or after offset the next one.
func (a *Args) resync(offset int) {
	for a.next < len(a.tokens) && a.tokens[a.next].Span.Start < offset {
		if t := a.tokens[a.next]; t.Kind == Word && t.Span.End > offset {
			// An expression ended inside the word, as before the brace of a{}.b.
			a.tokens = slices.Clone(a.tokens)
			rest := diag.Span{Start: offset, End: t.Span.End}
			a.tokens[a.next] = Token{Word, a.command.text.s[rest.Start:rest.End], rest}
			return
		}
		a.next++
	}
}

// Search reads the rest of the arguments as a search expression, or up to one
// of the stop words where these stand outside parentheses.
func (a *Args) Search(stop ...string) SearchExpr {
	if a.err != nil {
		return &SearchAnd{}
	}
	from := a.command.args.Start
	if a.next > 0 && a.next <= len(a.tokens) {
		from = a.tokens[a.next-1].Span.End
	}
	p := &searchParser{text: a.command.text, pos: from, end: a.command.args.End, stop: stop, depth: a.command.depth}
	e := p.parse()
	if p.err != nil {
		a.FailWith(p.err)
		return &SearchAnd{}
	}
	a.resync(p.pos)
	return e
}

// Expr takes an eval expression, which ends where it cannot go on.
func (a *Args) Expr() Expr {
	if a.err != nil {
		return &NumberLit{}
	}
	p := &exprParser{text: a.command.text, pos: a.Peek().Span.Start, end: a.command.args.End}
	e := p.parse()
	if p.err != nil {
		a.FailWith(p.err)
		return &NumberLit{}
	}
	a.resync(p.pos)
	return e
}

// Raw returns the text of a span of the command's search, macros replaced.
func (a *Args) Raw(span diag.Span) string { return a.command.text.s[span.Start:span.End] }
