package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/dataset"
	"github.com/pugmark/pugmark/internal/source/file"
)

// Where Splunk's own tests put data that does not say. Source: contentctl.
const (
	defaultIndex = "contentctl_testing_index"
	defaultHost  = "CONTENTCTL_HOST"
)

// run is one test being run.
type run struct {
	*Config
	outcome   *Outcome
	detection *detection.Detection
	test      *detection.Test

	env     command.Env
	lookups *knowledge.Lookups
	engine  engine.Config
}

// errJudged ends a run whose outcome is known.
var errJudged = errors.New("the outcome is known")

func (r *run) run(ctx context.Context) {
	r.lookups = r.Lookups.Fork()
	r.env = r.Env
	r.env.Lookups = r.lookups
	if err := r.trust(); err != nil {
		_ = r.end(Failed, err.Error()) // nothing is left to be ended
		return
	}
	baselines, err := r.baselines()
	if err == nil && len(baselines) == 0 {
		_, err = r.compile() // a search that cannot run needs no data
	}
	if err == nil {
		err = r.openData(ctx)
	}
	for _, b := range baselines {
		if err == nil {
			err = r.runBaseline(ctx, b)
		}
	}
	if err == nil {
		err = r.search(ctx)
	}
	if err != nil && !errors.Is(err, errJudged) {
		_ = r.end(Failed, err.Error()) // nothing is left to be ended
	}
}

// end tells the outcome.
func (r *run) end(v Verdict, messages ...string) error {
	r.outcome.Verdict = v
	r.outcome.Messages = append(r.outcome.Messages, messages...)
	return errJudged
}

func (r *run) skip(reason string, messages ...string) error {
	r.outcome.Reason = reason
	return r.end(Skipped, messages...)
}

func (r *run) note(format string, args ...any) {
	r.outcome.Notes = append(r.outcome.Notes, fmt.Sprintf(format, args...))
}

// compile compiles the detection's search.
func (r *run) compile() (*plan.Search, error) {
	env := r.env
	search, problems := r.detection.Compile(&env)
	if len(problems) > 0 {
		return nil, r.notRunnable("", problems)
	}
	return search, nil
}

// notRunnable ends the test because a search cannot be compiled.
func (r *run) notRunnable(of string, problems diag.List) error {
	r.outcome.Unsupported = !slices.ContainsFunc(problems, func(p *diag.Error) bool {
		switch p.Code {
		case diag.UnsupportedCommand, diag.UnsupportedFunction, diag.UnsupportedArgument, diag.UnsupportedDataModel:
			return false
		}
		return true
	})
	messages := make([]string, len(problems))
	for i, p := range problems {
		messages[i] = of + p.Error()
	}
	return r.end(NotRunnable, messages...)
}

// data is a file of the test.
type data struct {
	*dataset.File
	of     detection.TestData
	events int64
	newest float64 // time of its newest event, NaN if none has a time
}

// openData finds the data and reads it once: how many events there are, and
// when the newest was.
func (r *run) openData(ctx context.Context) error {
	if len(r.test.Data) == 0 {
		return r.skip(NoData, "the test names no attack_data")
	}
	var all []*data
	for _, of := range r.test.Data {
		found, err := r.Finder.Find(ctx, of.Data, r.content().FS)
		if missing, ok := errors.AsType[*dataset.Missing](err); ok {
			if missing.Pointer {
				return r.skip(Pointers, err.Error())
			}
			return r.skip(NoData, err.Error())
		}
		if err != nil {
			return err
		}
		if found.Note != "" {
			r.note("%s: %s", of.Data, found.Note)
		}
		all = append(all, &data{File: found, of: of})
	}
	r.engine = engine.Config{
		Lookups: r.lookups, Places: r.Places, Models: knowledge.NewModels(""),
		Location: r.Location, Limits: r.Limits, Jobs: 1,
	}
	newest := math.NaN()
	for _, d := range all {
		if err := r.survey(ctx, d); err != nil {
			return err
		}
		r.outcome.Events += d.events
		if math.IsNaN(newest) || d.newest > newest {
			newest = d.newest
		}
	}
	r.engine.Now = r.Now
	if r.Now.IsZero() {
		r.engine.Now = r.Clock()
		if !math.IsNaN(newest) {
			r.engine.Now = event.FromEpoch(math.Floor(newest), time.UTC).Add(margin)
		}
	}
	inputs := make([]file.Input, len(all))
	for i, d := range all {
		inputs[i] = r.input(d)
		if d.of.UpdateTimestamp && !math.IsNaN(d.newest) {
			by := r.engine.Now.Add(-margin).Sub(event.FromEpoch(math.Floor(d.newest), time.UTC)).Truncate(time.Second)
			inputs[i].Open = func() (io.ReadCloser, error) { return shifted(d.Open, d.Size, by) }
		}
	}
	r.engine.Source = file.NewInputs(inputs, file.Options{Limits: r.Files})
	if r.outcome.Events == 0 {
		return r.end(Failed, "no events could be read from the data")
	}
	return nil
}

