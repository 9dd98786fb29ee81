package oracle

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// head keeps the first rows.
func head(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	n := 10
	if !a.Count("limit", &n) {
		a.TakeCount(&n)
	}
	if a.More() {
		return nil, unsupported("head with a condition")
	}
	return in[:min(n, len(in))], a.End()
}

// tail keeps the last rows, the last one first.
func tail(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	n := 10
	if !a.Count("limit", &n) {
		a.TakeCount(&n)
	}
	out := in[max(0, len(in)-n):]
	slices.Reverse(out)
	return out, a.End()
}

// reverse turns the order round.
func reverse(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	slices.Reverse(in)
	return in, a.End()
}

// sortKey is a field to sort by and how its values compare.
type sortKey struct {
	field      string
	descending bool
	as         string // auto, num, str or ip
}

// sortCommand sorts the rows; what lacks a field comes last in either
// direction. Rows with equal keys keep their order.
func sortCommand(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	limit := 10000
	if !a.Count("limit", &limit) {
		a.TakeCount(&limit)
	}
	keys, err := sortKeys(a)
	if err != nil {
		return nil, err
	}
	if a.Keyword("d", "desc") {
		for i := range keys {
			keys[i].descending = !keys[i].descending
		}
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	sortRows(in, keys)
	if limit > 0 {
		in = in[:min(limit, len(in))]
	}
	return in, nil
}

func sortKeys(a *spl.Args) ([]sortKey, error) {
	var keys []sortKey
	descending := a.Peek().Kind == spl.Word && a.Peek().Text == "-" // for all fields without a sign, up to a comma
	if descending {
		a.Next()
	}
	for a.More() && !a.Peek().Is("desc") && !(a.Peek().Is("d") && len(keys) > 0) {
		if a.Take(",") {
			descending = descending && len(keys) == 0
			continue
		}
		k := sortKey{as: "auto", descending: descending}
		word := a.Next()
		name := word.Text
		if word.Kind == spl.Word {
			if strings.HasPrefix(name, "-") || strings.HasPrefix(name, "+") {
				k.descending = name[0] == '-'
			}
			name = strings.TrimLeft(name, "+-")
			if name == "" {
				name = a.Field()
			}
		}
		if a.Take("(") {
			if k.as = strings.ToLower(name); k.as != "auto" && k.as != "num" && k.as != "str" && k.as != "ip" {
				return nil, unsupported("sort by %s()", name)
			}
			name = a.Field()
			a.Expect(")")
		}
		if err := a.Err(); err != nil {
			return nil, err
		}
		k.field = name
		keys = append(keys, k)
	}
	return keys, nil
}

func sortRows(rows []*row, keys []sortKey) {
	slices.SortStableFunc(rows, func(a, b *row) int {
		for _, k := range keys {
			if c := k.compare(a.get(k.field), b.get(k.field)); c != 0 {
				return c
			}
		}
		return 0
	})
}

func (k sortKey) compare(x, y val) int {
	if x.isNull() || y.isNull() {
		return cmp.Compare(len(y), len(x))
	}
	a, b := x[0], y[0]
	c := 0
	switch k.as {
	case "auto":
		c = compareAuto(a, b)
	case "str":
		c = strings.Compare(a.text, b.text)
	case "num":
		p, pok := a.float()
		q, qok := b.float()
		if pok != qok { // what is no number comes last
			return cmp.Compare(boolInt(qok), boolInt(pok))
		}
		c = cmp.Compare(p, q)
	case "ip":
		p, q, ok := addresses(a.text, b.text)
		if !ok {
			c = strings.Compare(a.text, b.text)
		} else {
			c = p.Compare(q)
		}
	}
	if k.descending {
		c = -c
	}
	return c
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// dedup keeps the first rows of each combination of values. Rows that lack a
// field go, unless told otherwise.
func dedup(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	keepEvents, keepEmpty, consecutive, n := false, false, false, 1
	a.Bool("keepevents", &keepEvents)
	a.Bool("keepempty", &keepEmpty)
	a.Bool("consecutive", &consecutive)
	a.TakeCount(&n)
	names := a.Fields("sortby")
	var keys []sortKey
	if a.Keyword("sortby") {
		var err error
		if keys, err = sortKeys(a); err != nil {
			return nil, err
		}
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	previous := ""
	var out []*row
	for _, r := range in {
		if !r.has(names) {
			if keepEmpty {
				out = append(out, r)
			}
			continue
		}
		var parts []string
		for _, name := range names {
			parts = append(parts, strings.Join(r.get(name).texts(), "\x01"))
		}
		id := strings.Join(parts, "\x00")
		if consecutive && id != previous {
			counts = map[string]int{}
		}
		previous = id
		if counts[id]++; counts[id] <= n {
			out = append(out, r)
		} else if keepEvents {
			for _, name := range names {
				r.set(name, nil)
			}
			out = append(out, r)
		}
	}
	if keys != nil {
		sortRows(out, keys)
	}
	return out, nil
}

// bin puts numbers and times into buckets of a given span.
func bin(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	written := ""
	if !a.Text("span", &written) {
		return nil, unsupported("bin without span")
	}
	for _, option := range []string{"bins", "minspan", "start", "end", "aligntime"} {
		ignored := ""
		if a.Text(option, &ignored) {
			return nil, unsupported("bin %s=", option)
		}
	}
	field := a.Field()
	as := field
	if a.Keyword("as") {
		as = a.Field()
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	n, unit, ok := splitSpan(written)
	if !ok || n == 0 {
		return nil, unsupported("bin span=%s", written)
	}
	if unit == "w" || unit == "q" || unit == "y" || unit == "mon" && n != 1 || unit == "d" && n != 1 {
		return nil, unsupported("bin span=%s", written)
	}
	for _, r := range in {
		v := r.get(field)
		f, ok := v.float()
		switch {
		case v.isNull():
		case !ok:
			r.set(as, v)
		case unit == "d" || unit == "mon":
			at, _ := snap(fromEpoch(f, x.options.Location), unit)
			r.set(as, number(epoch(at)))
		case unit != "":
			r.set(as, number(math.Floor(f/(n*unitSeconds(unit)))*n*unitSeconds(unit)))
		case field == "_time":
			r.set(as, number(math.Floor(f/n)*n))
		default:
			low := math.Floor(f/n) * n
			r.set(as, text(formatNumber(low)+"-"+formatNumber(low+n)))
		}
	}
	return in, nil
}

// makeresults makes rows with only a time.
func makeresults(x *executor, a *spl.Args, _ []*row) ([]*row, error) {
	count, annotate := 1, false
	a.Count("count", &count)
	a.Bool("annotate", &annotate)
	ignored := ""
	if a.Text("format", &ignored) || a.Text("data", &ignored) || annotate {
		return nil, unsupported("this form of makeresults")
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	out := make([]*row, count)
	for i := range out {
		out[i] = newRow()
		out[i].set("_time", number(epoch(x.options.Now)))
	}
	return out, nil
}

// foreach runs an eval for each field that a pattern matches, with the field's
// name written into it.
func foreach(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	if t := a.PeekAt(1); a.Peek().Is("mode") && t.Text == "=" {
		return nil, unsupported("foreach mode=")
	}
	patterns := a.Fields()
	block := a.Next()
	if err := a.End(); err != nil {
		return nil, err
	}
	if block.Kind != spl.Bracket {
		return nil, unsupported("foreach without a [ ]")
	}
	rows := in
	fields := fieldsOf(in)
	for _, p := range patterns {
		if !strings.Contains(p, "*") && !slices.Contains(fields, p) {
			return nil, unsupported("foreach of a field that no row has")
		}
		for _, name := range fields {
			if !matchField(p, name) {
				continue
			}
			found, _ := stars(p, name)
			pairs := []string{"<<FIELD>>", name, "<<MATCHSTR>>", strings.Join(found, "")}
			for i, s := range found {
				pairs = append(pairs, "<<MATCHSEG"+strconv.Itoa(i+1)+">>", s)
			}
			pipeline, err := spl.ParseText("foreach", "|"+strings.TrimLeft(strings.NewReplacer(pairs...).Replace(block.Text), " |"))
			if err != nil {
				return nil, err
			}
			if rows, err = x.pipeline(pipeline, rows); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}
