package oracle

import (
	"math"
	"slices"
	"strconv"

	"github.com/pugmark/pugmark/internal/spl"
)

// numberFunctions compute. A logarithm or root of what has none is null.
func numberFunctions() map[string]function {
	one := func(f func(x float64) float64) function {
		return onNumbers(1, 1, func(n []float64) float64 { return f(n[0]) })
	}
	return map[string]function{
		"abs":     one(math.Abs),
		"ceil":    one(math.Ceil),
		"ceiling": one(math.Ceil),
		"floor":   one(math.Floor),
		"sqrt":    one(math.Sqrt),
		"exp":     one(math.Exp),
		"ln":      one(logarithm),
		"exact": {1, 1, numberForm, func(s scope, args []spl.Expr) val {
			s.exact = true
			return s.eval(args[0])
		}},
		"pi":  {0, 0, numberForm, func(scope, []spl.Expr) val { return number(math.Pi) }},
		"pow": onNumbers(2, 2, func(n []float64) float64 { return math.Pow(n[0], n[1]) }),
		"log": onNumbers(1, 2, func(n []float64) float64 {
			base := 10.0
			if len(n) == 2 {
				base = n[1]
			}
			f := logarithm(n[0]) / logarithm(base)
			if whole := math.Round(f); math.Pow(base, whole) == n[0] {
				return whole // not 2.9999999999999996 for 1000
			}
			return f
		}),
		"round": onNumbers(1, 2, func(n []float64) float64 {
			if len(n) == 1 {
				return math.Round(n[0])
			}
			return roundDecimal(n[0], int(n[1]))
		}),
		"min": {1, -1, anything, func(s scope, args []spl.Expr) val { return extreme(s.evals(args), -1) }},
		"max": {1, -1, anything, func(s scope, args []spl.Expr) val { return extreme(s.evals(args), 1) }},
		"sum": {1, -1, anything, func(s scope, args []spl.Expr) val {
			n := numbersIn(s.evals(args))
			if len(n) == 0 {
				return nil
			}
			return number(sum(n))
		}},
		"avg": {1, -1, anything, func(s scope, args []spl.Expr) val {
			n := numbersIn(s.evals(args))
			if len(n) == 0 {
				return nil
			}
			return number(sum(n) / float64(len(n)))
		}},
	}
}

func logarithm(x float64) float64 { return math.Log(positive(x)) }

func positive(x float64) float64 {
	if x <= 0 {
		return math.NaN()
	}
	return x
}

// roundDecimal rounds half away from zero to a number of decimals.
func roundDecimal(x float64, decimals int) float64 {
	scale := math.Pow(10, float64(decimals))
	return math.Round(x*scale) / scale
}

// roundSignificant keeps so many digits.
func roundSignificant(x float64, digits int) float64 {
	f, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', max(digits-1, 0), 64), 64)
	if err != nil {
		return x
	}
	return f
}

// extreme returns the least (sign -1) or greatest of all values; text is
// greater than any number.
func extreme(values []val, sign int) val {
	var all val
	for _, v := range values {
		all = append(all, v...)
	}
	if len(all) == 0 {
		return nil
	}
	return val{slices.MaxFunc(all, func(a, b atom) int { return sign * compareAtoms(a, b) })}
}

func numbersIn(values []val) []float64 {
	var n []float64
	for _, v := range values {
		for _, a := range v {
			if f, ok := a.float(); ok {
				n = append(n, f)
			}
		}
	}
	return n
}

func sum(n []float64) float64 {
	total := 0.0
	for _, f := range n {
		total += f
	}
	return total
}
