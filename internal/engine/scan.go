package engine

import (
	"context"
	"math"
	"slices"
	"sync/atomic"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

// scan makes one pass over the source for all executions that read events.
func scan(ctx context.Context, executions []*execution, config Config) error {
	var reading []*execution
	for _, x := range executions {
		if x.err == nil && x.physical.Reads() {
			reading = append(reading, x)
		}
	}
	if len(reading) == 0 {
		return nil
	}
	if config.Source == nil {
		return ErrNoSource
	}
	if config.Accounts == nil && slices.ContainsFunc(reading, func(x *execution) bool { return x.physical.Infers }) {
		config.Accounts = &plan.Accounts{}
		for _, x := range reading {
			x.run.Accounts = config.Accounts
		}
	}
	dispatch := newDispatch(reading)
	sinks := make([]source.Sink, config.Jobs)
	for i := range sinks {
		sinks[i] = newWorker(dispatch, config)
	}
	config.Report.Scans.Add(1)
	return config.Source.Scan(ctx, request(reading, config), sinks)
}

// request offers the source what the executions have in common.
func request(reading []*execution, config Config) source.Request {
	r := source.Request{
		Earliest: math.Inf(1), Latest: math.Inf(-1),
		Track: config.Track, Accounts: config.Accounts, Report: config.Report,
	}
	for _, x := range reading {
		r.Fields = r.Fields.Union(x.fields())
		earliest, latest := x.timeRange()
		r.Earliest, r.Latest = min(r.Earliest, earliest), max(r.Latest, latest)
		r.AnyOf = append(r.AnyOf, x.required())
	}
	for _, conditions := range r.AnyOf {
		if len(conditions) == 0 || config.NoPushdown {
			r.AnyOf = nil
			break
		}
	}
	if config.NoPushdown {
		r.Earliest, r.Latest, r.Fields = math.Inf(-1), math.Inf(1), event.AllFields
	}
	return r
}

// dispatch finds the executions that could want an event. Those whose filters
// require one of some values of the key field are found by its value, so that
// an event that no search wants costs one look-up, however many searches.
type dispatch struct {
	executions []*execution
	key        string
	byValue    map[string][]int // executions by lower-case value of the key
	always     []int            // executions without a condition on the key
}

// fewSearches is up to how many searches testing each one's filter is cheaper
// than a look-up first.
const fewSearches = 1

func newDispatch(executions []*execution) *dispatch {
	d := &dispatch{executions: executions, byValue: map[string][]int{}}
	if len(executions) > fewSearches {
		d.key = commonField(executions)
	}
	for i, x := range executions {
		values, ok := conditionOn(x, d.key)
		if !ok {
			d.always = append(d.always, i)
			continue
		}
		for _, v := range values {
			if list := d.byValue[v]; len(list) == 0 || list[len(list)-1] != i {
				d.byValue[v] = append(list, i)
			}
		}
	}
	return d
}

// commonField returns the field on which the most executions have a condition.
func commonField(executions []*execution) string {
	count := map[string]int{}
	for _, x := range executions {
		for _, c := range x.required() {
			count[c.Field]++
		}
	}
	best := ""
	for field, n := range count {
		if n > count[best] || n == count[best] && field < best {
			best = field
		}
	}
	return best
}

func conditionOn(x *execution, field string) ([]string, bool) {
	for _, c := range x.required() {
		if c.Field == field {
			return c.Values, true
		}
	}
	return nil, false
}

// worker is the engine's end of one source worker: it tests each event against
// the filters and pushes what a search wants into that search's own chain.
type worker struct {
	dispatch  *dispatch
	batchSize int
	matched   *atomic.Int64
	lanes     []*lane
	wanted    []event.Batch // per lane, of the batch at hand
	open      int           // lanes that want more
}

func newWorker(d *dispatch, config Config) *worker {
	w := &worker{dispatch: d, batchSize: config.BatchSize, matched: config.Matched, lanes: make([]*lane, len(d.executions)), wanted: make([]event.Batch, len(d.executions))}
	for i, x := range d.executions {
		w.lanes[i] = x.newLane(len(d.executions) > 1)
		w.open++
	}
	return w
}

// Push implements [source.Sink].
func (w *worker) Push(b event.Batch) (bool, error) {
	if w.batchSize <= 0 {
		w.push(b)
		return w.open > 0, nil
	}
	for len(b) > 0 && w.open > 0 {
		n := min(w.batchSize, len(b))
		w.push(b[:n])
		b = b[n:]
	}
	return w.open > 0, nil
}

func (w *worker) push(b event.Batch) {
	for _, e := range b {
		for _, i := range w.dispatch.always {
			w.offer(i, e)
		}
		if len(w.dispatch.byValue) == 0 {
			continue
		}
		v := e.Get(w.dispatch.key)
		for n := range v.Len() {
			for _, i := range w.dispatch.byValue[foldKey(v.At(n).String())] {
				if n == 0 || !w.has(i, e) {
					w.offer(i, e)
				}
			}
		}
	}
	for i, wanted := range w.wanted {
		if len(wanted) == 0 {
			continue
		}
		w.matched.Add(int64(len(wanted)))
		if !w.lanes[i].push(wanted) {
			w.open--
		}
		w.wanted[i] = wanted[:0]
	}
}

// offer notes the event for a search whose filter it passes.
func (w *worker) offer(i int, e *event.Event) {
	l := w.lanes[i]
	if l.closed || !l.matches(e) {
		return
	}
	w.wanted[i] = append(w.wanted[i], l.own(e, len(w.wanted[i])))
}

// has reports whether the event at hand was already noted for a search, by an
// earlier value of a multivalue key.
func (w *worker) has(i int, e *event.Event) bool {
	noted := w.wanted[i]
	return len(noted) > 0 && noted[len(noted)-1].Record() == e.Record()
}

// lane is one search's chain in one worker.
type lane struct {
	execution *execution
	filters   []plan.Filter
	chain     plan.Sink
	copies    []*event.Event // reused, for searches that share events
	shared    bool
	closed    bool
}

// own returns the event for the search alone to change.
func (l *lane) own(e *event.Event, n int) *event.Event {
	if !l.shared {
		return e
	}
	if n == len(l.copies) {
		l.copies = append(l.copies, &event.Event{})
	}
	e.CopyTo(l.copies[n])
	return l.copies[n]
}

func (l *lane) matches(e *event.Event) bool {
	if !l.execution.inWindow(e) {
		return false
	}
	for _, f := range l.filters {
		if !f.Match(e) {
			return false
		}
	}
	return true
}

// push returns false once the search wants no more.
func (l *lane) push(b event.Batch) bool {
	more, err := l.chain.Push(b)
	if err != nil {
		l.execution.fail(err)
	}
	l.closed = !more || err != nil
	return !l.closed
}
