package oracle

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// multivalueFunctions make, take apart and change multivalues.
func multivalueFunctions() map[string]function {
	return map[string]function{
		"mvcount": onValues(1, 1, numberForm, func(args []val) val { return integer(len(args[0])) }),
		"mvindex": onValues(2, 3, anything, mvindex),
		"mvjoin": onValues(2, 2, textForm, func(args []val) val {
			sep, _ := args[1].single()
			return text(strings.Join(args[0].texts(), sep))
		}),
		"mvappend": {1, -1, anything, func(s scope, args []spl.Expr) val {
			var out val
			for _, v := range s.evals(args) {
				out = append(out, v...)
			}
			return out
		}},
		"mvdedup": onValues(1, 1, anything, func(args []val) val {
			var out val
			for _, a := range args[0] {
				if !slices.Contains(out.texts(), a.text) {
					out = append(out, a)
				}
			}
			return out
		}),
		"mvsort": onValues(1, 1, anything, func(args []val) val {
			out := slices.Clone(args[0])
			slices.SortStableFunc(out, func(a, b atom) int { return strings.Compare(a.text, b.text) })
			return out
		}),
		"mvreverse": onValues(1, 1, anything, func(args []val) val {
			out := slices.Clone(args[0])
			slices.Reverse(out)
			return out
		}),
		"mvrange":  onValues(2, 3, anything, mvrange),
		"mvzip":    onValues(2, 3, anything, mvzip),
		"mvfilter": {1, 1, anything, mvfilter},
		"mvmap":    {2, 2, anything, mvmap},
		"mvfind":   onValues(2, 2, numberForm, mvfind),
		"split":    onValues(2, 2, anything, split),
	}
}

// mvindex takes the values from one place to another, counted from the end if
// negative. The last place may lie beyond the end.
func mvindex(args []val) val {
	v := args[0]
	place := func(arg val) (int, bool) {
		f, ok := arg.float()
		if f < 0 {
			f += float64(len(v))
		}
		return int(f), ok
	}
	i, ok := place(args[1])
	if !ok {
		return nil
	}
	j := i
	if len(args) == 3 {
		if j, ok = place(args[2]); !ok {
			return nil
		}
		j = min(j, len(v)-1)
	}
	if i < 0 || i >= len(v) || j < i || j >= len(v) {
		return nil
	}
	return v[i : j+1]
}

// mvrange counts from one number up to but not including another. A step may
// be a span of time.
func mvrange(args []val) val {
	from, ok := args[0].float()
	if !ok {
		return nil
	}
	to, ok := args[1].float()
	if !ok {
		return nil
	}
	step := 1.0
	if len(args) == 3 {
		if step, ok = args[2].float(); !ok {
			written, _ := args[2].single()
			n, unit, ok := splitSpan(written)
			seconds := unitSeconds(unit)
			if !ok || seconds == 0 {
				return nil
			}
			step = n * seconds
		}
	}
	if step == 0 {
		return nil
	}
	var out val
	for f := from; step > 0 && f < to || step < 0 && f > to; f += step {
		out = append(out, number(f)...)
	}
	return out
}

func mvzip(args []val) val {
	sep := ","
	if len(args) == 3 {
		sep, _ = args[2].single()
	}
	var out val
	for i := range min(len(args[0]), len(args[1])) {
		out = append(out, text(args[0][i].text+sep+args[1][i].text)...)
	}
	return out
}

// mvfilter keeps the values of the one field named in the condition for which
// it is true.
func mvfilter(s scope, args []spl.Expr) val {
	field, ok := onlyField(args[0])
	if !ok {
		return nil
	}
	var out val
	for _, a := range s.get(field) {
		inner := scope{x: s.x, row: s.row, field: field, bound: val{a}}
		if inner.eval(args[0]).isTrue() {
			out = append(out, a)
		}
	}
	return out
}

// mvmap evaluates an expression for each value of the field in its first
// argument.
func mvmap(s scope, args []spl.Expr) val {
	field, ok := onlyField(args[0])
	if !ok {
		return nil
	}
	var out val
	for _, a := range s.eval(args[0]) {
		inner := scope{x: s.x, row: s.row, field: field, bound: val{a}}
		out = append(out, inner.eval(args[1])...)
	}
	return out
}

func mvfind(args []val) val {
	pattern, ok := args[1].single()
	if !ok {
		return nil
	}
	re := regexpOf(pattern)
	if re == nil {
		return nil
	}
	i := slices.IndexFunc(args[0], func(a atom) bool { return re.MatchString(a.text) })
	if i < 0 {
		return nil
	}
	return integer(i)
}

// split cuts at a literal separator; an empty one gives single characters.
func split(args []val) val {
	s, ok := args[0].single()
	sep, sepOK := args[1].single()
	if !ok || !sepOK || s == "" {
		return nil
	}
	return multi(strings.Split(s, sep))
}

// onlyField returns the one field that an expression names.
func onlyField(e spl.Expr) (string, bool) {
	names := fieldNames(e)
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) != 1 {
		return "", false
	}
	return names[0], true
}

func fieldNames(e spl.Expr) []string {
	var names []string
	collect := func(list ...spl.Expr) {
		for _, x := range list {
			names = append(names, fieldNames(x)...)
		}
	}
	switch e := e.(type) {
	case *spl.FieldRef:
		names = append(names, e.Name)
	case *spl.Unary:
		collect(e.X)
	case *spl.Binary:
		collect(e.X, e.Y)
	case *spl.InList:
		collect(append([]spl.Expr{e.X}, e.List...)...)
	case *spl.Call:
		collect(e.Args...)
	}
	return names
}
