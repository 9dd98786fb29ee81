package command

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/timeformat"
)

var tstats = &Spec{
	Name:       "tstats",
	Syntax:     `tstats [prestats=<bool>] [append=<bool>] [summariesonly=<bool>] [allow_old_summaries=<bool>] [fillnull_value=<text>] <function>... [FROM datamodel=<dataset>] [WHERE <search-expression>] [BY <field-list> [span=<timespan>]]`,
	Summary:    "Compute statistics over the events of a data model's dataset.",
	Details:    `The fields of a dataset have the dataset's name before their own, such as All_Changes.user, and keep it in the result; those that the model computes are the text unknown where an event lacks them. Without FROM all events are read. WHERE is a search expression; nodename=Root.Child selects a child dataset. An event that lacks a BY field is in no group unless fillnull_value gives it one. BY _time takes a span. prestats=true returns the rows before they are grouped, for a stats or timechart behind it; append=true adds the rows behind those of the commands before.`,
	Differs:    "There are no summaries: events are always read as they are, also with summariesonly=true, where Splunk finds nothing in a model that is not accelerated.",
	Generating: true,
	Examples: []string{
		`| tstats count min(_time) as firstTime from datamodel=Change.All_Changes where All_Changes.action=deleted by All_Changes.user`,
		`| tstats dc(Authentication.src) as sources from datamodel=Authentication by Authentication.user, _time span=1h`,
	},
	Parse: parseTstats,
}

func parseTstats(a *spl.Args, env *Env) (plan.Op, error) {
	op := &tstatsOp{}
	var ignored bool
	for _, name := range []string{"local", "allow_old_summaries", "include_reduced_buckets"} {
		a.Bool(name, &ignored)
	}
	a.Bool("prestats", &op.prestats)
	a.Bool("append", &op.append)
	a.Bool("summariesonly", &op.summariesOnly)
	a.Text("fillnull_value", &op.fill)
	var chunk int
	a.Count("chunk_size", &chunk)
	begin := a.Peek().Span
	calls := agg.ParseCalls(a, "from", "where", "by", "groupby")
	dataset := op.takeFrom(a, env)
	var where spl.SearchExpr
	if a.Keyword("where") {
		where = a.Search("by", "groupby")
	}
	var by []byField
	var span timeformat.Span
	if a.Keyword("by", "groupby") {
		by, span = takeTstatsBy(a)
	}
	op.text = strings.TrimSpace(a.Raw(diag.Span{Start: begin.Start, End: a.Span().End}))
	op.command = a.Command()
	if err := a.End(); err != nil {
		return nil, err
	}
	agg.Check(a, calls, byNames(by))
	if err := a.Err(); err != nil {
		return nil, err
	}
	return op, op.compose(dataset, where, calls, by, span, env)
}

type tstatsOp struct {
	command                         *spl.Command
	text                            string // from the functions on, as written
	prestats, append, summariesOnly bool
	fill                            string
	ops                             []plan.Op
}

// takeFrom reads FROM datamodel=x, if it is there.
func (op *tstatsOp) takeFrom(a *spl.Args, env *Env) plan.ModelDataset {
	if !a.Keyword("from") {
		return plan.ModelDataset{Search: "*"}
	}
	at := a.Peek()
	kind, name := takeDatasetName(a)
	if a.Err() != nil {
		return plan.ModelDataset{}
	}
	if !strings.EqualFold(kind, "datamodel") {
		a.Fail(at.Span, diag.UnsupportedArgument, "", "tstats reads a datamodel, not %q", kind)
	}
	dataset, _ := findDataset(a, env, name, at.Span)
	return dataset
}

// takeTstatsBy reads the fields behind BY, each of which a span may follow.
func takeTstatsBy(a *spl.Args) (by []byField, span timeformat.Span) {
	for a.More() {
		if a.Take(",") {
			continue
		}
		if t := a.Peek(); t.Is("span") {
			a.Next()
			a.Expect("=")
			if t = a.Next(); a.Err() == nil {
				span = parseSpan(a, t)
			}
			continue
		}
		if t := a.Peek(); t.Is("prefix") {
			a.Fail(t.Span, diag.UnsupportedArgument, "use a field", "PREFIX( ) reads indexed terms, which there are none of here")
		}
		by = append(by, takeByField(a))
	}
	return by, span
}

