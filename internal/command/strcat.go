package command

import (
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var strcat = &Spec{
	Name:    "strcat",
	Syntax:  `strcat [allrequired=<bool>] (<field>|"<string>")... <newfield>`,
	Summary: "Join the values of fields and texts in double quotes into a field.",
	Details: `A field that is absent counts as empty, unless allrequired is true: then nothing is set. The values of a multivalue are joined by new lines.`,
	Examples: []string{
		`search * | strcat src_ip "/" user source_and_user`,
		`search * | strcat allrequired=t region ":" user place`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		var op strcatOp
		a.Bool("allrequired", &op.allRequired)
		for a.PeekAt(1).Kind != spl.End {
			t := a.Next()
			switch t.Kind {
			case spl.Text:
				op.parts = append(op.parts, strcatPart{t.Text, true})
			case spl.Word, spl.Name:
				if strings.Contains(t.Text, "'") {
					a.Fail(t.Span, diag.BadSyntax, "", "a single quote without its partner")
				}
				op.parts = append(op.parts, strcatPart{t.Text, false})
			default:
				a.Fail(t.Span, diag.BadSyntax, "", "a field or a text in double quotes was expected, not %q", t.Text)
			}
		}
		t := a.Peek()
		if op.to = takeField(a); len(op.parts) == 0 {
			a.Fail(t.Span, diag.MissingArgument, "", "what to join and a field for it were expected")
		}
		return op, a.End()
	},
}

type strcatOp struct {
	parts       []strcatPart
	allRequired bool
	to          string
}

// strcatPart is a field, or a text as it is.
type strcatPart struct {
	text    string
	literal bool
}

func (op strcatOp) String() string {
	var b strings.Builder
	b.WriteString("strcat" + flag("allrequired", op.allRequired))
	for _, p := range op.parts {
		switch {
		case p.literal:
			b.WriteString(" " + spl.Quote(p.text))
		case plainName(p.text):
			b.WriteString(" " + p.text)
		default:
			b.WriteString(" '" + p.text + "'") // in double quotes it were a text
		}
	}
	return b.String() + " " + argName(op.to)
}

func (op strcatOp) Kind() plan.Kind { return plan.Streaming }

func (op strcatOp) Needs(wanted event.Set) event.Set {
	if !wanted.Has(op.to) {
		return wanted
	}
	for _, p := range op.parts {
		if !p.literal {
			wanted = wanted.With(p.text)
		}
	}
	return wanted
}

func (op strcatOp) Columns(in []string) []string { return addColumns(in, op.to) }

func (op strcatOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return changeRows(next, func(e *event.Event) {
		var b strings.Builder
		for _, p := range op.parts {
			if p.literal {
				b.WriteString(p.text)
				continue
			}
			v := e.Get(p.text)
			if v.IsNull() && op.allRequired {
				return
			}
			b.WriteString(v.String())
		}
		e.Set(op.to, value.OfText(b.String()))
	}), nil
}
