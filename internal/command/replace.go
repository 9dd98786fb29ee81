package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var replace = &Spec{
	Name:    "replace",
	Syntax:  "replace (<wc-string> WITH <wc-string>)... [IN <wc-field-list>]",
	Summary: "Replace whole values of fields by others.",
	Details: `A value is replaced if all of it is the first text, in which a star stands for any run of characters; case counts. The second text has as many stars, which take over what they stood for, or none. Of several texts that fit the first counts. Without IN all fields are looked at, except those that begin with an underscore. Of a multivalue each value is replaced.`,
	Examples: []string{
		`search * | replace "::ffff:*" WITH * IN src_ip`,
		`search * | replace "true" WITH yes, "false" WITH no IN mfa, root`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := replaceOp{names: []string{"*"}}
		for {
			for a.Take(",") { // commas between pairs are optional
			}
			if len(op.pairs) > 0 {
				if a.Keyword("in") {
					op.names = takeFields(a)
					return op, a.End()
				}
				if !a.More() {
					return op, a.End()
				}
			}
			pair := takeReplacement(a)
			if a.Err() != nil {
				return nil, a.Err()
			}
			op.pairs = append(op.pairs, pair)
		}
	},
}

type replaceOp struct {
	pairs []replacement
	names []string
}

// replacement is `from WITH to`.
type replacement struct{ from, to string }

func takeReplacement(a *spl.Args) replacement {
	start := a.Peek().Span
	p := replacement{from: takeText(a, "a text to replace")}
	a.Expect("with")
	end := a.Peek().Span
	p.to = takeText(a, "a text to replace it by")
	if n := strings.Count(p.to, "*"); n > 0 && n != strings.Count(p.from, "*") {
		a.Fail(start.Join(end), diag.BadArgument, "", "%s WITH %s: the second text needs as many stars as the first, or none", p.from, p.to)
	}
	return p
}

// takeText takes a bare or quoted text.
func takeText(a *spl.Args, what string) string {
	switch t := a.Peek(); t.Kind {
	case spl.Word, spl.Text, spl.Name:
		return a.Next().Text
	case spl.End:
		a.Fail(t.Span, diag.MissingArgument, "", "%s was expected at the end", what)
	default:
		a.Fail(t.Span, diag.BadSyntax, "write it in double quotes", "%s was expected, not %q", what, t.Text)
	}
	return ""
}

func (op replaceOp) String() string {
	pairs := make([]string, len(op.pairs))
	for i, p := range op.pairs {
		pairs[i] = spl.Quote(p.from) + " WITH " + spl.Quote(p.to)
	}
	return "replace " + strings.Join(pairs, ", ") + " IN " + argNames(op.names)
}

func (op replaceOp) Kind() plan.Kind                  { return plan.Streaming }
func (op replaceOp) Needs(wanted event.Set) event.Set { return wanted }

func (op replaceOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		for _, name := range expandNames(e, op.names) {
			v := e.Get(name)
			changed := false
			replaced := mapValues(v, func(v value.Value) value.Value {
				text, ok := op.replace(v.String())
				if !ok {
					return v
				}
				changed = true
				return value.OfText(text)
			})
			if changed {
				e.Set(name, replaced)
			}
		}
	}), nil
}

// replace returns what the first text that fits a value says instead of it.
func (op replaceOp) replace(text string) (string, bool) {
	for _, p := range op.pairs {
		if !isPattern(p.from) {
			if p.from == text {
				return p.to, true
			}
			continue
		}
		if stars, ok := event.MatchStars(p.from, text); ok {
			return replaceStars(p.to, stars), true
		}
	}
	return "", false
}
