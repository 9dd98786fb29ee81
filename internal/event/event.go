// Package event is what flows through a pipeline: an [Event] with named
// fields, read lazily from the JSON of a log record, or the row of a result.
//
// It knows how JSON becomes fields with Splunk's names (a.b{}.c) and how an
// add-on's fields are computed from others; it knows no add-on, no container
// format and no command. Start reading at [Event.Get].
package event

import (
	"cmp"
	"math"
	"slices"

	"github.com/pugmark/pugmark/internal/value"
)

// Batch is some events in the order of the pipeline. Who pushes a batch owns
// the slice and the events again when the push returns; who keeps an event
// longer keeps its [Event.Clone]. Until the push returns the receiver may
// change the events and the order of the slice.
type Batch []*Event

// Field is a named value.
type Field struct {
	Name  string
	Value value.Value
}

// Event is an event or a result row: an ordered list of fields, over the
// fields of a raw record if it still has one. An Event is used by one
// goroutine at a time.
type Event struct {
	// own are the fields assigned by commands, in the order of assignment.
	// Over a record a null value hides the record's field of that name.
	own     []Field
	record  *Record
	order   Order
	ordered bool
	// untracked tells that the record's lineage is not remembered.
	untracked bool
	lineage   *Lineage
}

// New returns a row without a record that has the given fields.
func New(fields ...Field) *Event {
	e := &Event{ordered: true}
	for _, f := range fields {
		e.Set(f.Name, f.Value)
	}
	return e
}

// OfFields returns a row of the fields, which all have different names and a
// value. It keeps the slice.
func OfFields(fields []Field) *Event { return &Event{ordered: true, own: fields} }

// Reset makes e the event of record r, without fields of its own.
func (e *Event) Reset(r *Record) {
	e.own = e.own[:0]
	e.record = r
	e.ordered = false
	e.untracked = false
	e.lineage = nil
}

// Record returns the raw record that the event still has, or nil.
func (e *Event) Record() *Record { return e.record }

// Get returns the value of a field, null if it is absent. The text of the
// value is valid as long as the event is.
func (e *Event) Get(name string) value.Value {
	for i := range e.own {
		if e.own[i].Name == name {
			return e.own[i].Value
		}
	}
	if e.record != nil {
		return e.record.Get(name)
	}
	return value.Value{}
}

// Set gives a field a value; null removes the field.
func (e *Event) Set(name string, v value.Value) {
	for i := range e.own {
		if e.own[i].Name == name {
			if v.IsNull() && e.record == nil {
				e.own = slices.Delete(e.own, i, i+1)
				return
			}
			e.own[i].Value = v
			return
		}
	}
	if v.IsNull() && e.record == nil {
		return
	}
	e.own = append(e.own, Field{name, v})
}

// Fields returns the fields present, in column order: own fields of a row as
// they were assigned; for an event that still has its record, all fields in
// byte order of the names. The slice is the caller's.
func (e *Event) Fields() []Field {
	if e.record == nil {
		return slices.Clone(e.own)
	}
	all := e.record.fields()
	if len(e.own) == 0 {
		return slices.Clone(all)
	}
	fields := make([]Field, 0, len(all)+len(e.own))
	for _, f := range all {
		if !slices.ContainsFunc(e.own, func(own Field) bool { return own.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	for _, f := range e.own {
		if !f.Value.IsNull() {
			fields = append(fields, f)
		}
	}
	slices.SortStableFunc(fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

// Match returns the names of the present fields that match a pattern, as
// [Event.Fields] orders them. As in Splunk, a pattern that does not begin with
// an underscore does not match internal fields, whose names do.
func (e *Event) Match(pattern string) []string {
	var names []string
	for _, f := range e.Fields() {
		if MatchName(pattern, f.Name) && (f.Name[:min(1, len(f.Name))] != "_" || pattern[:min(1, len(pattern))] == "_") {
			names = append(names, f.Name)
		}
	}
	return names
}

// Rename gives the field from the name to. The field that had the name to is
// replaced; if from is absent, to becomes absent too.
func (e *Event) Rename(from, to string) {
	if from == to {
		return
	}
	v := e.Get(from)
	if e.record == nil {
		// Keep the column's place.
		e.own = slices.DeleteFunc(e.own, func(f Field) bool { return f.Name == to })
		for i := range e.own {
			if e.own[i].Name == from {
				e.own[i].Name = to
				return
			}
		}
		return
	}
	e.Set(from, value.Value{})
	e.Set(to, v)
}

// Project makes e a row of just the named fields in the given order; absent
// ones stay absent. The record is let go, its lineage kept.
func (e *Event) Project(names []string) {
	fields := make([]Field, 0, len(names))
	for _, name := range names {
		if v := e.Get(name); !v.IsNull() && !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			fields = append(fields, Field{name, v})
		}
	}
	e.detach()
	e.own = fields
}

// detach lets go of the record but remembers what it alone knew.
func (e *Event) detach() {
	if e.record == nil {
		return
	}
	e.Order()
	if e.tracked() {
		e.Lineage()
	}
	e.record = nil
}

// Clone returns a copy that shares no memory with the source's buffers and is
// valid for ever.
func (e *Event) Clone() *Event {
	e.Order()
	c := &Event{order: e.order, ordered: true, untracked: e.untracked, own: make([]Field, len(e.own))}
	for i, f := range e.own {
		c.own[i] = Field{f.Name, f.Value.Clone()}
	}
	if e.record != nil {
		c.record = e.record.clone()
	}
	if e.lineage != nil {
		c.lineage = e.lineage.Clone()
	}
	return c
}

// CopyTo makes c a copy of e that is valid as long as e is: for commands that
// turn one event into several, and for searches that share a pass.
func (e *Event) CopyTo(c *Event) {
	c.own = append(c.own[:0], e.own...)
	c.record, c.order, c.ordered, c.untracked, c.lineage = e.record, e.order, e.ordered, e.untracked, e.lineage
	if c.lineage != nil {
		c.lineage = c.lineage.Clone()
	}
}

// Order returns the event's place in the order in which events are searched.
func (e *Event) Order() Order {
	if !e.ordered {
		e.ordered = true
		if e.record != nil {
			e.order = e.record.order()
		}
	}
	return e.order
}

// SetOrder places e explicitly, for commands that make events of their own.
func (e *Event) SetOrder(o Order) { e.order, e.ordered = o, true }

// Order is a place in the order in which events are searched: newest first,
// equal times by arrival, the last arrived first; events without a time come
// last, in the order of arrival. Source: Splunk, dedup ("most recent events
// are searched first").
type Order struct {
	Time float64 // epoch seconds; -Inf for an event without a time
	Seq  uint64  // the number of the record in the order of arrival
}

// Compare orders a before b if it is searched first.
func (a Order) Compare(b Order) int {
	if c := cmp.Compare(b.Time, a.Time); c != 0 {
		return c
	}
	if math.IsInf(a.Time, -1) {
		return cmp.Compare(a.Seq, b.Seq)
	}
	return cmp.Compare(b.Seq, a.Seq)
}

// Size estimates the bytes that e takes in memory, for limits.
func (e *Event) Size() int {
	n := 160
	for _, f := range e.own {
		n += len(f.Name) + 16 + f.Value.Size()
	}
	if e.record != nil {
		n += 300 + len(e.record.text)
	}
	return n
}

// Sort puts events in the order in which they are searched. Events of the same
// place keep their order.
func Sort(events []*Event) {
	slices.SortStableFunc(events, func(a, b *Event) int { return a.Order().Compare(b.Order()) })
}
