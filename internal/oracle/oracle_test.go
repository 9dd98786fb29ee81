package oracle_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/oracle"
)

// show writes rows as name=value, the values of a multivalue joined by |.
func show(rows []oracle.Row) string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		var parts []string
		for _, f := range r {
			parts = append(parts, f.Name+"="+strings.Join(f.Values, "|"))
		}
		lines[i] = strings.Join(parts, " ")
	}
	return strings.Join(lines, "\n")
}

// The corpus in conformance says what the answers must be; these few searches
// say that the oracle stands on its own feet.
func TestOracleAnswers(t *testing.T) {
	t.Parallel()
	events := []oracle.Event{
		`{"_time":100,"who":"Bob","n":1,"tags":["x","y"],"deep":{"list":[{"k":null},{"k":true}]}}`,
		`{"_time":300,"who":"eve","n":10}`,
		`{"_time":200,"who":"bob","n":2.50}`,
		`{"who":"late"}`,
	}
	for _, c := range []struct{ spl, want string }{
		{"* | table who", "who=eve\nwho=bob\nwho=Bob\nwho=late"},
		{"who=BOB | table n tags{} deep.list{}.k", "n=2.50\nn=1 tags{}=x|y deep.list{}.k=null|true"},
		{"NOT n=* | stats count", "count=1"},
		{"* | stats count sum(n) as s by who", "who=Bob count=1 s=1\nwho=bob count=1 s=2.5\nwho=eve count=1 s=10\nwho=late count=1"},
		{`* | where n>2 OR isnull(n) | eval x=n*2, y=who."!" | table x y`, "x=20 y=eve!\nx=5 y=bob!\ny=late!"},
		{`| makeresults | eval a=split("b,a,b",","), b=mvsort(mvdedup(a)) | table b`, "b=a|b"},
		{`* | search [search n=10 | table who] | table n`, "n=10"},
		{`* | sort - n | head 1 | rename n as most | table most`, "most=10"},
	} {
		rows, err := oracle.Run(c.spl, events, oracle.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.spl, err)
			continue
		}
		if diff := cmp.Diff(c.want, show(rows)); diff != "" {
			t.Errorf("%s: %s", c.spl, diff)
		}
	}
}

func TestOracleRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, spl := range []string{
		"* | geostats count",
		"* | eval a=random()",
		"* | bin n",
		`* | regex who="(?=x)"`,
		"* | stats estdc(n)",
	} {
		if _, err := oracle.Run(spl, nil, oracle.Options{}); !errors.Is(err, oracle.ErrUnsupported) {
			t.Errorf("%s: got %v", spl, err)
		}
	}
}

func TestOracleReportsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, spl := range []string{
		"a=",
		`* | eval a="x" > 1`,
		"* | eval a=(b=1)",
		`* | where "text"`,
		"* | rename a* as b",
	} {
		if _, err := oracle.Run(spl, nil, oracle.Options{}); err == nil || errors.Is(err, oracle.ErrUnsupported) {
			t.Errorf("%s: got %v", spl, err)
		}
	}
}
