package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/hec"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

// replayCommand sends logs to a HTTP Event Collector.
type replayCommand struct {
	Dataset []string `arg:"" optional:"" help:"YAML of data sets, or log files; directories of either."`

	URL      string        `name:"url" placeholder:"URL" group:"receiver" help:"Such as https://splunk:8088."`
	Token    string        `placeholder:"TOKEN" group:"receiver" help:"Better given as PUGMARK_TOKEN."`
	CAFile   string        `name:"ca-file" placeholder:"FILE" group:"receiver" help:"Certificates to trust, in PEM."`
	Insecure bool          `group:"receiver" help:"Trust any certificate."`
	Endpoint string        `default:"event" placeholder:"NAME" group:"receiver" help:"event, or raw as replay.py uses."`
	Timeout  time.Duration `default:"30s" placeholder:"TIME" group:"receiver" help:"For an answer; 30s by default."`

	Index           string `placeholder:"NAME" group:"events" help:"Instead of what the data set tells."`
	Source          string `placeholder:"NAME" group:"events" help:"Likewise."`
	Sourcetype      string `placeholder:"NAME" group:"events" help:"Likewise."`
	Host            string `placeholder:"NAME" group:"events" help:"Instead of the data set's id."`
	UpdateTimestamp bool   `group:"events" help:"Move times so that each set's newest is now."`
	Lines           bool   `group:"events" help:"Every line is an event, whatever it holds."`

	AttackData string `placeholder:"DIR" group:"input" help:"A copy of the public data sets."`
	Download   bool   `group:"input" help:"Fetch what is in no copy."`
	CacheDir   string `placeholder:"DIR" group:"input" help:"Where fetched data is kept; the user's cache."`

	BatchEvents     count         `placeholder:"N" group:"sending" help:"Events in a request; 1,000 by default."`
	BatchBytes      byteSize      `placeholder:"SIZE" group:"sending" help:"Bytes in a request; 512 KiB by default."`
	EventsPerSecond float64       `placeholder:"N" group:"sending" help:"No faster than that."`
	Retries         int           `default:"6" placeholder:"N" group:"sending" help:"Of a request, when the server is busy; 6."`
	NoGzip          bool          `group:"sending" help:"Send without compression."`
	Ack             bool          `group:"sending" help:"Wait until indexers have written all."`
	AckTimeout      time.Duration `default:"5m" placeholder:"TIME" group:"sending" help:"For that; 5m by default."`
	DryRun          bool          `group:"sending" help:"Read everything and send nothing."`

	Quiet   bool `short:"q" group:"output" help:"No progress, no summary: errors only."`
	Verbose bool `short:"v" group:"output" help:"Name everything that was unread or refused."`
}

func (replayCommand) examples() []string {
	return []string{
		"replay T1537.yml --url https://splunk:8088 --update-timestamp",
		"replay attack_data/datasets --url https://splunk:8088 --index test",
		"replay ./logs --url http://localhost:8088 --ack",
	}
}

func (replayCommand) exits() []string {
	return []string{
		"0    all was sent",
		"2    bad usage, or the server refuses such requests",
		"3    some was not read, or not taken by the server",
		"130  interrupted",
	}
}

// Run implements [subcommand].
func (c *replayCommand) Run(a *app) (exitCode, error) {
	if err := c.check(); err != nil {
		return exitUsage, err
	}
	// The numbers of refused events are told as they come, but not all.
	refused := 0
	config, err := c.config(func(number int64, err *hec.Error) {
		if refused++; refused <= maxNamed || c.Verbose {
			a.tell("warning: event %s was refused: %s", countText(number), report.Visible(err.Error()))
		}
	})
	if err != nil {
		return exitUsage, err
	}
	client, err := hec.New(config)
	if err != nil {
		return exitUsage, usageError{message: "--url: " + err.Error(), hint: "write it as https://splunk.example.com:8088"}
	}
	finder, err := newFinder(c.AttackData, c.Download, c.CacheDir)
	if err != nil {
		return exitUsage, err
	}
	r := &replay{
		command: c, client: client, finder: finder, now: event.Epoch(a.now()),
		session: &session{
			app: a, library: &library{}, output: &outputFlags{Quiet: c.Quiet, Verbose: c.Verbose}, report: &source.Report{},
		},
	}
	sets, err := r.sets(a.ctx)
	if err != nil {
		return exitUsage, err
	}
	var line *progress
	if !c.Quiet && isTerminal(a.stderr) {
		line = startProgress(a.stderr, r.session.report, &client.Stats().Events, "sent")
	}
	begun := a.now()
	err = r.run(a.ctx, sets)
	line.stop()
	return r.close(err, a.now().Sub(begun))
}

