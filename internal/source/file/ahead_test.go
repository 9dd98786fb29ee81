package file

import (
	"bytes"
	"errors"
	"io"
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
