package exposure

import (
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// Gathering makes a history of events: a worker's share of a command that is a
// [plan.Reducer].
type Gathering struct {
	run     *plan.Run
	finish  Finish
	history *History
	held    int
}

// Finish takes the ledger once the events have ended, and may push rows.
type Finish func(run *plan.Run, l *Ledger, next plan.Sink) error

// NewGathering returns a share without events. Of those that are merged one
// calls finish.
func NewGathering(run *plan.Run, finish Finish) *Gathering {
	return &Gathering{run: run, finish: finish, history: NewHistory()}
}

// Add implements [plan.Partial].
func (g *Gathering) Add(b event.Batch) error {
	grown := 0
	for _, e := range b {
		grown += g.history.Add(e)
	}
	return g.hold(grown)
}

func (g *Gathering) hold(bytes int) error {
	g.held += bytes
	return g.run.Hold(bytes)
}

// Merge implements [plan.Partial].
func (g *Gathering) Merge(other plan.Partial) error {
	o := other.(*Gathering)
	g.held += o.held
	g.history.Merge(o.history)
	return nil
}

// Emit implements [plan.Partial].
func (g *Gathering) Emit(next plan.Sink) error {
	ledger, err := g.history.Ledger(g.hold)
	if err != nil {
		return err
	}
	if err := g.finish(g.run, ledger, next); err != nil {
		return err
	}
	return g.run.Hold(-g.held)
}
