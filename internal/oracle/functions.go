package oracle

import (
	"maps"
	"math"

	"github.com/pugmark/pugmark/internal/spl"
)

// function is an eval function: how many arguments it takes (most < 0 for any
// number), what its form says of its value, and what it computes.
type function struct {
	least, most int
	form        static
	call        func(s scope, args []spl.Expr) val
}

// functions is every eval function that the oracle knows.
func functions() map[string]function {
	table := map[string]function{}
	for _, group := range []map[string]function{
		conditionalFunctions(), multivalueFunctions(), textFunctions(), numberFunctions(), conversionFunctions(), timeFunctions(),
	} {
		maps.Copy(table, group)
	}
	return table
}

// onValues is a function of its arguments' values that is null if one of them
// is.
func onValues(least, most int, form static, f func(args []val) val) function {
	return function{least, most, form, func(s scope, args []spl.Expr) val {
		values := s.evals(args)
		for _, v := range values {
			if v.isNull() {
				return nil
			}
		}
		return f(values)
	}}
}

// onNumbers is a function of numbers; anything else gives null, as does a
// result that is no number.
func onNumbers(least, most int, f func(n []float64) float64) function {
	return onValues(least, most, numberForm, func(args []val) val {
		n := make([]float64, len(args))
		for i, v := range args {
			var ok bool
			if n[i], ok = v.float(); !ok {
				return nil
			}
		}
		result := f(n)
		if math.IsNaN(result) {
			return nil
		}
		return number(result)
	})
}
