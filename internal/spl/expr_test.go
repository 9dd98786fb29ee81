package spl_test

import (
	"testing"

	"github.com/pugmark/pugmark/internal/spl"
)

func TestParseExpr(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		// Operands.
		{`x`, `x`},
		{`'a.b{}.c'`, `'a.b{}.c'`},
		{`"a \"b\" \\ \d"`, `"a \"b\" \\ \\d"`},
		{`1`, `1`},
		{`1.50`, `1.50`},
		{`.5`, `.5`},
		{`1e3 + 2.5E-3`, `(+ 1e3 2.5E-3)`},
		{`1.`, `1.`},
		{`null`, `null`}, // a field of that name
		{`größe_1`, `größe_1`},
		{`f()`, `(f())`},
		{`IF (a, "b" , 1)`, `(if() a "b" 1)`}, // the case of a function's name does not count
		{`((a))`, `a`},

		// Precedence, tightest first. Source: Splunk, eval.
		{`-a*b`, `(* (- a) b)`},
		{`a*b+c/d%e`, `(+ (* a b) (% (/ c d) e))`},
		{`a-b-c`, `(- (- a b) c)`},
		{`a-(b-c)`, `(- a (- b c))`},
		{`a+b.c+d`, `(. (+ a b) (+ c d))`},
		{`a.b.c`, `(. (. a b) c)`},
		{`a.b=c`, `(= (. a b) c)`},
		{`a=b AND c=d OR e=f XOR g`, `(XOR (OR (AND (= a b) (= c d)) (= e f)) g)`},
		{`a OR b AND c`, `(OR a (AND b c))`},
		{`a XOR b OR c`, `(XOR a (OR b c))`},
		{`NOT a=b AND c`, `(AND (NOT (= a b)) c)`},
		{`NOT NOT a`, `(NOT (NOT a))`},
		{`NOT a IN (b)`, `(NOT (IN a b))`},
		{`NOT(a)`, `(NOT a)`},
		{`a = NOT b`, `(= a (NOT b))`},
		{`a and b or not c xor d`, `(XOR (OR (AND a b) (NOT c)) d)`}, // any case
		{`a<b = c`, `(= (< a b) c)`},
		{`- -a`, `(- (- a))`},
		{`a - -1`, `(- a (- 1))`},
		{`+a`, `(+ a)`},
		{`a==b`, `(= a b)`},
		{`a!=b`, `(!= a b)`},
		{`a<=b`, `(<= a b)`},

		// LIKE and IN.
		{`a LIKE "x%"`, `(LIKE a "x%")`},
		{`a like "%".b."%"`, `(LIKE a (. (. "%" b) "%"))`},
		{`like(a, "x")`, `(like() a "x")`},
		{`a IN ("x", b, 1+2)`, `(IN a "x" b (+ 1 2))`},
		{`"x" in(a, b)`, `(IN "x" a b)`},
		{`in(a, "x")`, `(in() a "x")`},
		{`a+1 IN (2)`, `(IN (+ a 1) 2)`},

		// A dot is a number's, or concatenates. Content relies on it: unquoted
		// dotted names are joined fields.
		{`a.b`, `(. a b)`},
		{`a.1`, `(. a 1)`},
		{`"v".1.5`, `(. "v" 1.5)`},
		{`a . .5`, `(. a .5)`},
		{`1 .5`, `(. 1 5)`},
		{`a=1 AND .5<b`, `(AND (= a 1) (< .5 b))`},
		{`NOT .5`, `(NOT .5)`},
		{`case(a, .5)`, `(case() a .5)`},
		{`1.x`, `(. 1 x)`},
		{`1.5.2`, `(. 1.5 2)`},
		{`a-b`, `(- a b)`}, // a field of that name needs quotes
		{`userIdentity.userName=requestParameters.userName`, `(= (. userIdentity userName) (. requestParameters userName))`},
	}
	for _, tt := range tests {
		e, err := spl.ParseExpr(source(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := exprShape(e); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
		again, err := spl.ParseExpr(source(spl.ExprString(e)))
		if err != nil {
			t.Errorf("%s prints as %s: %v", tt.text, spl.ExprString(e), err)
		} else if got := exprShape(again); got != tt.want {
			t.Errorf("%s prints as %s, which is %s", tt.text, spl.ExprString(e), got)
		}
	}
}

func TestParseExprProblems(t *testing.T) {
	t.Parallel()
	const quoteIt = "; write a field name with such characters in single quotes"
	tests := []struct{ text, want string }{
		{``, `1:1 incomplete: a value was expected at the end of the expression`},
		{`a +`, `1:4 incomplete: a value was expected at the end of the expression`},
		{`NOT`, `1:4 incomplete: a value was expected at the end of the expression`},
		{`a b`, `1:3 bad-syntax: an operator was expected`},
		{`a)`, `1:2 bad-syntax: an operator was expected`},
		{`(a`, `1:1 incomplete: a ( without its closing )`},
		{`f(a, b`, `1:2 incomplete: a ( without its closing )`},
		{`f(a b)`, `1:5 bad-syntax: an operator or ) was expected, not b`},
		{`f(,a)`, `1:3 bad-syntax: a value was expected, not ,`},
		{`f(a,)`, `1:5 bad-syntax: a value was expected, not )`},
		{`"a`, `1:1 incomplete: a text without its closing quote`},
		{`'a`, `1:1 incomplete: a field name without its closing single quote`},
		{`1e`, `1:2 bad-syntax: an operator was expected`},
		{`* a`, `1:1 bad-syntax: a value was expected, not *`},
		{`a AND AND b`, `1:7 bad-syntax: a value was expected before AND; write a field of that name in single quotes`},
		{`if(a{}.b="x", 1, 2)`, `1:5 bad-syntax: an operator or ) was expected, not {` + quoteIt},
		{`{a}`, `1:1 bad-syntax: a value was expected, not {` + quoteIt},
		{`a IN b`, `1:6 bad-syntax: ( was expected after IN`},
		{`a IN ()`, `1:1 missing-argument: a value was expected in IN ( )`},
		{"a =\n  )", `2:3 bad-syntax: a value was expected, not )`},
	}
	for _, tt := range tests {
		e, err := spl.ParseExpr(source(tt.text))
		if err == nil {
			t.Errorf("%s was read as %s", tt.text, exprShape(e))
			continue
		}
		if got := problem(err); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestExprSpans(t *testing.T) {
	t.Parallel()
	text := `if(NOT a.'b c' = -1 , f( "x" ), g IN (1, 2))`
	e, err := spl.ParseExpr(source(text))
	if err != nil {
		t.Fatal(err)
	}
	call := e.(*spl.Call)
	want := []string{`NOT a.'b c' = -1`, `f( "x" )`, `g IN (1, 2)`}
	for i, arg := range call.Args {
		if got := text[arg.Span().Start:arg.Span().End]; got != want[i] {
			t.Errorf("argument %d stands at %q, want %q", i, got, want[i])
		}
	}
	if got := text[call.NameAt.Start:call.NameAt.End]; got != "if" || e.Span().End != len(text) {
		t.Errorf("the name stands at %q, the call ends at %d", got, e.Span().End)
	}
}

// A command's expression ends where it cannot go on.
func TestArgsExprEndsBeforeTheRest(t *testing.T) {
	t.Parallel()
	tests := []struct{ args, want, rest string }{
		{`a=b, c=d`, `(= a b)`, ","},
		{`a=b by c`, `(= a b)`, "by"},
		{`if(a, b, c) as d`, `(if() a b c)`, "as"},
		{`"x" . 'y'`, `(. "x" 'y')`, ""},
		{`a{}.b=c`, `a`, "{}.b"},
	}
	for _, tt := range tests {
		a := parse(t, "| eval "+tt.args)[0].Args()
		if got := exprShape(a.Expr()); got != tt.want || a.Peek().Text != tt.rest {
			t.Errorf("%s: %s, then %q; want %s, then %q; problem %v", tt.args, got, a.Peek().Text, tt.want, tt.rest, a.Err())
		}
	}
}
