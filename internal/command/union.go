package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var union = &Spec{
	Name:       "union",
	Syntax:     "union [maxout=<int>] <subsearch>...",
	Summary:    "Put the rows of several searches together.",
	Details:    "At the beginning of a search the rows of the subsearches follow one another; behind other commands they are added to the rows so far. At most maxout rows of each, 50000 unless told otherwise, are taken, with a warning when there were more.",
	Differs:    "Datasets are given as subsearches: write [| inputlookup name] for lookup:name and [| from datamodel:name] for datamodel:name.",
	Generating: true,
	Examples:   []string{`| union [search eventName=CreateUser] [search eventName=DeleteUser] | stats count by eventName`},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		return parseUnion(a, env, 1, false)
	},
}

var multisearch = &Spec{
	Name:       "multisearch",
	Syntax:     "multisearch <subsearch> <subsearch>...",
	Summary:    "Run several searches of events and put their events in order of time.",
	Details:    "Each subsearch may hold only streaming commands.",
	Generating: true,
	Examples:   []string{`| multisearch [search eventName=CreateUser | eval kind="made"] [search eventName=DeleteUser | eval kind="gone"] | stats count by kind`},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		return parseUnion(a, env, 2, true)
	},
}

func parseUnion(a *spl.Args, env *Env, least int, byTime bool) (plan.Op, error) {
	op := &unionOp{name: a.Command().Name, byTime: byTime}
	var options subsearch
	options.options(a)
	if byTime {
		options.maxOut = 0
	}
	for a.More() {
		sub := options
		at := a.Peek()
		if at.Kind == spl.Word && strings.Contains(at.Text, ":") {
			a.Fail(at.Span, diag.UnsupportedArgument, "give it as a subsearch, such as [| inputlookup name]", "the dataset %s is not read by name", at.Text)
		}
		sub.read(a, env)
		if a.Err() != nil {
			break
		}
		for _, inner := range sub.search.Ops[1:] {
			if byTime && inner.Kind() != plan.Streaming && inner.Kind() != plan.Expanding {
				a.Fail(at.Span, diag.BadArgument, "use union or append", "a subsearch of multisearch may hold streaming commands only, not %s", strings.Fields(inner.String())[0])
			}
		}
		op.subs = append(op.subs, &sub)
		a.Take(",")
	}
	if a.Err() == nil && len(op.subs) < least {
		a.Fail(a.Span(), diag.MissingArgument, "", "at least %d subsearches were expected", least)
	}
	return op, a.End()
}

type unionOp struct {
	name   string
	byTime bool
	subs   []*subsearch
}

func (op *unionOp) String() string {
	s := op.name
	for i, sub := range op.subs {
		if i == 0 && !op.byTime {
			s += sub.optionString()
		}
		s += " " + sub.String()
	}
	return s
}

// Kind is not Generating, since union may also stand behind other commands.
func (op *unionOp) Kind() plan.Kind {
	if op.byTime {
		return plan.Generating
	}
	return plan.Centralized
}

func (op *unionOp) Needs(wanted event.Set) event.Set { return wanted }

// Opens is true where a subsearch does not tell its columns.
func (op *unionOp) Opens() bool {
	return slices.ContainsFunc(op.subs, func(s *subsearch) bool { return !plan.Closed(s.search) })
}

func (op *unionOp) Columns(in []string) []string {
	for i, sub := range op.subs {
		if columns := plan.Columns(sub.search); i == 0 && in == nil {
			in = columns
		} else {
			in = mergeColumns(in, columns)
		}
	}
	return in
}

func (op *unionOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	var all []*event.Event
	for _, sub := range op.subs {
		rows, err := sub.rows(run)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	if op.byTime {
		event.Sort(all)
	}
	return &appendRun{Sink: next, rows: all, more: true}, nil
}
