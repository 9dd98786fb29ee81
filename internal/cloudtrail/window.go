package cloudtrail

import (
	"errors"
	"io"
)

// errTooLarge tells that what is kept has the size of the limit and more is
// asked for.
var errTooLarge = errors.New("larger than the limit")

const (
	windowSize  = 256 << 10
	smallestGap = 4 << 10
	// windowKept is how large a window may be that is kept for the next input.
	windowKept = 4 << 20
)

// window is the part of the input that is in memory and still needed.
type window struct {
	src      io.Reader
	err      error // of src, for good
	buf      []byte
	from, to int
	base     int64 // the offset in the input of buf[0]
	limit    int
	// moving is called before bytes that were handed out are overwritten.
	moving func() error
}

func (w *window) reset(src io.Reader, limit int) {
	if len(w.buf) > windowKept || len(w.buf) > limit {
		w.buf = nil
	}
	if w.buf == nil {
		w.buf = make([]byte, min(windowSize, limit))
	}
	*w = window{src: src, buf: w.buf, limit: limit, moving: w.moving}
}

// bytes returns what is in memory. It is valid until the window moves.
func (w *window) bytes() []byte { return w.buf[w.from:w.to] }

// advance gives up the first n bytes.
func (w *window) advance(n int) { w.from += n }

// offset returns where in the input bytes begins.
func (w *window) offset() int64 { return w.base + int64(w.from) }

// more reads on behind what is there. It returns errTooLarge if there is no
// room left, else the error of the input when that has ended.
func (w *window) more() error {
	if w.to-w.from >= w.limit {
		return errTooLarge // also at the end, which may not be known yet
	}
	if w.err != nil {
		return w.err
	}
	if len(w.buf)-w.to < min(smallestGap, len(w.buf)/2) || w.to == len(w.buf) {
		if err := w.makeRoom(); err != nil {
			return err
		}
	}
	for range 100 {
		n, err := w.src.Read(w.buf[w.to:])
		w.to += n
		if err != nil {
			w.err = err
			if n > 0 {
				return nil
			}
			return err
		}
		if n > 0 {
			return nil
		}
	}
	w.err = io.ErrNoProgress
	return w.err
}

// makeRoom moves the bytes to the beginning of the buffer, or of a larger one
// if they fill more than half of it.
func (w *window) makeRoom() error {
	kept := w.to - w.from
	if w.from == 0 && w.to < len(w.buf) {
		return nil
	}
	if err := w.moving(); err != nil {
		return err
	}
	into := w.buf
	if kept > len(w.buf)/2 && len(w.buf) < w.limit {
		into = make([]byte, min(2*len(w.buf), w.limit))
	}
	copy(into, w.buf[w.from:w.to])
	w.buf, w.base = into, w.base+int64(w.from)
	w.from, w.to = 0, kept
	return nil
}
