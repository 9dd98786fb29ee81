package eval

import (
	"slices"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/value"
)

// callLookup is lookup(table, inputs, outputs).
func callLookup(env *Env, args []value.Value) value.Value {
	name := args[0].String()
	inputs, ok := env.parseJSON(args[1].String())
	outputs, also := env.parseJSON(args[2].String())
	if !ok || !also || inputs.kind != '{' || outputs.kind != '[' || len(inputs.keys) == 0 {
		return value.Value{}
	}
	if env.Lookups == nil {
		return env.warn(diag.UnknownLookup, "there are no lookup tables here")
	}
	table, ok := env.Lookups.Lookup(name)
	if !ok {
		return env.warn(diag.UnknownLookup, "there is no lookup table of a name that was looked for")
	}
	keys := make([]string, len(inputs.items))
	for i := range keys {
		keys[i] = inputs.items[i].text()
	}
	var columns []string
	for i := range outputs.items {
		columns = append(columns, outputs.items[i].text())
	}
	for _, column := range slices.Concat(inputs.keys, columns) {
		if !slices.Contains(table.Columns(), column) {
			return env.warn(diag.BadArgument, "the lookup table lacks a column that was named")
		}
	}
	found, ok := table.Match(inputs.keys, keys, columns)
	if !ok {
		return value.Value{}
	}
	var w jsonWriter
	w.raw("{")
	n := 0
	for i, column := range columns {
		if len(found[i]) == 0 {
			continue
		}
		if n > 0 {
			w.raw(",")
		}
		w.string(column)
		w.raw(":")
		w.value(value.OfTexts(found[i]), textKinds)
		n++
	}
	w.raw("}")
	return w.result(env)
}
