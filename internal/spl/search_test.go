package spl_test

import (
	"testing"

	"github.com/pugmark/pugmark/internal/spl"
)

func TestParseSearch(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		// Terms.
		{`error`, `error`},
		{`a b`, `(and a b)`},
		{`"access denied"`, `"access denied"`},
		{`"say \"hi\" \\ \| \d"`, `"say \"hi\" \\ | \\d"`},
		{`*`, `*`},
		{``, `(and)`},
		{`()`, `(and)`},
		{`aws-cli/2 10.0.0.1 a@b.c`, `(and aws-cli/2 10.0.0.1 a@b.c)`},
		{`a"b"c`, `(and a "b" c)`},
		{`it's`, `it's`}, // a single quote is an ordinary character here
		{`wow!`, `wow!`},

		// Precedence: parentheses, NOT, OR, AND. Source: Splunk, Boolean expressions.
		{`a b OR c`, `(and a (or b c))`},
		{`a OR b c OR d`, `(and (or a b) (or c d))`},
		{`a AND b OR c AND d`, `(and a (or b c) d)`},
		{`a OR b OR c`, `(or a b c)`},
		{`(a b) OR c`, `(or (and a b) c)`},
		{`((a))`, `a`},
		{`NOT a b`, `(and (not a) b)`},
		{`NOT a OR b`, `(or (not a) b)`},
		{`NOT (a OR b)`, `(not (or a b))`},
		{`NOT NOT a`, `(not (not a))`},
		{`a NOT b`, `(and a (not b))`},
		{`a OR NOT b`, `(or a (not b))`},
		{`NOT ()`, `(not (and))`},
		{`a or b and not c`, `(and a or b and not c)`}, // lower case: words to look for
		{`"OR" "AND" "NOT"`, `(and "OR" "AND" "NOT")`},
		{`(a)(b)`, `(and a b)`},

		// Comparisons. The right side is a literal whatever it looks like.
		{`f=x`, `(= f x)`},
		{`f = x`, `(= f x)`},
		{`f==x`, `(= f x)`},
		{`f!=x f != y`, `(and (!= f x) (!= f y))`},
		{`a<1 b<=2 c>3 d>=4`, `(and (< a 1) (<= b 2) (> c 3) (>= d 4))`},
		{`f="a b"`, `(= f "a b")`},
		{`f=""`, `(= f "")`},
		{`"my field"=x`, `(= my field x)`},
		{`f=*`, `(= f *)`},
		{`a.items{}.userId = *`, `(= a.items{}.userId *)`},
		{`requestParameters.x-amz-acl=public-read`, `(= requestParameters.x-amz-acl public-read)`},
		{`sourcetype=aws:cloudtrail`, `(= sourcetype aws:cloudtrail)`},
		{`f=-1`, `(= f -1)`},
		{`f=a,b`, `(= f a,b)`},
		{`path=C:\Windows\*`, `(= path C:\Windows\*)`},
		{`_time >= relative_time(now(),"-10m@m") x`, `(and (>= _time relative_time(now(),"-10m@m")) x)`},
		{`earliest=now()`, `(= earliest now())`},
		{`f=a=b`, `(= f a=b)`},
		{`(f=x)`, `(= f x)`},
		{`f=NOT`, `(= f NOT)`},

		// Lists.
		{`f IN (a, b*, "c d")`, `(in f a b* "c d")`},
		{`f IN(a b)`, `(in f a b)`},
		{`f IN (a,,b,)`, `(in f a b)`},
		{`f IN (x=y, <z>)`, `(in f x=y <z>)`},
		{`NOT f IN (a)`, `(not (in f a))`},
		{`"f g" IN (a)`, `(in f g a)`},
		{`f in (a)`, `(and f in a)`}, // lower case: words to look for
		{`a IN b`, `(and a IN b)`},

		// Directives. Source: Splunk, Use CASE() and TERM().
		{`CASE(Error)`, `CASE<Error>`},
		{`TERM(10.0.0.1)`, `TERM<10.0.0.1>`},
		{`CASE("a) b")`, `CASE<"a) b">`},
		{`CASE( "a" )`, `CASE<"a">`},
		{`f=CASE(X)`, `(= f CASE<X>)`},
		{`f=TERM("a b")`, `(= f TERM<"a b">)`},
		{`CASE (a)`, `(and CASE a)`},
		{`case(a)`, `(and case a)`},

		// Subsearches.
		{`[search a | fields b]`, `[search a | fields b]`},
		{`x NOT[| inputlookup t]`, `(and x (not [| inputlookup t]))`},
		{`a OR [search "]" ]`, `(or a [search "]"])`},
	}
	for _, tt := range tests {
		e, err := spl.ParseSearch(source(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := shape(e); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
		again, err := spl.ParseSearch(source(spl.SearchString(e)))
		if err != nil {
			t.Errorf("%s prints as %s: %v", tt.text, spl.SearchString(e), err)
		} else if got := shape(again); got != tt.want {
			t.Errorf("%s prints as %s, which is %s", tt.text, spl.SearchString(e), got)
		}
	}
}

func TestParseSearchProblems(t *testing.T) {
	t.Parallel()
	const quoteIt = "; to look for the word itself, write it in double quotes"
	tests := []struct{ text, want string }{
		{`a OR`, `1:3 incomplete: a term was expected after OR`},
		{`a AND`, `1:3 incomplete: a term was expected after AND`},
		{`NOT`, `1:1 incomplete: a term was expected after NOT`},
		{`(a OR)`, `1:4 incomplete: a term was expected after OR`},
		{`OR a`, `1:1 bad-syntax: a term was expected before OR` + quoteIt},
		{`AND a`, `1:1 bad-syntax: a term was expected before AND` + quoteIt},
		{`a OR OR b`, `1:6 bad-syntax: a term was expected before OR` + quoteIt},
		{`a AND AND b`, `1:7 bad-syntax: a term was expected before AND` + quoteIt},
		{`a AND OR b`, `1:7 bad-syntax: a term was expected before OR` + quoteIt},
		{`IN (a)`, `1:1 bad-syntax: a field name was expected before IN`},
		{`(f) IN (a)`, `1:5 bad-syntax: a field name was expected before IN`},
		{`NOT OR`, `1:5 bad-syntax: a term was expected before OR` + quoteIt},
		{`(a`, `1:1 incomplete: a ( without its closing )`},
		{`a)`, `1:2 bad-syntax: ) without a ( before it`},
		{"a\n  ((b)", `2:3 incomplete: a ( without its closing )`},
		{`"a`, `1:1 incomplete: a text without its closing quote`},
		{`f="a\"`, `1:3 incomplete: a text without its closing quote`},
		{`f=`, `1:1 missing-argument: a value was expected after =`},
		{`f= )`, `1:1 missing-argument: a value was expected after =`},
		{`f=(a)`, `1:3 bad-syntax: a value was expected, not (; write it in double quotes`},
		{`f=[a`, `1:3 incomplete: a [ without its closing ]`},
		{`=x`, `1:1 bad-syntax: a field name was expected before =`},
		{`!=x`, `1:1 bad-syntax: a field name was expected before !`},
		{`a | b`, `1:3 bad-syntax: a search term was expected, not |; write it in double quotes to look for it`},
		{`]`, `1:1 bad-syntax: a search term was expected, not ]; write it in double quotes to look for it`},
		{`f=now(`, `1:6 incomplete: a ( without its closing )`},
		{`f IN (a`, `1:6 incomplete: a ( without its closing )`},
		{`f IN ()`, `1:1 missing-argument: a value was expected in IN ( )`},
		{`f IN (a(b))`, `1:8 bad-syntax: a value was expected in the list; write it in double quotes`},
		{`[search a`, `1:1 incomplete: a [ without its closing ]`},
		{`[search a | ]`, `1:13 bad-syntax: a command was expected after |`},
		{`CASE(`, `1:1 incomplete: CASE( without its closing )`},
		{`CASE()`, `1:1 missing-argument: a term was expected in CASE( )`},
		{`CASE("a`, `1:6 incomplete: a text without its closing quote`},
		{`CASE("a" b)`, `1:1 bad-syntax: one term was expected in CASE( )`},
	}
	for _, tt := range tests {
		e, err := spl.ParseSearch(source(tt.text))
		if err == nil {
			t.Errorf("%s was read as %s", tt.text, shape(e))
			continue
		}
		if got := problem(err); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestSearchSpans(t *testing.T) {
	t.Parallel()
	text := `a f != "x y" g IN (1, 2) NOT (b OR c) CASE(d)`
	e, err := spl.ParseSearch(source(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`a`, `f != "x y"`, `g IN (1, 2)`, `NOT (b OR c)`, `CASE(d)`}
	for i, term := range e.(*spl.SearchAnd).Terms {
		if got := text[term.Span().Start:term.Span().End]; got != want[i] {
			t.Errorf("term %d stands at %q, want %q", i, got, want[i])
		}
	}
}

// Commands that read a search expression up to a word of theirs.
func TestArgsSearchStopsAtAWord(t *testing.T) {
	t.Parallel()
	tests := []struct{ args, want, rest string }{
		{`a=1 by b`, `(= a 1)`, "by"},
		{`a=1 BY b`, `(= a 1)`, "BY"},
		{`(a by b) by c`, `(and a by b)`, "by"}, // a word like any other in parentheses
		{`a="by"`, `(= a "by")`, ""},
		{`bytes=1`, `(= bytes 1)`, ""},
	}
	for _, tt := range tests {
		a := parse(t, "| tstats "+tt.args)[0].Args()
		if got := shape(a.Search("by", "groupby")); got != tt.want || a.Peek().Text != tt.rest {
			t.Errorf("%s: %s, then %q; want %s, then %q; problem %v", tt.args, got, a.Peek().Text, tt.want, tt.rest, a.Err())
		}
	}
}
