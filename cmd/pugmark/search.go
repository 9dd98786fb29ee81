package main

import (
	"errors"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
)

// searchCommand runs one search.
type searchCommand struct {
	SPL  string   `arg:"" name:"spl" help:"The search; quote it for the shell."`
	Path []string `arg:"" optional:"" help:"Files, directories, globs, or - for standard input."`

	Explain bool `group:"output" help:"Print how the search would run, and run nothing."`
	inputFlags
	contentFlags
	outputFlags
}

func (searchCommand) result() report.Kind { return report.Rows }

func (searchCommand) examples() []string {
	return []string{
		"search 'eventName=ConsoleLogin | stats count by user_arn' ./logs",
		"search 'errorCode=* | top errorCode by eventSource' ./logs -o csv",
		"zcat trail.json.gz | pugmark search 'eventName=Delete*'",
		"search '| makeresults | eval x=strftime(now(), \"%F\")'",
	}
}

func (c *searchCommand) Run(a *app) (exitCode, error) {
	w, err := c.window(a.now(), c.location())
	if err != nil {
		return exitUsage, err
	}
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	search, err := engine.Compile(&diag.Source{Name: "search", Text: c.SPL}, library.env())
	if err != nil {
		return exitUsage, err
	}
	from, err := c.openSource(a, c.Path)
	if err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, &c.inputFlags, &c.outputFlags, w, from)
	if c.Explain {
		return exitOK, c.explain(s, search)
	}
	out, err := c.open(a, c.result())
	if err != nil {
		return exitUsage, err
	}
	return s.search(search, out)
}

// search runs the search and writes its rows as they come.
func (s *session) search(search *plan.Search, out *destination) (exitCode, error) {
	rows, err := report.NewRowWriter(out, out.format, plan.Columns(search), out.options)
	if err != nil {
		return exitUsage, err
	}
	var result *engine.Result
	s.pass(func() error {
		var err error
		result, err = engine.Stream(s.app.ctx, search, s.config, rows)
		return err
	})
	switch {
	case errors.Is(s.err, engine.ErrNoSource):
		out.discard()
		return exitUsage, usageError{
			message: "the search reads events, and there is no path to read them from",
			hint:    "name files or directories after the search, pipe logs in, or begin with | makeresults",
		}
	case result != nil && result.Err != nil && !s.partial:
		out.discard()
		return exitUsage, result.Err
	}
	if err := s.deliver(out, rows.Close()); err != nil {
		return s.exitCode(), err
	}
	warnings := noted(search.Notes)
	if result != nil {
		warnings = append(warnings, result.Warnings...)
	}
	return s.exitCode(), s.close(warnings, counts(rows.Written(), "row"))
}

// noted makes warnings of what is odd about a search as it is written.
func noted(notes []*diag.Error) []*plan.Warning {
	var warnings []*plan.Warning
	for _, note := range notes {
		warnings = append(warnings, &plan.Warning{Error: note, Count: 1})
	}
	return warnings
}

// explain prints how the search would run.
func (c *searchCommand) explain(s *session, search *plan.Search) error {
	e, err := engine.Explain(s.app.ctx, search, s.config)
	if err != nil {
		return err
	}
	page := &report.Page{Sections: []report.Section{{Verbatim: e.String()}}, Object: e}
	return c.writePage(s.app, page)
}
