package oracle

import (
	"maps"
	"slices"
	"strings"
)

// row is an event or a result row: fields by name, and the order in which they
// came to be. A null field is not in it.
type row struct {
	names []string
	cells map[string]val
}

func newRow() *row { return &row{cells: map[string]val{}} }

func (r *row) get(name string) val { return r.cells[name] }

// set gives a field a value; null removes the field.
func (r *row) set(name string, v val) {
	_, had := r.cells[name]
	switch {
	case v.isNull() && had:
		delete(r.cells, name)
		r.names = slices.DeleteFunc(r.names, func(n string) bool { return n == name })
	case v.isNull():
	case had:
		r.cells[name] = v
	default:
		r.cells[name] = v
		r.names = append(r.names, name)
	}
}

// rename moves a field to another name, which loses what it had; the field
// keeps its place.
func (r *row) rename(from, to string) {
	if from == to {
		return
	}
	v := r.get(from)
	r.set(to, nil)
	if v.isNull() {
		return
	}
	r.names[slices.Index(r.names, from)] = to
	delete(r.cells, from)
	r.cells[to] = v
}

func (r *row) clone() *row {
	c := &row{names: slices.Clone(r.names), cells: make(map[string]val, len(r.cells))}
	maps.Copy(c.cells, r.cells)
	return c
}

func cloneRows(rows []*row) []*row {
	out := make([]*row, len(rows))
	for i, r := range rows {
		out[i] = r.clone()
	}
	return out
}

// has reports whether every field named is present.
func (r *row) has(names []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return r.get(n).isNull() })
}

// match returns the names of the row's fields that a pattern matches, in byte
// order. A pattern that does not begin with an underscore does not match
// internal fields.
func (r *row) match(pattern string) []string {
	var names []string
	for _, n := range r.names {
		if matchField(pattern, n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

func matchField(pattern, name string) bool {
	if strings.HasPrefix(name, "_") && !strings.HasPrefix(pattern, "_") {
		return false
	}
	_, ok := stars(pattern, name)
	return ok
}

// stars matches a name against a pattern, case counting, and returns what each
// star stood for. Each but the last takes as little as it can.
func stars(pattern, name string) ([]string, bool) {
	head, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return nil, pattern == name
	}
	name, ok := strings.CutPrefix(name, head)
	if !ok {
		return nil, false
	}
	if !strings.Contains(rest, "*") {
		star, ok := strings.CutSuffix(name, rest)
		return []string{star}, ok
	}
	for n := 0; n <= len(name); n++ {
		if more, ok := stars(rest, name[n:]); ok {
			return append([]string{name[:n]}, more...), true
		}
	}
	return nil, false
}

// fillStars puts what the stars of one pattern stood for into another with as
// many.
func fillStars(pattern string, found []string) string {
	for _, s := range found {
		pattern = strings.Replace(pattern, "*", s, 1)
	}
	return pattern
}

// fieldsOf returns the names present in any row, in byte order.
func fieldsOf(rows []*row) []string {
	seen := map[string]bool{}
	var names []string
	for _, r := range rows {
		for _, n := range r.names {
			if !seen[n] {
				seen[n] = true
				names = append(names, n)
			}
		}
	}
	slices.Sort(names)
	return names
}

// output returns the row as the caller of Run sees it.
func (r *row) output() Row {
	out := make(Row, len(r.names))
	for i, n := range r.names {
		out[i] = Field{Name: n, Values: r.cells[n].texts()}
	}
	return out
}
