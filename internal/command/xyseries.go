package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var xyseries = &Spec{
	Name:    "xyseries",
	Aliases: []string{"maketable"},
	Syntax:  "xyseries [grouped=<bool>] <x-field> <y-name-field> <y-data-field>... [sep=<string>] [format=<string>]",
	Summary: "Make a table with a row for each x and a column for each value of the name field.",
	Details: `The cells are the values of the data field; where several results fall into one cell the last wins. The columns stand in the order of their names, the rows in that of the results. Several data fields give columns named "data: name"; sep is what stands between, and format may say more with $AGG$ for the data field and $VAL$ for the name. Results without x or without a name are left out. grouped has no effect.`,
	Examples: []string{
		"search * | stats count by user, eventName | xyseries user eventName count",
		`search * | stats count dc(src_ip) AS sources by user, region | xyseries user region count sources sep="-"`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op xyseriesOp
		var ignored bool
		sep := ": "
		a.Bool("grouped", &ignored)
		a.Text("sep", &sep)
		if !a.Text("format", &op.format) {
			op.format = "$AGG$" + sep + "$VAL$"
		}
		op.x = takeField(a)
		a.Take(",")
		op.name = takeField(a)
		op.data = takeFields(a)
		refusePatterns(a, op.data)
		return op, a.End()
	},
}

type xyseriesOp struct {
	x, name string
	data    []string
	format  string // of columns, where there are several data fields
}

func (op xyseriesOp) String() string {
	return "xyseries " + argNames([]string{op.x, op.name}) + " " + argNames(op.data) + " format=" + spl.Quote(op.format)
}

func (op xyseriesOp) Kind() plan.Kind { return plan.Transforming }

func (op xyseriesOp) Needs(event.Set) event.Set { return event.SetOf(op.data...).With(op.x, op.name) }

// Opens tells that the values of a field name the columns.
func (op xyseriesOp) Opens() bool { return true }

func (op xyseriesOp) Columns([]string) []string { return []string{op.x} }

func (op xyseriesOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) { return op.series(rows), nil }), nil
}

// column names the column of a data field and a name.
func (op xyseriesOp) column(data, name string) string {
	if len(op.data) == 1 {
		return name
	}
	return strings.NewReplacer("$AGG$", data, "$VAL$", name).Replace(op.format)
}

func (op xyseriesOp) series(rows []*event.Event) []*event.Event {
	// Cells are gathered first, since a row has its columns in the order in
	// which they are set.
	type line struct {
		row   *event.Event
		cells map[string]*event.Event // by name
	}
	var lines []*line
	byX := map[string]*line{}
	var names []string
	known := map[string]bool{}
	for _, row := range rows {
		x, name := row.Get(op.x), row.Get(op.name)
		if x.IsNull() || name.IsNull() {
			continue
		}
		key := keyOf(row, []string{op.x})
		l := byX[key]
		if l == nil {
			l = &line{row: event.New(event.Field{Name: op.x, Value: x}), cells: map[string]*event.Event{}}
			byX[key], lines = l, append(lines, l)
		}
		l.row.Inherit(row.Lineage())
		l.cells[name.String()] = row
		if !known[name.String()] {
			known[name.String()] = true
			names = append(names, name.String())
		}
	}
	slices.Sort(names)
	out := make([]*event.Event, len(lines))
	for i, l := range lines {
		for _, data := range op.data {
			for _, name := range names {
				if cell := l.cells[name]; cell != nil {
					l.row.Set(op.column(data, name), cell.Get(data))
				}
			}
		}
		out[i] = l.row
	}
	return out
}
