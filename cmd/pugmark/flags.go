package main

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines without a zone database

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/timeformat"
)

// outputFormat is the value of --output; empty until chosen.
type outputFormat string

func outputFormats() []string { return report.Names() }

// formatsFor are the formats that show a kind of result.
func formatsFor(kind report.Kind) []string {
	return slices.DeleteFunc(outputFormats(), func(name string) bool {
		_, err := report.Find(name, kind)
		return err != nil
	})
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *outputFormat) UnmarshalText(text []byte) error {
	*f = outputFormat(text)
	return oneOf(string(text), outputFormats(), "format")
}

// colorMode is the value of --color.
type colorMode string

func colorModes() []string { return []string{"auto", "always", "never"} }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (m *colorMode) UnmarshalText(text []byte) error {
	*m = colorMode(text)
	return oneOf(string(text), colorModes(), "choice")
}

func oneOf(got string, known []string, what string) error {
	if slices.Contains(known, got) {
		return nil
	}
	if hint := diag.Suggest(got, known); hint != "" {
		return fmt.Errorf("unknown %s %q; %s", what, got, hint)
	}
	return fmt.Errorf("unknown %s %q; choose %s", what, got, joinOr(known))
}

// joinOr writes a choice as prose.
func joinOr(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// zone is the value of --tz.
type zone struct{ *time.Location }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (z *zone) UnmarshalText(text []byte) error {
	name := string(text)
	location, err := time.LoadLocation(name)
	if err != nil {
		return fmt.Errorf("unknown time zone %q; write a name such as Europe/Berlin, UTC or Local", name)
	}
	z.Location = location
	return nil
}

// jobs is the value of --jobs; 0 means one per processor.
type jobs int

// maxJobs bounds the workers: more only cost memory.
const maxJobs = 1024

// UnmarshalText implements [encoding.TextUnmarshaler].
func (j *jobs) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > maxJobs {
		return fmt.Errorf("%q is no number of workers; write 1 to %d", text, maxJobs)
	}
	*j = jobs(n)
	return nil
}

func (j jobs) number() int {
	if j == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return int(j)
}

// count is the value of a limit that is a number of things; 0 means the
// default.
type count int64

// UnmarshalText implements [encoding.TextUnmarshaler].
func (c *count) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 32)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no number from 1 to %d", text, math.MaxInt32)
	}
	*c = count(n)
	return nil
}

func (c count) int() int64 { return int64(c) }

// byteSize is the value of a limit that is a size; 0 means the default.
type byteSize int64

// UnmarshalText implements [encoding.TextUnmarshaler].
func (b *byteSize) UnmarshalText(text []byte) error {
	s := strings.ToLower(strings.TrimSpace(string(text)))
	digits := strings.TrimRight(s, "kmgtib ")
	shift, ok := map[string]int{"": 0, "b": 0, "k": 10, "kb": 10, "kib": 10, "m": 20, "mb": 20, "mib": 20, "g": 30, "gb": 30, "gib": 30, "t": 40, "tb": 40, "tib": 40}[strings.TrimSpace(s[len(digits):])]
	n, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(n > 0) || n*math.Pow(2, float64(shift)) > 1<<60 {
		return fmt.Errorf("%q is no size; write 512MiB or 2GiB", text)
	}
	*b = byteSize(n * math.Pow(2, float64(shift)))
	return nil
}

// window is the time range of a run.
type window struct {
	now              time.Time
	earliest, latest float64
}

// window reads the time flags.
func (f *inputFlags) window(clock time.Time, location *time.Location) (window, error) {
	w := window{now: clock.In(location), earliest: math.Inf(-1), latest: math.Inf(1)}
	read := func(flag, text string, to func(time.Time)) error {
		if text == "" {
			return nil
		}
		t, err := timeformat.ParseModifier(text, w.now, location)
		if err != nil {
			return usageError{
				message: fmt.Sprintf("--%s: %v", flag, err),
				hint:    "times are written -24h@h, 2024-08-01, 2024-08-01T12:00:00Z or as epoch seconds",
			}
		}
		to(t)
		return nil
	}
	if err := read("now", f.Now, func(t time.Time) { w.now = t }); err != nil {
		return w, err
	}
	if err := read("earliest", f.Earliest, func(t time.Time) { w.earliest = event.Epoch(t) }); err != nil {
		return w, err
	}
	if err := read("latest", f.Latest, func(t time.Time) { w.latest = event.Epoch(t) }); err != nil {
		return w, err
	}
	if w.earliest >= w.latest {
		return w, usageError{message: fmt.Sprintf("--earliest %s is not before --latest %s: no event could match", f.Earliest, f.Latest)}
	}
	return w, nil
}

// formatOf returns the format of a file by its name, or ndjson.
func formatOf(file string) outputFormat {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".json":
		return "json"
	case ".csv":
		return "csv"
	case ".txt":
		return "table"
	case ".md":
		return "markdown"
	case ".html":
		return "html"
	}
	return "ndjson"
}
