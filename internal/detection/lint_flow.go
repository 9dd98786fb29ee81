package detection

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// flow is what is known of fields as a search goes on from command to command.
type flow struct {
	// origin is the field of the event that a field was renamed or copied from.
	origin map[string]string
	// present are fields that no row lacks; all is set when none lacks any.
	present map[string]bool
	all     bool
	// conditions are the fields that rows were selected by.
	conditions map[string]bool
	// optional are fields of events of which only one side of an OR asks for a
	// value.
	optional map[string]bool
	// aggregates are the fields of events that aggregates were made of, by the
	// aggregates' names.
	aggregates map[string]string
	// named is the first condition that names a call.
	named *condition
	// grouped tells that the rows are events no more.
	grouped bool
}

// condition is a place in a command.
type condition struct {
	command *spl.Command
	at      diag.Span
}

func newFlow() flow {
	return flow{
		origin: map[string]string{}, present: map[string]bool{}, conditions: map[string]bool{}, optional: map[string]bool{},
		aggregates: map[string]string{},
	}
}

// event returns the field of the event that a field comes from.
func (w *flow) event(name string) string {
	if from, ok := w.origin[name]; ok {
		return from
	}
	return name
}

// copy makes a field one that holds what another does.
func (w *flow) copy(to, from string) {
	w.origin[to] = w.event(from)
	w.present[to] = w.present[from]
}

// command follows what a command does, and looks at its expressions.
func (l *linter) command(c *spl.Command) {
	a := c.Args()
	switch c.Name {
	case "search":
		if expr := a.Search(); a.Err() == nil {
			l.selected(c, expr)
		}
	case "where":
		if expr := a.Expr(); a.Err() == nil {
			l.matches(c, expr)
			l.holds(expr)
		}
	case "eval":
		l.assignments(c, a)
	case "rename":
		for a.More() && a.Err() == nil {
			from := a.Column()
			a.Expect("as")
			if to := a.Column(); a.Err() == nil {
				l.flow.copy(to, from)
			}
			for a.Take(",") {
			}
		}
	case "fillnull":
		a.Text("value", new(string))
		names := a.Fields()
		l.flow.all = l.flow.all || len(names) == 0
		for _, name := range names {
			l.flow.present[name] = true
		}
	case "stats":
		l.stats(c, a)
	}
}

// selected follows a search expression.
func (l *linter) selected(c *spl.Command, expr spl.SearchExpr) {
	demanded := demandedBy(expr)
	for name := range demanded {
		l.flow.present[name] = true
	}
	if demands(expr, identified) {
		l.assume(identityFields)
	}
	if demands(expr, failed) {
		l.assume(failureFields)
	}
	l.terms(c, expr, false, demanded)
}

// terms visits the comparisons of a search expression.
func (l *linter) terms(c *spl.Command, expr spl.SearchExpr, within bool, demanded map[string]bool) {
	compared := func(field string, at diag.Span, values ...spl.SearchValue) {
		l.flow.conditions[field] = true
		if event := l.flow.event(field); within && !demanded[field] && perCall(event) {
			l.flow.optional[event] = true
		}
		for _, v := range values {
			text := strings.Trim(v.Text, "*")
			if field == "eventName" && l.flow.named == nil && !l.flow.grouped && text == v.Text {
				l.flow.named = &condition{c, at}
			}
			if v.Text == "*"+text+"*" && isPlainText(text) && l.enumerated(field) {
				l.found(lintMatch, c, at, field+"="+text, "*"+text+"* fits every value that holds "+text+", and "+field+" holds fixed values")
			}
		}
	}
	switch e := expr.(type) {
	case *spl.SearchAnd:
		for _, x := range e.Terms {
			l.terms(c, x, within, demanded)
		}
	case *spl.SearchOr:
		for _, x := range e.Terms {
			l.terms(c, x, true, demanded)
		}
	case *spl.SearchCompare:
		compared(e.Field, e.Place, e.Value)
	case *spl.SearchIn:
		compared(e.Field, e.Place, e.Values...)
	}
}

