package agg

import (
	"math"
	"slices"

	"github.com/pugmark/pugmark/internal/value"
)

// ranked is the state of the percentiles: every number.
type ranked struct {
	percentile float64
	numbers    []float64
	sorted     bool
}

const numberSize = 12 // with room to grow

func (s *ranked) Add(v value.Value, row *Row) (grew int) {
	for i := range v.Len() {
		f, ok := v.At(i).Float()
		if !ok {
			continue
		}
		grew += numberSize
		if row.order == Running {
			// Asked for row by row, so kept sorted.
			at, _ := slices.BinarySearch(s.numbers, f)
			s.numbers, s.sorted = slices.Insert(s.numbers, at, f), true
			continue
		}
		s.numbers, s.sorted = append(s.numbers, f), false
	}
	return grew
}

func (s *ranked) Merge(other State) {
	s.numbers, s.sorted = append(s.numbers, other.(*ranked).numbers...), false
}

// Result interpolates between the two nearest ranks, so the median of 1 to 10
// is 5.5. Source: Splunk, Aggregate functions (the examples of perc; its text
// and limits.conf speak of the nearest rank instead).
func (s *ranked) Result() value.Value {
	if len(s.numbers) == 0 {
		return value.Value{}
	}
	if !s.sorted {
		slices.Sort(s.numbers)
		s.sorted = true
	}
	position := s.percentile * float64(len(s.numbers)-1) / 100
	below := math.Floor(position)
	low := s.numbers[int(below)]
	if position == below {
		return value.OfNumber(low)
	}
	high := s.numbers[int(below)+1]
	return value.OfNumber(low + (position-below)*(high-low))
}
