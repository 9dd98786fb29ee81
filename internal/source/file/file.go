// Package file is the source of events in files: plain or packed with gzip,
// zstd, zip or tar, in any container form that package cloudtrail knows, found
// by path, directory or pattern, or on standard input.
//
// It knows file systems and compression and decides what an event's source,
// sourcetype, host and index are. It knows no search: what a request offers is
// used to open and build less. Start reading at [Source.Scan].
package file

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/source"
)

// Stdin is the path that stands for standard input, and its events' source.
const (
	Stdin       = "-"
	StdinSource = "stdin"
)

// DefaultHost is the host of events that come with none. It is the same on
// every machine, so that results are.
const DefaultHost = "localhost"

// DefaultIndex is the index of events that come with none.
const DefaultIndex = "main"

// Options say how files are read. The zero Options are usable.
type Options struct {
	// Meta overrides, where it is not empty, what files and containers say of
	// the source, sourcetype, host and index of all events. Raw CloudTrail
	// read as aws:asl has the fields of that sourcetype.
	Meta event.Meta
	// Stdin is read for the path "-".
	Stdin io.Reader
	Limits
}

// Limits bound what a file may cost. Zero means the default.
type Limits struct {
	// Record bounds the bytes of one record.
	Record int
	// Unpacked bounds the bytes that one file unpacks to, and Ratio how many
	// times its stored size they may be, once they are more than FreeRatio.
	Unpacked  int64
	Ratio     int64
	FreeRatio int64
	// Nesting bounds how many layers of compression and archives a file has.
	Nesting int
	// Spool bounds what is copied to a temporary file: a zip archive inside
	// another file; standard input, in case that a search reads it again.
	Spool int64
}

// DefaultLimits are wide: they stop what is broken or hostile.
var DefaultLimits = Limits{
	Record: cloudtrail.DefaultMaxRecord, Unpacked: 64 << 30, Ratio: 1000, FreeRatio: 64 << 20, Nesting: 4, Spool: 1 << 30,
}

func (l Limits) withDefaults() Limits {
	l.Record = cmp.Or(l.Record, DefaultLimits.Record)
	l.Unpacked = cmp.Or(l.Unpacked, DefaultLimits.Unpacked)
	l.Ratio = cmp.Or(l.Ratio, DefaultLimits.Ratio)
	l.FreeRatio = cmp.Or(l.FreeRatio, DefaultLimits.FreeRatio)
	l.Nesting = cmp.Or(l.Nesting, DefaultLimits.Nesting)
	l.Spool = cmp.Or(l.Spool, DefaultLimits.Spool)
	return l
}

// Source reads the events of files. It implements [source.Source].
type Source struct {
	paths     []string
	inputs    []Input // instead of paths
	options   Options
	system    system
	splitting splitting

	mu      sync.Mutex
	replays map[string]*replay // of paths that can be read only once
}

// New returns the source of the files under the paths: each a file, a
// directory and all below it, a pattern with * ? [] and **, or "-".
func New(paths []string, options Options) *Source {
	options.Limits = options.withDefaults()
	return &Source{paths: paths, options: options, system: osSystem, splitting: largeFiles, replays: map[string]*replay{}}
}

// once returns a reader of a path that can be read only once, from its
// beginning also the second time.
func (s *Source) once(path string) (io.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.replays[path]; ok {
		return r.reader(), nil
	}
	src := s.options.Stdin
	if path != Stdin {
		f, err := s.system.open(path)
		if err != nil {
			return nil, err
		}
		src = f
	}
	if src == nil {
		return nil, faultf("", "there is no standard input")
	}
	r := &replay{src: src, limit: s.options.Spool}
	s.replays[path] = r
	return r.reader(), nil
}

// system is what is used of the operating system.
type system struct {
	open    func(path string) (*os.File, error)
	stat    func(path string) (os.FileInfo, error)
	readDir func(path string) ([]os.DirEntry, error)
}

var osSystem = system{open: os.Open, stat: os.Stat, readDir: os.ReadDir}

// scan is one run of [Source.Scan], shared by its workers.
type scan struct {
	*Source
	source.Request
	cancel   context.CancelFunc
	workers  int
	readable atomic.Int64 // files that could be opened
	failed   atomic.Int64 // paths and files that could not
	idle     atomic.Int64 // workers without a file
	// visit takes contents, which are then not cut into records.
	visit func(name string, content io.Reader) error

	shared     sync.Mutex
	layouts    map[*event.Schema]*event.Layout
	prefilters map[[2]string]*cloudtrail.Prefilter // by sourcetype and index
	err        error                               // of a sink
}

