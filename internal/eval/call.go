package eval

import (
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// call binds a call to its entry in the table.
func (b *binder) call(c *spl.Call) node {
	f := b.find(c.Name)
	switch {
	case f == nil:
		b.fail(c.NameAt, diag.UnknownFunction, diag.Suggest(c.Name, b.names()), "unknown function %q", c.Name)
		return node{}
	case f.Instead != "":
		b.fail(c.NameAt, diag.UnsupportedFunction, f.Instead, "the function %s is not run by pugmark", c.Name)
		return node{}
	}
	if least, most := f.Arity(); len(c.Args) < least || most >= 0 && len(c.Args) > most {
		b.fail(c.Place, diag.BadArgument, "write "+f.Syntax(), "%s takes %s, not %d", c.Name, arguments(least, most), len(c.Args))
		return node{}
	}
	if n := len(c.Args) % 2; f.even && n != 0 || f.odd && n != 1 {
		b.fail(c.Place, diag.BadArgument, "write "+f.Syntax(), "%s takes pairs of arguments; one lacks its value", c.Name)
		return node{}
	}
	if f.bind != nil {
		return f.bind(b, c)
	}
	args := make([]node, len(c.Args))
	at := &site{command: b.command, call: c, strings: make([]bool, len(c.Args))}
	for i, x := range c.Args {
		args[i] = b.argument(f, i, x)
		at.strings[i] = args[i].typ == textType && !b.isJSON(x)
	}
	return node{run: f.runner(at, args), typ: f.result}
}

// isJSON reports whether an expression is a call of a function that makes
// JSON.
func (b *binder) isJSON(x spl.Expr) bool {
	c, ok := x.(*spl.Call)
	return ok && b.find(c.Name).json
}

// at returns the place of a call for its warnings.
func (b *binder) at(c *spl.Call) *site { return &site{command: b.command, call: c} }

// arguments words a number of arguments.
func arguments(least, most int) string {
	switch {
	case most == 0:
		return "no arguments"
	case most == 1 && least == 1:
		return "1 argument"
	case most == least:
		return strconv.Itoa(most) + " arguments"
	case most < 0:
		return strconv.Itoa(least) + " or more arguments"
	case most == least+1:
		return strconv.Itoa(least) + " or " + strconv.Itoa(most) + " arguments"
	}
	return strconv.Itoa(least) + " to " + strconv.Itoa(most) + " arguments"
}

// argument binds the i-th argument of a call and checks its type.
func (b *binder) argument(f *Function, i int, x spl.Expr) node {
	n := b.expr(x)
	if f.kinds == "" {
		return n
	}
	kind := f.kinds[min(i, len(f.kinds)-1)]
	switch {
	case kind == 'b':
	case n.typ == boolType:
		b.fail(x.Span(), diag.BadType, "write if(…, …, …) for one of two values", "%s needs a value, not a condition", f.Name)
	case kind == 'n' && n.constant.Kind() == value.Text:
		if _, ok := n.constant.Float(); !ok {
			b.fail(x.Span(), diag.BadType, "write a field in single quotes or bare", "%s needs a number, not the text %s", f.Name, spl.ExprString(x))
		}
	}
	return n
}

// runner returns what evaluates the arguments and calls the function.
func (f *Function) runner(at *site, args []node) fn {
	return func(env *Env, row *event.Event) value.Value {
		base := len(env.stack)
		defer func() { env.stack = env.stack[:base] }()
		for i, n := range args {
			v := n.run(env, row)
			if v.IsNull() && !f.nulls || v.IsMulti() && !f.multis && (i > 0 || !f.each) {
				return value.Value{}
			}
			env.stack = append(env.stack, v)
		}
		env.at = at
		values := env.stack[base:len(env.stack):len(env.stack)]
		if f.each && len(values) > 0 && values[0].IsMulti() {
			return f.callEach(env, values)
		}
		return f.call(env, values)
	}
}

// callEach calls the function for every value of its first argument.
func (f *Function) callEach(env *Env, args []value.Value) value.Value {
	all := args[0]
	var result list
	for i := range all.Len() {
		args[0] = all.At(i)
		if !result.add(f.call(env, args)) {
			return env.tooLarge()
		}
	}
	return result.value()
}

// list collects the values of a result within the limits.
type list struct {
	values []value.Value
	bytes  int
}

// add adds a value, or all values of a multivalue, and reports whether the
// limits still hold. A null adds nothing.
func (l *list) add(v value.Value) bool {
	for i := range v.Len() {
		one := v.At(i)
		switch one.Kind() {
		case value.Bool: // known only now, as for coalesce: a list holds none
			one = value.OfText(one.String())
		case value.Text:
			l.bytes += len(one.String())
		}
		l.values = append(l.values, one)
		if len(l.values) > maxValues || l.bytes > maxText {
			return false
		}
	}
	return true
}

func (l *list) value() value.Value { return value.OfList(l.values) }

// builder builds the text of a result within the limits.
type builder struct{ strings.Builder }

// full reports whether n more bytes would go beyond the limit.
func (t *builder) full(n int) bool { return t.Len()+n > maxText }
