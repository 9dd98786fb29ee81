package engine

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spill"
)

// execution is one search being run: its chains in the workers, and what
// happens after they are merged.
type execution struct {
	search   *plan.Search
	physical *plan.Physical
	run      *plan.Run
	filters  []plan.Filter
	rest     plan.Sink // the chain after the merge
	output   plan.Sink
	rows     *rowOutput // the output, unless the caller gave one

	// sortBudget is how many bytes of rows each worker keeps in memory before
	// it puts them in order on disk.
	sortBudget int

	mu       sync.Mutex
	lanes    []*lane         // one in each worker
	partials []plan.Partial  // of the workers, for a reducer
	ordered  []*spill.Sorter // of the workers, for rows put in order
	err      error
}

// newExecution starts a search: subsearches run now, before any event is read.
func newExecution(ctx context.Context, search *plan.Search, config Config) *execution {
	x := &execution{search: search, physical: plan.Plan(search, event.AllFields), run: newRun(ctx, config)}
	x.sortBudget = config.Limits.SortMemory() / config.Jobs
	if x.output = config.output; x.output == nil {
		x.rows = &rowOutput{run: x.run}
		x.output = x.rows
	}
	for _, f := range x.physical.Filters {
		if x.err != nil {
			break
		}
		var compiled plan.Filter
		if compiled, x.err = f.Filter(x.run); x.err == nil {
			x.filters = append(x.filters, compiled)
		}
	}
	// Time modifiers in the search override the window of the run, also for
	// what shows it, as timechart does. Source: Splunk, Time modifiers.
	x.run.Earliest, x.run.Latest = x.timeRange()
	if x.err == nil {
		x.rest, x.err = chain(x.run, x.physical.Rest, x.output)
	}
	return x
}

// chain starts ops so that each pushes to the next and the last one to end.
func chain(run *plan.Run, ops []plan.Op, end plan.Sink) (plan.Sink, error) {
	for _, op := range slices.Backward(ops) {
		var err error
		if end, err = op.Start(run, end); err != nil {
			return nil, err
		}
	}
	return end, nil
}

func (x *execution) fail(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err == nil {
		x.err = err
	}
}

// newLane starts the search's chain in one worker.
func (x *execution) newLane(shared bool) *lane {
	l := &lane{execution: x, filters: x.filters, shared: shared}
	var end plan.Sink
	if x.physical.Reducer != nil {
		partial, err := x.physical.Reducer.NewPartial(x.run)
		if err != nil {
			x.fail(err)
			l.closed = true
			return l
		}
		x.partials = append(x.partials, partial)
		end = partialSink{partial}
	} else {
		sorter := spill.NewSorter(byOrder, x.sortBudget, x.physical.First)
		x.ordered = append(x.ordered, sorter)
		end = &sortSink{sorter: sorter, kept: x.physical.Kept}
	}
	var err error
	if l.chain, err = chain(x.run, x.physical.Parallel, end); err != nil {
		x.fail(err)
		l.closed = true
		return l
	}
	x.lanes = append(x.lanes, l)
	return l
}

// timed reports whether the search has time modifiers of its own.
func (x *execution) timed() bool { return slices.ContainsFunc(x.filters, plan.Filter.Timed) }

// inWindow reports whether the event lies in the window of the run.
func (x *execution) inWindow(e *event.Event) bool {
	if math.IsInf(x.run.Earliest, -1) && math.IsInf(x.run.Latest, 1) || x.timed() {
		return true
	}
	t, ok := e.Get("_time").Float()
	return ok && t >= x.run.Earliest && t < x.run.Latest
}

func (x *execution) timeRange() (earliest, latest float64) {
	if !x.timed() {
		return x.run.Earliest, x.run.Latest
	}
	earliest, latest = math.Inf(-1), math.Inf(1)
	for _, f := range x.filters {
		from, to := f.TimeRange()
		earliest, latest = max(earliest, from), min(latest, to)
	}
	return earliest, latest
}

func (x *execution) required() []plan.Condition {
	var all []plan.Condition
	for _, f := range x.filters {
		all = append(all, f.Required()...)
	}
	return all
}

func (x *execution) fields() event.Set {
	fields := x.physical.Fields
	for _, f := range x.filters {
		fields = fields.Union(f.Fields())
	}
	if x.physical.Reducer == nil || x.timed() || !math.IsInf(x.run.Earliest, -1) || !math.IsInf(x.run.Latest, 1) {
		fields = fields.With("_time")
	}
	return fields
}

// finish merges what the workers have and runs the rest of the search.
func (x *execution) finish() *Result {
	if x.err == nil {
		x.err = x.merge()
	}
	result := &Result{Columns: plan.Columns(x.search), Warnings: x.run.Warnings.All(), Err: x.err}
	if x.rows != nil && x.err == nil {
		result.Rows = x.rows.rows
	}
	return result
}

func (x *execution) merge() error {
	if x.physical.Reads() {
		// An interrupted run gives the result of what was read so far, so its
		// end must not stop what brings that about.
		x.run.Context = context.WithoutCancel(x.run.Context)
	}
	var err error
	for _, l := range x.lanes {
		if err := l.chain.Close(); err != nil {
			return err
		}
	}
	switch {
	case !x.physical.Reads():
	case x.physical.Reducer != nil:
		err = x.mergePartials()
	default:
		err = x.mergeOrdered()
	}
	if err != nil {
		return err
	}
	return x.rest.Close()
}

func (x *execution) mergePartials() error {
	if len(x.partials) == 0 { // nothing was scanned
		partial, err := x.physical.Reducer.NewPartial(x.run)
		if err != nil {
			return err
		}
		x.partials = append(x.partials, partial)
	}
	merged := x.partials[0]
	for _, p := range x.partials[1:] {
		if err := merged.Merge(p); err != nil {
			return err
		}
	}
	return merged.Emit(x.rest)
}

func byOrder(a, b *event.Event) int { return a.Order().Compare(b.Order()) }

func (x *execution) mergeOrdered() error {
	return spill.Merge(x.ordered, x.rest.Push)
}

// partialSink ends a worker's chain in a partial state.
type partialSink struct{ partial plan.Partial }

func (s partialSink) Push(b event.Batch) (bool, error) { return true, s.partial.Add(b) }
func (s partialSink) Close() error                     { return nil }

// sortSink ends a worker's chain by keeping the rows to be put in order.
type sortSink struct {
	sorter *spill.Sorter
	kept   event.Set
}

func (s *sortSink) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		if !s.kept.All() && !s.kept.Patterns() {
			e.Project(s.kept.Names())
		}
		if err := s.sorter.Add(e); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (s *sortSink) Close() error { return nil }

// rowOutput keeps the rows of the result.
type rowOutput struct {
	run  *plan.Run
	rows []*event.Event
}

func (o *rowOutput) Push(b event.Batch) (bool, error) {
	size := 0
	for _, e := range b {
		kept := e.Clone()
		size += kept.Size()
		o.rows = append(o.rows, kept)
	}
	return true, o.run.Hold(size)
}

func (o *rowOutput) Close() error { return nil }

// foldKey lowers a value as filters compare it.
func foldKey(s string) string { return strings.ToLower(s) }