// demandedBy returns the fields that every event lacks not that fulfils an
// expression. With != too an event needs the field.
func demandedBy(expr spl.SearchExpr) map[string]bool {
	demanded := map[string]bool{}
	switch e := expr.(type) {
	case *spl.SearchAnd:
		for _, x := range e.Terms {
			maps.Copy(demanded, demandedBy(x))
		}
	case *spl.SearchOr:
		for i, x := range e.Terms {
			of := demandedBy(x)
			if i == 0 {
				demanded = of
			}
			maps.DeleteFunc(demanded, func(name string, _ bool) bool { return !of[name] })
		}
	case *spl.SearchCompare:
		demanded[e.Field] = true
	case *spl.SearchIn:
		demanded[e.Field] = true
	}
	return demanded
}

func (l *linter) assume(fields []string) {
	for _, name := range fields {
		l.flow.present[name] = true
	}
}

// demands reports whether every event that fulfils an expression fulfils a
// comparison for which test is true.
func demands(expr spl.SearchExpr, test func(*spl.SearchCompare) bool) bool {
	switch e := expr.(type) {
	case *spl.SearchAnd:
		return slices.ContainsFunc(e.Terms, func(x spl.SearchExpr) bool { return demands(x, test) })
	case *spl.SearchCompare:
		return test(e)
	}
	return false
}

// identified tells callers that are users, roles or root, who all have an ARN.
func identified(e *spl.SearchCompare) bool {
	return (e.Field == "userIdentity.type" || e.Field == "user_type") && e.Op == "=" &&
		slices.Contains([]string{"IAMUser", "Root", "AssumedRole", "Role", "FederatedUser"}, e.Value.Text)
}

// failed tells calls that failed.
func failed(e *spl.SearchCompare) bool {
	success := strings.EqualFold(e.Value.Text, "success")
	return slices.Contains([]string{"errorCode", "status", "action", "result_id"}, e.Field) && e.Value.Text != "*" && success == (e.Op == "!=")
}

// Fields that such callers and calls have.
var (
	identityFields = []string{"userIdentity.arn", "user_arn", "userIdentity.principalId", "user_id", "userIdentity.accountId", "user_group_id"}
	failureFields  = []string{"errorMessage", "reason", "result", "result_id", "desc"}
)

// holds notes the fields without which a condition is not true.
func (l *linter) holds(expr spl.Expr) {
	switch e := expr.(type) {
	case *spl.Binary:
		switch e.Op {
		case "AND":
			l.holds(e.X)
			l.holds(e.Y)
		case "=", "!=", "<", "<=", ">", ">=", "LIKE":
			l.compared(e.X, e.Y)
		}
	case *spl.InList:
		l.compared(e.X)
	case *spl.Call:
		if slices.Contains([]string{"isnotnull", "match", "like", "cidrmatch", "in"}, e.Name) {
			l.compared(e.Args...)
		}
	}
	for _, name := range fieldsIn(expr) {
		l.flow.conditions[name] = true
	}
}

// compared notes the fields that stand for themselves in a comparison.
func (l *linter) compared(operands ...spl.Expr) {
	for _, x := range operands {
		if ref, ok := x.(*spl.FieldRef); ok {
			l.flow.present[ref.Name] = true
		}
	}
}

// fieldsIn returns the names of the fields of an expression.
func fieldsIn(expr spl.Expr) []string {
	var names []string
	visitExpr(expr, func(x spl.Expr) {
		if ref, ok := x.(*spl.FieldRef); ok {
			names = append(names, ref.Name)
		}
	})
	return names
}

// visitExpr calls visit for an expression and all that it is made of.
func visitExpr(expr spl.Expr, visit func(spl.Expr)) {
	visit(expr)
	switch e := expr.(type) {
	case *spl.Unary:
		visitExpr(e.X, visit)
	case *spl.Binary:
		visitExpr(e.X, visit)
		visitExpr(e.Y, visit)
	case *spl.InList:
		visitExpr(e.X, visit)
		for _, x := range e.List {
			visitExpr(x, visit)
		}
	case *spl.Call:
		for _, x := range e.Args {
			visitExpr(x, visit)
		}
	}
}

