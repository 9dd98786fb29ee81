package command

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// chartGroups is the state that chart and timechart share: groups by row and
// series, and the same groups once more for the scores of series, where these
// are not computed from the results.
type chartGroups struct {
	op     *charting
	row    int // the index of the BY field of rows, or -1
	series int // that of series, or -1
	cells  *groups
	scores *groups // or nil
}

// newChartGroups begins the state; rows is the field of rows, nil for one row.
func newChartGroups(op *charting, run *plan.Run, rows *byField, order agg.Order) (*chartGroups, error) {
	g := grouping{run: run, place: op.place, calls: op.calls, distinct: op.distinct}
	c := &chartGroups{op: op, row: -1, series: -1}
	if rows != nil {
		c.row = 0
		g.by = append(g.by, *rows)
	}
	if op.column != nil {
		f, err := op.column.grouped(run)
		if err != nil {
			return nil, err
		}
		f.optional = true
		c.series = len(g.by)
		g.by = append(g.by, f)
	}
	c.cells = newGroups(g, order)
	if op.selection.call != nil && op.column != nil {
		g.calls = []*agg.Call{op.selection.call}
		c.scores = newGroups(g, order)
	}
	return c, nil
}

func (c *chartGroups) add(b event.Batch) error {
	if c.scores != nil {
		if err := c.scores.Add(b); err != nil {
			return err
		}
	}
	return c.cells.Add(b)
}

func (c *chartGroups) merge(other *chartGroups) {
	c.cells.merge(other.cells)
	if c.scores != nil {
		c.scores.merge(other.scores)
	}
}

func (c *chartGroups) release() error {
	if c.scores != nil {
		if err := c.scores.release(); err != nil {
			return err
		}
	}
	return c.cells.release()
}

// rebucket replaces the values of rows.
func (c *chartGroups) rebucket(bucket func(value.Value) value.Value) {
	c.cells.rebucket(c.row, bucket)
	if c.scores != nil {
		c.scores.rebucket(c.row, bucket)
	}
}

// bins chooses the bins of a split that leaves them to the values.
func (c *chartGroups) bins(s *split, i int) error {
	if s == nil || !s.automatic() {
		return nil
	}
	if c.scores != nil {
		if err := s.bins(c.scores, i); err != nil {
			return err
		}
	}
	return s.bins(c.cells, i)
}

// chartTable is the finished rows and columns.
type chartTable struct {
	op      *charting
	env     *eval.Env
	rowName string // of the field of rows, or ""
	rows    []*chartRow
	outputs []output
	series  []string   // the names of the columns' series; one "" without a split
	empty   *agg.Group // for cells that no row fell into
}

// chartRow is the groups of one row, by series.
type chartRow struct {
	label value.Value
	cells map[string]*group
}

// series is the groups of one column.
type series struct {
	name  string
	label value.Value
	null  bool // of rows without the field
	rows  int
	cells []*agg.Group
	score float64
}

// maxSeries bounds the columns of a table.
const maxSeries = 10_000

// table makes rows and columns of the groups. rowName is the name of the
// column of the rows' values.
func (c *chartGroups) table(rowName string) (*chartTable, error) {
	if err := c.bins(c.op.column, c.series); err != nil {
		return nil, err
	}
	t := &chartTable{op: c.op, env: eval.NewEnv(c.cells.run), rowName: rowName}
	t.empty, _ = c.cells.reader.NewGroup()
	all := map[string]*series{}
	rows := map[string]*chartRow{}
	list := c.cells.sorted()
	c.warnCut(list)
	for _, grp := range list {
		one := c.seriesOf(grp, rowName, all)
		if one == nil {
			continue
		}
		key, label := "", value.Value{}
		if c.row >= 0 {
			label = grp.by[c.row]
			key = label.String()
		}
		row := rows[key]
		if row == nil {
			row = &chartRow{label: label, cells: map[string]*group{}}
			rows[key] = row
			t.rows = append(t.rows, row)
		}
		one.rows += grp.rows
		if own := row.cells[one.name]; own != nil {
			own.merge(grp) // NULL and rows without the field
		} else {
			row.cells[one.name] = grp
			one.cells = append(one.cells, grp.Group)
		}
	}
	t.outputs = c.op.outputs(list)
	t.choose(c, all)
	return t, nil
}

