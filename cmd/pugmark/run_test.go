package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
)

func TestASearchOfEventsNeedsEvents(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"search", "eventName=x"}, nil, &stdout, &stderr, nil)
	if code != int(exitUsage) || !strings.Contains(stderr.String(), "no path to read them from") || stdout.Len() > 0 {
		t.Errorf("code %d, %q", code, stderr.String())
	}
	stderr.Reset()
	code = run(t.Context(), []string{"scan"}, nil, &stdout, &stderr, nil)
	if code != int(exitUsage) || !strings.Contains(stderr.String(), "scan needs logs to read") {
		t.Errorf("code %d, %q", code, stderr.String())
	}
}

// What was found before an interrupt is printed and labelled.
func TestInterruptedRunsShowWhatTheyHave(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"search", "user=* | stats count"}, {"scan", "-o", "table"}} {
		ctx, cancel := context.WithCancel(t.Context())
		stdin, feed := io.Pipe()
		var stdout, stderr bytes.Buffer
		done := make(chan int)
		go func() { done <- run(ctx, args, stdin, &stdout, &stderr, nil) }()
		if _, err := io.WriteString(feed, `{"user":"bob"}`+"\n"); err != nil {
			t.Fatal(err)
		}
		cancel()
		code := <-done
		if code != int(exitInterrupted) || !strings.Contains(stderr.String(), "interrupted: this is what was found so far") {
			t.Errorf("%v: code %d, %q", args, code, stderr.String())
		}
		if stdout.Len() == 0 || args[0] == "scan" && !strings.Contains(stdout.String(), "Summary of a partial scan") {
			t.Errorf("%v: %q", args, stdout.String())
		}
	}
}

// failing is a writer that fails.
type failing struct{ err error }

func (w failing) Write([]byte) (int, error) { return 0, w.err }

func TestAReaderThatHasSeenEnoughIsNoFailure(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	args := []string{"search", "| makeresults count=100000", "-o", "ndjson"}
	for _, args := range [][]string{args, {"search", "--help"}} {
		if code := run(t.Context(), args, nil, failing{syscall.EPIPE}, &stderr, nil); code != 0 || stderr.Len() > 0 {
			t.Errorf("%q: code %d, %q", args, code, stderr.String())
		}
	}
	code := run(t.Context(), args, nil, failing{errors.New("no space left")}, &stderr, nil)
	if code != int(exitUsage) || !strings.Contains(stderr.String(), "no space left") {
		t.Errorf("code %d, %q", code, stderr.String())
	}
}

func TestSizesAndCounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]byteSize{"512MiB": 512 << 20, "2g": 2 << 30, "1.5 KB": 1536, "100": 100, "1TiB": 1 << 40} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%s: %d, %v", text, b, err)
		}
	}
	for _, text := range []string{"", "lots", "-1", "0", "1e99", "NaN", "5 PiB", "1MiBs"} {
		var b byteSize
		if err := b.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for %d bytes", text, b)
		}
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := countText(n); got != want {
			t.Errorf("%d: got %s", n, got)
		}
	}
}

func TestShellWords(t *testing.T) {
	t.Parallel()
	if got, want := shellWords([]string{"a", "b c", "it's", ""}), `a 'b c' 'it'\''s' ''`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
