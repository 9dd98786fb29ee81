package eval

import (
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// relation is a comparison operator.
type relation uint8

const (
	equal relation = iota
	notEqual
	less
	lessOrEqual
	greater
	greaterOrEqual
)

func relationOf(op string) relation {
	switch op {
	case "!=":
		return notEqual
	case "<":
		return less
	case "<=":
		return lessOrEqual
	case ">":
		return greater
	case ">=":
		return greaterOrEqual
	}
	return equal
}

func holds[T float64 | string](r relation, x, y T) bool {
	switch r {
	case equal:
		return x == y
	case notEqual:
		return x != y
	case less:
		return x < y
	case lessOrEqual:
		return x <= y
	case greater:
		return x > y
	}
	return x >= y
}

// mode is how two values are compared, which their types decide before any row
// is seen.
type mode uint8

const (
	byContent mode = iota // numbers if both look like one, else texts
	asNumbers             // one side is a number: null if the other is none
	asTexts               // one side is a text
	asTruths              // one side is a condition
)

// modeOf checks the types of a comparison. Source: Splunk, eval ("Type checking failed").
func (b *binder) modeOf(op string, x, y node, span diag.Span) mode {
	s, t := x.typ, y.typ
	switch {
	case s == textType && t == numberType, s == numberType && t == textType:
		b.fail(span, diag.BadType, "take the quotes off the number, or write tonumber(…) or tostring(…)", "%s compares a text with a number", op)
	case s == boolType && (t == textType || t == numberType), t == boolType && (s == textType || s == numberType):
		b.fail(span, diag.BadType, "a condition needs no comparison", "%s compares a condition with a value", op)
	case s == nullType || t == nullType:
		b.note(span, "write isnull(…) or isnotnull(…)", "a comparison with null is never true")
	case s == boolType || t == boolType:
		return asTruths
	case s == numberType || t == numberType:
		return asNumbers
	case s == textType || t == textType:
		return asTexts
	}
	return byContent
}

func (b *binder) comparison(op string, left, right spl.Expr) node {
	x, y := b.expr(left), b.expr(right)
	test := b.compared(op, x, y, left.Span().Join(right.Span()))
	return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
		return test(env, row, x.run(env, row))
	}}
}

// compared returns what compares a value that x had with y's.
func (b *binder) compared(op string, x, y node, span diag.Span) func(env *Env, row *event.Event, v value.Value) value.Value {
	m, r := b.modeOf(op, x, y, span), relationOf(op)
	at := b.at(&spl.Call{Name: op, Place: span})
	general := func(env *Env, row *event.Event, v value.Value) value.Value {
		w := y.run(env, row)
		if v.IsMulti() || w.IsMulti() {
			env.at = at
			return anyPair(env, m, r, v, w)
		}
		return compare(m, r, v, w)
	}
	// The commonest comparisons by far: with a literal.
	text := y.constant.String()
	switch number, ok := y.constant.Float(); {
	case m == asTexts && y.constant.Kind() == value.Text:
		return func(env *Env, row *event.Event, v value.Value) value.Value {
			if v.Kind() == value.Text {
				return value.OfBool(holds(r, v.String(), text))
			}
			return general(env, row, v)
		}
	case m == asNumbers && ok:
		return func(env *Env, row *event.Event, v value.Value) value.Value {
			if f, ok := v.Float(); ok {
				return value.OfBool(holds(r, f, number))
			}
			return general(env, row, v)
		}
	}
	return general
}

// compare compares two single values; null with either is null.
func compare(m mode, r relation, v, w value.Value) value.Value {
	if v.IsNull() || w.IsNull() {
		return value.Value{}
	}
	switch m {
	case asNumbers, byContent:
		f, ok := v.Float()
		g, also := w.Float()
		if ok && also {
			return value.OfBool(holds(r, f, g))
		}
		if m == asNumbers {
			return value.Value{}
		}
	case asTruths:
		return value.OfBool(holds(r, strings.ToLower(v.String()), strings.ToLower(w.String())))
	}
	return value.OfBool(holds(r, v.String(), w.String()))
}