// seriesOf returns the series of a group, nil if the group is not shown.
func (c *chartGroups) seriesOf(grp *group, rowName string, all map[string]*series) *series {
	one := &series{}
	if c.series >= 0 {
		one.label = grp.by[c.series]
		one.null = one.label.IsNull()
		if one.null && !c.op.useNull {
			return nil
		}
		one.name = c.op.seriesName(one.label, rowName)
	}
	if known := all[one.name]; known != nil {
		known.null = known.null || one.null
		return known
	}
	all[one.name] = one
	return one
}

// seriesName returns the name of the column of a value. One that would be
// hidden, or taken for the rows' own, gets VALUE before it. Source: Splunk,
// timechart (names that begin with an underscore).
func (op *charting) seriesName(v value.Value, rowName string) string {
	name := v.String()
	switch {
	case v.IsNull():
		return op.nullStr
	case len(op.terms) > 1:
		return name
	case isInternal(name):
		return "VALUE" + name
	case name == "" || name == rowName:
		return "VALUE_" + name
	}
	return name
}

func (c *chartGroups) warnCut(list []*group) {
	for i := range c.op.calls {
		states := make([]*agg.Group, len(list))
		for n, grp := range list {
			states[n] = grp.Group
		}
		c.cells.warnCut(list, agg.ColumnsOf(c.op.calls, i, states...))
	}
}

// choose orders the series and joins those that get no column.
func (t *chartTable) choose(c *chartGroups, all map[string]*series) {
	var shown, ranked []*series
	for _, one := range all {
		if one.null || c.series < 0 {
			shown = append(shown, one)
		} else {
			ranked = append(ranked, one)
		}
	}
	if c.series >= 0 {
		t.score(c, ranked)
	}
	chosen := t.op.selection.choose(ranked)
	slices.SortFunc(ranked, func(x, y *series) int {
		return cmp.Or(t.op.compareSeries(x.label, y.label), cmp.Compare(x.name, y.name))
	})
	var names, hidden []string
	for _, one := range ranked {
		switch {
		case chosen[one.name] && len(names) < maxSeries:
			names = append(names, one.name)
		default:
			hidden = append(hidden, one.name)
		}
	}
	if len(names) == maxSeries {
		c.op.place.warn(c.cells.run, diag.LimitReached, "", "only %d series get a column of their own", maxSeries)
	}
	for _, one := range shown {
		names = append(names, one.name)
	}
	if len(hidden) > 0 && t.op.useOther {
		t.join(hidden)
		if !slices.Contains(names, t.op.otherStr) {
			names = append(names, t.op.otherStr)
		}
	} else {
		for _, row := range t.rows {
			for _, name := range hidden {
				delete(row.cells, name)
			}
		}
	}
	t.series = names
}

// compareSeries orders columns: bins by size, other values by bytes. Source:
// Splunk, timechart (lexicographical order).
func (op *charting) compareSeries(a, b value.Value) int {
	if op.column != nil && (op.column.bin.hasSpan() || op.column.automatic()) {
		return op.column.compareBins(a, b)
	}
	return cmp.Compare(a.String(), b.String())
}

// join puts the cells of the hidden series of each row into one.
func (t *chartTable) join(hidden []string) {
	for _, row := range t.rows {
		for _, name := range hidden {
			grp := row.cells[name]
			if grp == nil || name == t.op.otherStr {
				continue
			}
			delete(row.cells, name)
			if other := row.cells[t.op.otherStr]; other != nil {
				other.merge(grp)
			} else {
				row.cells[t.op.otherStr] = grp
			}
		}
	}
}

// score computes the scores that decide which series are chosen.
func (t *chartTable) score(c *chartGroups, all []*series) {
	s := t.op.selection
	switch {
	case s.n == 0 && s.compare == "":
		return
	case s.call != nil:
		t.scoreRows(c, all)
		return
	}
	for _, one := range all {
		switch {
		case s.rows || len(t.outputs) == 0 || s.cells == nil && len(t.outputs) > 1:
			one.score = float64(one.rows)
		case s.cells == nil:
			for _, g := range one.cells {
				if f, ok := t.outputs[0].value(g, t.env, 1).Float(); ok {
					one.score += f
				}
			}
		default:
			values := make([]value.Value, len(one.cells))
			for i, g := range one.cells {
				values[i] = t.outputs[0].value(g, t.env, 1)
			}
			one.score = scoreOf(s.cells.Over(values), s.bottom)
		}
	}
}

