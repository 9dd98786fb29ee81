package file

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"errors"
	"io"
	"os"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"

	"github.com/pugmark/pugmark/internal/inflate"
)

// layer is what a worker keeps for one level of nesting.
type layer struct {
	buffer *bufio.Reader
	gunzip *inflate.Reader
	unzstd *zstd.Decoder
}

const (
	bufferSize = 128 << 10
	// zstdMemory bounds what unpacking one file of zstd takes: the window
	// that the tool itself allows by default.
	zstdMemory = 128 << 20
)

// magic says by which bytes a format is told.
type magic struct {
	offset int
	bytes  string
	format format
}

type format uint8

const (
	plain format = iota
	inGzip
	inZstd
	inZip
	inTar
	unread // known, but not read
)

var magics = []magic{
	{0, "\x1f\x8b", inGzip},
	{0, "\x28\xb5\x2f\xfd", inZstd},
	{0, "PK\x03\x04", inZip},
	{0, "PK\x05\x06", inZip},
	{257, "ustar", inTar},
	{0, "BZh", unread},
	{0, "\xfd7zXZ\x00", unread},
	{0, "7z\xbc\xaf\x27\x1c", unread},
	{0, "Rar!\x1a\x07", unread},
	{0, "\x04\x22\x4d\x18", unread}, // lz4
}

const sniffed = 512

func formatOf(head []byte) format {
	for _, m := range magics {
		if len(head) >= m.offset+len(m.bytes) && string(head[m.offset:m.offset+len(m.bytes)]) == m.bytes {
			return m.format
		}
	}
	// A skippable frame may begin a file of zstd.
	if len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18" {
		return inZstd
	}
	return plain
}

// read reads what may be packed in layers; name is what it is called. at, if
// not nil, is the same for reading in any order. An error is one of the data,
// or w.stopped.
func (w *worker) read(src io.Reader, name string, depth int, at io.ReaderAt, size int64) error {
	for len(w.layers) <= depth {
		w.layers = append(w.layers, layer{buffer: bufio.NewReaderSize(nil, bufferSize)})
	}
	buffer := w.layers[depth].buffer
	buffer.Reset(src)
	head, err := buffer.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) && len(head) == 0 {
		return err
	}
	f := formatOf(head)
	if f != plain && depth >= w.scan.options.Nesting {
		return faultf("unpack it first", "packed in more than %d layers", w.scan.options.Nesting)
	}
	switch f {
	case inGzip:
		return w.gzip(buffer, size, name, depth)
	case inZstd:
		return w.zstd(buffer, name, depth)
	case inTar:
		return w.tar(buffer, name, depth)
	case inZip:
		if at != nil {
			// What was read of it is read again from its directory.
			w.scan.Report.Bytes.Add(-w.meter.stored)
			w.meter.stored = 0
			return w.zip(at, size, name, depth)
		}
		return w.spool(buffer, name, depth)
	case unread:
		return faultf("unpack it first", "packed in a way that is not read: only gzip, zstd, zip and tar are")
	}
	return w.content(&unbuffered{buffer, src}, name)
}

// unbuffered reads what is left in a buffer and then from its source, without
// a copy in between.
type unbuffered struct {
	buffer *bufio.Reader
	src    io.Reader
}

func (r *unbuffered) Read(b []byte) (int, error) {
	if n := r.buffer.Buffered(); n > 0 {
		return r.buffer.Read(b[:min(n, len(b))])
	}
	return r.src.Read(b)
}

// gzip reads what is packed with gzip, of size bytes or, if that is 0, of an
// unknown number.
func (w *worker) gzip(src io.Reader, size int64, name string, depth int) error {
	l := &w.layers[depth]
	if l.gunzip == nil {
		l.gunzip = new(inflate.Reader)
	}
	if err := l.gunzip.Reset(src, size); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return w.read(&layerReader{src: l.gunzip, meter: &w.meter}, name, depth+1, nil, 0)
}

func (w *worker) zstd(src io.Reader, name string, depth int) error {
	l := &w.layers[depth]
	if l.unzstd == nil {
		var err error
		l.unzstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdMemory))
		if err != nil {
			return err
		}
	}
	if err := l.unzstd.Reset(src); err != nil {
		return err
	}
	return w.read(&layerReader{src: l.unzstd, meter: &w.meter}, name, depth+1, nil, 0)
}

// memberName is what a file in an archive is called.
func memberName(archive, member string) string { return archive + "!" + member }

func (w *worker) tar(src io.Reader, name string, depth int) error {
	archive := tar.NewReader(src)
	var lost error
	for {
		header, err := archive.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && lost != nil && errors.Is(lost, err):
			return nil // it is the archive that ended inside its member
		case err != nil:
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		member := memberName(name, header.Name)
		if lost = w.read(archive, member, depth+1, nil, 0); lost != nil {
			if w.stopped != nil {
				return lost
			}
			w.lost(member, lost)
		}
	}
}

func (w *worker) zip(src io.ReaderAt, size int64, name string, depth int) error {
	archive, err := zip.NewReader(src, size)
	if err != nil {
		return err
	}
	archive.RegisterDecompressor(zip.Deflate, flate.NewReader)
	archive.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdMemory)))
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if err := w.zipEntry(f, memberName(name, f.Name), depth); err != nil {
			if w.stopped != nil {
				return err
			}
			w.lost(memberName(name, f.Name), err)
		}
	}
	return nil
}

func (w *worker) zipEntry(f *zip.File, name string, depth int) error {
	if f.Flags&1 != 0 {
		return faultf("unpack it first", "an encrypted zip entry")
	}
	entry, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = entry.Close() }()
	return w.read(&layerReader{src: entry, meter: &w.meter}, name, depth+1, nil, 0)
}

// spool copies a zip archive to a file, as its directory stands at its end.
func (w *worker) spool(src io.Reader, name string, depth int) error {
	f, err := os.CreateTemp("", "pugmark-*.zip")
	if err != nil {
		return err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	limit := w.scan.options.Spool
	n, err := io.Copy(f, io.LimitReader(src, limit+1))
	switch {
	case err != nil:
		return err
	case n > limit:
		return faultf("unpack it first", "a zip archive inside another file, larger than %d bytes", limit)
	}
	return w.zip(f, n, name, depth)
}
