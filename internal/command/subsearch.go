package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// subsearch is a bracketed search of a command and its options.
type subsearch struct {
	command *spl.Command
	search  *plan.Search
	text    string // the search as written, macros replaced
	maxOut  int    // rows at most, 0 for all, or defaultMaxOut
}

// defaultMaxOut stands for the run's own limit of rows.
const defaultMaxOut = -1

// options reads what commands with a subsearch have in common. The time limits
// have no effect: a search is stopped by its user or by its memory limit.
func (s *subsearch) options(a *spl.Args) {
	var ignored int
	var extend bool
	s.command, s.maxOut = a.Command(), defaultMaxOut
	a.Bool("extendtimerange", &extend)
	a.Count("maxtime", &ignored)
	a.Count("timeout", &ignored)
	a.Count("maxout", &s.maxOut)
	a.Count("subsearch_maxout", &s.maxOut)
}

// read takes the brackets and compiles what is in them.
func (s *subsearch) read(a *spl.Args, env *Env) {
	pipeline := a.Subsearch()
	if a.Err() != nil {
		return
	}
	s.text = pipeline.String()
	var err error
	if s.search, err = env.Subsearch(pipeline); err != nil {
		a.FailWith(err)
	}
}

// rows runs the search, once a run however many workers ask.
func (s *subsearch) rows(run *plan.Run) ([]*event.Event, error) {
	most := s.maxOut
	if most == defaultMaxOut {
		most = run.Limits.JoinRows
	}
	rows, err := run.Once(s.search, func() (any, error) {
		rows, cut, err := run.Subsearch(s.search, most)
		if cut {
			run.Warnings.Add(s.command.ErrorAt(s.command.NameSpan(), diag.LimitReached,
				fmt.Sprintf("%s: the subsearch returned more than %d rows, the rest were dropped", s.command.Name, most), "raise maxout= or --max-join-rows"))
		}
		return rows, err
	})
	if err != nil {
		return nil, err
	}
	return rows.([]*event.Event), nil
}

// String prints the brackets, with an option if it is not the default.
func (s *subsearch) String() string { return "[" + s.text + "]" }

// optionString prints the options as they stand before the brackets.
func (s *subsearch) optionString() string {
	if s.maxOut == defaultMaxOut {
		return ""
	}
	return fmt.Sprintf(" maxout=%d", s.maxOut)
}

// copies returns rows that the receiver may change while the originals stay.
func copies(rows []*event.Event) event.Batch {
	batch := make(event.Batch, len(rows))
	for i, r := range rows {
		batch[i] = &event.Event{}
		r.CopyTo(batch[i])
	}
	return batch
}

// start begins ops so that each pushes to the next and the last one to end.
func start(run *plan.Run, ops []plan.Op, end plan.Sink) (plan.Sink, error) {
	for _, op := range slices.Backward(ops) {
		var err error
		if end, err = op.Start(run, end); err != nil {
			return nil, err
		}
	}
	return end, nil
}

// endless is the end of a chain inside another chain: it passes rows on and
// leaves closing to the outer one.
type endless struct{ plan.Sink }

func (endless) Close() error { return nil }

// opsString prints ops as a pipeline.
func opsString(ops []plan.Op) string {
	texts := make([]string, len(ops))
	for i, op := range ops {
		texts[i] = op.String()
	}
	return strings.Join(texts, " | ")
}
