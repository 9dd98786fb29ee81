package trial

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"
)

// maxShifted bounds the data whose times are changed: it is held in memory.
const maxShifted = 256 << 20

// timeMember is a member of a JSON object that tells when an event was, of the
// sourcetypes whose times the tests of content ask to be moved.
const timeMember = `"(?:eventTime|CreationTime|_time|time|timestamp|@timestamp)"\s*:\s*("[^"\\]{19,40}"|\d{13}\b|\d{10}\b)`

// shifted opens data with its times moved by a number of whole seconds.
func shifted(open func() (io.ReadCloser, error), size int64, by time.Duration) (io.ReadCloser, error) {
	src, err := open()
	if err != nil || by == 0 {
		return src, err
	}
	defer func() { _ = src.Close() }() // nothing was written
	if size > maxShifted {
		return nil, fmt.Errorf("update_timestamp: more than %d MiB cannot be moved in time", maxShifted>>20)
	}
	text, err := io.ReadAll(io.LimitReader(src, maxShifted))
	if err != nil {
		return nil, err
	}
	moved, n := shift(text, by)
	if n == 0 {
		return nil, fmt.Errorf("update_timestamp: no time to move was found; JSON that is not packed was expected")
	}
	return io.NopCloser(bytes.NewReader(moved)), nil
}

// shift moves the times of a text and tells how many there were. Only seconds
// change, so that fractions and zones stay as they are.
func shift(text []byte, by time.Duration) (moved []byte, n int) {
	end := 0
	for _, at := range regexp.MustCompile(timeMember).FindAllSubmatchIndex(text, -1) {
		start, stop := at[2], at[3]
		later, ok := later(string(text[start:stop]), by)
		if !ok {
			continue
		}
		moved = append(append(moved, text[end:start]...), later...)
		end = stop
		n++
	}
	return append(moved, text[end:]...), n
}

// later moves a time: quoted ISO 8601, or epoch seconds or milliseconds.
func later(text string, by time.Duration) (string, bool) {
	if text[0] != '"' {
		epoch, err := strconv.ParseInt(text, 10, 64)
		unit := time.Second
		if len(text) == 13 {
			unit = time.Millisecond
		}
		return strconv.FormatInt(epoch+int64(by/unit), 10), err == nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, text[1:1+len(layout)]); err == nil {
			return `"` + t.Add(by).Format(layout) + text[1+len(layout):], true
		}
	}
	return "", false
}
