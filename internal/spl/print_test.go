package spl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// sameTree compares trees but for the places of their nodes.
var sameTree = []cmp.Option{
	cmpopts.IgnoreTypes(diag.Span{}),
	cmpopts.EquateEmpty(),
	cmp.Transformer("print", func(p *spl.Pipeline) string { return p.String() }),
}

// anyText draws texts that a quoted text may hold.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "a b", `\`, `\\`, `"`, `a\"b`, "a|b", ")", "(", "*", "`m`", "```", "AND", "[", "日本", "\n", "\x00", "\xff", "=", "a,b"}),
		rapid.StringMatching("[a\\\\\"|*)( =]{0,8}"),
	)
}

func anySearchValue(list bool) *rapid.Generator[spl.SearchValue] {
	bare := []string{"x", "*", "a*b", "aws:cloudtrail", "-1", `C:\x\*`, "%%14674", "a!b", "it's", "日本", "1.0", "a/b@c#d", "a{}.b", "or"}
	if list {
		bare = append(bare, "a=b", "<b>", "=", "!=")
	} else {
		bare = append(bare, "a,b", "now()", `f(a,"b c")`, "a=b", "=b", ">b", "!=b", "AND", "NOT", "==")
	}
	return rapid.OneOf(
		rapid.Map(rapid.SampledFrom(bare), func(s string) spl.SearchValue { return spl.SearchValue{Text: s} }),
		rapid.Map(anyText(), func(s string) spl.SearchValue { return spl.SearchValue{Text: s, Quoted: true} }),
	)
}

func anyDirective() *rapid.Generator[spl.SearchValue] {
	return rapid.Custom(func(t *rapid.T) spl.SearchValue {
		v := spl.SearchValue{Directive: rapid.SampledFrom([]string{"CASE", "TERM"}).Draw(t, "directive")}
		if v.Quoted = rapid.Bool().Draw(t, "quoted"); v.Quoted {
			v.Text = anyText().Draw(t, "text")
		} else {
			v.Text = rapid.SampledFrom([]string{"x", "10.0.0.1", "a b", "a*", "x=y", "a,b"}).Draw(t, "text")
		}
		return v
	})
}

func anySearch() *rapid.Generator[spl.SearchExpr] {
	field := rapid.SampledFrom([]string{"f", "a.b{}.c", "x-amz-acl", "my field", "AND", "IN", "", "a=b", "it's", `q"q`, "a!b", "CASE", "日"})
	op := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">="})
	term := rapid.SampledFrom([]string{"x", "*", "a*b", "10.0.0.1", "it's", "or", "a,b", "日本", "CASE", "wow!"})
	subsearches := []*spl.Pipeline{}
	for _, text := range []string{`search a | fields b`, `| inputlookup t where a="]"`} {
		p, err := spl.ParseText("subsearch", text)
		if err != nil {
			panic(err) // both are right
		}
		subsearches = append(subsearches, p)
	}
	var draw func(t *rapid.T, depth int) spl.SearchExpr
	draw = func(t *rapid.T, depth int) spl.SearchExpr {
		kind := rapid.IntRange(0, 7).Draw(t, "kind")
		if depth == 0 && kind > 4 {
			kind -= 5
		}
		switch kind {
		case 0:
			return &spl.SearchCompare{Field: field.Draw(t, "field"), Op: op.Draw(t, "op"), Value: rapid.OneOf(anySearchValue(false), anyDirective()).Draw(t, "value")}
		case 1:
			return &spl.SearchIn{Field: field.Draw(t, "field"), Values: rapid.SliceOfN(anySearchValue(true), 1, 3).Draw(t, "values")}
		case 2:
			return &spl.SearchTerm{Value: rapid.OneOf(
				rapid.Map(term, func(s string) spl.SearchValue { return spl.SearchValue{Text: s} }),
				rapid.Map(anyText(), func(s string) spl.SearchValue { return spl.SearchValue{Text: s, Quoted: true} }),
				anyDirective(),
			).Draw(t, "term")}
		case 3:
			return &spl.SearchSubsearch{Pipeline: rapid.SampledFrom(subsearches).Draw(t, "subsearch")}
		case 4:
			return &spl.SearchAnd{}
		case 5:
			return &spl.SearchNot{X: draw(t, depth-1)}
		}
		var terms []spl.SearchExpr
		for range rapid.IntRange(2, 3).Draw(t, "terms") {
			terms = append(terms, draw(t, depth-1))
		}
		if kind == 6 {
			return &spl.SearchAnd{Terms: terms}
		}
		return &spl.SearchOr{Terms: terms}
	}
	return rapid.Custom(func(t *rapid.T) spl.SearchExpr { return draw(t, 4) })
}

