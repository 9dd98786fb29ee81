// Package eval is the expressions of eval and where: binding them to the one
// table of functions, checking their types, and computing them for a row.
//
// It knows no command and reads no files; lookup tables, the clock and the
// zone arrive in an [Env]. Start reading at [Bind] and [Functions]; a new
// function is an entry in the table of its category, such as text.go.
// Semantics: Splunk's eval page and Evaluation functions.
package eval

import (
	"cmp"
	"fmt"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// Limits of what one expression may make. Beyond them the result is null, and
// the run's warnings say so.
const (
	maxText   = 16 << 20 // bytes of a text, or of all texts of a list
	maxValues = 1 << 20  // values of a list
)

// Expr is an expression bound to its functions. It is immutable and safe for
// use by several goroutines.
type Expr struct {
	tree    spl.Expr
	command *spl.Command // that it stands in, nil for none
	node    node
	fields  event.Set
	notes   []*diag.Error
}

// Env is what an expression may depend on besides the row. It belongs to one
// goroutine.
type Env struct {
	// Now is what now() returns.
	Now time.Time
	// Location is the zone of times as text; it is never nil.
	Location *time.Location
	// Warnings takes what a person should know about the run; it may be nil.
	Warnings *plan.Warnings
	// Lookups finds the tables of lookup(); it may be nil.
	Lookups plan.Lookups
	// StrictNot makes NOT of null null. Unset, it is true, which shipped
	// content relies on; Splunk's documentation does not say.
	StrictNot bool

	stack   []value.Value // arguments of the calls under way
	bound   []value.Value // what mvmap and mvfilter have bound, outermost first
	at      *site         // the call under way
	regexes regex.Cache
	filters map[*searchmatch]*filter.Filter
}

// NewEnv returns what the expressions of one goroutine of a run depend on.
func NewEnv(run *plan.Run) *Env {
	return &Env{Now: run.Now, Location: cmp.Or(run.Location, time.UTC), Warnings: run.Warnings, Lookups: run.Lookups}
}

// Bind finds the functions of an expression and checks its types. c is the
// command that the expression stands in, for the places of problems.
func Bind(x spl.Expr, c *spl.Command) (*Expr, error) {
	b := &binder{command: c, find: find, names: names}
	n := b.expr(x)
	if b.err != nil {
		return nil, b.err
	}
	return &Expr{tree: x, command: c, node: n, fields: b.fields, notes: b.notes}, nil
}

// Eval computes the expression for a row. Text of the result may share the
// row's memory.
func (x *Expr) Eval(env *Env, row *event.Event) value.Value { return x.node.run(env, row) }

// Fields returns the fields that the expression reads.
func (x *Expr) Fields() event.Set { return x.fields }

// Notes returns what runs as written but is likely not as meant.
func (x *Expr) Notes() []*diag.Error { return x.notes }

// String prints the expression so that it parses to an equal one.
func (x *Expr) String() string { return spl.ExprString(x.tree) }

// Span is the place of the expression in the search.
func (x *Expr) Span() diag.Span { return x.tree.Span() }

// Equal reports whether two expressions are written alike.
func (x *Expr) Equal(y *Expr) bool {
	if x == nil || y == nil {
		return x == y
	}
	return x.String() == y.String()
}

// Boolean reports whether the expression is a condition. known is false if
// that depends on the row, as for coalesce.
func (x *Expr) Boolean() (is, known bool) {
	return x.node.typ == boolType, x.node.typ != anyType
}

// BindCondition is [Bind] for the argument of where and its like, which must
// be a condition.
func BindCondition(x spl.Expr, c *spl.Command) (*Expr, error) {
	bound, err := Bind(x, c)
	if err != nil {
		return nil, err
	}
	if is, known := bound.Boolean(); known && !is {
		b := &binder{command: c}
		b.fail(x.Span(), diag.BadType, notConditionHint(x, bound.node.typ), "a condition was expected, not %s", bound.node.typ)
		return nil, b.err
	}
	return bound, nil
}

// site is the place of a call, for warnings.
type site struct {
	command *spl.Command
	call    *spl.Call
	// strings tells the arguments that are texts, which become strings in
	// JSON whatever they look like.
	strings []bool
}

// warn tells the run's reader of something at the call under way.
func (env *Env) warn(code diag.Code, format string, args ...any) value.Value {
	if env.Warnings != nil && env.at != nil {
		env.Warnings.Add(errorAt(env.at.command, env.at.call.Place, code, env.at.call.Name+": "+fmt.Sprintf(format, args...), ""))
	}
	return value.Value{}
}

// tooLarge is the result of a call beyond the limits: null, and a warning.
func (env *Env) tooLarge() value.Value {
	return env.warn(diag.LimitReached, "a result of more than %d MiB or %d values was made null", maxText>>20, maxValues)
}

// errorAt makes a problem in the text of a command, or of an expression that
// stands by itself.
func errorAt(c *spl.Command, span diag.Span, code diag.Code, message, hint string) *diag.Error {
	if c == nil {
		return &diag.Error{Span: span, Code: code, Message: message, Hint: hint}
	}
	return c.ErrorAt(span, code, c.Name+": "+message, hint)
}
