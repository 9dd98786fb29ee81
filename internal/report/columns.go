package report

import (
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spill"
)

// columnList is the columns of rows: the known ones first, then the others as
// they appear, each behind the one that precedes it in the row where it was
// first seen. So a field that only some rows have stands where it stands in
// them. Columns that are in the list keep their order, so that what was
// written before a column came up is as if it had been known.
//
// It is a linked list, so that a row of thousands of unknown fields costs no
// more than its length.
type columnList struct {
	index map[string]int
	nodes []columnNode
	last  int
	known int // the last node of the known columns
	cache []string
}

type columnNode struct {
	name string
	next int
}

func newColumnList(known []string) *columnList {
	l := &columnList{index: map[string]int{}, last: -1}
	for _, name := range known {
		if _, seen := l.index[name]; !seen {
			l.insert(name, l.last)
		}
	}
	l.known = l.last
	return l
}

// add learns the fields of a row.
func (l *columnList) add(row *event.Event) { l.learn(row.Fields()) }

func (l *columnList) learn(fields []event.Field) {
	before := -1
	for _, f := range fields {
		at, seen := l.index[f.Name]
		switch {
		case f.Value.IsNull():
			continue
		case seen && at <= l.known:
			continue // a known column says nothing of where others belong
		case seen:
		case before >= 0:
			at = l.insert(f.Name, before)
		default:
			at = l.insert(f.Name, l.last)
		}
		before = at
	}
}

// insert adds a name behind the node at, or first if at is -1.
func (l *columnList) insert(name string, at int) int {
	n := len(l.nodes)
	node := columnNode{name: name, next: -1}
	if at >= 0 {
		node.next = l.nodes[at].next
		l.nodes[at].next = n
	}
	l.nodes = append(l.nodes, node)
	l.index[name] = n
	if at == l.last {
		l.last = n
	}
	l.cache = nil
	return n
}

// names returns the columns in order. The slice is the list's.
func (l *columnList) names() []string {
	if l.cache != nil || len(l.nodes) == 0 {
		return l.cache
	}
	l.cache = make([]string, 0, len(l.nodes))
	// The first name is never displaced: every other is inserted behind one.
	for i := 0; i >= 0; i = l.nodes[i].next {
		l.cache = append(l.cache, l.nodes[i].name)
	}
	return l.cache
}

// spool keeps rows until all are known, on disk where they are many.
type spool struct{ sorter *spill.Sorter }

// spoolMemory is how many bytes of rows are kept in memory.
const spoolMemory = 64 << 20

func newSpool() spool {
	inArrival := func(_, _ *event.Event) int { return 0 }
	return spool{spill.NewSorter(inArrival, spoolMemory, 0)}
}

func (s spool) add(e *event.Event) error { return s.sorter.Add(e) }

// each passes the rows in the order in which they were added and lets go of
// them.
func (s spool) each(f func(row *event.Event) error) error {
	return spill.Merge([]*spill.Sorter{s.sorter}, func(b event.Batch) (bool, error) {
		for _, e := range b {
			if err := f(e); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}
