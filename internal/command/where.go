package command

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var where = &Spec{
	Name:    "where",
	Syntax:  "where <eval-expression>",
	Summary: "Keep the rows for which a condition is true.",
	Details: `The condition is an eval expression: a bare word is a field, a text stands in double quotes, and texts are compared with regard to case. A row for which the condition is null, as any comparison with an absent field is, is dropped; NOT of null is true.
A comparison of a field with a number is one of numbers, and null if the field's text is none.`,
	Examples: []string{
		`search * | where count>10`,
		`search * | where 'userIdentity.type'="Root" AND isnull(errorCode)`,
		`search * | where cidrmatch("10.0.0.0/8", src_ip) OR like(userAgent, "%console%")`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		if t := a.Peek(); t.Kind == spl.End {
			a.Fail(t.Span, diag.MissingArgument, "", "a condition was expected")
		}
		tree := a.Expr()
		if err := a.End(); err != nil {
			return nil, err
		}
		condition, err := eval.BindCondition(tree, a.Command())
		if err != nil {
			return nil, err
		}
		return whereOp{condition}, nil
	},
}

type whereOp struct{ condition *eval.Expr }

func (op whereOp) String() string       { return "where " + op.condition.String() }
func (op whereOp) Kind() plan.Kind      { return plan.Streaming }
func (op whereOp) Notes() []*diag.Error { return op.condition.Notes() }

func (op whereOp) Needs(wanted event.Set) event.Set { return wanted.Union(op.condition.Fields()) }

func (op whereOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	env := eval.NewEnv(run)
	return &filterRun{Sink: next, keep: func(e *event.Event) bool { return op.condition.Eval(env, e).True() }}, nil
}
