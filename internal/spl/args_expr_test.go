package spl_test

import (
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

func TestExprOptionTakesTheExpressionOut(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		`reset=(a=1 OR match(b, "x)")) count as n`,
		`count reset=(a=1 OR match(b, "x)")) as n`,
		`count as n reset="(a=1 OR match(b, \"x)\"))"`,
		`count as n reset="a=1 OR match(b, \"x)\")"`,
	} {
		a := argsOf(t, args)
		x, ok := a.ExprOption("reset")
		if want := `a = 1 OR match(b, "x)")`; !ok || spl.ExprString(x) != want {
			t.Fatalf("%s: got %v", args, a.Err())
		}
		for _, want := range []string{"count", "as", "n", ""} {
			if got := a.Next().Text; got != want {
				t.Errorf("%s: then %q, want %q", args, got, want)
			}
		}
	}
	// As Splunk's manual writes it.
	if x, ok := argsOf(t, `count reset="("count==2")" by x`).ExprOption("reset"); !ok || spl.ExprString(x) != "count = 2" {
		t.Error("the form of the manual was not read")
	}
}

func TestExprOptionSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]diag.Code{
		`reset=a`:           diag.BadSyntax,
		`reset=(a=1`:        diag.Incomplete,
		`reset="(a=1"`:      diag.Incomplete,
		`reset="a=1 b"`:     diag.BadSyntax,
		`reset="("a=1 by x`: diag.Incomplete,
		`reset=`:            diag.MissingArgument,
	} {
		a := argsOf(t, args)
		_, ok := a.ExprOption("reset")
		problems := diag.All(a.Err())
		if ok || len(problems) != 1 || problems[0].Code != want {
			t.Errorf("%s: got %v, want %s", args, a.Err(), want)
		}
	}
}
