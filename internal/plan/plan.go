// Package plan is what the engine may ask of a command, and the order in which
// a search's commands run: which part of the search goes to the source, which
// runs in every worker, and which runs once after the merge.
//
// It knows no command and reads no input. Start reading at [Op].
package plan

import (
	"slices"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
)

// Op is one command of a search, parsed and bound. It is immutable and shared
// by concurrent runs; what changes while running lives in the Sink it starts.
type Op interface {
	// String prints the command as SPL that parses to an equal Op.
	String() string
	// Kind says what the command needs of its input.
	Kind() Kind
	// Needs returns the fields that must reach the command so that the wanted
	// ones leave it. It may name more than that, never fewer.
	Needs(wanted event.Set) event.Set
	// Start begins one run. The Sink takes the command's input and pushes its
	// output to next.
	Start(run *Run, next Sink) (Sink, error)
}

// Sink takes the rows of one run, from one goroutine at a time.
type Sink interface {
	// Push takes a batch; see [event.Batch] for who owns it. It returns false
	// when no further rows are wanted: the pusher stops, then calls Close.
	Push(event.Batch) (more bool, err error)
	// Close ends the input: what was held back is pushed on, and the next
	// sink is closed. It is called once, also after Push returned false, but
	// not after an error.
	Close() error
}

// Kind is what a command needs of its input. Source: Splunk, Types of
// commands.
type Kind uint8

// The kinds of command.
const (
	// Streaming commands look at one row at a time, and one row or none comes
	// out: eval, where, rename. They run in every worker.
	Streaming Kind = iota
	// Expanding commands are streaming, but several rows may come out of one:
	// mvexpand.
	Expanding
	// Centralized commands are streaming but need the rows in order: head,
	// dedup, streamstats.
	Centralized
	// Dataset commands need all rows before one comes out: sort, eventstats.
	Dataset
	// Transforming commands turn rows into a table of other rows: stats. One
	// that is a [Reducer] begins its work in every worker.
	Transforming
	// Generating commands make rows and take none: makeresults.
	Generating
)

// Reducer is a transforming command whose work can begin in every worker: each
// fills a [Partial] of its own, and these are merged.
type Reducer interface {
	Op
	// NewPartial begins one worker's share.
	NewPartial(run *Run) (Partial, error)
}

// Partial is the state of a transforming command over some of the rows. The
// result does not depend on how rows were shared out or in which order
// partials are merged; where it depends on the order of rows, a Partial keeps
// [event.Event.Order].
type Partial interface {
	Add(event.Batch) error
	// Merge adds the state of other, a Partial of the same command, which is
	// not used again.
	Merge(other Partial) error
	// Emit pushes the resulting rows and does not close next.
	Emit(next Sink) error
}

// Columner is an Op that changes which columns a table has or their order.
// Commands that do not implement it leave the columns alone.
type Columner interface {
	// Columns returns the columns of the output in order, given those of the
	// input. nil stands for events, whose columns are not known beforehand;
	// names that only the data tells may be left out.
	Columns(in []string) []string
}

// Opener is an Op whose rows may have columns that its Columns leaves out,
// because only the data tells their names.
type Opener interface {
	Opens() bool
}

// Keeper is an Op that may change what other searches find, as a lookup table.
// Searches that have none can be brought to their end side by side.
type Keeper interface {
	Keeps() bool
}

// Keeps reports whether one of the ops may change what other searches find.
func Keeps(ops []Op) bool {
	return slices.ContainsFunc(ops, func(op Op) bool { k, ok := op.(Keeper); return ok && k.Keeps() })
}

// Limiter is a Centralized op that reads at most Limit rows, so that no more
// than the first Limit events need to be kept in order for it.
type Limiter interface {
	Limit() int
}

// Filterer is an Op that begins a pipeline with a search expression, which a
// source may use to read less.
type Filterer interface {
	Op
	// Filter returns the expression's test for this run.
	Filter(run *Run) (Filter, error)
}

// Filter tests events against a search expression.
type Filter interface {
	Match(e *event.Event) bool
	// Required returns conditions that every matching event fulfils: a source
	// may skip what does not fulfil all of them.
	Required() []Condition
	// Timed reports whether the expression has time modifiers, which override
	// the window of the run.
	Timed() bool
	// TimeRange returns bounds that the _time of every matching event lies
	// in, earliest inclusive and latest exclusive, in epoch seconds; infinite
	// where there is none.
	TimeRange() (earliest, latest float64)
	// Fields returns the fields that Match reads.
	Fields() event.Set
}

// Condition says that some value of Field equals one of Values, without
// regard to case. Values are lower case and hold no wildcards.
type Condition struct {
	Field  string
	Values []string
}

// Composite is an Op that stands for several, in order: tstats is a search, a
// renaming and stats. It is replaced by them when a search is compiled and
// never started itself.
type Composite interface {
	Op
	Ops() []Op
}

// Noter is an Op that has something to say about how it is written: what runs,
// but likely not as it was meant.
type Noter interface {
	Notes() []*diag.Error
}
