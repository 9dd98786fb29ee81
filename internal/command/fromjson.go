package command

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var fromjson = &Spec{
	Name:    "fromjson",
	Syntax:  "fromjson <field> [prefix=<string>]",
	Summary: "Make fields of the keys of a JSON object.",
	Details: `Only the outermost keys become fields: an object inside stays JSON text, and the elements of an array become a multivalue. prefix is put before the names. A value that is no JSON object is passed over. Fields of the same name are replaced.`,
	Examples: []string{
		"search * | fromjson requestParameters",
		`search * | fromjson details prefix="d_"`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op fromjsonOp
		a.Text("prefix", &op.prefix)
		op.field = takeField(a)
		return op, a.End()
	},
}

type fromjsonOp struct{ field, prefix string }

// Opens tells that the text names the fields.
func (op fromjsonOp) Opens() bool { return true }

func (op fromjsonOp) String() string {
	s := "fromjson " + argName(op.field)
	if op.prefix != "" {
		s += " prefix=" + spl.Quote(op.prefix)
	}
	return s
}

func (op fromjsonOp) Kind() plan.Kind                  { return plan.Streaming }
func (op fromjsonOp) Needs(wanted event.Set) event.Set { return wanted.With(op.field) }

func (op fromjsonOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		for _, text := range e.Get(op.field).Texts() {
			for _, f := range topLevelJSON(text) {
				e.Set(op.prefix+f.Name, f.Value)
			}
		}
	}), nil
}

// topLevelJSON returns the keys of a JSON object in the order in which they
// stand, none if text is anything else.
func topLevelJSON(text string) []event.Field {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") || !json.Valid([]byte(text)) {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	if _, err := decoder.Token(); err != nil {
		return nil
	}
	var fields []event.Field
	for decoder.More() && len(fields) < event.MaxFields {
		key, err := decoder.Token()
		if err != nil {
			return fields
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return fields
		}
		name, _ := key.(string)
		if v := valueOfJSON(raw); !v.IsNull() {
			fields = append(fields, event.Field{Name: name, Value: v})
		}
	}
	return fields
}

// valueOfJSON returns a JSON value as fields hold it: an array as a
// multivalue, an object as its text.
func valueOfJSON(raw json.RawMessage) value.Value {
	if !bytes.HasPrefix(raw, []byte("[")) {
		return value.OfText(textOfJSON(raw))
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		return value.Value{}
	}
	texts := make([]string, len(elements))
	for i, element := range elements {
		texts[i] = textOfJSON(element)
	}
	return value.OfTexts(texts)
}

func textOfJSON(raw json.RawMessage) string {
	var s string
	if bytes.HasPrefix(raw, []byte(`"`)) && json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
