package command

import (
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// rowRun is the sink of a command that changes rows one by one.
type rowRun struct {
	plan.Sink
	change func(*event.Event)
}

// changeRows returns a sink that changes every row and pushes it to next.
func changeRows(next plan.Sink, change func(*event.Event)) plan.Sink {
	return &rowRun{Sink: next, change: change}
}

// Push implements [plan.Sink].
func (r *rowRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		r.change(e)
	}
	return r.Sink.Push(b)
}

// mapValues returns v with each of its values replaced by what convert makes
// of it; a null leaves the value out.
func mapValues(v value.Value, convert func(value.Value) value.Value) value.Value {
	if !v.IsMulti() {
		if v.IsNull() {
			return v
		}
		return convert(v)
	}
	list := make([]value.Value, v.Len())
	for i := range list {
		list[i] = convert(v.At(i))
	}
	return value.OfList(list)
}
