package agg_test

import (
	"testing"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

func parseTerms(t *testing.T, text string) ([]*agg.Term, error) {
	t.Helper()
	p, err := spl.ParseText("search", "* | chart "+text)
	if err != nil {
		t.Fatal(err)
	}
	a := p.Commands[1].Args()
	terms := agg.ParseTerms(a, "by")
	agg.CheckTerms(a, terms, nil)
	return terms, a.End()
}

func TestTermsComputeWithCalls(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, column, want string }{
		{"sum(x)", "sum(x)", "6"},
		{"eval(sum(x)*2)", "eval(sum(x)*2)", "12"},
		{"eval(round(avg(x)/max(x), 1)) as ratio", "ratio", "0.7"},
		{"eval(count/2)", "eval(count/2)", "1.5"},
		{"eval(count() + dc(a.b))", "eval(count() + dc(a.b))", "4"},
		{"eval(max(sum(x), 100))", "eval(max(sum(x), 100))", "100"}, // two arguments: the eval function
		{`eval(if(count(eval(x>1))>1, "many", "few"))`, `eval(if(count(eval(x>1))>1, "many", "few"))`, "many"},
		{"eval(-perc50('x'))", "eval(-perc50('x'))", "-2"},
		{"eval(sum(x) IN (6, 7))", "eval(sum(x) IN (6, 7))", "1"},
	}
	rows := rowsOf("1", "2", "3")
	for _, row := range rows {
		row.Set("a.b", value.OfText("c"))
	}
	for _, tt := range tests {
		terms, err := parseTerms(t, tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		term := terms[0]
		r := agg.NewReader(newRun(), term.Calls, agg.AnyOrder, nil)
		g, _ := r.NewGroup()
		for _, row := range rows {
			r.Read(row)
			r.Add(g)
		}
		var results []value.Value
		for i := range term.Calls {
			results = append(results, g.Result(agg.ColumnsOf(term.Calls, i)[0]))
		}
		if got := term.Value(results, eval.NewEnv(newRun())).String(); got != tt.want || term.Column() != tt.column {
			t.Errorf("%s: got %s as %s", tt.text, got, term.Column())
		}
		again, err := parseTerms(t, term.String())
		if err != nil || !again[0].Equal(term) {
			t.Errorf("%s: printed %s: %v", tt.text, term, err)
		}
	}
}

func TestTermMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]diag.Code{
		"eval(a+b)":                      diag.BadArgument,
		"eval(sum(x), 1)":                diag.BadArgument,
		"eval(sum(lower(x)))":            diag.BadArgument,
		"eval(sum(a . \" \"))":           diag.BadArgument,
		"eval(sparkline(x))":             diag.UnsupportedFunction,
		"eval(sum())":                    diag.MissingArgument,
		"eval(nosuch(sum(x)))":           diag.UnknownFunction,
		"eval(sum(x)":                    diag.Incomplete,
		"eval(sum(x)) as":                diag.MissingArgument,
		"eval(sum(x)) as n sum(n)  as n": diag.BadArgument,
		"":                               diag.MissingArgument,
	} {
		_, err := parseTerms(t, text)
		if problems := diag.All(err); len(problems) != 1 || problems[0].Code != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestSamplesOutliveTheirRow(t *testing.T) {
	t.Parallel()
	calls := mustParse(t, "sum(x) values(*) earliest(x)")
	r := agg.NewReader(newRun(), calls, agg.Running, nil)
	var samples []*agg.Sample
	for _, row := range rowsOf("1", "2") {
		r.Read(row)
		samples = append(samples, r.Sample())
		*row = *event.New()
	}
	g, _ := r.NewGroup()
	for _, s := range samples {
		r.AddSample(g, s)
	}
	if got := resultsOf(calls, g); got["sum(x)"] != "3" || got["values(x)"] != "1, 2" || got["earliest(x)"] != "2" {
		t.Errorf("got %v", got)
	}
}
