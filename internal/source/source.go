// Package source is where events come from: the [Source] interface that files,
// buckets and stores implement, and what a source tells about its work.
//
// It knows no storage; each adapter is a package below this one. A source may
// return more events than a request asks for and never fewer: the engine
// applies the exact filter again. Start reading at [Source].
package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// ErrNothingRead tells that none of the paths of a source could be read. Each
// is a problem in the report.
var ErrNothingRead = errors.New("nothing could be read")

// Source finds events. A Source may be scanned several times, also at once.
type Source interface {
	// Scan pushes every event that the request could want, and maybe others,
	// to the sinks. Each sink is used by one goroutine at a time; as many as
	// there are sinks work in parallel. Scan returns once all work is done,
	// early when all sinks want no more or ctx ends.
	//
	// What cannot be read is reported to the request and passed over; an
	// error is returned only when nothing could be read at all, and ctx.Err()
	// when ctx ended the scan.
	Scan(ctx context.Context, request Request, sinks []Sink) error
}

// Sink takes events; see [plan.Sink] and [event.Batch] for the contract.
type Sink interface {
	Push(event.Batch) (more bool, err error)
}

// Request says what a scan is for. All of it is an offer to read less.
type Request struct {
	// AnyOf holds, for each search that shares the scan, the conditions that
	// its events fulfil: an event is wanted if for some element it fulfils all
	// conditions. Empty means that every event is wanted.
	AnyOf [][]plan.Condition
	// Earliest and Latest bound _time in epoch seconds, earliest inclusive and
	// latest exclusive; infinite for no bound. Events without a time are
	// wanted only where both are infinite.
	Earliest, Latest float64
	// Fields are the fields that will be asked for.
	Fields event.Set
	// Track makes events remember their lineage.
	Track bool
	// Accounts, if not nil, takes the accounts to which the CloudTrail records
	// that are read were delivered, also those that are not wanted.
	Accounts *plan.Accounts
	// Report takes what went wrong and what was done; it may be nil.
	Report *Report
}

// Report collects what a scan did. It is safe for use by several goroutines
// and may be read while the scan runs.
type Report struct {
	// Scans is how often the input was gone through: once more for each
	// subsearch that reads it. The numbers below are of all scans together.
	Scans atomic.Int64
	// TotalFiles and TotalBytes are known once the input has been listed.
	TotalFiles, TotalBytes atomic.Int64
	// Files is how many were finished, Bytes how much was read of them as
	// stored, Unpacked how much that was unpacked.
	Files, Bytes, Unpacked atomic.Int64
	// Skipped is how many were not opened, since their names say that they
	// hold nothing of the time range.
	Skipped atomic.Int64
	// Records is how many log records were seen, wanted or not.
	Records atomic.Int64
	// Passed counts records that are not events by their nature: digest
	// objects, control messages.
	Passed atomic.Int64

	mu       sync.Mutex
	problems map[Problem]struct{}
	last     Problem // of the problems, once they are as many as are kept
	more     int
	forms    map[string]int64
}

// Problem is something that could not be read.
type Problem struct {
	Path string `json:"path"`
	// Offset is where in the unpacked content it was noticed, -1 if that has
	// no meaning.
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
	Hint   string `json:"hint,omitempty"`
}

// String gives the problem on one line.
func (p Problem) String() string {
	s := p.Path + ": "
	if p.Offset >= 0 {
		s = fmt.Sprintf("%s: at byte %d: ", p.Path, p.Offset)
	}
	s += p.Reason
	if p.Hint != "" {
		s += " (" + p.Hint + ")"
	}
	return s
}

// MaxProblems bounds how many problems are kept, the first by path and offset;
// the rest are counted.
const MaxProblems = 1000

// Problem records that something could not be read. The same problem met in
// another scan is recorded once.
func (r *Report) Problem(p Problem) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.problems[p]; known {
		return
	}
	if r.problems == nil {
		r.problems = map[Problem]struct{}{}
	}
	// Which are kept must not depend on which worker came first.
	if len(r.problems) >= MaxProblems {
		r.more++
		if p.compare(r.last) > 0 {
			return
		}
		delete(r.problems, r.last)
	}
	r.problems[p] = struct{}{}
	if len(r.problems) == MaxProblems {
		r.last = slices.MaxFunc(slices.Collect(maps.Keys(r.problems)), Problem.compare)
	}
}

// compare orders problems by path and offset.
func (p Problem) compare(other Problem) int {
	return cmp.Or(cmp.Compare(p.Path, other.Path), cmp.Compare(p.Offset, other.Offset), cmp.Compare(p.Reason, other.Reason), cmp.Compare(p.Hint, other.Hint))
}

// Problems returns what could not be read in the order of path and offset, and
// how many more problems there were than are kept.
func (r *Report) Problems() (problems []Problem, more int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.SortedFunc(maps.Keys(r.problems), Problem.compare), r.more
}

// Form counts a file that was recognized as being of a container form.
func (r *Report) Form(name string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.forms == nil {
		r.forms = map[string]int64{}
	}
	r.forms[name]++
}

// Forms returns how many files were of each container form.
func (r *Report) Forms() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	forms := make(map[string]int64, len(r.forms))
	maps.Copy(forms, r.forms)
	return forms
}
