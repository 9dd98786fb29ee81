package eval

import (
	"math"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var mathematical = []*Function{
	{
		Name: "abs", Args: "x", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "The absolute value of x.",
		Examples: []Example{{`abs(-5)`, "5"}},
		call:     numeric(math.Abs),
	},
	{
		Name: "ceiling", Aliases: []string{"ceil"}, Args: "x", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "The smallest whole number that is not below x.",
		Examples: []Example{{`ceiling(1.9)`, "2"}, {`ceil(-1.9)`, "-1"}},
		call:     numeric(math.Ceil),
	},
	{
		Name: "exact", Args: "x", Category: "Mathematical", result: numberType,
		Summary:  "The value of x without the rounding of products and quotients of literals to their significant digits.",
		Examples: []Example{{`exact(8.25 * 0.2)`, "1.6500000000000001"}, {`8.25 * 0.2`, "2"}},
		bind: func(b *binder, c *spl.Call) node {
			outer := b.exact
			b.exact = true
			n := b.number(c.Args[0], "exact")
			b.exact = outer
			return n
		},
	},
	{
		Name: "exp", Args: "x", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "e to the power of x.",
		Examples: []Example{{`exp(0)`, "1"}, {`exp(3)`, "20.085536923187668"}},
		call:     numeric(math.Exp),
	},
	{
		Name: "floor", Args: "x", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "The largest whole number that is not above x.",
		Examples: []Example{{`floor(1.9)`, "1"}, {`floor(-1.1)`, "-2"}},
		call:     numeric(math.Floor),
	},
	{
		Name: "ln", Args: "x", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "The natural logarithm of x; null unless x > 0.",
		Examples: []Example{{`ln(1)`, "0"}, {`ln(0)`, ""}},
		call:     numeric(math.Log),
	},
	{
		Name: "log", Args: "x[, base]", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "The logarithm of x to the base, 10 unless given; null where there is none.",
		Examples: []Example{{`log(1000)`, "3"}, {`log(8, 2)`, "3"}, {`log(-1)`, ""}},
		call: func(_ *Env, args []value.Value) value.Value {
			x, ok := args[0].Float()
			base, also := 10.0, true
			if len(args) > 1 {
				base, also = args[1].Float()
			}
			switch {
			case !ok || !also:
				return value.Value{}
			case base == 10:
				return finite(math.Log10(x))
			case base == 2:
				return finite(math.Log2(x))
			}
			return finite(math.Log(x) / math.Log(base))
		},
	},
	{
		Name: "pi", Args: "", Category: "Mathematical", result: numberType,
		Summary:  "The number pi.",
		Examples: []Example{{`pi()`, "3.141592653589793"}},
		call:     func(*Env, []value.Value) value.Value { return value.OfNumber(math.Pi) },
	},
	{
		Name: "pow", Args: "x, y", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "x to the power of y; null where that is no number or too large for one.",
		Examples: []Example{{`pow(2, 10)`, "1024"}, {`pow(-8, 0.5)`, ""}},
		call:     numeric2(math.Pow),
	},
	{
		Name: "round", Args: "x[, n]", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "x rounded to n decimal places, none unless given; halves go away from zero.",
		Examples: []Example{{`round(3.5)`, "4"}, {`round(-2.5)`, "-3"}, {`round(2.555, 2)`, "2.56"}},
		Differs:  "Trailing zeros are not shown: round(5, 2) is 5.",
		call: func(_ *Env, args []value.Value) value.Value {
			x, ok := args[0].Float()
			n, also := 0.0, true
			if len(args) > 1 {
				n, also = args[1].Float()
			}
			if !ok || !also {
				return value.Value{}
			}
			return value.OfNumber(roundPlaces(x, int(max(-400, min(400, n)))))
		},
	},
	{
		Name: "sigfig", Args: "x", Category: "Mathematical", result: numberType,
		Summary:  "x rounded to the digits that its operands have: for * and / as many significant ones as the least precise, for + and - as many decimal places.",
		Examples: []Example{{`sigfig(1.00 * 1111)`, "1110"}, {`sigfig(1.1 + 2.25)`, "3.4"}, {`sigfig(7)`, "7"}},
		bind:     bindSigfig,
	},
	{
		Name: "sqrt", Args: "x", Category: "Mathematical", kinds: "n", result: numberType,
		Summary:  "The square root of x; null if x < 0.",
		Examples: []Example{{`sqrt(9)`, "3"}, {`sqrt(-1)`, ""}},
		call:     numeric(math.Sqrt),
	},
}

// bindSigfig binds sigfig, which needs to know how its argument was computed.
func bindSigfig(b *binder, c *spl.Call) node {
	outer := b.exact
	b.exact = true
	x := b.measured(c.Args[0])
	b.exact = outer
	return node{typ: numberType, run: func(env *Env, row *event.Event) value.Value {
		f, places, ok := x(env, row)
		if !ok {
			return value.Value{}
		}
		return value.OfNumber(roundPlaces(f, places))
	}}
}

// allPlaces is more decimal places than any number has.
const allPlaces = 400

// measured computes a number and how many of its decimal places are
// significant.
type measured func(*Env, *event.Event) (f float64, places int, ok bool)

func (b *binder) measured(x spl.Expr) measured {
	switch x := x.(type) {
	case *spl.NumberLit:
		places := decimalPlaces(x.Text)
		return func(*Env, *event.Event) (float64, int, bool) { return x.Value, places, true }
	case *spl.FieldRef:
		n := b.field(x.Name)
		return func(env *Env, row *event.Event) (float64, int, bool) {
			v := n.run(env, row)
			f, ok := v.Float()
			return f, decimalPlaces(v.String()), ok
		}
	case *spl.Unary:
		if x.Op == "-" {
			operand := b.measured(x.X)
			return func(env *Env, row *event.Event) (float64, int, bool) {
				f, places, ok := operand(env, row)
				return -f, places, ok
			}
		}
	case *spl.Binary:
		if strings.Contains("+-*/", x.Op) {
			return measuredBinary(x.Op, b.measured(x.X), b.measured(x.Y))
		}
	}
	n := b.number(x, "sigfig")
	return func(env *Env, row *event.Event) (float64, int, bool) {
		f, ok := n.run(env, row).Float()
		return f, allPlaces, ok
	}
}

// measuredBinary computes a sum, which has the places of the operand with the
// fewest, or a product, which has as many digits as the operand with the
// fewest.
func measuredBinary(op string, left, right measured) measured {
	return func(env *Env, row *event.Event) (float64, int, bool) {
		x, m, ok := left(env, row)
		y, n, also := right(env, row)
		if !ok || !also {
			return 0, 0, false
		}
		switch op {
		case "+":
			return x + y, min(m, n), true
		case "-":
			return x - y, min(m, n), true
		case "*":
			return x * y, productPlaces(x*y, min(digitsOf(x, m), digitsOf(y, n))), true
		}
		return x / y, productPlaces(x/y, min(digitsOf(x, m), digitsOf(y, n))), y != 0
	}
}

// digitsOf turns decimal places of f into significant digits.
func digitsOf(f float64, places int) int {
	if f == 0 || places >= allPlaces {
		return allPlaces
	}
	return max(1, places+magnitude(f))
}

// productPlaces turns significant digits of f into decimal places.
func productPlaces(f float64, digits int) int {
	if f == 0 || digits >= allPlaces {
		return allPlaces
	}
	return digits - magnitude(f)
}

// magnitude is the number of digits before the decimal point.
func magnitude(f float64) int {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return 0
	}
	return int(math.Floor(math.Log10(math.Abs(f)))) + 1
}

// decimalPlaces counts the digits behind the decimal point of a number as
// written.
func decimalPlaces(text string) int {
	if _, ok := value.ParseNumber(text); !ok || strings.ContainsAny(text, "eE") {
		return allPlaces
	}
	_, fraction, _ := strings.Cut(text, ".")
	return len(fraction)
}