// scoreOf returns the number of a score; one that is none comes last.
func scoreOf(v value.Value, bottom bool) float64 {
	f, ok := v.Float()
	switch {
	case ok && !math.IsNaN(f):
		return f
	case bottom:
		return math.Inf(1)
	}
	return math.Inf(-1)
}

// scoreRows computes the scores as calls over the rows of each series.
func (t *chartTable) scoreRows(c *chartGroups, all []*series) {
	merged := map[string]*agg.Group{}
	for _, grp := range c.scores.sorted() {
		name := t.op.seriesName(grp.by[c.series], t.rowName)
		if own := merged[name]; own != nil {
			own.Merge(grp.Group)
		} else {
			merged[name] = grp.Group
		}
	}
	score := agg.Columns(c.scores.calls)[0]
	for _, one := range all {
		if g := merged[one.name]; g != nil {
			one.score = scoreOf(g.Result(score), t.op.selection.bottom)
		}
	}
}

// output is one result of every cell.
type output struct {
	name    string
	term    *agg.Term
	columns []agg.Column // one for each call of the term
}

// outputs returns the results in the order of the terms; a wild call stands
// for one for each field that the groups saw.
func (op *charting) outputs(list []*group) []output {
	states := make([]*agg.Group, len(list))
	for i, grp := range list {
		states[i] = grp.Group
	}
	var outputs []output
	next := 0
	for _, t := range op.terms {
		if t.Plain() {
			for _, c := range agg.ColumnsOf(op.calls, next, states...) {
				outputs = append(outputs, output{c.Name, t, []agg.Column{c}})
			}
		} else {
			o := output{name: t.Column(), term: t}
			for i := range t.Calls {
				o.columns = append(o.columns, agg.ColumnsOf(op.calls, next+i)...)
			}
			outputs = append(outputs, o)
		}
		next += len(t.Calls)
	}
	return outputs
}

// value returns the result for a cell that spans some seconds.
func (o output) value(g *agg.Group, env *eval.Env, seconds float64) value.Value {
	results := make([]value.Value, len(o.columns))
	for i, c := range o.columns {
		results[i] = g.Result(c)
		if per := o.term.Calls[i].Function.Per; per > 0 {
			if f, ok := results[i].Float(); ok {
				results[i] = value.OfNumber(f * per / seconds)
			}
		}
	}
	return o.term.Value(results, env)
}

// tableColumn is a column behind that of the rows: a result of a series.
type tableColumn struct {
	name   string
	output output
	series string
}

// columns returns the columns behind that of the rows, the series of each
// result together. Of several with one name the last has it.
func (t *chartTable) columns() []tableColumn {
	var columns []tableColumn
	last := map[string]int{}
	for _, o := range t.outputs {
		for _, s := range t.series {
			c := tableColumn{t.columnName(o, s), o, s}
			last[c.name] = len(columns)
			columns = append(columns, c)
		}
	}
	kept := columns[:0]
	for i, c := range columns {
		if last[c.name] == i && c.name != t.rowName {
			kept = append(kept, c)
		}
	}
	return kept
}

func (t *chartTable) columnName(o output, series string) string {
	switch {
	case t.op.column == nil:
		return o.name
	case len(t.outputs) == 1:
		return series
	}
	return strings.NewReplacer("$AGG$", o.name, "$VAL$", series).Replace(t.op.format)
}

// row makes the row of a label; r is nil for one without groups.
func (t *chartTable) row(label value.Value, r *chartRow, columns []tableColumn, seconds float64) *event.Event {
	fields := make([]event.Field, 0, 1+len(columns))
	if t.rowName != "" {
		fields = append(fields, event.Field{Name: t.rowName, Value: label})
	}
	for _, c := range columns {
		g := t.empty
		if r != nil && r.cells[c.series] != nil {
			g = r.cells[c.series].Group
		}
		if v := c.output.value(g, t.env, seconds); !v.IsNull() {
			fields = append(fields, event.Field{Name: c.name, Value: v})
		}
	}
	e := event.OfFields(fields)
	if r != nil {
		for _, s := range t.series {
			if grp := r.cells[s]; grp != nil {
				e.Inherit(grp.lineage)
			}
		}
	}
	return e
}
