package eval

import (
	"math"

	"github.com/pugmark/pugmark/internal/value"
)

var trigonometric = []*Function{
	trig("acos", "The arc cosine of x, from 0 to pi; null unless -1 <= x <= 1.", math.Acos, Example{`acos(1)`, "0"}, Example{`acos(2)`, ""}),
	trig("acosh", "The arc hyperbolic cosine of x; null if x < 1.", math.Acosh, Example{`acosh(1)`, "0"}),
	trig("asin", "The arc sine of x, from -pi/2 to pi/2; null unless -1 <= x <= 1.", math.Asin, Example{`asin(1)*2=pi()`, "True"}),
	trig("asinh", "The arc hyperbolic sine of x.", math.Asinh, Example{`asinh(0)`, "0"}),
	trig("atan", "The arc tangent of x, from -pi/2 to pi/2.", math.Atan, Example{`atan(1)*4=pi()`, "True"}),
	{
		Name: "atan2", Args: "y, x", Category: "Trigonometric and Hyperbolic", kinds: "n", result: numberType,
		Summary:  "The angle of the point (x, y), from -pi to pi.",
		Examples: []Example{{`atan2(0, 1)`, "0"}, {`atan2(0, -1)=pi()`, "True"}},
		call:     numeric2(math.Atan2),
	},
	trig("atanh", "The arc hyperbolic tangent of x; null unless -1 < x < 1.", math.Atanh, Example{`atanh(0)`, "0"}),
	trig("cos", "The cosine of an angle in radians.", math.Cos, Example{`cos(0)`, "1"}),
	trig("cosh", "The hyperbolic cosine of x.", math.Cosh, Example{`cosh(0)`, "1"}),
	{
		Name: "hypot", Args: "x, y", Category: "Trigonometric and Hyperbolic", kinds: "n", result: numberType,
		Summary:  "The hypotenuse of a triangle with sides x and y.",
		Examples: []Example{{`hypot(3, 4)`, "5"}},
		call:     numeric2(math.Hypot),
	},
	trig("sin", "The sine of an angle in radians.", math.Sin, Example{`sin(0)`, "0"}),
	trig("sinh", "The hyperbolic sine of x.", math.Sinh, Example{`sinh(0)`, "0"}),
	trig("tan", "The tangent of an angle in radians.", math.Tan, Example{`tan(0)`, "0"}),
	trig("tanh", "The hyperbolic tangent of x.", math.Tanh, Example{`tanh(0)`, "0"}),
}

func trig(name, summary string, f func(float64) float64, examples ...Example) *Function {
	return &Function{
		Name: name, Args: "x", Category: "Trigonometric and Hyperbolic", kinds: "n", result: numberType,
		Summary: summary, Examples: examples, call: numeric(f),
	}
}

// numeric makes a function of one number; where f is not defined it is null.
func numeric(f func(float64) float64) func(*Env, []value.Value) value.Value {
	return func(_ *Env, args []value.Value) value.Value {
		x, ok := args[0].Float()
		if !ok {
			return value.Value{}
		}
		return finite(f(x))
	}
}

func numeric2(f func(x, y float64) float64) func(*Env, []value.Value) value.Value {
	return func(_ *Env, args []value.Value) value.Value {
		x, ok := args[0].Float()
		y, also := args[1].Float()
		if !ok || !also {
			return value.Value{}
		}
		return finite(f(x, y))
	}
}

// finite is f, or null where it is no number or without end.
func finite(f float64) value.Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return value.Value{}
	}
	return value.OfNumber(f)
}
