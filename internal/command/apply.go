package command

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pugmark/pugmark/internal/density"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var apply = &Spec{
	Name:     "apply",
	Syntax:   "apply <model> [threshold=<num>] [lower_threshold=<num>] [upper_threshold=<num>] [show_density=<bool>]",
	Summary:  "Mark the rows whose values are improbable under a model that fit has learned.",
	Details:  "Adds the same fields as fit. The thresholds are those of fit unless told otherwise. Rows of a group that the model does not know are passed on unmarked.",
	Examples: []string{`search sourcetype=aws:cloudtrail | bin _time span=1h | stats count as calls by _time, user_arn | apply api_calls threshold=0.005 | search "IsOutlier(calls)"=1.0`},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &applyOp{model: modelUse{command: a.Command()}}
		op.thresholds.read(a)
		a.Bool("show_density", &op.showDensity)
		op.model.name = a.Field()
		return op, a.End()
	},
}

var summary = &Spec{
	Name:       "summary",
	Syntax:     "summary <model>",
	Summary:    "Show what fit has learned: a row for each group of a model.",
	Details:    "The columns are the by fields, type (the distribution), mean, std, min, max, cardinality (how many numbers were learned from) and distance (how far they are from the distribution, 0 to 1).",
	Generating: true,
	Examples:   []string{`| summary api_calls`},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &summaryOp{modelUse{command: a.Command()}}
		op.name = a.Field()
		return op, a.End()
	},
}

// modelUse is a model named by a command.
type modelUse struct {
	command *spl.Command
	name    string
}

func (u modelUse) load(run *plan.Run) (*densityModel, error) {
	fail := func(message, hint string) error {
		return u.command.ErrorAt(u.command.Span, diag.BadArgument, u.command.Name+": "+message, hint)
	}
	if run.Models == nil {
		return nil, fail("there is no place where models are kept", "")
	}
	data, ok, err := run.Models.Model(modelName(u.name))
	if err != nil {
		return nil, fail(err.Error(), "")
	}
	if !ok {
		hint := diag.Suggest(u.name, run.Models.ModelNames())
		if hint == "" {
			hint = "learn it first with fit DensityFunction … into " + u.name
		}
		return nil, fail(fmt.Sprintf("unknown model %q", u.name), hint)
	}
	m := &densityModel{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, fail(fmt.Sprintf("the model %q is damaged: %v", u.name, err), "learn it again with fit")
	}
	return m, nil
}

type applyOp struct {
	model       modelUse
	thresholds  thresholds
	showDensity bool
}

func (op *applyOp) String() string {
	return fmt.Sprintf("apply %s%s show_density=%t", spl.ArgString(op.model.name), op.thresholds, op.showDensity)
}

// Opens tells that the model names the columns.
func (op *applyOp) Opens() bool { return true }

func (op *applyOp) Kind() plan.Kind { return plan.Streaming }

// Needs asks for every field: which ones the model was learned from is known
// only when the search runs.
func (op *applyOp) Needs(event.Set) event.Set { return event.AllFields }

func (op *applyOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	loaded, err := run.Once(op, func() (any, error) { return op.model.load(run) })
	if err != nil {
		return nil, err
	}
	m, t := loaded.(*densityModel), op.thresholds
	if !t.set {
		t.lower, t.upper = m.Lower, m.Upper
	}
	return changeRows(next, func(e *event.Event) { m.mark(e, t, op.showDensity) }), nil
}

type summaryOp struct{ modelUse }

func (op *summaryOp) String() string            { return "summary " + spl.ArgString(op.name) }
func (op *summaryOp) Kind() plan.Kind           { return plan.Generating }
func (op *summaryOp) Needs(event.Set) event.Set { return event.Set{} }
func (op *summaryOp) Columns([]string) []string { return nil }

func (op *summaryOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	m, err := op.load(run)
	if err != nil {
		return nil, err
	}
	var rows []*event.Event
	for _, key := range slices.Sorted(maps.Keys(m.Groups)) {
		row, d := event.New(), m.Groups[key]
		for i, name := range m.By {
			row.Set(name, value.OfText(m.GroupNames[key][i]))
		}
		row.Set("type", value.OfText(distributionNames[d.Distribution]))
		for _, f := range []struct {
			name   string
			number float64
		}{{"mean", d.Mean}, {"std", d.Std}, {"min", d.Min}, {"max", d.Max}, {"cardinality", float64(d.Cardinality)}, {"distance", d.Distance}} {
			row.Set(f.name, value.OfNumber(f.number))
		}
		rows = append(rows, row)
	}
	return &appendRun{Sink: next, rows: rows, more: true}, nil
}

var distributionNames = map[string]string{density.Normal: "Normal", density.Exponential: "Exponential"}
