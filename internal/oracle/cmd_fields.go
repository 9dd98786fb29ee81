package oracle

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// fields keeps or removes fields. What is kept includes the internal ones.
func fields(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	remove := a.Keyword("-")
	if !remove {
		a.Keyword("+")
	}
	patterns := a.Fields()
	if err := a.End(); err != nil {
		return nil, err
	}
	for _, r := range in {
		for _, name := range slices.Clone(r.names) {
			named := slices.ContainsFunc(patterns, func(p string) bool { return matchField(p, name) })
			if named == remove && (remove || !strings.HasPrefix(name, "_")) {
				r.set(name, nil)
			}
		}
	}
	return in, nil
}

// table keeps just the named fields, in their order.
func table(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	patterns := a.Fields()
	if err := a.End(); err != nil {
		return nil, err
	}
	for i, r := range in {
		out := newRow()
		for _, p := range patterns {
			for _, name := range r.match(p) {
				out.set(name, r.get(name))
			}
		}
		in[i] = out
	}
	return in, nil
}

// rename gives fields other names, pair by pair. A target loses what it had
// also where the source is absent.
func rename(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	for a.More() {
		from := a.Column()
		a.Expect("as")
		to := a.Column()
		a.Take(",")
		if err := a.Err(); err != nil {
			return nil, err
		}
		if strings.Count(from, "*") != strings.Count(to, "*") {
			return nil, fmt.Errorf("rename: %q and %q have different numbers of wildcards", from, to)
		}
		for _, r := range in {
			if !strings.Contains(from, "*") {
				r.rename(from, to)
				continue
			}
			for _, name := range r.match(from) {
				found, _ := stars(from, name)
				r.rename(name, fillStars(to, found))
			}
		}
	}
	return in, a.End()
}

// evalCommand assigns the values of expressions, from left to right.
func evalCommand(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	for {
		name := a.Field()
		a.Expect("=")
		e := a.Expr()
		if err := a.Err(); err != nil {
			return nil, err
		}
		if err := x.check(e); err != nil {
			return nil, err
		}
		if x.staticOf(e) == truthForm {
			return nil, fmt.Errorf("eval: a truth value cannot be assigned to %s", name)
		}
		for _, r := range in {
			if target, ok := targetName(name, r); ok {
				v := scope{x: x, row: r}.eval(e)
				if len(v) == 1 && v[0].kind == isTruth {
					return nil, unsupported("a truth value assigned")
				}
				r.set(target, v)
			}
		}
		if !a.Take(",") {
			return in, a.End()
		}
	}
}

var dynamicName = regexp.MustCompile(`\{(?:[^{}]|\{\})+\}`)

// targetName replaces {f} in the name of a target by the row's value of f, the
// first of several; without one nothing is assigned.
func targetName(name string, r *row) (string, bool) {
	ok := true
	name = dynamicName.ReplaceAllStringFunc(name, func(part string) string {
		v := r.get(part[1 : len(part)-1])
		if v.isNull() {
			ok = false
			return ""
		}
		return v[0].text
	})
	return name, ok
}

// where keeps the rows for which an expression is true.
func where(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	e := a.Expr()
	if err := a.End(); err != nil {
		return nil, err
	}
	if err := x.check(e); err != nil {
		return nil, err
	}
	switch x.staticOf(e) {
	case textForm, numberForm:
		return nil, fmt.Errorf("where: a condition was expected")
	case anything:
		return nil, unsupported("where with %s", spl.ExprString(e))
	}
	return slices.DeleteFunc(in, func(r *row) bool { return !scope{x: x, row: r}.eval(e).isTrue() }), nil
}

// fillnull gives absent fields a value: the named ones, or all that some row
// has.
func fillnull(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	fill := "0"
	a.Text("value", &fill)
	names := a.Fields()
	if err := a.End(); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		names = fieldsOf(in)
	}
	for _, r := range in {
		for _, name := range names {
			if r.get(name).isNull() {
				r.set(name, text(fill))
			}
		}
	}
	return in, nil
}

// filldown gives absent fields the value that they had last.
func filldown(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	patterns := a.Fields()
	if err := a.End(); err != nil {
		return nil, err
	}
	if len(patterns) == 0 {
		patterns = []string{"*"}
	}
	last := map[string]val{}
	for _, name := range fieldsOf(in) {
		if !slices.ContainsFunc(patterns, func(p string) bool { return matchField(p, name) }) {
			continue
		}
		for _, r := range in {
			if v := r.get(name); !v.isNull() {
				last[name] = v
			} else {
				r.set(name, last[name])
			}
		}
	}
	return in, nil
}

// addtotals sums the numbers of each row.
func addtotals(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	rows, columns, name := true, false, "Total"
	a.Bool("row", &rows)
	a.Bool("col", &columns)
	a.Text("fieldname", &name)
	patterns := a.Fields()
	if err := a.End(); err != nil {
		return nil, err
	}
	if !rows || columns {
		return nil, unsupported("addtotals of columns")
	}
	if len(patterns) == 0 {
		patterns = []string{"*"}
	}
	for _, r := range in {
		var values []val
		for _, n := range r.names {
			if slices.ContainsFunc(patterns, func(p string) bool { return matchField(p, n) }) {
				if r.get(n).isMulti() {
					return nil, unsupported("addtotals of a multivalue")
				}
				values = append(values, r.get(n))
			}
		}
		r.set(name, number(sum(numbersIn(values))))
	}
	return in, nil
}
