package eval

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// expression draws the text of an expression, of any type.
func expression(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		leaf := rapid.SampledFrom([]string{"a", "n", "mv", "absent", "'a.b{}'", `"x"`, `"10"`, "5", "0.25", "nums", "j", "ip"})
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
			return leaf.Draw(t, "leaf")
		}
		sub := func(name string) string { return expression(depth-1).Draw(t, name) }
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return "(" + sub("x") + rapid.SampledFrom([]string{"+", "-", "*", "/", "%", " . "}).Draw(t, "op") + sub("y") + ")"
		case 1:
			return "if(" + sub("x") + rapid.SampledFrom([]string{"=", "!=", "<", ">=", " LIKE "}).Draw(t, "op") + sub("y") + ", " + sub("then") + ", " + sub("else") + ")"
		case 2:
			return "-" + sub("x")
		case 3:
			return "if(NOT " + sub("x") + " IN (" + sub("y") + "," + sub("z") + "), 1, " + sub("else") + ")"
		}
		f := rapid.SampledFrom([]string{"lower(#)", "len(#)", "mvcount(#)", "mvappend(#,#)", "coalesce(#,#)", "mvsort(#)", "split(#,\",\")", "mvindex(#,0)", "tostring(#)", "round(#,1)", "max(#,#)", "replace(#,\"[a-z]\",#)", "mvmap(mv,#)", "mvzip(#,#)", "json_array(#,#)", "substr(#,#,2)", "case(isnull(#),#)"}).Draw(t, "function")
		for strings.Contains(f, "#") {
			f = strings.Replace(f, "#", sub("arg"), 1)
		}
		return f
	})
}

// An expression printed and read back is the same expression.
func TestPrintedExpressionMeansTheSame(t *testing.T) {
	t.Parallel()
	env := newTestEnv()
	rapid.Check(t, func(t *rapid.T) {
		text := expression(4).Draw(t, "expression")
		x, err := bind(text)
		if err != nil {
			if diag.All(err)[0].Code == diag.BadSyntax {
				t.Fatalf("%s: %v", text, err)
			}
			return // a type error
		}
		again, err := bind(x.String())
		if err != nil {
			t.Fatalf("%s, printed as %s: %v", text, x, err)
		}
		first, second := x.Eval(env, sampleRow()), again.Eval(env, sampleRow())
		if first.Kind() != second.Kind() || show(first) != show(second) {
			t.Fatalf("%s is %q, printed as %s it is %q", text, show(first), x, show(second))
		}
		if !x.Equal(again) || !slices.Equal(x.Fields().Names(), again.Fields().Names()) {
			t.Fatalf("%s and %s are not equal", x, again)
		}
	})
}

// Only the fields that an expression says it reads decide its value.
func TestUnreadFieldsDoNotMatter(t *testing.T) {
	t.Parallel()
	env := newTestEnv()
	rapid.Check(t, func(t *rapid.T) {
		x, err := bind(expression(3).Draw(t, "expression"))
		if err != nil {
			return
		}
		row, whole := event.New(), sampleRow()
		for _, name := range x.Fields().Names() {
			row.Set(name, whole.Get(name))
		}
		if some, all := x.Eval(env, row), x.Eval(env, whole); show(some) != show(all) {
			t.Fatalf("%s is %q with the fields it reads, %q with all", x, show(some), show(all))
		}
	})
}