// maxPairs bounds the pairs of values that one comparison looks at.
const maxPairs = 1 << 22

// anyPair compares multivalues: true if some pair of values fulfils the
// relation, null if none can be compared.
func anyPair(env *Env, m mode, r relation, v, w value.Value) value.Value {
	if v.Len()*w.Len() > 1024 && r == equal && m != asNumbers {
		return anyEqual(m, v, w)
	}
	if v.Len() > maxPairs/max(1, w.Len()) {
		return env.warn(diag.LimitReached, "a comparison of %d million pairs of values and more was made null", maxPairs>>20)
	}
	result := value.Value{}
	for i := range v.Len() {
		for j := range w.Len() {
			switch one := compare(m, r, v.At(i), w.At(j)); {
			case one.True():
				return one
			case !one.IsNull():
				result = one
			}
		}
	}
	return result
}

// anyEqual is [anyPair] for = over long lists: by a table of one side.
func anyEqual(m mode, v, w value.Value) value.Value {
	key := func(v value.Value) string {
		if m == byContent {
			if f, ok := v.Float(); ok {
				return value.FormatNumber(f)
			}
		}
		if m == asTruths {
			return strings.ToLower(v.String())
		}
		return v.String()
	}
	seen := make(map[string]struct{}, v.Len())
	for i := range v.Len() {
		seen[key(v.At(i))] = struct{}{}
	}
	for j := range w.Len() {
		if _, ok := seen[key(w.At(j))]; ok {
			return value.OfBool(true)
		}
	}
	return value.OfBool(false)
}

// in binds x IN (list) and in(x, list…): whether x equals any of the list.
func (b *binder) in(left spl.Expr, list []spl.Expr) node {
	x := b.expr(left)
	nodes := make([]node, len(list))
	modes := make([]mode, len(list))
	texts := make(map[string]struct{}, len(list))
	for i, item := range list {
		nodes[i] = b.expr(item)
		modes[i] = b.modeOf("IN", x, nodes[i], item.Span())
		if c := nodes[i].constant; modes[i] == asTexts && c.Kind() == value.Text {
			texts[c.String()] = struct{}{}
		}
	}
	at := b.at(&spl.Call{Name: "IN", Place: left.Span()})
	general := func(env *Env, v value.Value, row *event.Event) value.Value {
		result := value.Value{}
		for i, n := range nodes {
			env.at = at
			switch one := anyPair(env, modes[i], equal, v, n.run(env, row)); {
			case one.True():
				return one
			case !one.IsNull():
				result = one
			}
		}
		return result
	}
	allTexts := len(texts) > 0 && len(texts) == len(list)
	return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
		v := x.run(env, row)
		if allTexts && v.Kind() == value.Text {
			_, ok := texts[v.String()]
			return value.OfBool(ok)
		}
		return general(env, v, row)
	}}
}

// like binds x LIKE pattern.
func (b *binder) like(left, right spl.Expr) node {
	x, pattern := b.text(left, "LIKE"), b.text(right, "LIKE")
	at := b.at(&spl.Call{Name: "like", Place: left.Span().Join(right.Span())})
	return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
		v, p := x.run(env, row), pattern.run(env, row)
		if v.IsNull() || p.Len() != 1 {
			return value.Value{}
		}
		for i := range v.Len() {
			matched, ok := matchLike(v.At(i).String(), p.String())
			if !ok {
				env.at = at
				return env.warn(diag.LimitReached, "a pattern too long for its text was made null")
			}
			if matched {
				return value.OfBool(true)
			}
		}
		return value.OfBool(false)
	}}
}

// text binds an operand that is taken as text.
func (b *binder) text(x spl.Expr, what string) node {
	n := b.expr(x)
	if n.typ == boolType {
		b.fail(x.Span(), diag.BadType, "write tostring(…) for its text", "%s needs a text, not a condition", what)
	}
	return n
}
