package agg

import (
	"math"
	"math/big"
	"math/bits"
	"slices"

	"github.com/pugmark/pugmark/internal/value"
)

// wholeLimit is the size from which a double no longer tells whole numbers
// apart; below it, whole numbers are summed exactly.
const wholeLimit = 1 << 53

// asWhole returns f as an integer if it is a whole number below the limit.
func asWhole(f float64) (int64, bool) {
	if n := int64(f); float64(n) == f && n > -wholeLimit && n < wholeLimit {
		return n, true
	}
	return 0, false
}

// total is a sum of numbers, and how many there were.
//
// Whole numbers are summed exactly. Splunk sums doubles one after the other in
// the order of the rows, and its answers show that: the average of a hundred
// 3.99 is 3.9900000000000055. So that the answer is the same for any sharing
// out of the rows, the numbers that are not whole are kept with their places
// and summed in that order in the end.
type total struct {
	n     int
	whole int128
	parts []part  // not whole
	rest  float64 // the sum of those not kept, where rows come in order
}

type part struct {
	at place
	f  float64
}

const partSize = 40

func (t *total) add(f float64, row *Row) (grew int) {
	t.n++
	if n, ok := asWhole(f); ok {
		t.whole.add(n)
		return 0
	}
	if row.order == Running {
		t.rest += f
		return 0
	}
	t.parts = append(t.parts, part{row.place(), f})
	return partSize
}

func (t *total) merge(other *total) {
	t.n += other.n
	t.whole.addAll(other.whole)
	t.rest += other.rest
	t.parts = append(t.parts, other.parts...)
}

func (t *total) sum() float64 {
	if !slices.IsSortedFunc(t.parts, comparePart) {
		slices.SortStableFunc(t.parts, comparePart)
	}
	sum := t.rest
	for _, p := range t.parts {
		sum += p.f
	}
	return t.whole.float() + sum
}

func comparePart(a, b part) int { return a.at.compare(b.at) }

// summed is the state of sum, avg and sumsq.
type summed struct {
	total
	square, mean bool
}

func (s *summed) Add(v value.Value, row *Row) (grew int) {
	for i := range v.Len() {
		if f, ok := v.At(i).Float(); ok {
			if s.square {
				f *= f
			}
			grew += s.add(f, row)
		}
	}
	return grew
}

func (s *summed) Merge(other State) { s.merge(&other.(*summed).total) }

func (s *summed) Result() value.Value {
	switch {
	case s.n == 0:
		return value.Value{}
	case s.mean:
		return value.OfNumber(s.sum() / float64(s.n))
	}
	return value.OfNumber(s.sum())
}

// spread is the state of var and stdev. It keeps the exact sums of the numbers
// and of their squares, so neither the order of the rows nor a large mean
// costs a digit.
type spread struct {
	n                 int
	population, root  bool
	whole             int128    // sum of the whole numbers
	squares           uint192   // sum of their squares
	rest, restSquares big.Float // the same of the others, exact
	infinite          bool      // one was infinite or not a number
	hasRest           bool
}

// exactBits is enough for any sum of doubles and of squares of doubles. A sum
// takes only as many as its numbers span.
const exactBits = 1 << 13

func (s *spread) Add(v value.Value, _ *Row) (grew int) {
	for i := range v.Len() {
		if f, ok := v.At(i).Float(); ok {
			grew += s.add(f)
		}
	}
	return grew
}

func (s *spread) add(f float64) (grew int) {
	s.n++
	if n, ok := asWhole(f); ok {
		s.whole.add(n)
		s.squares.addSquare(n)
		return 0
	}
	if math.IsInf(f, 0) || math.IsNaN(f) {
		s.infinite = true
		return 0
	}
	if !s.hasRest {
		s.hasRest = true
		s.rest.SetPrec(exactBits)
		s.restSquares.SetPrec(exactBits)
		grew = 128
	}
	var x, square big.Float
	x.SetFloat64(f)
	s.rest.Add(&s.rest, &x)
	square.SetPrec(2*53).Mul(&x, &x)
	s.restSquares.Add(&s.restSquares, &square)
	return grew
}

