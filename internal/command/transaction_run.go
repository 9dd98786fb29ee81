package command

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// transactions is one run of a transaction command over events, newest first.
type transactions struct {
	op           *transactionOp
	starts, ends func(*event.Event) bool
	open         []*openGroup            // without fields, at most one is not left
	closing      int                     // groups in open that are left
	byValue      map[string][]*openGroup // open groups by field and value
	done         []*openGroup
	orphans      []*event.Event
}

// openGroup is a transaction, its events newest first.
type openGroup struct {
	events         []*event.Event
	values         map[string]string // the values of the listed fields so far
	newest, oldest float64
	ended, closed  bool // endswith was seen; a limit or startswith closed it
	left           bool // no longer open
}

func (g *transactions) add(e *event.Event) {
	t, ok := e.Get("_time").Float()
	isEnd, isStart := g.ends(e), g.starts(e)
	if !ok || g.lacksFields(e) && (g.op.unifyEnds || !isEnd && !isStart) {
		g.orphans = append(g.orphans, e)
		return
	}
	into := g.find(e, t)
	if into != nil && isEnd {
		// An end condition begins a group when time runs backward.
		g.leave(into)
		into = nil
	}
	if into == nil {
		into = &openGroup{values: map[string]string{}, newest: t, ended: isEnd}
		if g.op.ends == nil || isEnd || g.op.keepEvicted {
			g.open = append(g.open, into)
		} else {
			into.left = true
			g.done = append(g.done, into)
		}
	}
	into.events = append(into.events, e)
	into.oldest = t
	g.learn(into, e)
	if isStart || g.op.maxEvents >= 0 && len(into.events) >= max(1, g.op.maxEvents) {
		into.closed = true
		g.leave(into)
	}
	g.compact()
}

// compact takes the groups that are left out of the open ones once they are
// the greater part, so that leaving costs the same however many are open.
func (g *transactions) compact() {
	if 2*g.closing > len(g.open) {
		g.open = slices.DeleteFunc(g.open, func(o *openGroup) bool { return o.left })
		g.closing = 0
	}
}

// find returns the open group that the event joins, the latest touched first.
func (g *transactions) find(e *event.Event, t float64) *openGroup {
	if len(g.op.fields) == 0 || g.lacksFields(e) {
		for _, candidate := range slices.Backward(g.open) {
			if g.fits(candidate, t) {
				return candidate
			}
		}
		return nil
	}
	for _, f := range g.op.fields {
		if v := e.Get(f); !v.IsNull() {
			for _, candidate := range slices.Backward(g.byValue[f+"\x00"+v.String()]) {
				if !candidate.left && g.agrees(candidate, e) && g.fits(candidate, t) {
					return candidate
				}
			}
		}
	}
	if !g.op.connected {
		for _, candidate := range slices.Backward(g.open) {
			if !candidate.left && g.agrees(candidate, e) && g.fits(candidate, t) {
				return candidate
			}
		}
	}
	return nil
}

// lacksFields reports whether the event has none of the listed fields.
func (g *transactions) lacksFields(e *event.Event) bool {
	return len(g.op.fields) > 0 && !slices.ContainsFunc(g.op.fields, func(f string) bool { return !e.Get(f).IsNull() })
}

// agrees reports whether no listed field of the event has another value than
// in the group.
func (g *transactions) agrees(candidate *openGroup, e *event.Event) bool {
	for _, f := range g.op.fields {
		if known, ok := candidate.values[f]; ok {
			if v := e.Get(f); !v.IsNull() && v.String() != known {
				return false
			}
		}
	}
	return true
}

// fits reports whether an event at t is near enough to the group, which it
// closes if not.
func (g *transactions) fits(candidate *openGroup, t float64) bool {
	if candidate.left {
		return false
	}
	if candidate.newest-t > g.op.maxSpan || candidate.oldest-t > g.op.maxPause {
		candidate.closed = true
		g.leave(candidate)
		return false
	}
	return true
}

func (g *transactions) learn(into *openGroup, e *event.Event) {
	for _, f := range g.op.fields {
		if v := e.Get(f); !v.IsNull() {
			if _, known := into.values[f]; !known {
				into.values[f] = v.String()
				key := f + "\x00" + v.String()
				g.byValue[key] = append(slices.DeleteFunc(g.byValue[key], func(o *openGroup) bool { return o.left }), into)
			}
		}
	}
}

func (g *transactions) leave(done *openGroup) {
	if done.left {
		return
	}
	done.left = true
	g.done = append(g.done, done)
	g.closing++
}

// finish returns the groups as rows, newest first.
func (g *transactions) finish() []*event.Event {
	for _, o := range g.open {
		g.leave(o)
	}
	slices.SortStableFunc(g.done, func(a, b *openGroup) int { return cmp.Compare(b.oldest, a.oldest) })
	var rows []*event.Event
	for _, d := range g.done {
		if g.complete(d) || g.op.keepEvicted {
			rows = append(rows, g.op.row(d))
		}
	}
	if g.op.keepOrphans {
		rows = append(rows, g.orphans...)
	}
	return rows
}

// complete reports whether a group has the ends that were asked for.
func (g *transactions) complete(d *openGroup) bool {
	oldest := d.events[len(d.events)-1]
	return (g.op.ends == nil || d.ended) && (g.op.starts == nil || g.starts(oldest))
}

// row makes the result of a group.
func (op *transactionOp) row(d *openGroup) *event.Event {
	slices.Reverse(d.events) // in order of time
	row := event.New()
	row.Set("_time", d.events[0].Get("_time"))
	var raws []string
	var names []string
	values := map[string][]value.Value{}
	for i, e := range d.events {
		for _, f := range e.Fields() {
			if f.Name == "_raw" {
				raws = append(raws, f.Value.String())
			}
			if strings.HasPrefix(f.Name, "_") {
				continue
			}
			if _, known := values[f.Name]; !known {
				names = append(names, f.Name)
				values[f.Name] = make([]value.Value, i)
			}
			values[f.Name] = append(values[f.Name], f.Value)
		}
		for _, name := range names {
			if len(values[name]) == i {
				values[name] = append(values[name], value.Value{})
			}
		}
		row.Inherit(e.Lineage())
	}
	slices.Sort(names)
	for _, name := range names {
		row.Set(name, op.merge(name, values[name]))
	}
	closed := 0
	if d.closed {
		closed = 1
	}
	row.Set("duration", value.OfNumber(d.newest-d.oldest))
	row.Set("eventcount", value.OfInt(len(d.events)))
	row.Set("closed_txn", value.OfInt(closed))
	if len(raws) > 0 {
		row.Set("_raw", value.OfText(strings.Join(raws, "\n")))
	}
	return row
}

// merge unites the values of a field, one per event in order of time.
func (op *transactionOp) merge(name string, perEvent []value.Value) value.Value {
	if op.listAll || slices.Contains(op.listFields, name) {
		list := make([]value.Value, 0, len(perEvent))
		for _, v := range perEvent {
			if v.IsNull() {
				v = value.OfText(op.nullText)
			}
			list = append(list, v)
		}
		return value.OfList(list)
	}
	var texts []string
	for _, v := range perEvent {
		texts = append(texts, v.Texts()...)
	}
	slices.Sort(texts)
	return value.OfTexts(slices.Compact(texts))
}