// The laws of the multivalue functions.
func TestMultivalueLaws(t *testing.T) {
	t.Parallel()
	env := newTestEnv()
	var laws []*Expr
	for _, law := range []string{
		`mvcount(mvappend(x, y)) = mvcount(x) + mvcount(y)`,
		`mvjoin(mvreverse(mvreverse(x)), "|") = mvjoin(x, "|")`,
		`mvjoin(mvdedup(mvappend(x, x)), "|") = mvjoin(mvdedup(x), "|")`,
		`mvjoin(mvsort(mvreverse(x)), "|") = mvjoin(mvsort(x), "|")`,
		`mvjoin(mvappend(mvindex(x, 0), mvindex(x, 1, -1)), "|") = mvjoin(x, "|")`,
		`mvindex(x, -1) = mvindex(mvreverse(x), 0)`,
		`mvjoin(mvmap(x, x), "|") = mvjoin(x, "|")`,
		`mvcount(mvzip(x, y)) = min(mvcount(x), mvcount(y))`,
		`mvjoin(split(mvjoin(x, ","), ","), "|") = mvjoin(x, "|")`,
		`coalesce(mvcount(mvfilter(x="a")), 0) + coalesce(mvcount(mvfilter(x!="a")), 0) = mvcount(x)`,
		`mvjoin(json_array_to_mv(mv_to_json_array(x)), "|") = mvjoin(x, "|")`,
		`if(x="a", mvfind(x, "^a$") >= 0, isnull(mvfind(x, "^a$")))`,
	} {
		x, err := bind(law)
		if err != nil {
			t.Fatalf("%s: %v", law, err)
		}
		laws = append(laws, x)
	}
	texts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "10", "9", `"`, "é", "a b"}), 1, 6)
	rapid.Check(t, func(t *rapid.T) {
		row := event.New(
			event.Field{Name: "x", Value: value.OfTexts(texts.Draw(t, "x"))},
			event.Field{Name: "y", Value: value.OfTexts(texts.Draw(t, "y"))},
		)
		for _, law := range laws {
			if v := law.Eval(env, row); !v.True() {
				t.Errorf("%s does not hold for %q and %q", law, row.Get("x").Texts(), row.Get("y").Texts())
			}
		}
	})
}

// Every part of an expression is bound and computed once, however deep it is
// nested: a hostile expression cannot cost more than its length.
func TestNestingCostsItsLength(t *testing.T) {
	t.Parallel()
	for _, level := range []string{
		`nullif(#, 1)`, `if(#>1, a, absent)`, `if(#="x", a, absent)`, `coalesce(#, 1)`, `case(#=1, 1)`, `mvmap(absent, #)`, `sigfig(1.5*#)`, `exact(#)`,
		`(#.a)`, `if(NOT # IN (1, "a"), a, b)`, `replace(#, "a", "b")`, `-#`, `typeof(#)`, `(# + 1.5)`, `(1.5 * #)`, `max(#, 1)`, `validate(#=2, 1)`, `tostring(#)`,
	} {
		text := "b"
		for range 45 {
			text = strings.Replace(level, "#", text, 1)
		}
		x, err := bind(text)
		if err != nil {
			t.Fatalf("%s: %v", level, err)
		}
		x.Eval(newTestEnv(), sampleRow())
	}
}

func FuzzEval(f *testing.F) {
	for _, function := range Functions() {
		for _, example := range function.Examples {
			f.Add(example.Expr, "text", "10")
		}
	}
	f.Add(`mvmap(mv, mvfilter(a LIKE n)) + printf(a, n, mv)`, "%s%*d", "9")
	f.Fuzz(func(t *testing.T, text, a, n string) {
		x, err := bind(text)
		if err != nil {
			return
		}
		row := sampleRow()
		row.Set("a", value.OfText(a))
		row.Set("n", value.OfText(n))
		env := newTestEnv()
		first := x.Eval(env, row)
		if len(env.stack) != 0 {
			t.Errorf("%s leaves %d values behind", text, len(env.stack))
		}
		if first.Len() > maxValues || first.Size() > 64*maxValues+2*maxText {
			t.Errorf("%s has %d values in %d bytes", text, first.Len(), first.Size())
		}
		tree, err := spl.ParseExpr(&diag.Source{Text: x.String()})
		if err != nil {
			t.Fatalf("%s, printed as %s: %v", text, x, err)
		}
		again, err := Bind(tree, nil)
		if err != nil {
			t.Fatalf("%s, printed as %s: %v", text, x, err)
		}
		if second := again.Eval(env, row); !strings.Contains(text, "random") && show(first) != show(second) {
			t.Errorf("%s is %q, printed as %s it is %q", text, show(first), x, show(second))
		}
	})
}
