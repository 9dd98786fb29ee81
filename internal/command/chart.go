package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var chart = &Spec{
	Name:    "chart",
	Syntax:  "chart [limit=[top|bottom]<int>] [agg=<function>[(<field>)]] [usenull=<bool>] [useother=<bool>] [nullstr=<string>] [otherstr=<string>] [sep=<string>] [format=<string>] [cont=<bool>] [dedup_splitvals=<bool>] (<function>[(<field>|eval(<expression>))] | eval(<expression>)) [AS <name>] ... [OVER <field> [<bin-option> ...]] [BY <field> [<bin-option> ...] [<field> [<bin-option> ...]]] [where <function>[(<field>)] (in|notin) (top|bottom)<int> | (<|>) <num>]",
	Summary: "Compute statistics as a table: a row for each value of one field, a column for each value of another.",
	Details: `The functions are those of stats, and eval(…) computes with them: eval(avg(a)/max(b)). OVER names the field of rows and BY that of columns; BY with two fields names both. Rows are sorted by the first field, columns by name; results without the row field are in no row, with a warning. A cell that no result falls into is 0 for count and dc and has no value otherwise.
The ten columns with the greatest sums get a name of their own, or with several functions those of the most results; the rest is joined in OTHER, and results without the field are in NULL. limit changes how many, 0 means all; agg, or a where clause behind the fields, what counts. With several functions columns are named function: value; sep and format change that.
span, bins, minspan, start and end put the numbers of the field before them into bins as the bin command does; numbers outside of start and end are left out.`,
	Examples: []string{
		"search * | chart count over eventName by errorCode",
		"search * | chart count dc(src_ip) by user_arn",
		"search * | chart limit=5 useother=f avg(bytes) over host by status usenull=f",
		"search * | chart eval(sum(bytes)/count) as mean by host, user",
		"search * | chart count over _time span=1d by eventName where max in top3",
	},
	Differs: "cont is accepted and changes nothing: a bin that no result falls into has no row. Numbers are put into bins only if a bin option is given.",
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &chartOp{charting: newCharting(a)}
		var cont bool
		a.Bool("cont", &cont)
		op.takeOptions(a)
		bin := noBins()
		op.takeTerms(a, &bin)
		op.takeSplits(a, bin)
		op.selection.takeWhere(a)
		agg.RefusePer(a, op.calls)
		var by []string
		if op.row != nil {
			by = append(by, op.row.name)
		}
		agg.CheckTerms(a, op.terms, by)
		return op, a.End()
	},
}

type chartOp struct {
	charting
	row *split // nil for one row
}

// takeSplits takes the fields of rows and columns. bin is the options that
// stood before them, which are the rows'.
func (op *chartOp) takeSplits(a *spl.Args, bin binOp) {
	if a.Keyword("over") {
		op.row = takeSplit(a)
	}
	if a.Keyword("by") {
		if op.row == nil {
			op.row = takeSplit(a)
			a.Take(",")
		} else {
			op.column = takeSplit(a)
		}
		if t := a.Peek(); op.column == nil && t.Kind != spl.End && !t.Is("where") {
			op.column = takeSplit(a)
		}
	}
	if op.row == nil {
		return
	}
	if op.row.bin.optionString(0) == "" {
		bin.field = op.row.name
		op.row.bin = bin
	}
	if op.column != nil && op.column.name == op.row.name {
		a.Fail(op.column.span, diag.BadArgument, "", "%q is the field of the rows already", op.column.name)
	}
}

func (op *chartOp) String() string {
	s := op.string("chart", "")
	if op.row != nil {
		s += " over " + op.row.String()
	}
	return s + op.columnString()
}

// columnString writes the split by columns, and which of them are shown.
func (op *charting) columnString() string {
	s := ""
	if op.column != nil {
		s = " by " + op.column.String()
	}
	if op.selection.where != "" {
		s += " where " + op.selection.where
	}
	return s
}

func (op *chartOp) Kind() plan.Kind { return plan.Transforming }

func (op *chartOp) Needs(event.Set) event.Set {
	fields := op.needs()
	if op.row != nil {
		fields = fields.With(op.row.name)
	}
	return fields
}

// Opens is true where the values of a field name the columns.
func (op *chartOp) Opens() bool { return op.column != nil }

func (op *chartOp) Columns([]string) []string {
	var names []string
	if op.row != nil {
		names = append(names, op.row.name)
	}
	return append(names, op.columnNames()...)
}

// UsesOrder is as for stats.
func (op *chartOp) UsesOrder() bool { return false }

func (op *chartOp) NewPartial(run *plan.Run) (plan.Partial, error) {
	return op.partial(run, agg.AnyOrder)
}

func (op *chartOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	p, err := op.partial(run, agg.InOrder)
	return reduce(p, next), err
}

func (op *chartOp) partial(run *plan.Run, order agg.Order) (*chartPartial, error) {
	var rows *byField
	if op.row != nil {
		f, err := op.row.grouped(run)
		if err != nil {
			return nil, err
		}
		rows = &f
	}
	groups, err := newChartGroups(&op.charting, run, rows, order)
	return &chartPartial{groups, op}, err
}

type chartPartial struct {
	*chartGroups
	op *chartOp
}

// Add implements [plan.Partial].
func (p *chartPartial) Add(b event.Batch) error { return p.add(b) }

// Merge implements [plan.Partial].
func (p *chartPartial) Merge(other plan.Partial) error {
	p.merge(other.(*chartPartial).chartGroups)
	return nil
}

// Emit implements [plan.Partial].
func (p *chartPartial) Emit(next plan.Sink) error {
	p.cells.warnMissing()
	rowName := ""
	if p.op.row != nil {
		rowName = p.op.row.name
		if err := p.bins(p.op.row, p.row); err != nil {
			return err
		}
	}
	t, err := p.table(rowName)
	if err != nil {
		return err
	}
	switch {
	case p.op.row != nil:
		slices.SortStableFunc(t.rows, func(a, b *chartRow) int { return p.op.row.compareBins(a.label, b.label) })
	case len(t.rows) == 0:
		t.rows, t.series = []*chartRow{{}}, []string{""} // one row, also without input
	}
	columns := t.columns()
	err = makeRows(p.cells.run, next, len(t.rows), len(columns), func(i int) *event.Event {
		return t.row(t.rows[i].label, t.rows[i], columns, 1)
	})
	if err != nil {
		return err
	}
	return p.release()
}
