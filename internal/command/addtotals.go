package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var addtotals = &Spec{
	Name:    "addtotals",
	Syntax:  "addtotals [row=<bool>] [col=<bool>] [fieldname=<field>] [labelfield=<field>] [label=<string>] [<wc-field-list>]",
	Summary: "Add the sum of the numeric fields of each result, or of each column.",
	Details: `row, on unless told otherwise, gives each result the sum of the fields named, or of all that do not begin with an underscore, in the field fieldname, Total by default. What is no number is left out. col adds a result with the sum of each column at the end; labelfield names a field in which that result has the text label, Total by default.`,
	Examples: []string{
		"search * | stats count(a) AS a count(b) AS b by user | addtotals",
		"search * | addtotals fieldname=Score score_*",
		"search * | stats count by user | addtotals row=f col=t labelfield=user",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := addtotalsOp{row: true, total: "Total", label: "Total"}
		a.Bool("row", &op.row)
		a.Bool("col", &op.col)
		a.Text("fieldname", &op.total)
		return op.takeRest(a)
	},
}

var addcoltotals = &Spec{
	Name:    "addcoltotals",
	Syntax:  "addcoltotals [labelfield=<field>] [label=<string>] [<wc-field-list>]",
	Summary: "Add a result with the sum of each numeric column at the end.",
	Details: `The columns are those named, or all that do not begin with an underscore. What is no number is left out, and a column without numbers stays empty. labelfield names a field in which the result has the text label, Total by default.`,
	Examples: []string{
		"search * | stats count by user | addcoltotals",
		"search * | stats count by user | addcoltotals labelfield=user label=ALL count",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := addtotalsOp{col: true, total: "Total", label: "Total"}
		return op.takeRest(a)
	},
}

type addtotalsOp struct {
	row, col          bool
	total             string
	labelField, label string
	names             []string
}

func (op addtotalsOp) takeRest(a *spl.Args) (plan.Op, error) {
	a.Text("labelfield", &op.labelField)
	a.Text("label", &op.label)
	if op.names = a.Fields(); len(op.names) == 0 {
		op.names = []string{"*"}
	}
	return op, a.End()
}

func (op addtotalsOp) String() string {
	s := "addtotals row=f"
	if op.row {
		s = "addtotals row=t"
	}
	s += flag("col", op.col) + " fieldname=" + argName(op.total)
	if op.labelField != "" {
		s += " labelfield=" + argName(op.labelField)
	}
	return s + " label=" + spl.Quote(op.label) + " " + argNames(op.names)
}

func (op addtotalsOp) Kind() plan.Kind {
	if op.col {
		return plan.Centralized
	}
	return plan.Streaming
}

func (op addtotalsOp) Needs(wanted event.Set) event.Set {
	if op.row && wanted.Has(op.total) {
		return wanted.With(op.names...)
	}
	return wanted
}

func (op addtotalsOp) Columns(in []string) []string {
	if op.row {
		in = addColumns(in, op.total)
	}
	if op.col && op.labelField != "" {
		in = addColumns(in, op.labelField)
	}
	return in
}

func (op addtotalsOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	if op.col {
		next = &coltotalsRun{Sink: next, op: op, sums: map[string]float64{}, run: run}
	}
	if !op.row {
		return next, nil
	}
	return changeRows(next, op.addRow), nil
}

// addRow gives e the sum of its fields.
func (op addtotalsOp) addRow(e *event.Event) {
	sum := 0.0
	for _, name := range expandNames(e, op.names) {
		if f, ok := e.Get(name).Float(); ok && (name != op.total || slices.Contains(op.names, name)) {
			sum += f
		}
	}
	e.Set(op.total, value.OfNumber(sum))
}

// coltotalsRun passes rows on and pushes a row with their sums at the end.
type coltotalsRun struct {
	plan.Sink
	op      addtotalsOp
	run     *plan.Run
	names   []string // the columns that have sums
	sums    map[string]float64
	total   *event.Event // the row of the sums
	rows    int
	stopped bool
}

// Push implements [plan.Sink].
func (r *coltotalsRun) Push(b event.Batch) (bool, error) {
	if r.total == nil {
		r.total = event.New()
	}
	held := 0
	for _, e := range b {
		r.total.Inherit(e.Lineage())
		for _, name := range r.columns(e) {
			f, ok := e.Get(name).Float()
			if !ok {
				continue
			}
			if _, known := r.sums[name]; !known {
				r.names = append(r.names, name)
				held += 2*len(name) + 64
			}
			r.sums[name] += f
		}
	}
	r.rows += len(b)
	if err := r.run.Hold(held); err != nil {
		return false, err
	}
	more, err := r.Sink.Push(b)
	r.stopped = !more
	return more, err
}

// columns returns the fields of e to sum up. With row=t the new total is one
// of them, whatever else is.
func (r *coltotalsRun) columns(e *event.Event) []string {
	names := expandNames(e, r.op.names)
	if r.op.row && !slices.Contains(names, r.op.total) {
		names = append(slices.Clip(names), r.op.total)
	}
	return names
}

// Close implements [plan.Sink].
func (r *coltotalsRun) Close() error {
	if r.rows > 0 && !r.stopped {
		for _, name := range r.names {
			r.total.Set(name, value.OfNumber(r.sums[name]))
		}
		if r.op.labelField != "" {
			r.total.Set(r.op.labelField, value.OfText(r.op.label))
		}
		r.total.SetOrder(orderOfRow(r.rows))
		if _, err := r.Sink.Push(event.Batch{r.total}); err != nil {
			return err
		}
	}
	return r.Sink.Close()
}
