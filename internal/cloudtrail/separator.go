package cloudtrail

import (
	"bytes"
	"errors"
	"io"
)

// separator is a text with which the next record begins. Once an input was
// found broken, no record may reach beyond one: that bounds what a broken
// record can swallow. Every byte of the input is searched once.
type separator struct {
	text     []byte
	skip     int   // how much of the text still belongs to what is before it
	at       int64 // where in the input it was last found
	searched int64 // it does not begin before this, behind at
}

// How the next record is recognized.
const (
	byLine      = iota // it begins on a line of its own
	byBeginning        // it begins as the first record in an array did
	byVersion          // it begins with CloudTrail's usual first key
	separatorCount
)

var newLine = []byte("\n{")

func newSeparators() [separatorCount]separator {
	return [separatorCount]separator{
		byLine:    {text: newLine, skip: 1},
		byVersion: {text: []byte(`{"eventVersion"`)},
	}
}

// separator returns that of the records in a frame.
func (r *Reader) separator(f *frame) *separator {
	switch {
	case f.kind == frameStream:
		return &r.separators[byLine]
	case r.separators[byBeginning].text == nil:
		return &r.separators[byVersion]
	}
	return &r.separators[byBeginning]
}

// bound cuts b, which begins at an offset of the input and with a record,
// before the next record, and reports whether there is one. Unless the input
// has ended, it holds back what may be the beginning of one.
func (s *separator) bound(b []byte, offset int64, ended bool) (piece []byte, found bool) {
	if s.at <= offset {
		from := max(s.searched-offset, 1)
		i := -1
		if from < int64(len(b)) {
			i = bytes.Index(b[from:], s.text)
		}
		if i < 0 {
			s.searched = max(s.searched, offset+int64(len(b)-len(s.text)+1))
			if ended {
				return b, false
			}
			return b[:max(0, len(b)-len(s.text)+1)], false
		}
		s.at = offset + from + int64(i)
		s.searched = s.at
	}
	return b[:int(s.at-offset)+s.skip], true
}

// skipTo gives up everything before the next record.
func (r *Reader) skipTo(s *separator) error {
	offset := r.w.offset()
	for {
		b := r.w.bytes()
		if i := bytes.Index(b, s.text); i >= 0 {
			r.w.advance(i + s.skip)
			return nil
		}
		r.w.advance(max(0, len(b)-len(s.text)+1))
		if err := r.w.more(); err != nil {
			r.w.advance(len(r.w.bytes()))
			if errors.Is(err, io.EOF) {
				r.problem(offset, "nothing behind this was recognized as a record", "")
			}
			return err
		}
	}
}

// beginning returns the bytes up to the end of the first key, if they are few.
// White space is part of them, as whoever wrote the file was consistent.
func beginning(text []byte) []byte {
	text = text[:min(len(text), 64)]
	if i := bytes.IndexByte(text, '"'); i >= 0 {
		if end := bytes.IndexByte(text[i+1:], '"'); end >= 0 {
			return bytes.Clone(text[:i+1+end+1])
		}
	}
	return []byte(`{"eventVersion"`)
}
