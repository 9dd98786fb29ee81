// Package trial runs the tests that detections carry and judges them as the
// tools of Splunk Security Content do: over the data that a test names, with
// its baselines first, over all time.
//
// It knows what a test asks for; where data is found is package dataset's, what
// a search means the engine's. It prints nothing. Start reading at [Run], then
// judge.go.
package trial

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source/dataset"
	"github.com/pugmark/pugmark/internal/source/file"
)

// Verdict is what came of a test.
type Verdict string

// The verdicts.
const (
	Passed      Verdict = "passed"
	Failed      Verdict = "failed"
	Skipped     Verdict = "skipped"
	NotRunnable Verdict = "not runnable" // the search needs what is not here
)

// The reasons why tests are skipped.
const (
	NoTests      = "no tests"
	NoData       = "no data"
	Pointers     = "Git LFS pointer"
	ManualTest   = "manual test"
	Experimental = "experimental"
	Deprecated   = "deprecated"
	Correlating  = "correlation"
	Stopped      = "stopped after a failure"
	Interrupted  = "interrupted"
)

// Outcome is what came of one test, or of a detection that has none.
type Outcome struct {
	Detection *detection.Detection
	Test      string // its name
	Verdict   Verdict
	// Reason is one of the reasons above where the test was skipped.
	Reason string
	// Messages say why the test did not pass, the first in short.
	Messages []string
	// Notes are what is odd and stops nothing.
	Notes []string
	// Unsupported tells that a search that is not runnable is well formed and
	// needs what this program does not have.
	Unsupported bool

	Events  int64                // that the data has
	Rows    int                  // of the result
	Results []*detection.Finding // the first rows
	Elapsed time.Duration
}

// maxResults bounds how many rows an outcome keeps.
const maxResults = 10

// Config is what tests may use of the world.
type Config struct {
	// Library has the baselines, Dirs the content directories that test data
	// is in.
	Library *detection.Library
	Dirs    []escu.Dir
	// Env is what searches are compiled in, but for the lookups: each test has
	// a fork of Lookups.
	Env     command.Env
	Lookups *knowledge.Lookups
	Places  plan.Places
	Finder  *dataset.Finder
	// Now is the time that tests run at. Zero means just after the newest
	// event of each test, so that windows that count from now() hold it.
	Now      time.Time
	Location *time.Location
	Limits   plan.Limits
	Files    file.Limits
	// Jobs is how many detections are tested at a time.
	Jobs int
	// All also runs the tests that would be skipped for what their detection
	// is: not in production, tested by hand, a correlation.
	All bool
	// FailFast skips the detections behind the first that has failed.
	FailFast bool
	// Clock tells the time that tests take.
	Clock func() time.Time
	// Done, if not nil, is called from any goroutine after each detection.
	Done func()
}

// Run runs the tests of detections, several detections at a time, and returns
// the outcomes in the order of the detections.
func Run(ctx context.Context, detections []*detection.Detection, config Config) []*Outcome {
	all := make([][]*Outcome, len(detections))
	var next, stop atomic.Int64 // the first not begun, the first that failed
	stop.Store(int64(len(detections)))
	var workers sync.WaitGroup
	for range min(max(config.Jobs, 1), len(detections)) {
		workers.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(len(detections)) || i > stop.Load() {
					return
				}
				all[i] = config.detection(ctx, detections[i])
				if config.FailFast && slices.ContainsFunc(all[i], func(o *Outcome) bool { return o.Verdict == Failed }) {
					lower(&stop, i)
				}
				if config.Done != nil {
					config.Done()
				}
			}
		})
	}
	workers.Wait()
	var outcomes []*Outcome
	for i, of := range all {
		// Some behind the failure were begun before it was known: the result
		// is not to depend on how fast they were.
		if int64(i) > stop.Load() {
			of = []*Outcome{{Detection: detections[i], Verdict: Skipped, Reason: Stopped}}
		}
		outcomes = append(outcomes, of...)
	}
	return outcomes
}

// lower makes n the value unless it is lower already.
func lower(value *atomic.Int64, n int64) {
	for {
		old := value.Load()
		if old <= n || value.CompareAndSwap(old, n) {
			return
		}
	}
}

// detection runs the tests of one detection.
func (c *Config) detection(ctx context.Context, d *detection.Detection) []*Outcome {
	if len(d.Tests) == 0 {
		return []*Outcome{{Detection: d, Verdict: Skipped, Reason: NoTests}}
	}
	outcomes := make([]*Outcome, len(d.Tests))
	for i := range d.Tests {
		o := &Outcome{Detection: d, Test: d.Tests[i].Name, Verdict: Skipped}
		outcomes[i] = o
		if o.Reason, o.Messages = c.skip(d, &d.Tests[i]); o.Reason != "" {
			continue
		}
		start := c.Clock()
		(&run{Config: c, outcome: o, detection: d, test: &d.Tests[i]}).run(ctx)
		o.Elapsed = c.Clock().Sub(start)
		if ctx.Err() != nil {
			*o = Outcome{Detection: d, Test: o.Test, Verdict: Skipped, Reason: Interrupted}
		}
	}
	return outcomes
}

// skip says why a test is not run for what it is, "" if it is. contentctl
// passes over the same ones.
func (c *Config) skip(d *detection.Detection, t *detection.Test) (reason string, why []string) {
	switch {
	case c.All:
	case d.ManualTest != "":
		return ManualTest, []string{d.ManualTest}
	case t.Experimental:
		return Experimental, []string{"the test is marked so"}
	case d.Status == detection.Experimental:
		return Experimental, []string{"the detection is not in production"}
	case d.Status == detection.Deprecated:
		return Deprecated, []string{"the detection is not in production"}
	case d.Type == detection.Correlation && t.Expect == nil: // what is expected is written for pugmark
		return Correlating, []string{"it reads risk, which other detections make"}
	}
	return "", nil
}
