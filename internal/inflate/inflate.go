// Package inflate unpacks gzip. By default it is a reader of klauspost's
// library; built with the tag libdeflate, files that fit into memory are
// unpacked by that C library in one go, which takes a third of the time.
//
// Both builds give the same bytes and the same errors: what libdeflate does
// not take as one whole and undamaged member is read by the other. Only a file
// made by hand, with codes that the format leaves undefined and a checksum of
// what libdeflate takes them for, is read by one and refused by the other.
// The package knows nothing of what it unpacks, and sets no limit to it; its
// reader does. Start reading at [Reader].
package inflate

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
)

// Reader unpacks gzip, of several members too. The zero value is to be Reset;
// what it keeps is used again for the next file.
type Reader struct {
	stream  gzip.Reader
	whole   whole
	inWhole bool
	rest    []byte // of what was unpacked in one go
}

// Reset makes the reader unpack src, whose header it reads. size is how many
// bytes src is thought to have, 0 if that is not known; it only helps.
func (r *Reader) Reset(src io.Reader, size int64) error {
	r.inWhole, r.rest = false, nil
	if size <= 0 || size > maxPacked {
		return r.stream.Reset(src)
	}
	packed, complete, err := r.whole.fill(src, size)
	if !complete {
		return r.stream.Reset(&replay{text: packed, err: err, src: src})
	}
	// The header is read, and judged, as it would be without libdeflate.
	if err := r.stream.Reset(bytes.NewReader(packed)); err != nil {
		return err
	}
	r.rest, r.inWhole = r.whole.unpack(packed)
	return nil
}

// Read implements [io.Reader].
func (r *Reader) Read(b []byte) (int, error) {
	if !r.inWhole {
		return r.stream.Read(b)
	}
	if len(r.rest) == 0 && len(b) > 0 {
		return 0, io.EOF
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// replay reads what was read of a source already, and then what follows it:
// the error that was met, or the rest of the source.
type replay struct {
	text []byte
	err  error
	src  io.Reader
}

func (r *replay) Read(b []byte) (int, error) {
	if len(r.text) > 0 {
		n := copy(b, r.text)
		r.text = r.text[n:]
		return n, nil
	}
	if r.err != nil {
		return 0, r.err
	}
	return r.src.Read(b)
}
