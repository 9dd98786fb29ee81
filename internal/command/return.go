package command

import (
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var returnCommand = &Spec{
	Name:    "return",
	Syntax:  "return [<count>] [<alias>=<field>]... [<field>]... [$<field>]...",
	Summary: "Make search text of the first rows, for the search around a subsearch.",
	Details: `The result is one row with the field search. Of each of the first count rows, 1 unless told otherwise, a field gives field="value", alias=field gives alias="value" and $field the value alone. The terms of a row are joined by a blank, which means AND, the rows by OR. Absent fields are left out.`,
	Examples: []string{
		`search eventName=ConsoleLogin [search errorCode=AccessDenied | return 5 src_ip]`,
		`search eventName=ConsoleLogin [search errorCode=AccessDenied | return user=userName]`,
		`search [search errorCode=AccessDenied | return 3 $userAgent]`,
	},
	Parse: func(a *spl.Args, _ *Env) (plan.Op, error) {
		op := &returnOp{count: 1}
		a.TakeCount(&op.count)
		for a.More() {
			t := a.Peek()
			r := returned{field: a.Field()}
			if a.Take("=") {
				r.alias, r.field = r.field, a.Field()
			} else if bare, ok := strings.CutPrefix(r.field, "$"); ok && t.Kind == spl.Word {
				r.field, r.bare = bare, true
			}
			if a.Err() == nil {
				op.fields = append(op.fields, r)
			}
			a.Take(",")
		}
		if a.Err() == nil && len(op.fields) == 0 {
			a.Fail(a.Span(), diag.MissingArgument, "", "a field was expected")
		}
		return op, a.End()
	},
}

type returnOp struct {
	count  int
	fields []returned
}

// returned is one field of a return command.
type returned struct {
	alias, field string
	bare         bool // the value alone
}

func (r returned) String() string {
	switch {
	case r.bare:
		return "$" + r.field
	case r.alias != "":
		return spl.ArgString(r.alias) + "=" + spl.ArgString(r.field)
	}
	return spl.ArgString(r.field)
}

func (op *returnOp) String() string {
	var b strings.Builder
	b.WriteString("return " + strconv.Itoa(op.count))
	for _, f := range op.fields {
		b.WriteString(" " + f.String())
	}
	return b.String()
}

func (op *returnOp) Kind() plan.Kind           { return plan.Dataset }
func (op *returnOp) Limit() int                { return op.count }
func (op *returnOp) Columns([]string) []string { return []string{"search"} }

func (op *returnOp) Needs(event.Set) event.Set {
	var needs event.Set
	for _, f := range op.fields {
		needs = needs.With(f.field)
	}
	return needs
}

func (op *returnOp) Start(_ *plan.Run, next plan.Sink) (plan.Sink, error) {
	return &returnRun{Sink: next, op: op}, nil
}

type returnRun struct {
	plan.Sink
	op      *returnOp
	rows    []string
	count   int
	lineage event.Lineages
}

func (r *returnRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		if r.count == r.op.count {
			break
		}
		r.count++
		r.lineage.Add(e)
		var terms []string
		for _, f := range r.op.fields {
			if v := e.Get(f.field); !v.IsNull() {
				terms = append(terms, f.term(v))
			}
		}
		if len(terms) > 0 {
			r.rows = append(r.rows, "("+strings.Join(terms, " ")+")")
		}
	}
	return r.count < r.op.count, nil
}

// term writes the field of one row; several values are alternatives.
func (r returned) term(v value.Value) string {
	terms := make([]string, v.Len())
	for i := range terms {
		switch {
		case r.bare:
			terms[i] = v.At(i).String()
		case r.alias != "":
			terms[i] = formatValue(r.alias, v.At(i))
		default:
			terms[i] = formatValue(r.field, v.At(i))
		}
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return "(" + strings.Join(terms, " OR ") + ")"
}

func (r *returnRun) Close() error {
	row := event.New()
	if len(r.rows) > 0 {
		row.Set("search", value.OfText(strings.Join(r.rows, " OR ")))
	} else {
		row.Set("search", value.OfText(defaultFormat.empty))
	}
	r.lineage.Give(row)
	if _, err := r.Sink.Push(event.Batch{row}); err != nil {
		return err
	}
	return r.Sink.Close()
}
