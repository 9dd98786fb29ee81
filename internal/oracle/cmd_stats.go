package oracle

import (
	"slices"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

func spanOf(from, to int) diag.Span { return diag.Span{Start: from, End: to} }

// aggregatesBy reads aggregates and BY fields up to the end, for the rows that
// they are of.
func (x *executor) aggregatesBy(a *spl.Args, in []*row) (list []aggregate, by []string, err error) {
	if list, err = x.aggregates(a, "by"); err != nil {
		return nil, nil, err
	}
	if a.Keyword("by") {
		by = a.Fields()
	}
	return expand(list, in, by), by, a.End()
}

// stats makes one row for each group, sorted by the BY fields; without BY one
// row, also of no input.
func stats(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	ignored := ""
	a.Text("partitions", &ignored)
	split := false
	a.Bool("dedup_splitvals", &split)
	if a.Text("delim", &ignored) || a.Text("allnum", &ignored) || split {
		return nil, unsupported("an option of stats")
	}
	list, by, err := x.aggregatesBy(a, in)
	if err != nil {
		return nil, err
	}
	if len(by) == 0 {
		return []*row{summary(x, list, nil, &group{rows: in})}, nil
	}
	var out []*row
	for _, g := range groups(in, by) {
		out = append(out, summary(x, list, by, g))
	}
	return out, nil
}

func summary(x *executor, list []aggregate, by []string, g *group) *row {
	r := newRow()
	for i, name := range by {
		r.set(name, val{g.key[i]})
	}
	for _, agg := range list {
		r.set(agg.as, agg.over(x, g.rows))
	}
	return r
}

// eventstats adds to every row what stats would say of its group.
func eventstats(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	ignored := false
	a.Bool("allnum", &ignored)
	list, by, err := x.aggregatesBy(a, in)
	if err != nil {
		return nil, err
	}
	before := cloneRows(in)
	for i, r := range in {
		if !r.has(by) {
			continue
		}
		if slices.ContainsFunc(by, func(name string) bool { return before[i].get(name).isMulti() }) {
			return nil, unsupported("eventstats by a multivalue")
		}
		var same []*row
		for _, other := range before {
			if other.has(by) && !slices.ContainsFunc(by, func(name string) bool { return !other.get(name).equal(before[i].get(name)) }) {
				same = append(same, other)
			}
		}
		for _, g := range list {
			r.set(g.as, g.over(x, same))
		}
	}
	return in, nil
}

// streamstats adds to every row what stats would say of its group up to it.
func streamstats(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	current, global, window := true, true, 0
	a.Bool("current", &current)
	a.Bool("global", &global)
	a.Count("window", &window)
	list, by, err := x.aggregatesBy(a, in)
	if err != nil {
		return nil, err
	}
	if window > 0 && global && len(by) > 0 {
		return nil, unsupported("streamstats with a global window and by")
	}
	before := cloneRows(in)
	for i, r := range in {
		if !r.has(by) {
			continue
		}
		if slices.ContainsFunc(by, func(name string) bool { return before[i].get(name).isMulti() }) {
			return nil, unsupported("streamstats by a multivalue")
		}
		var seen []*row
		for j, other := range before[:i+1] {
			if (j < i || current) && other.has(by) && !slices.ContainsFunc(by, func(name string) bool { return !other.get(name).equal(before[i].get(name)) }) {
				seen = append(seen, other)
			}
		}
		if window > 0 {
			seen = seen[max(0, len(seen)-window):]
		}
		for _, g := range list {
			r.set(g.as, g.over(x, seen))
		}
	}
	return in, nil
}
