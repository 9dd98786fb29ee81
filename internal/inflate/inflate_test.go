package inflate

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
)

// packed packs a text as one member.
func packed(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := stdgzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// noise is text that can hardly be packed.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return string(b)
}

// outcome is all that a reader gives.
type outcome struct{ text, err string }

func outcomeOf(r io.Reader, err error) outcome {
	var text []byte
	if err == nil {
		text, err = io.ReadAll(r)
	}
	if err != nil {
		return outcome{string(text), err.Error()}
	}
	return outcome{string(text), ""}
}

// streamed is what the plain reader gives.
func streamed(src io.Reader) outcome {
	var r gzip.Reader
	err := r.Reset(src)
	return outcomeOf(&r, err)
}

// flipped changes a byte, counted from the end if it is negative.
func flipped(s string, i int) string {
	b := []byte(s)
	b[(i+len(b))%len(b)] ^= 0x55
	return string(b)
}

// inputs are files of all kinds.
func inputs(t testing.TB) map[string]string {
	text := strings.Repeat(`{"eventName":"ModifyImageAttribute"},`, 20_000)
	one := packed(t, text)
	return map[string]string{
		"nothing":                      "",
		"no gzip":                      "plain text, a little longer than a header of gzip",
		"a text":                       one,
		"a short text":                 packed(t, "x"),
		"an empty text":                packed(t, ""),
		"noise":                        packed(t, noise(300_000)),
		"zeros, a thousand to one":     packed(t, strings.Repeat("\x00", 4<<20)),
		"two members":                  one + packed(t, "and more"),
		"two members, the last large":  packed(t, "first") + one,
		"an empty member at the end":   one + packed(t, ""),
		"garbage at the end":           one + "garbage that is no member",
		"zeros at the end":             one + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"cut off in the data":          one[:len(one)/2],
		"cut off in the trailer":       one[:len(one)-3],
		"cut off in the header":        one[:5],
		"a header alone":               one[:10],
		"a wrong checksum":             flipped(one, -6),
		"a wrong length":               flipped(one, -4),
		"a length of four gigabytes":   one[:len(one)-4] + "\xff\xff\xff\xff",
		"a length that is too short":   one[:len(one)-4] + "\x05\x00\x00\x00",
		"damaged in the middle":        flipped(one, len(one)/2),
		"damaged in the header":        flipped(one, 2),
		"a header with a checksum":     one[:3] + "\x02" + one[4:10] + "\x00\x00" + one[10:],
		"a header with a name":         one[:3] + "\x08" + one[4:10] + "trail.json\x00" + one[10:],
		"a header with reserved flags": one[:3] + "\xe0" + one[4:],
	}
}

func TestItReadsWhatThePlainReaderReads(t *testing.T) {
	t.Parallel()
	var r Reader // one for all, as it is used
	for name, input := range inputs(t) {
		want := streamed(strings.NewReader(input))
		for what, size := range map[string]int{
			"unknown": 0, "right": len(input), "one too few": len(input) - 1, "far too few": 7, "too many": len(input) + 1000, "wrong by far": 1 << 40,
		} {
			err := r.Reset(strings.NewReader(input), int64(size))
			if got := outcomeOf(&r, err); got != want {
				t.Errorf("%s, size %s: %d bytes and %q, want %d bytes and %q", name, what, len(got.text), got.err, len(want.text), want.err)
			}
		}
		if want.err != "" {
			continue // the standard library gives up at another byte
		}
		std, err := stdgzip.NewReader(strings.NewReader(input))
		if got := outcomeOf(std, err); got != want {
			t.Errorf("%s: the standard library reads %d bytes and %q, want %d bytes and %q", name, len(got.text), got.err, len(want.text), want.err)
		}
	}
}

func TestAnErrorOfTheSourceComesAfterWhatWasRead(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	input := packed(t, noise(100_000))
	for _, n := range []int{0, 5, 50_000, len(input)} {
		source := func() io.Reader { return io.MultiReader(strings.NewReader(input[:n]), iotest.ErrReader(broken)) }
		want := streamed(source())
		var r Reader
		err := r.Reset(source(), int64(len(input)))
		if got := outcomeOf(&r, err); got != want {
			t.Errorf("after %d bytes: %d bytes and %q, want %d bytes and %q", n, len(got.text), got.err, len(want.text), want.err)
		}
	}
}

func TestAReaderIsReadInPieces(t *testing.T) {
	t.Parallel()
	text := noise(10_000)
	input := packed(t, text)
	var r Reader
	if err := r.Reset(strings.NewReader(input), int64(len(input))); err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(&r, []byte(text)); err != nil {
		t.Error(err)
	}
}

// Files of the same size need no more memory than the first.
func TestMemoryIsUsedAgain(t *testing.T) {
	input := packed(t, strings.Repeat("the same again, ", 10_000))
	var r Reader
	src := strings.NewReader(input)
	unpack := func() {
		src.Reset(input)
		if err := r.Reset(src, int64(len(input))); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, struct{ io.Reader }{&r}); err != nil {
			t.Fatal(err)
		}
	}
	unpack()
	if n := testing.AllocsPerRun(10, unpack); n > 6 {
		t.Errorf("%v allocations a file", n)
	}
}

func FuzzReader(f *testing.F) {
	for _, input := range inputs(f) {
		f.Add([]byte(input))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		want := streamed(io.LimitReader(bytes.NewReader(input), 1<<20))
		var r Reader
		err := r.Reset(io.LimitReader(bytes.NewReader(input), 1<<20), int64(len(input)))
		if got := outcomeOf(&r, err); got != want {
			t.Errorf("%d bytes and %q, want %d bytes and %q", len(got.text), got.err, len(want.text), want.err)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	var records strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		fmt.Fprintf(&records, `{"eventVersion":"1.08","eventTime":"2026-11-02T00:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeImages","awsRegion":"us-east-1","requestID":"%016x"},`, random.Uint64())
	}
	text := records.String()
	input := packed(b, text)
	var r Reader
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	buffer := make([]byte, 128<<10)
	for b.Loop() {
		if err := r.Reset(strings.NewReader(input), int64(len(input))); err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{&r}, buffer); err != nil {
			b.Fatal(err)
		}
	}
}
