package command

import (
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// pushSize is how many rows a command that held them back pushes at a time.
const pushSize = 1024

// collect returns a sink for commands that need all rows before one comes out:
// it keeps copies of them, charged to the run's memory, and at the end pushes
// what finish makes of them. The rows are finish's to change and return.
func collect(run *plan.Run, next plan.Sink, finish func(rows event.Batch) (event.Batch, error)) plan.Sink {
	return &collectRun{run: run, next: next, finish: finish}
}

type collectRun struct {
	run    *plan.Run
	next   plan.Sink
	finish func(event.Batch) (event.Batch, error)
	rows   event.Batch
	size   int
}

func (r *collectRun) Push(b event.Batch) (bool, error) {
	size := 0
	for _, e := range b {
		kept := e.Clone()
		size += kept.Size()
		r.rows = append(r.rows, kept)
	}
	r.size += size
	return true, r.run.Hold(size)
}

func (r *collectRun) Close() error {
	rows, err := r.finish(r.rows)
	if err != nil {
		return err
	}
	if err := pushAll(r.next, rows); err != nil {
		return err
	}
	r.rows = nil
	if err := r.run.Hold(-r.size); err != nil {
		return err
	}
	return r.next.Close()
}

// pushAll pushes rows in batches until no more are wanted.
func pushAll(next plan.Sink, rows event.Batch) error {
	for len(rows) > 0 {
		n := min(len(rows), pushSize)
		more, err := next.Push(rows[:n:n])
		if err != nil || !more {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
