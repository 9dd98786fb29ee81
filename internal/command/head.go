package command

import (
	"strconv"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var head = &Spec{
	Name:    "head",
	Syntax:  "head [<n> | limit=<n>] [(<eval-expression>)] [null=<bool>] [keeplast=<bool>]",
	Summary: "Keep the first n results, 10 unless told otherwise, or those up to where a condition fails.",
	Details: `With a condition in parentheses the results before the first one for which it is false are kept, at most limit of them if that is given. null=true goes on where the condition is null, keeplast=true keeps the result that failed, too.`,
	Examples: []string{
		"search * | head",
		"search * | head 1",
		"search * | head limit=20",
		"search * | streamstats range(_time) AS age | head (age<100) keeplast=true",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := headOp{n: 10}
		limited := a.Count("limit", &op.n)
		a.Bool("null", &op.null)
		a.Bool("keeplast", &op.keepLast)
		if !limited {
			limited = a.TakeCount(&op.n)
		}
		if !a.More() {
			return op, a.End()
		}
		if a.PeekAt(1).Text == "=" {
			return nil, a.End()
		}
		if t := a.Peek(); t.Kind != spl.Punct || t.Text != "(" {
			a.Fail(t.Span, diag.BadArgument, "", "a number of results, or a condition in parentheses, was expected")
			return nil, a.Err()
		}
		tree := a.Expr()
		if err := a.End(); err != nil {
			return nil, err
		}
		var err error
		if op.while, err = eval.BindCondition(tree, a.Command()); !limited {
			op.n = 0
		}
		return op, err
	},
}

type headOp struct {
	n              int        // with a condition 0 for no limit
	while          *eval.Expr // nil for none
	null, keepLast bool
}

func (op headOp) String() string {
	s := "head"
	if op.while == nil || op.n > 0 {
		s += " " + strconv.Itoa(op.n)
	}
	if op.while != nil {
		s += " (" + op.while.String() + ")"
	}
	return s + flag("null", op.null) + flag("keeplast", op.keepLast)
}

func (op headOp) Kind() plan.Kind { return plan.Centralized }
func (op headOp) Limit() int      { return op.n }

func (op headOp) Needs(wanted event.Set) event.Set {
	if op.while != nil {
		return wanted.Union(op.while.Fields())
	}
	return wanted
}

func (op headOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	if op.while == nil {
		return &headRun{Sink: next, left: op.n}, nil
	}
	if op.n > 0 {
		next = &headRun{Sink: next, left: op.n}
	}
	return &headWhileRun{Sink: next, op: op, env: eval.NewEnv(run)}, nil
}

type headRun struct {
	plan.Sink
	left int
}

func (r *headRun) Push(b event.Batch) (bool, error) {
	b = b[:min(r.left, len(b))]
	r.left -= len(b)
	more, err := r.Sink.Push(b)
	// Say stop on the batch that fills us: waiting for the next one would make
	// `head 1` over a bucket fetch an object only to throw it away.
	return more && r.left > 0, err
}

// headWhileRun passes rows on up to where the condition fails.
type headWhileRun struct {
	plan.Sink
	op  headOp
	env *eval.Env
}

func (r *headWhileRun) Push(b event.Batch) (bool, error) {
	for i, e := range b {
		v := r.op.while.Eval(r.env, e)
		if v.True() || v.IsNull() && r.op.null {
			continue
		}
		if r.op.keepLast {
			i++
		}
		if i == 0 {
			return false, nil
		}
		_, err := r.Sink.Push(b[:i])
		return false, err
	}
	return r.Sink.Push(b)
}
