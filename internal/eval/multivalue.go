package eval

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
	"github.com/pugmark/pugmark/internal/value"
)

var multivalue = []*Function{
	{
		Name: "commands", Args: "search", Category: "Multivalue", kinds: "t",
		Summary:  "The names of the commands in the text of a search; null if it does not parse.",
		Examples: []Example{{`commands("search foo | stats count | sort count")`, "search\nstats\nsort"}},
		call: func(_ *Env, args []value.Value) value.Value {
			pipeline, err := spl.ParseText("commands", args[0].String())
			if err != nil {
				return value.Value{}
			}
			var names []string
			for _, c := range pipeline.Commands {
				names = append(names, c.Name)
			}
			return value.OfTexts(names)
		},
	},
	{
		Name: "mvappend", Args: "value, ...", Category: "Multivalue", kinds: "a", nulls: true, multis: true,
		Summary:  "All values of the arguments in one multivalue.",
		Nulls:    "Nulls add nothing.",
		Examples: []Example{{`mvappend("x", split("a,b", ","), null(), "y")`, "x\na\nb\ny"}},
		call: func(env *Env, args []value.Value) value.Value {
			var all list
			for _, arg := range args {
				if !all.add(arg) {
					return env.tooLarge()
				}
			}
			return all.value()
		},
	},
	{
		Name: "mvcount", Args: "value", Category: "Multivalue", kinds: "a", result: numberType, multis: true,
		Summary:  "The number of values: 1 for a single one, null for none.",
		Examples: []Example{{`mvcount(split("a,b", ","))`, "2"}, {`mvcount("a")`, "1"}, {`mvcount(null())`, ""}},
		call:     func(_ *Env, args []value.Value) value.Value { return value.OfInt(args[0].Len()) },
	},
	{
		Name: "mvdedup", Args: "value", Category: "Multivalue", kinds: "a", multis: true,
		Summary:  "The values without those that occurred before, in their order.",
		Examples: []Example{{`mvdedup(split("b,a,b", ","))`, "b\na"}},
		call: func(_ *Env, args []value.Value) value.Value {
			all := args[0]
			seen := make(map[string]struct{}, all.Len())
			kept := make([]value.Value, 0, all.Len())
			for i := range all.Len() {
				v := all.At(i)
				if _, ok := seen[v.String()]; !ok {
					seen[v.String()] = struct{}{}
					kept = append(kept, v)
				}
			}
			return value.OfList(kept)
		},
	},
	{
		Name: "mvfilter", Args: "condition", Category: "Multivalue",
		Summary:  "The values of a field for which the condition, in which the field means one value, is true. The condition names exactly one field.",
		Nulls:    "Null if no value is left.",
		Examples: []Example{{`mvfilter(isnotnull(no_such_field))`, ""}},
		bind:     bindMVFilter,
	},
	{
		Name: "mvfind", Args: "value, regex", Category: "Multivalue", result: numberType,
		Summary:  "The index, from 0, of the first value that the regular expression matches; null if there is none.",
		Examples: []Example{{`mvfind(split("ok,err42,err7", ","), "err\d+")`, "1"}, {`mvfind("ok", "err")`, ""}},
		bind:     bindMVFind,
	},
	{
		Name: "mvindex", Args: "value, start[, end]", Category: "Multivalue", kinds: "an", multis: true,
		Summary:  "The values from start to end, both inclusive and counted from 0, or from the end if negative; one value without an end.",
		Nulls:    "Null also if start is out of range; an end beyond the last value means that one.",
		Examples: []Example{{`mvindex(split("a,b,c", ","), 1)`, "b"}, {`mvindex(split("a,b,c", ","), -2, -1)`, "b\nc"}, {`mvindex(split("a,b,c", ","), 5)`, ""}},
		call:     mvindex,
	},
	{
		Name: "mvjoin", Args: "value, separator", Category: "Multivalue", kinds: "at", result: textType, multis: true,
		Summary:  "The values as one text with the separator between them.",
		Examples: []Example{{`mvjoin(split("a,b", ","), " or ")`, "a or b"}},
		call: func(env *Env, args []value.Value) value.Value {
			var out builder
			separator := args[1].String()
			for i := range args[0].Len() {
				s := args[0].At(i).String()
				if out.full(len(s) + len(separator)) {
					return env.tooLarge()
				}
				if i > 0 {
					out.WriteString(separator)
				}
				out.WriteString(s)
			}
			return value.OfText(out.String())
		},
	},
	{
		Name: "mvmap", Args: "value, expression", Category: "Multivalue",
		Summary:  "What the expression is for every value, where the field named in the first argument means one value.",
		Nulls:    "Where the expression is null the value is left out.",
		Examples: []Example{{`mvmap(no_such_field, no_such_field . "x")`, ""}},
		bind:     bindMVMap,
	},
	{
		Name: "mvrange", Args: "start, end[, step]", Category: "Multivalue", kinds: "nna",
		Summary:  "The numbers from start up to but without end, in steps of 1 unless given; a step such as \"7d\" counts in time.",
		Nulls:    "Null if there are none.",
		Examples: []Example{{`mvrange(1, 11, 2)`, "1\n3\n5\n7\n9"}, {`mvrange(0, 172800, "1d")`, "0\n86400"}},
		call:     mvrange,
	},
	{
		Name: "mvreverse", Args: "value", Category: "Multivalue", kinds: "a", multis: true,
		Summary:  "The values in reverse order.",
		Examples: []Example{{`mvreverse(split("a,b", ","))`, "b\na"}},
		call: func(_ *Env, args []value.Value) value.Value {
			values := valuesOf(args[0])
			slices.Reverse(values)
			return value.OfList(values)
		},
	},
	{
		Name: "mvsort", Args: "value", Category: "Multivalue", kinds: "a", multis: true,
		Summary:  "The values ordered as texts, by bytes: 10 before 9.",
		Examples: []Example{{`mvsort(split("10,9,70,100", ","))`, "10\n100\n70\n9"}},
		call: func(_ *Env, args []value.Value) value.Value {
			values := valuesOf(args[0])
			slices.SortStableFunc(values, func(v, w value.Value) int { return strings.Compare(v.String(), w.String()) })
			return value.OfList(values)
		},
	},
	{
		Name: "mvzip", Args: "x, y[, separator]", Category: "Multivalue", kinds: "aat", multis: true,
		Summary:  "The first values of both joined by the separator, a comma unless given, then the second ones, and so on to the end of the shorter list.",
		Examples: []Example{{`mvzip(split("a,b", ","), split("1,2,3", ","))`, "a,1\nb,2"}},
		call: func(env *Env, args []value.Value) value.Value {
			separator := ","
			if len(args) > 2 {
				separator = args[2].String()
			}
			var all list
			for i := range min(args[0].Len(), args[1].Len()) {
				if !all.add(value.OfText(args[0].At(i).String() + separator + args[1].At(i).String())) {
					return env.tooLarge()
				}
			}
			return all.value()
		},
	},
	{
		Name: "mv_to_json_array", Args: "value[, infer_types]", Category: "Multivalue", kinds: "ab", result: textType, json: true, multis: true,
		Summary:  "The values as the text of a JSON array, all as strings, or, if infer_types is true, those that are JSON as such.",
		Examples: []Example{{`mv_to_json_array(split("a,1", ","))`, `["a","1"]`}, {`mv_to_json_array(split("a,1,true", ","), true())`, `["a",1,true]`}},
		call: func(env *Env, args []value.Value) value.Value {
			kinds := textKinds
			if len(args) > 1 && args[1].True() {
				kinds = allKinds
			}
			return env.jsonArray(args[:1], kinds)
		},
	},
	{
		Name: "split", Args: "text, separator", Category: "Multivalue", kinds: "t",
		Summary:  "The pieces of a text between the separators, empty ones included; without a separator, its characters.",
		Nulls:    "Null also for an empty text and for a multivalue.",
		Examples: []Example{{`split("a,,b", ",")`, "a\n\nb"}, {`split("abc", "")`, "a\nb\nc"}},
		call: func(env *Env, args []value.Value) value.Value {
			s, separator := args[0].String(), args[1].String()
			if s == "" {
				return value.Value{}
			}
			pieces := len(s)
			if separator != "" {
				pieces = strings.Count(s, separator)
			}
			if pieces >= maxValues {
				return env.tooLarge()
			}
			return value.OfTexts(strings.Split(s, separator))
		},
	},
}

