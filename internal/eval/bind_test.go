package eval

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

func TestTypeErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"a">5`:                      "> compares a text with a number",
		`lower(a)=5`:                 "= compares a text with a number",
		`5 IN ("a")`:                 "IN compares a text with a number",
		`isnull(a)=1`:                "= compares a condition with a value",
		`a AND b="x"`:                "AND needs a condition, not a field",
		`NOT "x"`:                    "NOT needs a condition, not a text",
		`if(a, 1, 2)`:                "if needs a condition, not a field",
		`case("x", 1)`:               "case needs a condition, not a text",
		`mvfilter(mv)`:               "mvfilter needs a condition, not a field",
		`"a"*2`:                      "* needs numbers, not a text",
		`isnull(a)+1`:                "+ needs numbers or texts, not a condition",
		`-isnull(a)`:                 "- needs numbers, not a condition",
		`a.isnull(b)`:                "the dot joins texts, not conditions",
		`lower(isnull(a))`:           "lower needs a value, not a condition",
		`mvappend(a, a="x")`:         "mvappend needs a value, not a condition",
		`mvmap(mv, mv="x")`:          "mvmap needs a value, not a condition",
		`abs("x")`:                   `abs needs a number, not the text "x"`,
		`round(1, 2, 3)`:             "round takes 1 or 2 arguments, not 3",
		`now(1)`:                     "now takes no arguments, not 1",
		`len()`:                      "len takes 1 argument, not 0",
		`coalesce()`:                 "coalesce takes 1 or more arguments, not 0",
		`case(a="x", 1, 2)`:          "case takes pairs",
		`json_object("a")`:           "json_object takes pairs",
		`json_set(a, "b", 1, "c")`:   "json_set takes pairs",
		`mvmap(1, 2)`:                "over exactly one field, not 0",
		`mvmap(a.b, 2)`:              "over exactly one field, not 2",
		`mvfilter(a=b)`:              "on exactly one field, not on 2",
		`match(a, "(")`:              "missing closing )",
		`cidrmatch("10.0.0.0/33",a)`: `"10.0.0.0/33" is no network`,
		`relative_time(a, "-1x")`:    `unknown unit "x"`,
		`tostring(a, "comas")`:       `unknown format "comas"`,
		`searchmatch(a)`:             "a text in double quotes",
		`searchmatch("(a")`:          "searchmatch:",
		`no_such(a)`:                 `unknown function "no_such"`,
		`filter(a, b)`:               "filter is not run by pugmark",
	} {
		_, err := bind(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestErrorHasPlaceCodeAndHint(t *testing.T) {
	t.Parallel()
	_, err := bind(`1 + uper(a)`)
	want := []*diag.Error{{Span: diag.Span{Start: 4, End: 8}, Code: diag.UnknownFunction, Message: `unknown function "uper"`, Hint: `did you mean "upper"?`}}
	if diff := cmp.Diff(want, diag.All(err)); diff != "" {
		t.Error(diff)
	}
}

func TestBoolean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		`a="x"`: {true, true}, `isnull(a)`: {true, true}, `if(a="x", true(), false())`: {true, true},
		`a`: {false, true}, `1+1`: {false, true}, `null()`: {false, true}, `if(a="x", 1, "y")`: {false, false}, `coalesce(a="x", b)`: {false, false},
	} {
		if is, known := mustBind(t, text).Boolean(); [2]bool{is, known} != want {
			t.Errorf("%s: Boolean() = %v, %v, want %v", text, is, known, want)
		}
	}
	for text, ok := range map[string]bool{`a="x"`: true, `coalesce(a="x", b)`: true, `a`: false, `null()`: false, `len(a)`: false} {
		x, err := spl.ParseExpr(&diag.Source{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := BindCondition(x, nil); (err == nil) != ok {
			t.Errorf("%s as a condition: %v", text, err)
		}
	}
}

func TestFieldsAreExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`a+'b.c'*2`: "a b.c", `if(a=1, b, "c")`: "a b", `mvmap(m, m.x)`: "m x", `mvmap(split(m, ","), upper(m))`: "m", `mvfilter(m>1)`: "m",
		`a IN (b, "c")`: "a b", `match(a, "b")`: "a", `replace(a, b, c)`: "a b c", `searchmatch("u=1 foo")`: "_raw u", `now()`: "", `a.b`: "a b",
	} {
		if got := strings.Join(mustBind(t, text).Fields().Names(), " "); got != want {
			t.Errorf("%s reads %q, want %q", text, got, want)
		}
	}
	if !mustBind(t, `tojson()`).Fields().All() {
		t.Error("tojson reads every field")
	}
}

// Unquoted dotted names join fields, which is rarely meant: aws_createaccesskey
// and others of Splunk's content do so. They run as Splunk runs them.
func TestNotes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`match(userIdentity.userName, requestParameters.userName)`: "write 'userIdentity.userName' in single quotes for one field; write 'requestParameters.userName' in single quotes for one field",
		`a . b`:          "",
		`a."b"`:          "",
		`'a'.b`:          "",
		`a=null()`:       "write isnull(…) or isnotnull(…)",
		`isnull(null())`: "",
	} {
		var hints []string
		for _, n := range mustBind(t, text).Notes() {
			if n.Code != diag.SuspiciousExpression {
				t.Errorf("%s: a note with code %s", text, n.Code)
			}
			hints = append(hints, n.Hint)
		}
		if got := strings.Join(hints, "; "); got != want {
			t.Errorf("%s: notes %q, want %q", text, got, want)
		}
	}
}
