package command

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var rex = &Spec{
	Name:    "rex",
	Syntax:  "rex [field=<field>] (<regex-expression> [max_match=<n>] [offset_field=<field>] | mode=sed <sed-expression>)",
	Summary: "Extract fields with the named groups of a regular expression, or edit a field.",
	Details: `The field is _raw unless named. The expression may match anywhere in the value. Each group (?<name>…) becomes a field of that name; if the expression does not match, or the group took no part, the field stays as it was. max_match is how many matches are taken, 1 unless told otherwise and 0 for all: several give a multivalue. Of a multivalue each value is tried. offset_field takes where the groups matched, in characters from 0, as name=first-last joined by &.
A sed expression is s/regex/replacement/flags, in which \1 stands for the first group, the flag g replaces all matches and a number the one it counts; or y/abc/xyz/, which replaces characters. Several may follow each other, separated by blanks.`,
	Examples: []string{
		`search * | rex field=userIdentity.arn "assumed-role/(?<role>[^/]+)/(?<session>.+)"`,
		`search * | rex max_match=0 "(?<key>AKIA[A-Z0-9]{16})"`,
		`search * | rex field=src_ip mode=sed "s/\.\d+$/.0/"`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := rexOp{field: "_raw", maxMatch: 1, place: placeOf(a)}
		var mode string
		a.Text("field", &op.field)
		a.Count("max_match", &op.maxMatch)
		a.Text("offset_field", &op.offsetField)
		if a.Choice("mode", &mode, "sed") {
			return parseRexSed(a, op.field)
		}
		t := a.Peek()
		pattern := takeRexPattern(a)
		if op.re = compilePattern(a, t.Span, pattern); op.re == nil {
			return nil, a.End()
		}
		op.groups = namedGroups(op.re)
		if len(op.groups) == 0 {
			a.Fail(t.Span, diag.BadRegex, `name a group with (?<field>…)`, "the regular expression has no named group, so it extracts nothing")
		}
		return op, a.End()
	},
}

// takeRexPattern takes a quoted text, or one that is glued together without
// blanks.
func takeRexPattern(a *spl.Args) string {
	t := a.Next()
	switch t.Kind {
	case spl.End:
		a.Fail(t.Span, diag.MissingArgument, "", "a regular expression in double quotes was expected")
		return ""
	case spl.Text:
		return t.Text
	}
	span := t.Span
	for a.More() && a.Peek().Span.Start == span.End {
		span = span.Join(a.Next().Span)
	}
	return a.Raw(span)
}

type rexOp struct {
	field       string
	re          *regex.Regexp
	groups      []rexGroup
	maxMatch    int // 0 for all
	offsetField string
	place       place
}

// rexGroup is a named group and its number.
type rexGroup struct {
	name   string
	number int
}

func namedGroups(re *regex.Regexp) []rexGroup {
	var groups []rexGroup
	for i, name := range re.Names() {
		if name != "" {
			groups = append(groups, rexGroup{name, i})
		}
	}
	return groups
}

func (op rexOp) String() string {
	s := "rex field=" + argName(op.field)
	if op.maxMatch != 1 {
		s += " max_match=" + strconv.Itoa(op.maxMatch)
	}
	if op.offsetField != "" {
		s += " offset_field=" + argName(op.offsetField)
	}
	return s + " " + spl.Quote(op.re.String())
}

func (op rexOp) Kind() plan.Kind { return plan.Streaming }

// Needs keeps the fields that are extracted: without a match they go out as
// they came in.
func (op rexOp) Needs(wanted event.Set) event.Set { return wanted.With(op.field) }

func (op rexOp) Columns(in []string) []string {
	for _, g := range op.groups {
		in = addColumn(in, g.name)
	}
	if op.offsetField != "" {
		in = addColumn(in, op.offsetField)
	}
	return in
}

func (op rexOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	found := make([]value.Value, len(op.groups))
	return watchPattern(op.re, op.place, run, changeRows(next, func(e *event.Event) { op.extract(e, found) })), nil
}

// extract sets the fields of e; found is reused between events.
func (op rexOp) extract(e *event.Event, found []value.Value) {
	clear(found)
	var offsets value.Value
	v := e.Get(op.field)
	for i := range v.Len() {
		text := v.At(i).String()
		for _, at := range op.matches(text) {
			op.take(text, at, found)
			if op.offsetField != "" {
				offsets.Grow(value.OfText(op.offsets(text, at)))
			}
		}
	}
	for i, g := range op.groups {
		if !found[i].IsNull() {
			e.Set(g.name, found[i])
		}
	}
	if !offsets.IsNull() {
		e.Set(op.offsetField, offsets)
	}
}

func (op rexOp) matches(text string) [][]int {
	switch op.maxMatch {
	case 0:
		return op.re.FindAll(text, -1)
	case 1:
		if at := op.re.Find(text); at != nil {
			return [][]int{at}
		}
		return nil
	}
	return op.re.FindAll(text, op.maxMatch)
}

func (op rexOp) take(text string, at []int, found []value.Value) {
	for i, g := range op.groups {
		if from := at[2*g.number]; from >= 0 {
			found[i].Grow(value.OfText(text[from:at[2*g.number+1]]))
		}
	}
}

// offsets says where the groups of a match are. Source: the form that Splunk
// Web's field extractor reads.
func (op rexOp) offsets(text string, at []int) string {
	var parts []string
	for _, g := range op.groups {
		if from, to := at[2*g.number], at[2*g.number+1]; from >= 0 && from < to {
			first := utf8.RuneCountInString(text[:from])
			last := first + utf8.RuneCountInString(text[from:to]) - 1
			parts = append(parts, g.name+"="+strconv.Itoa(first)+"-"+strconv.Itoa(last))
		}
	}
	return strings.Join(parts, "&")
}