// check looks at flags that exclude or need one another.
func (c *replayCommand) check() error {
	switch {
	case len(c.Dataset) == 0:
		return usageError{message: "replay needs data sets or logs to send", hint: "try: pugmark replay T1537.yml --url https://splunk:8088"}
	case c.URL == "" && !c.DryRun:
		return usageError{message: "replay needs a server to send to", hint: "name it with --url https://splunk:8088, or see what would be sent with --dry-run"}
	case c.Token == "" && !c.DryRun:
		return usageError{message: "replay needs the token of a HTTP Event Collector", hint: "set the environment variable PUGMARK_TOKEN"}
	case c.UpdateTimestamp && c.Endpoint == string(hec.Raw):
		return usageError{message: "--update-timestamp needs --endpoint event", hint: "the server reads the times of raw events from their text"}
	case c.UpdateTimestamp && c.Lines:
		return usageError{message: "--update-timestamp and --lines exclude one another", hint: "lines have no time that is known here"}
	case c.Insecure && c.CAFile != "":
		return usageError{message: "--insecure and --ca-file exclude one another"}
	case c.Timeout <= 0 || c.AckTimeout <= 0:
		return usageError{message: "--timeout and --ack-timeout are to be more than nothing", hint: "times are written 30s or 5m"}
	case c.Retries < 0 || c.Retries > maxRetries:
		return usageError{message: fmt.Sprintf("--retries: %d is no number from 0 to %d", c.Retries, maxRetries)}
	case !(c.EventsPerSecond >= 0) || math.IsInf(c.EventsPerSecond, 0): // not a number, too
		return usageError{message: "--events-per-second: a number above 0 was expected"}
	}
	if err := oneOf(c.Endpoint, hec.Endpoints(), "endpoint"); err != nil {
		return usageError{message: "--endpoint: " + err.Error()}
	}
	return nil
}

// maxRetries bounds --retries: with a minute before each it is more than a day.
const maxRetries = 2000

func (c *replayCommand) config(refused func(int64, *hec.Error)) (hec.Config, error) {
	config := hec.Config{
		URL: c.URL, Token: c.Token, Endpoint: hec.Endpoint(c.Endpoint), Clock: systemClock{},
		Plain: c.NoGzip, BatchBytes: int(c.BatchBytes), BatchEvents: int(c.BatchEvents.int()),
		Retries: c.Retries, Rate: c.EventsPerSecond, Ack: c.Ack, AckTimeout: c.AckTimeout,
		DryRun: c.DryRun, Refused: refused,
	}
	trust := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.Insecure}
	if c.CAFile != "" {
		text, err := os.ReadFile(c.CAFile)
		if err != nil {
			return config, usageError{message: "--ca-file: " + err.Error()}
		}
		trust.RootCAs = x509.NewCertPool()
		if !trust.RootCAs.AppendCertsFromPEM(text) {
			return config, usageError{message: "--ca-file: " + c.CAFile + " has no certificate in PEM"}
		}
	}
	config.HTTP = &http.Client{
		Timeout: c.Timeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: c.Timeout, IdleConnTimeout: time.Minute,
		},
	}
	return config, nil
}

// systemClock is the clock of the machine.
type systemClock struct{}

// Now implements [hec.Clock].
func (systemClock) Now() time.Time { return time.Now() }

