package command

import (
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var spath = &Spec{
	Name:    "spath",
	Syntax:  "spath [input=<field>] [output=<field>] [path=<path> | <path>]",
	Summary: "Extract values from JSON or XML text.",
	Details: `input is _raw unless named. A path such as a.b{}.c goes through the keys of objects; {} stands for every element of an array, {2} for one, counted from 0 in JSON and from 1 in XML, and {@name} for an attribute. The values go to output, or to a field named like the path; an object or an array gives its JSON text. If there is nothing at the path the field is left alone.
Without a path every value becomes a field, named as the fields of events are; fields of the same name are replaced. Text that is neither JSON nor XML is passed over. Of a multivalue, each value is looked into.`,
	Differs: `Splunk reads the first 5,000 characters only where no path is given. Braces after something that is no array are passed over, which its manual forbids and its content does.`,
	Examples: []string{
		"search * | spath path=responseElements.instancesSet.items{}.instanceId output=instance",
		"search * | spath input=policy Statement{}.Action",
		"search * | spath input=policy",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := spathOp{input: "_raw"}
		a.Text("input", &op.input)
		a.Text("output", &op.output)
		if !a.Text("path", &op.path) && a.More() {
			op.path = a.Field()
		}
		if op.output == "" {
			op.output = op.path
		}
		return op, a.End()
	},
}

type spathOp struct{ input, output, path string }

func (op spathOp) String() string {
	s := "spath input=" + argName(op.input)
	if op.output != "" {
		s += " output=" + argName(op.output)
	}
	if op.path != "" {
		s += " path=" + spl.Quote(op.path)
	}
	return s
}

func (op spathOp) Kind() plan.Kind { return plan.Streaming }

// Needs keeps what is extracted: without a value at the path it goes out as it
// came in.
func (op spathOp) Needs(wanted event.Set) event.Set {
	if op.path != "" {
		return needsFor(wanted, op.output, op.input)
	}
	return wanted.With(op.input)
}

// Opens is true without a path: the text names the fields.
func (op spathOp) Opens() bool { return op.path == "" }

func (op spathOp) Columns(in []string) []string {
	if op.path != "" {
		return addColumn(in, op.output)
	}
	return in
}

func (op spathOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		v := e.Get(op.input)
		if op.path == "" {
			for _, text := range v.Texts() {
				op.extractAll(e, text)
			}
			return
		}
		var found []value.Value
		for _, text := range v.Texts() {
			found = append(found, eval.Spath(text, op.path))
		}
		if all := value.OfList(found); !all.IsNull() {
			e.Set(op.output, all)
		}
	}), nil
}

func (op spathOp) extractAll(e *event.Event, text string) {
	fields, _ := eval.SpathAll(text)
	for _, f := range fields {
		e.Set(f.Name, f.Value)
	}
}
