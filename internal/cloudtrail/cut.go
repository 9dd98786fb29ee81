package cloudtrail

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/pugmark/pugmark/internal/jsonblock"
)

// The forms that [Reader.Form] names.
const (
	FormRecords      = "CloudTrail file"
	FormLines        = "JSON lines"
	FormArray        = "JSON array"
	FormObjects      = "JSON objects"
	FormEventBridge  = "EventBridge"
	FormLogEvents    = "CloudWatch Logs"
	FormLookupEvents = "LookupEvents"
	FormSplunk       = "Splunk export"
	FormHEC          = "HEC"
	FormLake         = "CloudTrail Lake or Athena"
	FormCSV          = "CSV"
	FormDigest       = "CloudTrail digest"
)

// topLevel reads on in a sequence of values.
func (r *Reader) topLevel(f *frame) (bool, error) {
	first := !r.begun
	if first {
		r.begun = true
		if err := r.begin(); err != nil {
			return false, err
		}
	}
	c, err := r.next()
	if err != nil {
		return false, err
	}
	switch c {
	case '{':
		next, _, err := r.peek(1)
		if err != nil {
			return false, err
		}
		if next == '"' || next == '}' {
			return r.object(f)
		}
	case '[':
		next, _, err := r.peek(1)
		if err != nil {
			return false, err
		}
		if next == '{' || next == '[' || next == ']' || next == '"' {
			r.setForm(FormArray)
			r.w.advance(1)
			r.push(frame{kind: frameArray})
			return false, nil
		}
	default:
		if first {
			if isTable, err := r.header(); isTable || err != nil {
				return false, err
			}
		}
		if c == '"' {
			if found, err := r.stringLine(); found || err != nil {
				return found && !r.packed.open, err
			}
			break
		}
		b, err := r.have(4)
		if err != nil {
			return false, err
		}
		if looksPacked(b) {
			if opened, err := r.packedLine(); opened || err != nil {
				return false, err
			}
		}
	}
	if r.otherText == 0 {
		r.otherAt = r.w.offset()
	}
	r.otherText++
	return false, r.skipLine()
}

// begin looks at the first bytes of the input.
func (r *Reader) begin() error {
	b, err := r.have(4)
	if err != nil {
		return err
	}
	refuse := func(reason, hint string) error {
		r.problem(0, reason, hint)
		r.w.advance(len(b))
		return io.EOF
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		r.w.advance(3)
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")),
		bytes.HasPrefix(b, []byte("{\x00")), bytes.HasPrefix(b, []byte("[\x00")), bytes.HasPrefix(b, []byte("\x00{")), bytes.HasPrefix(b, []byte("\x00[")):
		return refuse("text in UTF-16 or UTF-32, which is not read", "convert it to UTF-8, for example with iconv")
	case bytes.HasPrefix(b, []byte("PAR1")):
		return refuse("a Parquet file, which is not read here", "export it as JSON lines or CSV")
	}
	return nil
}

// element reads on in an array of records.
func (r *Reader) element(f *frame) (bool, error) {
	c, err := r.next()
	if errors.Is(err, io.EOF) {
		r.problem(r.w.offset(), "the input ends before the array of records is closed", "is the file cut off?")
	}
	if err != nil {
		return false, err
	}
	switch c {
	case '{':
		return r.object(f)
	case ']':
		r.w.advance(1)
		r.pop()
		return false, nil
	case '"':
		return r.stringElement(f)
	case '[':
		if len(r.frames) < maxFrames {
			r.w.advance(1)
			r.push(frame{kind: frameArray, holds: f.holds, control: f.control})
			return false, nil
		}
	default:
		if isScalar(c) {
			return false, r.skipScalar()
		}
	}
	r.problem(r.w.offset(), fmt.Sprintf("%q where a record or the end of the array was expected", c), "")
	r.strict = true
	r.w.advance(1)
	return false, r.skipTo(r.separator(f))
}

