//go:build !libdeflate

package inflate

import "io"

// maxPacked lets no file be unpacked in one go.
const maxPacked = 0

// whole would unpack files in one go.
type whole struct{}

func (whole) fill(io.Reader, int64) (packed []byte, complete bool, err error) { return nil, false, nil }

func (whole) unpack([]byte) ([]byte, bool) { return nil, false }
