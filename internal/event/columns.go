package event

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// columns hold the fields of one record at a time. The names stay from record
// to record: the records of a file share most of theirs, which then are made,
// found and put in order once.
type columns struct {
	root    pathNode // a node's slot is that of its column
	nodes   int      // of the trie
	list    []column
	byName  map[string]int
	record  uint64 // counts records
	touched []int  // the columns of the record at hand, as they came
	ranked  int    // how many columns have a rank
	rankAt  uint64 // the record at which ranks are given anew
}

type column struct {
	name   string
	rank   int    // its place in the order of names
	record uint64 // the last one that touched it
	value  value.Value
}

// begin forgets the record at hand.
func (c *columns) begin() {
	for _, i := range c.touched {
		c.list[i].value = value.Value{}
	}
	c.touched = c.touched[:0]
	c.record++
}

// large reports whether there are more names than are worth keeping: those of
// some record, as if each were of its own.
func (c *columns) large() bool { return len(c.list) > 4<<10 || c.nodes > 16<<10 }

// add adds a column of a name that has none.
func (c *columns) add(name string) int {
	if c.byName == nil {
		c.byName = map[string]int{}
	}
	c.list = append(c.list, column{name: name})
	c.byName[name] = len(c.list) - 1
	return len(c.list) - 1
}

// touch returns the column at i, as one of the record at hand.
func (c *columns) touch(i int) *column {
	column := &c.list[i]
	if column.record != c.record {
		column.record = c.record
		c.touched = append(c.touched, i)
	}
	return column
}

// get returns the value of a name in the record at hand.
func (c *columns) get(name string) value.Value {
	if i, ok := c.byName[name]; ok && c.list[i].record == c.record {
		return c.list[i].value
	}
	return value.Value{}
}

// set gives a name a value in the record at hand.
func (c *columns) set(name string, v value.Value) {
	i, ok := c.byName[name]
	if !ok {
		i = c.add(strings.Clone(name))
	}
	c.touch(i).value = v
}

// fields returns the fields of the record at hand, as they came.
func (c *columns) fields() []Field {
	fields := make([]Field, 0, len(c.touched))
	for _, i := range c.touched {
		if column := &c.list[i]; !column.value.IsNull() {
			fields = append(fields, Field{column.name, column.value})
		}
	}
	return fields
}

// ranksHold is for how many records ranks are kept when there are new names:
// giving them anew for each would take as long as comparing the names.
const ranksHold = 16

// sorted returns the fields of the record at hand in byte order of the names.
func (c *columns) sorted() []Field {
	if c.ranked < len(c.list) && c.record >= c.rankAt {
		c.rank()
	}
	if c.ranked == len(c.list) {
		slices.SortFunc(c.touched, func(a, b int) int { return c.list[a].rank - c.list[b].rank })
	} else {
		slices.SortFunc(c.touched, func(a, b int) int { return cmp.Compare(c.list[a].name, c.list[b].name) })
	}
	return c.fields()
}

func (c *columns) rank() {
	order := make([]int, len(c.list))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.list[a].name, c.list[b].name) })
	for rank, i := range order {
		c.list[i].rank = rank
	}
	c.ranked, c.rankAt = len(c.list), c.record+ranksHold
}
