package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/simulate"
	"github.com/pugmark/pugmark/internal/timeformat"
)

// simulateCommand writes CloudTrail to try detections on.
type simulateCommand struct {
	Dir string `arg:"" optional:"" help:"Directory to write to; it is made, or is to be empty."`

	Events     int64    `default:"50000" placeholder:"N" group:"simulate" help:"Events in all; 50,000 by default."`
	Seed       uint64   `default:"1" placeholder:"N" group:"simulate" help:"The same seed gives the same bytes; 1 by default."`
	Start      string   `placeholder:"TIME" group:"simulate" help:"Of the first day; 2026-11-02 by default."`
	Days       int      `default:"7" placeholder:"N" group:"simulate" help:"How many days; 7 by default."`
	Accounts   int      `default:"3" placeholder:"N" group:"simulate" help:"How many accounts; 3 by default."`
	Regions    []string `default:"us-east-1,eu-west-1,us-west-2" placeholder:"LIST" group:"simulate" help:"With commas; IAM and sign-ins are in us-east-1."`
	Org        bool     `group:"simulate" help:"The trail is that of an organization."`
	FileEvents *int     `placeholder:"N" xor:"file" group:"simulate" help:"Records in a file, on average; 200 by default."`
	FileSize   byteSize `placeholder:"SIZE" xor:"file" group:"simulate" help:"The same as a size of JSON, such as 64MiB."`
	Format     string   `default:"s3" placeholder:"FORMAT" group:"simulate" help:"s3, gzipped files as in a bucket, or jsonl, one file."`

	Scenario      []string `sep:"none" placeholder:"NAME" group:"scenarios" help:"Only these, or none; all by default. Repeatable."`
	ListScenarios bool     `group:"scenarios" help:"List the scenarios and write nothing."`
	Truth         string   `placeholder:"FILE" group:"scenarios" help:"What was planted and is to be found; by default DIR.truth.json."`
	Trust         string   `placeholder:"FILE" group:"scenarios" help:"Who is who, for scan and exposed; by default DIR.trust.yaml."`

	Force bool `group:"output" help:"Write into a directory that is not empty."`
	Jobs  jobs `placeholder:"N" group:"output" help:"Files at a time; one per processor by default."`
	Quiet bool `short:"q" group:"output" help:"No progress, no summary: errors only."`
}

func (simulateCommand) examples() []string {
	return []string{
		"simulate ./logs",
		"simulate ./logs --events 5000000 --days 30 --accounts 12 --org",
		"simulate ./large --events 2000000 --file-size 64MiB",
		"simulate ./logs --scenario ami-public --scenario mass-share --seed 7",
		"simulate --list-scenarios",
	}
}

func (c *simulateCommand) Run(a *app) (exitCode, error) {
	if c.ListScenarios {
		return exitOK, listScenarios(a.stdout)
	}
	if c.Dir == "" {
		return exitUsage, usageError{message: "simulate needs a directory to write to", hint: "try: pugmark simulate ./logs"}
	}
	config, err := c.config(a)
	if err != nil {
		return exitUsage, err
	}
	truthFile, err := c.beside("truth", c.Truth, ".truth.json")
	if err != nil {
		return exitUsage, err
	}
	trustFile, err := c.beside("trust", c.Trust, ".trust.yaml")
	if err != nil {
		return exitUsage, err
	}
	if truthFile == trustFile {
		return exitUsage, usageError{message: "--truth and --trust name the same file"}
	}
	if err := c.prepare(); err != nil {
		return exitUsage, err
	}
	begun := a.now()
	line := c.progress(a, &config)
	truth, err := simulate.Write(a.ctx, config, directory(c.Dir))
	line.stop()
	switch {
	case a.ctx.Err() != nil:
		return exitInterrupted, errors.New("interrupted: what was written to " + c.Dir + " is not complete, and there is no truth about it")
	case err != nil:
		return exitUsage, scenarioHint(err)
	}
	if err := errors.Join(writeBeside(truthFile, truth.WriteJSON), writeBeside(trustFile, truth.WriteTrust)); err != nil {
		return exitUsage, err
	}
	if c.Quiet {
		return exitOK, nil
	}
	return exitOK, c.summary(a, truth, truthFile, trustFile, a.now().Sub(begun))
}

// progress draws on a terminal how much is written.
func (c *simulateCommand) progress(a *app, config *simulate.Config) *progress {
	if c.Quiet || !isTerminal(a.stderr) {
		return nil
	}
	config.Written = &atomic.Int64{}
	written := config.Written
	return drawProgress(a.stderr, func(elapsed time.Duration) (done, total int64, text string) {
		done, total = min(written.Load(), c.Events), c.Events
		text = fmt.Sprintf(" %3d%%  %s of %s", done*100/total, countText(done), counts(total, "event"))
		if seconds := elapsed.Seconds(); seconds > 0 {
			text += fmt.Sprintf("  %s events/s", countText(int64(float64(done)/seconds)))
		}
		return done, total, text + leftText(done, total, elapsed)
	})
}