func (s *spread) Merge(other State) {
	o := other.(*spread)
	s.n += o.n
	s.infinite = s.infinite || o.infinite
	s.whole.addAll(o.whole)
	s.squares.addAll(o.squares)
	switch {
	case s.hasRest && o.hasRest:
		s.rest.Add(&s.rest, &o.rest)
		s.restSquares.Add(&s.restSquares, &o.restSquares)
	case o.hasRest:
		s.hasRest, s.rest, s.restSquares = true, o.rest, o.restSquares
	}
}

// Result of one number is 0, also for a sample. Source: Splunk, Aggregate
// functions (its table of stdev shows 0.000000 for a count of 1).
func (s *spread) Result() value.Value {
	switch {
	case s.n == 0:
		return value.Value{}
	case s.infinite:
		return value.OfNumber(math.NaN())
	}
	divisor := big.NewInt(int64(s.n))
	if s.population || s.n == 1 {
		divisor.Mul(divisor, divisor)
	} else {
		divisor.Mul(divisor, big.NewInt(int64(s.n-1)))
	}
	variance, _ := new(big.Float).SetPrec(128).Quo(s.deviation(), new(big.Float).SetInt(divisor)).Float64()
	if s.root {
		variance = math.Sqrt(variance)
	}
	return value.OfNumber(variance)
}

// deviation returns n times the sum of squares, less the square of the sum.
func (s *spread) deviation() *big.Float {
	whole, squares := s.whole.big(), s.squares.big()
	n := big.NewInt(int64(s.n))
	if !s.hasRest {
		return new(big.Float).SetInt(squares.Sub(squares.Mul(squares, n), whole.Mul(whole, whole)))
	}
	exact := func() *big.Float { return new(big.Float).SetPrec(2 * exactBits) }
	sum := exact().Add(&s.rest, exact().SetInt(whole))
	sumOfSquares := exact().Add(&s.restSquares, exact().SetInt(squares))
	return exact().Sub(exact().Mul(sumOfSquares, exact().SetInt(n)), exact().Mul(sum, sum))
}

// bounds is the state of range.
type bounds struct {
	any       bool
	low, high float64
}

func (s *bounds) Add(v value.Value, _ *Row) int {
	for i := range v.Len() {
		if f, ok := v.At(i).Float(); ok {
			s.add(f, f)
		}
	}
	return 0
}

func (s *bounds) add(low, high float64) {
	if !s.any {
		s.any, s.low, s.high = true, low, high
	}
	s.low, s.high = min(s.low, low), max(s.high, high)
}

func (s *bounds) Merge(other State) {
	if o := other.(*bounds); o.any {
		s.add(o.low, o.high)
	}
}

func (s *bounds) Result() value.Value {
	if !s.any {
		return value.Value{}
	}
	return value.OfNumber(s.high - s.low)
}

// int128 is a sum of whole numbers that cannot overflow: two's complement.
type int128 struct {
	high int64
	low  uint64
}

func (s *int128) add(n int64) { s.addAll(int128{n >> 63, uint64(n)}) }

func (s *int128) addAll(o int128) {
	var carry uint64
	s.low, carry = bits.Add64(s.low, o.low, 0)
	s.high += o.high + int64(carry)
}

func (s *int128) big() *big.Int {
	b := new(big.Int).Lsh(big.NewInt(s.high), 64)
	return b.Add(b, new(big.Int).SetUint64(s.low))
}

func (s *int128) float() float64 {
	if s.high == int64(s.low)>>63 {
		return float64(int64(s.low))
	}
	f, _ := s.big().Float64()
	return f
}

// uint192 is a sum of squares of whole numbers that cannot overflow.
type uint192 [3]uint64

func (s *uint192) addSquare(n int64) {
	magnitude := uint64(max(n, -n))
	high, low := bits.Mul64(magnitude, magnitude)
	s.addAll(uint192{low, high, 0})
}

func (s *uint192) addAll(o uint192) {
	var carry uint64
	s[0], carry = bits.Add64(s[0], o[0], 0)
	s[1], carry = bits.Add64(s[1], o[1], carry)
	s[2] += o[2] + carry
}

func (s *uint192) big() *big.Int {
	b := new(big.Int)
	for _, word := range slices.Backward(s[:]) {
		b.Lsh(b, 64).Add(b, new(big.Int).SetUint64(word))
	}
	return b
}
