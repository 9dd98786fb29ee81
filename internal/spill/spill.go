// Package spill puts events in order when there may be more of them than fit
// in memory: sorted runs go to temporary files and are merged at the end.
//
// It knows no command and no order of its own. Start reading at [Sorter].
package spill

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/pugmark/pugmark/internal/event"
)

// Sorter keeps copies of events and gives them back in order. Events that
// compare equal come back in the order in which they were added. It is used by
// one goroutine at a time.
type Sorter struct {
	compare func(a, b *event.Event) int
	budget  int // bytes in memory before a run is written
	first   int // how many events are wanted at most, 0 for all

	rows  []*event.Event
	size  int
	codec event.Codec
	runs  []*os.File
	buf   []byte
}

// NewSorter returns a Sorter that keeps about budget bytes in memory and gives
// back the first events in order, or all if first is 0.
func NewSorter(compare func(a, b *event.Event) int, budget, first int) *Sorter {
	return &Sorter{compare: compare, budget: budget, first: first}
}

// Add keeps a copy of the event.
func (s *Sorter) Add(e *event.Event) error {
	kept := e.Clone()
	s.rows = append(s.rows, kept)
	s.size += kept.Size()
	if s.size <= s.budget {
		return nil
	}
	if s.first > 0 && len(s.rows) > 2*s.first {
		s.cut()
		if s.size <= s.budget/2 {
			return nil
		}
	}
	return s.write()
}

// cut drops the rows that are not wanted.
func (s *Sorter) cut() {
	s.sort()
	if s.first == 0 || len(s.rows) <= s.first {
		return
	}
	clear(s.rows[s.first:])
	s.rows = s.rows[:s.first]
	s.size = 0
	for _, e := range s.rows {
		s.size += e.Size()
	}
}

func (s *Sorter) sort() { slices.SortStableFunc(s.rows, s.compare) }

// write moves the rows in memory, in order, to a file.
func (s *Sorter) write() (err error) {
	s.cut()
	file, err := os.CreateTemp("", "pugmark-*.run")
	if err != nil {
		return fmt.Errorf("sort on disk: %w", err)
	}
	s.runs = append(s.runs, file)
	// Where the system allows it the file has no name from here on, so that
	// nothing is left behind however the process ends; elsewhere Close
	// removes it.
	_ = os.Remove(file.Name())
	w := bufio.NewWriterSize(file, 1<<18)
	for _, e := range s.rows {
		s.buf = s.codec.Append(s.buf[:0], e)
		if _, err := w.Write(binary.AppendUvarint(nil, uint64(len(s.buf)))); err != nil {
			return fmt.Errorf("sort on disk: %w", err)
		}
		if _, err := w.Write(s.buf); err != nil {
			return fmt.Errorf("sort on disk: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("sort on disk: %w", err)
	}
	clear(s.rows)
	s.rows, s.size = s.rows[:0], 0
	return nil
}

// Close lets go of the files.
func (s *Sorter) Close() error {
	var errs []error
	for _, f := range s.runs {
		errs = append(errs, f.Close())
		if err := os.Remove(f.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	s.runs, s.rows = nil, nil
	return errors.Join(errs...)
}

// Merge gives the events of all sorters in order, in batches, to push, until
// it returns false. The events are push's. The sorters must have the same
// order and are empty afterwards.
func Merge(sorters []*Sorter, push func(event.Batch) (more bool, err error)) (err error) {
	var streams streams
	defer func() {
		for _, s := range sorters {
			err = errors.Join(err, s.Close())
		}
	}()
	first := 0
	for _, s := range sorters {
		s.cut()
		first = max(first, s.first)
		streams.compare = s.compare
		for _, f := range s.runs {
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return fmt.Errorf("sort on disk: %w", err)
			}
			streams.list = append(streams.list, &stream{codec: &s.codec, file: bufio.NewReaderSize(f, 1<<18), number: len(streams.list)})
		}
		streams.list = append(streams.list, &stream{rows: s.rows, number: len(streams.list)})
	}
	return streams.merge(first, push)
}

// batchSize is how many merged events are pushed at a time.
const batchSize = 512

// streams is a heap of sorted streams, the one with the first event on top.
type streams struct {
	list    []*stream
	compare func(a, b *event.Event) int
}

func (h *streams) merge(first int, push func(event.Batch) (bool, error)) error {
	open := h.list[:0]
	for _, s := range h.list {
		ok, err := s.next()
		if err != nil {
			return err
		}
		if ok {
			open = append(open, s)
		}
	}
	h.list = open
	heap.Init(h)
	batch := make(event.Batch, 0, batchSize)
	for n := 0; len(h.list) > 0 && (first == 0 || n < first); n++ {
		top := h.list[0]
		batch = append(batch, top.head)
		ok, err := top.next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(h, 0)
		} else {
			heap.Pop(h)
		}
		if len(batch) == batchSize {
			if more, err := push(batch); err != nil || !more {
				return err
			}
			batch = batch[:0]
		}
	}
	if len(batch) == 0 {
		return nil
	}
	_, err := push(batch)
	return err
}

// stream is the events of one run, or of what stayed in memory.
type stream struct {
	number int
	head   *event.Event
	rows   []*event.Event
	file   *bufio.Reader
	codec  *event.Codec
}

// next moves to the next event; ok is false at the end.
func (s *stream) next() (ok bool, err error) {
	if s.file == nil {
		if len(s.rows) == 0 {
			return false, nil
		}
		s.head, s.rows = s.rows[0], s.rows[1:]
		return true, nil
	}
	n, err := binary.ReadUvarint(s.file)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("sort on disk: %w", err)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(s.file, data); err != nil {
		return false, fmt.Errorf("sort on disk: %w", err)
	}
	s.head, err = s.codec.Decode(data)
	return err == nil, err
}

// Len implements [heap.Interface].
func (h *streams) Len() int { return len(h.list) }

// Less implements [heap.Interface]. Equal events come in the order in which
// they were added.
func (h *streams) Less(i, j int) bool {
	a, b := h.list[i], h.list[j]
	return cmp.Or(h.compare(a.head, b.head), cmp.Compare(a.number, b.number)) < 0
}

// Swap implements [heap.Interface].
func (h *streams) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }

// Push implements [heap.Interface].
func (h *streams) Push(x any) { h.list = append(h.list, x.(*stream)) }

// Pop implements [heap.Interface].
func (h *streams) Pop() any {
	last := h.list[len(h.list)-1]
	h.list = h.list[:len(h.list)-1]
	return last
}
