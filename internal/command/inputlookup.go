package command

import (
	"fmt"
	"math"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var inputlookup = &Spec{
	Name:       "inputlookup",
	Syntax:     "inputlookup [append=<bool>] [strict=<bool>] [start=<int>] [max=<int>] <lookup> [where <search-expression>]",
	Summary:    "Read the rows of a lookup table.",
	Generating: true,
	Details: `The rows come in the order of the table; an empty cell is an absent field. where keeps the rows that match, start passes over the first rows that are left and max bounds how many are read. With append=true the command stands behind others and adds the rows to theirs; the table is then read when those have ended, so what outputlookup wrote before in the same search is seen.
strict has no effect: a lookup that does not exist is always an error.`,
	Examples: []string{
		"| inputlookup accounts",
		`| inputlookup accounts max=10 where owner=secops env!=test`,
		"search * | stats min(_time) AS firstTime by user | inputlookup append=true seen_users",
	},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		op := &inputlookupOp{place: placeOf(a), max: math.MaxInt}
		var ignored bool
		a.Bool("append", &op.add)
		a.Bool("strict", &ignored)
		a.Count("start", &op.start)
		a.Count("max", &op.max)
		op.name, op.table = takeLookup(a, env)
		op.infers = infersRows(op.table)
		if a.Keyword("where") {
			expr := a.Search()
			if err := a.End(); err != nil {
				return nil, err
			}
			var err error
			if op.where, err = newSearchOp(expr, a.Command(), env); err != nil {
				return nil, err
			}
		}
		return op, a.End()
	},
}

type inputlookupOp struct {
	place place
	name  string
	table plan.Lookup
	// infers tells that the rows follow from what was read.
	infers bool
	add    bool
	start  int
	max    int
	where  *searchOp // nil for all rows
}

func (op *inputlookupOp) String() string {
	s := "inputlookup" + flag("append", op.add)
	if op.start > 0 {
		s += fmt.Sprintf(" start=%d", op.start)
	}
	if op.max < math.MaxInt {
		s += fmt.Sprintf(" max=%d", op.max)
	}
	s += " " + argName(op.name)
	if op.where != nil {
		s += " where " + spl.SearchString(op.where.expr)
	}
	return s
}

// Kind is not Generating where rows are added to those of other commands.
func (op *inputlookupOp) Kind() plan.Kind {
	if op.add {
		return plan.Centralized
	}
	return plan.Generating
}

// Infers implements [plan.Inferrer].
func (op *inputlookupOp) Infers() bool { return op.infers }

func (op *inputlookupOp) Needs(wanted event.Set) event.Set { return wanted }

func (op *inputlookupOp) Columns(in []string) []string {
	if !op.add {
		in = []string{}
	}
	return addColumns(in, op.table.Columns()...)
}

func (op *inputlookupOp) Notes() []*diag.Error {
	if op.where == nil {
		return nil
	}
	return op.where.Notes()
}

func (op *inputlookupOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	r := &inputlookupRun{Sink: next, op: op, run: run, more: true}
	if op.where != nil {
		f, err := op.where.Filter(run)
		if err != nil {
			return nil, err
		}
		r.filter = f
	}
	return r, nil
}

// inputlookupRun passes rows on, if there are any, and reads the table when
// they have ended.
type inputlookupRun struct {
	plan.Sink
	op     *inputlookupOp
	run    *plan.Run
	filter plan.Filter
	more   bool
	after  uint64 // a place in the order behind all rows passed on
}

func (r *inputlookupRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		if o := e.Order(); math.IsInf(o.Time, -1) {
			r.after = max(r.after, o.Seq+1)
		}
	}
	var err error
	r.more, err = r.Sink.Push(b)
	return r.more, err
}

func (r *inputlookupRun) Close() error {
	if r.more {
		if err := r.read(); err != nil {
			return err
		}
	}
	return r.Sink.Close()
}

func (r *inputlookupRun) read() error {
	table := r.op.table
	if r.op.infers {
		var err error
		if table, err = inferred(r.run, table, r.op.place); err != nil {
			return err
		}
	}
	rows, err := table.Rows()
	if err != nil {
		return err
	}
	if r.filter != nil {
		kept := rows[:0]
		for _, row := range rows {
			if r.filter.Match(row) {
				kept = append(kept, row)
			}
		}
		rows = kept
	}
	rows = rows[min(r.op.start, len(rows)):]
	rows = rows[:min(r.op.max, len(rows))]
	size := 0
	for i, row := range rows {
		row.SetOrder(event.Order{Time: math.Inf(-1), Seq: r.after + uint64(i)}) //nolint:gosec // i counts rows
		size += row.Size()
	}
	if err := r.run.Hold(size); err != nil {
		return err
	}
	for len(rows) > 0 && r.more {
		if err := r.run.Context.Err(); err != nil {
			return err
		}
		n := min(len(rows), batchRows)
		if r.more, err = r.Sink.Push(rows[:n:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return r.run.Hold(-size)
}
