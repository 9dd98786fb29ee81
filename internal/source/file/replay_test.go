package file

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/source"
)

// A search with a subsearch scans its source twice, and standard input too.
func TestScanReadsStandardInputAgain(t *testing.T) {
	t.Parallel()
	text := manyLines(2000)
	count := func(s *Source, most int) (int, []string) {
		sink, request := &sink{most: most}, allTime()
		if err := s.Scan(t.Context(), request, []source.Sink{sink}); err != nil {
			t.Error(err)
		}
		return len(sink.events), collect(nil, request.Report, "").Problems
	}
	s := New([]string{Stdin}, Options{Stdin: strings.NewReader(text)})
	first, _ := count(s, 10) // ends early
	if again, problems := count(s, 0); first >= 2000 || again != 2000 || problems != nil {
		t.Errorf("%d events, then %d, problems %v", first, again, problems)
	}
	s = New([]string{Stdin}, Options{Stdin: strings.NewReader(text), Limits: Limits{Spool: 1000}})
	if n, problems := count(s, 0); n != 2000 || problems != nil {
		t.Errorf("%d events, problems %v", n, problems)
	}
	want := []string{"stdin: it cannot be read a second time, as the search asks for, since it is larger than 1000 bytes (save it to a file and name that)"}
	if _, problems := count(s, 0); !cmp.Equal(want, problems) {
		t.Errorf("problems %v", problems)
	}
}

func TestReplayKeepsOnDiskWhatIsMuch(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789abcdef", (inMemory+5<<20)/16)
	r := &replay{src: strings.NewReader(text), limit: 1 << 30}
	for range 2 {
		got, err := io.ReadAll(r.reader())
		if err != nil || string(got) != text {
			t.Errorf("%d bytes of %d, error %v", len(got), len(text), err)
		}
	}
}
