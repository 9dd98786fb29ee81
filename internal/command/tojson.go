package command

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var tojson = &Spec{
	Name:    "tojson",
	Syntax:  "tojson [<wc-field> | (auto|bool|json|none|num|str)(<wc-field>)]... [default_type=(auto|bool|json|none|num|str)] [fill_null=<bool>] [include_internal=<bool>] [output_field=<field>]",
	Summary: "Write fields as one JSON object.",
	Details: `The object goes to _raw, or output_field. Without fields it has all of them, those that begin with an underscore only with include_internal. A field is written as the function around its name says, the first that fits, or as default_type: none, the default, writes numbers as numbers and all else as text; auto also knows true, false, null and JSON; bool writes true and false for numbers and for t, yes, f, no and their like; num only numbers; json only what is JSON; str always text. A value that does not fit is left out, or is null with fill_null=true. A multivalue becomes an array.`,
	Examples: []string{
		"search * | tojson",
		"search * | tojson auto(*) output_field=json",
		"search * | tojson eventName num(count) str(user*) fill_null=true",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := tojsonOp{defaultType: "none", output: "_raw"}
		a.Choice("default_type", &op.defaultType, jsonTypes...)
		a.Bool("fill_null", &op.fillNull)
		a.Bool("include_internal", &op.internal)
		a.Text("output_field", &op.output)
		for {
			for a.Take(",") { // commas between fields are optional
			}
			if !a.More() {
				return op, a.End()
			}
			t := a.Peek()
			field := tojsonField{name: a.Field()}
			if t.Kind == spl.Word && a.Take("(") {
				field.kind = strings.ToLower(t.Text)
				if !slices.Contains(jsonTypes, field.kind) {
					a.Fail(t.Span, diag.BadArgument, diag.Suggest(t.Text, jsonTypes), "%s( ): one of %s was expected", t.Text, strings.Join(jsonTypes, ", "))
				}
				field.name = a.Field()
				a.Expect(")")
			}
			op.fields = append(op.fields, field)
		}
	},
}

var jsonTypes = []string{"auto", "bool", "json", "none", "num", "str"}

type tojsonOp struct {
	fields      []tojsonField
	defaultType string
	fillNull    bool
	internal    bool
	output      string
}

// tojsonField is a name or pattern and its type, "" for the default.
type tojsonField struct{ name, kind string }

func (op tojsonOp) String() string {
	var b strings.Builder
	b.WriteString("tojson")
	for _, f := range op.fields {
		if f.kind == "" {
			b.WriteString(" " + argName(f.name))
		} else {
			b.WriteString(" " + f.kind + "(" + argName(f.name) + ")")
		}
	}
	return b.String() + " default_type=" + op.defaultType + flag("fill_null", op.fillNull) + flag("include_internal", op.internal) + " output_field=" + argName(op.output)
}

func (op tojsonOp) Kind() plan.Kind { return plan.Streaming }

func (op tojsonOp) Needs(wanted event.Set) event.Set {
	if !wanted.Has(op.output) {
		return wanted
	}
	wanted = wanted.Without(op.output)
	if len(op.fields) == 0 {
		return event.AllFields
	}
	for _, f := range op.fields {
		wanted = wanted.With(f.name)
	}
	return wanted
}

func (op tojsonOp) Columns(in []string) []string { return addColumns(in, op.output) }

func (op tojsonOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		e.Set(op.output, value.OfText(op.object(e)))
	}), nil
}

func (op tojsonOp) object(e *event.Event) string {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, f := range e.Fields() {
		kind, ok := op.kindOf(f.Name)
		if !ok {
			continue
		}
		text, ok := op.value(f.Value, kind)
		if !ok {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(quoteJSON(f.Name) + ":" + text)
	}
	b.WriteByte('}')
	return b.String()
}

// kindOf returns how a field is written, and whether it is.
func (op tojsonOp) kindOf(name string) (string, bool) {
	if len(op.fields) == 0 {
		return op.defaultType, op.internal || !isInternal(name)
	}
	for _, f := range op.fields {
		if matchesName(f.name, name) {
			if f.kind == "" {
				return op.defaultType, true
			}
			return f.kind, true
		}
	}
	return "", false
}

func (op tojsonOp) value(v value.Value, kind string) (string, bool) {
	if !v.IsMulti() {
		text, ok := jsonValue(v, kind)
		if !ok && op.fillNull {
			return "null", true
		}
		return text, ok
	}
	var parts []string
	for i := range v.Len() {
		text, ok := jsonValue(v.At(i), kind)
		if !ok && op.fillNull {
			text, ok = "null", true
		}
		if ok {
			parts = append(parts, text)
		}
	}
	return "[" + strings.Join(parts, ",") + "]", true
}

// jsonValue writes one value; false means that it does not fit. Source:
// Splunk, tojson.
func jsonValue(v value.Value, kind string) (string, bool) {
	text := v.String()
	number, isNumber := jsonNumber(v)
	switch kind {
	case "str":
		return quoteJSON(text), true
	case "num":
		return number, isNumber
	case "bool":
		return jsonBool(text, v)
	}
	switch {
	case isNumber:
		return number, true
	case kind == "none":
		return quoteJSON(text), true
	case json.Valid([]byte(text)):
		return text, true
	}
	return quoteJSON(text), kind == "auto"
}

// jsonNumber writes a number as it stands, where JSON has that form too.
func jsonNumber(v value.Value) (string, bool) {
	f, ok := v.Float()
	if !ok {
		return "", false
	}
	if text := v.String(); json.Valid([]byte(text)) {
		return text, true
	}
	text := value.FormatNumber(f)
	return text, json.Valid([]byte(text))
}

func jsonBool(text string, v value.Value) (string, bool) {
	if f, ok := v.Float(); ok {
		return strconv.FormatBool(f != 0), true
	}
	switch strings.ToLower(text) {
	case "true", "t", "yes":
		return "true", true
	case "false", "f", "no":
		return "false", true
	}
	return "", false
}

// quoteJSON writes a text as a JSON string.
func quoteJSON(s string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always has a JSON form
	return strings.TrimSuffix(b.String(), "\n")
}
