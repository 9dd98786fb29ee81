package eval

import (
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

func parseAssignments(t testing.TB, text string) ([]Assignment, error) {
	t.Helper()
	pipeline, err := spl.ParseText("test", "| eval "+text)
	if err != nil {
		return nil, err
	}
	a := pipeline.Commands[0].Args()
	list, err := ParseAssignments(a)
	if err != nil {
		return nil, err
	}
	return list, a.End()
}

func TestAssignments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, printed, row string }{
		{`x=1`, `x=1`, "k=v f=g mv=1|2 x=1"},
		{`x = k . f, y=x`, `x=k . f, y=x`, "k=v f=g mv=1|2 x=vg y=vg"},
		{`k=null()`, `k=null()`, "f=g mv=1|2"},
		{`low-user = lower("A")`, `low-user=lower("A")`, "k=v f=g mv=1|2 low-user=a"},
		{`process.cpu=1, a{}.b=2`, `process.cpu=1, a{}.b=2`, "k=v f=g mv=1|2 process.cpu=1 a{}.b=2"},
		{`"my field"=1, 'other field'=2`, `"my field"=1, "other field"=2`, "k=v f=g mv=1|2 my field=1 other field=2"},
		{`{k}=1`, `{k}=1`, "k=v f=g mv=1|2 v=1"},
		{`"a {k}-{f}"=1`, `"a {k}-{f}"=1`, "k=v f=g mv=1|2 a v-g=1"},
		{`{nope}=1`, `{nope}=1`, "k=v f=g mv=1|2"},
		{`{mv}x=1`, `{mv}x=1`, "k=v f=g mv=1|2 1x=1"},
		{`{a{}.b}=1`, `{a{}.b}=1`, "k=v f=g mv=1|2"},
		{`x=coalesce(k="v", 1)`, `x=coalesce(k = "v", 1)`, "k=v f=g mv=1|2 x=True"},
		{`x=if(k IN ("v"), "a,b", "c"), y=2`, `x=if(k IN ("v"), "a,b", "c"), y=2`, "k=v f=g mv=1|2 x=a,b y=2"},
	} {
		list, err := parseAssignments(t, c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		printed := make([]string, len(list))
		row := event.New(
			event.Field{Name: "k", Value: value.OfText("v")}, event.Field{Name: "f", Value: value.OfText("g")},
			event.Field{Name: "mv", Value: value.OfTexts([]string{"1", "2"})},
		)
		env := newTestEnv()
		for i, x := range list {
			printed[i] = x.String()
			x.Apply(env, row)
		}
		text := strings.Join(printed, ", ")
		if text != c.printed {
			t.Errorf("%s is printed as %s, want %s", c.text, text, c.printed)
		}
		var parts []string
		for _, f := range row.Fields() {
			parts = append(parts, f.Name+"="+strings.Join(f.Value.Texts(), "|"))
		}
		if got := strings.Join(parts, " "); got != c.row {
			t.Errorf("%s makes %s, want %s", c.text, got, c.row)
		}
		again, err := parseAssignments(t, text)
		if err != nil || len(again) != len(list) {
			t.Errorf("%s, printed as %s: %v", c.text, text, err)
			continue
		}
		for i := range list {
			if !list[i].Equal(again[i]) {
				t.Errorf("%s is read back as %s", list[i], again[i])
			}
		}
	}
}

func TestAssignmentFields(t *testing.T) {
	t.Parallel()
	list, err := parseAssignments(t, `{k}_{a{}.b}=x+1`)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list[0].Fields().Names(), " "); got != "a{}.b k x" || !list[0].Templated() {
		t.Errorf("reads %q, templated %v", got, list[0].Templated())
	}
}

func TestAssignmentProblems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		code diag.Code
		text string
	}{
		``:               {diag.MissingArgument, "a field name was expected"},
		`x`:              {diag.MissingArgument, "= was expected"},
		`x=`:             {diag.MissingArgument, "an expression was expected after x="},
		`x=1,`:           {diag.MissingArgument, "a field name was expected"},
		`x=1 y=2`:        {diag.BadSyntax, "separate assignments by commas"},
		`x=a{}.b`:        {diag.BadSyntax, "in single quotes"},
		`x=1 2`:          {diag.BadSyntax, `an operator or a comma was expected, not "2"`},
		`x="a"="b"`:      {diag.BadType, "a condition cannot be stored in the field x; write if("},
		`x=isnull(y)`:    {diag.BadType, "a condition cannot be stored"},
		`x=uper(y)`:      {diag.UnknownFunction, `did you mean "upper"?`},
		`x!=1`:           {diag.BadSyntax, "= was expected"},
		`x=(1`:           {diag.Incomplete, "a ( without its closing )"},
		`x=1+, y=2`:      {diag.BadSyntax, "a value was expected"},
		`x=match(y,"(")`: {diag.BadRegex, "missing closing )"},
	} {
		_, err := parseAssignments(t, text)
		problems := diag.All(err)
		if len(problems) == 0 || problems[0].Code != want.code || !strings.Contains(problems[0].Error(), want.text) {
			t.Errorf("eval %s: %v, want %s %q", text, err, want.code, want.text)
		}
	}
}
