// Package engine runs searches: the one door through which commands, sources
// and the clock meet.
//
// [Compile] turns text into a search; [Run] executes one and [RunAll] several
// that share one pass over the events. The engine knows no command and no
// storage. Start reading at RunAll.
package engine

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/spl"
)

// Compile parses a search and all its commands. Problems are of type
// [*diag.Error] or [diag.List].
func Compile(src *diag.Source, env *command.Env) (*plan.Search, error) {
	macros := env.Macros
	if macros == nil {
		macros = spl.NoMacros{}
	}
	pipeline, err := spl.Parse(src, macros)
	if err != nil {
		return nil, err
	}
	search, err := command.Compile(pipeline, env)
	if err != nil {
		return nil, err
	}
	search.Source = src
	search.Notes = append(search.Notes, fieldNotes(search, src, env.Fields)...)
	return search, nil
}

// Config is what a run may use of the world. The zero values of its fields
// mean: no events, now, UTC, all time, default limits, one worker a processor.
type Config struct {
	Source  source.Source
	Lookups plan.Lookups
	Places  plan.Places
	Models  plan.Models
	// Now is the time that now() returns.
	Now time.Time
	// Location is the zone in which times are shown and days begin.
	Location *time.Location
	// Earliest and Latest bound _time in epoch seconds, earliest inclusive
	// and latest exclusive, unless a search has time modifiers of its own.
	// Both zero means all time; infinite values are allowed.
	Earliest, Latest float64
	Limits           plan.Limits
	// Jobs is the number of workers.
	Jobs int
	// Track makes result rows remember the events that they came from.
	Track bool
	// BatchSize is how many events are pushed at a time at most, 0 for as many
	// as the source pushes. It changes no answer; tests vary it.
	BatchSize int
	// NoPushdown keeps filters from the source. It changes no answer; tests
	// vary it.
	NoPushdown bool
	// Accounts, if not nil, are the accounts whose records are read: every pass
	// adds to them, for other runs to know. Else a pass finds its own, if one of
	// its searches asks.
	Accounts *plan.Accounts
	// Report takes what the source did; it may be nil.
	Report *source.Report
	// Matched, if not nil, counts the events that passed the filter of a
	// search, each once for each search. It may be read while searches run.
	Matched *atomic.Int64

	output plan.Sink // where rows go instead of the Result
}

// Result is what one search found.
type Result struct {
	// Columns are the columns in order as far as the commands tell, nil for
	// events. Rows may have more.
	Columns  []string
	Rows     []*event.Event
	Warnings []*plan.Warning
	// Err is why the search has no full result; other searches of the same
	// run are not concerned.
	Err error
}

// ErrNoSource is returned for a search that reads events when none are given.
var ErrNoSource = errors.New("the search reads events, and no input was given")

// Run executes one search. When ctx ends early it returns what was found so
// far together with ctx.Err().
func Run(ctx context.Context, search *plan.Search, config Config) (*Result, error) {
	results, err := RunAll(ctx, []*plan.Search{search}, config)
	if len(results) == 0 {
		return nil, err
	}
	return results[0], errors.Join(results[0].Err, err)
}

// Stream executes one search and pushes its rows to output as they come,
// instead of keeping them; the Result has no Rows.
func Stream(ctx context.Context, search *plan.Search, config Config, output plan.Sink) (*Result, error) {
	config.output = output
	return Run(ctx, search, config)
}

// RunAll executes searches over one pass of the events. A search that fails
// has its error in its Result and does not disturb the others; the error
// returned is the source's, or ctx.Err() together with the results so far.
func RunAll(ctx context.Context, searches []*plan.Search, config Config) ([]*Result, error) {
	config = config.withDefaults()
	executions := make([]*execution, len(searches))
	for i, s := range searches {
		executions[i] = newExecution(ctx, s, config)
	}
	err := scan(ctx, executions, config)
	return finishAll(executions, config.Jobs), err
}

// finishAll finishes searches: several at a time, unless one may find what
// another leaves behind.
func finishAll(executions []*execution, jobs int) []*Result {
	if slices.ContainsFunc(executions, func(x *execution) bool { return plan.Keeps(x.search.Ops) }) {
		jobs = 1
	}
	results := make([]*Result, len(executions))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(jobs, len(executions)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(executions)); i = next.Add(1) - 1 {
				results[i] = executions[i].finish()
			}
		})
	}
	wg.Wait()
	return results
}

func (c Config) withDefaults() Config {
	if c.Now.IsZero() {
		c.Now = time.Now() //nolint:forbidigo // the default clock; callers that replay give their own
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Earliest == 0 && c.Latest == 0 {
		c.Earliest, c.Latest = math.Inf(-1), math.Inf(1)
	}
	if c.Jobs <= 0 {
		c.Jobs = runtime.GOMAXPROCS(0)
	}
	if c.Report == nil {
		c.Report = &source.Report{}
	}
	if c.Matched == nil {
		c.Matched = &atomic.Int64{}
	}
	c.Limits = c.Limits.WithDefaults()
	return c
}

// newRun makes the environment of one execution.
func newRun(ctx context.Context, config Config) *plan.Run {
	run := &plan.Run{
		Context: ctx, Now: config.Now, Location: config.Location,
		Earliest: config.Earliest, Latest: config.Latest,
		Accounts: config.Accounts, Limits: config.Limits, Lookups: config.Lookups, Places: config.Places, Models: config.Models, Warnings: &plan.Warnings{},
	}
	config.output = nil
	run.Subsearch = func(s *plan.Search, maxRows int) ([]*event.Event, bool, error) {
		x := newExecution(ctx, s, config)
		x.run.Warnings = run.Warnings
		err := scan(ctx, []*execution{x}, config)
		result := x.finish()
		if err := errors.Join(result.Err, err); err != nil {
			return nil, false, err
		}
		if maxRows > 0 && len(result.Rows) > maxRows {
			return result.Rows[:maxRows], true, nil
		}
		return result.Rows, false, nil
	}
	return run
}
