package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var foreach = &Spec{
	Name:    "foreach",
	Syntax:  "foreach [mode=(multifield|multivalue|json_array|auto_collections)] (<wc-field-list>|<field>) [fieldstr=<string>] [matchstr=<string>] [matchseg1=<string>] [matchseg2=<string>] [matchseg3=<string>] [itemstr=<string>] [iterstr=<string>] [<template>]",
	Summary: "Run a template of streaming commands for each of several fields, or each value of one.",
	Details: `For every field named or matched, those that a result has at the beginning, the template is run with <<FIELD>> replaced by the field's name, <<MATCHSTR>> by what the stars stood for, and <<MATCHSEG1>> to <<MATCHSEG3>> by what each of them did. The replacement is text, so put it in single quotes where a name holds anything but letters, digits and underscores. Fields that begin with an underscore are matched only by patterns that do, too. A name that would turn the template into other commands is passed over with a warning.
With mode=multivalue the template is one eval command, run for each value of a field with <<ITEM>> for the value and <<ITER>> for its number, from 0; with mode=json_array for each element of an array, and with auto_collections for whichever of the two the field holds.
The options name other placeholders.`,
	Differs: `<<ITEM>> and <<ITER>> stand for values, not for text, so they cannot be part of a field's name.`,
	Examples: []string{
		"search * | foreach count_* [eval total=coalesce(total, 0)+'<<FIELD>>']",
		"search * | foreach avg_* [eval diff_<<MATCHSTR>>='<<MATCHSTR>>'-'<<FIELD>>']",
		"search * | eval sum=0 | foreach mode=multivalue sizes [eval sum=sum+<<ITEM>>]",
	},
	Parse: parseForeach,
}

// The texts of a template that stand for something, by number.
const (
	markField = iota
	markMatch
	markSegment // the first of three
	_
	_
	markItem
	markIter
	markCount
)

// marks are the options that name the placeholders, and what these are
// otherwise.
var marks = [markCount]struct{ option, usual string }{
	{"fieldstr", "<<FIELD>>"},
	{"matchstr", "<<MATCHSTR>>"},
	{"matchseg1", "<<MATCHSEG1>>"},
	{"matchseg2", "<<MATCHSEG2>>"},
	{"matchseg3", "<<MATCHSEG3>>"},
	{"itemstr", "<<ITEM>>"},
	{"iterstr", "<<ITER>>"},
}

func parseForeach(a *spl.Args, env *Env) (plan.Op, error) {
	mode := "multifield"
	a.Choice("mode", &mode, "multifield", "multivalue", "json_array", "auto_collections")
	template := foreachTemplate{env: env, place: placeOf(a)}
	for i, mark := range marks {
		template.marks[i] = mark.usual
		if t, ok := a.TextToken(mark.option); ok {
			if template.marks[i] = t.Text; t.Text == "" {
				a.Fail(t.Span, diag.BadArgument, "", "%s: a text was expected, not an empty one", mark.option)
			}
		}
	}
	names := takeFields(a)
	t := a.Peek()
	if t.Kind != spl.Bracket {
		a.Fail(t.Span, diag.MissingArgument, "", "a template in [ ] was expected")
	}
	a.Next()
	if err := a.End(); err != nil {
		return nil, err
	}
	template.text = strings.TrimSpace(t.Text)
	if mode == "multifield" {
		op := foreachOp{names: names, template: template}
		op.check(a, t.Span)
		return op, a.Err()
	}
	if len(names) > 1 {
		a.Fail(a.Span(), diag.BadArgument, "", "mode=%s takes one field, not %d", mode, len(names))
	}
	op := foreachItemOp{mode: mode, field: names[0], template: template}
	op.compile(a, t.Span)
	return op, a.Err()
}

// foreachTemplate is the commands between the brackets.
type foreachTemplate struct {
	text  string
	marks [markCount]string
	env   *Env
	place place
}

// options prints the placeholders that are not the usual ones.
func (t foreachTemplate) options() string {
	var b strings.Builder
	for i, mark := range marks {
		if t.marks[i] != mark.usual {
			b.WriteString(" " + mark.option + "=" + spl.Quote(t.marks[i]))
		}
	}
	return b.String()
}

