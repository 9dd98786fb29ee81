package file

import (
	"context"
	"io"
)

// meter counts what is read of one file, as stored and unpacked, and stops
// what unpacks to too much.
type meter struct {
	ctx      context.Context
	scan     *scan
	stored   int64
	unpacked int64 // of the innermost layers
	fault    error // what was exceeded, for good
}

// count tells the report how far the reading is.
func (m *meter) count(n int) {
	m.stored += int64(n)
	m.scan.Report.Bytes.Add(int64(n))
}

// storedReader reads the bytes of a file as stored.
type storedReader struct {
	src   io.Reader
	meter *meter
}

func (r *storedReader) Read(b []byte) (int, error) {
	if err := r.meter.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.src.Read(b)
	r.meter.count(n)
	return n, err
}

// storedReaderAt is a storedReader for what is not read in order.
type storedReaderAt struct {
	src   io.ReaderAt
	meter *meter
}

func (r *storedReaderAt) ReadAt(b []byte, offset int64) (int, error) {
	if err := r.meter.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.src.ReadAt(b, offset)
	r.meter.count(n)
	return n, err
}

// layerReader reads what a layer of compression gives.
type layerReader struct {
	src   io.Reader
	meter *meter
	n     int64
}

func (r *layerReader) Read(b []byte) (int, error) {
	n, err := r.src.Read(b)
	r.n += int64(n)
	if fault := r.meter.check(r.n); fault != nil {
		return n, fault
	}
	return n, err
}

// contentReader reads what is inside all layers.
type contentReader struct {
	src   io.Reader
	meter *meter
}

func (r *contentReader) Read(b []byte) (int, error) {
	n, err := r.src.Read(b)
	r.meter.unpacked += int64(n)
	r.meter.scan.Report.Unpacked.Add(int64(n))
	if fault := r.meter.check(r.meter.unpacked); fault != nil {
		return n, fault
	}
	return n, err
}

// check returns an error if so many bytes are more than a file may unpack to.
func (m *meter) check(n int64) error {
	limits := &m.scan.options.Limits
	switch {
	case m.fault != nil:
	case n > limits.Unpacked:
		m.fault = faultf("raise the limit if it is meant to be so large", "it unpacks to more than %d bytes; the rest is not read", limits.Unpacked)
	case n > limits.FreeRatio && n/limits.Ratio > m.stored:
		m.fault = faultf("a file made to fill memory or time? raise the limit if not", "it unpacks to more than %d times its size; the rest is not read", limits.Ratio)
	}
	return m.fault
}
