package oracle

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// mvexpand makes a row of each value of a field. A row without the field
// passes.
func mvexpand(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	limit := 0
	a.Count("limit", &limit)
	field := a.Field()
	if err := a.End(); err != nil {
		return nil, err
	}
	var out []*row
	for _, r := range in {
		v := r.get(field)
		if !v.isMulti() {
			out = append(out, r)
			continue
		}
		if limit > 0 {
			v = v[:min(limit, len(v))]
		}
		for _, one := range v {
			c := r.clone()
			c.set(field, val{one})
			out = append(out, c)
		}
	}
	return out, nil
}

// makemv splits the text of a field into several values.
func makemv(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	delim, tokenizer, allowEmpty, setsv := " ", "", false, false
	a.Text("delim", &delim)
	a.Text("tokenizer", &tokenizer)
	a.Bool("allowempty", &allowEmpty)
	a.Bool("setsv", &setsv)
	field := a.Field()
	if err := a.End(); err != nil {
		return nil, err
	}
	re := regexpOf(tokenizer)
	if setsv || re == nil || delim == "" {
		return nil, unsupported("this form of makemv")
	}
	for _, r := range in {
		if r.get(field).isMulti() {
			return nil, unsupported("makemv of a multivalue")
		}
		s, ok := r.get(field).single()
		if !ok {
			continue
		}
		var parts []string
		if tokenizer != "" {
			for _, m := range re.FindAllStringSubmatch(s, -1) {
				if len(m) < 2 {
					return nil, unsupported("a tokenizer without a group")
				}
				parts = append(parts, m[1])
			}
		} else {
			parts = strings.Split(s, delim)
		}
		if !allowEmpty {
			parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
		}
		if len(parts) == 0 {
			return nil, unsupported("makemv of nothing")
		}
		r.set(field, multi(parts))
	}
	return in, nil
}

// mvcombine merges rows that are equal but for one field, whose values become
// a multivalue. The first of the merged rows keeps its place.
func mvcombine(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	delim := " "
	a.Text("delim", &delim)
	field := a.Field()
	if err := a.End(); err != nil {
		return nil, err
	}
	first := map[string]*row{}
	var out []*row
	for _, r := range in {
		if r.get(field).isNull() {
			return nil, unsupported("mvcombine of a row without the field")
		}
		var parts []string
		for _, name := range fieldsOf([]*row{r}) {
			if name != field {
				parts = append(parts, name+"\x01"+strings.Join(r.get(name).texts(), "\x01"))
			}
		}
		id := strings.Join(parts, "\x00")
		if same := first[id]; same != nil {
			same.set(field, append(slices.Clone(same.get(field)), r.get(field)...))
			continue
		}
		first[id] = r
		out = append(out, r)
	}
	return out, nil
}
