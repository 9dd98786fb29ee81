package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var xmlkv = &Spec{
	Name:    "xmlkv",
	Syntax:  "xmlkv [<field>] [maxinputs=<n>]",
	Summary: "Make fields of XML elements: <name>text</name> gives name the value text.",
	Details: `The field is _raw unless named. Elements that hold others give no field, attributes are passed over, and of several elements of a name the last counts. The text is taken as it stands, see xmlunescape. maxinputs has no effect.`,
	Examples: []string{
		"search * | xmlkv",
		"search * | xmlkv message",
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := xmlkvOp{field: "_raw"}
		var ignored int
		a.Count("maxinputs", &ignored)
		if a.More() {
			op.field = takeField(a)
		}
		return op, a.End()
	},
}

type xmlkvOp struct{ field string }

// Opens tells that the text names the fields.
func (op xmlkvOp) Opens() bool { return true }

func (op xmlkvOp) String() string                   { return "xmlkv " + argName(op.field) }
func (op xmlkvOp) Kind() plan.Kind                  { return plan.Streaming }
func (op xmlkvOp) Needs(wanted event.Set) event.Set { return wanted.With(op.field) }

func (op xmlkvOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		for _, text := range e.Get(op.field).Texts() {
			leafElements(text, func(name, text string) { e.Set(name, value.OfText(text)) })
		}
	}), nil
}

// leafElements calls each for every <name …>text</name> without elements
// inside.
func leafElements(s string, each func(name, text string)) {
	for found := 0; found < event.MaxFields; {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			return
		}
		s = s[open+1:]
		end := strings.IndexAny(s, "<>")
		if end < 0 {
			return
		}
		tag := s[:end]
		if s[end] == '<' {
			s = s[end:]
			continue
		}
		s = s[end+1:]
		name := tag
		if blank := strings.IndexAny(tag, " \t\r\n"); blank >= 0 {
			name = tag[:blank]
		}
		text, closing, ok := strings.Cut(s, "<")
		if after, closes := strings.CutPrefix(closing, "/"+name); ok && closes && name != "" && strings.HasPrefix(after, ">") {
			each(name, text)
			found++
		}
	}
}

var xmlunescape = &Spec{
	Name:     "xmlunescape",
	Syntax:   "xmlunescape [maxinputs=<n>]",
	Summary:  "Turn the XML escapes &lt; &gt; and &amp; in _raw back into the characters they stand for.",
	Details:  `maxinputs has no effect.`,
	Examples: []string{"search * | xmlunescape"},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var ignored int
		a.Count("maxinputs", &ignored)
		return xmlunescapeOp{}, a.End()
	},
}

type xmlunescapeOp struct{}

func (op xmlunescapeOp) String() string                   { return "xmlunescape" }
func (op xmlunescapeOp) Kind() plan.Kind                  { return plan.Streaming }
func (op xmlunescapeOp) Needs(wanted event.Set) event.Set { return wanted }

func (op xmlunescapeOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	entities := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	return changeRows(next, func(e *event.Event) {
		if v := e.Get("_raw"); strings.Contains(v.String(), "&") {
			e.Set("_raw", value.OfText(entities.Replace(v.String())))
		}
	}), nil
}