// valuesOf returns the values of v in a slice of its own.
func valuesOf(v value.Value) []value.Value {
	values := make([]value.Value, v.Len())
	for i := range values {
		values[i] = v.At(i)
	}
	return values
}

func mvindex(_ *Env, args []value.Value) value.Value {
	n := args[0].Len()
	index := func(v value.Value) (int, bool) {
		f, ok := v.Float()
		i := int(max(-maxValues-1, min(maxValues+1, f)))
		if i < 0 {
			i += n
		}
		return i, ok
	}
	start, ok := index(args[1])
	if !ok || start < 0 || start >= n {
		return value.Value{}
	}
	if len(args) == 2 {
		return args[0].At(start)
	}
	end, ok := index(args[2])
	if end = min(end, n-1); !ok || end < start {
		return value.Value{}
	}
	return value.OfList(valuesOf(args[0])[start : end+1])
}

func mvrange(env *Env, args []value.Value) value.Value {
	start, ok := args[0].Float()
	end, also := args[1].Float()
	step := 1.0
	if len(args) > 2 {
		var isNumber bool
		if step, isNumber = args[2].Float(); !isNumber {
			span, err := timeformat.ParseSpan(args[2].String())
			if err != nil {
				return value.Value{}
			}
			if !inCalendar(start) || !inCalendar(end) {
				return value.Value{}
			}
			return env.timeRange(start, end, span)
		}
	}
	if !ok || !also || step == 0 {
		return value.Value{}
	}
	var all list
	// Counting steps instead of adding them keeps fractions exact.
	for i := 0; ; i++ {
		at := start + float64(i)*step
		if !(step > 0 && at < end || step < 0 && at > end) {
			return all.value()
		}
		if !all.add(value.OfNumber(at)) {
			return env.tooLarge()
		}
	}
}

// timeRange is mvrange with steps of time, which follow the calendar.
func (env *Env) timeRange(start, end float64, span timeformat.Span) value.Value {
	var all list
	for t := event.FromEpoch(start, env.Location); event.Epoch(t) < end; t = span.After(t) {
		if !all.add(value.OfNumber(event.Epoch(t))) {
			return env.tooLarge()
		}
	}
	return all.value()
}
