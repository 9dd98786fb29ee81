package file

import (
	"context"
	"io"

	"github.com/pugmark/pugmark/internal/event"
)

// Input is content that has no path of its own: a file of an embedded file
// system, or one that is changed on its way.
type Input struct {
	// Name is what problems call it, and the source of its events if nothing
	// else tells that.
	Name string
	// Meta is [Options.Meta] for this input alone.
	Meta event.Meta
	// Size is how many bytes it has, for the progress.
	Size int64
	// Open is called once for each scan.
	Open func() (io.ReadCloser, error)
}

// NewInputs returns the source of the inputs. They may be packed as files may
// be; a zip archive is copied to disk first.
func NewInputs(inputs []Input, options Options) *Source {
	s := New(nil, options)
	s.inputs = inputs
	return s
}

// input reads an input.
func (w *worker) input(in *Input) {
	src, err := in.Open()
	if err != nil {
		w.scan.refuse(in.Name, err)
		return
	}
	defer context.AfterFunc(w.ctx, func() { _ = src.Close() })() // also ends a read that blocks
	defer func() { _ = src.Close() }()                           // nothing was written
	w.scan.readable.Add(1)
	w.forced = in.Meta
	w.lost(in.Name, w.read(&storedReader{src, &w.meter}, in.Name, 0, nil, 0))
}
