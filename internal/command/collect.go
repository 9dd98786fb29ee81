package command

import (
	"math"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// collector is the sink of a command that needs all rows before one comes out.
// It keeps copies of the rows, charged to the run's memory, and when the input
// ends pushes the rows that finish makes of them.
type collector struct {
	run    *plan.Run
	next   plan.Sink
	finish func(rows []*event.Event) ([]*event.Event, error)
	rows   []*event.Event
	held   int
}

// collect returns a collector in front of next. finish owns the rows and
// returns those to push, in order.
func collect(run *plan.Run, next plan.Sink, finish func([]*event.Event) ([]*event.Event, error)) *collector {
	return &collector{run: run, next: next, finish: finish}
}

// Push implements [plan.Sink].
func (c *collector) Push(b event.Batch) (bool, error) {
	size := 0
	for _, e := range b {
		row := e.Clone()
		size += row.Size()
		c.rows = append(c.rows, row)
	}
	c.held += size
	return true, c.run.Hold(size)
}

// Close implements [plan.Sink].
func (c *collector) Close() error {
	rows, err := c.finish(c.rows)
	if err != nil {
		return err
	}
	c.rows = nil
	if err := pushRows(c.run, c.next, rows); err != nil {
		return err
	}
	if err := c.run.Hold(-c.held); err != nil {
		return err
	}
	return c.next.Close()
}

// expander is what a command has in front of next that may make many rows of
// one: they are passed on in batches, and the run may be interrupted between
// them.
type expander struct {
	plan.Sink
	run    *plan.Run
	out    event.Batch
	copies []*event.Event // reused
	used   int            // of copies, in out
	passed int            // batches passed on of those made of one
}

// add puts a row into the batch at hand.
func (x *expander) add(row *event.Event) (bool, error) {
	x.out = append(x.out, row)
	if len(x.out) < batchRows {
		return true, nil
	}
	return x.flush()
}

// copy returns a copy of e to be added.
func (x *expander) copy(e *event.Event) *event.Event {
	if x.used == len(x.copies) {
		x.copies = append(x.copies, &event.Event{})
	}
	c := x.copies[x.used]
	x.used++
	e.CopyTo(c)
	return c
}

// end passes on what is left of the batch that was pushed: it refers to events
// that are not ours afterwards.
func (x *expander) end() (bool, error) {
	x.passed = 0
	return x.flush()
}

func (x *expander) flush() (bool, error) {
	if len(x.out) == 0 {
		return true, nil
	}
	if x.passed++; x.passed > uninterrupted {
		if err := x.run.Context.Err(); err != nil {
			return false, err
		}
	}
	more, err := x.Push(x.out)
	x.out, x.used = x.out[:0], 0
	return more, err
}

// uninterrupted is how many batches a row may become before a command asks
// whether the run was interrupted. Rows that become fewer are finished, so that
// an interrupted run still gives the result of what was read.
const uninterrupted = 64

// batchRows is how many rows a command that makes rows pushes at a time.
const batchRows = 512

// pushRows pushes rows in batches until next wants no more. The rows are
// placed in the order in which they stand: it is theirs from here on, whatever
// became of the order in which events were searched.
func pushRows(run *plan.Run, next plan.Sink, rows []*event.Event) error {
	for i, row := range rows {
		row.SetOrder(orderOfRow(i))
	}
	for len(rows) > 0 {
		if err := run.Context.Err(); err != nil {
			return err
		}
		n := min(len(rows), batchRows)
		more, err := next.Push(rows[:n:n])
		if err != nil || !more {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// orderOfRow is the place of the i-th row that a command makes.
func orderOfRow(i int) event.Order {
	return event.Order{Time: math.Inf(-1), Seq: uint64(i)} //nolint:gosec // i counts rows
}
