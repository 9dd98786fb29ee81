package command

import (
	"fmt"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var formatCommand = &Spec{
	Name:    "format",
	Syntax:  `format [mvsep="<text>"] [maxresults=<int>] ["<row prefix>" "<column prefix>" "<column separator>" "<column end>" "<row separator>" "<row end>"] [emptystr="<text>"]`,
	Summary: "Make search text of all rows, for the search around a subsearch.",
	Details: `A subsearch in a search expression ends in format if it does not say otherwise. The result is one row with the field search. Of the six separators give all or none; they are "(" "(" "AND" ")" "OR" ")" unless told otherwise. Fields whose names begin with an underscore are left out. emptystr, "NOT ( )" unless told otherwise, stands for no rows and matches nothing.`,
	Examples: []string{
		`search [search errorCode=AccessDenied | fields src_ip | format]`,
		`search * | table user | format maxresults=5 mvsep="OR" "(" "(" "AND" ")" "OR" ")"`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &formatOp{defaultFormat}
		a.Text("mvsep", &op.mvSep)
		a.Text("emptystr", &op.empty)
		a.Count("maxresults", &op.maxResults)
		separators := []*string{&op.rowPrefix, &op.columnPrefix, &op.columnSep, &op.columnEnd, &op.rowSep, &op.rowEnd}
		for n := range separators {
			t := a.Peek()
			if t.Kind == spl.End && n > 0 {
				a.Fail(t.Span, diag.MissingArgument, "", "six separators were expected, not %d", n)
			}
			if t.Kind != spl.Text {
				break
			}
			*separators[n] = a.Next().Text
		}
		return op, a.End()
	},
}

type formatOp struct{ rowFormat }

func (op *formatOp) String() string {
	s := fmt.Sprintf("format mvsep=%s maxresults=%d emptystr=%s", spl.Quote(op.mvSep), op.maxResults, spl.Quote(op.empty))
	for _, separator := range []string{op.rowPrefix, op.columnPrefix, op.columnSep, op.columnEnd, op.rowSep, op.rowEnd} {
		s += " " + spl.Quote(separator)
	}
	return s
}

func (op *formatOp) Kind() plan.Kind           { return plan.Dataset }
func (op *formatOp) Needs(event.Set) event.Set { return event.AllFields }
func (op *formatOp) Columns([]string) []string { return []string{"search"} }

func (op *formatOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	return collect(run, next, func(rows []*event.Event) ([]*event.Event, error) {
		row := event.New(event.Field{Name: "search", Value: value.OfText(formatRows(rows, op.rowFormat))})
		var lineage event.Lineages
		for _, e := range rows {
			lineage.Add(e)
		}
		lineage.Give(row)
		return []*event.Event{row}, nil
	}), nil
}

// rowFormat is how rows become the text of a search expression. Source:
// Splunk, format.
type rowFormat struct {
	rowPrefix, columnPrefix, columnSep, columnEnd, rowSep, rowEnd string
	mvSep, empty                                                  string
	maxResults                                                    int // 0 for all
}

var defaultFormat = rowFormat{
	rowPrefix: "(", columnPrefix: "(", columnSep: "AND", columnEnd: ")", rowSep: "OR", rowEnd: ")",
	mvSep: "OR", empty: "NOT ( )",
}

// formatRows writes rows as a search expression: each row a conjunction, the
// rows joined by OR. Fields whose names begin with an underscore are left out.
// A field named search gives its text as it is, one named query its value as a
// quoted term.
func formatRows(rows []*event.Event, f rowFormat) string {
	var conjunctions []string
	for i, row := range rows {
		if f.maxResults > 0 && i >= f.maxResults {
			break
		}
		var terms []string
		for _, field := range row.Fields() {
			if !strings.HasPrefix(field.Name, "_") && !field.Value.IsNull() {
				terms = append(terms, formatField(field, f))
			}
		}
		if len(terms) > 0 {
			conjunctions = append(conjunctions, f.columnPrefix+" "+strings.Join(terms, " "+f.columnSep+" ")+" "+f.columnEnd)
		}
	}
	if len(conjunctions) == 0 {
		return f.empty
	}
	return f.rowPrefix + " " + strings.Join(conjunctions, " "+f.rowSep+" ") + " " + f.rowEnd
}

func formatField(field event.Field, f rowFormat) string {
	values := make([]string, field.Value.Len())
	for i := range values {
		values[i] = formatValue(field.Name, field.Value.At(i))
	}
	if len(values) == 1 {
		return values[0]
	}
	return "( " + strings.Join(values, " "+f.mvSep+" ") + " )"
}

func formatValue(name string, v value.Value) string {
	switch name {
	case "search":
		return v.String()
	case "query":
		return spl.Quote(v.String())
	}
	return spl.ArgString(name) + "=" + spl.Quote(v.String())
}
