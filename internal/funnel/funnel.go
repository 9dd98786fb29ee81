// Package funnel says what becomes of events in a search: how many pass each
// condition and come out of each command, where an event vanished, and why.
//
// It runs the search as it is, with a probe in front of each command; reasons
// come from the commands themselves ([plan.Explainer], [plan.TermFilter]). It
// knows no command, no detection and no format of output. Start reading at
// [Run], then probe.go.
package funnel

import (
	"context"
	"math"
	"strings"

	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// Config says what a search is run over, and what is asked of it.
type Config struct {
	// Engine is how the search would be run anyway.
	Engine engine.Config
	// Events are the IDs of events to follow; case does not count.
	Events []string
	// Fields are the names of fields that events are known to have, for
	// suggestions.
	Fields []string
}

// Kind is a kind of stage.
type Kind string

// The kinds of stage.
const (
	Window    Kind = "window"    // the time range of the run
	Condition Kind = "condition" // of the search expression that the search begins with
	Command   Kind = "command"
)

// Funnel is what became of the events of a search.
type Funnel struct {
	// Read is how many events the source gave. It leaves nothing out.
	Read   int64       `json:"events_read"`
	Stages []*Stage    `json:"stages"`
	Rows   int64       `json:"rows"` // of the result
	Events []*Followed `json:"events"`
	// Result is the search's own, without rows.
	Result *engine.Result `json:"-"`
}

// Stage is a condition or a command.
type Stage struct {
	Number int    `json:"stage"` // from 1
	Kind   Kind   `json:"kind"`
	Text   string `json:"text"` // as SPL
	Macro  string `json:"macro,omitempty"`
	In     int64  `json:"in"`
	Out    int64  `json:"out"`
	// Remark is what the command does with rows in general, if it leaves some
	// out or makes one of several.
	Remark string `json:"remark,omitempty"`
	// Reasons are why rows did not come out, the commonest first.
	Reasons []Count `json:"reasons"`
	// Hints say what would let rows through.
	Hints []string `json:"hints"`
	// Samples are rows that did not come out, with the reason of each.
	Samples []Sample `json:"samples"`
}

// Count is how many rows did not come out for a reason.
type Count struct {
	Reason string `json:"reason"`
	Rows   int64  `json:"rows"`
}

// Sample is a row that came to a stage.
type Sample struct {
	// Event is the ID of the event that the row is, if it still is one.
	Event string `json:"event_id,omitempty"`
	// Row names the row by some of its fields where it is no event.
	Row    string `json:"row,omitempty"`
	Reason string `json:"reason"`
}

// Followed is an event that was asked for.
type Followed struct {
	ID string `json:"event_id"`
	// Found tells that the event was read, and Survived that it is among what
	// a row of the result was made of.
	Found    bool `json:"found"`
	Survived bool `json:"survived"`
	// Stage is the number of the stage that it did not come out of, 0 if there
	// is none.
	Stage  int    `json:"stage,omitempty"`
	Reason string `json:"reason,omitempty"`
	Hint   string `json:"hint,omitempty"`

	trace trace
}

// Ends returns the first stage out of which nothing came, nil if there is
// none.
func (f *Funnel) Ends() *Stage {
	if f.Rows > 0 {
		return nil
	}
	for _, s := range f.Stages {
		if s.Out == 0 {
			return s
		}
	}
	return nil
}

// Run runs the search to its end and says what became of its events. Its rows
// go to output, which may be nil. They are those that the search gives without
// a funnel.
func Run(ctx context.Context, search *plan.Search, config Config, output plan.Sink) (*Funnel, error) {
	if config.Engine.Earliest == 0 && config.Engine.Latest == 0 {
		config.Engine.Earliest, config.Engine.Latest = math.Inf(-1), math.Inf(1)
	}
	t := newTracer(search, config)
	if config.Engine.Source != nil {
		config.Engine.Source = whole{config.Engine.Source}
	}
	config.Engine.Track = len(config.Events) > 0
	if output == nil {
		output = nowhere{}
	}
	result, err := engine.Stream(ctx, t.probed(), config.Engine, output)
	if result == nil {
		return nil, err
	}
	// The probes have no columns; those of the search are as without them.
	result.Columns = plan.Columns(search)
	f := t.funnel()
	f.Result = result
	return f, err
}

// nowhere is the end of a search whose rows nobody wants.
type nowhere struct{}

func (nowhere) Push(event.Batch) (bool, error) { return true, nil }
func (nowhere) Close() error                   { return nil }

// key is an ID as IDs are compared.
func key(id string) string { return strings.ToLower(id) }
