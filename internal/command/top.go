package command

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

const topSyntax = " [<n>] [limit=<int>] [countfield=<name>] [percentfield=<name>] [showcount=<bool>] [showperc=<bool>] [useother=<bool>] [otherstr=<string>] <field> ... [BY <field> ...]"

const topDetails = `A row has the values of the fields, how many results have them and their share of all results that have the fields, in per cent with six decimals; with BY, the shares and the limit are for each group. The limit is 10 unless told otherwise, and 0 means all. Values that are equally frequent come in the order of stats. useother=true adds a row for the values past the limit.
Results that lack one of the fields are not counted, with a warning. Each value of a multivalue counts, with several such fields each combination.`

var top = &Spec{
	Name: "top", Syntax: "top" + topSyntax,
	Summary: "Find the most frequent values of a field, or combinations of values of several.",
	Details: topDetails,
	Examples: []string{
		"search * | top eventName",
		"search * | top 3 useother=true showperc=false user_arn, src_ip",
		"search * | top limit=1 userAgent by user_arn",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) { return parseTop(a, "top") },
}

var rare = &Spec{
	Name: "rare", Syntax: "rare" + topSyntax,
	Summary: "Find the least frequent values of a field, or combinations of values of several.",
	Details: topDetails,
	Examples: []string{
		"search * | rare eventName",
		"search * | rare limit=5 showperc=false userAgent by user_arn",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) { return parseTop(a, "rare") },
}

type topOp struct {
	name                     string // top or rare
	fields, by               []byField
	limit                    int // 0 for all
	countField, percentField string
	showCount, showPercent   bool
	useOther                 bool
	otherStr                 string
	place                    place
}

func parseTop(a *spl.Args, name string) (plan.Op, error) {
	op := &topOp{
		name: name, limit: 10, countField: "count", percentField: "percent",
		showCount: true, showPercent: true, otherStr: "OTHER", place: placeOf(a),
	}
	a.Text("countfield", &op.countField)
	a.Text("percentfield", &op.percentField)
	a.Bool("showcount", &op.showCount)
	a.Bool("showperc", &op.showPercent)
	a.Bool("useother", &op.useOther)
	a.Text("otherstr", &op.otherStr)
	if !a.Count("limit", &op.limit) {
		a.TakeCount(&op.limit)
	}
	op.fields = takeBy(a, "by")
	if a.Keyword("by") {
		op.by = takeBy(a)
	}
	op.check(a)
	return op, a.End()
}

// check refuses columns of one name.
func (op *topOp) check(a *spl.Args) {
	names := byNames(op.all())
	if op.showCount {
		names = append(names, op.countField)
	}
	if op.showPercent {
		names = append(names, op.percentField)
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			a.Fail(a.Span(), diag.BadArgument, "countfield and percentfield name the columns of numbers", "two columns would have the name %q", name)
		}
	}
}

// all returns the fields that make a row: those of BY first.
func (op *topOp) all() []byField { return slices.Concat(op.by, op.fields) }

func (op *topOp) String() string {
	return op.name + " limit=" + strconv.Itoa(op.limit) + writeOptions(
		option{"countfield", op.countField, "count"}, option{"percentfield", op.percentField, "percent"},
		boolOption("showcount", op.showCount, true), boolOption("showperc", op.showPercent, true),
		boolOption("useother", op.useOther, false), option{"otherstr", op.otherStr, "OTHER"},
	) + " " + argNames(byNames(op.fields)) + byString(op.by)
}

func (op *topOp) Kind() plan.Kind           { return plan.Transforming }
func (op *topOp) Needs(event.Set) event.Set { return event.SetOf(byNames(op.all())...) }
func (op *topOp) UsesOrder() bool           { return false }

func (op *topOp) Columns([]string) []string {
	names := byNames(op.all())
	if op.showCount {
		names = append(names, op.countField)
	}
	if op.showPercent {
		names = append(names, op.percentField)
	}
	return names
}

func (op *topOp) NewPartial(run *plan.Run) (plan.Partial, error) {
	return &topPartial{newGroups(grouping{run: run, place: op.place, by: op.all()}, agg.AnyOrder), op}, nil
}

func (op *topOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	p, err := op.NewPartial(run)
	return reduce(p, next), err
}

type topPartial struct {
	*groups
	op *topOp
}

// Merge implements [plan.Partial].
func (p *topPartial) Merge(other plan.Partial) error {
	p.merge(other.(*topPartial).groups)
	return nil
}

// topRow is a row of the result: a group, or those past the limit together.
type topRow struct {
	by      []value.Value
	rows    int
	percent float64
	lineage *event.Lineage
}

// Emit implements [plan.Partial].
func (p *topPartial) Emit(next plan.Sink) error {
	p.warnMissing()
	var rows []topRow
	list := p.sorted()
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(grp *group) bool {
			return compareValues(grp.by[:len(p.op.by)], list[0].by[:len(p.op.by)]) != 0
		})
		if n < 0 {
			n = len(list)
		}
		rows = append(rows, p.rank(list[:n])...)
		list = list[n:]
	}
	err := makeRows(p.run, next, len(rows), len(p.by)+2, func(i int) *event.Event { return p.row(rows[i]) })
	if err != nil {
		return err
	}
	return p.release()
}

// rank returns the rows of groups that agree in the BY fields.
func (p *topPartial) rank(list []*group) []topRow {
	total := 0
	for _, grp := range list {
		total += grp.rows
	}
	slices.SortStableFunc(list, func(a, b *group) int {
		if p.op.name == "rare" {
			return cmp.Compare(a.rows, b.rows)
		}
		return cmp.Compare(b.rows, a.rows)
	})
	shown := list
	if p.op.limit > 0 {
		shown = list[:min(p.op.limit, len(list))]
	}
	percent := func(n int) float64 { return 100 * float64(n) / float64(total) }
	rows := make([]topRow, len(shown))
	for i, grp := range shown {
		rows[i] = topRow{grp.by, grp.rows, percent(grp.rows), grp.lineage}
	}
	if rest := list[len(shown):]; len(rest) > 0 && p.op.useOther {
		rows = append(rows, p.other(rest, percent))
	}
	return rows
}

// other returns the row of the groups past the limit.
func (p *topPartial) other(rest []*group, percent func(int) float64) topRow {
	row := topRow{by: slices.Clone(rest[0].by)}
	for i := len(p.op.by); i < len(row.by); i++ {
		row.by[i] = value.OfText(p.op.otherStr)
	}
	sum := &group{}
	for _, grp := range rest {
		row.rows += grp.rows
		sum.inherit(grp.lineage)
	}
	row.percent, row.lineage = percent(row.rows), sum.lineage
	return row
}

func (p *topPartial) row(r topRow) *event.Event {
	fields := make([]event.Field, 0, len(p.by)+2)
	for i, f := range p.by {
		fields = append(fields, event.Field{Name: f.name, Value: r.by[i]})
	}
	if p.op.showCount {
		fields = append(fields, event.Field{Name: p.op.countField, Value: value.OfInt(r.rows)})
	}
	if p.op.showPercent {
		fields = append(fields, event.Field{Name: p.op.percentField, Value: value.OfText(fmt.Sprintf("%.6f", r.percent))})
	}
	e := event.OfFields(fields)
	e.Inherit(r.lineage)
	return e
}
