package command

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var fieldformat = &Spec{
	Name:     "fieldformat",
	Syntax:   "fieldformat <field>=<eval-expression>",
	Summary:  "Say how a field is shown, without changing its value.",
	Details:  `The expression is checked. Rows come out as they went in: in Splunk, too, only a display shows the formatted value, and an export the plain one.`,
	Examples: []string{`search * | stats count sum(bytes) AS bytes by user | fieldformat bytes=tostring(bytes, "commas")`},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := fieldformatOp{field: takeField(a)}
		a.Expect("=")
		if t := a.Peek(); t.Kind == spl.End {
			a.Fail(t.Span, diag.MissingArgument, "", "an expression was expected after %s=", op.field)
		}
		tree := a.Expr()
		if err := a.End(); err != nil {
			return nil, err
		}
		var err error
		op.shown, err = eval.Bind(tree, a.Command())
		return op, err
	},
}

type fieldformatOp struct {
	field string
	shown *eval.Expr
}

func (op fieldformatOp) String() string {
	return "fieldformat " + argName(op.field) + "=" + op.shown.String()
}

func (op fieldformatOp) Kind() plan.Kind                  { return plan.Streaming }
func (op fieldformatOp) Needs(wanted event.Set) event.Set { return wanted }

func (op fieldformatOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) { return next, nil }
