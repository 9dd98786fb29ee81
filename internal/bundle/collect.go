package bundle

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
	"github.com/pugmark/pugmark/internal/spill"
	"github.com/pugmark/pugmark/internal/value"
)

// Wanted is a finding whose raw events are to be collected.
type Wanted struct {
	ID     string
	Events []string // the IDs that it names
	Count  int      // how many events it has
	// Lineage knows all of them; nil if Events names all.
	Lineage *event.Lineage
}

// Options say how evidence is collected.
type Options struct {
	// Raw bounds the bytes of the raw events; 0 means [DefaultRaw].
	Raw int64
	// Jobs is how many workers read.
	Jobs int
	// Earliest and Latest bound _time, as in a [source.Request].
	Earliest, Latest float64
	// Report takes what went wrong; it may be nil.
	Report *source.Report
	// Open opens a file as it is stored, for its hash.
	Open func(file string) (io.ReadCloser, error)
}

// DefaultRaw is how many bytes of raw events a zip has, and DefaultPage a page:
// one of some dozen megabytes still opens.
const (
	DefaultRaw  = 1 << 30
	DefaultPage = 32 << 20
)

// sortMemory is how many bytes of events are kept in memory by all workers
// together.
const sortMemory = 64 << 20

// Collect reads the source and returns the raw records of the events of the
// findings, byte for byte: all records that have their IDs, however many have
// the same one.
func Collect(ctx context.Context, from source.Source, wanted []Wanted, options Options) (*Evidence, error) {
	c := &collector{wanted: wanted, named: map[string][]int{}, found: make([]int, len(wanted)), seen: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
	for i, w := range wanted {
		for _, id := range w.Events {
			c.named[id] = append(c.named[id], i)
		}
	}
	jobs := max(1, options.Jobs)
	sinks, sorters := make([]source.Sink, jobs), make([]*spill.Sorter, jobs)
	for i := range sinks {
		sorters[i] = spill.NewSorter(inTime, sortMemory/jobs, 0)
		sinks[i] = &sink{collector: c, sorter: sorters[i]}
	}
	request := source.Request{Earliest: options.Earliest, Latest: options.Latest, Report: options.Report}
	if err := from.Scan(ctx, request, sinks); err != nil {
		for _, s := range sorters {
			err = errors.Join(err, s.Close())
		}
		return nil, err
	}
	evidence, err := c.keep(sorters, cmp.Or(options.Raw, DefaultRaw))
	if err != nil {
		return nil, err
	}
	evidence.Missing = c.missing()
	for i := range evidence.Inputs {
		in := &evidence.Inputs[i]
		events := in.Events
		*in = HashFile(ctx, in.File, options.Open)
		in.Events = events
	}
	return evidence, ctx.Err()
}

// collector knows which events are wanted and which were found.
type collector struct {
	wanted []Wanted
	named  map[string][]int // findings by the event IDs that they name

	found []int // for each finding, how many different events
	seen  map[uint64]struct{}
	seed  maphash.Seed
}

// of returns the findings that an event is evidence of.
func (c *collector) of(id string) []int {
	findings := c.named[id]
	for i, w := range c.wanted {
		if w.Lineage.Has(id) && !slices.Contains(findings, i) {
			findings = append(slices.Clip(findings), i)
		}
	}
	return findings
}

// sink is the collector's end of one worker of the source.
type sink struct {
	*collector
	sorter *spill.Sorter
}

// The fields of a row that an event is put aside as.
const (
	fieldID     = "id"
	fieldRaw    = "raw"
	fieldFile   = "file"
	fieldName   = "name"
	fieldOffset = "offset"
)

// Push implements [source.Sink].
func (s *sink) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		r := e.Record()
		id := r.ID()
		if len(s.of(id)) == 0 {
			continue
		}
		at := r.Place()
		row := event.OfFields([]event.Field{
			{Name: fieldID, Value: value.OfText(id)},
			{Name: fieldRaw, Value: value.OfText(string(r.Text()))},
			{Name: fieldFile, Value: value.OfText(at.File)},
			{Name: fieldName, Value: value.OfText(at.Name)},
			{Name: fieldOffset, Value: value.OfText(strconv.FormatInt(at.Offset, 10))},
		})
		row.SetOrder(e.Order())
		if err := s.sorter.Add(row); err != nil {
			return false, err
		}
	}
	return true, nil
}

