package agg

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// counter is the state of count: every value of a multivalue counts.
type counter struct{ n int }

func (s *counter) Add(v value.Value, _ *Row) int {
	s.n += v.Len()
	return 0
}
func (s *counter) Merge(other State)   { s.n += other.(*counter).n }
func (s *counter) Result() value.Value { return value.OfInt(s.n) }

// textSet is distinct texts. Most groups see a few, for which looking through
// a list is faster and smaller than a map.
type textSet struct {
	list  []string
	index map[string]struct{} // of the list, once it is long
}

const shortList = 8

// add adds a copy of text, and returns the bytes that took.
func (s *textSet) add(text string) (grew int) {
	if s.index == nil {
		if slices.Contains(s.list, text) {
			return 0
		}
	} else if _, ok := s.index[text]; ok {
		return 0
	}
	s.insert(strings.Clone(text))
	return 24 + len(text)
}

// insert adds text, which the set does not have.
func (s *textSet) insert(text string) {
	s.list = append(s.list, text)
	switch {
	case s.index != nil:
		s.index[text] = struct{}{}
	case len(s.list) > shortList:
		s.index = make(map[string]struct{}, 4*shortList)
		for _, t := range s.list {
			s.index[t] = struct{}{}
		}
	}
}

func (s *textSet) addAll(v value.Value) (grew int) {
	for i := range v.Len() {
		grew += s.add(v.At(i).String())
	}
	return grew
}

func (s *textSet) merge(other *textSet) {
	if len(s.list) < len(other.list) {
		*s, *other = *other, *s
	}
	for _, text := range other.list {
		if s.index == nil && !slices.Contains(s.list, text) {
			s.insert(text)
		} else if s.index != nil {
			if _, ok := s.index[text]; !ok {
				s.insert(text)
			}
		}
	}
}

// distinct is the state of dc.
type distinct struct{ texts textSet }

func (s *distinct) Add(v value.Value, _ *Row) int { return s.texts.addAll(v) }
func (s *distinct) Merge(other State)             { s.texts.merge(&other.(*distinct).texts) }
func (s *distinct) Result() value.Value           { return value.OfInt(len(s.texts.list)) }

// exactly is the state of estdc_error: the distinct count is no estimate, so
// its error is 0.
type exactly struct{ distinct }

func (s *exactly) Merge(other State) { s.distinct.Merge(&other.(*exactly).distinct) }
func (s *exactly) Result() value.Value {
	if len(s.texts.list) == 0 {
		return value.Value{}
	}
	return value.OfInt(0)
}

// valueSet is the state of values.
type valueSet struct {
	texts  textSet
	sorted value.Value // of the texts, if there are still sortedLen of them
	length int
}

func (s *valueSet) Add(v value.Value, _ *Row) int { return s.texts.addAll(v) }

func (s *valueSet) Merge(other State) {
	s.texts.merge(&other.(*valueSet).texts)
	s.length = 0
}

// Result sorts by bytes, so 10 stands before 2. Source: Splunk, Multivalue
// stats and chart functions (lexicographical order).
func (s *valueSet) Result() value.Value {
	if s.length != len(s.texts.list) {
		sorted := slices.Clone(s.texts.list)
		slices.Sort(sorted)
		s.sorted, s.length = value.OfTexts(sorted), len(sorted)
	}
	return s.sorted
}

// tallies is the state of mode.
type tallies struct{ byText map[string]*tally }

// tally is how often a text occurs and where it was seen first: in which row,
// and as which of the values there.
type tally struct {
	n     int
	first place
	index int
}

func (t *tally) compare(u *tally) int {
	return cmp.Or(t.first.compare(u.first), cmp.Compare(t.index, u.index))
}

// add counts what other counted.
func (t *tally) add(other *tally) {
	t.n += other.n
	if other.compare(t) < 0 {
		t.first, t.index = other.first, other.index
	}
}

func (s *tallies) Add(v value.Value, row *Row) (grew int) {
	at := row.place()
	for i := range v.Len() {
		text := v.At(i).String()
		if t := s.byText[text]; t != nil {
			t.add(&tally{1, at, i})
			continue
		}
		if s.byText == nil {
			s.byText = map[string]*tally{}
		}
		s.byText[strings.Clone(text)] = &tally{1, at, i}
		grew += 80 + len(text)
	}
	return grew
}

func (s *tallies) Merge(other State) {
	o := other.(*tallies)
	if s.byText == nil {
		s.byText = o.byText
		return
	}
	for text, t := range o.byText {
		if own := s.byText[text]; own != nil {
			own.add(t)
		} else {
			s.byText[text] = t
		}
	}
}

// Result returns the most frequent text, of equally frequent ones the one seen
// first.
func (s *tallies) Result() value.Value {
	var best *tally
	var mode string
	for text, t := range s.byText {
		if best == nil || cmp.Or(cmp.Compare(best.n, t.n), t.compare(best), cmp.Compare(text, mode)) < 0 {
			best, mode = t, text
		}
	}
	if best == nil {
		return value.Value{}
	}
	return value.OfText(mode)
}

// extreme is the state of min and max.
type extreme struct {
	sign    int // -1 for the least, 1 for the greatest
	best    value.Value
	number  float64 // of best
	numeric bool    // best is a number
}

// Add compares as value.Compare does: numbers before text, so the least of
// mixed values is a number and the greatest a text. Of numbers that are equal
// but not written alike the first by bytes stays. The original text is kept.
// Source: Splunk, Aggregate functions (max, min).
func (s *extreme) Add(v value.Value, _ *Row) (grew int) {
	for i := range v.Len() {
		w := v.At(i)
		number, numeric := w.Float()
		if s.beatenBy(w, number, numeric) {
			grew += w.Size() - s.best.Size()
			s.best, s.number, s.numeric = w.Clone(), number, numeric
		}
	}
	return grew
}

func (s *extreme) beatenBy(w value.Value, number float64, numeric bool) bool {
	switch {
	case s.best.IsNull():
		return true
	case numeric != s.numeric:
		return numeric == (s.sign < 0)
	case numeric:
		order := s.sign * cmp.Compare(number, s.number)
		return order > 0 || order == 0 && w.String() < s.best.String()
	}
	return s.sign*strings.Compare(w.String(), s.best.String()) > 0
}

func (s *extreme) Merge(other State) {
	if o := other.(*extreme); !o.best.IsNull() && s.beatenBy(o.best, o.number, o.numeric) {
		s.best, s.number, s.numeric = o.best, o.number, o.numeric
	}
}

func (s *extreme) Result() value.Value { return s.best }
