package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

var join = &Spec{
	Name:    "join",
	Syntax:  "join [type=inner|outer|left] [max=<int>] [overwrite=<bool>] [usetime=<bool>] [earlier=<bool>] [<field-list>] <subsearch>",
	Summary: "Add to each row the fields of the subsearch's row that has the same values in the join fields.",
	Details: `Values are compared as text and with case. Without a field list the fields that a row and the subsearch have in common are compared. Rows without a match are dropped by an inner join, the default, and kept by an outer or left one; a row that lacks a join field never matches. max is how many matches of a row are used, 1 unless told otherwise, 0 for all; each gives a row. Fields of the match replace those of the row unless overwrite=false. usetime=true uses only matches that are earlier (or, with earlier=false, later) than the row. At most 50000 rows of the subsearch are used, with a warning when there were more.`,
	Examples: []string{
		`search eventName=CreateUser | join user_arn [search eventName=ConsoleLogin | stats count as logins by user_arn]`,
		`search eventName=CreateUser | join type=outer max=0 user_arn [search eventName=ConsoleLogin | table user_arn src_ip]`,
	},
	Parse: parseJoin,
}

func parseJoin(a *spl.Args, env *Env) (plan.Op, error) {
	op := &joinOp{kind: "inner", max: 1, overwrite: true, earlier: true}
	a.Choice("type", &op.kind, "inner", "outer", "left")
	a.Count("max", &op.max)
	a.Bool("overwrite", &op.overwrite)
	a.Bool("usetime", &op.usetime)
	a.Bool("earlier", &op.earlier)
	op.sub.options(a)
	if op.kind == "left" {
		op.kind = "outer"
	}
	op.fields = a.Fields()
	op.sub.read(a, env)
	return op, a.End()
}

type joinOp struct {
	kind             string // inner or outer
	max              int
	overwrite        bool
	usetime, earlier bool
	fields           []string
	sub              subsearch
}

func (op *joinOp) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "join type=%s max=%d overwrite=%t usetime=%t earlier=%t", op.kind, op.max, op.overwrite, op.usetime, op.earlier)
	b.WriteString(op.sub.optionString())
	if len(op.fields) > 0 {
		b.WriteString(" " + spl.ArgStrings(op.fields, " "))
	}
	return b.String() + " " + op.sub.String()
}

// Kind is expanding when several matches may be used.
func (op *joinOp) Kind() plan.Kind {
	if op.max == 1 {
		return plan.Streaming
	}
	return plan.Expanding
}

func (op *joinOp) Needs(wanted event.Set) event.Set {
	if len(op.fields) == 0 {
		return event.AllFields
	}
	if op.usetime {
		wanted = wanted.With("_time")
	}
	return wanted.With(op.fields...)
}

// Opens is true where the subsearch does not tell its columns.
func (op *joinOp) Opens() bool { return !plan.Closed(op.sub.search) }

func (op *joinOp) Columns(in []string) []string {
	return mergeColumns(in, plan.Columns(op.sub.search))
}

func (op *joinOp) Start(run *plan.Run, next plan.Sink) (plan.Sink, error) {
	rows, err := op.sub.rows(run)
	if err != nil {
		return nil, err
	}
	table, err := run.Once(op, func() (any, error) { return op.index(rows), nil })
	if err != nil {
		return nil, err
	}
	return &joinRun{expander: expander{Sink: next, run: run}, op: op, table: table.(*joinTable)}, nil
}

// joinTable is the subsearch's rows by the values of their join fields.
type joinTable struct {
	fields []string // all fields that some row has, for a join without a list
	rows   []*event.Event
	byKey  map[string][]int
}

func (op *joinOp) index(rows []*event.Event) *joinTable {
	t := &joinTable{rows: rows, byKey: map[string][]int{}}
	seen := map[string]bool{}
	for i, row := range rows {
		if len(op.fields) > 0 {
			if key, ok := joinKey(row, op.fields); ok {
				t.byKey[key] = append(t.byKey[key], i)
			}
			continue
		}
		for _, f := range row.Fields() {
			if !strings.HasPrefix(f.Name, "_") {
				seen[f.Name] = true
			}
		}
	}
	for name := range seen {
		t.fields = append(t.fields, name)
	}
	slices.Sort(t.fields)
	return t
}

// joinKey writes the values of the fields so that equal keys mean equal
// values; ok is false if one is absent.
func joinKey(row *event.Event, fields []string) (key string, ok bool) {
	var b strings.Builder
	for _, name := range fields {
		v := row.Get(name)
		if v.IsNull() {
			return "", false
		}
		for i := range v.Len() {
			b.WriteString(strconv.Quote(v.At(i).String()))
		}
		b.WriteByte(',')
	}
	return b.String(), true
}

type joinRun struct {
	expander
	op    *joinOp
	table *joinTable
}

// Push implements [plan.Sink]. A row may have as many matches as the subsearch
// has rows, so what it becomes is passed on in batches.
func (r *joinRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		matches := r.matches(e)
		if len(matches) == 0 && r.op.kind == "outer" {
			if more, err := r.add(e); err != nil || !more {
				return more, err
			}
		}
		for i, m := range matches {
			row := e
			if i < len(matches)-1 {
				row = r.copy(e)
			}
			r.merge(row, m)
			if more, err := r.add(row); err != nil || !more {
				return more, err
			}
		}
	}
	return r.end()
}

// matches returns the rows that e joins with, in the order of the subsearch.
func (r *joinRun) matches(e *event.Event) []*event.Event {
	var found []*event.Event
	use := func(m *event.Event) (more bool) {
		if r.inTime(e, m) {
			found = append(found, m)
		}
		return r.op.max == 0 || len(found) < r.op.max
	}
	if len(r.op.fields) > 0 {
		key, ok := joinKey(e, r.op.fields)
		if !ok {
			return nil
		}
		for _, i := range r.table.byKey[key] {
			if !use(r.table.rows[i]) {
				break
			}
		}
		return found
	}
	var common []string
	for _, name := range r.table.fields {
		if !e.Get(name).IsNull() {
			common = append(common, name)
		}
	}
	key, ok := joinKey(e, common)
	if len(common) == 0 || !ok {
		return nil
	}
	for _, m := range r.table.rows {
		if other, ok := joinKey(m, common); ok && other == key && !use(m) {
			break
		}
	}
	return found
}

func (r *joinRun) inTime(e, m *event.Event) bool {
	if !r.op.usetime {
		return true
	}
	left, lok := e.Get("_time").Float()
	right, rok := m.Get("_time").Float()
	return lok && rok && (r.op.earlier && right <= left || !r.op.earlier && right >= left)
}

func (r *joinRun) merge(row, match *event.Event) {
	for _, f := range match.Fields() {
		if r.op.overwrite && !strings.HasPrefix(f.Name, "_") || row.Get(f.Name).IsNull() {
			row.Set(f.Name, f.Value)
		}
	}
	row.Inherit(match.Lineage())
}
