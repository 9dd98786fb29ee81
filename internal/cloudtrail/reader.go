package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/pugmark/pugmark/internal/event"
)

// DefaultMaxRecord bounds the bytes of one record unless told otherwise.
// CloudTrail's own limit is 256 KiB; a line of other JSON may be longer.
const DefaultMaxRecord = 64 << 20

// smallestRecord is what the limit is at least: enough to tell what begins.
const smallestRecord = 16

// MaxProblems bounds how many problems of one input are told one by one; the
// rest are counted.
const MaxProblems = 20

// Options say how an input is read. The zero Options are usable.
type Options struct {
	// MaxRecord bounds the bytes of one record; 0 means [DefaultMaxRecord].
	MaxRecord int
	// Lines says that the input follows lines that were a record each.
	Lines bool
	// Release, if not nil, is called before the memory behind the cuts made
	// so far is used again. An error of it ends the reading.
	Release func() error
	// Problem, if not nil, is told what could not be read.
	Problem func(Problem)
}

// Problem is something in an input that could not be read.
type Problem struct {
	Offset int64 // where it was noticed, -1 if that has no meaning
	Reason string
	Hint   string
}

// Cut is one record, cut out of its container but not parsed. What it refers
// to is valid until [Options.Release] is called, the Cut itself until the next
// [Reader.Next].
type Cut struct {
	// Text is the record: the field _raw.
	Text []byte
	// Plain says that no backslash is in Text; where it is false, one may be.
	Plain bool
	// Offset is where in the input the record or its container begins.
	Offset int64
	// Meta is what the container says of the record. Sourcetype is always
	// set; the others are empty where it says nothing. It may be kept.
	Meta event.Meta
	// Time is the record's time in epoch seconds, if HasTime.
	Time    float64
	HasTime bool
	// Given are fields that stand beside the text, not in it.
	Given []event.Field
}

// Reader cuts records out of any of the forms in which CloudTrail is stored
// and passed on, told by what they hold, and out of other JSON. The same input
// gives the same cuts however it is split into reads.
type Reader struct {
	options Options
	w       window
	frames  []frame
	scan    scan
	notes   notes // of the object at hand
	inside  notes // of an object inside it
	cut     Cut
	err     error // sticky

	// What cuts refer to besides the window.
	arena []byte
	given []event.Field
	aside []byte // for what is needed for a moment

	names  map[string]string // values of Meta, each kept once
	table  table             // of a CSV input
	packed packed            // an input inside this one
	depth  int               // how many inputs this one is inside of

	// strict is set once quotes or brackets were found broken.
	strict     bool
	separators [separatorCount]separator
	begun      bool // the first bytes were looked at
	decided    bool // whether the form is
	oneLine    bool // a record to a line

	form      string
	records   int64
	passed    int64
	problems  int
	more      int   // problems that were only counted
	otherText int64 // lines that are no JSON
	otherAt   int64 // where the first is
	unread    bool  // something was seen that gave no record
}

// frame is a place in the nesting of containers.
type frame struct {
	kind    frameKind
	holds   string // the form of what an array holds
	control bool   // the records are messages about the stream
}

type frameKind uint8

const (
	frameStream frameKind = iota // a sequence of values
	frameArray                   // inside an array of records
	frameRest                    // in an object, behind such an array
	frameTable                   // rows of CSV
)

// maxFrames bounds the nesting of containers.
const maxFrames = 12

// maxPacked bounds how many inputs may be packed into each other.
const maxPacked = 2

// NewReader returns a Reader of r.
func NewReader(r io.Reader, options Options) *Reader {
	reader := &Reader{}
	reader.Reset(r, options)
	return reader
}

// Reset makes the Reader read another input, with the buffers that it has.
func (r *Reader) Reset(src io.Reader, options Options) {
	if options.MaxRecord <= 0 {
		options.MaxRecord = DefaultMaxRecord
	}
	options.MaxRecord = max(options.MaxRecord, smallestRecord)
	*r = Reader{
		options: options, w: r.w, frames: append(r.frames[:0], frame{kind: frameStream}),
		arena: r.arena[:0], given: r.given[:0], aside: r.aside[:0], names: r.names, depth: r.depth,
		separators: newSeparators(), decided: options.Lines, oneLine: options.Lines,
		packed: packed{reader: r.packed.reader, body: r.packed.body[:0], gunzip: r.packed.gunzip},
	}
	r.w.moving = r.release
	r.w.reset(src, options.MaxRecord)
}

// release tells the caller that cuts become invalid.
func (r *Reader) release() error {
	if r.options.Release != nil {
		if err := r.options.Release(); err != nil {
			return err
		}
	}
	r.arena, r.given = r.arena[:0], r.given[:0]
	return nil
}

// Form names what the input turned out to be, "" while that is not known.
func (r *Reader) Form() string { return r.form }

