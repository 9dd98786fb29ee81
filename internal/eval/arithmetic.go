package eval

import (
	"math"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// concat binds the dot: the texts of both, null if either is null or has
// several values.
func (b *binder) concat(e *spl.Binary) node {
	x, y := b.expr(e.X), b.expr(e.Y)
	for _, side := range []struct {
		typ  typ
		span diag.Span
	}{{x.typ, e.X.Span()}, {y.typ, e.Y.Span()}} {
		if side.typ == boolType {
			b.fail(side.span, diag.BadType, "write tostring(…) for its text", "the dot joins texts, not conditions")
		}
	}
	b.noteDottedName(e)
	join := b.joiner(e)
	return node{typ: textType, run: func(env *Env, row *event.Event) value.Value {
		return join(env, x.run(env, row), y.run(env, row))
	}}
}

// noteDottedName tells of userIdentity.userName, which joins two fields where
// one was likely meant.
func (b *binder) noteDottedName(e *spl.Binary) {
	left, right := e.X, e.Y
	if inner, ok := left.(*spl.Binary); ok && inner.Op == "." {
		left = inner.Y
	}
	x, ok := left.(*spl.FieldRef)
	y, also := right.(*spl.FieldRef)
	if !ok || !also || x.Quoted || y.Quoted || x.Place.End+1 != y.Place.Start {
		return
	}
	b.note(x.Place.Join(y.Place), "write '"+x.Name+"."+y.Name+"' in single quotes for one field", "%s.%s joins the values of two fields", x.Name, y.Name)
}

// joiner returns what concatenates two values at an operator.
func (b *binder) joiner(e *spl.Binary) func(env *Env, v, w value.Value) value.Value {
	at := b.at(&spl.Call{Name: e.Op, Place: e.Span()})
	return func(env *Env, v, w value.Value) value.Value {
		if v.Len() != 1 || w.Len() != 1 {
			return value.Value{}
		}
		s, t := v.String(), w.String()
		if len(s)+len(t) > maxText {
			env.at = at
			return env.tooLarge()
		}
		return value.OfText(s + t)
	}
}

// plus binds +, which adds numbers and joins texts. A text literal on either
// side makes it join; otherwise two numbers are added, two texts joined, and
// of each one is null. Source: Splunk, eval.
func (b *binder) plus(e *spl.Binary) node {
	x, y := b.expr(e.X), b.expr(e.Y)
	for _, side := range []node{x, y} {
		if side.typ == boolType {
			b.fail(e.Span(), diag.BadType, "write if(…, 1, 0) for a number or tostring(…) for a text", "+ needs numbers or texts, not a condition")
		}
	}
	join := b.joiner(e)
	switch {
	case x.typ == textType || y.typ == textType:
		return node{typ: textType, run: func(env *Env, row *event.Event) value.Value {
			return join(env, x.run(env, row), y.run(env, row))
		}}
	case x.typ == numberType && y.typ == numberType:
		return folded(x, y, node{typ: numberType, run: func(env *Env, row *event.Event) value.Value {
			f, ok := x.run(env, row).Float()
			g, also := y.run(env, row).Float()
			if !ok || !also {
				return value.Value{}
			}
			return value.OfNumber(f + g)
		}})
	}
	return node{typ: anyType, run: func(env *Env, row *event.Event) value.Value {
		v, w := x.run(env, row), y.run(env, row)
		f, ok := v.Float()
		g, also := w.Float()
		switch {
		case ok && also:
			return value.OfNumber(f + g)
		case ok != also:
			return value.Value{}
		}
		return join(env, v, w)
	}}
}

// folded computes n now if its operands are constants.
func folded(x, y, n node) node {
	if x.constant.IsNull() || y.constant.IsNull() {
		return n
	}
	return constantNode(n.run(nil, nil), n.typ)
}

// arithmetic binds - * / %. A division by zero is null, and % keeps the sign
// of the dividend.
func (b *binder) arithmetic(e *spl.Binary) node {
	x, y := b.number(e.X, e.Op), b.number(e.Y, e.Op)
	var compute func(f, g float64) (float64, bool)
	switch e.Op {
	case "-":
		compute = func(f, g float64) (float64, bool) { return f - g, true }
	case "*":
		compute = func(f, g float64) (float64, bool) { return f * g, true }
	case "/":
		compute = func(f, g float64) (float64, bool) { return f / g, g != 0 }
	case "%":
		compute = func(f, g float64) (float64, bool) { return math.Mod(f, g), g != 0 }
	}
	digits, rounded := precision(e)
	rounded = rounded && !b.exact
	return folded(x, y, node{typ: numberType, run: func(env *Env, row *event.Event) value.Value {
		f, ok := x.run(env, row).Float()
		if !ok {
			return value.Value{}
		}
		g, ok := y.run(env, row).Float()
		if !ok {
			return value.Value{}
		}
		if f, ok = compute(f, g); !ok {
			return value.Value{}
		}
		if rounded {
			f = roundDigits(f, digits)
		}
		return value.OfNumber(f)
	}})
}

// precision returns the significant digits of a product or quotient of
// literals with a decimal point: those of the least precise one. Source:
// Splunk, eval, Rounding. Whether the digits of a field's text count is not
// documented; here they do not.
func precision(x spl.Expr) (digits int, ok bool) {
	switch x := x.(type) {
	case *spl.NumberLit:
		return significantDigits(x.Text), strings.Contains(x.Text, ".")
	case *spl.Unary:
		if x.Op != "NOT" {
			return precision(x.X)
		}
	case *spl.Binary:
		if x.Op == "*" || x.Op == "/" {
			m, ok := precision(x.X)
			n, also := precision(x.Y)
			return min(m, n), ok && also
		}
	}
	return 0, false
}

// significantDigits counts the digits of a number as written, without leading
// zeros.
func significantDigits(text string) int {
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	digits := strings.TrimLeft(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, mantissa), "0")
	return max(1, len(digits))
}

// roundDigits rounds f to n significant digits.
func roundDigits(f float64, n int) float64 {
	if f == 0 || math.IsInf(f, 0) || math.IsNaN(f) {
		return f
	}
	_, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	e, _ := strconv.Atoi(exponent)
	return roundPlaces(f, n-1-e)
}

// roundPlaces rounds f to n decimal places, which may be negative, half away
// from zero. It rounds the shortest decimal that reads back as f, so that
// 2.675 becomes 2.68 although the nearest binary number is smaller.
func roundPlaces(f float64, n int) float64 {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return f
	}
	text := strconv.FormatFloat(math.Abs(f), 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	e, _ := strconv.Atoi(exponent)
	digits := strings.Replace(mantissa, ".", "", 1)
	keep := e + 1 + n
	switch {
	case keep >= len(digits):
		return f
	case keep < 0:
		return 0
	}
	kept := []byte("0" + digits[:keep])
	if digits[keep] >= '5' {
		i := len(kept) - 1
		for ; kept[i] == '9'; i-- {
			kept[i] = '0'
		}
		kept[i]++
	}
	rounded, err := strconv.ParseFloat(string(kept)+"e"+strconv.Itoa(e+1-keep), 64)
	if err != nil {
		return f
	}
	return math.Copysign(rounded, f)
}
