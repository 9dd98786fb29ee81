package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/source"
)

// batchSize is how many events are pushed at once.
const batchSize = 256

// worker reads files one after the other and pushes their events to one sink.
// It keeps its buffers, decoders and events from file to file.
type worker struct {
	ctx     context.Context
	scan    *scan
	sink    source.Sink
	stopped error // why no more is read
	meter   meter
	layers  []layer
	reader  cloudtrail.Reader
	// recipients notes the accounts of all records, if the scan asks for them.
	recipients *cloudtrail.Recipients

	path    string     // of the file
	name    string     // of what is being read: the file, or one in an archive
	forced  event.Meta // what all its records have
	seq     uint64     // of the record at hand
	base    int64      // where in the file the part that is read begins
	begins  bool       // it is the first part, or the whole
	regular bool       // reading it does not block
	faulty  int64      // records of name whose text is not well formed
	kinds   map[event.Meta]*kind
	told    event.Meta // what the container said of the last record,
	last    *kind      // and what that came to

	// The events at hand, not yet pushed.
	n       int
	records [batchSize]event.Record
	events  [batchSize]event.Event
	batch   event.Batch
	seen    int64 // records cut since the last push
}

func newWorker(ctx context.Context, s *scan, sink source.Sink) *worker {
	w := &worker{ctx: ctx, scan: s, sink: sink, kinds: map[event.Meta]*kind{}}
	if s.Accounts != nil {
		w.recipients = cloudtrail.NewRecipients(s.Accounts)
	}
	return w
}

// work reads files until there are none, or the sink wants no more.
func (w *worker) work(queue <-chan item) {
	for {
		w.scan.idle.Add(1)
		it, ok := <-queue
		if !ok || w.ctx.Err() != nil {
			return // and stays idle
		}
		w.scan.idle.Add(-1)
		w.file(it)
		if w.stopped != nil {
			return
		}
		if it.begins() {
			w.scan.Report.Files.Add(1)
		}
	}
}

// seqBits is how many bits of a record's number count it within its file.
const seqBits = 40

// file reads one file.
func (w *worker) file(it item) {
	w.meter = meter{ctx: w.ctx, scan: w.scan}
	w.seq, w.base, w.begins, w.regular = it.index<<seqBits, 0, it.begins(), it.input == nil && !it.special
	w.forced, w.path = w.scan.options.Meta, it.path
	switch {
	case it.input != nil:
		w.input(it.input)
		return
	case it.special:
		w.stream(it.path)
		return
	}
	f, err := w.scan.system.open(it.path)
	if err != nil {
		w.scan.refuse(it.path, err)
		return
	}
	defer func() { _ = f.Close() }()
	w.scan.readable.Add(1)
	if it.part != nil {
		w.seq += uint64(it.part.from) // more than the records before it
		w.lost(it.path, w.part(f, it))
		return
	}
	at := &storedReaderAt{f, &w.meter}
	w.lost(it.path, w.read(&storedReader{f, &w.meter}, it.path, 0, at, it.size))
}

// stream reads what may block for as long as it likes: the end of the scan
// does not wait for it.
func (w *worker) stream(path string) {
	name := path
	if path == Stdin {
		name = StdinSource
	}
	src, err := w.scan.once(path)
	if err != nil {
		w.scan.refuse(name, err)
		return
	}
	w.scan.readable.Add(1)
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, src)
		in.CloseWithError(err)
	}()
	defer func() { _ = out.Close() }()
	defer context.AfterFunc(w.ctx, func() { out.CloseWithError(w.ctx.Err()) })()
	w.lost(name, w.read(&storedReader{out, &w.meter}, name, 0, nil, 0))
}

// damaged is an error of the input behind what could be read of it.
type damaged struct {
	name   string
	offset int64
	err    error
}

func (d *damaged) Error() string { return d.err.Error() }
func (d *damaged) Unwrap() error { return d.err }

// lost reports the error that ended the reading of a file or archive member.
func (w *worker) lost(name string, err error) {
	if err == nil || w.stopped != nil || w.ctx.Err() != nil {
		return
	}
	offset := int64(-1)
	if d, ok := errors.AsType[*damaged](err); ok {
		name, offset = d.name, d.offset
	}
	w.scan.problem(name, offset, err)
}

