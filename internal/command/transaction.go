package command

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
)

var transaction = &Spec{
	Name:    "transaction",
	Syntax:  `transaction [<field-list>] [startswith=<condition>] [endswith=<condition>] [maxspan=<span>] [maxpause=<span>] [maxevents=<int>] [connected=<bool>] [unifyends=<bool>] [keepevicted=<bool>] [keeporphans=<bool>] [mvlist=<bool>|<field>] [delim="<text>"] [nullstr="<text>"]`,
	Summary: "Group events that share field values and lie close together in time.",
	Details: `Events must come newest first, as a search gives them. An event joins an open group with which it shares a value of a listed field and disagrees in none; a field that one of them lacks does not part them. A condition is a phrase, a search in parentheses, or eval(<expression>). A group has the _time of its earliest event, duration in seconds, eventcount, closed_txn (1 if a limit or startswith closed it), the _raw of its events in order of time, and of every other field the distinct values in byte order, or with mvlist all values in order of time. With startswith or endswith, groups that lack one are left out unless keepevicted=true. maxevents is 1000 unless told otherwise, -1 for no limit.`,
	Examples: []string{
		`search sourcetype=aws:cloudtrail | transaction user_arn maxpause=30m`,
		`search sourcetype=aws:cloudtrail | transaction user_arn startswith="ConsoleLogin" endswith=(eventName=StopLogging) | where duration<600`,
	},
	Parse: parseTransaction,
}

