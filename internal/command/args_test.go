package command

import (
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
)

// A wrong argument is refused at its place, with a reason and, where there is
// a likely one, a hint.
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		commands string
		at       string // the text at the place
		code     diag.Code
		message  string
		hint     string
	}{
		{"accum", "", diag.MissingArgument, "a field name was expected", ""},
		{"accum a*", "a*", diag.BadArgument, "not a pattern", ""},
		{"addtotals row=maybe", "maybe", diag.BadArgument, "true or false", ""},
		{"autoregress a AS b p=1-2", "AS", diag.BadArgument, "several", ""},
		{"autoregress a p=0", "0", diag.BadArgument, "from 1 to 10000", ""},
		{"bin spam=5m _time", "spam=5m", diag.UnknownArgument, "spam=5m", `did you mean "span"?`},
		{"bin span=5parsecs _time", "5parsecs", diag.BadTime, "no span", ""},
		{"bin span=10log10 n", "10log10", diag.BadArgument, "below the base", ""},
		{"bin bins=1 n", "1", diag.BadArgument, "2 to 50000", ""},
		{"bin start=x n", "x", diag.BadArgument, "a number", ""},
		{"bin span=1h aligntime=soon _time", "soon", diag.BadTime, "aligntime", ""},
		{"convert ctme(t)", "ctme", diag.BadArgument, "unknown function", `did you mean "ctime"?`},
		{"convert ctime(a*) AS b", "ctime", diag.BadArgument, "number of stars", ""},
		{"convert", "", diag.MissingArgument, "ctime(field)", ""},
		{"dedup", "", diag.MissingArgument, "a field name", ""},
		{"dedup 0 a", "0", diag.BadArgument, "1 or more", ""},
		{"dedup a sortby", "", diag.MissingArgument, "after sortby", ""},
		{"dedup a keepemty=t", "keepemty=t", diag.UnknownArgument, "keepemty", `did you mean "keepempty"?`},
		{"delta a p=1-2", "1-2", diag.BadArgument, "from 1", ""},
		{"extract my-extraction", "my-extraction", diag.UnsupportedArgument, "transforms.conf", "use rex"},
		{`extract pairdelim=";"`, "", diag.MissingArgument, "together", ""},
		{"fields", "", diag.MissingArgument, "a field name", ""},
		{"fillnull value=", "=", diag.MissingArgument, "a value was expected", ""},
		{"head (round(a))", "round(a)", diag.BadType, "a condition was expected", ""},
		{"head ten", "ten", diag.BadArgument, "a condition in parentheses", ""},
		{`makemv delim="" a`, `""`, diag.BadArgument, "not an empty text", ""},
		{`makemv delim="," tokenizer="(.)" a`, `"(.)"`, diag.BadArgument, "exclude", ""},
		{"mvexpand _raw", "_raw", diag.BadArgument, "underscore", "eval"},
		{"mvexpand a limit=-1", "-1", diag.BadArgument, "0 or more", ""},
		{"outlier action=drop", "drop", diag.BadArgument, "remove", ""},
		{"rangemap field=a low=1", "1", diag.BadArgument, "1-10", ""},
		{"rangemap low=1-2", "", diag.MissingArgument, "field=", ""},
		{"regex", "", diag.MissingArgument, "double quotes", ""},
		{`regex a="("`, `"("`, diag.BadRegex, "", ""},
		{"rename a.* AS b", "a.* AS b", diag.BadArgument, "number of stars", ""},
		{"rename a b", "b", diag.BadSyntax, "as was expected", ""},
		{"rename a AS", "", diag.MissingArgument, "a field name", ""},
		{"replace a* WITH b*c*", "a* WITH b*c*", diag.BadArgument, "as many stars", ""},
		{`rex "(\d+)"`, `"(\d+)"`, diag.BadRegex, "no named group", "(?<field>"},
		{`rex mode=sed "s/a/b"`, `"s/a/b"`, diag.BadArgument, "three /", ""},
		{`rex mode=sed "y/ab/c/"`, `"y/ab/c/"`, diag.BadArgument, "2 and 1", ""},
		{`rex mode=sed "s/a/b/q"`, `"s/a/b/q"`, diag.BadArgument, "flags", ""},
		{"sort", "", diag.MissingArgument, "a field to sort by", ""},
		{"sort nun(a)", "nun", diag.BadArgument, "num", `did you mean "num"?`},
		{"sort a*", "a*", diag.BadArgument, "patterns", ""},
		{"strcat a", "a", diag.MissingArgument, "what to join", ""},
		{"tail x", "x", diag.UnknownArgument, "unexpected", ""},
		{"tojson nm(a)", "nm", diag.BadArgument, "num", ""},
		{"trendline sma1(a)", "sma1", diag.BadArgument, "from 2", ""},
		{"trendline avg(a)", "avg", diag.BadArgument, "sma5", ""},
		{"untable a b", "", diag.MissingArgument, "a field name", ""},
		{"xyseries a b c*", "", diag.BadArgument, "patterns", ""},
	} {
		search := "search * | " + c.commands
		_, err := parse(c.commands)
		problems := diag.All(err)
		if len(problems) != 1 {
			t.Errorf("%s: %v", c.commands, err)
			continue
		}
		p := problems[0]
		if p.Code != c.code || !strings.Contains(p.Message, c.message) || !strings.Contains(p.Hint, c.hint) {
			t.Errorf("%s: [%s] %s (%s)", c.commands, p.Code, p.Message, p.Hint)
		}
		if at := search[p.Span.Start:p.Span.End]; c.at != "" && at != c.at {
			t.Errorf("%s: at %q, want %q", c.commands, at, c.at)
		}
	}
	for text, want := range map[string]string{
		"| makeresults count=x":                    "0 or more",
		"| makeresults format=csv":                 "needs data=",
		`| makeresults data="a"`:                   "needs format=",
		`| makeresults format=xml data="a"`:        "one of csv, json",
		`| makeresults format=json data="{}"`:      "no JSON array",
		`| makeresults format=json data="[1]"`:     "no JSON object",
		`| makeresults format=csv data=""`:         "field names",
		"| makeresults format=csv data=\"a\n1,2\"": "2 cells under 1",
		"search * | makeresults":                   "must be the first command",
		"| rename a AS b":                          "needs rows",
	} {
		if _, err := compileText(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
