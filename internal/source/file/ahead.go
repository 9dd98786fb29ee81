package file

import "io"

const (
	// aheadAfter is how much is read of an input before it may be read ahead:
	// small ones are not worth it.
	aheadAfter = 1 << 20
	aheadSize  = 256 << 10
	aheadCount = 4
)

// aheadReader reads an input ahead of who asks for it, once it turns out that
// it is large and worth it, as when workers have nothing else to do: unpacking
// one large file then takes one processor and searching it another. Until then
// it reads when asked.
type aheadReader struct {
	src     io.Reader
	worthIt func() bool
	read    int

	full, free chan []byte
	stop, done chan struct{}
	err        error  // of src, behind what is full
	left       []byte // of the buffer at hand
	buffer     []byte
}

// Read implements [io.Reader].
func (r *aheadReader) Read(b []byte) (int, error) {
	if r.full == nil {
		if r.read < aheadAfter || !r.worthIt() {
			n, err := r.src.Read(b)
			r.read += n
			return n, err
		}
		r.start()
	}
	for len(r.left) == 0 {
		if r.buffer != nil {
			r.free <- r.buffer[:cap(r.buffer)]
			r.buffer = nil
		}
		next, ok := <-r.full
		if !ok {
			return 0, r.err
		}
		r.buffer, r.left = next, next
	}
	n := copy(b, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (r *aheadReader) start() {
	r.full, r.free = make(chan []byte, aheadCount), make(chan []byte, aheadCount)
	r.stop, r.done = make(chan struct{}), make(chan struct{})
	for range aheadCount {
		r.free <- make([]byte, aheadSize)
	}
	go r.fill()
}

// fill reads until the input ends or nobody asks for it any more.
func (r *aheadReader) fill() {
	defer close(r.done)
	defer close(r.full)
	for {
		select {
		case <-r.stop:
			return
		case b := <-r.free:
			// Unpackers give little at a time, and each buffer handed over
			// wakes who waits for it. io.ReadFull would not do: its error at
			// the end is that of an input that is cut off.
			var n int
			for n < len(b) && r.err == nil {
				var more int
				more, r.err = r.src.Read(b[n:])
				n += more
			}
			if n > 0 {
				r.full <- b[:n] // there is room for all buffers
			}
			if r.err != nil {
				return
			}
		}
	}
}

// close ends the reading ahead. Afterwards the input is nobody's.
func (r *aheadReader) close() {
	if r.full != nil {
		close(r.stop)
		<-r.done
	}
}