// margin is how long before now the newest event is.
const margin = time.Second

func (r *run) input(d *data) file.Input { return inputOf(d.File, d.of) }

// inputOf makes a file of a test what the test says that it is.
func inputOf(found *dataset.File, of detection.TestData) file.Input {
	meta := event.Meta{Source: of.Source, Sourcetype: of.Sourcetype, Index: of.Index, Host: of.Host}
	if meta.Index == "" {
		meta.Index = defaultIndex
	}
	if meta.Host == "" {
		meta.Host = defaultHost
	}
	return file.Input{Name: found.Name, Meta: meta, Size: found.Size, Open: found.Open}
}

// survey counts the events of a file and finds the newest.
func (r *run) survey(ctx context.Context, d *data) error {
	search, err := engine.Compile(&diag.Source{Text: "search * | stats count max(_time) as newest"}, &command.Env{})
	if err != nil {
		return err
	}
	config := r.engine
	config.Source = file.NewInputs([]file.Input{r.input(d)}, file.Options{Limits: r.Files})
	config.Report = &source.Report{}
	result, err := engine.Run(ctx, search, config)
	if err != nil && !errors.Is(err, source.ErrNothingRead) {
		return err
	}
	r.noteProblems(config.Report)
	d.newest = math.NaN()
	if err == nil && len(result.Rows) == 1 {
		count, _ := result.Rows[0].Get("count").Float()
		d.events = int64(count)
		if newest, ok := result.Rows[0].Get("newest").Float(); ok {
			d.newest = newest
		}
	}
	return nil
}

// noteProblems notes what could not be read, unless that is known.
func (r *run) noteProblems(report *source.Report) {
	problems, more := report.Problems()
	named := 0
	for _, p := range problems {
		switch {
		case slices.Contains(r.outcome.Notes, p.String()):
		case named < maxNamed:
			r.note("%s", p.String())
			named++
		default:
			more++
		}
	}
	if more > 0 {
		r.note("%d more problems with the data", more)
	}
}

// maxNamed bounds how many problems of a kind are named.
const maxNamed = 5

// content returns the directory that the detection is in.
func (r *run) content() escu.Dir { return contentOf(r.Dirs, r.detection.File) }

func contentOf(dirs []escu.Dir, label string) escu.Dir {
	for _, dir := range slices.Backward(dirs) {
		if name, ok := pathIn(dir, label); ok {
			if _, err := dir.ReadFile(name, 1); err == nil {
				return dir
			}
		}
	}
	return escu.Dir{}
}

// pathIn is the counterpart of [escu.Dir.Label].
func pathIn(dir escu.Dir, label string) (name string, ok bool) {
	root := dir.Label("")
	if root == "" || root == "." {
		return label, true
	}
	return strings.CutPrefix(label, strings.TrimSuffix(root, "/")+"/")
}

// rows runs a search to its end.
func (r *run) rows(ctx context.Context, search *plan.Search) (*engine.Result, error) {
	config := r.engine
	config.Report = &source.Report{}
	result, err := engine.Run(ctx, search, config)
	r.noteProblems(config.Report)
	if err != nil && ctx.Err() == nil {
		if problems := r.detection.Search.Relocate(search.Source, err); len(problems) > 0 {
			return nil, problems[0]
		}
	}
	return result, err
}

// search runs the detection's search and judges its rows.
func (r *run) search(ctx context.Context) error {
	search, err := r.compile()
	if err != nil {
		return err
	}
	result, err := r.rows(ctx, search)
	if err != nil {
		return err
	}
	r.outcome.Rows = len(result.Rows)
	findings := detection.NewFindings(r.detection, r.engine.Now)
	for _, row := range result.Rows[:min(len(result.Rows), maxResults)] {
		r.outcome.Results = append(r.outcome.Results, findings.Add(row, result.Columns))
	}
	failures, notes := judge(r.detection, r.test, result)
	r.outcome.Notes = append(r.outcome.Notes, notes...)
	if len(failures) == 0 {
		if failures, err = r.passCondition(ctx, r.detection.Search, r.test.PassCondition); err != nil {
			return err
		}
	}
	if len(failures) == 0 {
		return r.end(Passed)
	}
	if len(result.Rows) == 0 {
		failures = append(failures, r.funnel(ctx, search)...)
	}
	if r.test.NoResults {
		return r.end(Failed, failures...)
	}
	for _, w := range result.Warnings {
		for _, moved := range r.detection.Search.Relocate(search.Source, w.Error) {
			failures = append(failures, times(moved.Error(), w.Count))
		}
	}
	return r.end(Failed, failures...)
}

func times(message string, n int) string {
	if n == 1 {
		return message
	}
	return fmt.Sprintf("%s (%d times)", message, n)
}
