// Package filter tests events against search expressions: the search command,
// searchmatch, the where clauses of tstats and inputlookup, and the filters of
// lookups.
//
// It also says what a source may use to read less. It runs no subsearch; the
// caller gives the expression that one becomes. Start reading at [Compile].
// Semantics: Splunk's search page and Boolean expressions.
package filter

import (
	"math"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// Options are what an expression may depend on besides the event.
type Options struct {
	// Now is what relative times count from, and Location where days begin.
	Now      time.Time
	Location *time.Location
	// Subsearch runs a subsearch and returns the expression that stands in its
	// place. It may be nil where the expression cannot hold one.
	Subsearch func(*spl.SearchSubsearch) (spl.SearchExpr, error)
	// ErrorAt makes a problem at a span of the expression.
	ErrorAt func(span diag.Span, code diag.Code, message, hint string) *diag.Error
}

// Filter is a compiled search expression. It is immutable and safe for use by
// several goroutines.
type Filter struct {
	root     node
	fields   event.Set
	required []plan.Condition
	earliest float64
	latest   float64
	timed    bool
	notes    []*diag.Error

	options           Options
	written, resolved spl.SearchExpr // before and after subsearches were replaced
}

var _ plan.Filter = (*Filter)(nil)

// node is a compiled part of an expression.
type node interface {
	match(e *event.Event) bool
}

// Compile makes a filter of an expression.
func Compile(expr spl.SearchExpr, options Options) (*Filter, error) {
	if options.Location == nil {
		options.Location = time.UTC
	}
	if options.ErrorAt == nil {
		options.ErrorAt = func(span diag.Span, code diag.Code, message, hint string) *diag.Error {
			return &diag.Error{Span: span, Code: code, Message: message, Hint: hint}
		}
	}
	c := &compiler{options: options}
	resolved, err := c.resolve(expr)
	if err != nil {
		return nil, err
	}
	root, err := c.node(resolved)
	if err != nil {
		return nil, err
	}
	f := &Filter{
		root: root, fields: c.fields, required: required(resolved), timed: c.timed, notes: c.notes,
		options: options, written: expr, resolved: resolved,
	}
	f.earliest, f.latest = bounds(root)
	return f, nil
}

// Match reports whether the event fulfils the expression.
func (f *Filter) Match(e *event.Event) bool { return f.root.match(e) }

// Fields returns the fields that Match reads.
func (f *Filter) Fields() event.Set { return f.fields }

// Required returns conditions that every matching event fulfils.
func (f *Filter) Required() []plan.Condition { return f.required }

// TimeRange returns bounds of the _time of matching events.
func (f *Filter) TimeRange() (earliest, latest float64) { return f.earliest, f.latest }

// Timed reports whether the expression has time modifiers.
func (f *Filter) Timed() bool { return f.timed }

// Notes returns what is likely not meant as it is written.
func (f *Filter) Notes() []*diag.Error { return f.notes }

type compiler struct {
	options Options
	fields  event.Set
	timed   bool // the expression has time modifiers
	notes   []*diag.Error
}

// resolve replaces subsearches by what they become.
func (c *compiler) resolve(expr spl.SearchExpr) (spl.SearchExpr, error) {
	all := func(terms []spl.SearchExpr) ([]spl.SearchExpr, error) {
		resolved := make([]spl.SearchExpr, len(terms))
		for i, t := range terms {
			var err error
			if resolved[i], err = c.resolve(t); err != nil {
				return nil, err
			}
		}
		return resolved, nil
	}
	switch e := expr.(type) {
	case *spl.SearchAnd:
		terms, err := all(e.Terms)
		return &spl.SearchAnd{Terms: terms}, err
	case *spl.SearchOr:
		terms, err := all(e.Terms)
		return &spl.SearchOr{Terms: terms}, err
	case *spl.SearchNot:
		x, err := c.resolve(e.X)
		return &spl.SearchNot{X: x, Place: e.Place}, err
	case *spl.SearchSubsearch:
		if c.options.Subsearch == nil {
			return nil, c.options.ErrorAt(e.Place, diag.UnsupportedArgument, "a subsearch cannot stand here", "")
		}
		return c.options.Subsearch(e)
	}
	return expr, nil
}

func (c *compiler) node(expr spl.SearchExpr) (node, error) {
	switch e := expr.(type) {
	case *spl.SearchAnd:
		return c.and(e)
	case *spl.SearchOr:
		or := make(orNode, len(e.Terms))
		for i, t := range e.Terms {
			var err error
			if or[i], err = c.node(t); err != nil {
				return nil, err
			}
		}
		return or, nil
	case *spl.SearchNot:
		x, err := c.node(e.X)
		return notNode{x}, err
	case *spl.SearchCompare:
		if isTimeModifier(e.Field) {
			return c.and(&spl.SearchAnd{Terms: []spl.SearchExpr{e}})
		}
		c.fields = c.fields.With(e.Field)
		c.noteValue(e)
		return newCompare(e.Field, e.Op, e.Value), nil
	case *spl.SearchIn:
		c.fields = c.fields.With(e.Field)
		or := make(orNode, len(e.Values))
		for i, v := range e.Values {
			or[i] = newCompare(e.Field, "=", v)
		}
		return or, nil
	case *spl.SearchTerm:
		if e.Value.Text == "*" && e.Value.Directive == "" {
			return allNode{}, nil
		}
		c.noteTerm(e)
		c.fields = c.fields.With("_raw")
		return newTerm(e.Value), nil
	}
	return nil, c.options.ErrorAt(expr.Span(), diag.UnsupportedArgument, "an expression of this kind cannot stand here", "")
}

// and compiles a conjunction. Its time modifiers work together: with an
// earliest alone, the latest is now.
func (c *compiler) and(e *spl.SearchAnd) (node, error) {
	and := make(andNode, 0, len(e.Terms))
	var window *timeWindow
	for _, t := range e.Terms {
		compare, ok := t.(*spl.SearchCompare)
		if !ok || !isTimeModifier(compare.Field) {
			n, err := c.node(t)
			if err != nil {
				return nil, err
			}
			and = append(and, n)
			continue
		}
		if window == nil {
			window = newTimeWindow()
		}
		if err := window.add(compare, c.options); err != nil {
			return nil, err
		}
	}
	if window != nil {
		c.timed = true
		c.fields = c.fields.With("_time")
		and = append(andNode{window.node(c.options.Now)}, and...)
	}
	if len(and) == 1 {
		return and[0], nil
	}
	return and, nil
}

// noteTerm notes a Boolean operator in lower case, which Splunk takes for a
// word to look for.
func (c *compiler) noteTerm(e *spl.SearchTerm) {
	switch upper := strings.ToUpper(e.Value.Text); upper {
	case "AND", "OR", "NOT", "IN":
		if !e.Value.Quoted {
			c.notes = append(c.notes, c.options.ErrorAt(e.Place, diag.SuspiciousExpression, `"`+e.Value.Text+`" is looked for as a word`, "write "+upper+" for the operator"))
		}
	}
}

// noteValue notes a value that looks like a function call, which Splunk does
// not evaluate in a search.
func (c *compiler) noteValue(e *spl.SearchCompare) {
	if i := strings.IndexByte(e.Value.Text, '('); i > 0 && !e.Value.Quoted && strings.HasSuffix(e.Value.Text, ")") {
		c.notes = append(c.notes, c.options.ErrorAt(e.Place, diag.SuspiciousExpression, "the search command compares with the text "+e.Value.Text+", it calls no function", "use where"))
	}
}

type (
	andNode []node
	orNode  []node
	notNode struct{ x node }
	allNode struct{}
)

func (n andNode) match(e *event.Event) bool {
	for _, x := range n {
		if !x.match(e) {
			return false
		}
	}
	return true
}

func (n orNode) match(e *event.Event) bool {
	for _, x := range n {
		if x.match(e) {
			return true
		}
	}
	return false
}

func (n notNode) match(e *event.Event) bool { return !n.x.match(e) }

func (allNode) match(*event.Event) bool { return true }

// bounds returns limits of the time of what n matches.
func bounds(n node) (earliest, latest float64) {
	earliest, latest = math.Inf(-1), math.Inf(1)
	switch n := n.(type) {
	case timeNode:
		return n.earliest, n.latest
	case andNode:
		for _, x := range n {
			from, to := bounds(x)
			earliest, latest = max(earliest, from), min(latest, to)
		}
	case orNode:
		if len(n) == 0 {
			return earliest, latest
		}
		earliest, latest = math.Inf(1), math.Inf(-1)
		for _, x := range n {
			from, to := bounds(x)
			earliest, latest = min(earliest, from), max(latest, to)
		}
	}
	return earliest, latest
}

// required returns conditions that every event matching the expression
// fulfils, for a source to read less by.
func required(expr spl.SearchExpr) []plan.Condition {
	switch e := expr.(type) {
	case *spl.SearchAnd:
		var all []plan.Condition
		for _, t := range e.Terms {
			all = append(all, required(t)...)
		}
		return all
	case *spl.SearchOr:
		return requiredOfAny(e.Terms)
	case *spl.SearchCompare:
		if e.Op == "=" && isPlain(e.Value) && !isTimeModifier(e.Field) {
			return []plan.Condition{{Field: e.Field, Values: []string{fold(e.Value.Text)}}}
		}
	case *spl.SearchIn:
		values := make([]string, len(e.Values))
		for i, v := range e.Values {
			if !isPlain(v) {
				return nil
			}
			values[i] = fold(v.Text)
		}
		return []plan.Condition{{Field: e.Field, Values: values}}
	}
	return nil
}

// requiredOfAny keeps the fields on which every alternative has a condition.
func requiredOfAny(terms []spl.SearchExpr) []plan.Condition {
	common := required(terms[0])
	for _, t := range terms[1:] {
		alternative := required(t)
		var merged []plan.Condition
		for _, c := range common {
			for _, a := range alternative {
				if a.Field == c.Field {
					merged = append(merged, plan.Condition{Field: c.Field, Values: append(append([]string(nil), c.Values...), a.Values...)})
					break
				}
			}
		}
		common = merged
	}
	return common
}

// isPlain reports whether a value is compared by folded equality alone.
func isPlain(v spl.SearchValue) bool {
	return v.Directive != "TERM" && !strings.Contains(v.Text, "*") && !isCIDR(v.Text)
}
