package agg

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// Call is one aggregate of a command, such as values(x) as y.
type Call struct {
	Function *Function
	// Field is the argument: a field, or a pattern with stars that stands for
	// every field it matches. It is empty for count of rows and for an eval
	// expression.
	Field string
	// As is the name given to the result, or "".
	As string
	// Span is the place of the call, with its name for the result.
	Span diag.Span
	// AllNum makes a function of numbers null where a value is not a number.
	AllNum bool

	written    string     // the function's name
	expr       *eval.Expr // of eval(…), or nil
	source     string     // eval(…) as written
	percentile float64
}

// ParseCalls reads aggregates up to a stop word such as by, or to the end. At
// least one must be there.
func ParseCalls(a *spl.Args, stop ...string) []*Call {
	var calls []*Call
	for more(a, stop) {
		c := parseCall(a, stop)
		if c == nil {
			return nil
		}
		if !slices.ContainsFunc(calls, c.same) {
			calls = append(calls, c)
		}
	}
	if len(calls) == 0 {
		missing(a)
	}
	return calls
}

// more skips commas and reports whether another aggregate follows.
func more(a *spl.Args, stop []string) bool {
	for a.Take(",") { // stray and doubled commas occur in shipped content
	}
	return a.More() && !slices.ContainsFunc(stop, a.Peek().Is)
}

func missing(a *spl.Args) {
	a.Fail(a.Peek().Span, diag.MissingArgument, "", "a function such as count or values(x) was expected")
}

// same reports whether o is the same call with the same result.
func (c *Call) same(o *Call) bool { return c.String() == o.String() }

func parseCall(a *spl.Args, stop []string) *Call {
	t := a.Next()
	if t.Kind != spl.Word {
		a.Fail(t.Span, diag.BadSyntax, "", "a function such as count or values(x) was expected, not %q", a.Raw(t.Span))
		return nil
	}
	c := newCall(a, t.Text, t.Span)
	if c == nil {
		return nil
	}
	if open := a.Peek(); a.Take("(") {
		c.takeArgument(a, open)
	}
	if a.Keyword("as") {
		c.As = takeName(a, stop)
	}
	// The call ends where the text before the next token does.
	c.Span.End = len(strings.TrimRight(a.Raw(diag.Span{End: a.Peek().Span.Start}), " \t\r\n,"))
	c.complete(a)
	if a.Err() != nil {
		return nil
	}
	return c
}

// newCall finds the function of a name.
func newCall(a *spl.Args, name string, span diag.Span) *Call {
	f, percentile := find(name)
	switch {
	case f == nil && slices.ContainsFunc(table, func(f *Function) bool { return f.Percentile && (f.Name == name || slices.Contains(f.Aliases, name)) }):
		a.Fail(span, diag.BadArgument, "write "+name+"95(x) for the 95th percentile", "%s needs a number from 0 to 100 behind its name", name)
		return nil
	case f == nil:
		hint := diag.Suggest(name, known())
		if name == "eval" {
			hint = "put it into a function, as in count(eval(…))"
		}
		a.Fail(span, diag.UnknownFunction, hint, "unknown statistical function %q", name)
		return nil
	case f.Instead != "":
		a.Fail(span, diag.UnsupportedFunction, f.Instead, "%s is not computed by pugmark", name)
		return nil
	}
	return &Call{Function: f, written: name, percentile: percentile, Span: span}
}

// NewCall returns the call of a function, by name, for a field, or nil and a
// problem: for calls that stand where [ParseCalls] does not read.
func NewCall(a *spl.Args, name, field string, span diag.Span) *Call {
	c := newCall(a, name, span)
	if c == nil {
		return nil
	}
	c.Field = field
	c.complete(a)
	return c
}

// Over applies the call to values instead of rows.
func (c *Call) Over(values []value.Value) value.Value {
	s := c.newState(plan.DefaultLimits)
	row := &Row{order: Running, timeRead: true}
	for _, v := range values {
		if !v.IsNull() {
			row.arrival++
			s.Add(v, row)
		}
	}
	return s.Result()
}

// takeArgument reads what stands in the parentheses, the first of which was
// just taken.
func (c *Call) takeArgument(a *spl.Args, open spl.Token) {
	t := a.Peek()
	switch next := a.PeekAt(1); {
	case t.Kind == spl.Punct && t.Text == ")":
	case t.Is("eval") && next.Kind == spl.Punct && next.Text == "(":
		x := a.Expr()
		if call, ok := x.(*spl.Call); ok {
			c.setExpr(a, call)
		}
	default:
		c.Field = a.Field()
	}
	if a.Err() != nil || a.Take(")") {
		return
	}
	code, hint := diag.BadSyntax, ""
	if !a.More() {
		code = diag.Incomplete
	} else if c.Field != "" && a.Peek().Kind == spl.Punct {
		hint = "an expression needs eval, as in " + c.written + "(eval(…)), and such a field name double quotes"
	}
	a.Fail(open.Span, code, hint, "the ( of %s has no closing ) behind its argument", c.written)
}

// setExpr binds eval(x) as the argument.
func (c *Call) setExpr(a *spl.Args, call *spl.Call) {
	if len(call.Args) != 1 {
		a.Fail(call.Place, diag.BadArgument, "", "eval( ) of one expression was expected")
		return
	}
	expr, err := eval.Bind(call.Args[0], a.Command())
	if err != nil {
		a.FailWith(err)
		return
	}
	c.expr, c.source = expr, a.Raw(call.Place)
}

