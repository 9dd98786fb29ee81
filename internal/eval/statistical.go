package eval

import (
	"math/rand/v2"

	"github.com/pugmark/pugmark/internal/value"
)

var statistical = []*Function{
	{
		Name: "avg", Args: "value, ...", Category: "Statistical", kinds: "a", result: numberType, nulls: true, multis: true,
		Summary: "The average of the numbers among the values; every value of a multivalue counts.",
		Nulls:   "Nulls and texts that are no numbers are left out; null if nothing is left.",
		Examples: []Example{
			{`avg(1, 2, 6)`, "3"},
			{`avg("a", null(), 4)`, "4"},
		},
		call: func(_ *Env, args []value.Value) value.Value {
			sum, n := sumOf(args)
			if n == 0 {
				return value.Value{}
			}
			return value.OfNumber(sum / float64(n))
		},
	},
	{
		Name: "max", Args: "value, ...", Category: "Statistical", kinds: "a", nulls: true, multis: true,
		Summary:  "The largest of the values: texts are larger than numbers, numbers go by size and texts by bytes; every value of a multivalue counts.",
		Nulls:    "Nulls are left out; null if nothing is left.",
		Examples: []Example{{`max(1, 3, 6, 7, "foo")`, "foo"}, {`max(split("3 5 10", " "))`, "10"}},
		call:     extreme(func(order int) bool { return order > 0 }),
	},
	{
		Name: "min", Args: "value, ...", Category: "Statistical", kinds: "a", nulls: true, multis: true,
		Summary:  "The smallest of the values, ordered as for max.",
		Nulls:    "Nulls are left out; null if nothing is left.",
		Examples: []Example{{`min(1, 3, "foo")`, "1"}, {`min(split("3 5 10", " "))`, "3"}},
		call:     extreme(func(order int) bool { return order < 0 }),
	},
	{
		Name: "random", Args: "", Category: "Statistical", result: numberType,
		Summary:  "A random whole number from 0 to 2^31-1, another one in every call.",
		Examples: []Example{{`random() >= 0 AND random() < pow(2, 31)`, "True"}},
		call:     func(*Env, []value.Value) value.Value { return value.OfNumber(float64(rand.Int32())) },
	},
	{
		Name: "sum", Args: "value, ...", Category: "Statistical", kinds: "a", result: numberType, nulls: true, multis: true,
		Summary:  "The sum of the numbers among the values; every value of a multivalue counts.",
		Nulls:    "Nulls and texts that are no numbers are left out; null if nothing is left.",
		Examples: []Example{{`sum(1, 2, "3")`, "6"}},
		call: func(_ *Env, args []value.Value) value.Value {
			sum, n := sumOf(args)
			if n == 0 {
				return value.Value{}
			}
			return value.OfNumber(sum)
		},
	},
}

func sumOf(args []value.Value) (sum float64, n int) {
	for _, arg := range args {
		for i := range arg.Len() {
			if f, ok := arg.At(i).Float(); ok {
				sum += f
				n++
			}
		}
	}
	return sum, n
}

// extreme makes max and min: the first value that all others are not better
// than.
func extreme(better func(order int) bool) func(*Env, []value.Value) value.Value {
	return func(_ *Env, args []value.Value) value.Value {
		var best value.Value
		for _, arg := range args {
			for i := range arg.Len() {
				if v := arg.At(i); best.IsNull() || better(value.Compare(v, best)) {
					best = v
				}
			}
		}
		return best
	}
}
