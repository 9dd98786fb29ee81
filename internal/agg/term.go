package agg

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// Term is one result of chart or timechart: a call, or an eval expression over
// calls such as eval(round(avg(x), 2)).
type Term struct {
	// Calls are what the term is computed from: one for a plain call.
	Calls []*Call
	// Span is the place of the term, with its name for the result.
	Span diag.Span

	expr   *eval.Expr // over the results of Calls, or nil
	source string     // eval(…) as written
	as     string
}

// ParseTerms reads calls and eval expressions over calls up to a stop word or
// to the end. At least one must be there.
func ParseTerms(a *spl.Args, stop ...string) []*Term {
	var terms []*Term
	for more(a, stop) {
		t := parseTerm(a, stop)
		if t == nil {
			return nil
		}
		if !slices.ContainsFunc(terms, func(o *Term) bool { return o.String() == t.String() }) {
			terms = append(terms, t)
		}
	}
	if len(terms) == 0 {
		missing(a)
	}
	return terms
}

func parseTerm(a *spl.Args, stop []string) *Term {
	next := a.PeekAt(1)
	if !a.Peek().Is("eval") || next.Kind != spl.Punct || next.Text != "(" {
		if c := parseCall(a, stop); c != nil {
			return &Term{Calls: []*Call{c}, Span: c.Span}
		}
		return nil
	}
	t := &Term{}
	call, ok := a.Expr().(*spl.Call)
	if !ok || len(call.Args) != 1 {
		a.Fail(a.Peek().Span, diag.BadArgument, "", "eval( ) of one expression was expected")
		return nil
	}
	t.source, t.Span = a.Raw(call.Place), call.Place
	over := t.extract(a, call.Args[0])
	if a.Err() == nil && len(t.Calls) == 0 {
		a.Fail(call.Place, diag.BadArgument, "", "eval( ) here computes with functions of the rows, such as avg(x), and it has none")
	}
	if a.Err() == nil {
		expr, err := eval.Bind(over, a.Command())
		a.FailWith(err)
		t.expr = expr
	}
	if a.Keyword("as") {
		t.as = takeName(a, stop)
	}
	if a.Err() != nil {
		return nil
	}
	return t
}

// CheckTerms is [Check] for terms.
func CheckTerms(a *spl.Args, terms []*Term, by []string) {
	checker := names{a: a, by: by}
	for _, t := range terms {
		if !t.Plain() || !t.Calls[0].Wild() {
			checker.check(t.Column(), t.Span)
		}
	}
}

// hidden is the name under which an expression finds the result of its i-th
// call.
func hidden(i int) string { return "call:" + strconv.Itoa(i) }

// extract returns x with every call of a statistical function replaced by a
// field that holds its result.
func (t *Term) extract(a *spl.Args, x spl.Expr) spl.Expr {
	switch x := x.(type) {
	case *spl.FieldRef:
		if !x.Quoted && x.Name == "count" { // needs no parentheses anywhere
			return t.result(a, &spl.Call{Name: x.Name, NameAt: x.Place, Place: x.Place})
		}
	case *spl.Call:
		if f, _ := find(x.Name); f != nil && len(x.Args) < 2 && a.Err() == nil {
			return t.result(a, x)
		}
		copied := *x
		copied.Args = t.extractAll(a, x.Args)
		return &copied
	case *spl.Unary:
		copied := *x
		copied.X = t.extract(a, x.X)
		return &copied
	case *spl.Binary:
		return &spl.Binary{Op: x.Op, X: t.extract(a, x.X), Y: t.extract(a, x.Y)}
	case *spl.InList:
		copied := *x
		copied.X, copied.List = t.extract(a, x.X), t.extractAll(a, x.List)
		return &copied
	}
	return x
}

func (t *Term) extractAll(a *spl.Args, list []spl.Expr) []spl.Expr {
	extracted := make([]spl.Expr, len(list))
	for i, x := range list {
		extracted[i] = t.extract(a, x)
	}
	return extracted
}

// result makes a call of x and returns the field of its result.
func (t *Term) result(a *spl.Args, x *spl.Call) spl.Expr {
	ref := &spl.FieldRef{Name: hidden(len(t.Calls)), Quoted: true, Place: x.Place}
	c := newCall(a, x.Name, x.Place)
	if c == nil {
		return ref
	}
	if len(x.Args) == 1 {
		switch arg := x.Args[0].(type) {
		case *spl.FieldRef:
			c.Field = arg.Name
		case *spl.Call:
			if arg.Name == "eval" {
				c.setExpr(a, arg)
			}
		case *spl.Binary:
			// A name with dots reads as a concatenation in an expression.
			c.Field = a.Raw(arg.Span())
		}
		if c.Field == "" && c.expr == nil {
			a.Fail(x.Place, diag.BadArgument, "", "a field or eval( ) was expected as the argument of %s", x.Name)
		}
		if strings.ContainsAny(c.Field, " \t\r\n()\"*") {
			a.Fail(x.Args[0].Span(), diag.BadArgument, "", "%q is no field", c.Field)
		}
	}
	c.complete(a)
	if c.Wild() {
		a.Fail(x.Place, diag.MissingArgument, "", "%s needs a field", x.Name)
	}
	t.Calls = append(t.Calls, c)
	return ref
}

// Plain reports whether the term is a call by itself.
func (t *Term) Plain() bool { return t.source == "" }

// Column returns the name of the result.
func (t *Term) Column() string {
	switch {
	case t.Plain():
		return t.Calls[0].Column()
	case t.as != "":
		return t.as
	}
	return t.source
}

// Notes returns what runs as written but is likely not as meant.
func (t *Term) Notes() []*diag.Error {
	notes := Notes(t.Calls)
	if t.expr != nil {
		notes = append(notes, t.expr.Notes()...)
	}
	return notes
}

// String writes the term so that it parses to an equal one.
func (t *Term) String() string {
	if t.Plain() {
		return t.Calls[0].String()
	}
	return t.source + asString(t.as)
}

// Value computes the term from the results of its calls.
func (t *Term) Value(results []value.Value, env *eval.Env) value.Value {
	if t.Plain() {
		return results[0]
	}
	row := event.New()
	for i, v := range results {
		row.Set(hidden(i), v)
	}
	return counted(t.expr.Eval(env, row))
}

// Equal reports whether two terms mean the same.
func (t *Term) Equal(o *Term) bool {
	if t == nil || o == nil {
		return t == o
	}
	return t.String() == o.String()
}
