package funnel

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// tracer gathers what taps and probes see of one run.
type tracer struct {
	config    Config
	search    *plan.Search
	filters   []plan.Filterer // that the search begins with
	commands  []plan.Op       // behind them
	generates bool            // a command makes the rows

	read   atomic.Int64
	timed  bool // some filter has time modifiers of its own
	window *gate
	gates  []*gate

	followed []*Followed
	byID     map[string]*Followed

	mu       sync.Mutex
	passages []*passage // by the number of commands before
}

func newTracer(search *plan.Search, config Config) *tracer {
	t := &tracer{config: config, search: search, commands: search.Ops, byID: map[string]*Followed{}}
	for len(t.commands) > 0 {
		f, ok := t.commands[0].(plan.Filterer)
		if !ok {
			break
		}
		t.filters, t.commands = append(t.filters, f), t.commands[1:]
	}
	t.generates = len(t.filters) == 0
	for range len(t.commands) + 1 {
		t.passages = append(t.passages, newPassage())
	}
	for _, id := range config.Events {
		if t.byID[key(id)] != nil {
			continue
		}
		f := &Followed{ID: id}
		f.trace.steps, f.trace.lost = make([]samples, len(t.passages)), make([]bool, len(t.passages))
		t.byID[key(id)] = f
		t.followed = append(t.followed, f)
	}
	return t
}

// probed is the search with taps and probes.
func (t *tracer) probed() *plan.Search {
	s := &plan.Search{Source: t.search.Source, Notes: t.search.Notes}
	for i, f := range t.filters {
		s.Ops = append(s.Ops, &tap{Filterer: f, t: t, first: i == 0})
	}
	for i, op := range t.commands {
		if i > 0 || !t.generates {
			s.Ops = append(s.Ops, &probe{t: t, at: i, next: op})
		}
		s.Ops = append(s.Ops, op)
	}
	s.Ops = append(s.Ops, &probe{t: t, at: len(t.commands)})
	return s
}

func (t *tracer) newGate(kind Kind, term plan.Term) *gate {
	g := &gate{Term: term, kind: kind, number: len(t.gates) + 1, values: map[string]*int64{}, first: math.Inf(1), last: math.Inf(-1)}
	t.gates = append(t.gates, g)
	return g
}

// limit makes the run's time range the first condition, if it is one.
func (t *tracer) limit(earliest, latest float64) {
	if t.window != nil || math.IsInf(earliest, -1) && math.IsInf(latest, 1) {
		return
	}
	t.window = &gate{kind: Window, values: map[string]*int64{}, first: math.Inf(1), last: math.Inf(-1), Term: plan.Term{
		Timed: true, Field: "_time", Text: windowText(earliest, latest, t.location()),
		Match: func(e *event.Event) bool {
			at, ok := e.Get("_time").Float()
			return ok && at >= earliest && at < latest
		},
		Explain: func(e *event.Event) string {
			return plan.FieldIs(e, "_time") + ", outside of the time range of the run"
		},
	}}
	t.gates = append([]*gate{t.window}, t.gates...)
	for i, g := range t.gates {
		g.number = i + 1
	}
}

func windowText(earliest, latest float64, location *time.Location) string {
	switch {
	case math.IsInf(earliest, -1):
		return fmt.Sprintf("_time<%s", timeText(latest, location))
	case math.IsInf(latest, 1):
		return fmt.Sprintf("_time>=%s", timeText(earliest, location))
	}
	return fmt.Sprintf("_time>=%s _time<%s", timeText(earliest, location), timeText(latest, location))
}

// find returns the followed event that e is. Other events forget their ID:
// rows made of many would carry many.
func (t *tracer) find(e *event.Event) *Followed {
	if len(t.followed) == 0 {
		return nil
	}
	record := e.Record()
	if record == nil {
		return nil
	}
	id := record.ID()
	f := t.byID[key(id)]
	if f == nil && strings.HasPrefix(id, "sha256:") {
		// A record that is taken for something else than CloudTrail still
		// says which event it is.
		f = t.byID[key(e.Get("eventID").String())]
	}
	if f == nil {
		e.Untrack()
		return nil
	}
	f.trace.mu.Lock()
	defer f.trace.mu.Unlock()
	if f.trace.id == "" {
		f.trace.id = strings.Clone(id)
	}
	return f
}