// assignments follows eval. What an expression makes is taken to be there,
// unless it is another field or a choice of such.
func (l *linter) assignments(c *spl.Command, a *spl.Args) {
	for a.More() && a.Err() == nil {
		target := a.Field()
		a.Expect("=")
		x := a.Expr()
		if a.Err() != nil {
			return
		}
		l.matches(c, x)
		present := true
		switch e := x.(type) {
		case *spl.FieldRef:
			l.flow.copy(target, e.Name)
			present = l.flow.present[target]
		case *spl.Call:
			if e.Name == "coalesce" {
				present = slices.ContainsFunc(e.Args, func(x spl.Expr) bool { return !l.mayLack(x) })
			}
			delete(l.flow.origin, target)
		default:
			delete(l.flow.origin, target)
		}
		l.flow.present[target] = present
		a.Take(",")
	}
}

// mayLack reports whether an expression is a field that events often lack.
func (l *linter) mayLack(x spl.Expr) bool {
	ref, ok := x.(*spl.FieldRef)
	return ok && !l.flow.present[ref.Name] && l.absence(ref.Name) != ""
}

// stats looks at BY fields and aggregates, behind which there are no others.
func (l *linter) stats(c *spl.Command, a *spl.Args) {
	a.Bool("allnum", new(bool))
	a.Text("delim", new(string))
	a.Count("partitions", new(int))
	a.Bool("dedup_splitvals", new(bool))
	calls := agg.ParseCalls(a, "by")
	var by []string
	if a.Keyword("by") {
		for a.More() && a.Err() == nil {
			at := a.Peek().Span
			name := a.Column()
			by = append(by, name)
			l.grouping(c, at, name)
			for a.Take(",") {
			}
		}
	}
	if a.Err() != nil {
		return
	}
	l.unnamed(c, calls)
	aggregates := map[string]string{}
	for _, call := range calls {
		if call.Field != "" {
			aggregates[columnOf(call)] = l.flow.event(call.Field)
		}
	}
	next := newFlow()
	next.conditions, next.named, next.optional, next.aggregates, next.grouped = l.flow.conditions, l.flow.named, l.flow.optional, aggregates, true
	for _, name := range by {
		next.present[name] = true
		next.origin[name] = l.flow.event(name)
	}
	l.flow = next
}

// grouping looks at a BY field of events.
func (l *linter) grouping(c *spl.Command, at diag.Span, name string) {
	if l.flow.grouped || l.flow.all || l.flow.present[name] {
		return
	}
	if why := l.absence(name); why != "" {
		l.found(lintNullBy, c, at, `put fillnull value="unknown" `+spl.ArgString(name)+" before it", "stats drops events without "+name+": "+why)
	}
}

// unnamed looks for aggregates in the result whose names hold parentheses.
func (l *linter) unnamed(c *spl.Command, calls []*agg.Call) {
	columns := plan.Columns(l.search)
	for _, call := range calls {
		name := columnOf(call)
		if call.As == "" && call.Field != "" && strings.Contains(name, "(") && slices.Contains(columns, name) {
			l.found(lintUnnamed, c, call.Span, "write AS "+spl.ArgString(call.Field), name+" is a column that no message can name")
		}
	}
}

func columnOf(call *agg.Call) string {
	if columns := agg.Columns([]*agg.Call{call}); len(columns) > 0 {
		return columns[0].Name
	}
	return ""
}

var exampleSource = regexp.MustCompile(`"eventSource"\s*:\s*"([a-z0-9.-]+)"`)

// eventSourceOf returns the service that an example of a record names, or "".
func eventSourceOf(record string) string {
	if found := exampleSource.FindStringSubmatch(record); found != nil {
		return found[1]
	}
	return ""
}
