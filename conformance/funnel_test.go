package conformance_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/funnel"
	"github.com/pugmark/pugmark/internal/plan"
)

// rowKeeper is the end of a search that keeps its rows.
type rowKeeper []*event.Event

func (k *rowKeeper) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		*k = append(*k, e.Clone())
	}
	return true, nil
}

func (k *rowKeeper) Close() error { return nil }

// throughFunnel runs a search with its events counted at every stage. What the
// last stage lets out is what the search gives.
func throughFunnel(search *plan.Search, config funnel.Config) (*engine.Result, error) {
	var rows rowKeeper
	f, err := funnel.Run(context.Background(), search, config, &rows)
	if err != nil {
		return nil, err
	}
	if f.Result.Err != nil {
		return nil, f.Result.Err
	}
	out := f.Read
	if len(f.Stages) > 0 {
		out = f.Stages[len(f.Stages)-1].Out
	}
	if f.Rows != int64(len(rows)) || out != f.Rows {
		return nil, fmt.Errorf("the funnel ends with %d of %d, and there are %d rows", out, f.Rows, len(rows))
	}
	for i, s := range f.Stages {
		if i == 0 {
			continue
		}
		if before := f.Stages[i-1]; s.In != before.Out {
			return nil, fmt.Errorf("%d come out of %s, and %d into %s", before.Out, before.Text, s.In, s.Text)
		}
	}
	f.Result.Rows = rows
	return f.Result, nil
}

// funnelExecutor is the engine with every stage of the search watched.
type funnelExecutor struct {
	engineExecutor
	follow []string // events
}

func (x funnelExecutor) Run(c *conformance.Case) (*conformance.Result, error) {
	return x.through(c, func(search *plan.Search, config engine.Config) (*engine.Result, error) {
		return throughFunnel(search, funnel.Config{Events: x.follow, Engine: config})
	})
}

// TestFunnel runs the corpus with every stage watched: the answers are the
// same, and the last stage lets out as many rows as there are.
func TestFunnel(t *testing.T) {
	t.Parallel()
	plain := plainest(t)
	several := plain
	several.jobs = 3
	for name, x := range map[string]funnelExecutor{
		"one worker":       {plain, nil},
		"several workers":  {several, nil},
		"following events": {several, []string{"00000000-0000-0000-0000-000000000000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conformance.Run(t, x)
		})
	}
}

// Watching a search does not change its answer, whatever the search is.
func TestAFunnelChangesNothing(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		events, text := g.events(), g.search()
		want, err := runMemory(events, text, engine.Config{Jobs: 1})
		if err != nil {
			t.Skip(err)
		}
		search, err := engine.Compile(&diag.Source{Name: "search", Text: text}, &command.Env{})
		if err != nil {
			t.Fatal(err)
		}
		config := funnel.Config{Engine: engine.Config{
			Source: memory(events), Now: conformance.Now(), Jobs: g.number("jobs", 1, 4), BatchSize: g.number("batch", 1, 5),
		}}
		if g.chance("follow") {
			config.Events = []string{"a"}
		}
		got, err := throughFunnel(search, config)
		if err != nil {
			t.Fatalf("%s\nruns, but not when watched: %v", text, err)
		}
		if diff := diffRows(want, visible(rowsOf(got.Rows))); diff != "" {
			t.Fatalf("- %s\n+ watched\n%s\n%s", text, diff, corpusCase(events, text, want))
		}
	})
}