// Sleep implements [hec.Clock].
func (systemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// run sends the sets one after the other.
func (r *replay) run(ctx context.Context, sets []*replaySet) error {
	for _, set := range sets {
		if r.command.UpdateTimestamp {
			newest := math.Inf(-1)
			err := r.read(ctx, set, func(record hec.Record) error {
				if record.HasTime {
					newest = max(newest, record.Time)
				}
				return nil
			})
			if err != nil {
				return err
			}
			if !math.IsInf(newest, 0) {
				set.shift = r.now - newest
			}
		}
		err := r.read(ctx, set, func(record hec.Record) error {
			record.Time += set.shift
			return r.client.Send(ctx, record)
		})
		if err != nil {
			return err
		}
	}
	return r.client.Close(ctx)
}

// read gives all records of a set. That nothing of it could be read is among
// the problems.
func (r *replay) read(ctx context.Context, set *replaySet, use func(hec.Record) error) error {
	if r.command.Lines {
		return r.readLines(ctx, set, use)
	}
	sink := &replaySink{set: set, use: use}
	request := source.Request{Earliest: math.Inf(-1), Latest: math.Inf(1), Report: r.session.report}
	err := set.source.Scan(ctx, request, []source.Sink{sink})
	if errors.Is(err, source.ErrNothingRead) {
		return nil
	}
	return err
}

// replaySink makes records of events.
type replaySink struct {
	set *replaySet
	use func(hec.Record) error
}

// Push implements [source.Sink].
func (s *replaySink) Push(batch event.Batch) (bool, error) {
	for _, e := range batch {
		record := hec.Record{Text: []byte(e.Get("_raw").String()), Meta: s.set.metaOf(e)}
		record.Time, record.HasTime = e.Get("_time").Float()
		if err := s.use(record); err != nil {
			return false, err
		}
	}
	return true, nil
}

// metaOf is what the server is told about an event. A host and an index that
// nobody named are left to the server.
func (set *replaySet) metaOf(e *event.Event) hec.Meta {
	meta := hec.Meta{
		Host: e.Get("host").String(), Source: e.Get("source").String(),
		Sourcetype: e.Get("sourcetype").String(), Index: e.Get("index").String(),
	}
	if !set.hosted && meta.Host == file.DefaultHost {
		meta.Host = ""
	}
	if !set.indexed && meta.Index == file.DefaultIndex {
		meta.Index = ""
	}
	return meta
}

// close tells what was sent and what was not.
func (r *replay) close(err error, elapsed time.Duration) (exitCode, error) {
	s, stats := r.session, r.client.Stats()
	code := s.exitCode()
	s.problems()
	if problems, _ := s.report.Problems(); len(problems) > 0 && !r.command.Lines && s.report.Records.Load() == 0 {
		s.app.tell("  what is not JSON is sent with --lines, each line as it is")
	}
	if n := stats.Refused.Load(); n > 0 {
		code = exitUnread
	}
	if !r.command.Quiet {
		s.app.tell("%s", r.summary(elapsed))
	}
	switch {
	case s.app.ctx.Err() != nil:
		return exitInterrupted, errors.New("interrupted: the rest was not sent")
	case err == nil:
		return code, nil
	}
	return sendingExitCode(err), adviceOn(err)
}

// sendingExitCode tells what would fail again from what may not.
func sendingExitCode(err error) exitCode {
	if refusal, ok := errors.AsType[*hec.Error](err); ok && refusal.Status < http.StatusInternalServerError && refusal.Status != http.StatusTooManyRequests {
		return exitUsage
	}
	return exitUnread
}

// adviceOn adds to an error what can be done about it.
func adviceOn(err error) error {
	var refusal *hec.Error
	switch {
	case len(diag.All(err)) > 0:
		return err
	case errors.As(err, &refusal):
		return usageError{message: err.Error(), hint: refusal.Advice()}
	}
	e := usageError{message: "sending: " + err.Error()}
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		e.hint = "name the certificate of the server's authority with --ca-file, or trust any with --insecure"
	case strings.Contains(e.message, "HTTP response to HTTPS client"):
		e.hint = "the server speaks no TLS: begin the URL with http://"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.hint = "the server closed the connection: is the URL to begin with https://?"
	}
	return e
}

func (r *replay) summary(elapsed time.Duration) string {
	stats := r.client.Stats()
	verb := "sent"
	if r.command.DryRun {
		verb = "would send"
	}
	text := fmt.Sprintf("%s %s, %s, in %s", verb, counts(stats.Events.Load(), "event"), sizeText(stats.Bytes.Load()), counts(stats.Batches.Load(), "request"))
	if wire := stats.Wire.Load(); wire > 0 && !r.command.NoGzip {
		text += fmt.Sprintf(" (%s compressed)", sizeText(wire))
	}
	for _, part := range []struct {
		n    int64
		verb string
	}{{stats.Retries.Load(), "tried again"}, {stats.Refused.Load(), "refused"}, {stats.Acked.Load(), "acknowledged"}} {
		if part.n > 0 {
			text += fmt.Sprintf(", %s %s", countText(part.n), part.verb)
		}
	}
	return text + " in " + elapsedText(elapsed)
}
