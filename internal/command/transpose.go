package command

import (
	"strconv"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var transpose = &Spec{
	Name:    "transpose",
	Syntax:  "transpose [<n>] [column_name=<string>] [header_field=<field>] [include_empty=<bool>]",
	Summary: "Turn rows into columns: a result for each field, a column for each of the first n results.",
	Details: `n is 5 unless told otherwise, 0 for all. The names of the fields stand in the column named column, or column_name. The other columns are named row 1, row 2 and so on, or by the values of header_field, which then makes no row itself; where it is absent, or its value is already the name of a column, the name is row n. include_empty=false leaves out fields that have a value in none of the results.`,
	Examples: []string{
		"search * | stats count dc(src_ip) | transpose",
		"search * | stats count by user | transpose 0 header_field=user column_name=what",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := transposeOp{n: 5, column: "column", includeEmpty: true}
		a.Text("column_name", &op.column)
		a.Text("header_field", &op.header)
		a.Bool("include_empty", &op.includeEmpty)
		a.TakeCount(&op.n)
		return op, a.End()
	},
}

type transposeOp struct {
	n            int // 0 for all
	column       string
	header       string
	includeEmpty bool
}

func (op transposeOp) String() string {
	s := "transpose " + strconv.Itoa(op.n) + " column_name=" + spl.Quote(op.column)
	if op.header != "" {
		s += " header_field=" + argName(op.header)
	}
	if !op.includeEmpty {
		s += " include_empty=false"
	}
	return s
}

func (op transposeOp) Kind() plan.Kind { return plan.Transforming }

// Needs is every field: each makes a row.
func (op transposeOp) Needs(event.Set) event.Set { return event.AllFields }

// Opens tells that the rows name the columns.
func (op transposeOp) Opens() bool { return true }

func (op transposeOp) Columns([]string) []string { return []string{op.column} }

func (op transposeOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &transposeRun{op: op, run: run, next: next, known: map[string]bool{op.header: true}}, nil
}

// transposeRun keeps the first rows, and the fields of all of them.
type transposeRun struct {
	op    transposeOp
	run   *plan.Run
	next  plan.Sink
	rows  []*event.Event
	names []string
	known map[string]bool
}

// Push implements [plan.Sink].
func (r *transposeRun) Push(b event.Batch) (bool, error) {
	held := 0
	for _, e := range b {
		wanted := r.op.n == 0 || len(r.rows) < r.op.n
		if !wanted && !r.op.includeEmpty {
			break
		}
		for _, f := range e.Fields() {
			if !r.known[f.Name] {
				r.known[f.Name] = true
				r.names = append(r.names, f.Name)
				held += 2*len(f.Name) + 64
			}
		}
		if wanted {
			row := e.Clone()
			held += row.Size()
			r.rows = append(r.rows, row)
		}
	}
	full := r.op.n > 0 && len(r.rows) >= r.op.n
	return !full || r.op.includeEmpty, r.run.Hold(held)
}

// Close implements [plan.Sink].
func (r *transposeRun) Close() error {
	columns := r.columns()
	out := make([]*event.Event, len(r.names))
	for i, name := range r.names {
		fields := []event.Field{{Name: r.op.column, Value: value.OfText(name)}}
		for j, row := range r.rows {
			if v := row.Get(name); !v.IsNull() {
				fields = append(fields, event.Field{Name: columns[j], Value: v})
			}
		}
		out[i] = event.OfFields(fields)
		for _, row := range r.rows {
			out[i].Inherit(row.Lineage())
		}
	}
	if err := pushRows(r.run, r.next, out); err != nil {
		return err
	}
	return r.next.Close()
}

// columns names the columns, one for each row and all different.
func (r *transposeRun) columns() []string {
	taken := map[string]bool{r.op.column: true}
	columns := make([]string, len(r.rows))
	for i, row := range r.rows {
		for n := i + 1; columns[i] == "" || taken[columns[i]]; n++ {
			columns[i] = "row " + strconv.Itoa(n)
		}
		if header := row.Get(r.op.header); r.op.header != "" && !header.IsNull() && !taken[header.String()] {
			columns[i] = header.String()
		}
		taken[columns[i]] = true
	}
	return columns
}