func TestSearchPrintsWhatItParses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := anySearch().Draw(t, "tree")
		text := spl.SearchString(tree)
		again, err := spl.ParseSearch(source(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(tree, again, sameTree...); diff != "" {
			t.Fatalf("%s\n-printed +parsed:\n%s", text, diff)
		}
	})
}

func anyExpr() *rapid.Generator[spl.Expr] {
	leaf := rapid.OneOf(
		rapid.Map(rapid.SampledFrom([]string{"0", "1", "1.50", ".5", "1e3", "2.5E-3"}), func(s string) spl.Expr { return &spl.NumberLit{Text: s} }),
		rapid.Map(anyText(), func(s string) spl.Expr { return &spl.StringLit{Value: s} }),
		rapid.Map(rapid.SampledFrom([]string{"a", "b_1", "null", "größe", "true"}), func(s string) spl.Expr { return &spl.FieldRef{Name: s} }),
		rapid.Map(rapid.SampledFrom([]string{"a", "a.b{}.c", "a b", "and", `"`, "", "1", "a\\"}), func(s string) spl.Expr { return &spl.FieldRef{Name: s, Quoted: true} }),
	)
	operators := rapid.SampledFrom([]string{"+", "-", "*", "/", "%", ".", "=", "!=", "<", "<=", ">", ">=", "LIKE", "AND", "OR", "XOR"})
	var draw func(t *rapid.T, depth int) spl.Expr
	list := func(t *rapid.T, least, depth int) (list []spl.Expr) {
		for range rapid.IntRange(least, 3).Draw(t, "length") {
			list = append(list, draw(t, depth))
		}
		return list
	}
	draw = func(t *rapid.T, depth int) spl.Expr {
		if depth == 0 {
			return leaf.Draw(t, "leaf")
		}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return &spl.Unary{Op: rapid.SampledFrom([]string{"-", "+", "NOT"}).Draw(t, "op"), X: draw(t, depth-1)}
		case 1, 2:
			return &spl.Binary{Op: operators.Draw(t, "op"), X: draw(t, depth-1), Y: draw(t, depth-1)}
		case 3:
			return &spl.InList{X: draw(t, depth-1), List: list(t, 1, depth-1)}
		case 4:
			return &spl.Call{Name: rapid.SampledFrom([]string{"f", "if", "like", "in", "xor"}).Draw(t, "name"), Args: list(t, 0, depth-1)}
		}
		return leaf.Draw(t, "leaf")
	}
	return rapid.Custom(func(t *rapid.T) spl.Expr { return draw(t, 5) })
}

func TestExprPrintsWhatItParses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := anyExpr().Draw(t, "tree")
		text := spl.ExprString(tree)
		again, err := spl.ParseExpr(source(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(tree, again, append(sameTree, cmpopts.IgnoreFields(spl.NumberLit{}, "Value"))...); diff != "" {
			t.Fatalf("%s\n-printed +parsed:\n%s", text, diff)
		}
	})
}

func TestFieldString(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a": "a", "a_1": "a_1", "größe": "größe", "a.b": "'a.b'", "1a": "'1a'", "": "''", "not": "'not'", "Like": "'Like'", "null": "null",
	} {
		if got := spl.FieldString(&spl.FieldRef{Name: name}); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	if got := spl.FieldString(&spl.FieldRef{Name: "a", Quoted: true}); got != "'a'" {
		t.Errorf("a quoted name prints as %s", got)
	}
}
