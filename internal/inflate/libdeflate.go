//go:build libdeflate

package inflate

/*
#cgo LDFLAGS: -l:libdeflate.a
#cgo noescape libdeflate_gzip_decompress_ex
#cgo nocallback libdeflate_gzip_decompress_ex
#include <libdeflate.h>
*/
import "C"

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"runtime"
	"unsafe"
)

// Larger files are not unpacked in one go, so that a worker holds no more than
// these. A file of CloudTrail is far smaller.
const (
	maxPacked   = 8 << 20
	maxUnpacked = 32 << 20
)

// minPacked is the shortest member: header, an empty block and trailer.
const minPacked = 20

// maxRatio is more than deflate can make of a byte: its longest match is 258
// bytes and takes two bits. A trailer that tells of more is wrong, so that
// memory is not given for its asking.
const maxRatio = 1032

// whole unpacks files in one go.
type whole struct {
	decompressor     *C.struct_libdeflate_decompressor
	packed, unpacked []byte
}

// fill reads all of src. If it is more than it was thought to be, or cannot be
// read to its end, it is not complete, and err tells why.
func (w *whole) fill(src io.Reader, size int64) (packed []byte, complete bool, err error) {
	// One byte more than is expected is the room to see the end.
	w.packed = sized(w.packed, int(size)+1)
	n, err := io.ReadFull(src, w.packed)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return w.packed[:n], true, nil
	default:
		return w.packed[:n], false, err
	}
}

// unpack unpacks one whole member, and nothing that is any different.
func (w *whole) unpack(packed []byte) ([]byte, bool) {
	if len(packed) < minPacked {
		return nil, false
	}
	size := int64(binary.LittleEndian.Uint32(packed[len(packed)-4:]))
	if size == 0 || size > maxUnpacked || size > maxRatio*int64(len(packed)) {
		return nil, false
	}
	if w.decompressor == nil && !w.allocate() {
		return nil, false
	}
	w.unpacked = sized(w.unpacked, int(size))
	var read, written C.size_t
	result := C.libdeflate_gzip_decompress_ex(
		w.decompressor,
		unsafe.Pointer(unsafe.SliceData(packed)), C.size_t(len(packed)),
		unsafe.Pointer(unsafe.SliceData(w.unpacked)), C.size_t(size),
		&read, &written,
	)
	if result != C.LIBDEFLATE_SUCCESS || int(read) != len(packed) || int64(written) != size {
		return nil, false
	}
	return w.unpacked, true
}

// allocate makes the decompressor, which goes when w does. It fails only where
// memory has run out.
func (w *whole) allocate() bool {
	w.decompressor = C.libdeflate_alloc_decompressor()
	if w.decompressor == nil {
		return false
	}
	runtime.AddCleanup(w, func(d *C.struct_libdeflate_decompressor) { C.libdeflate_free_decompressor(d) }, w.decompressor)
	return true
}

// sized returns n bytes, in the memory of b if they fit. It grows by doubling,
// so that what is left behind is no more than what is in use.
func sized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n, 1<<bits.Len(uint(n-1)))
	}
	return b[:n]
}
