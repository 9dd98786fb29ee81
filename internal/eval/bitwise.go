package eval

import (
	"github.com/pugmark/pugmark/internal/value"
)

// maxBits is the largest integer that bitwise functions take: a number holds
// 53 bits exactly.
const maxBits = 1<<53 - 1

var bitwise = []*Function{
	{
		Name: "bit_and", Args: "value, value, ...", Category: "Bitwise", kinds: "n", result: numberType,
		Summary:  "The bits that all values have, which are whole numbers from 0 to 2^53-1; null for others.",
		Examples: []Example{{`bit_and(12, 9)`, "8"}, {`bit_and(7, 6, 5)`, "4"}, {`bit_and(-1, 1)`, ""}},
		call:     bits(func(x, y uint64) uint64 { return x & y }),
	},
	{
		Name: "bit_or", Args: "value, value, ...", Category: "Bitwise", kinds: "n", result: numberType,
		Summary:  "The bits that any of the values has.",
		Examples: []Example{{`bit_or(8, 1)`, "9"}},
		call:     bits(func(x, y uint64) uint64 { return x | y }),
	},
	{
		Name: "bit_xor", Args: "value, value, ...", Category: "Bitwise", kinds: "n", result: numberType,
		Summary:  "The bits in which the values differ, taken from left to right.",
		Examples: []Example{{`bit_xor(12, 9)`, "5"}},
		call:     bits(func(x, y uint64) uint64 { return x ^ y }),
	},
	{
		Name: "bit_not", Args: "value[, bitmask]", Category: "Bitwise", kinds: "n", result: numberType,
		Summary:  "The bits of the mask that the value lacks; the mask is all 53 bits unless given.",
		Examples: []Example{{`bit_not(5, 7)`, "2"}, {`bit_not(0)`, "9007199254740991"}},
		call: func(_ *Env, args []value.Value) value.Value {
			x, ok := bitsOf(args[0])
			mask, maskOK := uint64(maxBits), true
			if len(args) > 1 {
				mask, maskOK = bitsOf(args[1])
			}
			if !ok || !maskOK {
				return value.Value{}
			}
			return value.OfNumber(float64(^x & mask))
		},
	},
	{
		Name: "bit_shift_left", Args: "value, offset", Category: "Bitwise", kinds: "n", result: numberType,
		Summary:  "The value with its bits moved up; bits beyond the 53rd are lost.",
		Examples: []Example{{`bit_shift_left(3, 2)`, "12"}, {`bit_shift_left(1, 53)`, "0"}},
		call:     bits(func(x, n uint64) uint64 { return x << min(n, 63) & maxBits }),
	},
	{
		Name: "bit_shift_right", Args: "value, offset", Category: "Bitwise", kinds: "n", result: numberType,
		Summary:  "The value with its bits moved down; bits below the first are lost.",
		Examples: []Example{{`bit_shift_right(12, 2)`, "3"}},
		call:     bits(func(x, n uint64) uint64 { return x >> min(n, 63) }),
	},
}

// bits makes a function of an operation that is applied from left to right.
func bits(op func(x, y uint64) uint64) func(*Env, []value.Value) value.Value {
	return func(_ *Env, args []value.Value) value.Value {
		x, ok := bitsOf(args[0])
		for _, arg := range args[1:] {
			y, also := bitsOf(arg)
			if !ok || !also {
				return value.Value{}
			}
			x = op(x, y)
		}
		return value.OfNumber(float64(x))
	}
}

func bitsOf(v value.Value) (uint64, bool) {
	f, ok := v.Float()
	if !ok || f < 0 || f > maxBits || f != float64(uint64(f)) {
		return 0, false
	}
	return uint64(f), true
}
