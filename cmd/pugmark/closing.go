package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source"
)

// maxNamed is how many problems or warnings of a kind are named without
// --verbose; the rest is counted.
const maxNamed = 10

// capped returns how many of n things are named, and how many are only
// counted. Naming one is no longer than counting it.
func (s *session) capped(n int) (named, counted int) {
	if s.output.Verbose || n <= maxNamed+1 {
		return n, 0
	}
	return maxNamed, n - maxNamed
}

func (s *session) counted(n int, what string) {
	if n == 0 {
		return
	}
	hint := ""
	if !s.output.Verbose {
		hint = "; -v names them"
	}
	s.app.tell("warning: and %s more %s%s", countText(int64(n)), what, hint)
}

// problems names what could not be read, each on a line.
func (s *session) problems() {
	problems, more := s.report.Problems()
	slices.SortStableFunc(problems, func(x, y source.Problem) int {
		return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Offset, y.Offset))
	})
	named, counted := s.capped(len(problems))
	for _, p := range problems[:named] {
		s.app.tell("warning: %s", report.Visible(p.String()))
	}
	s.counted(counted+more, "problems with the input")
}

// contentProblems names the content files that were passed over, and with
// --verbose the folders that are not read at all.
func (s *session) contentProblems() {
	if s.output.Verbose {
		for _, folder := range s.library.notRead() {
			s.app.tell("not read: %s", report.Visible(folder))
		}
	}
	named, counted := s.capped(len(s.library.problems))
	for _, p := range s.library.problems[:named] {
		s.app.tell("%s", p.RenderWarning())
	}
	s.counted(counted, "problems with the content")
}

// warnings shows what a person should know about searches, each with its place
// in the search.
func (s *session) warnings(all []*plan.Warning) {
	if !s.output.Verbose {
		all = slices.DeleteFunc(slices.Clone(all), func(w *plan.Warning) bool { return w.Code == diag.SlowRegex })
	}
	named, counted := s.capped(len(all))
	for _, w := range all[:named] {
		text := w.RenderWarning()
		if w.Count > 1 {
			text += fmt.Sprintf("\n   %s times", countText(int64(w.Count)))
		}
		s.app.tell("%s", text)
	}
	s.counted(counted, "warnings about searches")
}

// reading tells how much was read, how fast, and of what form.
func (s *session) reading() string {
	files := s.report.Files.Load()
	total := max(s.report.TotalFiles.Load(), files)
	text := fmt.Sprintf("read %s of %s", countText(files), counts(total, "file"))
	if skipped := s.report.Skipped.Load(); skipped > 0 {
		text += fmt.Sprintf(" (%s skipped by the dates in their names)", countText(skipped))
	}
	records := s.report.Records.Load()
	text += fmt.Sprintf(", %s, %s", sizeText(s.report.Bytes.Load()), counts(records, "record"))
	if passed := s.report.Passed.Load(); passed > 0 {
		text += fmt.Sprintf(" and %s that are no events", countText(passed))
	}
	if forms := s.report.Forms(); len(forms) > 0 {
		names := slices.SortedFunc(maps.Keys(forms), func(x, y string) int {
			return cmp.Or(cmp.Compare(forms[y], forms[x]), cmp.Compare(x, y))
		})
		for i, name := range names {
			names[i] = fmt.Sprintf("%s %s", countText(forms[name]), name)
		}
		text += " (" + strings.Join(names, ", ") + ")"
	}
	if scans := s.report.Scans.Load(); scans > 1 {
		text += fmt.Sprintf(" in %d passes, one for each search inside the search", scans)
	}
	text += " in " + elapsedText(s.elapsed)
	if rate := float64(records) / s.elapsed.Seconds(); rate >= 1 && !math.IsInf(rate, 0) {
		text += fmt.Sprintf(", %s records/s", countText(int64(rate)))
	}
	return text
}

// counts writes a number of things.
func counts(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return countText(n) + " " + what + "s"
}

// elapsedText writes a duration with about three digits.
func elapsedText(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(10 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
