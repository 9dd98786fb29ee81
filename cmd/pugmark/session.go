package main

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

// session is one pass over the input, with what it tells the user about it.
type session struct {
	app     *app
	library *library
	output  *outputFlags
	config  engine.Config
	report  *source.Report
	matched atomic.Int64
	elapsed time.Duration
	// err is why the input could not be read; partial tells that the user
	// ended the pass.
	err     error
	partial bool
}

func (a *app) newSession(library *library, input *inputFlags, output *outputFlags, w window, from source.Source) *session {
	s := &session{app: a, library: library, output: output, report: &source.Report{}}
	s.config = engine.Config{
		Source: from, Lookups: library.base.Lookups, Places: library.geo(), Models: library.models,
		Now: w.now, Location: output.location(), Earliest: w.earliest, Latest: w.latest,
		Limits: input.searchLimits(),
		Jobs:   input.Jobs.number(),
		Report: s.report, Matched: &s.matched,
	}
	return s
}

// pass runs f, which reads the input, with a progress line on a terminal.
func (s *session) pass(f func() error) {
	var line *progress
	if !s.output.Quiet && isTerminal(s.app.stderr) {
		line = startProgress(s.app.stderr, s.report, &s.matched, "matched")
	}
	start := time.Now()
	err := f()
	s.elapsed = time.Since(start)
	line.stop()
	if s.app.ctx.Err() != nil {
		s.partial = true
		return
	}
	s.err = err
}

// deliver ends the output, of which writeErr is how the writing went. If
// nothing could be read there is no file: an empty one would say that there was
// nothing to find.
func (s *session) deliver(out *destination, writeErr error) error {
	if writeErr != nil || s.err != nil {
		out.discard()
		return writeErr
	}
	return out.finish()
}

// exitCode is what the reading of the input amounts to.
func (s *session) exitCode() exitCode {
	switch problems, _ := s.report.Problems(); {
	case s.partial:
		return exitInterrupted
	case s.err != nil || len(problems) > 0:
		return exitUnread
	}
	return exitOK
}

// close tells on standard error what was read and what went wrong. result is
// what came of it, "" if that has been told.
func (s *session) close(warnings []*plan.Warning, result string) error {
	err := s.library.close()
	if s.err != nil && !errors.Is(s.err, engine.ErrNoSource) {
		s.app.printError(s.err)
	}
	s.problems()
	s.contentProblems()
	s.trustProblems()
	if s.output.Quiet {
		return err
	}
	s.warnings(warnings)
	for _, name := range s.library.base.Lookups.Unsaved() {
		s.app.tell("warning: lookup %s was written for this run only; keep it with --state-dir DIR", visibleLines(name))
	}
	if s.partial {
		s.app.tell("interrupted: this is what was found so far")
	}
	if s.config.Source != nil {
		s.app.tell("%s", s.reading())
	}
	if result != "" {
		s.app.tell("%s", result)
	}
	return err
}
