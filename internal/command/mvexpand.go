package command

import (
	"strconv"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var mvexpand = &Spec{
	Name:    "mvexpand",
	Syntax:  "mvexpand <field> [limit=<n>]",
	Summary: "Make one result of each value of a multivalue field.",
	Details: `The other fields are copied. A result in which the field has one value or none comes out as it is. limit is how many values of each result are taken, 0 for all.`,
	Differs: `Splunk ends the expansion of a search at 500 MB. Here results stream, and only what one result becomes is bounded by that size, with a warning.`,
	Examples: []string{
		"search * | mvexpand resources{}.ARN",
		"search * | mvexpand userId limit=10",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := mvexpandOp{place: placeOf(a)}
		a.Count("limit", &op.limit)
		t := a.Peek()
		op.field = takeField(a)
		if isInternal(op.field) {
			a.Fail(t.Span, diag.BadArgument, "copy it to another field with eval first", "%s: fields that begin with an underscore cannot be expanded", op.field)
		}
		return op, a.End()
	},
}

type mvexpandOp struct {
	field string
	limit int // 0 for all
	place place
}

func (op mvexpandOp) String() string {
	s := "mvexpand " + argName(op.field)
	if op.limit > 0 {
		s += " limit=" + strconv.Itoa(op.limit)
	}
	return s
}

func (op mvexpandOp) Kind() plan.Kind                  { return plan.Expanding }
func (op mvexpandOp) Needs(wanted event.Set) event.Set { return wanted.With(op.field) }

func (op mvexpandOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &mvexpandRun{expander: expander{Sink: next, run: run}, op: op}, nil
}

// minResult is the least that a result is taken to be in memory.
const minResult = 160

type mvexpandRun struct {
	expander
	op mvexpandOp
}

// Push implements [plan.Sink].
func (r *mvexpandRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		n := r.wanted(e)
		if n <= 1 {
			if more, err := r.add(e); err != nil || !more {
				return more, err
			}
			continue
		}
		values := e.Get(r.op.field)
		for i := range n {
			c := r.copy(e)
			c.Set(r.op.field, values.At(i))
			if more, err := r.add(c); err != nil || !more {
				return more, err
			}
		}
	}
	return r.end()
}

// wanted returns how many results e becomes. One that has the values of a
// multivalue cut to one still changes, and is not among those left alone.
func (r *mvexpandRun) wanted(e *event.Event) int {
	values := e.Get(r.op.field)
	n := values.Len()
	if n <= 1 {
		return n
	}
	if r.op.limit > 0 && n > r.op.limit {
		n = r.op.limit
	}
	// A result has one of the values, not the list of them all.
	most := int(r.run.Limits.WithDefaults().ExpandBytes)
	if size := max(minResult, e.Size()-values.Size()) + values.Size()/values.Len(); n > most/size {
		n = max(1, most/size)
		r.op.place.warn(r.run, diag.LimitReached, "drop fields that are not needed before it, or raise --max-expand", "a result was expanded to the first %d of its %d values only, which take %d MB", n, values.Len(), most>>20)
	}
	if n == 1 {
		e.Set(r.op.field, values.At(0))
	}
	return n
}
