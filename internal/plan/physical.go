package plan

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
)

// Physical is the order in which the ops of a search run.
type Physical struct {
	// Filters begin the search and select events; none if a command generates
	// the rows.
	Filters []Filterer
	// Parallel run in every worker, each row by itself.
	Parallel []Op
	// Reducer begins in every worker and ends the parallel part, if the
	// command there is one; else rows are put in order before Rest.
	Reducer Reducer
	// Rest run once, over the merged rows.
	Rest []Op
	// Infers tells that a command asks which accounts the records are of.
	Infers bool
	// First is how many rows in order Rest reads at most, 0 for all.
	First int
	// Fields are what the source must provide, and Kept what Rest needs of a
	// row that is kept to be put in order.
	Fields, Kept event.Set
}

// Reads reports whether the search reads events from a source.
func (p *Physical) Reads() bool { return len(p.Filters) > 0 }

// Plan lays a search out. wanted are the fields that are asked of its result.
func Plan(s *Search, wanted event.Set) *Physical {
	p := &Physical{Infers: Infers(s.Ops)}
	ops := s.Ops
	for len(ops) > 0 {
		f, ok := ops[0].(Filterer)
		if !ok {
			break
		}
		p.Filters = append(p.Filters, f)
		ops = ops[1:]
	}
	p.Fields = needs(s.Ops, wanted)
	if !p.Reads() {
		p.Rest = ops
		return p
	}
	n := 0
	for n < len(ops) && ops[n].Kind() == Streaming && !Infers(ops[n:n+1]) {
		n++
	}
	// Rows that came out of one event share its place in the order, so an
	// expanding command runs in the workers only where the order is lost in a
	// reducer anyway.
	expanded := n
	for expanded < len(ops) && (ops[expanded].Kind() == Streaming || ops[expanded].Kind() == Expanding) && !Infers(ops[expanded:expanded+1]) {
		expanded++
	}
	if expanded < len(ops) {
		if r, ok := ops[expanded].(Reducer); ok && (expanded == n || !usesOrder(r)) {
			p.Parallel, p.Reducer, p.Rest = ops[:expanded], r, ops[expanded+1:]
			return p
		}
	}
	p.Parallel, p.Rest = ops[:n], ops[n:]
	p.Kept = needs(p.Rest, wanted)
	if len(p.Rest) > 0 {
		if l, ok := p.Rest[0].(Limiter); ok {
			p.First = l.Limit()
		}
	}
	return p
}

// needs returns the fields that must reach ops so that the wanted ones leave
// them.
func needs(ops []Op, wanted event.Set) event.Set {
	for _, op := range slices.Backward(ops) {
		wanted = op.Needs(wanted)
	}
	return wanted
}

// OrderUser is a Reducer that can tell whether its result depends on the order
// of rows; one that cannot is taken to depend on it.
type OrderUser interface {
	UsesOrder() bool
}

func usesOrder(r Reducer) bool {
	u, ok := r.(OrderUser)
	return !ok || u.UsesOrder()
}

// Columns returns the column order of a search's result as far as its commands
// tell, nil for events.
func Columns(s *Search) []string {
	var columns []string
	for _, op := range s.Ops {
		if c, ok := op.(Columner); ok {
			columns = c.Columns(columns)
		}
	}
	return columns
}

// Closed reports whether the rows of a search's result have no columns but
// those that [Columns] returns.
func Closed(s *Search) bool {
	closed := false
	var columns []string
	for _, op := range s.Ops {
		events := columns == nil
		if c, ok := op.(Columner); ok {
			columns = c.Columns(columns)
		}
		if op.Kind() == Transforming || events && columns != nil {
			closed = true
		}
		if o, ok := op.(Opener); ok && o.Opens() {
			closed = false
		}
	}
	return closed && columns != nil
}
