package funnel

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

// whole is a source that leaves nothing out for its time, so that what a time
// range cuts off is counted.
type whole struct{ source.Source }

func (s whole) Scan(ctx context.Context, request source.Request, sinks []source.Sink) error {
	request.Earliest, request.Latest = math.Inf(-1), math.Inf(1)
	return s.Source.Scan(ctx, request, sinks)
}

// tap is a command that selects events, with its conditions counted.
type tap struct {
	plan.Filterer
	t     *tracer
	first bool // no other tap is before it
}

// Filter implements [plan.Filterer].
func (p *tap) Filter(run *plan.Run) (plan.Filter, error) {
	f, err := p.Filterer.Filter(run)
	if err != nil {
		return nil, err
	}
	terms := []plan.Term{{Text: p.String(), Match: f.Match, Explain: func(*event.Event) string { return p.String() + " is not true" }}}
	if parts, ok := f.(plan.TermFilter); ok {
		terms = parts.Terms()
	}
	tapped := &tappedFilter{Filter: f, tap: p}
	for _, term := range terms {
		tapped.gates = append(tapped.gates, p.t.newGate(Condition, term))
	}
	p.t.timed = p.t.timed || f.Timed()
	return tapped, nil
}

// tappedFilter counts what each condition of a filter lets through. It wants
// to see every event, so it offers the source nothing to skip by, and the test
// of the run's time range is its own.
type tappedFilter struct {
	plan.Filter
	tap   *tap
	gates []*gate
}

func (f *tappedFilter) Required() []plan.Condition { return nil }

// Timed keeps the engine from applying the run's time range.
func (f *tappedFilter) Timed() bool { return f.tap.first || f.Filter.Timed() }

// TimeRange is that of the run where no filter has one. The engine asks when
// all filters are there.
func (f *tappedFilter) TimeRange() (earliest, latest float64) {
	earliest, latest = f.Filter.TimeRange()
	if t := f.tap.t; f.tap.first && !t.timed {
		earliest, latest = t.config.Engine.Earliest, t.config.Engine.Latest
		t.limit(earliest, latest)
	}
	return earliest, latest
}

// Fields implements [plan.Filter].
func (f *tappedFilter) Fields() event.Set { return f.Filter.Fields().With("_time") }

// Match implements [plan.Filter].
func (f *tappedFilter) Match(e *event.Event) bool {
	t := f.tap.t
	var followed *Followed
	if f.tap.first {
		t.read.Add(1)
		followed = t.find(e)
		if t.window != nil && !t.window.pass(e, followed) {
			return false
		}
	} else if len(t.followed) > 0 {
		followed = t.find(e)
	}
	for _, g := range f.gates {
		if !g.pass(e, followed) {
			return false
		}
	}
	return f.Filter.Match(e)
}

// gate is a condition that events pass or not.
type gate struct {
	plan.Term
	kind   Kind
	number int
	in     atomic.Int64
	out    atomic.Int64

	mu   sync.Mutex
	null int64
	// values are those of the field in events that did not pass. To count with
	// g.values[text]++ would make a text that is the event's own the key.
	values      map[string]*int64
	tooMany     bool
	first, last float64 // times of these events
	samples     samples
}

// Limits of what is remembered of the values of a field.
const (
	maxValues     = 10_000
	maxValueRunes = 100
)

func (g *gate) pass(e *event.Event, followed *Followed) bool {
	g.in.Add(1)
	if g.Match(e) {
		g.out.Add(1)
		return true
	}
	if followed != nil {
		followed.trace.fail(g.number, g.explain(e))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.samples.offer(e, plan.Reason{Detail: func() string { return g.explain(e) }})
	if g.Timed {
		if t, ok := e.Get("_time").Float(); ok {
			g.first, g.last = min(g.first, t), max(g.last, t)
		} else {
			g.null++
		}
		return false
	}
	if g.Field == "" {
		return false
	}
	v := e.Get(g.Field)
	if v.IsNull() {
		g.null++
	}
	for i := range v.Len() {
		text := v.At(i).String()
		n := g.values[text]
		if n == nil {
			text = plan.Abbreviated(text, maxValueRunes)
			n = g.values[text]
		}
		if n == nil {
			if len(g.values) == maxValues {
				g.tooMany = true
				continue
			}
			n = new(int64)
			g.values[strings.Clone(text)] = n // the event's own is not ours to keep
		}
		*n++
	}
	return false
}

// explain says why an event does not pass, and what it has instead of a field
// that it does not have.
func (g *gate) explain(e *event.Event) string {
	text := g.Explain(e)
	var instead []string
	for _, name := range g.Fields {
		if e.Get(name).IsNull() {
			for _, near := range siblings(e, name) {
				if !slices.Contains(instead, near) {
					instead = append(instead, near)
				}
			}
		}
	}
	if len(instead) == 0 {
		return text
	}
	return text + "; it has " + strings.Join(instead[:min(len(instead), maxNamed)], ", ")
}

// siblings are the fields of an event beside a nested one that it does not
// have: those with the longest common path, which is more than the first part.
func siblings(e *event.Event, name string) []string {
	path, best := strings.Split(name, "."), 1
	var names []string
	for _, f := range e.Fields() {
		common := 0
		for i, part := range strings.Split(f.Name, ".") {
			if i == len(path) || part != path[i] {
				break
			}
			common++
		}
		if common > best {
			names, best = nil, common
		}
		if common == best && common > 1 {
			names = append(names, f.Name)
		}
	}
	return names
}

func (t *trace) fail(term int, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.term == 0 {
		t.term, t.text = term, text
	}
}
