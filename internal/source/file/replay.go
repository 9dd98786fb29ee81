package file

import (
	"io"
	"os"
	"sync"
)

// inMemory is how much of an input that can be read once is kept in memory;
// what is more goes to a file.
const inMemory = 16 << 20

// replay keeps what is read of an input that can be read only once, such as
// standard input: a search with subsearches scans its source several times,
// maybe at once.
type replay struct {
	mu     sync.Mutex
	src    io.Reader
	limit  int64 // of what is kept
	size   int64 // how much was read of src
	err    error // of src, for good
	memory []byte
	disk   *os.File
	lost   error // why what was read is not kept
}

// replayReader reads from the beginning: first what is kept, then the input.
type replayReader struct {
	*replay
	at int64
}

func (r *replay) reader() io.Reader { return &replayReader{replay: r} }

// Read implements [io.Reader].
func (r *replayReader) Read(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.at < r.size && r.lost != nil:
		return 0, r.lost
	case r.at < int64(len(r.memory)):
		n := copy(b, r.memory[r.at:])
		r.at += int64(n)
		return n, nil
	case r.at < r.size:
		n, err := r.disk.ReadAt(b[:min(int64(len(b)), r.size-r.at)], r.at-int64(len(r.memory)))
		r.at += int64(n)
		return n, err
	case r.err != nil:
		return 0, r.err
	}
	n, err := r.src.Read(b)
	r.keep(b[:n])
	r.at = r.size
	r.err = err
	if n > 0 {
		return n, nil
	}
	return n, err
}

// keep remembers the next bytes of the input, or forgets all of them when that
// would be too much.
func (r *replay) keep(b []byte) {
	at := r.size
	r.size += int64(len(b))
	switch {
	case r.lost != nil:
	case r.size > r.limit:
		r.forget(faultf("save it to a file and name that", "it cannot be read a second time, as the search asks for, since it is larger than %d bytes", r.limit))
	case r.disk == nil && len(r.memory)+len(b) <= inMemory:
		r.memory = append(r.memory, b...)
	default:
		if err := r.write(b, at-int64(len(r.memory))); err != nil {
			r.forget(err)
		}
	}
}

func (r *replay) write(b []byte, at int64) error {
	if r.disk == nil {
		f, err := os.CreateTemp("", "pugmark-*")
		if err != nil {
			return err
		}
		_ = os.Remove(f.Name()) // it lives as long as it is open
		r.disk = f
	}
	_, err := r.disk.WriteAt(b, at)
	return err
}

func (r *replay) forget(why error) {
	r.lost, r.memory = why, nil
	if r.disk != nil {
		_ = r.disk.Close()
		r.disk = nil
	}
}
