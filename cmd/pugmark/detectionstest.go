package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source/dataset"
	"github.com/pugmark/pugmark/internal/trial"
)

// testCommand runs the tests that detections carry.
type testCommand struct {
	Name []string `arg:"" optional:"" help:"Names, ids or file names; * is any text."`

	Story        []string `sep:"none" placeholder:"NAME" group:"select" help:"Only those of an analytic story."`
	Technique    []string `sep:"none" placeholder:"ID" group:"select" help:"Only those for an ATT&CK technique."`
	Type         []string `sep:"none" placeholder:"TYPE" group:"select" help:"Only TTP, Anomaly, Hunting or Correlation."`
	ChangedSince string   `placeholder:"REV" group:"select" help:"Only those that changes since a git revision touch."`
	All          bool     `group:"select" help:"Also manual tests, and what is not in production."`
	FailFast     bool     `group:"select" help:"None behind the first detection that fails."`

	AttackData string `placeholder:"DIR" group:"input" help:"A copy of the public data sets, for URLs in tests."`
	Download   bool   `group:"input" help:"Fetch what is in no copy."`
	CacheDir   string `placeholder:"DIR" group:"input" help:"Where fetched data is kept; the user's cache."`
	Now        string `placeholder:"TIME" group:"input" help:"What now() is; just after each test's newest event."`
	Jobs       jobs   `placeholder:"N" group:"input" help:"Detections at a time; one per processor."`

	limitFlags
	contentFlags
	outputFlags
}

func (testCommand) result() report.Kind { return report.Tests }

func (testCommand) examples() []string {
	return []string{
		"detections test",
		"detections test --content ./content --attack-data ./attack_data",
		"detections test --content . --changed-since main -o junit > tests.xml",
	}
}

func (testCommand) exits() []string {
	return []string{"0    no test failed", "1    a test failed", "2    bad usage or bad content; no test failed", "130  interrupted"}
}

func (c *testCommand) Run(a *app) (exitCode, error) {
	library, err := c.loadContent()
	if err != nil {
		return exitUsage, err
	}
	if len(c.Trust) > 0 && !c.Quiet {
		a.tell("note: tests run with the trust files that they name, and not with --trust")
	}
	s := a.newSession(library, &inputFlags{}, &c.outputFlags, window{}, nil)
	tests, err := c.config(a, library)
	if err != nil {
		return exitUsage, err
	}
	chosen, err := c.choose(a.ctx, library, tests)
	if err != nil {
		return exitUsage, err
	}
	out, err := c.open(a, c.result())
	if err != nil {
		return exitUsage, err
	}
	var done atomic.Int64
	tests.Done = func() { done.Add(1) }
	stop := s.countDetections(len(chosen), &done)
	start := a.now()
	outcomes := trial.Run(a.ctx, chosen, *tests)
	stop()
	run := &report.TestRun{Elapsed: a.now().Sub(start), Named: c.Verbose || len(c.Name) > 0}
	for _, o := range outcomes {
		run.Tests = append(run.Tests, tested(o, c.Verbose))
	}
	if err := s.deliver(out, report.WriteTests(out, out.format, run, out.options)); err != nil {
		return exitUsage, err
	}
	code := testExitCode(a.ctx, library, outcomes, len(c.Name) > 0)
	return code, s.close(nil, run.Summary().String()+" in "+elapsedText(run.Elapsed))
}

// config says what the tests may use.
func (c *testCommand) config(a *app, library *library) (*trial.Config, error) {
	tests := &trial.Config{
		Library: library.all(), Dirs: library.dirs, Env: *library.env(), Lookups: library.base.Lookups, Places: library.geo(),
		Location: c.location(),
		Limits:   c.searchLimits(), Files: c.fileLimits(),
		Jobs: c.Jobs.number(), All: c.All, FailFast: c.FailFast, Clock: a.now,
	}
	if c.Now != "" {
		w, err := (&inputFlags{Now: c.Now}).window(a.now(), c.location())
		if err != nil {
			return nil, err
		}
		tests.Now = w.now
	}
	finder, err := newFinder(c.AttackData, c.Download, c.CacheDir)
	if err != nil {
		return nil, err
	}
	tests.Finder = finder
	return tests, nil
}