// Scan implements [source.Source]. Files are shared out in the order of the
// paths, each directory sorted by name; an event's place in the order of
// arrival is that of its file and its place therein, whoever read it. A sink
// that wants no more ends its worker: the rest of the file, or part of one, that
// it was reading is not pushed to another.
func (s *Source) Scan(ctx context.Context, request source.Request, sinks []source.Sink) error {
	return s.run(ctx, request, sinks, nil)
}

func (s *Source) run(ctx context.Context, request source.Request, sinks []source.Sink, visit func(string, io.Reader) error) error {
	if request.Report == nil {
		request.Report = &source.Report{}
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	run := &scan{
		Source: s, Request: request, cancel: cancel, workers: len(sinks), visit: visit,
		layouts: map[*event.Schema]*event.Layout{}, prefilters: map[[2]string]*cloudtrail.Prefilter{},
	}
	queue := make(chan item, queueLength)
	var walking, working sync.WaitGroup
	walking.Go(func() {
		defer close(queue)
		if w := newWalk(inner, run, queue); s.inputs != nil {
			w.inputs(s.inputs)
		} else {
			w.all(s.paths)
		}
	})
	for _, sink := range sinks {
		working.Go(func() { newWorker(inner, run, sink).work(queue) })
	}
	working.Wait()
	cancel()
	walking.Wait()
	switch {
	case run.err != nil:
		return run.err
	case ctx.Err() != nil:
		return ctx.Err()
	case run.readable.Load() == 0 && run.failed.Load() > 0:
		return source.ErrNothingRead
	}
	return nil
}

// fail ends the scan with the error of a sink.
func (s *scan) fail(err error) {
	s.shared.Lock()
	defer s.shared.Unlock()
	if s.err == nil {
		s.err = err
	}
	s.cancel()
}

// bounded reports whether the request bounds time at all.
func (s *scan) bounded() bool {
	return !math.IsInf(s.Earliest, -1) || !math.IsInf(s.Latest, 1)
}

// kind is what records of the same metadata have in common.
type kind struct {
	meta      event.Meta
	layout    *event.Layout
	prefilter *cloudtrail.Prefilter
	delivered bool // whom they were delivered to is asked for
}

// kindOf resolves what is known of records of a file: what was asked for comes
// first, then what the container says, then what the file is.
func (s *scan) kindOf(forced, cut event.Meta, path string) *kind {
	k := &kind{meta: event.Meta{
		Source:     cmp.Or(forced.Source, cut.Source, path),
		Sourcetype: cmp.Or(forced.Sourcetype, cut.Sourcetype),
		Host:       cmp.Or(forced.Host, cut.Host, DefaultHost),
		Index:      cmp.Or(forced.Index, cut.Index, DefaultIndex),
	}}
	k.delivered = s.Accounts != nil && k.meta.Sourcetype == cloudtrail.Sourcetype
	s.shared.Lock()
	defer s.shared.Unlock()
	schema := cloudtrail.SchemaOf(k.meta.Sourcetype)
	if k.layout = s.layouts[schema]; k.layout == nil {
		k.layout = event.NewLayout(s.Fields, schema)
		s.layouts[schema] = k.layout
	}
	key := [2]string{k.meta.Sourcetype, k.meta.Index}
	if k.prefilter = s.prefilters[key]; k.prefilter == nil {
		k.prefilter = cloudtrail.NewPrefilter(s.AnyOf, k.meta.Sourcetype, k.meta.Index)
		if len(s.prefilters) < maxPrefilters {
			s.prefilters[key] = k.prefilter
		}
	}
	return k
}

// maxPrefilters bounds how many are kept: input may name any sourcetype.
const maxPrefilters = 1000

// problem reports what could not be read, with words for what went wrong.
func (s *scan) problem(path string, offset int64, err error) {
	reason, hint := Explain(err)
	s.Report.Problem(source.Problem{Path: path, Offset: offset, Reason: reason, Hint: hint})
}

// refuse reports a path or file of which nothing can be read.
func (s *scan) refuse(path string, err error) {
	s.failed.Add(1)
	s.problem(path, -1, err)
}

// fault is an error with a hint for people.
type fault struct{ reason, hint string }

func (f *fault) Error() string { return f.reason }

func faultf(hint, format string, args ...any) error {
	return &fault{fmt.Sprintf(format, args...), hint}
}

var errStopped = errors.New("the sink wants no more")
