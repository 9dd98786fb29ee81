package file

import (
	"bytes"
	"io"
	"os"

	"github.com/pugmark/pugmark/internal/cloudtrail"
)

// part is a piece of a large file whose lines are read by several workers: the
// lines that begin from one byte on and before another.
type part struct {
	from, to int64
}

// splitting says of what size on a file is read in parts, and how large they
// are.
type splitting struct{ size, part int64 }

var largeFiles = splitting{size: 64 << 20, part: 16 << 20}

// splitHead is in how much of a file its first line must end.
const splitHead = 64 << 10

// parts returns the parts in which a regular file is read, nil if as a whole:
// where it is small, or does not begin with a line that is a record.
func (s *scan) parts(path string, size int64) []part {
	if size < s.splitting.size {
		return nil
	}
	f, err := s.system.open(path)
	if err != nil {
		return nil // the worker will tell
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, splitHead)
	n, _ := io.ReadFull(f, head)
	if !beginsWithLine(head[:n]) {
		return nil
	}
	var parts []part
	for from := int64(0); from < size; from += s.splitting.part {
		parts = append(parts, part{from, min(from+s.splitting.part, size)})
	}
	return parts
}

// beginsWithLine reports whether a text begins with a line that is one record.
// What follows such a line is read line by line.
func beginsWithLine(head []byte) bool {
	end := bytes.IndexByte(head, '\n')
	if end < 0 || formatOf(head) != plain {
		return false
	}
	well := true
	r := cloudtrail.NewReader(bytes.NewReader(head[:end+1]), cloudtrail.Options{Problem: func(cloudtrail.Problem) { well = false }})
	for {
		if _, err := r.Next(); err != nil {
			return well && r.Records() == 1
		}
	}
}

// part reads a part of a file. What is told of the file as a whole is told of
// its first part.
func (w *worker) part(f *os.File, it item) error {
	from, err := lineStart(f, it.part.from)
	if err != nil {
		return err
	}
	to, err := lineStart(f, it.part.to)
	if err != nil || to <= from {
		return err // a long line goes over the whole part
	}
	w.base = from
	return w.content(&storedReader{io.NewSectionReader(f, from, to-from), &w.meter}, it.path)
}

// lineStart returns where the first line begins that does so at an offset or
// behind it and could be a record: the end of the file if there is none. What
// goes over several lines, none of which could be another record, stays whole.
func lineStart(f io.ReaderAt, offset int64) (int64, error) {
	if offset == 0 {
		return 0, nil
	}
	b := make([]byte, 4<<10)
	for at := offset - 1; ; {
		n, err := f.ReadAt(b, at)
		if i := bytes.Index(b[:n], []byte("\n{")); i >= 0 {
			return at + int64(i) + 1, nil
		}
		if err == io.EOF {
			return at + int64(n), nil
		}
		if err != nil {
			return 0, err
		}
		at += int64(n) - 1 // the last byte may be the first of both
	}
}
