package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var evalCommand = &Spec{
	Name:    "eval",
	Syntax:  "eval <field>=<eval-expression> [, <field>=<eval-expression>]...",
	Summary: "Compute fields.",
	Details: `Assignments are made from left to right, and each sees the fields of those before it. A null value removes the field. In the name on the left, a field in braces stands for that field's value, as in {key}=value; a row without that field is left as it is.
On the right, a name of letters, digits and underscores is a field, any other field name stands in single quotes, and a text in double quotes: userIdentity.arn without quotes joins the values of two fields.
A condition cannot be stored in a field: wrap it in if() or tostring().`,
	Examples: []string{
		`search * | eval user=lower('userIdentity.userName')`,
		`search * | eval risk=if(errorCode="AccessDenied", 10, 1), score=risk*2`,
		`search * | eval {eventName}=1`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		assignments, err := eval.ParseAssignments(a)
		if err != nil {
			return nil, err
		}
		return evalOp{assignments}, a.End()
	},
}

type evalOp struct{ assignments []eval.Assignment }

func (op evalOp) String() string {
	parts := make([]string, len(op.assignments))
	for i, x := range op.assignments {
		parts[i] = x.String()
	}
	return "eval " + strings.Join(parts, ", ")
}

func (op evalOp) Kind() plan.Kind { return plan.Streaming }

// Needs leaves out what only unwanted fields are computed from.
func (op evalOp) Needs(wanted event.Set) event.Set {
	for _, x := range slices.Backward(op.assignments) {
		switch {
		case x.Templated():
			wanted = wanted.Union(x.Fields())
		case wanted.Has(x.Target):
			wanted = wanted.Without(x.Target).Union(x.Fields())
		}
	}
	return wanted
}

// Columns adds the computed fields. Those whose names come from the data are
// not known.
// Opens is true where the value of a field names another.
func (op evalOp) Opens() bool {
	return slices.ContainsFunc(op.assignments, func(x eval.Assignment) bool { return x.Templated() })
}

func (op evalOp) Columns(in []string) []string {
	for _, x := range op.assignments {
		if !x.Templated() {
			in = addColumn(in, x.Target)
		}
	}
	return in
}

// Notes returns what is likely not meant as written.
func (op evalOp) Notes() []*diag.Error {
	var notes []*diag.Error
	for _, x := range op.assignments {
		notes = append(notes, x.X.Notes()...)
	}
	return notes
}

func (op evalOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	env := eval.NewEnv(run)
	return changeRows(next, func(e *event.Event) {
		for i := range op.assignments {
			op.assignments[i].Apply(env, e)
		}
	}), nil
}
