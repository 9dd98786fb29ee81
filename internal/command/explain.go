package command

import (
	"fmt"
	"strings"

	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// This file says for each command that drops rows why it drops one.

var (
	_ plan.Explainer = (*searchOp)(nil)
	_ plan.Explainer = whereOp{}
	_ plan.Explainer = regexOp{}
	_ plan.Explainer = (*statsOp)(nil)
	_ plan.Explainer = (*chartOp)(nil)
	_ plan.Explainer = (*timechartOp)(nil)
	_ plan.Explainer = (*topOp)(nil)
	_ plan.Explainer = (*joinOp)(nil)
	_ plan.Explainer = dedupOp{}
	_ plan.Explainer = headOp{}
	_ plan.Explainer = uniqOp{}
)

// Explain implements [plan.Explainer].
func (op *searchOp) Explain(run *plan.Run) (plan.Judge, error) {
	f, err := op.Filter(run)
	if err != nil {
		return nil, err
	}
	var terms []plan.Term
	if t, ok := f.(plan.TermFilter); ok {
		terms = t.Terms()
	}
	return func(row *event.Event) (plan.Reason, bool) {
		for _, t := range terms {
			if t.Match(row) {
				continue
			}
			why := plan.Reason{Cause: t.Text + " is not true", Detail: func() string { return t.Explain(row) }}
			if t.Field != "" && row.Get(t.Field).IsNull() {
				why.Cause, why.Field = t.Field+" is null, so "+t.Text+" is not true", t.Field
			}
			return why, true
		}
		return plan.Reason{}, false
	}, nil
}

// Explain implements [plan.Explainer].
func (op whereOp) Explain(run *plan.Run) (plan.Judge, error) {
	env, clause := eval.NewEnv(run), op.condition.Clause()
	env.Warnings = nil // the command itself gives them
	return func(row *event.Event) (plan.Reason, bool) {
		if clause.True(env, row) {
			return plan.Reason{}, false
		}
		return clause.NotTrue(env, row), true
	}, nil
}

// Explain implements [plan.Explainer].
func (op regexOp) Explain(*plan.Run) (plan.Judge, error) {
	return func(row *event.Event) (plan.Reason, bool) {
		if op.keep(row) {
			return plan.Reason{}, false
		}
		if row.Get(op.field).IsNull() {
			return plan.Reason{Cause: op.field + " is null, in which no pattern is found", Field: op.field}, true
		}
		found := ", in which the pattern is not found"
		if op.not {
			found = ", in which the pattern is found"
		}
		return plan.Reason{
			Cause:  op.field + " is a text" + found,
			Detail: func() string { return plan.FieldIs(row, op.field) + found },
		}, true
	}, nil
}

// explainBy judges rows by the fields that put them into groups. Source:
// Splunk, stats ("rows without a BY field").
func explainBy(fields ...string) plan.Judge {
	return func(row *event.Event) (plan.Reason, bool) {
		var absent []string
		for _, name := range fields {
			if row.Get(name).IsNull() {
				absent = append(absent, name)
			}
		}
		switch len(absent) {
		case 0:
			return plan.Reason{}, false
		case 1:
			return plan.Reason{
				Cause: absent[0] + " is null, and a row without a BY field is in no group", Field: absent[0],
				Hint: fmt.Sprintf(`"| fillnull value=unknown %s" before it would keep such rows, or eval with coalesce(…)`, argName(absent[0])),
			}, true
		}
		last := len(absent) - 1
		return plan.Reason{
			Cause: strings.Join(absent[:last], ", ") + " and " + absent[last] + " are null, and a row without a BY field is in no group", Field: absent[0],
			Hint: fmt.Sprintf(`"| fillnull value=unknown %s" before it would keep such rows`, argNames(absent)),
		}, true
	}
}

// Explain implements [plan.Explainer].
func (op *statsOp) Explain(*plan.Run) (plan.Judge, error) {
	return explainBy(byNames(op.by)...), nil
}

// Explain implements [plan.Explainer].
func (op *topOp) Explain(*plan.Run) (plan.Judge, error) {
	return explainBy(byNames(op.all())...), nil
}

// Explain implements [plan.Explainer]. A row without the field of the columns
// is in the column NULL.
func (op *chartOp) Explain(*plan.Run) (plan.Judge, error) {
	if op.row == nil {
		return explainBy(), nil
	}
	return explainBy(op.row.name), nil
}

// Explain implements [plan.Explainer].
func (op *timechartOp) Explain(*plan.Run) (plan.Judge, error) { return explainBy("_time"), nil }

// Explain implements [plan.Explainer].
func (op *joinOp) Explain(run *plan.Run) (plan.Judge, error) {
	if op.kind == "outer" {
		return func(*event.Event) (plan.Reason, bool) { return plan.Reason{}, false }, nil
	}
	rows, err := op.sub.rows(run)
	if err != nil {
		return nil, err
	}
	r := &joinRun{expander: expander{run: run}, op: op, table: op.index(rows)}
	return func(row *event.Event) (plan.Reason, bool) {
		if len(r.matches(row)) > 0 {
			return plan.Reason{}, false
		}
		return r.unmatched(row), true
	}, nil
}

// unmatched says why a row joins with none.
func (r *joinRun) unmatched(row *event.Event) plan.Reason {
	if len(r.table.rows) == 0 {
		return plan.Reason{Cause: "the subsearch returned no rows"}
	}
	for _, name := range r.op.fields {
		if row.Get(name).IsNull() {
			return plan.Reason{Cause: name + " is null, so it joins with nothing", Field: name}
		}
	}
	if len(r.op.fields) == 0 {
		return plan.Reason{Cause: "no row of the subsearch agrees in the fields that both have"}
	}
	hint := ""
	if r.op.usetime {
		hint = "usetime=true: the time of the other row counts too"
	}
	return plan.Reason{
		Cause: "no row of the subsearch has the same " + strings.Join(r.op.fields, ", "), Hint: hint,
		Detail: func() string {
			texts := make([]string, len(r.op.fields))
			for i, name := range r.op.fields {
				texts[i] = plan.FieldIs(row, name)
			}
			return fmt.Sprintf("%s, which none of the %d rows of the subsearch has", strings.Join(texts, " and "), len(r.table.rows))
		},
	}
}

// maxKeepers bounds how many rows that kept their place are remembered, for
// telling which it was.
const maxKeepers = 100_000

// Explain implements [plan.Explainer]. Behind sortby the rows do not come in
// the order of which the first counts.
func (op dedupOp) Explain(run *plan.Run) (plan.Judge, error) {
	kept := map[string]string{}
	// The judge counts as the command does, and holds no memory of the search.
	counter := &dedupRun{op: op, run: run, seen: map[string]int{}}
	return func(row *event.Event) (plan.Reason, bool) {
		for _, name := range op.fields {
			if row.Get(name).IsNull() && !op.keepEmpty && !op.keepEvents {
				return plan.Reason{Cause: name + " is null, and keepempty is not set", Field: name, Hint: "dedup … keepempty=true keeps such rows"}, true
			}
		}
		if len(op.sortBy) > 0 || len(counter.seen) >= maxKeepers {
			return plan.Reason{}, false
		}
		n, _ := counter.count(row)
		key := string(counter.key)
		if n <= op.n || op.keepEvents {
			if n == 1 {
				if op.consecutive {
					clear(kept)
				}
				kept[key] = nameOfRow(row)
			}
			return plan.Reason{}, false
		}
		return plan.Reason{
			Cause: "a row with the same " + strings.Join(op.fields, ", ") + " came before it",
			Detail: func() string {
				texts := make([]string, len(op.fields))
				for i, name := range op.fields {
					texts[i] = plan.FieldIs(row, name)
				}
				return strings.Join(texts, " and ") + ", as in " + kept[key] + ", which came before it"
			},
		}, true
	}, nil
}

// nameOfRow names a row by what tells it from others, as far as it has that.
func nameOfRow(row *event.Event) string {
	if id := row.Get("eventID"); !id.IsNull() {
		return "event " + id.String()
	}
	if r := row.Record(); r != nil {
		return "event " + r.ID()
	}
	if t := row.Get("_time"); !t.IsNull() {
		return "the row of _time " + t.String()
	}
	return "another row"
}

// Remark implements [plan.Remarker].
func (op dedupOp) Remark() string {
	first := "first row"
	if op.n > 1 {
		first = fmt.Sprintf("first %d rows", op.n)
	}
	return "keeps the " + first + " of those with the same " + strings.Join(op.fields, ", ")
}

// Explain implements [plan.Explainer].
func (op headOp) Explain(run *plan.Run) (plan.Judge, error) {
	n, over := 0, false
	var clause *eval.Clause
	env := eval.NewEnv(run)
	env.Warnings = nil
	if op.while != nil {
		clause = op.while.Clause()
	}
	return func(row *event.Event) (plan.Reason, bool) {
		n++
		if over {
			return plan.Reason{Cause: "the condition of head was not true for a row before it"}, true
		}
		if clause != nil {
			v := op.while.Eval(env, row)
			if over = !v.True() && (!v.IsNull() || !op.null); over {
				return clause.NotTrue(env, row), !op.keepLast
			}
		}
		if op.n > 0 && n > op.n || clause == nil && n > op.n {
			return plan.Reason{Cause: fmt.Sprintf("it is not among the first %d rows", op.n)}, true
		}
		return plan.Reason{}, false
	}, nil
}

// Explain implements [plan.Explainer].
func (op uniqOp) Explain(*plan.Run) (plan.Judge, error) {
	last, begun := "", false
	return func(row *event.Event) (plan.Reason, bool) {
		key := rowKey(row, "")
		same := begun && key == last
		last, begun = key, true
		return plan.Reason{Cause: "it is equal to the row before it"}, same
	}, nil
}

// Remark implements [plan.Remarker].
func (op tailOp) Remark() string { return fmt.Sprintf("keeps the last %d rows", op.n) }

// Remark implements [plan.Remarker].
func (op sortOp) Remark() string {
	switch op.limit {
	case 0:
		return "keeps all rows"
	case defaultLimit:
		return `keeps no more rows than --max-sort-rows; "sort 0" keeps all`
	}
	return fmt.Sprintf("keeps the first %d rows in its order", op.limit)
}

// Remark implements [plan.Remarker].
func (op *anomalyOp) Remark() string { return "keeps the rows that are anomalies" }

// Remark implements [plan.Remarker].
func (op *transactionOp) Remark() string { return "makes one row of those that belong together" }

// Remark implements [plan.Remarker].
func (op mvcombineOp) Remark() string {
	return "makes one row of those that differ in " + op.field + " alone"
}

// Remark implements [plan.Remarker].
func (op *inputlookupOp) Remark() string {
	if op.where != nil {
		return "gives the rows of the table for which " + spl.SearchString(op.where.expr) + " is true"
	}
	return "gives the rows of the table"
}
