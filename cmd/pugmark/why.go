package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/funnel"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
	"github.com/pugmark/pugmark/internal/trial"
)

// whyCommand says what became of events in a detection or a search.
type whyCommand struct {
	Detection string   `arg:"" optional:"" help:"Name, id or file name; * is any text."`
	Path      []string `arg:"" optional:"" help:"IDs of events to follow, and logs; else the test data it has."`

	Search string   `placeholder:"SPL" group:"select" help:"Instead of a detection: any search."`
	Event  []string `sep:"none" placeholder:"ID" group:"select" help:"Follow this event. Repeatable."`
	inputFlags
	contentFlags
	AttackData string `placeholder:"DIR" group:"content" help:"A copy of the public data sets, for test data."`
	outputFlags
}

func (whyCommand) result() report.Kind { return report.Pages }

func (whyCommand) examples() []string {
	return []string{
		"why 'AWS AMI Attribute Modification for Exfiltration' ./logs",
		"why 'AWS AMI Attribute*' 5d1f9a3e-7c2b-4e86-9b0d-2f6c8a4e1d37 ./logs",
		"why --search 'eventName=RunInstances | stats count by user_arn' ./logs",
		"why 'AWS AMI Attribute Modification for Exfiltration'",
	}
}

func (c *whyCommand) Run(a *app) (exitCode, error) {
	w, err := c.window(a.now(), c.location())
	if err != nil {
		return exitUsage, err
	}
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	question, err := c.question(library)
	if err != nil {
		return exitUsage, err
	}
	from, err := c.from(a, question, library)
	if err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, &c.inputFlags, &c.outputFlags, w, from)
	var answer *funnel.Funnel
	s.pass(func() error {
		var err error
		answer, err = funnel.Run(a.ctx, question.search, funnel.Config{
			Engine: s.config, Events: question.events, Fields: cloudtrail.FieldNames(),
		}, nil)
		return err
	})
	switch {
	case errors.Is(s.err, engine.ErrNoSource):
		return exitUsage, usageError{message: "the search reads events, and there is no path to read them from", hint: "name files or directories behind it, or pipe logs in"}
	case answer == nil:
		return exitUsage, s.err
	case answer.Result.Err != nil && !s.partial:
		return exitUsage, question.relocate(answer.Result.Err)
	}
	if s.err == nil {
		if err := c.writePage(a, whyPage(question, answer, s)); err != nil {
			return s.exitCode(), err
		}
	}
	return s.exitCode(), s.close(question.warnings(answer.Result.Warnings), "")
}

// question is what why is asked.
type question struct {
	name      string // of the detection, or "the search"
	detection *detection.Detection
	search    *plan.Search
	events    []string // IDs
	paths     []string
	test      string // whose data is read
}

// eventIDs are the forms of the IDs of events: CloudTrail's, and that of a
// record that has none of its own.
var eventIDs = regexp.MustCompile(`^(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|sha256:[0-9a-f]{32})$`)

// question sorts the arguments and compiles the search.
func (c *whyCommand) question(library *library) (*question, error) {
	q := &question{name: "the search", events: slices.Clone(c.Event)}
	rest := c.Path
	switch {
	case c.Search != "" && c.Detection != "":
		rest = append([]string{c.Detection}, rest...)
	case c.Search == "" && c.Detection == "":
		return nil, usageError{message: "why needs a detection, or a search", hint: "pugmark why DETECTION [EVENT_ID] PATH…, or pugmark why --search 'SPL' [EVENT_ID] PATH…"}
	}
	for _, arg := range rest {
		if _, err := os.Stat(arg); err != nil && eventIDs.MatchString(arg) {
			q.events = append(q.events, arg)
		} else {
			q.paths = append(q.paths, arg)
		}
	}
	if c.Search != "" {
		var err error
		q.search, err = engine.Compile(&diag.Source{Name: "search", Text: c.Search}, library.env())
		return q, err
	}
	d, err := library.one(c.Detection)
	if err != nil {
		return nil, err
	}
	q.name, q.detection = d.Name, d
	if d.Rule != nil {
		return nil, usageError{message: d.Name + " is a rule over the risk of other detections and no search", hint: "ask why of the detections whose risk it adds up: pugmark detections list"}
	}
	var problems diag.List
	if q.search, problems = d.Compile(library.env()); len(problems) > 0 {
		return nil, problems
	}
	return q, nil
}

// one returns the detection that a name stands for.
func (l *library) one(name string) (*detection.Detection, error) {
	chosen, err := detection.Selection{Names: []string{name}}.Select(l.withRules(l.all().Detections))
	if err != nil {
		return nil, err
	}
	if len(chosen) > 1 {
		names := make([]string, len(chosen))
		for i, d := range chosen {
			names[i] = d.Name
		}
		return nil, usageError{message: fmt.Sprintf("%d detections fit; name one of them", len(chosen)), hint: strings.Join(names, "\n  ")}
	}
	return chosen[0], nil
}

// from opens the logs. Without any a detection gets the data that its tests
// name; standard input is read where - stands for it.
func (c *whyCommand) from(a *app, q *question, library *library) (source.Source, error) {
	if len(q.paths) > 0 || q.detection == nil {
		return c.openSource(a, q.paths)
	}
	finder, err := newFinder(c.AttackData, false, "")
	if err != nil {
		return nil, err
	}
	test, inputs, missing := trial.Inputs(a.ctx, q.detection, library.dirs, finder)
	if len(inputs) == 0 {
		e := usageError{message: "there are no logs to read, and the detection has no test with data here", hint: "name files or directories behind it"}
		for _, m := range missing {
			e.hint += "\n  " + m.Error()
		}
		return nil, e
	}
	q.test = test
	return file.NewInputs(inputs, file.Options{Limits: c.fileLimits()}), nil
}

// relocate points problems of a detection's search into its file.
func (q *question) relocate(err error) error {
	if q.detection == nil {
		return err
	}
	if problems := q.detection.Search.Relocate(q.search.Source, err); len(problems) > 0 {
		return problems
	}
	return err
}

// warnings are those of the search and its run, but for rows without a BY
// field, which the page tells of.
func (q *question) warnings(of []*plan.Warning) []*plan.Warning {
	all := noted(q.search.Notes)
	for _, w := range of {
		if w.Code == diag.NullByField {
			continue
		}
		if q.detection == nil {
			all = append(all, w)
			continue
		}
		for _, moved := range q.detection.Search.Relocate(q.search.Source, w.Error) {
			all = append(all, &plan.Warning{Error: moved, Count: w.Count})
		}
	}
	return all
}
