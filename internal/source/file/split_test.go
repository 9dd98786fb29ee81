package file

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/source"
)

// A large file of lines gives the same events in the same order of arrival,
// and the same problems, whether it is read in parts or as a whole. (Lines that
// are no JSON are counted for each part.)
func TestPartsOfAFile(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 3000 {
		switch i {
		case 900:
			fmt.Fprintf(&text, "{\"a\":%d,\"long\":%q}\n", i, strings.Repeat("x", 5000)) // goes over several parts
		case 1500:
			fmt.Fprintf(&text, "{\"a\":1,\n\"b\":%q}\n", strings.Repeat("z", 3000)) // not on one line
		case 1600:
			text.WriteString("{\"a\":1,\"b\":\n{\"c\":1}}\n") // nor is this
		case 1700:
			text.WriteString("\r\n\n  \n")
		}
		fmt.Fprintf(&text, "{\"a\":%d,\"text\":%q}\n", i, strings.Repeat("y", i%70))
	}
	text.WriteString(`{"a":"the last without an end of line"}`)
	path := filepath.Join(t.TempDir(), "large.json")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(parts splitting) (seqs map[string]string, report *source.Report) {
		request := allTime()
		sinks := make([]source.Sink, 3)
		for i := range sinks {
			sinks[i] = &sink{}
		}
		from := New([]string{path}, Options{})
		from.splitting = parts
		if err := from.Scan(t.Context(), request, sinks); err != nil {
			t.Fatal(err)
		}
		seqs = map[string]string{}
		for _, s := range sinks {
			for _, e := range s.(*sink).events {
				seqs[fmt.Sprintf("%020d", e.Order().Seq)] = string(e.Record().Text())
			}
		}
		return seqs, request.Report
	}
	texts := func(seqs map[string]string) []string {
		var list []string
		for _, k := range slices.Sorted(maps.Keys(seqs)) {
			list = append(list, seqs[k])
		}
		return list
	}
	whole, wholeReport := read(largeFiles)
	parted, partedReport := read(splitting{size: 1, part: 1000})
	if len(whole) != 3004 {
		t.Errorf("%d records", len(whole))
	}
	if diff := cmp.Diff(texts(whole), texts(parted)); diff != "" {
		t.Error(diff)
	}
	wholeProblems, _ := wholeReport.Problems()
	partedProblems, _ := partedReport.Problems()
	if diff := cmp.Diff(wholeProblems, partedProblems); diff != "" {
		t.Error(diff)
	}
	for name, n := range map[string][2]int64{
		"files":   {wholeReport.Files.Load(), partedReport.Files.Load()},
		"bytes":   {wholeReport.Bytes.Load(), partedReport.Bytes.Load()},
		"records": {wholeReport.Records.Load(), partedReport.Records.Load()},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d as a whole, %d in parts", name, n[0], n[1])
		}
	}
	if diff := cmp.Diff(wholeReport.Forms(), partedReport.Forms()); diff != "" {
		t.Error(diff)
	}
}

// Only what begins with a line that is a record is read in parts.
func TestBeginsWithLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"{\"a\":1}\n{\"a\":2}\n":                          true,
		"{\"eventName\":\"x\",\"eventSource\":\"y\"}\r\n": true,
		"{\"a\":1}":                       false,
		"{\n\"a\":1}\n":                   false,
		"{\"Records\":[\n{\"a\":1}\n]}\n": false,
		"[{\"a\":1},\n{\"a\":2}]\n":       false,
		"a,b\n1,2\n":                      false,
		"no JSON\n":                       false,
		"{\"a\":1}{\"b\":2}\n":            false,
		"\x1f\x8b\n":                      false,
		"":                                false,
	} {
		if got := beginsWithLine([]byte(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
