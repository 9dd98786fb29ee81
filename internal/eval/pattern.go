package eval

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// pattern is an argument that is a regular expression: compiled when bound if
// it is a literal, else for every new text.
type pattern struct {
	node
	re *regex.Regexp
}

// pattern binds the i-th argument of a call as a regular expression.
func (b *binder) pattern(c *spl.Call, i int) pattern {
	p := pattern{node: b.text(c.Args[i], c.Name)}
	if literal := p.constant; literal.Kind() == value.Text {
		re, err := regex.Compile(literal.String())
		if err != nil {
			b.fail(c.Args[i].Span(), diag.BadRegex, "", "%v", err)
		}
		p.re = re
		if re != nil && re.Backtracks() {
			b.notes = append(b.notes, errorAt(b.command, c.Args[i].Span(), diag.SlowRegex, regex.SlowNote, ""))
		}
	}
	return p
}

// compiled returns the expression for a text that the argument has, or nil,
// with a warning, if that is none.
func (p pattern) compiled(env *Env, text string) *regex.Regexp {
	if p.re != nil {
		return p.re
	}
	re, err := env.regexes.Compile(text)
	if err != nil {
		env.warn(diag.BadRegex, "values that are no regular expression made the result null")
		return nil
	}
	return re
}

// watch warns if a match has run into its limits, which had happened before
// times.
func (pattern) watch(env *Env, re *regex.Regexp, before int64) {
	if re.LimitHits() > before {
		env.warn(diag.LimitReached, "a regular expression took too long for some values, which count as not matched")
	}
}

// match reports whether the expression matches.
func (p pattern) match(env *Env, re *regex.Regexp, s string) bool {
	hits := re.LimitHits()
	matched := re.Match(s)
	p.watch(env, re, hits)
	return matched
}