// inTime orders events as people tell them: the oldest first, those without a
// time before all, equal ones as they stand in the input.
func inTime(a, b *event.Event) int {
	x, y := a.Order(), b.Order()
	return cmp.Or(cmp.Compare(x.Time, y.Time), cmp.Compare(x.Seq, y.Seq))
}

// keep puts the events in order and counts them.
func (c *collector) keep(sorters []*spill.Sorter, limit int64) (*Evidence, error) {
	w, err := newEvidence(limit)
	if err != nil {
		return nil, err
	}
	inputs, logs := map[string]*Input{}, map[string]struct{}{}
	err = spill.Merge(sorters, func(rows event.Batch) (bool, error) {
		for _, row := range rows {
			raw := []byte(row.Get(fieldRaw).String())
			entry := c.entry(row, raw)
			if inputs[entry.File] == nil {
				inputs[entry.File] = &Input{File: entry.File}
			}
			inputs[entry.File].Events++
			logs[cmp.Or(entry.Member, entry.File)] = struct{}{}
			if err := w.add(entry, raw); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	if err := errors.Join(err, w.w.Flush()); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		w.Inputs = append(w.Inputs, *inputs[name])
	}
	w.Logs = slices.Sorted(maps.Keys(logs))
	return w.Evidence, nil
}

// The times that RFC 3339 can write: of the years 1 to 9999.
const firstTime, lastTime = -62_135_596_800, 253_402_300_799

// entry describes an event and counts it for its findings.
func (c *collector) entry(row *event.Event, raw []byte) Entry {
	id, sum := row.Get(fieldID).String(), sha256.Sum256(raw)
	offset, _ := strconv.ParseInt(row.Get(fieldOffset).String(), 10, 64) // we wrote it
	entry := Entry{
		EventID: id, File: row.Get(fieldFile).String(), Offset: offset,
		Bytes: len(raw), SHA256: hex.EncodeToString(sum[:]), Findings: []string{},
	}
	if name := row.Get(fieldName).String(); name != entry.File && entry.File != file.Stdin {
		entry.Member = name
	}
	if t := row.Order().Time; t >= firstTime && t <= lastTime {
		entry.Time = event.FromEpoch(t, time.UTC).Format(time.RFC3339Nano)
	}
	key := maphash.String(c.seed, id)
	_, again := c.seen[key]
	c.seen[key] = struct{}{}
	for _, i := range c.of(id) {
		entry.Findings = append(entry.Findings, c.wanted[i].ID)
		if !again {
			c.found[i]++
		}
	}
	return entry
}

// missing says of which findings not all events were found: the input has
// changed since they were.
func (c *collector) missing() []string {
	texts := []string{}
	for i, w := range c.wanted {
		if c.found[i] < w.Count {
			texts = append(texts, fmt.Sprintf("finding %s: %d of its %d events were not found again; did the input change?", w.ID, w.Count-c.found[i], w.Count))
		}
	}
	return texts
}

// HashFile reads a file as it is stored.
func HashFile(ctx context.Context, name string, open func(string) (io.ReadCloser, error)) Input {
	in := Input{File: name}
	src, err := open(name)
	if err == nil {
		h := sha256.New()
		in.Bytes, err = io.Copy(h, &interruptible{ctx, src})
		err = errors.Join(err, src.Close())
		if err == nil {
			in.SHA256 = hex.EncodeToString(h.Sum(nil))
			return in
		}
	}
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		err = failure.Err
	}
	in.Bytes, in.Problem = 0, err.Error()
	return in
}

// interruptible reads until the context ends.
type interruptible struct {
	ctx context.Context
	src io.Reader
}

func (r *interruptible) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.src.Read(b)
}