// Offset returns how far the input was read.
func (r *Reader) Offset() int64 { return r.w.base + int64(r.w.to) }

// Records returns how many records were cut so far.
func (r *Reader) Records() int64 { return r.records }

// Passed returns how many things were seen that are not events by their
// nature: digest objects and control messages.
func (r *Reader) Passed() int64 {
	if r.packed.open {
		return r.passed + r.packed.reader.Passed()
	}
	return r.passed
}

// Next returns the next record. At the end of the input the error is io.EOF;
// any other error is one of the input or of [Options.Release], and no more can
// be read.
func (r *Reader) Next() (*Cut, error) {
	if r.err != nil {
		return nil, r.err
	}
	for {
		if r.packed.open {
			switch cut, err := r.nextPacked(); {
			case err != nil:
				return nil, r.end(err)
			case cut != nil:
				r.records++
				return cut, nil
			}
			continue
		}
		f := &r.frames[len(r.frames)-1]
		var found bool
		var err error
		switch f.kind {
		case frameStream:
			found, err = r.topLevel(f)
		case frameArray:
			found, err = r.element(f)
		case frameRest:
			err = r.rest()
		case frameTable:
			found, err = r.row()
		}
		if err != nil {
			return nil, r.end(err)
		}
		if found {
			r.records++
			return &r.cut, nil
		}
	}
}

// end tells what was counted and keeps the error.
func (r *Reader) end(err error) error {
	r.err = err
	if !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case r.depth > 0:
	case r.w.offset() == 0:
		r.problem(-1, "empty file", "")
	case r.form == "" && !r.unread:
		r.problem(-1, "no CloudTrail or JSON found", "")
	case r.otherText > 0:
		r.problem(r.otherAt, fmt.Sprintf("%s no JSON, here the first", count(r.otherText, "line that is", "lines that are")), "")
	}
	if r.more > 0 && r.options.Problem != nil {
		r.options.Problem(Problem{Offset: -1, Reason: count(int64(r.more), "more problem", "more problems") + " of this file"})
	}
	return err
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (r *Reader) problem(offset int64, reason, hint string) {
	r.unread = true
	if r.problems++; r.problems > MaxProblems {
		r.more++
		return
	}
	if r.options.Problem != nil {
		r.options.Problem(Problem{offset, reason, hint})
	}
}

func (r *Reader) push(f frame) { r.frames = append(r.frames, f) }

func (r *Reader) pop() { r.frames = r.frames[:len(r.frames)-1] }

func (r *Reader) setForm(form string) {
	if r.form == "" {
		r.form = form
	}
}

// separators are what may stand between values and is passed over: white
// space, commas of an array without its brackets, the record separator of
// JSON text sequences.
func isSeparator(c byte) bool { return isSpace(c) || c == ',' || c == 0x1e }

// next passes over separators and returns the byte behind them.
func (r *Reader) next() (byte, error) {
	for {
		b := r.w.bytes()
		i := 0
		for i < len(b) && isSeparator(b[i]) {
			i++
		}
		r.w.advance(i)
		if i < len(b) {
			return b[i], nil
		}
		if err := r.w.more(); err != nil {
			return 0, err
		}
	}
}

// have returns what is there, at least n bytes if the input has them.
func (r *Reader) have(n int) ([]byte, error) {
	for len(r.w.bytes()) < n {
		if err := r.w.more(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return r.w.bytes(), nil
}

// peek returns the first byte at or behind i that is no white space, 0 if
// there is none, and where it is.
func (r *Reader) peek(i int) (c byte, at int, err error) {
	for {
		b := r.w.bytes()
		i = skipSpace(b, i)
		if i < len(b) {
			return b[i], i, nil
		}
		switch err := r.w.more(); {
		case errors.Is(err, io.EOF), errors.Is(err, errTooLarge):
			return 0, i, nil
		case err != nil:
			return 0, i, err
		}
	}
}

// lineEnd returns where the line that begins at i ends, or -1 if that is more
// than limit bytes on.
func (r *Reader) lineEnd(i, limit int) (int, error) {
	from := i
	for {
		b := r.w.bytes()
		end := bytes.IndexByte(b[min(from, len(b)):], '\n')
		if end >= 0 {
			end += from
		} else {
			from = len(b)
		}
		if max(from, end) > i+limit {
			return -1, nil
		}
		if end >= 0 {
			return end, nil
		}
		switch err := r.w.more(); {
		case errors.Is(err, io.EOF):
			return len(r.w.bytes()), nil
		case errors.Is(err, errTooLarge):
			return -1, nil
		case err != nil:
			return -1, err
		}
	}
}

// skipLine gives up the rest of the line.
func (r *Reader) skipLine() error {
	for {
		b := r.w.bytes()
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			r.w.advance(i + 1)
			return nil
		}
		r.w.advance(len(b))
		if err := r.w.more(); err != nil {
			return err
		}
	}
}
