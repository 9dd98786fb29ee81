package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheNumbersReplaceThoseOfThePage(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "performance.md")
	if err := os.WriteFile(page, []byte("# Speed\n\n"+beginMark+"\n\nold\n"+endMark+"\n\nthe end\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := writeBetweenMarks(page, "new\n"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if want := "# Speed\n\n" + beginMark + "\n\nnew\n\n" + endMark + "\n\nthe end\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if err := os.WriteFile(page, []byte("# Speed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeBetweenMarks(page, "new\n"); err == nil || !strings.Contains(err.Error(), "no place for the numbers") {
		t.Errorf("a page without marks: %v", err)
	}
}

func TestTimeIsAddedUpByPackage(t *testing.T) {
	t.Parallel()
	const top = `File: pugmark
Showing nodes accounting for 1000ms, 100% of 1000ms total
      flat  flat%   sum%        cum   cum%
     500ms 50.00% 50.00%      600ms 60.00%  github.com/klauspost/compress/flate.(*decompressor).huffmanBytesReader
     200ms 20.00% 70.00%      200ms 20.00%  github.com/pugmark/pugmark/internal/cloudtrail.(*Reader).Next
     150ms 15.00% 85.00%      150ms 15.00%  github.com/pugmark/pugmark/internal/cloudtrail.(*scan).step
     100ms 10.00% 95.00%      100ms 10.00%  indexbytebody
      45ms  4.50% 99.50%      200ms 20.00%  runtime.mallocgc (inline)
       5ms  0.50%   100%        5ms  0.50%  strings.ToLower
`
	var got []string
	for _, s := range byPackage(top) {
		got = append(got, s.where)
	}
	want := "github.com/klauspost/compress/flate, cloudtrail, Go: search and comparison of bytes, Go runtime and system calls, the rest"
	if strings.Join(got, ", ") != want {
		t.Errorf("%q", got)
	}
}

func TestABarStaysInItsCell(t *testing.T) {
	t.Parallel()
	table := table{head: []string{"command", "time"}}
	table.add("gzip -dc | jq", "5 ms")
	want := "| command        | time |\n|----------------|------|\n| gzip -dc \\| jq | 5 ms |\n"
	if got := table.String(); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}

func TestALimitHoldsUpToItsBound(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limit limit
		value float64
		holds bool
	}{
		{atMost(1.15, times), 1.15, true},
		{atMost(1.15, times), 1.16, false},
		{atLeast(4, times), 4, true},
		{atLeast(4, times), 3.99, false},
	} {
		if got := test.limit.holds(test.value); got != test.holds {
			t.Errorf("%v of %v: %v", test.value, test.limit, got)
		}
	}
}

func TestAnswersOfSeveralProcessesAreAddedUp(t *testing.T) {
	t.Parallel()
	if got, err := number("3\n0\n4\n"); got != "7" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := number("3\nno\n"); err == nil {
		t.Error("no is no number")
	}
}
