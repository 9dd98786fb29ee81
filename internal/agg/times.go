package agg

import (
	"cmp"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// moment is the value of the row with the least or the greatest _time. Rows
// without a _time do not count. Of equal times the least is that of the row
// seen first and the greatest that of the row seen last.
type moment struct {
	sign int // -1 for the earliest, 1 for the latest
	time float64
	at   place
	v    value.Value
}

func (s *moment) Add(v value.Value, row *Row) (grew int) {
	time, ok := row.epoch()
	if !ok {
		return 0
	}
	at, w := row.place(), v.At(0)
	if s.sign > 0 {
		w = v.At(v.Len() - 1)
	}
	if !s.v.IsNull() && s.sign*cmp.Or(cmp.Compare(time, s.time), at.compare(s.at)) < 0 {
		return 0
	}
	grew = w.Size() - s.v.Size()
	s.time, s.at, s.v = time, at, w.Clone()
	return grew
}

func (s *moment) Merge(other State) {
	o := other.(*moment)
	if o.v.IsNull() {
		return
	}
	order := cmp.Or(cmp.Compare(o.time, s.time), o.at.compare(s.at), strings.Compare(o.v.String(), s.v.String()))
	if s.v.IsNull() || s.sign*order > 0 {
		*s = *o
	}
}

func (s *moment) Result() value.Value { return s.v }

// momentTime is the state of earliest_time and latest_time.
type momentTime struct{ moment }

func (s *momentTime) Merge(other State) { s.moment.Merge(&other.(*momentTime).moment) }

func (s *momentTime) Result() value.Value {
	if s.v.IsNull() {
		return value.Value{}
	}
	return value.OfNumber(s.time)
}

// rate is the state of rate.
type rate struct{ earliest, latest moment }

func newRate() *rate { return &rate{earliest: moment{sign: -1}, latest: moment{sign: 1}} }

func (s *rate) Add(v value.Value, row *Row) int {
	return s.earliest.Add(v, row) + s.latest.Add(v, row)
}

func (s *rate) Merge(other State) {
	o := other.(*rate)
	s.earliest.Merge(&o.earliest)
	s.latest.Merge(&o.latest)
}

func (s *rate) Result() value.Value {
	from, ok := s.earliest.v.Float()
	to, ok2 := s.latest.v.Float()
	if !ok || !ok2 || s.earliest.time == s.latest.time {
		return value.Value{}
	}
	return value.OfNumber((to - from) / (s.latest.time - s.earliest.time))
}
