package command

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var search = &Spec{
	Name:       "search",
	Syntax:     "search <search-expression>",
	Summary:    "Keep the events that match an expression of fields, words and phrases.",
	Generating: true,
	Details: `The first command of a search is search also when its name is left out.
Values are compared without case, and a star in a value stands for any run of characters. NOT binds tightest, then OR, then AND, written or implied; the operators are upper case. A comparison with a field that is absent is false, with != too, so NOT field=x keeps events without the field and field!=x drops them. Of a multivalue, one matching value is enough. A value such as 10.0.0.0/8 tests for the subnet. Words and phrases are looked for in _raw, between characters that separate words. earliest= and latest= override the time range of the run.`,
	Examples: []string{
		`search eventName=ConsoleLogin errorCode!=success`,
		`search sourcetype=aws:cloudtrail eventName IN (Stop*, Delete*) NOT src_ip=10.0.0.0/8`,
		`search * | stats count by eventName | search count>10`,
	},
	Parse: func(a *spl.Args, env *Env) (plan.Op, error) {
		expr := a.Search()
		if err := a.End(); err != nil {
			return nil, err
		}
		return newSearchOp(expr, a.Command(), env)
	},
}

// newSearchOp binds an expression of the command c, for any command whose
// arguments hold one.
func newSearchOp(expr spl.SearchExpr, c *spl.Command, env *Env) (*searchOp, error) {
	op := &searchOp{expr: expr, command: c, subsearches: map[*spl.SearchSubsearch]*plan.Search{}}
	if err := op.compileSubsearches(op.expr, env); err != nil {
		return nil, err
	}
	// Compiled once here for its problems and notes, with subsearches that
	// match everything, and again when the search runs and knows the time.
	f, err := filter.Compile(op.expr, filter.Options{ErrorAt: op.command.ErrorAt, Subsearch: func(*spl.SearchSubsearch) (spl.SearchExpr, error) {
		return &spl.SearchAnd{}, nil
	}})
	if err != nil {
		return nil, err
	}
	op.fields, op.notes = f.Fields(), f.Notes()
	return op, nil
}

type searchOp struct {
	expr        spl.SearchExpr
	command     *spl.Command
	subsearches map[*spl.SearchSubsearch]*plan.Search
	fields      event.Set
	notes       []*diag.Error
}

func (op *searchOp) compileSubsearches(expr spl.SearchExpr, env *Env) error {
	switch e := expr.(type) {
	case *spl.SearchAnd:
		return op.compileEach(e.Terms, env)
	case *spl.SearchOr:
		return op.compileEach(e.Terms, env)
	case *spl.SearchNot:
		return op.compileSubsearches(e.X, env)
	case *spl.SearchSubsearch:
		sub, err := env.Subsearch(e.Pipeline)
		if err != nil {
			return err
		}
		op.subsearches[e] = sub
	}
	return nil
}

func (op *searchOp) compileEach(terms []spl.SearchExpr, env *Env) error {
	for _, t := range terms {
		if err := op.compileSubsearches(t, env); err != nil {
			return err
		}
	}
	return nil
}

func (op *searchOp) String() string       { return "search " + spl.SearchString(op.expr) }
func (op *searchOp) Kind() plan.Kind      { return plan.Streaming }
func (op *searchOp) Notes() []*diag.Error { return op.notes }

func (op *searchOp) Needs(wanted event.Set) event.Set {
	if len(op.subsearches) > 0 {
		return event.AllFields // the fields that a subsearch names are known only when it has run
	}
	return wanted.Union(op.fields)
}

// Filter compiles the expression for the run, with its subsearches run and
// replaced.
func (op *searchOp) Filter(run *plan.Run) (plan.Filter, error) {
	f, err := run.Once(op, func() (any, error) {
		return filter.Compile(op.expr, filter.Options{
			Now: run.Now, Location: run.Location, ErrorAt: op.command.ErrorAt,
			Subsearch: func(e *spl.SearchSubsearch) (spl.SearchExpr, error) {
				return op.runSubsearch(e, run)
			},
		})
	})
	if err != nil {
		return nil, err
	}
	return f.(*filter.Filter), nil
}

func (op *searchOp) runSubsearch(e *spl.SearchSubsearch, run *plan.Run) (spl.SearchExpr, error) {
	limit := run.Limits.SubsearchRows
	rows, cut, err := run.Subsearch(op.subsearches[e], limit)
	if err != nil {
		return nil, err
	}
	if cut {
		run.Warnings.Add(op.command.ErrorAt(e.Place, diag.LimitReached, "the subsearch returned more rows than its limit, the rest were dropped", "raise --max-subsearch-rows"))
	}
	text := e.ResultText(formatRows(rows, defaultFormat))
	expr, err := spl.ParseSearch(&diag.Source{Name: "result of the subsearch", Text: text})
	if err != nil {
		return nil, op.command.ErrorAt(e.Place, diag.BadSyntax, "the result of the subsearch is no search expression: "+err.Error(), "")
	}
	if _, several := expr.(*spl.SearchAnd); several && e.Op != "" {
		return nil, op.command.ErrorAt(e.Place, diag.BadSyntax, "the result of the subsearch is not one value: "+text, "end the subsearch with return $field")
	}
	return expr, nil
}

func (op *searchOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	f, err := op.Filter(run)
	if err != nil {
		return nil, err
	}
	return &filterRun{Sink: next, keep: f.Match}, nil
}

// filterRun keeps the rows of which keep is true.
type filterRun struct {
	plan.Sink
	keep func(*event.Event) bool
}

func (r *filterRun) Push(b event.Batch) (bool, error) {
	kept := b[:0]
	for _, e := range b {
		if r.keep(e) {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return true, nil
	}
	return r.Sink.Push(kept)
}