// compose makes the ops that the command stands for.
func (op *tstatsOp) compose(dataset plan.ModelDataset, where spl.SearchExpr, calls []*agg.Call, by []byField, span timeformat.Span, env *Env) error {
	search, err := searchText("datamodel "+dataset.Path, dataset.Search, env)
	if err != nil {
		return err
	}
	op.ops = []plan.Op{search}
	if len(dataset.Fields) > 0 {
		fields, err := prefixDataset(dataset)
		if err != nil {
			return err
		}
		op.ops = append(op.ops, fields)
	}
	if where != nil {
		filtered, err := op.where(dataset, where, env)
		if err != nil {
			return err
		}
		op.ops = append(op.ops, filtered)
	}
	bucketed := span.Unit != "" || span.N != 0
	if bucketed {
		// The bucket is a field of its own until the rows are grouped, so that
		// min(_time) is the time of an event and not that of its bucket.
		as := bucketField
		if op.prestats {
			as = "_time"
		}
		op.ops = append(op.ops, binOp{field: "_time", as: as, span: span, bins: 100, start: math.Inf(1), end: math.Inf(-1)})
		by = slices.Clone(by)
		for i := range by {
			if by[i].name == "_time" {
				by[i].name = as
			}
		}
	}
	if op.fill != "" && len(by) > 0 {
		op.ops = append(op.ops, fillnullOp{value: op.fill, names: byNames(by)})
	}
	if !op.prestats {
		op.ops = append(op.ops, &statsOp{aggregation{calls: calls, by: by, place: place{op.command}}})
		if bucketed {
			op.ops = append(op.ops, renameOp{pairs: []renamePair{{from: bucketField, to: "_time"}}})
		}
	}
	return nil
}

// bucketField holds the bucket of _time while tstats groups by it.
const bucketField = "_time_bucket"

// where makes a search op of the WHERE expression. nodename=x stands for the
// search of the dataset x.
func (op *tstatsOp) where(dataset plan.ModelDataset, where spl.SearchExpr, env *Env) (plan.Op, error) {
	var failed error
	where = replaceNodes(where, func(node *spl.SearchCompare) spl.SearchExpr {
		path := node.Value.Text
		if path == dataset.Path {
			return &spl.SearchAnd{}
		}
		child, ok := env.DataModels.Dataset(path)
		if !ok {
			failed = op.command.ErrorAt(node.Place, diag.UnknownDataModel, fmt.Sprintf("unknown dataset %q", path), diag.Suggest(path, env.DataModels.DatasetNames()))
			return node
		}
		expr, err := spl.ParseSearch(&diag.Source{Name: "dataset " + path, Text: child.Search})
		if err != nil {
			failed = err
		}
		return expr
	})
	if failed != nil {
		return nil, failed
	}
	return newSearchOp(where, op.command, env)
}

// replaceNodes replaces the comparisons of nodename in an expression.
func replaceNodes(expr spl.SearchExpr, replace func(*spl.SearchCompare) spl.SearchExpr) spl.SearchExpr {
	each := func(terms []spl.SearchExpr) []spl.SearchExpr {
		replaced := make([]spl.SearchExpr, len(terms))
		for i, t := range terms {
			replaced[i] = replaceNodes(t, replace)
		}
		return replaced
	}
	switch e := expr.(type) {
	case *spl.SearchAnd:
		return &spl.SearchAnd{Terms: each(e.Terms)}
	case *spl.SearchOr:
		return &spl.SearchOr{Terms: each(e.Terms)}
	case *spl.SearchNot:
		return &spl.SearchNot{X: replaceNodes(e.X, replace), Place: e.Place}
	case *spl.SearchCompare:
		if e.Field == "nodename" && e.Op == "=" {
			return replace(e)
		}
	}
	return expr
}

func (op *tstatsOp) String() string {
	return fmt.Sprintf("tstats prestats=%t append=%t summariesonly=%t fillnull_value=%s %s", op.prestats, op.append, op.summariesOnly, spl.Quote(op.fill), op.text)
}

// Kind is that of append where rows are added to those of other commands.
func (op *tstatsOp) Kind() plan.Kind {
	if op.append {
		return plan.Centralized
	}
	return plan.Generating
}

// Ops implements [plan.Composite].
func (op *tstatsOp) Ops() []plan.Op {
	if op.append {
		return []plan.Op{&appendOp{sub: subsearch{command: op.command, search: &plan.Search{Ops: op.ops}, text: "| " + op.String()}}}
	}
	return op.ops
}

func (op *tstatsOp) Needs(wanted event.Set) event.Set { return wanted }

func (op *tstatsOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) { return next, nil }

// Notes implements [plan.Noter].
func (op *tstatsOp) Notes() []*diag.Error {
	if !op.summariesOnly {
		return nil
	}
	return []*diag.Error{op.command.ErrorAt(op.command.NameSpan(), diag.SuspiciousExpression, "tstats: there are no summaries here; summariesonly=true is not followed and events are read", "")}
}