// skipScalar passes over an element that is no record.
func (r *Reader) skipScalar() error {
	r.problem(r.w.offset(), "an element of the array that is no object", "")
	for {
		b := r.w.bytes()
		i := 0
		for i < len(b) && isScalar(b[i]) {
			i++
		}
		r.w.advance(i)
		if i < len(b) {
			return nil
		}
		if err := r.w.more(); err != nil {
			return err
		}
	}
}

// object cuts the object with which the window begins, or enters it.
func (r *Reader) object(f *frame) (bool, error) {
	r.scan = scan{}
	if f.holds != FormRecords {
		r.notes.reset()
		r.scan.notes = &r.notes
	}
	if r.scan.notes != nil && !r.strict {
		if end, plain, ok := r.notes.fast(r.w.bytes()); ok {
			r.scan.Pos, r.scan.Escapes = end, !plain
			return r.whole(f)
		}
		r.notes.reset()
	}
	r.scan.Escapes = r.scan.notes != nil // which goes over strings without a look
	separator := r.separator(f)
	ended := false
	for {
		b := r.w.bytes()
		bound := false
		if r.strict {
			b, bound = separator.bound(b, r.w.offset(), ended)
		}
		switch r.scan.run(b) {
		case complete:
			return r.whole(f)
		case atArray:
			if entered, err := r.enter(); entered || err != nil {
				return false, err
			}
			r.scan.declined = true
			continue
		}
		if bound {
			r.problem(r.w.offset(), brokenRecord, "")
			r.w.advance(len(b))
			return false, nil
		}
		err := r.w.more()
		if errors.Is(err, io.EOF) && r.strict && !ended {
			ended = true // what was held back may complete it
			continue
		}
		if err != nil {
			return false, r.broken(f, err)
		}
	}
}

const brokenRecord = "a record whose quotes or brackets do not close"

// whole takes the object that the scan has followed to its end.
func (r *Reader) whole(f *frame) (bool, error) {
	text, offset := r.w.bytes()[:r.scan.Pos], r.w.offset()
	if f.kind == frameStream {
		switch {
		case !r.decided:
			r.decided = true
			r.oneLine = bytes.IndexByte(text, '\n') < 0
		case r.oneLine && !r.strict:
			if i := bytes.Index(text, newLine); i >= 0 {
				r.problem(offset, "a record that does not end on its line", "")
				r.strict = true
				r.w.advance(i + 1)
				return false, nil
			}
		}
	} else {
		switch c, _, err := r.peek(len(text)); {
		case err != nil:
			return false, err
		case c != ',' && c != ']' && c != '}' && c != '{' && c != 0:
			// Brackets that balance in the middle of something: a quote is
			// missing somewhere.
			r.problem(offset, brokenRecord, "")
			r.strict = true
			r.w.advance(1)
			return false, r.skipTo(r.separator(f))
		}
		text = r.w.bytes()[:r.scan.Pos] // it may have moved
		if r.separators[byBeginning].text == nil {
			r.separators[byBeginning].text = beginning(text)
		}
	}
	r.w.advance(len(text))
	return r.deliver(f, text, offset)
}

// broken is called when an object does not end: the input has ended, or the
// limit is reached. It finds a place from which to go on.
func (r *Reader) broken(f *frame, cause error) error {
	if !errors.Is(cause, io.EOF) && !errors.Is(cause, errTooLarge) {
		return cause
	}
	offset := r.w.offset()
	if b, bound := r.separator(f).bound(r.w.bytes(), offset, true); bound {
		r.problem(offset, brokenRecord, "")
		r.strict = true
		r.w.advance(len(b))
		return nil
	}
	if errors.Is(cause, errTooLarge) {
		r.tooLarge()
		if r.strict {
			r.w.advance(1)
			return r.skipTo(r.separator(f))
		}
		return r.skipRest()
	}
	r.problem(offset, "half a record at the end", "is the file cut off?")
	r.w.advance(len(r.w.bytes()))
	return io.EOF
}

func (r *Reader) tooLarge() {
	r.problem(r.w.offset(), fmt.Sprintf("a record larger than %d bytes", r.options.MaxRecord), "raise the limit of a record")
}

