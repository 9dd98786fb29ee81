package filter

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var _ plan.TermFilter = (*Filter)(nil)

// Terms returns the operands of the AND that the expression is, time modifiers
// as one, for who wants to know which of them an event fails. An expression of
// another kind is one term.
func (f *Filter) Terms() []plan.Term {
	var window []spl.SearchExpr
	var terms []plan.Term
	written, resolved := operands(f.written), operands(f.resolved)
	if len(written) != len(resolved) { // a subsearch became several conditions
		written, resolved = []spl.SearchExpr{f.written}, []spl.SearchExpr{f.resolved}
	}
	for i, expr := range resolved {
		if c, ok := expr.(*spl.SearchCompare); ok && isTimeModifier(c.Field) {
			window = append(window, expr)
			continue
		}
		terms = append(terms, f.term(expr, written[i]))
	}
	if len(window) > 0 {
		t := f.term(&spl.SearchAnd{Terms: window}, window[0])
		t.Timed, t.Field = true, "_time"
		terms = append([]plan.Term{t}, terms...)
	}
	return terms
}

// operands are what is joined by AND, at any depth of brackets.
func operands(expr spl.SearchExpr) []spl.SearchExpr {
	and, ok := expr.(*spl.SearchAnd)
	if !ok {
		return []spl.SearchExpr{expr}
	}
	var all []spl.SearchExpr
	for _, t := range and.Terms {
		all = append(all, operands(t)...)
	}
	return all
}

func (f *Filter) term(expr, written spl.SearchExpr) plan.Term {
	t := plan.Term{Text: spl.SearchString(expr)}
	if within := f.options.ErrorAt(written.Span(), diag.SuspiciousExpression, "", "").Within; len(within) > 0 {
		t.Macro = within[0]
	}
	switch e := expr.(type) {
	case *spl.SearchCompare:
		t.Field, t.Values = e.Field, []string{e.Value.Text}
	case *spl.SearchIn:
		t.Field = e.Field
		for _, v := range e.Values {
			t.Values = append(t.Values, v.Text)
		}
	}
	part, fields := f.part(expr)
	t.Match, t.Fields = part.match, fields.Names()
	t.Explain = func(e *event.Event) string { return f.whyFalse(expr, e) }
	return t
}

// part compiles a part of the expression, which was compiled as a whole.
func (f *Filter) part(expr spl.SearchExpr) (node, event.Set) {
	c := &compiler{options: f.options}
	n, err := c.node(expr)
	if err != nil {
		return allNode{}, c.fields
	}
	return n, c.fields
}

func (f *Filter) matches(expr spl.SearchExpr, e *event.Event) bool {
	n, _ := f.part(expr)
	return n.match(e)
}

// most bounds how many alternatives a sentence goes through.
const most = 4

// whyFalse says why an event does not fulfil an expression.
func (f *Filter) whyFalse(expr spl.SearchExpr, e *event.Event) string {
	text := spl.SearchString(expr)
	switch x := expr.(type) {
	case *spl.SearchAnd:
		for _, t := range x.Terms {
			if !f.matches(t, e) {
				return f.whyFalse(t, e)
			}
		}
		return plan.FieldIs(e, "_time") + ", outside of " + text // each alone holds: time modifiers
	case *spl.SearchOr:
		return f.whyNone(x, e)
	case *spl.SearchNot:
		return f.whyTrue(x.X, e) + ", which " + text + " leaves out"
	case *spl.SearchTerm:
		return whyAbsent(x, e)
	case *spl.SearchCompare:
		if isTimeModifier(x.Field) {
			return plan.FieldIs(e, "_time") + ", outside of " + text
		}
		if e.Get(x.Field).IsNull() {
			return absent(x.Field, text)
		}
		return plan.FieldIs(e, x.Field) + ", so " + text + " is not true"
	case *spl.SearchIn:
		if e.Get(x.Field).IsNull() {
			return absent(x.Field, text)
		}
		return plan.FieldIs(e, x.Field) + ", so " + text + " is not true"
	}
	return text + " is not true"
}

// whyNone says why an event fulfils none of some alternatives: in short, if it
// has none of their fields.
func (f *Filter) whyNone(x *spl.SearchOr, e *event.Event) string {
	var reasons, absent []string
	for _, t := range x.Terms {
		field := ""
		switch t := t.(type) {
		case *spl.SearchCompare:
			field = t.Field
		case *spl.SearchIn:
			field = t.Field
		}
		if field != "" && !isTimeModifier(field) && e.Get(field).IsNull() && !slices.Contains(absent, field) {
			absent = append(absent, field)
		}
	}
	if len(absent) == len(x.Terms) && len(absent) > 1 {
		last := len(absent) - 1
		return strings.Join(absent[:last], ", ") + " and " + absent[last] + " are null"
	}
	for _, t := range x.Terms[:min(len(x.Terms), most)] {
		reasons = append(reasons, f.whyFalse(t, e))
	}
	if len(x.Terms) > most {
		reasons = append(reasons, "and so on")
	}
	return strings.Join(reasons, "; ")
}

// absent is a sentence on the commonest reason of all. Source: Splunk, search
// ("a comparison with a field that does not exist").
func absent(field, text string) string { return field + " is null, so " + text + " is not true" }

// whyTrue says why an event fulfils an expression, which a NOT stands before.
func (f *Filter) whyTrue(expr spl.SearchExpr, e *event.Event) string {
	switch x := expr.(type) {
	case *spl.SearchOr:
		for _, t := range x.Terms {
			if f.matches(t, e) {
				return f.whyTrue(t, e)
			}
		}
	case *spl.SearchAnd:
		var reasons []string
		for _, t := range x.Terms[:min(len(x.Terms), most)] {
			reasons = append(reasons, f.whyTrue(t, e))
		}
		if len(reasons) > 0 {
			return strings.Join(reasons, " and ")
		}
	case *spl.SearchNot:
		return f.whyFalse(x.X, e)
	case *spl.SearchCompare:
		if !isTimeModifier(x.Field) {
			return plan.FieldIs(e, x.Field)
		}
		return plan.FieldIs(e, "_time")
	case *spl.SearchIn:
		return plan.FieldIs(e, x.Field)
	}
	return spl.SearchString(expr) + " is true"
}

// whyAbsent says why a word or phrase is not found.
func whyAbsent(x *spl.SearchTerm, e *event.Event) string {
	raw, text := e.Get("_raw"), spl.SearchString(x)
	switch {
	case raw.IsNull():
		return "the row has no _raw, in which " + text + " is looked for"
	case x.Value.Directive == "CASE" && strings.Contains(fold(raw.String()), fold(x.Value.Text)):
		return "_raw has " + plan.Abbreviated(x.Value.Text, most*20) + " in other case only"
	case !strings.Contains(x.Value.Text, "*") && strings.Contains(fold(raw.String()), fold(x.Value.Text)):
		return "_raw has " + text + " only within longer words, and a word must be whole: put stars around it"
	}
	return text + " is not in _raw"
}
