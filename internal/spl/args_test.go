package spl_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// argsOf reads the arguments of a command cmd.
func argsOf(t *testing.T, args string) *spl.Args {
	t.Helper()
	return parse(t, "| cmd "+args)[0].Args()
}

func TestTokens(t *testing.T) {
	t.Parallel()
	kinds := map[spl.TokenKind]string{spl.Word: "word", spl.Text: "text", spl.Name: "name", spl.Punct: "punct", spl.Bracket: "bracket"}
	tests := []struct{ args, want string }{
		{`a b`, `word:a word:b`},
		{`a.b{}.c-d:e`, `word:a.b{}.c-d:e`},
		{`"a \"b\" \d"`, `text:a "b" \d`},
		{`'a b'`, `name:a b`},
		{`it's`, `word:it's`},
		{`'s`, `word:'s`}, // not closed: an apostrophe
		{`a=b`, `word:a punct:= word:b`},
		{`a!=b`, `word:a punct:!= word:b`},
		{`a!b`, `word:a!b`},
		{`f(x,y)`, `word:f punct:( word:x punct:, word:y punct:)`},
		{`[search "]" | x]`, `bracket:search "]" | x`},
		{`-5m@m`, `word:-5m@m`},
		{`a"b"c`, `word:a text:b word:c`},
		{`*`, `word:*`},
		{``, ``},
	}
	for _, tt := range tests {
		a := argsOf(t, tt.args)
		var got []string
		for a.More() {
			token := a.Next()
			got = append(got, kinds[token.Kind]+":"+token.Text)
		}
		if strings.Join(got, " ") != tt.want || a.Err() != nil {
			t.Errorf("%s: %s, want %s; problem %v", tt.args, got, tt.want, a.Err())
		}
	}
}

// Options stand before or after other arguments, in any case, with blanks
// around the equals sign.
func TestOptions(t *testing.T) {
	t.Parallel()
	for _, args := range []string{
		`limit=5 keep=t mode=Outer sep=", " a b`,
		`a b limit=5 keep=t mode=Outer sep=", "`,
		`a LIMIT = 5 b Keep=1 MODE=outer sep= ", "`,
	} {
		a := argsOf(t, args)
		limit, keep, mode, sep := 1, false, "", ""
		if !a.Count("limit", &limit) || !a.Bool("keep", &keep) || !a.Choice("mode", &mode, "inner", "outer") || !a.Text("sep", &sep) {
			t.Errorf("%s: an option was not found", args)
		}
		fields := a.Fields()
		if err := a.End(); err != nil {
			t.Errorf("%s: %v", args, err)
		}
		if got := fmt.Sprintf("%d %v %s %q %q", limit, keep, mode, sep, fields); got != `5 true outer ", " ["a" "b"]` {
			t.Errorf("%s: %s", args, got)
		}
	}
}

func TestOptionsNotGivenKeepTheDefault(t *testing.T) {
	t.Parallel()
	a := argsOf(t, `f(limit=5) where limit=5`)
	limit := 10
	if a.Count("limit", &limit) || limit != 10 {
		t.Errorf("an option was taken out of parentheses or an expression: %d", limit)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args, next string
		want       []string
	}{
		{`a b c`, "", []string{"a", "b", "c"}},
		{`a, b,c`, "", []string{"a", "b", "c"}},
		{`, a,, b ,`, "", []string{"a", "b"}}, // stray commas occur in shipped content
		{`"a b" 'c d' e{}.f`, "", []string{"a b", "c d", "e{}.f"}},
		{`a b BY c`, "BY", []string{"a", "b"}},
		{`a "by" b`, "", []string{"a", "by", "b"}},
		{`a (b)`, "(", []string{"a"}},
		{``, "", nil},
	}
	for _, tt := range tests {
		a := argsOf(t, tt.args)
		if diff := cmp.Diff(tt.want, a.Fields("by")); diff != "" || a.Peek().Text != tt.next {
			t.Errorf("%s: then %q, -want +got:\n%s", tt.args, a.Peek().Text, diff)
		}
	}
}

func TestArgsProblems(t *testing.T) {
	t.Parallel()
	// As a command would read `cmd limit=n keep=bool mode=inner|outer <field> as <field>`.
	read := func(a *spl.Args) error {
		var limit int
		var keep bool
		var mode string
		a.Count("limit", &limit)
		a.Bool("keep", &keep)
		a.Choice("mode", &mode, "inner", "outer")
		a.Field()
		a.Expect("as")
		a.Field()
		return a.End()
	}
	tests := []struct{ args, want, at string }{
		{`a as b`, `<nil>`, ""},
		{`limit=x a as b`, `1:13 bad-argument: cmd: limit=x: a whole number, 0 or more, was expected`, "x"},
		{`limit=-1 a as b`, `1:13 bad-argument: cmd: limit=-1: a whole number, 0 or more, was expected`, "-1"},
		{`keep=maybe a as b`, `1:12 bad-argument: cmd: keep=maybe: true or false was expected`, "maybe"},
		{`mode=ouetr a as b`, `1:12 bad-argument: cmd: mode=ouetr: one of inner, outer was expected; did you mean "outer"?`, "ouetr"},
		{`a as b limit=`, `1:19 missing-argument: cmd: a value was expected after limit=`, "="},
		{`limit=, a`, `1:12 missing-argument: cmd: a value was expected after limit=`, "="},
		{`a as b lmit=5`, `1:14 unknown-argument: cmd: unknown argument "lmit=5"; did you mean "limit"?`, "lmit=5"},
		{`a as b other = 5`, `1:14 unknown-argument: cmd: unknown argument "other = 5"; it knows limit, keep, mode`, "other = 5"},
		{`a as b c`, `1:14 unknown-argument: cmd: unexpected "c"`, "c"},
		{`a as b "c d"`, `1:14 unknown-argument: cmd: unexpected "\"c d\""`, `"c d"`},
		{``, `1:6 missing-argument: cmd: a field name was expected at the end`, ""},
		{`a`, `1:8 missing-argument: cmd: as was expected at the end`, ""},
		{`a b`, `1:9 bad-syntax: cmd: as was expected, not "b"`, "b"},
		{`a as (`, `1:12 bad-syntax: cmd: a field name was expected, not "("`, "("},
	}
	for _, tt := range tests {
		err := read(argsOf(t, tt.args))
		if got := problem(err); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.args, got, tt.want)
		}
		if err == nil {
			continue
		}
		if got := marked(t, err); got != tt.at {
			t.Errorf("%s: the problem is at %q, want %q", tt.args, got, tt.at)
		}
	}
}

