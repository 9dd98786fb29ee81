package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var stats = &Spec{
	Name:    "stats",
	Syntax:  "stats [allnum=<bool>] [delim=<string>] [partitions=<int>] <function>[(<field>|eval(<expression>))] [AS <name>] ... [BY <field> ...] [dedup_splitvals=<bool>]",
	Summary: "Compute statistics over all results, or over each group of results that agree in the BY fields.",
	Details: `Only the BY fields and the statistics go on, one row for each group; without BY it is one row, also if there was no input. Rows come sorted by the BY fields, numbers before text.
A result that lacks one of the BY fields is in no group and is not counted; a warning tells how many and for which field. A multivalue BY field puts a result into the group of each of its values, with several such fields into that of each combination; dedup_splitvals=true counts repeated values once.
A field may be a pattern: values(requestParameters.*) as * stands for every field that matches, but internal fields and the BY fields. A function other than count without a field is applied to every field. count(eval(condition)) counts where the condition is true.
allnum=true leaves out the statistics of numbers for a group in which the field has a value that is none. delim and partitions are accepted and change nothing.`,
	Examples: []string{
		"search * | stats count",
		"search * | stats count min(_time) as firstTime values(eventName) as actions by user_arn, src_ip",
		`search * | stats count(eval(errorCode="AccessDenied")) as denied dc(eventName) by user_arn`,
		"search * | stats values(requestParameters.*) as * by eventName",
	},
	Differs: "Splunk's manual forbids two names for the same statistic, which pugmark gives. Two statistics of one name, or one named as a BY field, are an error.",
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &statsOp{}
		a.Bool("allnum", &op.allNum)
		a.Text("delim", new(string))
		a.Count("partitions", new(int))
		op.take(a)
		return op, a.End()
	},
}

// aggregation is what stats, eventstats and streamstats have in common.
type aggregation struct {
	calls    []*agg.Call
	by       []byField
	allNum   bool
	distinct bool
	place    place
}

// wild reports whether a function is for all fields that a pattern matches.
func (op *aggregation) wild() bool { return slices.ContainsFunc(op.calls, (*agg.Call).Wild) }

// take reads the functions and the BY clause.
func (op *aggregation) take(a *spl.Args) {
	op.place = placeOf(a)
	a.Bool("dedup_splitvals", &op.distinct)
	op.calls = agg.ParseCalls(a, "by")
	for _, c := range op.calls {
		c.AllNum = op.allNum
	}
	if a.Keyword("by") {
		op.by = takeBy(a)
	}
	agg.Check(a, op.calls, byNames(op.by))
}

// string writes the functions and the BY clause behind the options.
func (op *aggregation) string(options string) string {
	var b strings.Builder
	b.WriteString(options + writeOptions(boolOption("allnum", op.allNum, false)))
	for _, c := range op.calls {
		b.WriteString(" " + c.String())
	}
	b.WriteString(byString(op.by) + writeOptions(boolOption("dedup_splitvals", op.distinct, false)))
	return b.String()
}

func (op *aggregation) needs() event.Set { return agg.Needs(op.calls).With(byNames(op.by)...) }

// Notes implements [plan.Noter].
func (op *aggregation) Notes() []*diag.Error { return agg.Notes(op.calls) }

func (op *aggregation) grouping(run *plan.Run) grouping {
	return grouping{run: run, place: op.place, by: op.by, calls: op.calls, distinct: op.distinct}
}

// columns returns the results' names as far as they are known beforehand.
func (op *aggregation) columns() []string {
	var names []string
	for _, c := range agg.Columns(op.calls) {
		names = append(names, c.Name)
	}
	return names
}

type statsOp struct{ aggregation }

func (op *statsOp) String() string            { return op.string("stats") }
func (op *statsOp) Kind() plan.Kind           { return plan.Transforming }
func (op *statsOp) Needs(event.Set) event.Set { return op.needs() }
func (op *statsOp) Opens() bool               { return op.wild() }
func (op *statsOp) Columns([]string) []string { return slices.Concat(byNames(op.by), op.columns()) }

// UsesOrder tells that rows made from one event, which share its place, may
// reach the same partial state one after another: their arrival there tells
// them apart.
func (op *statsOp) UsesOrder() bool { return false }

func (op *statsOp) NewPartial(run *plan.Run) (plan.Partial, error) {
	return &statsPartial{newGroups(op.grouping(run), agg.AnyOrder)}, nil
}

func (op *statsOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return reduce(&statsPartial{newGroups(op.grouping(run), agg.Running)}, next), nil
}

type statsPartial struct{ *groups }

// Merge implements [plan.Partial].
func (p *statsPartial) Merge(other plan.Partial) error {
	p.merge(other.(*statsPartial).groups)
	return nil
}

// Emit implements [plan.Partial].
func (p *statsPartial) Emit(next plan.Sink) error {
	if len(p.by) == 0 && len(p.index) == 0 {
		p.find() // one row, also without input
	}
	p.warnMissing()
	list := p.sorted()
	columns := p.results(list)
	p.warnCut(list, columns)
	err := makeRows(p.run, next, len(list), len(p.by)+len(columns), func(i int) *event.Event {
		return p.row(list[i], columns)
	})
	if err != nil {
		return err
	}
	return p.release()
}

func (p *statsPartial) row(grp *group, columns []agg.Column) *event.Event {
	fields := make([]event.Field, 0, len(p.by)+len(columns))
	for i, f := range p.by {
		fields = append(fields, event.Field{Name: f.name, Value: grp.by[i]})
	}
	for _, c := range columns {
		if v := grp.Result(c); !v.IsNull() {
			fields = append(fields, event.Field{Name: c.Name, Value: v})
		}
	}
	row := event.OfFields(fields)
	row.Inherit(grp.lineage)
	return row
}