func parseTransaction(a *spl.Args, _ *Env) (plan.Op, error) {
	op := &transactionOp{maxSpan: math.Inf(1), maxPause: math.Inf(1), maxEvents: 1000, connected: true, nullText: "NULL", delim: " "}
	var name string
	a.Text("name", &name)
	op.starts = readCondition(a, "startswith")
	op.ends = readCondition(a, "endswith")
	readSpan(a, "maxspan", &op.maxSpan)
	readSpan(a, "maxpause", &op.maxPause)
	if t, ok := a.TextToken("maxevents"); ok {
		var err error
		if op.maxEvents, err = strconv.Atoi(t.Text); err != nil {
			a.Fail(t.Span, diag.BadArgument, "", "maxevents=%s: a whole number was expected", t.Text)
		}
	}
	a.Bool("connected", &op.connected)
	a.Bool("unifyends", &op.unifyEnds)
	a.Bool("keepevicted", &op.keepEvicted)
	a.Bool("keeporphans", &op.keepOrphans)
	if t, ok := a.TextToken("mvlist"); ok {
		if all, isBool := spl.ParseBool(t.Text); isBool {
			op.listAll = all
		} else {
			op.listFields = strings.FieldsFunc(t.Text, func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	a.Text("delim", &op.delim)
	a.Text("nullstr", &op.nullText)
	op.fields = a.Fields()
	return op, a.End()
}

type transactionOp struct {
	fields                   []string
	starts, ends             *condition
	maxSpan, maxPause        float64 // seconds
	maxEvents                int     // negative for no limit
	connected, unifyEnds     bool
	keepEvicted, keepOrphans bool
	listAll                  bool
	listFields               []string
	delim, nullText          string
}

// condition is what startswith and endswith test an event with.
type condition struct {
	text   string // as it stands in the search
	search spl.SearchExpr
	expr   *eval.Expr
	fields event.Set
}

// readCondition reads startswith= or endswith=, whose value is a phrase, a
// search in parentheses, or eval(…).
func readCondition(a *spl.Args, option string) *condition {
	t, ok := a.TextToken(option)
	if !ok {
		return nil
	}
	c := &condition{text: spl.Quote(t.Text)}
	switch {
	case t.Kind == spl.Punct, t.Is("eval"):
		raw, ok := a.TakeParens(t)
		if !ok {
			return nil
		}
		c.text = raw
		if t.Is("eval") {
			c.text = "eval" + raw
			x, err := spl.ParseExpr(&diag.Source{Name: option, Text: raw[1 : len(raw)-1]})
			if err == nil {
				c.expr, err = eval.Bind(x, a.Command())
			}
			if err != nil {
				a.FailWith(err)
				return nil
			}
			c.fields = c.expr.Fields()
			return c
		}
		c.search = parseCondition(a, option, raw)
	default:
		c.search = parseCondition(a, option, spl.Quote(t.Text))
		if strings.ContainsAny(t.Text, "=<>") { // a search in quotes
			c.search = parseCondition(a, option, t.Text)
		}
	}
	if a.Err() != nil {
		return nil
	}
	f, err := filter.Compile(c.search, filter.Options{})
	if err != nil {
		a.FailWith(err)
		return nil
	}
	c.fields = f.Fields()
	return c
}

func parseCondition(a *spl.Args, option, text string) spl.SearchExpr {
	expr, err := spl.ParseSearch(&diag.Source{Name: option, Text: text})
	a.FailWith(err)
	return expr
}

// test returns the condition's test for a run; one that is not given is never
// fulfilled.
func (c *condition) test(run *plan.Run) (func(*event.Event) bool, error) {
	switch {
	case c == nil:
		return func(*event.Event) bool { return false }, nil
	case c.expr != nil:
		env := eval.NewEnv(run)
		return func(e *event.Event) bool { return c.expr.Eval(env, e).True() }, nil
	}
	f, err := filter.Compile(c.search, filter.Options{Now: run.Now, Location: run.Location})
	if err != nil {
		return nil, err
	}
	return f.Match, nil
}

// readSpan reads an option that is a length of time, in seconds without a
// unit; -1 is no limit.
func readSpan(a *spl.Args, option string, seconds *float64) {
	t, ok := a.TextToken(option)
	if !ok || t.Text == "-1" {
		return
	}
	span, err := timeformat.ParseSpan(t.Text)
	if err != nil {
		a.Fail(t.Span, diag.BadArgument, "write a number and a unit, such as 30m", "%s=%s: %v", option, t.Text, err)
		return
	}
	if span.Unit == "" {
		*seconds = span.N
		return
	}
	begin := time.Unix(0, 0).UTC()
	*seconds = span.Next(begin).Sub(begin).Seconds()
}

func (op *transactionOp) String() string {
	var b strings.Builder
	b.WriteString("transaction")
	if len(op.fields) > 0 {
		b.WriteString(" " + spl.ArgStrings(op.fields, " "))
	}
	for _, c := range []struct {
		name string
		*condition
	}{{"startswith", op.starts}, {"endswith", op.ends}} {
		if c.condition != nil {
			b.WriteString(" " + c.name + "=" + c.text)
		}
	}
	if !math.IsInf(op.maxSpan, 1) {
		fmt.Fprintf(&b, " maxspan=%gs", op.maxSpan)
	}
	if !math.IsInf(op.maxPause, 1) {
		fmt.Fprintf(&b, " maxpause=%gs", op.maxPause)
	}
	fmt.Fprintf(&b, " maxevents=%d connected=%t unifyends=%t keepevicted=%t keeporphans=%t", op.maxEvents, op.connected, op.unifyEnds, op.keepEvicted, op.keepOrphans)
	if len(op.listFields) > 0 {
		b.WriteString(" mvlist=" + spl.Quote(strings.Join(op.listFields, ",")))
	} else {
		fmt.Fprintf(&b, " mvlist=%t", op.listAll)
	}
	fmt.Fprintf(&b, " delim=%s nullstr=%s", spl.Quote(op.delim), spl.Quote(op.nullText))
	return b.String()
}

func (op *transactionOp) Kind() plan.Kind           { return plan.Dataset }
func (op *transactionOp) Columns([]string) []string { return nil }

func (op *transactionOp) Needs(wanted event.Set) event.Set {
	wanted = wanted.Without("duration", "eventcount", "closed_txn").With("_time", "_raw").With(op.fields...)
	for _, c := range []*condition{op.starts, op.ends} {
		if c != nil {
			wanted = wanted.Union(c.fields)
		}
	}
	return wanted
}

func (op *transactionOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	starts, err := op.starts.test(run)
	if err != nil {
		return nil, err
	}
	ends, err := op.ends.test(run)
	if err != nil {
		return nil, err
	}
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		g := &transactions{op: op, starts: starts, ends: ends, byValue: map[string][]*openGroup{}}
		for _, e := range rows {
			g.add(e)
		}
		return g.finish(), nil
	}), nil
}
