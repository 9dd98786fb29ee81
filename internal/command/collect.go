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
