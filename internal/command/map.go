package command

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var mapCommand = &Spec{
	Name:    "map",
	Syntax:  `map (search="<search>" | <subsearch>) [maxsearches=<int>]`,
	Summary: "Run a search for each row, with $field$ in it replaced by the row's values, and return the rows of all.",
	Details: "maxsearches is how many rows are used, 10 unless told otherwise, with a warning when there were more. A row that lacks a field of the search is skipped with a warning. Macros in the search are replaced before its fields are.",
	Examples: []string{
		`search errorCode=AccessDenied | stats count by user_arn | map search="search user_arn=$user_arn$ eventName=ConsoleLogin" maxsearches=5`,
	},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		op := &mapOp{env: env, command: a.Command(), max: 10}
		a.Count("maxsearches", &op.max)
		if !a.Text("search", &op.text) {
			if t := a.Peek(); t.Kind == spl.Bracket {
				op.text = a.Next().Text
			} else {
				a.Fail(a.Span(), diag.MissingArgument, "", "search=\"…\" or a subsearch in [ ] was expected")
			}
		}
		return op, a.End()
	},
}

// mapField is how a search names a field of the row.
var mapField = regexp.MustCompile(`\$([^$\s]+)\$`)

type mapOp struct {
	env     *Env
	command *spl.Command
	text    string
	max     int
}

func (op *mapOp) String() string {
	return fmt.Sprintf("map search=%s maxsearches=%d", spl.Quote(op.text), op.max)
}

func (op *mapOp) Kind() plan.Kind           { return plan.Dataset }
func (op *mapOp) Keeps() bool               { return true } // as far as one can know
func (op *mapOp) Columns([]string) []string { return nil }

func (op *mapOp) Needs(event.Set) event.Set {
	var needs event.Set
	for _, m := range mapField.FindAllStringSubmatch(op.text, -1) {
		needs = needs.With(m[1])
	}
	return needs
}

func (op *mapOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		if len(rows) > op.max {
			op.warn(run, diag.LimitReached, fmt.Sprintf("map: there were more than %d rows, the rest were not searched for", op.max), "raise maxsearches=")
			rows = rows[:op.max]
		}
		var found []*event.Event
		for _, row := range rows {
			text, ok := op.fill(run, row)
			if !ok {
				continue
			}
			results, err := op.run(run, text)
			if err != nil {
				return nil, err
			}
			for _, r := range results {
				r.Inherit(row.Lineage())
			}
			found = append(found, results...)
		}
		return found, nil
	}), nil
}

func (op *mapOp) warn(run *plan.Run, code diag.Code, message, hint string) {
	run.Warnings.Add(op.command.ErrorAt(op.command.NameSpan(), code, message, hint))
}

// fill replaces the fields in the search; ok is false if the row lacks one.
func (op *mapOp) fill(run *plan.Run, row *event.Event) (text string, ok bool) {
	var b strings.Builder
	copied := 0
	for _, m := range mapField.FindAllStringSubmatchIndex(op.text, -1) {
		name := op.text[m[2]:m[3]]
		v := row.Get(name)
		if v.IsNull() {
			op.warn(run, diag.MissingArgument, "map: a row without the field "+name+" was skipped", "")
			return "", false
		}
		b.WriteString(op.text[copied:m[0]])
		copied = m[1]
		// Whatever a log put into the value, it stays one value of the search.
		quoted := spl.Quote(v.At(0).String())
		if _, isNumber := v.At(0).Float(); isNumber || insideQuotes(op.text[:m[0]]) {
			quoted = quoted[1 : len(quoted)-1]
		}
		b.WriteString(quoted)
	}
	b.WriteString(op.text[copied:])
	return b.String(), true
}

// insideQuotes reports whether a double quote is open at the end of s.
func insideQuotes(s string) bool {
	open := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			open = !open
		}
	}
	return open
}

func (op *mapOp) run(run *plan.Run, text string) ([]*event.Event, error) {
	pipeline, err := spl.Parse(&diag.Source{Name: "search of map", Text: text}, op.env.macros())
	if err != nil {
		return nil, err
	}
	search, err := op.env.Subsearch(pipeline)
	if err != nil {
		return nil, err
	}
	rows, _, err := run.Subsearch(search, 0)
	return rows, err
}
