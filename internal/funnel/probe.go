package funnel

import (
	"sync"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// maxCauses bounds the different causes kept of a stage: they come from the
// text of the search, not from the rows.
const maxCauses = 1000

// probe is an op that changes nothing and looks at what comes to the op behind
// it.
type probe struct {
	t    *tracer
	at   int     // how many commands are before it
	next plan.Op // nil at the end of the search
}

func (p *probe) String() string { return "noop" }

// Kind is that of what the judge of the next command needs. Source: plan.Judge.
func (p *probe) Kind() plan.Kind {
	if _, ok := p.next.(plan.Explainer); ok && p.next.Kind() == plan.Centralized {
		return plan.Centralized
	}
	return plan.Streaming
}

// Needs adds what names a row.
func (p *probe) Needs(wanted event.Set) event.Set { return wanted.With("eventID") }

func (p *probe) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	r := &probeRun{probe: p, next: next, passage: newPassage()}
	if explainer, ok := p.next.(plan.Explainer); ok {
		var err error
		if r.judge, err = explainer.Explain(run); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// passage is what was seen at a place in the search.
type passage struct {
	rows    int64
	causes  map[string]*cause
	dropped samples // rows that the next command is known to drop
	others  samples
}

type cause struct {
	plan.Reason
	rows int64
}

func newPassage() *passage { return &passage{causes: map[string]*cause{}} }

func (p *passage) merge(other *passage) {
	p.rows += other.rows
	for text, c := range other.causes {
		if own := p.causes[text]; own != nil {
			own.rows += c.rows
		} else {
			p.causes[text] = c
		}
	}
	p.dropped.merge(other.dropped)
	p.others.merge(other.others)
}

// probeRun is a probe in one worker, or behind the merge.
type probeRun struct {
	*probe
	next    plan.Sink
	judge   plan.Judge
	passage *passage
	full    bool // the next sink wants no more
}

// Push implements [plan.Sink]. Rows that the next command does not want any
// more are still counted, unless a command makes them without end.
func (r *probeRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		r.see(e)
	}
	if r.full {
		return true, nil
	}
	more, err := r.next.Push(b)
	r.full = !more
	return err == nil && (more || !r.t.generates), err
}

func (r *probeRun) see(e *event.Event) {
	p := r.passage
	p.rows++
	var why plan.Reason
	dropped := false
	if r.judge != nil {
		why, dropped = r.judge(e)
	}
	if dropped {
		c := p.causes[why.Cause]
		if c == nil && len(p.causes) < maxCauses {
			c = &cause{Reason: plan.Reason{Cause: why.Cause, Field: why.Field, Hint: why.Hint}}
			p.causes[why.Cause] = c
		}
		if c != nil {
			c.rows++
		}
		p.dropped.offer(e, why)
	} else {
		p.others.offer(e, why)
	}
	if len(r.t.followed) > 0 {
		r.follow(e, why, dropped)
	}
}

// follow notes the row where it comes from an event that was asked for.
func (r *probeRun) follow(e *event.Event, why plan.Reason, dropped bool) {
	lineage := e.Lineage()
	if lineage == nil {
		return
	}
	for _, f := range r.t.followed {
		if f.trace.is(lineage) {
			f.trace.reached(r.at, e, why, dropped)
		}
	}
}

// Close implements [plan.Sink].
func (r *probeRun) Close() error {
	r.t.mu.Lock()
	r.t.passages[r.at].merge(r.passage)
	r.t.mu.Unlock()
	return r.next.Close()
}

// maxSamples bounds the rows kept of those that fare alike.
const maxSamples = 3

// samples are the earliest rows of some, by time and then by arrival, so that
// they do not depend on which worker saw which.
type samples []sampled

type sampled struct {
	row  *event.Event // a clone
	text string       // the reason
	why  plan.Reason  // without its Detail
}

func earlier(a, b event.Order) bool { return a.Time < b.Time || a.Time == b.Time && a.Seq < b.Seq }

func (s *samples) offer(e *event.Event, why plan.Reason) {
	if len(*s) == maxSamples && !earlier(e.Order(), (*s)[maxSamples-1].row.Order()) {
		return
	}
	one := sampled{row: e.Clone(), text: why.Text(), why: why}
	one.why.Detail = nil
	s.insert(one)
}

func (s *samples) merge(other samples) {
	for _, one := range other {
		s.insert(one)
	}
}

func (s *samples) insert(one sampled) {
	at := len(*s)
	for at > 0 && earlier(one.row.Order(), (*s)[at-1].row.Order()) {
		at--
	}
	list := append((*s)[:at:at], append([]sampled{one}, (*s)[at:]...)...)
	*s = list[:min(len(list), maxSamples)]
}

// trace is the way of one event.
type trace struct {
	mu    sync.Mutex
	id    string    // as its record has it, "" until it was read
	term  int       // the first condition that it failed, counted from 1
	text  string    // why
	steps []samples // what it was at each place, by commands before that
	lost  []bool    // and whether the next command is known to drop all of that
}

func (t *trace) is(l *event.Lineage) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.id != "" && l.Has(t.id)
}

func (t *trace) reached(at int, e *event.Event, why plan.Reason, dropped bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.steps[at]) == 0 {
		t.lost[at] = true
	}
	t.lost[at] = t.lost[at] && dropped
	t.steps[at].offer(e, why)
}
