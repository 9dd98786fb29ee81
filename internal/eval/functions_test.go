package eval

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// now is the clock of the tests, 2023-11-14 22:13:20 UTC.
var now = time.Unix(1_700_000_000, 0)

func newTestEnv() *Env {
	return NewEnv(&plan.Run{Now: now, Location: time.UTC, Earliest: math.Inf(-1), Latest: math.Inf(1), Warnings: &plan.Warnings{}})
}

// bind binds an expression that stands by itself.
func bind(text string) (*Expr, error) {
	x, err := spl.ParseExpr(&diag.Source{Name: "test", Text: text})
	if err != nil {
		return nil, err
	}
	return Bind(x, nil)
}

func mustBind(t testing.TB, text string) *Expr {
	t.Helper()
	x, err := bind(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return x
}

// show writes a value as examples and tables do: "" for null, the values of a
// multivalue on lines of their own.
func show(v value.Value) string { return strings.Join(v.Texts(), "\n") }

func TestExamples(t *testing.T) {
	t.Parallel()
	env := newTestEnv()
	for _, f := range Functions() {
		if f.Instead != "" {
			continue
		}
		if len(f.Examples) == 0 {
			t.Errorf("%s has no example", f.Name)
		}
		for _, example := range f.Examples {
			if got := show(mustBind(t, example.Expr).Eval(env, event.New())); got != example.Result {
				t.Errorf("%s = %q, want %q", example.Expr, got, example.Result)
			}
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range Functions() {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if seen[name] || name != strings.ToLower(name) {
				t.Errorf("the name %s occurs twice, or is not lower case", name)
			}
			seen[name] = true
		}
		if f.Category == "" || !strings.HasSuffix(f.Summary, ".") {
			t.Errorf("%s: a category, and a summary that ends in a full stop, are needed", f.Name)
		}
		if f.Instead == "" && (f.call == nil) == (f.bind == nil) {
			t.Errorf("%s: either call or bind must be set", f.Name)
		}
	}
	if !slices.IsSortedFunc(Functions(), func(f, g *Function) int { return strings.Compare(f.Name, g.Name) }) {
		t.Error("Functions is not sorted")
	}
}

func TestArity(t *testing.T) {
	t.Parallel()
	for args, want := range map[string][2]int{
		"": {0, 0}, "x": {1, 1}, "x[, base]": {1, 2}, "value, ...": {1, -1}, "[key, value, ...]": {0, -1},
		"json, path, value, ...": {3, -1}, "format[, value, ...]": {1, -1}, "[internal_fields]": {0, 1}, "value, start[, end]": {2, 3},
	} {
		if least, most := (&Function{Args: args}).Arity(); [2]int{least, most} != want {
			t.Errorf("Arity(%q) = %d, %d, want %v", args, least, most, want)
		}
	}
}