func takeName(a *spl.Args, stop []string) string {
	if t := a.Peek(); t.Kind == spl.End || slices.ContainsFunc(stop, t.Is) {
		a.Fail(t.Span, diag.MissingArgument, "", "a name was expected after as")
		return ""
	}
	return a.Column()
}

// complete checks the call as a whole. A function other than count without an
// argument is applied to every field. Source: Splunk, stats.
func (c *Call) complete(a *spl.Args) {
	if c.Field == "" && c.expr == nil && c.Function.Name != "count" {
		c.Field = "*"
	}
	stars := strings.Count(c.Field, "*")
	switch given := strings.Count(c.As, "*"); {
	case c.As == "" || given == stars:
	case stars == 0:
		a.Fail(c.Span, diag.BadArgument, "", "%q has a * that stands for nothing: the argument has none", c.As)
	default:
		a.Fail(c.Span, diag.BadArgument, "", "%q must have as many * as the argument %q", c.As, c.Field)
	}
}

// Wild reports whether the call stands for several, one for each field that
// its pattern matches.
func (c *Call) Wild() bool { return strings.Contains(c.Field, "*") }

// Column returns the name of the result: the one given, else the call as
// written. Source: Splunk, stats; c(x) shows as count(x).
func (c *Call) Column() string {
	if c.As != "" {
		return c.As
	}
	return c.title(c.Field)
}

// title is the name of the result for an argument if none is given.
func (c *Call) title(field string) string {
	name := c.written
	if name == "c" {
		name = "count"
	}
	switch {
	case c.expr != nil:
		return name + "(" + c.source + ")"
	case c.Field == "":
		return name
	}
	return name + "(" + field + ")"
}

// ColumnOf returns the name of the result for one of the fields that the
// pattern of a wild call matches.
func (c *Call) ColumnOf(field string) string {
	if c.As == "" {
		return c.title(field)
	}
	stars, _ := event.MatchStars(c.Field, field)
	name := c.As
	for _, star := range stars {
		name = strings.Replace(name, "*", star, 1)
	}
	return name
}

// String writes the call so that it parses to an equal one.
func (c *Call) String() string {
	return c.title(spl.ArgString(c.Field)) + asString(c.As)
}

// asString writes the name given to a result.
func asString(name string) string {
	switch strings.ToLower(name) {
	case "":
		return ""
	case "as", "by", "over", "where":
		return " as " + spl.Quote(name)
	}
	return " as " + spl.ArgString(name)
}

// Needs returns the fields that the call reads.
func (c *Call) Needs() event.Set {
	var fields event.Set
	switch {
	case c.expr != nil:
		fields = c.expr.Fields()
	case c.Field == "*":
		return event.AllFields
	case c.Field != "":
		fields = event.SetOf(c.Field)
	}
	if c.Function.Category == timed && c.Function.Per == 0 {
		fields = fields.With("_time")
	}
	return fields
}

// Needs returns the fields that the calls read.
func Needs(calls []*Call) event.Set {
	var fields event.Set
	for _, c := range calls {
		fields = fields.Union(c.Needs())
	}
	return fields
}

// Check records a problem if a result would have the name of another or of a
// BY field, or is that of a function that only timechart has.
func Check(a *spl.Args, calls []*Call, by []string) {
	checker := names{a: a, by: by}
	RefusePer(a, calls)
	for _, c := range calls {
		if !c.Wild() {
			checker.check(c.Column(), c.Span)
		}
	}
}

// RefusePer records a problem for functions that only timechart has.
func RefusePer(a *spl.Args, calls []*Call) {
	for _, c := range calls {
		if c.Function.Per > 0 {
			a.Fail(c.Span, diag.BadArgument, "use sum, or timechart", "%s is a function of timechart only", c.written)
		}
	}
}

// names are those that results already have.
type names struct {
	a       *spl.Args
	by      []string
	results []string
}

func (n *names) check(column string, span diag.Span) {
	switch {
	case slices.Contains(n.by, column):
		n.a.Fail(span, diag.BadArgument, "give it another name with as", "a result would have the name of the BY field %q", column)
	case slices.Contains(n.results, column):
		n.a.Fail(span, diag.BadArgument, "give it another name with as", "another result is already named %q", column)
	}
	n.results = append(n.results, column)
}

// Notes returns what runs as written but is likely not as meant.
func Notes(calls []*Call) []*diag.Error {
	var notes []*diag.Error
	for _, c := range calls {
		if c.expr != nil {
			notes = append(notes, c.expr.Notes()...)
		}
	}
	return notes
}

// newState returns the state of the call for no rows.
func (c *Call) newState(limits plan.Limits) State {
	p := Params{Percentile: c.percentile, ListValues: limits.ListValues}
	if p.ListValues == 0 {
		p.ListValues = plan.DefaultLimits.ListValues
	}
	s := c.Function.New(p)
	if c.AllNum && c.Function.Numeric {
		return &allNumbers{State: s}
	}
	return s
}

// Equal reports whether two calls mean the same.
func (c *Call) Equal(o *Call) bool {
	if c == nil || o == nil {
		return c == o
	}
	return c.String() == o.String() && c.AllNum == o.AllNum
}
