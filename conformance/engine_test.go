package conformance_test

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

// engineExecutor is the engine over files, in one of the ways in which it can
// run without changing an answer.
type engineExecutor struct {
	files *files
	jobs  int
	// batch is how many events are pushed at a time, 0 for as many as there
	// are.
	batch      int
	noPushdown bool
}

// ways are the combinations that the corpus is run with.
func ways(t *testing.T) []engineExecutor {
	t.Helper()
	shared := &files{dir: t.TempDir(), paths: map[string]string{}}
	var list []engineExecutor
	for _, jobs := range []int{1, 3} {
		for _, batch := range []int{1, 7, 0} {
			for _, noPushdown := range []bool{false, true} {
				list = append(list, engineExecutor{shared, jobs, batch, noPushdown})
			}
		}
	}
	return list
}

// plainest is the way that messages and rewritten expectations come from.
func plainest(t *testing.T) engineExecutor {
	t.Helper()
	return engineExecutor{files: &files{dir: t.TempDir(), paths: map[string]string{}}, jobs: 1}
}

func (x engineExecutor) Name() string { return "engine" }

func (x engineExecutor) String() string {
	s := fmt.Sprintf("jobs=%d,batch=%d", x.jobs, x.batch)
	if x.noPushdown {
		s += ",nopushdown"
	}
	return s
}

func (x engineExecutor) Run(c *conformance.Case) (*conformance.Result, error) {
	recorded := &recorder{}
	result, err := x.through(c, func(search *plan.Search, config engine.Config) (*engine.Result, error) {
		recorded.Source = config.Source
		config.Source = recorded
		return engine.Run(context.Background(), search, config)
	})
	if err == nil && !x.noPushdown {
		result.Reads = recorded.reads
	}
	return result, err
}

// through runs the search of a case over its events by run.
func (x engineExecutor) through(c *conformance.Case, run func(*plan.Search, engine.Config) (*engine.Result, error)) (*conformance.Result, error) {
	base, err := x.files.knowledge(c)
	if err != nil {
		return nil, err
	}
	search, err := engine.Compile(&diag.Source{Name: c.Name, Text: c.Search}, &command.Env{
		Macros: base.Macros, Lookups: base.Lookups, DataModels: knowledge.NewDataModels(),
	})
	if err != nil {
		return nil, err
	}
	paths, err := x.files.split(c.Events, x.jobs)
	if err != nil {
		return nil, err
	}
	got, err := run(search, engine.Config{
		Source: file.New(paths, file.Options{}), Lookups: base.Lookups, Places: noPlaces{}, Now: conformance.Now(),
		Jobs: x.jobs, BatchSize: x.batch, NoPushdown: x.noPushdown,
	})
	if err != nil {
		return nil, err
	}
	result := &conformance.Result{Columns: got.Columns, Rows: rowsOf(got.Rows), Warnings: []string{}}
	for _, n := range search.Notes {
		result.Warnings = append(result.Warnings, n.RenderWarning())
	}
	for _, w := range got.Warnings {
		result.Warnings = append(result.Warnings, w.RenderWarning())
	}
	return result, nil
}

// noPlaces is a database in which no address has a place.
type noPlaces struct{}

func (noPlaces) Place(netip.Addr) (plan.Place, bool) { return plan.Place{}, false }

func rowsOf(events []*event.Event) []conformance.Row {
	rows := make([]conformance.Row, len(events))
	for i, e := range events {
		for _, f := range e.Fields() {
			rows[i] = append(rows[i], conformance.Field{Name: f.Name, Values: f.Value.Texts()})
		}
	}
	return rows
}

// files keeps texts as files, each once, for sources and lookups to read.
type files struct {
	dir string

	mu    sync.Mutex
	paths map[string]string
}

func (f *files) path(text, suffix string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := suffix + "\n" + text
	if path, ok := f.paths[key]; ok {
		return path, nil
	}
	path := filepath.Join(f.dir, strconv.Itoa(len(f.paths))+suffix)
	f.paths[key] = path
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// split puts events into as many files as there are workers, in the order of
// arrival, so that each has some to read.
func (f *files) split(events []string, n int) ([]string, error) {
	n = max(1, min(n, len(events)))
	var paths []string
	for i := range n {
		part := events[i*len(events)/n : (i+1)*len(events)/n]
		path, err := f.path(strings.Join(part, "\n")+"\n", ".json")
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func (f *files) knowledge(c *conformance.Case) (*knowledge.Base, error) {
	base := knowledge.New(knowledge.Options{})
	for _, m := range c.Macros {
		definition := m.Name
		if len(m.Args) > 0 {
			definition += "(" + strings.Join(m.Args, ",") + ")"
		}
		if err := base.Macros.Define(definition + "=" + m.Definition); err != nil {
			return nil, err
		}
	}
	for _, l := range c.Lookups {
		path, err := f.path(l.CSV, ".csv")
		if err != nil {
			return nil, err
		}
		definition := l.Name + "=" + path
		for name, v := range l.Options {
			definition += "," + name + "=" + v
		}
		if err := base.Lookups.Define(definition); err != nil {
			return nil, err
		}
	}
	return base, nil
}

// recorder is a source that remembers what it was last asked for.
type recorder struct {
	source.Source
	reads string
}

func (r *recorder) Scan(ctx context.Context, request source.Request, sinks []source.Sink) error {
	r.reads = readsOf(request)
	return r.Source.Scan(ctx, request, sinks)
}

// readsOf writes a request as the .reads sections of the corpus do.
func readsOf(request source.Request) string {
	fields := "*"
	if !request.Fields.All() {
		fields = strings.Join(request.Fields.Names(), " ")
	}
	lines := []string{"fields: " + fields}
	for _, all := range request.AnyOf {
		var conditions []string
		for _, c := range all {
			conditions = append(conditions, c.Field+" in ("+strings.Join(c.Values, ", ")+")")
		}
		lines = append(lines, "where: "+strings.Join(conditions, " and "))
	}
	if !math.IsInf(request.Earliest, -1) || !math.IsInf(request.Latest, 1) {
		lines = append(lines, fmt.Sprintf("time: from %v to before %v", request.Earliest, request.Latest))
	}
	return strings.Join(lines, "\n")
}
