package oracle

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// chart makes one row for each value of one field and one column for each
// value of another. More than ten columns, OTHER and NULL are not known here.
func chart(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	limit := -1
	a.Count("limit", &limit)
	list, err := x.aggregates(a, "over", "by")
	if err != nil {
		return nil, err
	}
	var by []string
	if a.Keyword("over") {
		by = append(by, a.Field())
	}
	if a.Keyword("by") {
		by = append(by, a.Fields()...)
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	if len(list) != 1 || len(by) < 1 || len(by) > 2 {
		return nil, unsupported("this form of chart")
	}
	if len(by) == 1 {
		var out []*row
		for _, g := range groups(in, by) {
			out = append(out, summary(x, list, by, g))
		}
		return out, nil
	}
	if slices.ContainsFunc(in, func(r *row) bool { return r.has(by[:1]) && !r.has(by) }) {
		return nil, unsupported("chart with rows that lack the column field")
	}
	in = slices.DeleteFunc(in, func(r *row) bool { return !r.has(by) })
	columns := groups(in, by[1:])
	if len(columns) > 10 && limit != 0 {
		return nil, unsupported("chart of more than ten columns")
	}
	if slices.ContainsFunc(columns, func(c *group) bool { return c.key[0].text == "" }) {
		return nil, unsupported("chart with a column of an empty name")
	}
	var out []*row
	for _, g := range groups(in, by[:1]) {
		r := newRow()
		r.set(by[0], val{g.key[0]})
		for _, c := range columns {
			cell := slices.DeleteFunc(slices.Clone(g.rows), func(r *row) bool {
				return !slices.Contains(r.get(by[1]).texts(), c.key[0].text)
			})
			r.set(columnName(c.key[0].text), list[0].over(x, cell))
		}
		out = append(out, r)
	}
	return out, nil
}

// columnName is the name of the column of a value. One that would be an
// internal field is not made.
func columnName(v string) string {
	if strings.HasPrefix(v, "_") {
		return "VALUE" + v
	}
	return v
}

// untable turns every cell of a table into a row of its own: the value of x,
// the name of the column, the value of the cell.
func untable(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	names := a.Fields()
	if err := a.End(); err != nil {
		return nil, err
	}
	if len(names) != 3 {
		return nil, unsupported("untable of %d fields", len(names))
	}
	var out []*row
	for _, r := range in {
		for _, name := range r.names {
			if name == names[0] || strings.HasPrefix(name, "_") {
				continue
			}
			cell := newRow()
			cell.set(names[0], r.get(names[0]))
			cell.set(names[1], text(name))
			cell.set(names[2], r.get(name))
			out = append(out, cell)
		}
	}
	return out, nil
}

// xyseries is the opposite of untable: a row for each value of the first
// field, a column for each value of the second, filled with the third.
func xyseries(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	names := a.Fields()
	if err := a.End(); err != nil {
		return nil, err
	}
	if len(names) != 3 {
		return nil, unsupported("xyseries of %d fields", len(names))
	}
	for _, r := range in {
		if !r.has(names) || r.get(names[0]).isMulti() || r.get(names[1]).isMulti() {
			return nil, unsupported("xyseries of rows without the fields, or with several values of them")
		}
	}
	rows := map[string]*row{}
	var out []*row
	for _, from := range in {
		key, _ := from.get(names[0]).single()
		if rows[key] == nil {
			rows[key] = newRow()
			rows[key].set(names[0], from.get(names[0]))
			out = append(out, rows[key])
		}
		rows[key].set(from.get(names[1])[0].text, from.get(names[2]))
	}
	return out, nil
}

func top(_ *executor, a *spl.Args, in []*row) ([]*row, error)  { return mostCommon(a, in, -1) }
func rare(_ *executor, a *spl.Args, in []*row) ([]*row, error) { return mostCommon(a, in, 1) }

// mostCommon counts the combinations of some fields and returns the most
// (order -1) or least (1) common, with their share of all. The order of equal
// counts is not defined, so it refuses when that matters.
func mostCommon(a *spl.Args, in []*row, order int) ([]*row, error) {
	limit, showCount, showPercent := 10, true, true
	countField, percentField := "count", "percent"
	a.Count("limit", &limit)
	a.Bool("showcount", &showCount)
	a.Bool("showperc", &showPercent)
	a.Text("countfield", &countField)
	a.Text("percentfield", &percentField)
	a.TakeCount(&limit)
	names := a.Fields("by")
	if a.Peek().Is("by") {
		return nil, unsupported("top and rare with by")
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	list := groups(in, names)
	total := 0
	for _, g := range list {
		total += len(g.rows)
	}
	slices.SortStableFunc(list, func(a, b *group) int { return order * cmp.Compare(len(a.rows), len(b.rows)) })
	for i := range list {
		if i > 0 && len(list[i].rows) == len(list[i-1].rows) {
			return nil, unsupported("top and rare with equal counts")
		}
	}
	if limit > 0 {
		list = list[:min(limit, len(list))]
	}
	var out []*row
	for _, g := range list {
		r := newRow()
		for i, name := range names {
			r.set(name, val{g.key[i]})
		}
		if showCount {
			r.set(countField, integer(len(g.rows)))
		}
		if showPercent {
			r.set(percentField, text(strconv.FormatFloat(100*float64(len(g.rows))/float64(total), 'f', 6, 64)))
		}
		out = append(out, r)
	}
	return out, nil
}
