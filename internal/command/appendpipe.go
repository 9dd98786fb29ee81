package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var appendpipe = &Spec{
	Name:     "appendpipe",
	Syntax:   "appendpipe [run_in_preview=<bool>] <subpipeline>",
	Summary:  "Run a pipeline over the rows so far and add its rows behind them.",
	Details:  "The brackets hold no subsearch: their first command takes the rows.",
	Examples: []string{`search * | stats count by user, action | appendpipe [stats sum(count) as count by action | eval user="all"]`},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		op := &appendpipeOp{}
		var preview bool
		a.Bool("run_in_preview", &preview)
		ops, err := env.Subpipeline(a.Subsearch())
		a.FailWith(err)
		op.ops = ops
		return op, a.End()
	},
}

type appendpipeOp struct{ ops []plan.Op }

func (op *appendpipeOp) String() string  { return "appendpipe [" + opsString(op.ops) + "]" }
func (op *appendpipeOp) Kind() plan.Kind { return plan.Dataset }

// Infers implements [plan.Inferrer].
func (op *appendpipeOp) Infers() bool { return plan.Infers(op.ops) }

// Keeps implements [plan.Keeper].
func (op *appendpipeOp) Keeps() bool { return plan.Keeps(op.ops) }

func (op *appendpipeOp) Needs(wanted event.Set) event.Set {
	inner := wanted
	for _, o := range slices.Backward(op.ops) {
		inner = o.Needs(inner)
	}
	return wanted.Union(inner)
}

// Opens is true where a command for the rows added does not tell its columns.
func (op *appendpipeOp) Opens() bool {
	return slices.ContainsFunc(op.ops, func(o plan.Op) bool { x, ok := o.(plan.Opener); return ok && x.Opens() })
}

func (op *appendpipeOp) Columns(in []string) []string {
	return mergeColumns(in, plan.Columns(&plan.Search{Ops: append([]plan.Op{columnsOp(in)}, op.ops...)}))
}

func (op *appendpipeOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	inner, err := start(run, op.ops, endless{next})
	return &appendpipeRun{Sink: next, inner: inner, run: run, more: true}, err
}

type appendpipeRun struct {
	plan.Sink
	inner plan.Sink
	run   *plan.Run
	kept  event.Batch
	more  bool
}

func (r *appendpipeRun) Push(b event.Batch) (bool, error) {
	size := 0
	for _, e := range b {
		c := e.Clone()
		size += c.Size()
		r.kept = append(r.kept, c)
	}
	if err := r.run.Hold(size); err != nil {
		return false, err
	}
	var err error
	r.more, err = r.Sink.Push(b)
	return r.more, err
}

func (r *appendpipeRun) Close() error {
	if r.more {
		if _, err := r.inner.Push(r.kept); err != nil {
			return err
		}
		if err := r.inner.Close(); err != nil {
			return err
		}
	}
	return r.Sink.Close()
}

// columnsOp stands for whatever gave a table of known columns.
type columnsOp []string

func (op columnsOp) String() string                                       { return "" }
func (op columnsOp) Kind() plan.Kind                                      { return plan.Streaming }
func (op columnsOp) Needs(wanted event.Set) event.Set                     { return wanted }
func (op columnsOp) Columns([]string) []string                            { return op }
func (op columnsOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) { return next, nil }
