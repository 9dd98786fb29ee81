package command

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
)

var regexCommand = &Spec{
	Name:    "regex",
	Syntax:  "regex [<field> (=|!=)] <regex-expression>",
	Summary: "Keep the results in which a field, or the whole event, matches a regular expression.",
	Details: `The expression may match anywhere in the value, and case counts unless it says (?i). Without a field it is matched against _raw. With != the results that do not match are kept, also those without the field; with = those are dropped. Of a multivalue, one matching value is enough to match.`,
	Examples: []string{
		`search * | regex userAgent="(?i)^(boto3|aws-cli)/"`,
		`search * | regex src_ip!="^10\."`,
		`search * | regex "AKIA[A-Z0-9]{16}"`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := regexOp{field: "_raw", place: placeOf(a)}
		if mark := a.PeekAt(1); mark.Kind == spl.Punct && (mark.Text == "=" || mark.Text == "!=") {
			op.field = takeField(a)
			op.not = a.Next().Text == "!="
		}
		pattern, span := takePattern(a)
		op.re = compilePattern(a, span, pattern)
		return op, a.End()
	},
}

type regexOp struct {
	field string
	not   bool
	re    *regex.Regexp
	place place
}

func (op regexOp) String() string {
	mark := "="
	if op.not {
		mark = "!="
	}
	return "regex " + argName(op.field) + mark + spl.Quote(op.re.String())
}

func (op regexOp) Kind() plan.Kind                  { return plan.Streaming }
func (op regexOp) Needs(wanted event.Set) event.Set { return wanted.With(op.field) }

func (op regexOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &filterRun{Sink: watchPattern(op.re, op.place, run, next), keep: op.keep}, nil
}

func (op regexOp) keep(e *event.Event) bool {
	return slices.ContainsFunc(e.Get(op.field).Texts(), op.re.Match) != op.not
}
