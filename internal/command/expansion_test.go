package command

import (
	"context"
	"errors"
	"testing"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// largest is the end of a chain that remembers the size of the largest batch.
type largest struct{ size, rows int }

func (l *largest) Push(b event.Batch) (bool, error) {
	l.size, l.rows = max(l.size, len(b)), l.rows+len(b)
	return true, nil
}

func (l *largest) Close() error { return nil }

// What a row becomes is passed on in batches, however much it is.
func TestExpansionInBatches(t *testing.T) {
	t.Parallel()
	for _, commands := range []string{
		"join max=0 k [| makeresults count=3000 | eval k=1]",
		"eval m=mvrange(0,3000) | mvexpand m",
	} {
		run := newTestRun(t)
		run.Subsearch = func(*plan.Search, int) ([]*event.Event, bool, error) {
			rows := make([]*event.Event, 3000)
			for i := range rows {
				rows[i] = readRows("k=1")[0]
			}
			return rows, false, nil
		}
		end := &largest{}
		sink, err := start(run, mustParse(t, commands), end)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sink.Push(readRows("k=1\nk=1")); err != nil {
			t.Fatal(err)
		}
		if end.rows != 6000 || end.size > batchRows {
			t.Errorf("%s: %d rows, at most %d at a time", commands, end.rows, end.size)
		}
	}
}

// A long expansion ends when its run is interrupted.
func TestExpansionInterrupted(t *testing.T) {
	t.Parallel()
	run := newTestRun(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	run.Context = ctx
	sink, err := start(run, mustParse(t, "eval m=mvrange(0,50000) | mvexpand m"), &largest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Push(readRows("k=1")); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want %v", err, context.Canceled)
	}
}
