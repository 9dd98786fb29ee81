package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var makemv = &Spec{
	Name:    "makemv",
	Syntax:  "makemv [delim=<string> | tokenizer=<regex>] [allowempty=<bool>] [setsv=<bool>] <field>",
	Summary: "Split a field into several values.",
	Details: `Values are separated by delim, a blank unless told otherwise, or found by tokenizer, of each match of which the first group is a value. Empty values are left out unless allowempty is true. A field of which nothing would be left stays as it is.`,
	Differs: `setsv, which concerns how Splunk shows a multivalue where one value is wanted, has no effect.`,
	Examples: []string{
		"search * | makemv delim=\",\" roles",
		`search * | makemv tokenizer="([^;]+);?" roles`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := makemvOp{delim: " ", place: placeOf(a)}
		var ignored bool
		a.Bool("setsv", &ignored)
		a.Bool("allowempty", &op.allowEmpty)
		delim, hasDelim := a.TextToken("delim")
		if hasDelim {
			if op.delim = delim.Text; op.delim == "" {
				a.Fail(delim.Span, diag.BadArgument, "", "delim: a separator was expected, not an empty text")
			}
		}
		if t, ok := a.TextToken("tokenizer"); ok {
			if hasDelim {
				a.Fail(t.Span, diag.BadArgument, "", "delim and tokenizer exclude each other")
			}
			op.delim = ""
			op.tokenizer = compilePattern(a, t.Span, t.Text)
		}
		op.field = takeField(a)
		return op, a.End()
	},
}

type makemvOp struct {
	field      string
	delim      string
	tokenizer  *regex.Regexp // nil for delim
	allowEmpty bool
	place      place
}

func (op makemvOp) String() string {
	s := "makemv delim=" + spl.Quote(op.delim)
	if op.tokenizer != nil {
		s = "makemv tokenizer=" + spl.Quote(op.tokenizer.String())
	}
	return s + flag("allowempty", op.allowEmpty) + " " + argName(op.field)
}

func (op makemvOp) Kind() plan.Kind                  { return plan.Streaming }
func (op makemvOp) Needs(wanted event.Set) event.Set { return wanted }

func (op makemvOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	if op.tokenizer != nil {
		next = watchPattern(op.tokenizer, op.place, run, next)
	}
	return changeRows(next, func(e *event.Event) {
		v := e.Get(op.field)
		var list []value.Value
		for i := range v.Len() {
			list = op.split(list, v.At(i).String())
		}
		if len(list) > 0 {
			e.Set(op.field, value.OfList(list))
		}
	}), nil
}

func (op makemvOp) split(list []value.Value, text string) []value.Value {
	add := func(s string) {
		if s != "" || op.allowEmpty {
			list = append(list, value.OfText(s))
		}
	}
	if op.tokenizer == nil {
		for part := range strings.SplitSeq(text, op.delim) {
			add(part)
		}
		return list
	}
	for _, at := range op.tokenizer.FindAll(text, -1) {
		if len(at) > 2 {
			at = at[2:]
		}
		if at[0] >= 0 {
			add(text[at[0]:at[1]])
		}
	}
	return list
}
