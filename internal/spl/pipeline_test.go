package spl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

func TestParsePipeline(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, commands, printed string }{
		{"an implied search", `error | head 3`, "search* head", `search error | head 3`},
		{"a search that names itself", `search error`, "search", `search error`},
		{"a generating command", `| makeresults`, "makeresults", `| makeresults`},
		{"a field called search", `search=1`, "search*", `search search=1`},
		{"a command without blanks", `a|rename b as c|stats count`, "search* rename stats", `search a | rename b as c | stats count`},
		{"names in any case", `| MakeResults | EVAL a=1`, "makeresults eval", `| makeresults | eval a=1`},
		{"lines", "a\n| stats\n  count\n\t by b\r\n", "search* stats", "search a | stats count\n\t by b"},
		{"a pipe in quotes", `"a|b" | rex "c|d"`, "search* rex", `search "a|b" | rex "c|d"`},
		{"an escaped quote", `"a\"|b" | head`, "search* head", `search "a\"|b" | head`},
		{"a pipe in a subsearch", `a [search b | fields c] | join d [| e | f]`, "search* join", `search a [search b | fields c] | join d [| e | f]`},
		{"nested subsearches", `a [search b [search c | d] | e] | f`, "search* f", `search a [search b [search c | d] | e] | f`},
		{"arguments that begin at once", `a | rex"b"`, "search* rex", `search a | rex "b"`},
		{"arguments in parentheses", `search(a OR b)`, "search", `search (a OR b)`},
		{"a comment", "a ```b | c``` | head", "search* head", `search a | head`},
		{"a comment between a command and its arguments", "a | stats ```why``` count", "search* stats", "search a | stats count"},
		{"a comment over a pipe", "a ```x\n| y``` | head", "search* head", "search a | head"},
		{"a comment in quotes is text", "\"```a\" | eval b=\"c```\"", "search* eval", "search \"```a\" | eval b=\"c```\""},
		{"a quote in a comment", "a ```it's \"so``` | head", "search* head", `search a | head`},
	}
	for _, tt := range tests {
		p, err := spl.Parse(source(tt.text), spl.NoMacros{})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := names(p.Commands); got != tt.commands {
			t.Errorf("%s: commands %q, want %q", tt.name, got, tt.commands)
		}
		if diff := cmp.Diff(tt.printed, p.String()); diff != "" {
			t.Errorf("%s: printed, -want +got:\n%s", tt.name, diff)
		}
	}
}

func TestParsePipelineProblems(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", `1:1 bad-syntax: a search was expected; "search *" finds every event`},
		{" \n ", `2:2 bad-syntax: a search was expected; "search *" finds every event`},
		{"```only a comment```", `1:21 bad-syntax: a search was expected; "search *" finds every event`},
		{"|", `1:2 bad-syntax: a command was expected after |`},
		{"a |", `1:4 bad-syntax: a command was expected after |`},
		{"a | | b", `1:5 bad-syntax: a command was expected after |`},
		{"a | \"b\"", `1:5 bad-syntax: a command was expected after |`},
		{"a \"b", `1:3 incomplete: a text without its closing quote`},
		{"a [search b", `1:3 incomplete: a [ without its closing ]`},
		{"a ]", `1:3 bad-syntax: ] without a [ before it`},
		{"a\n| b ```c", "2:5 incomplete: a comment without its closing ```"},
	}
	for _, tt := range tests {
		_, err := spl.Parse(source(tt.text), spl.NoMacros{})
		if err == nil {
			t.Errorf("%q was read", tt.text)
			continue
		}
		if got := problem(err); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestParseReportsAProblemOfEachStage(t *testing.T) {
	t.Parallel()
	_, err := spl.Parse(source(`a || b | | c`), spl.NoMacros{})
	if got := len(diag.All(err)); got != 2 {
		t.Errorf("%d problems: %v", got, err)
	}
}

func TestCommandPlaces(t *testing.T) {
	t.Parallel()
	text := "error  | head 3  |stats count "
	commands := parse(t, text)
	var spans, nameSpans []string
	for _, c := range commands {
		spans = append(spans, text[c.Span.Start:c.Span.End])
		nameSpans = append(nameSpans, text[c.NameSpan().Start:c.NameSpan().End])
	}
	if diff := cmp.Diff([]string{"error", "head 3", "stats count"}, spans); diff != "" {
		t.Errorf("spans, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"error", "head", "stats"}, nameSpans); diff != "" {
		t.Errorf("name spans, -want +got:\n%s", diff)
	}
	if got := marked(t, commands[1].ErrorAt(commands[1].NameSpan(), diag.UnknownCommand, "m", "")); got != "head" {
		t.Errorf("the problem is at %q", got)
	}
}

// Blanked comments do not move what stands behind them.
func TestPlacesBehindAComment(t *testing.T) {
	t.Parallel()
	_, err := spl.Parse(source("a ```b\nc``` | d |"), spl.NoMacros{})
	if got, want := problem(err), `2:11 bad-syntax: a command was expected after |`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestUnescapeAndQuote(t *testing.T) {
	t.Parallel()
	tests := []struct{ escaped, text string }{
		{`a`, `a`},
		{`\"a\"`, `"a"`},
		{`a\\b`, `a\b`},
		{`a\|b`, `a|b`},
		{`\d+\s`, `\d+\s`}, // other escapes are for the regular expression
		{`\\\(`, `\\(`},
		{`\\\\`, `\\`},
		{`a\`, `a\`},
	}
	for _, tt := range tests {
		if got := spl.Unescape(tt.escaped); got != tt.text {
			t.Errorf("Unescape(%s) = %s, want %s", tt.escaped, got, tt.text)
		}
		if got := spl.Quote(tt.text); spl.Unescape(got[1:len(got)-1]) != tt.text {
			t.Errorf("Quote(%s) = %s", tt.text, got)
		}
	}
}