// newFinder returns what finds data, given the flags for that.
func newFinder(attackData string, download bool, cacheDir string) (*dataset.Finder, error) {
	finder := &dataset.Finder{MirrorName: attackData}
	if attackData != "" {
		mirror, err := dataset.OpenMirror(attackData)
		if err != nil {
			if failure, ok := errors.AsType[*fs.PathError](err); ok {
				err = failure.Err
			}
			return nil, usageError{message: fmt.Sprintf("--attack-data %s: %v", attackData, err)}
		}
		finder.Mirror = mirror
	}
	if !download {
		return finder, nil
	}
	finder.Client = &http.Client{Timeout: downloadTimeout}
	if cacheDir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, usageError{message: "there is no directory for what is fetched", hint: "name one with --cache-dir DIR"}
		}
		cacheDir = filepath.Join(cache, "pugmark", "attack_data")
	}
	finder.CacheDir = cacheDir
	return finder, nil
}

// downloadTimeout bounds one file.
const downloadTimeout = 10 * time.Minute

// choose returns the detections to test.
func (c *testCommand) choose(ctx context.Context, library *library, tests *trial.Config) ([]*detection.Detection, error) {
	selection := detection.Selection{Names: c.Name, Stories: c.Story, Techniques: c.Technique, Types: c.Type}
	chosen, err := selection.Select(tests.Library.Detections)
	if err != nil {
		return nil, err
	}
	if len(chosen) == 0 {
		return nil, usageError{message: "there is no detection to test", hint: "see which there are: pugmark detections list"}
	}
	if c.ChangedSince == "" {
		return chosen, nil
	}
	own := library.dirs
	if !c.NoBuiltin {
		own = own[1:] // what the binary carries does not change
	}
	if len(own) == 0 {
		return nil, usageError{message: "--changed-since needs a content directory in git", hint: "name it with --content DIR"}
	}
	var changes []trial.Changes
	for _, dir := range own {
		paths, err := changedPaths(ctx, cmp.Or(dir.Name, "."), c.ChangedSince)
		if err != nil {
			return nil, err
		}
		changes = append(changes, trial.Changes{Dir: dir, Paths: paths})
	}
	return tests.Affected(chosen, changes), nil
}

// tested writes an outcome as reports show it.
func tested(o *trial.Outcome, withRows bool) report.Test {
	d := o.Detection
	t := report.Test{
		Detection: report.TestedDetection{ID: d.ID, Name: d.Name, File: d.File},
		Technique: d.Annotations().Techniques, Name: o.Test, Verdict: string(o.Verdict), Reason: o.Reason,
		Messages: o.Messages, Notes: o.Notes, Events: o.Events, Rows: o.Rows, Elapsed: o.Elapsed,
	}
	if withRows {
		for _, f := range o.Results {
			t.Results = append(t.Results, f.Result)
		}
	}
	return t
}

// testExitCode weighs what came of the tests. A search that needs what this
// program does not have is no fault of the content, unless its detection was
// asked for by name.
func testExitCode(ctx context.Context, library *library, outcomes []*trial.Outcome, named bool) exitCode {
	code := exitOK
	if len(library.problems) > 0 {
		code = exitUsage
	}
	for _, o := range outcomes {
		switch {
		case o.Verdict == trial.Failed:
			return exitFindings
		case o.Verdict == trial.NotRunnable && (named || !o.Unsupported):
			code = exitUsage
		}
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	return code
}

// countDetections shows on a terminal how many of the detections are done,
// until stop is called.
func (s *session) countDetections(total int, done *atomic.Int64) (stop func()) {
	if s.output.Quiet || !isTerminal(s.app.stderr) || total == 0 {
		return func() {}
	}
	container := mpb.New(mpb.WithOutput(s.app.stderr), mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh())
	bar := container.New(int64(total)+1, // a full bar would end itself
		mpb.BarStyle().Lbound("").Filler("━").Tip("━").Padding("─").Rbound(""),
		mpb.BarWidth(24),
		mpb.BarRemoveOnComplete(),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			return fmt.Sprintf("  %s of %s tested", countText(done.Load()), counts(int64(total), "detection"))
		})),
	)
	ended := make(chan struct{})
	go func() {
		tick := time.NewTicker(refresh)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				bar.SetCurrent(done.Load())
			}
		}
	}()
	return func() {
		close(ended)
		bar.Abort(true)
		container.Wait()
	}
}
