package eval

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// searchmatch is one call of searchmatch(). Its filter depends on the run's
// clock and zone, so each Env compiles its own.
type searchmatch struct {
	expr spl.SearchExpr
}

func bindSearchmatch(b *binder, c *spl.Call) node {
	literal, ok := c.Args[0].(*spl.StringLit)
	if !ok {
		b.fail(c.Args[0].Span(), diag.BadArgument, "", "searchmatch takes a search as a text in double quotes")
		return node{}
	}
	expr, err := spl.ParseSearch(&diag.Source{Name: "searchmatch", Text: literal.Value})
	if err != nil {
		b.fail(literal.Place, diag.BadSyntax, "", "searchmatch: %s", problem(err))
		return node{}
	}
	compiled, err := filter.Compile(expr, filter.Options{})
	if err != nil {
		b.fail(literal.Place, diag.BadArgument, "", "searchmatch: %s", problem(err))
		return node{}
	}
	b.fields = b.fields.Union(compiled.Fields())
	s := &searchmatch{expr}
	return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
		f := env.filters[s]
		if f == nil {
			f = s.compile(env)
		}
		return value.OfBool(f.Match(row))
	}}
}

func (s *searchmatch) compile(env *Env) *filter.Filter {
	f, err := filter.Compile(s.expr, filter.Options{Now: env.Now, Location: env.Location})
	if err != nil { // it compiled before, with another clock
		f, _ = filter.Compile(&spl.SearchNot{X: &spl.SearchAnd{}}, filter.Options{})
	}
	if env.filters == nil {
		env.filters = map[*searchmatch]*filter.Filter{}
	}
	env.filters[s] = f
	return f
}

// problem is the message of an error without the place, which is one in
// another text.
func problem(err error) string {
	if all := diag.All(err); len(all) > 0 {
		return all[0].Message
	}
	return err.Error()
}
