package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

func TestHeadAndForeach(t *testing.T) {
	t.Parallel()
	testRows(t, []rowCase{
		{"head 2", "a=1\na=2\na=3", "a=1\na=2"},
		{"head (a<3)", "a=1\na=2\na=3\na=1", "a=1\na=2"},
		{"head (a<3) keeplast=t", "a=1\na=3\na=1", "a=1\na=3"},
		{"head (a<3) null=t", "a=1\nb=1\na=3", "a=1\nb=1"},
		{"head (a<3)", "a=1\nb=1\na=1", "a=1"},
		{"head limit=1 (a<3)", "a=1\na=1", "a=1"},
		{`fieldformat a=tostring(a, "commas")`, "a=1000", "a=1000"},
		{"foreach a* [rename <<FIELD>> AS new_<<MATCHSTR>>]", "ax=1 b=2 ay=3", "new_x=1 b=2 new_y=3"},
		{"foreach *.* [rename <<FIELD>> AS <<MATCHSEG2>>_<<MATCHSEG1>>]", "a.b.c=1", "b.c_a=1"},
		{"foreach a b [fillnull value=<<FIELD>> <<FIELD>>]", "a=1\nb=1", "a=1 b=b\nb=1 a=a"},
		{"foreach a* [regex <<FIELD>>=x]", "a=x\na=y\nb=z", "a=x\nb=z"},
		{"foreach * fieldstr=#f# [fillnull #f#2]", "_a=1 b=2", "_a=1 b=2 b2=0"},
		{"foreach avg_* [eval d_<<MATCHSTR>>='<<MATCHSTR>>'-'<<FIELD>>']", "avg_x=2 x=9", "avg_x=2 x=9 d_x=7"},
		{"eval total=0 | foreach test* [eval total=total+<<FIELD>>]", "test1=1 test2=2\ntest3=3", "test1=1 test2=2 total=3\ntest3=3 total=3"},
		{"foreach test*ab* fieldstr=MYFIELD matchseg1=SEG1 matchseg2=SEG2 [eval MYFIELD = MYFIELD + SEG1 + SEG2]", "test1ab2=5", "test1ab2=8"},
		{"foreach mode=multivalue mv [eval total=total+<<ITEM>>, count=<<ITER>>]", "mv=5|15 total=0\nmv=1 total=1\ntotal=0", "mv=5|15 total=20 count=1\nmv=1 total=2 count=0\ntotal=0"},
		{`foreach word mode=multivalue [eval x=mvappend(x, <<ITEM>>.mvindex(nums, <<ITER>>))]`, "word=A|B nums=0|1", "word=A|B nums=0|1 x=A0|B1"},
		{`foreach mode=multivalue w itemstr=IT [eval x=mvappend(x, "<IT>"), y="a\"b"]`, "w=A|B", `w=A|B x=<A>|<B> y=a"b`},
		{"foreach mode=json_array j [eval total=total+<<ITEM>>]", "j=[1,2,3] total=0\nj=x total=5", "j=[1,2,3] total=6\nj=x total=5"},
		{"foreach mode=auto_collections j [eval n=<<ITER>>+1]", "j=[1,2,3]\nj=a|b\nj=x", "j=[1,2,3] n=3\nj=a|b n=2\nj=x n=1"},
	})
}

// A field's name is text of the data. One that would become a command of its
// own, or no expression, is passed over and told.
func TestForeachDoesNotRunNames(t *testing.T) {
	t.Parallel()
	ops := mustParse(t, "foreach a* [fillnull b<<FIELD>>]")
	run := newTestRun(t)
	rows := []*event.Event{event.New(
		event.Field{Name: "a | reverse", Value: value.OfText("1")},
		event.Field{Name: `a"`, Value: value.OfText("1")},
		event.Field{Name: "a2", Value: value.OfText("1")},
	)}
	got := runOps(t, run, ops, rows, 1)
	if !got[0].Get("ba2").Equal(value.OfText("0")) {
		t.Errorf("got %s", writeRows(got))
	}
	if warnings := run.Warnings.All(); len(warnings) != 2 || warnings[0].Code != diag.SuspiciousExpression {
		t.Errorf("warnings: %v", warnings)
	}
}

// However many names the data has, few templates are kept.
func TestForeachKeepsFewTemplates(t *testing.T) {
	t.Parallel()
	op := mustParse(t, "foreach a* [fillnull b]")[0]
	end := &keep{}
	sink, err := op.Start(newTestRun(t), end)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxChains {
		row := event.New(event.Field{Name: fmt.Sprint("a", i), Value: value.OfText("x")})
		if _, err := sink.Push(event.Batch{row}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(sink.(*foreachRun).chains); n > maxChains {
		t.Errorf("%d templates are kept", n)
	}
	if err := sink.Close(); err != nil || len(end.rows) != 3*maxChains {
		t.Errorf("%d rows, %v", len(end.rows), err)
	}
}

func TestForeachRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"foreach a* [reverse]":                                   "streaming commands was expected, not reverse",
		"foreach a*":                                             "a template in [ ] was expected",
		"foreach a* [nosuch]":                                    `in the template: unknown command "nosuch"`,
		"foreach mode=multivalue a [fillnull b]":                 "one eval command",
		"foreach mode=multivalue a b [eval c=1]":                 "takes one field",
		"foreach mode=multivalue a [eval c='x<<ITEM>>']":         "cannot be part of a field's name",
		`foreach mode=multivalue a itemstr="" [eval c=1]`:        "not an empty one",
		"foreach [eval a=1]":                                     "a field name was expected",
		"foreach mode=some a [eval a=1]":                         "one of multifield, multivalue, json_array, auto_collections",
		"foreach a [eval b=1] c":                                 `unexpected "c"`,
		"foreach mode=multivalue a [eval b=1 | eval c=<<ITEM>>]": "one eval command",
	} {
		_, err := parse(text)
		if problems := diag.All(err); len(problems) != 1 || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
