package oracle

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// join adds the fields of the first matching row of a subsearch, or makes a
// row for each that matches.
func join(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	kind, most, overwrite := "inner", 1, true
	a.Choice("type", &kind, "inner", "outer", "left")
	a.Count("max", &most)
	a.Bool("overwrite", &overwrite)
	for _, option := range []string{"usetime", "earlier"} {
		ignored := ""
		if a.Text(option, &ignored) {
			return nil, unsupported("join %s=", option)
		}
	}
	names := a.Fields()
	sub := a.Subsearch()
	if err := a.End(); err != nil {
		return nil, err
	}
	right, err := x.subsearch(sub)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names = common(in, right)
	}
	var out []*row
	for _, left := range in {
		matches := 0
		for _, r := range right {
			if most > 0 && matches == most || !left.has(names) || slices.ContainsFunc(names, func(n string) bool { return !left.get(n).equal(r.get(n)) }) {
				continue
			}
			matches++
			joined := left.clone()
			for _, n := range r.names {
				if overwrite || joined.get(n).isNull() {
					joined.set(n, r.get(n))
				}
			}
			out = append(out, joined)
		}
		if matches == 0 && kind != "inner" {
			out = append(out, left)
		}
	}
	return out, nil
}

// common returns the names that occur on both sides.
func common(left, right []*row) []string {
	theirs := fieldsOf(right)
	return slices.DeleteFunc(fieldsOf(left), func(n string) bool {
		return strings.HasPrefix(n, "_") || !slices.Contains(theirs, n)
	})
}

// appendRows adds the rows of a subsearch at the end.
func appendRows(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	sub, err := onlySubsearch(a)
	if err != nil {
		return nil, err
	}
	more, err := x.subsearch(sub)
	return append(in, more...), err
}

// appendpipe adds what a pipeline makes of the rows so far.
func appendpipe(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	sub, err := onlySubsearch(a)
	if err != nil {
		return nil, err
	}
	more, err := x.pipeline(sub, cloneRows(in))
	return append(in, more...), err
}

// appendcols adds the fields of the first row of a subsearch to the first row,
// and so on.
func appendcols(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	override := false
	a.Bool("override", &override)
	sub, err := onlySubsearch(a)
	if err != nil {
		return nil, err
	}
	more, err := x.subsearch(sub)
	if err != nil {
		return nil, err
	}
	for i, r := range more {
		if i == len(in) {
			in = append(in, newRow())
		}
		for _, n := range r.names {
			if override || in[i].get(n).isNull() {
				in[i].set(n, r.get(n))
			}
		}
	}
	return in, nil
}

func onlySubsearch(a *spl.Args) (*spl.Pipeline, error) {
	if a.More() && a.Peek().Kind != spl.Bracket {
		return nil, unsupported("an option of a subsearch")
	}
	sub := a.Subsearch()
	return sub, a.End()
}

// returnCommand makes one row whose field search holds the named fields of the
// first rows as search text: f gives f="v", alias=f gives alias="v" and $f the
// bare value.
func returnCommand(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	n := 1
	a.TakeCount(&n)
	type column struct{ name, field string }
	var columns []column
	for a.More() {
		field := a.Field()
		c := column{field, field}
		if bare, ok := strings.CutPrefix(field, "$"); ok {
			c = column{"", bare}
		} else if a.Take("=") {
			c.field = a.Field()
		}
		columns = append(columns, c)
		if err := a.Err(); err != nil {
			return nil, err
		}
	}
	var alternatives []string
	for _, r := range in[:min(n, len(in))] {
		var terms []string
		for _, c := range columns {
			s, ok := r.get(c.field).single()
			if !ok {
				continue
			}
			if c.name != "" {
				s = spl.ArgString(c.name) + "=" + spl.Quote(s)
			}
			terms = append(terms, s)
		}
		if len(terms) > 0 {
			alternatives = append(alternatives, "("+strings.Join(terms, " ")+")")
		}
	}
	out := newRow()
	out.set("search", text(strings.Join(alternatives, " OR ")))
	if len(alternatives) == 0 {
		out.set("search", text("NOT ()"))
	}
	return []*row{out}, a.End()
}
