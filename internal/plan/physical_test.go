package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// op is a command that needs the fields it is made of.
type op struct {
	name    string
	kind    plan.Kind
	needs   []string
	columns []string
}

func (o op) String() string                                { return o.name }
func (o op) Kind() plan.Kind                               { return o.kind }
func (o op) Start(*plan.Run, plan.Sink) (plan.Sink, error) { return nil, nil }
func (o op) Needs(wanted event.Set) event.Set {
	if o.kind == plan.Transforming {
		return event.SetOf(o.needs...)
	}
	return wanted.With(o.needs...)
}

// The abilities that a command may have besides.
type (
	filterOp    struct{ op }
	reducerOp   struct{ op }
	unorderedOp struct{ reducerOp }
	limitOp     struct{ op }
	columnsOp   struct{ op }
	inferringOp struct{ op }
)

func (filterOp) Filter(*plan.Run) (plan.Filter, error)       { return nil, nil }
func (reducerOp) NewPartial(*plan.Run) (plan.Partial, error) { return nil, nil }
func (unorderedOp) UsesOrder() bool                          { return false }
func (inferringOp) Infers() bool                             { return true }
func (limitOp) Limit() int                                   { return 5 }
func (o columnsOp) Columns([]string) []string                { return o.columns }

func TestPlanSharesOutTheWork(t *testing.T) {
	t.Parallel()
	search := filterOp{op{name: "search", needs: []string{"s"}}}
	where := op{name: "where", kind: plan.Streaming, needs: []string{"w"}}
	mvexpand := op{name: "mvexpand", kind: plan.Expanding, needs: []string{"m"}}
	sort := op{name: "sort", kind: plan.Dataset, needs: []string{"o"}}
	head := limitOp{op{name: "head", kind: plan.Centralized}}
	stats := unorderedOp{reducerOp{op{name: "stats", kind: plan.Transforming, needs: []string{"t"}}}}
	list := reducerOp{op{name: "list", kind: plan.Transforming, needs: []string{"l"}}} // depends on the order
	transpose := op{name: "transpose", kind: plan.Transforming, needs: []string{"x"}}
	lookup := inferringOp{op{name: "lookup", kind: plan.Streaming, needs: []string{"r"}}} // once all is read
	generate := op{name: "makeresults", kind: plan.Generating}
	tests := []struct {
		ops                             []plan.Op
		filters, parallel, reduce, rest string
		first                           int
		fields                          string
	}{
		{[]plan.Op{search}, "search", "", "", "", 0, "s z"},
		{[]plan.Op{search, where, stats, sort}, "search", "where", "stats", "sort", 0, "s t w"},
		{[]plan.Op{search, search, stats}, "search search", "", "stats", "", 0, "s t"},
		{[]plan.Op{search, where, sort, where}, "search", "where", "", "sort where", 0, "o s w z"},
		{[]plan.Op{search, where, head, stats}, "search", "where", "", "head stats", 5, "s t w"},
		{[]plan.Op{search, mvexpand, stats}, "search", "mvexpand", "stats", "", 0, "m s t"},
		{[]plan.Op{search, where, mvexpand, where, list}, "search", "where", "", "mvexpand where list", 0, "l m s w"},
		{[]plan.Op{search, where, list}, "search", "where", "list", "", 0, "l s w"},
		{[]plan.Op{search, transpose}, "search", "", "", "transpose", 0, "s x"},
		{[]plan.Op{search, where, lookup, where, stats}, "search", "where", "", "lookup where stats", 0, "r s t w"},
		{[]plan.Op{search, mvexpand, lookup, stats}, "search", "", "", "mvexpand lookup stats", 0, "m r s t"},
		{[]plan.Op{search, where, stats, lookup}, "search", "where", "stats", "lookup", 0, "s t w"},
		{[]plan.Op{generate, where, stats}, "", "", "", "makeresults where stats", 0, "t w"},
	}
	for _, tt := range tests {
		p := plan.Plan(&plan.Search{Ops: tt.ops}, event.SetOf("z"))
		var filters []plan.Op
		for _, f := range p.Filters {
			filters = append(filters, f)
		}
		reduce := ""
		if p.Reducer != nil {
			reduce = p.Reducer.String()
		}
		got := []any{show(filters), show(p.Parallel), reduce, show(p.Rest), p.First, strings.Join(p.Fields.Names(), " ")}
		want := []any{tt.filters, tt.parallel, tt.reduce, tt.rest, tt.first, tt.fields}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", show(tt.ops), diff)
		}
		if p.Reads() != (tt.filters != "") {
			t.Errorf("%s: reads %v", show(tt.ops), p.Reads())
		}
	}
}

func show(ops []plan.Op) string {
	var names []string
	for _, o := range ops {
		names = append(names, o.String())
	}
	return strings.Join(names, " ")
}

func TestColumnsAreThoseOfTheLastCommandThatHasSome(t *testing.T) {
	t.Parallel()
	search := filterOp{op{name: "search"}}
	table := columnsOp{op{name: "table", columns: []string{"a", "b"}}}
	s := &plan.Search{Ops: []plan.Op{search, table, op{name: "where"}}}
	if diff := cmp.Diff([]string{"a", "b"}, plan.Columns(s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := plan.Columns(&plan.Search{Ops: []plan.Op{search}}); got != nil {
		t.Errorf("events have the columns %q", got)
	}
}
