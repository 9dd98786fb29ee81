// Package agg is SPL's statistical functions: one table of them, their calls
// as commands write them, and the states that they fill row by row.
//
// A state is partial: states over different rows merge to what one state over
// all rows would be, whoever saw which row and in whatever order. The package
// knows no command: it neither groups rows nor names a result's columns beyond
// the call's own. Start reading at [Function], then [Call] and [Group].
// Semantics: Splunk's Search Reference (Aggregate, Event order, Multivalue and
// Time functions).
package agg

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// Function is an entry of the table.
type Function struct {
	Name    string
	Aliases []string
	// Args names the argument, in brackets if it may be left out.
	Args string
	// Category is Splunk's heading for the function.
	Category string
	// Summary is one sentence or two: what it returns and what it skips.
	Summary string
	// Examples are run by a test.
	Examples []Example
	// Differs says where pugmark differs from Splunk, if it does.
	Differs string
	// Instead marks a real function that pugmark refuses, with what to do
	// instead of it.
	Instead string
	// Percentile marks a function whose name is followed by a number from 0 to
	// 100, as in perc95.
	Percentile bool
	// Numeric marks a function of numbers only, which allnum=true applies to.
	Numeric bool
	// Per is, for a function that only timechart has, the seconds for which the
	// sum of a bucket is given.
	Per float64
	// New returns the state of no rows.
	New func(Params) State
}

// Example is a call over rows that have the field x, and its result.
type Example struct {
	Call string
	// Rows are the values of x, in the order in which rows are searched: each
	// one second older than the one before it, the last at time 0.
	Rows []string
	// Want is the result; a multivalue is joined by ", ", null is "".
	Want string
}

// Params is what a state depends on besides the rows.
type Params struct {
	Percentile float64
	ListValues int // how many values list keeps
}

// State is what a function knows of some of a group's rows. It keeps no memory
// of the rows that it has seen, only clones.
type State interface {
	// Add takes what a row has for the argument, never null, and returns the
	// bytes by which the state grew, by estimate.
	Add(v value.Value, row *Row) (grew int)
	// Merge adds what other, of the same function and parameters, knows. Other
	// is not used again.
	Merge(other State)
	// Result returns the function's value for the rows so far, null for none.
	// More rows may follow.
	Result() value.Value
}

// Order says how the rows that a state sees relate to the order in which rows
// are searched.
type Order uint8

// The orders.
const (
	// AnyOrder is for one worker's share of the events: a row's place is that
	// of its event, and states are merged.
	AnyOrder Order = iota
	// InOrder is for rows that come one after another as the search has them;
	// states may be merged still.
	InOrder
	// Running is InOrder for states that are never merged, which lets some of
	// them keep less and answer row by row without starting over.
	Running
)

// Row is the row at hand, for functions that ask for more than a value.
type Row struct {
	order    Order
	event    *event.Event
	arrival  uint64
	time     float64
	timed    bool
	timeRead bool
}

// next makes e the row at hand.
func (r *Row) next(e *event.Event) {
	r.event, r.timeRead = e, false
	r.arrival++
}

// place tells where the row stands among all.
func (r *Row) place() place {
	if r.order == AnyOrder {
		return place{r.event.Order(), r.arrival}
	}
	return place{arrival: r.arrival}
}

// epoch returns the row's _time.
func (r *Row) epoch() (float64, bool) {
	if !r.timeRead {
		r.timeRead = true
		r.time, r.timed = r.event.Get("_time").Float()
	}
	return r.time, r.timed
}

// place is where a row stands in the order in which rows are searched. Rows
// made from one event share its order; they reach the same state one after
// another, so their arrival there tells them apart. Rows that are already in
// order have only their arrival.
type place struct {
	order   event.Order
	arrival uint64
}

func (p place) compare(q place) int {
	return cmp.Or(p.order.Compare(q.order), cmp.Compare(p.arrival, q.arrival))
}

// find returns the function of a name as written in a call, and the number
// behind the name of a percentile.
func find(written string) (f *Function, percentile float64) {
	name := strings.ToLower(written)
	for _, f := range table {
		if !f.Percentile && (f.Name == name || slices.Contains(f.Aliases, name)) {
			return f, 0
		}
	}
	i := strings.IndexAny(name, "0123456789")
	if i < 0 {
		return nil, 0
	}
	p, err := strconv.ParseFloat(name[i:], 64)
	if err != nil || !(p >= 0 && p <= 100) {
		return nil, 0
	}
	for _, f := range table {
		if f.Percentile && (f.Name == name[:i] || slices.Contains(f.Aliases, name[:i])) {
			return f, p
		}
	}
	return nil, 0
}

// known returns every name that a call can have, for suggestions.
func known() []string {
	var all []string
	for _, f := range table {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if f.Percentile {
				name += "95"
			}
			all = append(all, name)
		}
	}
	return all
}
