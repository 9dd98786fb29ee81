package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
)

// Run is what one execution of a search may use of the world outside its rows.
// The same Run with the same input gives the same answer. It is safe for use
// by several goroutines.
type Run struct {
	// Context ends the run early; it is never nil.
	Context context.Context
	// Now is what now() returns and relative times count from.
	Now time.Time
	// Location is the zone in which times are shown and days begin.
	Location *time.Location
	// Earliest and Latest are the window of the run in epoch seconds, infinite
	// for all time.
	Earliest, Latest float64
	// Accounts are those whose records the search reads, complete once all are
	// read; nil where it reads none or no command asks, see [Inferrer].
	Accounts *Accounts
	// Lookups finds lookup tables; nil if there are none.
	Lookups Lookups
	// Places finds where addresses are; nil without a database.
	Places Places
	// Models keeps what fit learns; nil if there is no place for it.
	Models Models
	// Limits bound what commands may hold.
	Limits Limits
	// Warnings takes what a person should know about the run.
	Warnings *Warnings
	// Subsearch runs a search to its end and returns its rows, at most
	// maxRows (0 for no limit); cut tells that there were more.
	Subsearch func(s *Search, maxRows int) (rows []*event.Event, cut bool, err error)

	held atomic.Int64
	once sync.Mutex
	kept map[any]*kept
}

type kept struct {
	once  sync.Once
	value any
	err   error
}

// Once returns what create returned the first time that Once was called with
// the key in this run: for what all workers of an op share, such as the result
// of a subsearch.
func (r *Run) Once(key any, create func() (any, error)) (any, error) {
	r.once.Lock()
	k := r.kept[key]
	if k == nil {
		if r.kept == nil {
			r.kept = map[any]*kept{}
		}
		k = &kept{}
		r.kept[key] = k
	}
	r.once.Unlock()
	k.once.Do(func() { k.value, k.err = create() })
	return k.value, k.err
}

// Search is a compiled pipeline: the ops in order, the first of which is
// either a [Filterer] or of Kind Generating.
type Search struct {
	Source *diag.Source
	Ops    []Op
	// Macros are, for each op of a whole search, the outermost macro that it
	// comes from, or "".
	Macros []string
	// Notes say what is likely not meant as it is written.
	Notes []*diag.Error
}

// Limits bound what a search may hold or return. Zero means the default.
type Limits struct {
	// Memory is how many bytes the rows or groups held by all commands of a
	// search may take, by estimate.
	Memory int64
	// SubsearchRows bounds the rows of a subsearch in a search expression.
	SubsearchRows int
	// JoinRows bounds the rows of the subsearches of join, append and their
	// kin.
	JoinRows int
	// ExpandBytes bounds what mvexpand makes of one row.
	ExpandBytes int64
	// SortRows is sort's default limit.
	SortRows int
	// ListValues bounds the values that the list function returns.
	ListValues int
}

// DefaultLimits are Splunk's, and a memory bound for a small machine.
var DefaultLimits = Limits{Memory: 512 << 20, SubsearchRows: 10_000, JoinRows: 50_000, ExpandBytes: 500 << 20, SortRows: 10_000, ListValues: 100}

// WithDefaults returns the limits with the zero ones replaced by the default.
func (l Limits) WithDefaults() Limits {
	l.Memory = cmp.Or(l.Memory, DefaultLimits.Memory)
	l.SubsearchRows = cmp.Or(l.SubsearchRows, DefaultLimits.SubsearchRows)
	l.JoinRows = cmp.Or(l.JoinRows, DefaultLimits.JoinRows)
	l.ExpandBytes = cmp.Or(l.ExpandBytes, DefaultLimits.ExpandBytes)
	l.SortRows = cmp.Or(l.SortRows, DefaultLimits.SortRows)
	l.ListValues = cmp.Or(l.ListValues, DefaultLimits.ListValues)
	return l
}

// SortMemory is how many bytes of rows are kept in memory to be put in order;
// more go to disk.
func (l Limits) SortMemory() int { return int(min(l.WithDefaults().Memory/8, 64<<20)) }

// Warnings collects what a person should know about a run, once per place and
// code with a count. The zero Warnings is ready to use.
type Warnings struct {
	mu    sync.Mutex
	index map[warningKey]*Warning
}

type warningKey struct {
	code    diag.Code
	source  string
	span    diag.Span
	message string
}

// Warning is a problem that did not stop the search, and how often it
// occurred.
type Warning struct {
	*diag.Error
	Count int
}

// Add records a warning.
func (w *Warnings) Add(e *diag.Error) { w.AddTimes(e, 1) }

// AddTimes records a warning of something that occurred n times.
func (w *Warnings) AddTimes(e *diag.Error, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := warningKey{code: e.Code, source: sourceName(e), span: e.Span, message: e.Message}
	if known := w.index[key]; known != nil {
		known.Count += n
		return
	}
	if w.index == nil {
		w.index = map[warningKey]*Warning{}
	}
	w.index[key] = &Warning{Error: e, Count: n}
}

// All returns the warnings in the order of their places in the search.
func (w *Warnings) All() []*Warning {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]*Warning, 0, len(w.index))
	for _, warning := range w.index {
		list = append(list, warning)
	}
	slices.SortFunc(list, func(a, b *Warning) int {
		return cmp.Or(
			cmp.Compare(sourceName(a.Error), sourceName(b.Error)),
			cmp.Compare(a.Span.Start, b.Span.Start),
			cmp.Compare(a.Span.End, b.Span.End),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return list
}

func sourceName(e *diag.Error) string {
	if e.Source == nil {
		return ""
	}
	return e.Source.Name
}

// Hold adds bytes, which may be negative, to what the run's commands hold in
// memory. It returns an error once the limit is exceeded: the command stops.
func (r *Run) Hold(bytes int) error {
	limit := r.Limits.Memory
	if held := r.held.Add(int64(bytes)); held > limit {
		return &diag.Error{
			Code:    diag.LimitReached,
			Message: fmt.Sprintf("the search holds more than %d MiB of rows in memory", limit>>20),
			Hint:    "narrow the search or its time range, or raise --max-memory",
		}
	}
	return nil
}
