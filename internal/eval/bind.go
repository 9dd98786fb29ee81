package eval

import (
	"fmt"
	"slices"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// fn computes a part of an expression.
type fn func(env *Env, row *event.Event) value.Value

// node is a bound part of an expression.
type node struct {
	run fn
	typ typ
	// constant is the value of a literal, null for everything else.
	constant value.Value
}

// typ is what is known of a value before any row is seen. Source: the static
// checks that Splunk reports as "Type checking failed".
type typ uint8

const (
	anyType    typ = iota // depends on the row, as for coalesce
	fieldType             // untyped text of a field
	numberType            // a number, or null
	textType              // text, or null
	boolType              // a condition, or null
	nullType              // always null
)

func (t typ) String() string {
	return [...]string{"any value", "a field", "a number", "a text", "a condition", "null"}[t]
}

// union is the type of a value that has one of two types.
func (t typ) union(u typ) typ {
	switch {
	case t == u || u == nullType:
		return t
	case t == nullType:
		return u
	}
	return anyType
}

// binder turns the tree of an expression into nodes. It keeps the first
// problem.
type binder struct {
	command *spl.Command
	// find and names look into the table of functions; the functions in it
	// that bind their own arguments come back here, so that calling them
	// directly would make the table's initialization depend on itself.
	find  func(name string) *Function
	names func() []string

	fields event.Set
	notes  []*diag.Error
	scopes []string // the fields that mvmap and mvfilter have bound, innermost last
	exact  bool     // inside exact(), where products keep all their digits
	err    error
}

func (b *binder) fail(span diag.Span, code diag.Code, hint, format string, args ...any) {
	if b.err == nil {
		b.err = errorAt(b.command, span, code, fmt.Sprintf(format, args...), hint)
	}
}

func (b *binder) note(span diag.Span, hint, format string, args ...any) {
	b.notes = append(b.notes, errorAt(b.command, span, diag.SuspiciousExpression, fmt.Sprintf(format, args...), hint))
}

// constantNode is a value that does not depend on the row.
func constantNode(v value.Value, t typ) node {
	return node{run: func(*Env, *event.Event) value.Value { return v }, typ: t, constant: v}
}

func (b *binder) expr(x spl.Expr) node {
	switch x := x.(type) {
	case *spl.NumberLit:
		return constantNode(value.OfNumber(x.Value), numberType)
	case *spl.StringLit:
		return constantNode(value.OfText(x.Value), textType)
	case *spl.FieldRef:
		return b.field(x.Name)
	case *spl.Unary:
		return b.unary(x)
	case *spl.Binary:
		return b.binary(x)
	case *spl.InList:
		return b.in(x.X, x.List)
	case *spl.Call:
		return b.call(x)
	}
	return node{}
}

// field reads a field of the row, or what mvmap or mvfilter has bound to its
// name.
func (b *binder) field(name string) node {
	for i, bound := range slices.Backward(b.scopes) {
		if bound == name {
			return node{run: func(env *Env, _ *event.Event) value.Value { return env.bound[i] }, typ: fieldType}
		}
	}
	b.fields = b.fields.With(name)
	return node{run: func(_ *Env, row *event.Event) value.Value { return row.Get(name) }, typ: fieldType}
}

// condition binds an operand that must be true or false.
func (b *binder) condition(x spl.Expr, what string) node {
	n := b.expr(x)
	switch n.typ {
	case boolType, anyType, nullType:
	default:
		b.fail(x.Span(), diag.BadType, notConditionHint(x, n.typ), "%s needs a condition, not %s", what, n.typ)
	}
	return n
}

// notConditionHint says how to make a condition of x.
func notConditionHint(x spl.Expr, t typ) string {
	if t == fieldType {
		return `compare it with a value, as in ` + spl.ExprString(x) + `="true"`
	}
	return "compare it with something"
}

func (b *binder) unary(x *spl.Unary) node {
	if x.Op == "NOT" {
		operand := b.condition(x.X, "NOT").run
		return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
			v := operand(env, row)
			if v.IsNull() && env.StrictNot {
				return v
			}
			return value.OfBool(!v.True())
		}}
	}
	operand := b.number(x.X, x.Op)
	if x.Op == "+" {
		return node{typ: numberType, run: func(env *Env, row *event.Event) value.Value {
			if f, ok := operand.run(env, row).Float(); ok {
				return value.OfNumber(f)
			}
			return value.Value{}
		}}
	}
	if f, ok := operand.constant.Float(); ok {
		return constantNode(value.OfNumber(-f), numberType)
	}
	return node{typ: numberType, run: func(env *Env, row *event.Event) value.Value {
		if f, ok := operand.run(env, row).Float(); ok {
			return value.OfNumber(-f)
		}
		return value.Value{}
	}}
}

// number binds an operand that must be a number.
func (b *binder) number(x spl.Expr, op string) node {
	n := b.expr(x)
	switch {
	case n.typ == boolType:
		b.fail(x.Span(), diag.BadType, "write if(…, 1, 0) for a number", "%s needs numbers, not a condition", op)
	case n.typ == textType && !n.constant.IsNull():
		b.fail(x.Span(), diag.BadType, "write a number without quotes, or a field in single quotes", "%s needs numbers, not a text", op)
	}
	return n
}

func (b *binder) binary(x *spl.Binary) node {
	switch x.Op {
	case "AND", "OR", "XOR":
		return b.logic(x.Op, b.condition(x.X, x.Op), b.condition(x.Y, x.Op))
	case "LIKE":
		return b.like(x.X, x.Y)
	case ".":
		return b.concat(x)
	case "+":
		return b.plus(x)
	case "-", "*", "/", "%":
		return b.arithmetic(x)
	}
	return b.comparison(x.Op, x.X, x.Y)
}

// logic is three-valued: null is neither true nor false.
func (b *binder) logic(op string, x, y node) node {
	n := node{typ: boolType}
	switch op {
	case "AND":
		n.run = func(env *Env, row *event.Event) value.Value {
			v := x.run(env, row)
			if !v.IsNull() && !v.True() {
				return value.OfBool(false)
			}
			w := y.run(env, row)
			switch {
			case w.IsNull():
				return w
			case !w.True():
				return value.OfBool(false)
			}
			return v
		}
	case "OR":
		n.run = func(env *Env, row *event.Event) value.Value {
			v := x.run(env, row)
			if v.True() {
				return v
			}
			w := y.run(env, row)
			switch {
			case w.True():
				return w
			case v.IsNull() || w.IsNull():
				return value.Value{}
			}
			return value.OfBool(false)
		}
	case "XOR":
		n.run = func(env *Env, row *event.Event) value.Value {
			v, w := x.run(env, row), y.run(env, row)
			if v.IsNull() || w.IsNull() {
				return value.Value{}
			}
			return value.OfBool(v.True() != w.True())
		}
	}
	return n
}