// content reads records and pushes the events made of them.
func (w *worker) content(src io.Reader, name string) error {
	if w.scan.visit != nil {
		return w.visit(src, name)
	}
	if _, beside := SidecarOf(path.Base(filepath.ToSlash(name))); beside {
		w.scan.Report.Passed.Add(1)
		return nil
	}
	w.name, w.faulty, w.last = name, 0, nil
	clear(w.kinds)
	ahead := &aheadReader{src: &contentReader{src, &w.meter}, worthIt: func() bool { return w.regular && w.scan.idle.Load() > 0 }}
	defer ahead.close()
	w.reader.Reset(ahead, cloudtrail.Options{
		MaxRecord: w.scan.options.Record,
		Lines:     !w.begins,
		Release:   w.push,
		Problem: func(p cloudtrail.Problem) {
			if p.Offset >= 0 {
				p.Offset += w.base
			}
			w.scan.Report.Problem(source.Problem{Path: name, Offset: p.Offset, Reason: p.Reason, Hint: p.Hint})
		},
	})
	err := w.cutAll()
	if w.stopped != nil {
		return w.stopped
	}
	if pushErr := w.push(); pushErr != nil {
		return pushErr
	}
	if more := w.faulty - maxFaulty; more > 0 {
		w.scan.Report.Problem(source.Problem{Path: name, Offset: -1, Reason: fmt.Sprintf("%d more records that are not well formed", more)})
	}
	w.scan.Report.Passed.Add(w.reader.Passed())
	if form := w.reader.Form(); form != "" && w.begins {
		w.scan.Report.Form(form)
	}
	if !errors.Is(err, io.EOF) {
		return &damaged{name, w.base + w.reader.Offset(), err}
	}
	return nil
}

func (w *worker) cutAll() error {
	for {
		cut, err := w.reader.Next()
		if err != nil {
			return err
		}
		if err := w.take(cut); err != nil {
			return err
		}
	}
}

// take makes an event of a record that may be wanted.
func (w *worker) take(cut *cloudtrail.Cut) error {
	w.seen++
	w.seq++
	if w.last == nil || cut.Meta != w.told {
		w.tell(cut.Meta)
	}
	k := w.last
	if k.delivered {
		w.recipients.See(cut)
	}
	// Given fields may be the wanted ones; the prefilter sees only the text.
	if len(cut.Given) == 0 && !k.prefilter.May(cut.Text, cut.Plain) {
		return nil
	}
	r := &w.records[w.n]
	r.Reset(cut.Text, &k.meta, k.layout, w.seq, w.scan.Track, cut.Given)
	if cut.HasTime {
		r.SetTime(cut.Time)
	}
	if w.scan.bounded() {
		if t, ok := r.Time(); !ok || t < w.scan.Earliest || t >= w.scan.Latest {
			return nil
		}
	}
	w.events[w.n].Reset(r)
	r.SetPlace(event.Place{File: w.path, Name: w.name, Offset: w.base + cut.Offset})
	w.n++
	if w.n == batchSize {
		return w.push()
	}
	return nil
}

// tell finds the kind of records of which the container says meta.
func (w *worker) tell(meta event.Meta) {
	w.told = meta
	if w.last = w.kinds[meta]; w.last == nil {
		if len(w.kinds) >= maxKinds {
			clear(w.kinds)
		}
		w.last = w.scan.kindOf(w.forced, meta, w.name)
		w.kinds[meta] = w.last
	}
}

// maxKinds bounds how many are kept: each line may name another source.
const maxKinds = 1000

// maxFaulty bounds how many records of a file are reported one by one.
const maxFaulty = 20

// push hands the events at hand to the sink. It is called before the memory
// behind them is used again, and returns an error if no more are wanted.
func (w *worker) push() error {
	w.scan.Report.Records.Add(w.seen)
	w.seen = 0
	if w.stopped != nil {
		return w.stopped
	}
	if w.n == 0 {
		w.stopped = w.ctx.Err()
		return w.stopped
	}
	w.batch = w.batch[:0]
	for i := range w.n {
		w.batch = append(w.batch, &w.events[i])
	}
	more, err := w.sink.Push(w.batch)
	for i := range w.n {
		if problem := w.records[i].Problem(); problem != "" {
			if w.faulty++; w.faulty <= maxFaulty {
				w.scan.Report.Problem(source.Problem{Path: w.name, Offset: w.records[i].Place().Offset, Reason: problem})
			}
		}
	}
	w.n = 0
	switch {
	case err != nil:
		w.scan.fail(err)
		w.stopped = err
	case !more:
		w.stopped = errStopped
	default:
		// After the push: whoever ends the scan is shown what was found so far.
		w.stopped = w.ctx.Err()
	}
	return w.stopped
}
