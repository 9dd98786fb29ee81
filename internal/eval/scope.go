package eval

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// mvmap and mvfilter run an expression for every value of a field, in which
// the name of the field means that one value.

// within binds an expression in which name means one value.
func (b *binder) within(name string, bind func() node) node {
	b.scopes = append(b.scopes, name)
	n := bind()
	b.scopes = b.scopes[:len(b.scopes)-1]
	return n
}

// eachValue runs body for every value of all, bound to the name that was the
// depth-th to be bound, until it returns false.
func (env *Env) eachValue(depth int, all value.Value, body func(v value.Value) bool) {
	for len(env.bound) <= depth {
		env.bound = append(env.bound, value.Value{})
	}
	for i := range all.Len() {
		v := all.At(i)
		env.bound[depth] = v
		if !body(v) {
			return
		}
	}
}

func bindMVMap(b *binder, c *spl.Call) node {
	all := b.expr(c.Args[0])
	names := fieldNames(c.Args[0])
	if len(names) != 1 {
		b.fail(c.Args[0].Span(), diag.BadArgument, "name one field, as in mvmap(x, x*2)", "mvmap needs a first argument over exactly one field, not %d", len(names))
		return node{}
	}
	depth := len(b.scopes)
	each := b.within(names[0], func() node { return b.expr(c.Args[1]) })
	if each.typ == boolType {
		b.fail(c.Args[1].Span(), diag.BadType, "write if(…, …, …) for one of two values, or mvfilter(…)", "mvmap needs a value, not a condition")
	}
	at := b.at(c)
	return node{typ: anyType, run: func(env *Env, row *event.Event) value.Value {
		var result list
		fits := true
		env.eachValue(depth, all.run(env, row), func(value.Value) bool {
			fits = result.add(each.run(env, row))
			return fits
		})
		if !fits {
			env.at = at
			return env.tooLarge()
		}
		return result.value()
	}}
}

func bindMVFilter(b *binder, c *spl.Call) node {
	names := fieldNames(c.Args[0])
	if len(names) != 1 {
		b.fail(c.Args[0].Span(), diag.BadArgument, "", "mvfilter needs a condition on exactly one field, not on %d", len(names))
		return node{}
	}
	all := b.field(names[0])
	depth := len(b.scopes)
	test := b.within(names[0], func() node { return b.condition(c.Args[0], c.Name) })
	return node{typ: anyType, run: func(env *Env, row *event.Event) value.Value {
		var kept []value.Value
		env.eachValue(depth, all.run(env, row), func(v value.Value) bool {
			if test.run(env, row).True() {
				kept = append(kept, v)
			}
			return true
		})
		return value.OfList(kept)
	}}
}

func bindMVFind(b *binder, c *spl.Call) node {
	x, p := b.text(c.Args[0], c.Name), b.pattern(c, 1)
	at := b.at(c)
	return node{typ: numberType, run: func(env *Env, row *event.Event) value.Value {
		all, text := x.run(env, row), p.run(env, row)
		if all.IsNull() || text.Len() != 1 {
			return value.Value{}
		}
		env.at = at
		re := p.compiled(env, text.String())
		if re == nil {
			return value.Value{}
		}
		for i := range all.Len() {
			if p.match(env, re, all.At(i).String()) {
				return value.OfInt(i)
			}
		}
		return value.Value{}
	}}
}

// fieldNames returns the distinct fields that an expression names.
func fieldNames(x spl.Expr) []string {
	var names []string
	seen := map[string]bool{}
	var walk func(x spl.Expr)
	walk = func(x spl.Expr) {
		switch x := x.(type) {
		case *spl.FieldRef:
			if !seen[x.Name] {
				seen[x.Name] = true
				names = append(names, x.Name)
			}
		case *spl.Unary:
			walk(x.X)
		case *spl.Binary:
			walk(x.X)
			walk(x.Y)
		case *spl.InList:
			walk(x.X)
			for _, item := range x.List {
				walk(item)
			}
		case *spl.Call:
			for _, arg := range x.Args {
				walk(arg)
			}
		}
	}
	walk(x)
	return names
}
