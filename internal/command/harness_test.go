package command

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/regex"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// The tests write a row as fields separated by blanks, name=value, where a bar
// separates the values of a multivalue and ~ stands for a blank: "a=1 b=x|y".
// An empty row is a dash.

func readRows(text string) []*event.Event {
	var rows []*event.Event
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		row := event.New()
		for field := range strings.FieldsSeq(strings.TrimPrefix(line, "-")) {
			name, values, _ := strings.Cut(strings.ReplaceAll(field, "~", " "), "=")
			row.Set(name, value.OfTexts(strings.Split(values, "|")))
		}
		row.SetOrder(orderOfRow(len(rows)))
		rows = append(rows, row)
	}
	return rows
}

func writeRows(rows []*event.Event) string {
	var b strings.Builder
	for _, row := range rows {
		var parts []string
		for _, f := range row.Fields() {
			parts = append(parts, strings.ReplaceAll(f.Name+"="+strings.Join(f.Value.Texts(), "|"), " ", "~"))
		}
		if len(parts) == 0 {
			parts = []string{"-"}
		}
		b.WriteString(strings.Join(parts, " ") + "\n")
	}
	return b.String()
}

// mustCompile compiles a whole search.
func mustCompile(t testing.TB, text string) *plan.Search {
	t.Helper()
	pipeline, err := spl.ParseText("search", text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	search, err := Compile(pipeline, &Env{Macros: spl.NoMacros{}})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return search
}

// parse compiles the commands of a pipeline that takes rows.
func parse(text string) ([]plan.Op, error) {
	pipeline, err := spl.ParseText("search", "search * | "+text)
	if err != nil {
		return nil, err
	}
	search, err := Compile(pipeline, &Env{Macros: spl.NoMacros{}})
	if err != nil {
		return nil, err
	}
	return search.Ops[1:], nil
}

func mustParse(t testing.TB, text string) []plan.Op {
	t.Helper()
	ops, err := parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return ops
}

// keep is the end of a chain.
type keep struct {
	rows   []*event.Event
	most   int // rows wanted, 0 for all
	closed int
}

func (k *keep) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		k.rows = append(k.rows, e.Clone())
	}
	return k.most == 0 || len(k.rows) < k.most, nil
}

func (k *keep) Close() error {
	k.closed++
	return nil
}

// testNow is the time of every run: Tuesday 2023-11-14 22:13:20 UTC.
var testNow = time.Unix(1_700_000_000, 0).UTC()

func newTestRun(t testing.TB) *plan.Run {
	return &plan.Run{
		Context: t.Context(), Now: testNow, Location: time.UTC,
		Earliest: math.Inf(-1), Latest: math.Inf(1),
		Limits: plan.Limits{}.WithDefaults(), Warnings: &plan.Warnings{},
	}
}

// runOps pushes the rows in batches of a size through the ops.
func runOps(t testing.TB, run *plan.Run, ops []plan.Op, rows []*event.Event, size int) []*event.Event {
	t.Helper()
	end := &keep{}
	chain, err := start(run, ops, end)
	if err != nil {
		t.Fatal(err)
	}
	for len(rows) > 0 {
		batch := make(event.Batch, min(size, len(rows)))
		for i := range batch {
			batch[i] = rows[i].Clone()
		}
		rows = rows[len(batch):]
		more, err := chain.Push(batch)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range batch { // who kept one without a copy would see this
			if e != nil {
				*e = *event.New(event.Field{Name: "overwritten", Value: value.OfText("x")})
			}
		}
		if !more {
			break
		}
	}
	if err := chain.Close(); err != nil {
		t.Fatal(err)
	}
	if end.closed != 1 {
		t.Fatalf("the end of the chain was closed %d times", end.closed)
	}
	return end.rows
}

// rowCase says what commands make of rows.
type rowCase struct{ commands, in, want string }

func testRows(t *testing.T, cases []rowCase) {
	t.Helper()
	for _, c := range cases {
		ops := mustParse(t, c.commands)
		for _, size := range []int{1, 2, 1000} {
			got := writeRows(runOps(t, newTestRun(t), ops, readRows(c.in), size))
			want := writeRows(readRows(c.want))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, batches of %d:\n%s", c.commands, size, diff)
				break
			}
		}
	}
}

// equalOps compares ops by what they mean: places do not count, and regular
// expressions and macros only by their texts.
func equalOps(a, b []plan.Op) string {
	return cmp.Diff(a, b,
		cmp.Exporter(func(reflect.Type) bool { return true }),
		cmpopts.IgnoreTypes(place{}, &Env{}, &spl.Command{}, &diag.Error{}, diag.Span{}),
		cmp.Comparer(func(a, b *regex.Regexp) bool {
			return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
		}),
		// What a package of its own prints and parses is tested there.
		cmp.Comparer(func(a, b *searchOp) bool { return a.String() == b.String() }),
		cmp.Comparer(func(a, b *plan.Search) bool { return opsString(a.Ops) == opsString(b.Ops) }),
		cmpopts.EquateEmpty(), cmpopts.EquateNaNs(),
	)
}
