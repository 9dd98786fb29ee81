package command

import (
	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var eventstats = &Spec{
	Name:    "eventstats",
	Syntax:  "eventstats [allnum=<bool>] <function>[(<field>|eval(<expression>))] [AS <name>] ... [BY <field> ...]",
	Summary: "Add the statistics of all results, or of its group, to every result.",
	Details: `The functions are those of stats. The results keep their order and their fields; a field of the name of a statistic is replaced, and removed where the statistic is null. A result that lacks a BY field stays as it is. One with a multivalue BY field counts in the group of each of its values and gets the statistics of the first.
All results are held in memory until the last one is read.`,
	Examples: []string{
		"search * | stats count by user_arn | eventstats avg(count) as mean stdev(count) as deviation",
		"search * | eventstats dc(src_ip) as addresses by user_arn | where addresses > 5",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &eventstatsOp{}
		a.Bool("allnum", &op.allNum)
		op.take(a)
		return op, a.End()
	},
}

type eventstatsOp struct{ aggregation }

func (op *eventstatsOp) String() string                   { return op.string("eventstats") }
func (op *eventstatsOp) Kind() plan.Kind                  { return plan.Dataset }
func (op *eventstatsOp) Needs(wanted event.Set) event.Set { return wanted.Union(op.needs()) }
func (op *eventstatsOp) Opens() bool                      { return op.wild() }
func (op *eventstatsOp) Columns(in []string) []string     { return addColumns(in, op.columns()...) }

func (op *eventstatsOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	g := newGroups(op.grouping(run), agg.Running)
	r := &eventstatsRun{groups: g}
	r.collector = collect(run, next, r.finish)
	return r, nil
}

type eventstatsRun struct {
	*collector
	groups *groups
	of     []*group // per row, nil for none
}

// Push implements [plan.Sink].
func (r *eventstatsRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		var first *group
		err := r.groups.each(e, func(grp *group, _ *event.Event) {
			if first == nil {
				first = grp
			}
			r.groups.pending += r.groups.reader.Add(grp.Group)
		})
		if err != nil {
			return false, err
		}
		r.of = append(r.of, first)
		r.groups.pending += 8
	}
	if err := r.groups.charge(); err != nil {
		return false, err
	}
	return r.collector.Push(b)
}

// finish adds to each row the results of its group.
func (r *eventstatsRun) finish(rows []*event.Event) ([]*event.Event, error) {
	list := r.groups.sorted()
	columns := r.groups.results(list)
	r.groups.warnCut(list, columns)
	results := make(map[*group][]value.Value, len(list))
	for _, grp := range list {
		values := make([]value.Value, len(columns))
		for i, c := range columns {
			values[i] = grp.Result(c)
		}
		results[grp] = values
	}
	for i, row := range rows {
		for n, v := range results[r.of[i]] {
			row.Set(columns[n].Name, v)
		}
	}
	return rows, r.groups.release()
}
