// Package simulate writes CloudTrail as accounts at work would leave it, with
// planted scenarios that a detector should find, and the truth about them.
//
// The same [Config] gives the same bytes. It knows the shapes of records and
// how CloudTrail names its files; it opens none itself and knows no detection.
// Start reading at [Write]: a schedule of deliveries (schedule.go), each
// filled by actors (actor.go, profiles.go) with calls (call.go, calls_*.go)
// and with what the scenarios planted (scenario.go, scenarios_*.go).
package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Config says what to write. The zero value of a field is its default.
type Config struct {
	Seed       uint64
	Events     int64     // in all, but for those delivered twice; 50,000
	Start      time.Time // [DefaultStart]
	Days       int       // 7
	Accounts   int       // 3
	Regions    []string  // us-east-1, eu-west-1 and us-west-2
	Org        bool      // the trail is that of an organization
	FileEvents int       // records in a file, on average; 200
	Format     Format    // [S3]
	Scenarios  []string  // names; all, unless it is just [None]
	Jobs       int       // files written at a time; 1

	// Written counts the records while they are written, nil if nobody looks.
	Written *atomic.Int64
}

// Format is how records are laid out.
type Format string

// The formats.
const (
	S3    Format = "s3"    // gzipped files, named as CloudTrail does in S3
	Lines Format = "jsonl" // one file with a record to a line
)

// LinesFile is the name of the file that [Lines] writes.
const LinesFile = "cloudtrail.jsonl"

// DefaultStart is a Monday. It is fixed, so that a seed alone tells all.
func DefaultStart() time.Time { return time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC) }

// RecordSize is the size of a record of JSON, on average, about.
const RecordSize = 1500

// Bounds of what may be asked for.
const (
	MaxEvents     = 10_000_000_000
	MaxDays       = 3660
	MaxFileEvents = 1_000_000
)

// Output takes the files. Create is called by several goroutines at a time if
// there are several jobs; name is a path with slashes.
type Output interface {
	Create(name string) (io.WriteCloser, error)
}

// Write writes what the Config asks for and returns the truth about it. An
// error of the output or the end of the context stops it.
func Write(ctx context.Context, config Config, out Output) (*Truth, error) {
	c, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	wanted, err := choose(Scenarios(), c.Scenarios)
	if err != nil {
		return nil, err
	}
	book := newBook()
	all := profiles(book)
	w := newWorld(&c, all)
	events, truths := plant(w, book, &c, wanted)
	if int64(len(events)) > c.Events {
		return nil, fmt.Errorf("the scenarios have %d events, which is more than %d in all", len(events), c.Events)
	}

	s := newSchedule(&c, w, events)
	truth := &Truth{Seed: c.Seed, Scenarios: truths, Parameters: Parameters{
		Events: c.Events, Start: c.Start, Days: c.Days, Regions: c.Regions, FileEvents: c.FileEvents, Format: c.Format,
	}}
	for _, a := range w.accounts {
		truth.Parameters.Accounts = append(truth.Parameters.Accounts, a.id)
	}
	if c.Org {
		truth.Parameters.Organization = w.org
	}
	written, err := c.deliver(ctx, s, all, w, out)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	truth.LogsEnd, truth.Trust = time.Unix(written.end, 0).UTC(), w.trusted
	truth.Findings, truth.Exposures = w.findings(events), w.exposures(events, written.end)
	t := &truth.Totals
	t.Bytes = written.bytes
	t.Planted = int64(len(events))
	t.Background = c.Events - t.Planted
	t.Events, t.Duplicates, t.Files = c.Events, s.duplicates, s.files
	t.Records = t.Events + t.Duplicates
	if c.Format == Lines {
		t.Files = 1
	}
	return truth, nil
}

// written is what workers tell of the records.
type written struct {
	bytes int64
	end   int64 // when the last event happened, in seconds since 1970
}

// deliver has the deliveries written by workers.
func (c *Config) deliver(ctx context.Context, s *schedule, all []*profile, w *world, out Output) (total written, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var lines io.WriteCloser
	jobs := c.Jobs
	if c.Format == Lines {
		jobs = 1 // the order of the lines is that of the deliveries
		f, err := out.Create(LinesFile)
		if err != nil {
			return total, err
		}
		lines = f
	}
	queue := make(chan *delivery, 2*jobs)
	var mu sync.Mutex
	var running sync.WaitGroup
	for range jobs {
		running.Go(func() {
			worker := newWorker(w, all, out, lines)
			worker.counter = c.Written
			for d := range queue {
				if ctx.Err() != nil {
					continue
				}
				if err := worker.deliver(d); err != nil {
					cancel(err)
				}
			}
			if err := worker.close(); err != nil {
				cancel(err)
			}
			mu.Lock()
			defer mu.Unlock()
			total.bytes += worker.written
			total.end = max(total.end, worker.last)
		})
	}
	for d := range s.deliveries() {
		if ctx.Err() != nil {
			break
		}
		queue <- d
	}
	close(queue)
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		return total, err
	}
	return total, nil
}

// Check reports whether [Write] would refuse the Config, but for scenarios that
// have more events than are asked for.
func (c Config) Check() error {
	_, err := c.withDefaults()
	if err == nil {
		_, err = choose(Scenarios(), c.Scenarios)
	}
	return err
}

func (c Config) withDefaults() (Config, error) {
	if c.Events == 0 {
		c.Events = 50_000
	}
	if c.Start.IsZero() {
		c.Start = DefaultStart()
	}
	c.Start = c.Start.UTC().Truncate(time.Second)
	if c.Days == 0 {
		c.Days = 7
	}
	if c.Accounts == 0 {
		c.Accounts = 3
	}
	if len(c.Regions) == 0 {
		c.Regions = []string{"us-east-1", "eu-west-1", "us-west-2"}
	}
	if c.FileEvents == 0 {
		c.FileEvents = 200
	}
	if c.Format == "" {
		c.Format = S3
	}
	c.Jobs = max(c.Jobs, 1)
	switch {
	case c.Events < 1 || c.Events > MaxEvents:
		return c, fmt.Errorf("a run has 1 to %d events", int64(MaxEvents))
	case c.Days < 1 || c.Days > MaxDays:
		return c, fmt.Errorf("a run has 1 to %d days", MaxDays)
	case c.Accounts < 1 || c.Accounts > maxAccounts:
		return c, fmt.Errorf("a run has 1 to %d accounts", maxAccounts)
	case c.FileEvents < 1 || c.FileEvents > MaxFileEvents:
		return c, fmt.Errorf("a file has 1 to %d records on average", MaxFileEvents)
	case c.Format != S3 && c.Format != Lines:
		return c, fmt.Errorf("unknown format %q; choose s3 or jsonl", c.Format)
	case c.Start.Year() < 2013 || c.Start.Year() > 9000:
		return c, errors.New("there is CloudTrail since 2013 only, and to the year 9000")
	}
	name := regexp.MustCompile(`^[a-z]{2}(-[a-z]+){1,3}-[1-9]$`) // goes into names of files
	for i, r := range c.Regions {
		if !name.MatchString(r) {
			return c, fmt.Errorf("%q is no region; write one such as eu-west-1", r)
		}
		if slices.Contains(c.Regions[:i], r) {
			return c, fmt.Errorf("the region %s is there twice", r)
		}
	}
	return c, nil
}
