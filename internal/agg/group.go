package agg

import (
	"maps"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// Reader evaluates the arguments of calls, row by row. It is used by one
// goroutine at a time.
type Reader struct {
	calls  []*Call
	env    *eval.Env
	limits plan.Limits
	skip   []string
	row    Row
	values []value.Value // per call, null for wild ones
	wild   []wildValue
	names  map[string][]int // the wild calls that match a field
	isWild bool
}

type wildValue struct {
	call  int
	field string
	value value.Value
}

// NewReader returns a Reader of calls for rows in the given order. Patterns do
// not match the fields of skip: those the rows are grouped by.
func NewReader(run *plan.Run, calls []*Call, order Order, skip []string) *Reader {
	return &Reader{
		calls: calls, env: eval.NewEnv(run), limits: run.Limits, skip: skip, row: Row{order: order},
		values: make([]value.Value, len(calls)), names: map[string][]int{},
		isWild: slices.ContainsFunc(calls, (*Call).Wild),
	}
}

// Read evaluates the arguments for e, for [Group.Add]. What it read is valid
// as long as e is.
func (r *Reader) Read(e *event.Event) {
	r.row.next(e)
	for i, c := range r.calls {
		switch {
		case c.expr != nil:
			r.values[i] = counted(c.expr.Eval(r.env, e))
		case c.Field == "":
			r.values[i] = value.OfBool(true)
		case !c.Wild():
			r.values[i] = e.Get(c.Field)
		}
	}
	if r.isWild {
		r.readWild(e)
	}
}

// counted makes a condition countable: true is 1 and false is not there, so
// that count(eval(a=b)) counts the rows where it is true. Source: Splunk,
// Aggregate functions and Time functions (per_hour(eval(method="GET"))).
func counted(v value.Value) value.Value {
	switch {
	case v.Kind() != value.Bool:
		return v
	case v.True():
		return value.OfNumber(1)
	}
	return value.Value{}
}

// maxNames bounds the field names remembered, for events that never have the
// same ones.
const maxNames = 10_000

func (r *Reader) readWild(e *event.Event) {
	r.wild = r.wild[:0]
	for _, f := range e.Fields() {
		calls, known := r.names[f.Name]
		if !known {
			if len(r.names) > maxNames {
				clear(r.names)
			}
			calls = r.matching(f.Name)
			r.names[strings.Clone(f.Name)] = calls
		}
		for _, i := range calls {
			r.wild = append(r.wild, wildValue{i, f.Name, f.Value})
		}
	}
}

// matching returns the wild calls that match a field. As everywhere, a pattern
// that does not begin with an underscore does not match internal fields.
func (r *Reader) matching(field string) []int {
	if slices.Contains(r.skip, field) {
		return nil
	}
	var calls []int
	for i, c := range r.calls {
		if c.Wild() && event.MatchName(c.Field, field) && (!strings.HasPrefix(field, "_") || strings.HasPrefix(c.Field, "_")) {
			calls = append(calls, i)
		}
	}
	return calls
}

// Group is the states of the calls for the rows of one group.
type Group struct {
	states []State            // per call, nil for wild ones
	wild   []map[string]State // per call, by field
}

// stateSize estimates a state without what it keeps.
const stateSize = 80

// NewGroup returns the group of no rows, and its size by estimate.
func (r *Reader) NewGroup() (g *Group, size int) {
	g = &Group{states: make([]State, len(r.calls))}
	for i, c := range r.calls {
		if !c.Wild() {
			g.states[i] = c.newState(r.limits)
		}
	}
	return g, 64 + stateSize*len(r.calls)
}

// Add adds the row just read to the group. It returns the bytes by which the
// group grew, by estimate.
func (r *Reader) Add(g *Group) (grew int) { return r.add(g, r.values, r.wild, &r.row) }

func (r *Reader) add(g *Group, values []value.Value, wild []wildValue, row *Row) (grew int) {
	for i, v := range values {
		if !v.IsNull() {
			grew += g.states[i].Add(v, row)
		}
	}
	for _, w := range wild {
		s := g.wildState(w.call, w.field)
		if s == nil {
			s = r.calls[w.call].newState(r.limits)
			g.setWild(w.call, strings.Clone(w.field), s)
			grew += stateSize + 64 + len(w.field)
		}
		grew += s.Add(w.value, row)
	}
	return grew
}

// Sample is what the calls took from one row, to be added to groups after the
// row is gone.
type Sample struct {
	row    Row
	values []value.Value
	wild   []wildValue
}

// Sample copies what was read of the row at hand. The rows must come in order.
func (r *Reader) Sample() *Sample {
	r.row.epoch()
	s := &Sample{row: r.row, values: make([]value.Value, len(r.values)), wild: make([]wildValue, len(r.wild))}
	s.row.event = nil
	for i, v := range r.values {
		s.values[i] = v.Clone()
	}
	for i, w := range r.wild {
		s.wild[i] = wildValue{w.call, strings.Clone(w.field), w.value.Clone()}
	}
	return s
}

// AddSample adds the row of a sample to the group.
func (r *Reader) AddSample(g *Group, s *Sample) { r.add(g, s.values, s.wild, &s.row) }

// Size estimates the bytes that the sample takes in memory, for limits.
func (s *Sample) Size() int {
	n := 120
	for _, v := range s.values {
		n += v.Size()
	}
	for _, w := range s.wild {
		n += 40 + len(w.field) + w.value.Size()
	}
	return n
}

func (g *Group) wildState(call int, field string) State {
	if g.wild == nil {
		return nil
	}
	return g.wild[call][field]
}

func (g *Group) setWild(call int, field string, s State) {
	if g.wild == nil {
		g.wild = make([]map[string]State, len(g.states))
	}
	if g.wild[call] == nil {
		g.wild[call] = map[string]State{}
	}
	g.wild[call][field] = s
}

// Merge adds the rows of other, which is not used again.
func (g *Group) Merge(other *Group) {
	for i, s := range other.states {
		if s != nil {
			g.states[i].Merge(s)
		}
	}
	for i, byField := range other.wild {
		for field, s := range byField {
			if own := g.wildState(i, field); own != nil {
				own.Merge(s)
			} else {
				g.setWild(i, field, s)
			}
		}
	}
}

// Result returns the result of a call, or of a wild call for one field. A
// field that no row of the group has was met in another group: what there is
// to say of it is what the function says of no rows, 0 for count.
func (g *Group) Result(c Column) value.Value {
	s := g.state(c)
	if s == nil {
		return c.none
	}
	return s.Result()
}

func (g *Group) state(c Column) State {
	if c.wild {
		return g.wildState(c.Call, c.field)
	}
	return g.states[c.Call]
}

// Cut reports whether the result leaves out values for a limit.
func (g *Group) Cut(c Column) bool {
	s, ok := g.state(c).(interface{ Cut() bool })
	return ok && s.Cut()
}

// Column is a column of results.
type Column struct {
	Name  string
	Call  int // the index of its call
	wild  bool
	field string      // of a wild call
	none  value.Value // the result of no rows, of a wild call
}

// Columns returns the columns of the calls over all groups: in the order of
// the calls, and for the fields of a wild call by name. Where several have one
// name, the last of them has it.
func Columns(calls []*Call, groups ...*Group) []Column {
	var columns []Column
	for i := range calls {
		columns = append(columns, ColumnsOf(calls, i, groups...)...)
	}
	last := map[string]int{}
	for i, c := range columns {
		last[c.Name] = i
	}
	kept := columns[:0]
	for i, c := range columns {
		if last[c.Name] == i {
			kept = append(kept, c)
		}
	}
	return kept
}

// ColumnsOf returns the columns of the i-th call over all groups.
func ColumnsOf(calls []*Call, i int, groups ...*Group) []Column {
	c := calls[i]
	if !c.Wild() {
		return []Column{{Name: c.Column(), Call: i}}
	}
	fields := map[string]struct{}{}
	for _, g := range groups {
		if g.wild != nil {
			for field := range g.wild[i] {
				fields[field] = struct{}{}
			}
		}
	}
	var columns []Column
	none := c.newState(plan.DefaultLimits).Result()
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		columns = append(columns, Column{Name: c.ColumnOf(field), Call: i, wild: true, field: field, none: none})
	}
	return columns
}

// allNumbers makes a function null once it met a value that is no number.
type allNumbers struct {
	State
	broken bool
}

func (s *allNumbers) Add(v value.Value, row *Row) int {
	for i := range v.Len() {
		if _, ok := v.At(i).Float(); !ok {
			s.broken = true
		}
	}
	return s.State.Add(v, row)
}

func (s *allNumbers) Merge(other State) {
	o := other.(*allNumbers)
	s.broken = s.broken || o.broken
	s.State.Merge(o.State)
}

func (s *allNumbers) Result() value.Value {
	if s.broken {
		return value.Value{}
	}
	return s.State.Result()
}
