package file

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
)

// What is read ahead is what there is, with its error at its end, and whoever
// stops early leaves nothing running.
func TestReadAhead(t *testing.T) {
	t.Parallel()
	text := bytes.Repeat([]byte("0123456789abcde\n"), 3*aheadAfter/16)
	broken := errors.New("broken")
	calls := 0
	r := &aheadReader{
		src:     io.MultiReader(iotest.HalfReader(bytes.NewReader(text)), iotest.ErrReader(broken)),
		worthIt: func() bool { calls++; return calls > 3 },
	}
	got, err := io.ReadAll(iotest.OneByteReader(io.LimitReader(r, 100)))
	if err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(r)
	if !errors.Is(err, broken) || !bytes.Equal(append(got, rest...), text) {
		t.Errorf("%d bytes of %d, error %v", len(got)+len(rest), len(text), err)
	}
	if r.full == nil {
		t.Error("nothing was read ahead")
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, broken) {
		t.Errorf("the error does not last: %d, %v", n, err)
	}
	r.close()

	early := &aheadReader{src: bytes.NewReader(text), worthIt: func() bool { return true }}
	if _, err := io.CopyN(io.Discard, early, aheadAfter+1); err != nil {
		t.Fatal(err)
	}
	early.close() // returns once the reading has ended
}

// However little the input gives at a time, what is handed over is full, but for
// the last; and an input that is cut off is told from one that ends.
func TestReadAheadHandsOverFullBuffers(t *testing.T) {
	t.Parallel()
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF} {
		text := bytes.NewReader(make([]byte, 2*aheadSize+1))
		r := &aheadReader{src: io.MultiReader(iotest.OneByteReader(text), iotest.ErrReader(end))}
		r.start()
		var sizes []int
		for b := range r.full {
			sizes = append(sizes, len(b))
			r.free <- b[:cap(b)]
		}
		if want := []int{aheadSize, aheadSize, 1}; !slices.Equal(sizes, want) || !errors.Is(r.err, end) {
			t.Errorf("%d buffers, of %d bytes first, and %v; want %v bytes and %v", len(sizes), sizes[0], r.err, want, end)
		}
		r.close()
	}
}