// fill returns the template for a field that a pattern or name matched.
func (t foreachTemplate) fill(pattern, name string) string {
	stars, _ := event.MatchStars(pattern, name)
	pairs := []string{t.marks[markField], name}
	for i := markSegment; i < markItem; i++ {
		segment := ""
		if i-markSegment < len(stars) {
			segment = stars[i-markSegment]
		}
		pairs = append(pairs, t.marks[i], segment)
	}
	return strings.NewReplacer(append(pairs, t.marks[markMatch], strings.Join(stars, ""))...).Replace(t.text)
}

// compile compiles a filled template.
func (t foreachTemplate) compile(text string) (names []string, ops []plan.Op, err error) {
	pipeline, err := spl.ParseText("template of foreach", "| "+strings.TrimPrefix(text, "|"))
	if err != nil {
		return nil, nil, err
	}
	for _, c := range pipeline.Commands {
		names = append(names, c.Name)
	}
	ops, err = t.env.Subpipeline(pipeline)
	return names, ops, err
}

// foreachOp runs the template for fields.
type foreachOp struct {
	names    []string
	template foreachTemplate
	commands []string // of the template
	infers   bool
}

// check compiles the template for names like those that will match.
func (op *foreachOp) check(a *spl.Args, span diag.Span) {
	for _, pattern := range op.names {
		commands, ops, err := op.template.compile(op.template.fill(pattern, sampleName(pattern)))
		failTemplate(a, span, ops, err)
		op.commands, op.infers = commands, op.infers || plan.Infers(ops)
	}
}

// sampleName is a name that a pattern matches.
func sampleName(pattern string) string {
	stars := make([]string, strings.Count(pattern, "*"))
	for i := range stars {
		stars[i] = "1"
	}
	if strings.HasPrefix(pattern, "*") {
		stars[0] = "x1"
	}
	return replaceStars(pattern, stars)
}

// failTemplate records what is wrong with a template.
func failTemplate(a *spl.Args, span diag.Span, ops []plan.Op, err error) {
	if problems := diag.All(err); len(problems) > 0 {
		a.Fail(span, problems[0].Code, problems[0].Hint, "in the template: %s", problems[0].Message)
	}
	for _, op := range ops {
		if op.Kind() != plan.Streaming {
			a.Fail(span, diag.BadArgument, "", "a template of streaming commands was expected, not %s", op)
		}
	}
}

func (op foreachOp) String() string {
	return "foreach" + op.template.options() + " " + argNames(op.names) + " [" + op.template.text + "]"
}

func (op foreachOp) Kind() plan.Kind { return plan.Streaming }

// Infers implements [plan.Inferrer].
func (op foreachOp) Infers() bool { return op.infers }

// Needs is every field where patterns decide which are read; else what the
// template, filled with each name, reads at any turn.
func (op foreachOp) Needs(wanted event.Set) event.Set {
	if slices.ContainsFunc(op.names, isPattern) {
		return event.AllFields
	}
	for _, name := range slices.Backward(op.names) {
		_, ops, err := op.template.compile(op.template.fill(name, name))
		if err != nil {
			return event.AllFields
		}
		wanted = opsNeeds(ops, wanted)
	}
	return wanted
}

// opsNeeds returns what must reach the first of the ops.
func opsNeeds(ops []plan.Op, wanted event.Set) event.Set {
	for _, op := range slices.Backward(ops) {
		wanted = op.Needs(wanted)
	}
	return wanted
}

func (op foreachOp) Columns(in []string) []string {
	if in == nil {
		return nil
	}
	for _, pattern := range op.names {
		for _, name := range expandColumns(in, []string{pattern}) {
			if _, ops, err := op.template.compile(op.template.fill(pattern, name)); err == nil {
				in = opsColumns(ops, in)
			}
		}
	}
	return in
}

// opsColumns returns the columns of a table after ops.
func opsColumns(ops []plan.Op, in []string) []string {
	for _, op := range ops {
		if c, ok := op.(plan.Columner); ok {
			in = c.Columns(in)
		}
	}
	return in
}

func (op foreachOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &foreachRun{Sink: next, op: op, run: run, chains: map[fieldMatch]*foreachChain{}}, nil
}
