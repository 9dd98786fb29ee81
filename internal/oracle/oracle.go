// Package oracle runs a search slowly and plainly: the second opinion that the
// engine is compared with in tests.
//
// It is written straight from the meaning of SPL, to be read beside it: every
// row is a map, every command takes all rows and returns all rows; there are
// no batches, no partial states, no pushdown and no optimizer. It shares only
// the parser (spl) and its messages (diag) with the engine, so that a
// misunderstanding in value, event, eval, agg, filter or command shows as a
// difference. What it does not know it refuses with [ErrUnsupported]. Start
// reading at [Run].
package oracle

import (
	"errors"
	"fmt"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// ErrUnsupported tells that a search uses something that the oracle does not
// know, or whose answer is not certain enough to hold others to it. A test
// that meets it compares nothing.
var ErrUnsupported = errors.New("not known to the oracle")

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), ErrUnsupported)
}

// Event is one log record: a line of JSON as the search command of the program
// reads it. Its _time (or eventTime, time, timestamp, @timestamp), _raw,
// source, sourcetype, host and index are taken as such.
type Event string

// Field is a named value of a result row: one text, or several for a
// multivalue.
type Field struct {
	Name   string
	Values []string
}

// Row is a result row. An absent field is not listed.
type Row []Field

// Options are what a search may use besides its events.
type Options struct {
	// Now is what now() returns.
	Now time.Time
	// Location is the zone in which days begin; nil for UTC.
	Location *time.Location
	// Macros may be nil.
	Macros spl.Macros
	// Lookups are the tables by name.
	Lookups map[string]*Lookup
	// Defaults are fields that an event has if it does not say otherwise, such
	// as source and host.
	Defaults map[string]string
}

// Run parses a search and runs it over the events, which are given in the
// order of their arrival.
func Run(search string, events []Event, options Options) ([]Row, error) {
	if options.Macros == nil {
		options.Macros = spl.NoMacros{}
	}
	if options.Location == nil {
		options.Location = time.UTC
	}
	pipeline, err := spl.Parse(&diag.Source{Name: "search", Text: search}, options.Macros)
	if err != nil {
		return nil, err
	}
	rows, err := readEvents(events, options.Defaults)
	if err != nil {
		return nil, err
	}
	x := &executor{options: options, events: rows, commands: commands(), functions: functions()}
	result, err := x.pipeline(pipeline, nil)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(result))
	for i, r := range result {
		out[i] = r.output()
	}
	return out, nil
}

// executor is one run of a search with its subsearches.
type executor struct {
	options   Options
	events    []*row // in the order in which they are searched
	reads     bool   // the pipeline at hand begins with events
	commands  map[string]command
	functions map[string]function
}

// command turns all rows that reach it into all rows that leave it. The rows
// are its own to change.
type command func(x *executor, a *spl.Args, in []*row) ([]*row, error)

// commands is every command that the oracle knows. Those that begin a search
// ignore their input then, which is empty.
func commands() map[string]command {
	return map[string]command{
		"addtotals":   addtotals,
		"append":      appendRows,
		"appendcols":  appendcols,
		"appendpipe":  appendpipe,
		"bin":         bin,
		"bucket":      bin,
		"chart":       chart,
		"convert":     convert,
		"dedup":       dedup,
		"eval":        evalCommand,
		"eventstats":  eventstats,
		"fields":      fields,
		"filldown":    filldown,
		"fillnull":    fillnull,
		"foreach":     foreach,
		"head":        head,
		"inputlookup": inputlookup,
		"join":        join,
		"lookup":      lookup,
		"makemv":      makemv,
		"makeresults": makeresults,
		"mvcombine":   mvcombine,
		"mvexpand":    mvexpand,
		"rare":        rare,
		"regex":       regexCommand,
		"rename":      rename,
		"replace":     replaceCommand,
		"return":      returnCommand,
		"reverse":     reverse,
		"rex":         rex,
		"search":      search,
		"sort":        sortCommand,
		"spath":       spathCommand,
		"stats":       stats,
		"streamstats": streamstats,
		"table":       table,
		"tail":        tail,
		"top":         top,
		"untable":     untable,
		"where":       where,
		"xyseries":    xyseries,
	}
}

// generating are the commands that may begin a search.
func generating(name string) bool {
	return name == "search" || name == "makeresults" || name == "inputlookup"
}

// pipeline runs the commands. Without input the first one must generate rows;
// search then takes the events.
func (x *executor) pipeline(p *spl.Pipeline, in []*row) ([]*row, error) {
	rows := in
	if in == nil {
		defer func(outer bool) { x.reads = outer }(x.reads)
		x.reads = len(p.Commands) > 0 && p.Commands[0].Name == "search"
	}
	for i, c := range p.Commands {
		run, ok := x.commands[c.Name]
		if !ok {
			return nil, unsupported("command %s", c.Name)
		}
		if i == 0 && in == nil {
			if !generating(c.Name) {
				return nil, fmt.Errorf("%s cannot begin a search", c.Name)
			}
			if c.Name == "search" {
				rows = cloneRows(x.events)
			}
		}
		var err error
		if rows, err = run(x, c.Args(), rows); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// subsearch runs a search of its own, over the same events.
func (x *executor) subsearch(p *spl.Pipeline) ([]*row, error) {
	return x.pipeline(p, nil)
}
