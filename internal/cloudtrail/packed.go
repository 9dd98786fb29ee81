package cloudtrail

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// packed is an input that stands as base64 in a string or line of another, as
// subscriptions of CloudWatch Logs pass it on; most often it is gzip inside.
type packed struct {
	open    bool
	reader  *Reader
	body    []byte
	offset  int64 // of the string, in the outer input
	gunzip  *gzip.Reader
	stopped error // of Release, which is no fault of the packed input
	refused bool  // the last lines that looked packed were not
}

// packedBeginnings are how base64 of gzip, of an object and of an array begins.
var packedBeginnings = []string{"H4sI", "eyI", "eyJ", "eyA", "ewo", "ew0", "W3s", "Wwo", "Ww0"}

func looksPacked(text []byte) bool {
	if len(text) < 4 {
		return false
	}
	for _, p := range packedBeginnings {
		if string(text[:len(p)]) == p {
			return true
		}
	}
	return false
}

// packedLine opens the input that is packed into the line at hand, or into
// several lines of the width to which base64 is wrapped. It returns false if
// there is none.
func (r *Reader) packedLine() (bool, error) {
	offset := r.w.offset()
	end, width := 0, 0
	for {
		next, err := r.lineEnd(end, r.options.MaxRecord)
		if next < 0 || err != nil {
			return false, err
		}
		if width == 0 {
			width = next
		}
		wrapped := next-end == width && (width == 64 || width == 76) && next < len(r.w.bytes()) && !r.packed.refused
		end = next
		if !wrapped {
			break
		}
		end++
	}
	text := bytes.TrimRight(r.w.bytes()[:end], "\r\n ")
	opened, err := r.openPacked(text, offset)
	if opened {
		r.w.advance(end)
	}
	r.packed.refused = !opened
	return opened, err
}

// packedLogs opens what a Lambda function is given by a subscription:
// {"awslogs":{"data":"…"}}.
func (r *Reader) packedLogs(v []byte) (opened bool, err error) {
	eachMember(v, func(name, v []byte) bool {
		raw, ok := stringText(v)
		if string(name) == "data" && ok {
			opened, err = r.openPacked(r.unescape(raw), r.cut.Offset)
		}
		return !opened && err == nil
	})
	return opened, err
}

// openPacked opens the input in text, which does not move by that. It returns
// false if there is none.
func (r *Reader) openPacked(text []byte, offset int64) (bool, error) {
	if r.depth >= maxPacked {
		return false, nil
	}
	p := &r.packed
	body, err := base64.StdEncoding.AppendDecode(p.body[:0], text)
	if err != nil {
		body, err = base64.RawStdEncoding.AppendDecode(p.body[:0], text)
	}
	p.body = body[:0]
	if err != nil || len(body) < 2 {
		return false, nil
	}
	var src io.Reader = bytes.NewReader(body)
	if body[0] == 0x1f && body[1] == 0x8b {
		if p.gunzip == nil {
			p.gunzip = new(gzip.Reader)
		}
		if err := p.gunzip.Reset(src); err != nil {
			return false, nil
		}
		src = &capped{src: p.gunzip, left: int64(r.options.MaxRecord)}
	} else if body = bytes.TrimSpace(body); len(body) == 0 || body[0] != '{' && body[0] != '[' {
		return false, nil
	}
	if err := r.release(); err != nil {
		return false, err
	}
	if p.reader == nil {
		p.reader = &Reader{depth: r.depth + 1}
	}
	p.offset = offset
	p.reader.Reset(src, Options{MaxRecord: r.options.MaxRecord, Release: r.releasePacked, Problem: func(problem Problem) {
		r.problem(offset, "in the text packed here: "+problem.Reason, problem.Hint)
	}})
	p.open = true
	return true, nil
}

func (r *Reader) releasePacked() error {
	r.packed.stopped = r.release()
	return r.packed.stopped
}

// nextPacked returns the next record of the packed input, nil at its end.
func (r *Reader) nextPacked() (*Cut, error) {
	p := &r.packed
	cut, err := p.reader.Next()
	if err == nil {
		cut.Offset = p.offset
		return cut, nil
	}
	if p.stopped != nil {
		return nil, p.stopped
	}
	p.open = false
	r.passed += p.reader.passed
	switch {
	case !errors.Is(err, io.EOF):
		r.problem(p.offset, "the text packed here is damaged: "+err.Error(), "")
	case p.reader.form == "":
		r.problem(p.offset, "the text packed here holds no events", "")
	default:
		r.setForm(p.reader.form)
	}
	return nil, nil
}

var errPackedTooLarge = errors.New("it unpacks to more than a record may hold")

// capped ends with an error where a packed input is larger than a record may
// be.
type capped struct {
	src  io.Reader
	left int64
}

func (c *capped) Read(b []byte) (int, error) {
	if c.left <= 0 {
		var one [1]byte
		if n, err := c.src.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errPackedTooLarge
	}
	n, err := c.src.Read(b[:min(int64(len(b)), c.left)])
	c.left -= int64(n)
	return n, err
}