// skipRest follows the object at hand to its end and forgets it.
func (r *Reader) skipRest() error {
	r.scan.notes = nil
	for {
		status := r.scan.run(r.w.bytes())
		r.w.advance(r.scan.Pos)
		r.scan.shift(r.scan.Pos)
		if status == complete {
			return nil
		}
		if err := r.w.more(); err != nil {
			return err
		}
	}
}

// enter decides whether the array at which the scan stands holds records. If
// so, what was before it is forgotten.
func (r *Reader) enter() (bool, error) {
	if len(r.frames)+2 > maxFrames {
		return false, nil
	}
	first, at, err := r.peek(r.scan.Pos + 1)
	if err != nil {
		return false, err
	}
	holds, control := "", false
	switch r.scan.key {
	case keyRecords:
		if first == '{' || first == '[' || first == ']' {
			holds = FormRecords
		}
	case keyEvents:
		if ok, err := r.ahead(at, keyCloudTrailEvent); err != nil {
			return false, err
		} else if ok {
			holds = FormLookupEvents
		}
	case keyLogEvents:
		ok := r.notes.has(keyMessageType) || r.notes.has(keyLogGroup)
		if !ok {
			if ok, err = r.ahead(at, keyMessage); err != nil {
				return false, err
			}
		}
		if ok {
			holds = FormLogEvents
			control = string(r.notes.value(r.w.bytes(), keyMessageType)) == `"CONTROL_MESSAGE"`
		}
	case keyResults:
		if r.notes.has(keyPreview) {
			holds = FormSplunk
		}
	}
	if holds == "" {
		return false, nil
	}
	r.setForm(holds)
	r.w.advance(at)
	r.push(frame{kind: frameRest})
	r.push(frame{kind: frameArray, holds: holds, control: control})
	return true, nil
}

// ahead reports whether an object begins at i that has a key. In an input that
// is broken it does not look: that could cost the same bytes again and again.
func (r *Reader) ahead(i int, k key) (bool, error) {
	s := scan{Cursor: jsonblock.Cursor{Pos: i}, notes: &r.inside}
	r.inside.reset()
	if b := r.w.bytes(); r.strict || i >= len(b) || b[i] != '{' {
		return false, nil
	}
	for {
		switch s.run(r.w.bytes()) {
		case complete:
			return r.inside.has(k), nil
		case atArray:
			s.declined = true
		case needMore:
			switch err := r.w.more(); {
			case errors.Is(err, io.EOF), errors.Is(err, errTooLarge):
				return false, nil
			case err != nil:
				return false, err
			}
		}
	}
}

// rest reads on in an object behind an array of records. What it holds is
// forgotten, unless it is another such array.
func (r *Reader) rest() error {
	r.notes.reset()
	r.scan = scan{Cursor: jsonblock.Cursor{Depth: 1}, notes: &r.notes}
	for {
		status := r.scan.run(r.w.bytes())
		switch status {
		case complete:
			r.w.advance(r.scan.Pos)
			r.pop()
			return nil
		case atArray:
			// The frame stays: the reading comes back to it.
			if entered, err := r.enterAgain(); entered || err != nil {
				return err
			}
			r.scan.declined = true
			continue
		}
		keep := r.scan.keepFrom()
		r.w.advance(keep)
		r.scan.shift(keep)
		switch err := r.w.more(); {
		case errors.Is(err, io.EOF):
			r.problem(r.w.offset()+int64(len(r.w.bytes())), "the input ends inside an object", "is the file cut off?")
			r.w.advance(len(r.w.bytes()))
			return err
		case errors.Is(err, errTooLarge):
			r.scan.naming = false // a key so long is none that matters
		case err != nil:
			return err
		}
	}
}

// enterAgain enters a further array of the object whose rest is being read.
func (r *Reader) enterAgain() (bool, error) {
	n := len(r.frames)
	entered, err := r.enter()
	if entered {
		r.frames[n] = r.frames[n+1]
		r.frames = r.frames[:n+1]
	}
	return entered, err
}
