package bundle

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Evidence is the raw events of findings, in the order of time. They are on
// disk, so that there may be many. Close lets go of them.
type Evidence struct {
	Totals
	Inputs []Input // in the order of their names
	// Logs are the files, and members of archives, that events were read from.
	Logs []string

	file *os.File
}

// Input is a file that evidence was read from.
type Input struct {
	File   string `json:"file"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"` // of the file as it is stored
	Events int64  `json:"events,omitempty"`
	// Problem is why there is no hash.
	Problem string `json:"problem,omitempty"`
}

// Entry says of a raw event where it stands: in the logs, and in the bundle.
type Entry struct {
	EventID string `json:"event_id"`
	Time    string `json:"time,omitempty"` // RFC 3339
	File    string `json:"file"`
	Member  string `json:"member,omitempty"` // of an archive: file!member
	// Offset is where in the unpacked content of the file or member the record
	// or the record around it begins.
	Offset int64  `json:"offset"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"` // of the record
	// Findings are those that it is evidence of.
	Findings []string `json:"findings"`
	// In is the member that has it, and Line where in it, from 1 on; if it is
	// left out there is none.
	In      string `json:"in,omitempty"`
	Line    int64  `json:"line,omitempty"`
	LeftOut bool   `json:"left_out,omitempty"`
}

// The members that hold raw events.
const (
	EventsFile = "events.ndjson"
	longFolder = "events/"
)

// evidenceWriter puts entries and records aside.
type evidenceWriter struct {
	*Evidence
	w     *bufio.Writer
	lines int64 // of the member of events of one line
	long  int64 // events of several lines
	full  bool
}

func newEvidence(limit int64) (*evidenceWriter, error) {
	f, err := os.CreateTemp("", "pugmark-*.evidence")
	if err != nil {
		return nil, err
	}
	// Where the system allows it the file has no name from here on, so that
	// nothing is left behind however the process ends.
	_ = os.Remove(f.Name())
	e := &Evidence{file: f, Totals: Totals{Limit: limit, Missing: []string{}}}
	return &evidenceWriter{Evidence: e, w: bufio.NewWriterSize(f, 1<<18)}, nil
}

// add writes an event, or that it is left out: the first that does not fit ends
// what is included, so that what is there is whole up to a moment.
func (e *evidenceWriter) add(entry Entry, raw []byte) error {
	e.Found++
	if e.full = e.full || e.Bytes+int64(len(raw)) > e.Limit; e.full {
		e.LeftOut++
		entry.LeftOut, raw = true, nil
	} else {
		e.Included++
		e.Bytes += int64(len(raw))
		if bytes.ContainsRune(raw, '\n') {
			e.long++
			entry.In = fmt.Sprintf("%s%06d.txt", longFolder, e.long)
		} else {
			e.lines++
			entry.In, entry.Line = EventsFile, e.lines
		}
	}
	text, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	for _, part := range [][]byte{text, raw} {
		if _, err := e.w.Write(binary.AppendUvarint(nil, uint64(len(part)))); err != nil {
			return err
		}
		if _, err := e.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Each gives the events in order. A record is valid until f returns.
func (e *Evidence) Each(f func(entry *Entry, raw []byte) error) error {
	if _, err := e.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReaderSize(e.file, 1<<18)
	var text, raw []byte
	for {
		var err error
		if text, err = readPart(r, text); errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			raw, err = readPart(r, raw)
		}
		if err != nil {
			return fmt.Errorf("read the evidence put aside: %w", err)
		}
		var entry Entry
		if err := json.Unmarshal(text, &entry); err != nil {
			return err
		}
		if err := f(&entry, raw); err != nil {
			return err
		}
	}
}

func readPart(r *bufio.Reader, buf []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return buf, err
	}
	if uint64(cap(buf)) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return buf, io.ErrUnexpectedEOF
	}
	return buf, nil
}

// Close lets go of the events.
func (e *Evidence) Close() error {
	err := e.file.Close()
	if removal := os.Remove(e.file.Name()); removal != nil && !errors.Is(removal, os.ErrNotExist) {
		err = errors.Join(err, removal)
	}
	return err
}