func TestTheFirstProblemIsKept(t *testing.T) {
	t.Parallel()
	a := argsOf(t, `a b c`)
	a.Expect("as")
	first := a.Err()
	a.Fail(a.Span(), diag.BadArgument, "", "second")
	a.FailWith(errors.New("third"))
	if !errors.Is(a.Err(), first) || a.More() || a.Next().Kind != spl.End || a.Field() != "" {
		t.Errorf("after %v: %v, more tokens: %v", first, a.Err(), a.More())
	}
	if got := shape(a.Search()); got != "(and)" {
		t.Errorf("a search was read: %s", got)
	}
	if got := exprShape(a.Expr()); got != "" {
		t.Errorf("an expression was read: %s", got)
	}
}

func TestFailWithGivesAnOuterErrorAPlace(t *testing.T) {
	t.Parallel()
	a := argsOf(t, `a`)
	a.FailWith(nil)
	if a.Err() != nil {
		t.Errorf("no error is a problem: %v", a.Err())
	}
	a.FailWith(errors.New("no such table"))
	if got, want := problem(a.Err()), "1:3 bad-argument: cmd: no such table"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTakeCount(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]int{`5`: 5, `x`: 1, `"5"`: 1, `-5`: 1, ``: 1, `99999999999999999999`: 1} {
		n := 1
		a := argsOf(t, args)
		if taken := a.TakeCount(&n); n != want || taken != (want == 5) {
			t.Errorf("%s: %d, %v", args, n, taken)
		}
	}
}

func TestTakeParens(t *testing.T) {
	t.Parallel()
	tests := []struct{ args, want, rest string }{
		{`cond=(a > (b) OR c=")") d`, `(a > (b) OR c=")")`, "d"},
		{`cond=eval(a > b) d`, `(a > b)`, "d"},
		{`cond=a d`, ``, ""},
	}
	for _, tt := range tests {
		a := argsOf(t, tt.args)
		token, _ := a.TextToken("cond")
		raw, ok := a.TakeParens(token)
		if raw != tt.want || ok != (tt.want != "") || a.Peek().Text != tt.rest {
			t.Errorf("%s: %s, %v, then %q; problem %v", tt.args, raw, ok, a.Peek().Text, a.Err())
		}
	}
}

func TestSubsearch(t *testing.T) {
	t.Parallel()
	a := argsOf(t, `x [ | inputlookup t | fields a ] y`)
	a.Field()
	p := a.Subsearch()
	if got, want := p.String(), `| inputlookup t | fields a`; got != want || a.Peek().Text != "y" {
		t.Errorf("got %s, then %q", got, a.Peek().Text)
	}
	a.Field()
	if err := a.End(); err != nil {
		t.Error(err)
	}

	a = argsOf(t, `x`)
	if p := a.Subsearch(); p != nil {
		t.Errorf("a subsearch out of nothing: %s", p)
	}
	if got, want := problem(a.Err()), `1:7 bad-syntax: cmd: a subsearch in [ ] was expected, not "x"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	a = argsOf(t, `[search a | ]`)
	a.Subsearch()
	if got, want := problem(a.Err()), `1:19 bad-syntax: a command was expected after |`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseBool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"t": "true", "TRUE": "true", "1": "true", "y": "true", "Yes": "true",
		"f": "false", "False": "false", "0": "false", "n": "false", "no": "false",
		"": "none", "2": "none", "tr": "none",
	} {
		got := "none"
		if b, ok := spl.ParseBool(text); ok {
			got = fmt.Sprint(b)
		}
		if got != want {
			t.Errorf("ParseBool(%q) is %s, want %s", text, got, want)
		}
	}
}

// What is printed as an argument is read back as the same field name.
func TestArgString(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"a", "a.b{}.c", "my field", `say "hi"`, `back\slash`, "a,b", "a=b", "(x)", "[x]", "a|b", "it's", "'a'", "`m`", "", "wow!", "日本",
		"as", "by", "a\nb", "\u00a0", "a\u2028b",
	} {
		a := argsOf(t, spl.ArgString(name)+" next")
		if got := a.Field(); got != name || a.Peek().Text != "next" {
			t.Errorf("%q prints as %s, which is read as %q, then %q; problem %v", name, spl.ArgString(name), got, a.Peek().Text, a.Err())
		}
	}
	if got, want := spl.ArgStrings([]string{"a", "b c"}, ", "), `a, "b c"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
