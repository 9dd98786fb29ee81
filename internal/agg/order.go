package agg

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// A multivalue counts as if each of its values came in a row of its own, one
// after the other: first takes the first of them, last the last.

// edge is the state of first and last.
type edge struct {
	sign int // -1 for the first, 1 for the last
	at   place
	v    value.Value
}

func (s *edge) Add(v value.Value, row *Row) (grew int) {
	at, w := row.place(), v.At(0)
	if s.sign > 0 {
		w = v.At(v.Len() - 1)
	}
	if !s.v.IsNull() && s.sign*at.compare(s.at) < 0 {
		return 0
	}
	grew = w.Size() - s.v.Size()
	s.at, s.v = at, w.Clone()
	return grew
}

func (s *edge) Merge(other State) {
	o := other.(*edge)
	if o.v.IsNull() {
		return
	}
	// Places of different workers' rows differ; should they not, the text
	// decides, so that the answer is the same whoever is merged into whom.
	if s.v.IsNull() || cmp.Or(s.sign*o.at.compare(s.at), s.sign*strings.Compare(o.v.String(), s.v.String())) > 0 {
		s.at, s.v = o.at, o.v
	}
}

func (s *edge) Result() value.Value { return s.v }

// listing is the state of list: the first texts in the order of the rows.
type listing struct {
	limit   int
	seen    int // with those dropped
	entries []entry
}

type entry struct {
	at   place
	text string
}

const entrySize = 48

func (s *listing) Add(v value.Value, row *Row) (grew int) {
	at := row.place()
	for i := range v.Len() {
		s.seen++
		if row.order != AnyOrder && len(s.entries) >= s.limit {
			continue
		}
		text := v.At(i).String()
		s.entries = append(s.entries, entry{at, strings.Clone(text)})
		grew += entrySize + len(text)
	}
	if len(s.entries) > 2*s.limit+shortList {
		grew -= s.prune()
	}
	return grew
}

// prune sorts the entries and drops those past the limit. It returns the bytes
// that these took.
func (s *listing) prune() (freed int) {
	slices.SortStableFunc(s.entries, func(a, b entry) int { return a.at.compare(b.at) })
	if len(s.entries) <= s.limit {
		return 0
	}
	for _, e := range s.entries[s.limit:] {
		freed += entrySize + len(e.text)
	}
	clear(s.entries[s.limit:])
	s.entries = s.entries[:s.limit]
	return freed
}

func (s *listing) Merge(other State) {
	o := other.(*listing)
	s.seen += o.seen
	s.entries = append(s.entries, o.entries...)
	s.prune()
}

func (s *listing) Result() value.Value {
	s.prune()
	texts := make([]string, len(s.entries))
	for i, e := range s.entries {
		texts[i] = e.text
	}
	return value.OfTexts(texts)
}

// Cut reports whether there were more values than the limit.
func (s *listing) Cut() bool { return s.seen > s.limit }