// config checks the flags as far as the simulation does not.
func (c *simulateCommand) config(a *app) (simulate.Config, error) {
	config := simulate.Config{
		Seed: c.Seed, Events: c.Events, Days: c.Days, Accounts: c.Accounts, Regions: c.Regions, Org: c.Org,
		Format: simulate.Format(c.Format), Scenarios: c.Scenario, Jobs: c.Jobs.number(),
	}
	if c.FileSize > 0 {
		config.FileEvents = int(max(1, int64(c.FileSize)/simulate.RecordSize))
	}
	files := int64(1)
	if c.FileEvents != nil {
		config.FileEvents, files = *c.FileEvents, int64(*c.FileEvents)
	}
	for _, flag := range []struct {
		name  string
		value int64
	}{{"events", c.Events}, {"days", int64(c.Days)}, {"accounts", int64(c.Accounts)}, {"file-events", files}} {
		if flag.value < 1 {
			return config, usageError{message: fmt.Sprintf("--%s: %d is no number from 1 on", flag.name, flag.value)}
		}
	}
	if c.Start != "" {
		start, err := timeformat.ParseModifier(c.Start, a.now(), time.UTC)
		if err != nil {
			return config, usageError{message: "--start: " + err.Error(), hint: "times are written 2026-11-02, 2026-11-02T12:00:00Z or -7d@d"}
		}
		config.Start = start
	}
	if err := config.Check(); err != nil {
		return config, scenarioHint(err)
	}
	return config, nil
}

// scenarioHint makes a usage error of what the simulation refuses.
func scenarioHint(err error) error {
	unknown, ok := errors.AsType[*simulate.UnknownScenarioError](err)
	if !ok {
		return err
	}
	names := []string{simulate.None}
	for _, s := range simulate.Scenarios() {
		names = append(names, s.Name)
	}
	e := usageError{message: unknown.Error(), hint: "see pugmark simulate --list-scenarios"}
	if near := diag.Nearest(unknown.Name, names); near != "" {
		e.hint = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}

// beside is where a file about the logs goes that no flag names: beside the
// directory rather than in it, so that a scan of the directory reads nothing but
// logs.
func (c *simulateCommand) beside(flag, name, suffix string) (string, error) {
	if name != "" {
		return name, nil
	}
	clean := filepath.Clean(c.Dir)
	if base := filepath.Base(clean); base != "." && base != ".." && base != string(filepath.Separator) {
		return clean + suffix, nil
	}
	whole, err := filepath.Abs(clean)
	if err != nil {
		return "", err
	}
	if filepath.Dir(whole) == whole {
		return "", usageError{message: "there is no place beside " + c.Dir, hint: "name a file with --" + flag}
	}
	return whole + suffix, nil
}

// prepare makes the directory, or sees that nothing is in it.
func (c *simulateCommand) prepare() error {
	entries, err := os.ReadDir(c.Dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(c.Dir, 0o777)
	case err != nil:
		return err
	case len(entries) > 0 && !c.Force:
		return usageError{message: c.Dir + " is not empty", hint: "name another directory, or write into this one with --force"}
	}
	return nil
}

// directory is where the files of a simulation go.
type directory string

// Create implements [simulate.Output].
func (d directory) Create(name string) (io.WriteCloser, error) {
	path := filepath.Join(string(d), filepath.FromSlash(name))
	f, err := os.Create(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return nil, err
		}
		f, err = os.Create(path)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func writeBeside(path string, write func(io.Writer) error) error {
	f, err := createFile(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.abort()
		return err
	}
	return f.commit()
}

// summary tells what was written.
func (c *simulateCommand) summary(a *app, truth *simulate.Truth, truthFile, trustFile string, elapsed time.Duration) error {
	t := truth.Totals
	text := fmt.Sprintf("wrote %s, %s, %s of JSON in %s", counts(t.Files, "file"), counts(t.Events, "event"), sizeText(t.Bytes), elapsedText(elapsed))
	if seconds := elapsed.Seconds(); seconds > 0 {
		text += fmt.Sprintf(", %s events/s", countText(int64(float64(t.Events)/seconds)))
	}
	text += fmt.Sprintf("\n%s of them are of %s", countText(t.Planted), counts(int64(len(truth.Scenarios)), "scenario"))
	if t.Duplicates > 0 {
		text += fmt.Sprintf("; %s delivered twice", counts(t.Duplicates, "record"))
	}
	text += fmt.Sprintf("\nthe truth is in %s; with --trust %s, scan and exposed find what it says\n", visibleLines(truthFile), visibleLines(trustFile))
	_, err := io.WriteString(a.stderr, text)
	return err
}

// listScenarios prints the scenarios, the name first on each line.
func listScenarios(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, s := range simulate.Scenarios() {
		techniques := strings.Join(s.Techniques, " ")
		if s.Benign {
			techniques = "benign"
		}
		b.WriteString(s.Name + " (" + techniques + ")\n  " + s.Summary + "\n  to find: " + s.Finds + "\n")
	}
	return b.Flush()
}
