package command

import (
	"testing"

	"github.com/pugmark/pugmark/internal/plan"
)

// Whether a result has columns that nobody can name beforehand.
func TestClosed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"search a=1":                                                              false,
		"search a=1 | eval b=1 | rename a as c":                                   false,
		"search a=1 | table a b":                                                  true,
		"search a=1 | table a b*":                                                 false,
		"search a=1 | stats count by a":                                           true,
		"search a=1 | stats count by a | eval b=1":                                true,
		"search a=1 | stats values(*) as * by a":                                  false,
		"search a=1 | stats count values(x.*) by a":                               false,
		"search a=1 | stats values(*) as * | table a":                             true,
		"search a=1 | spath | stats count by a":                                   true,
		"search a=1 | stats count by a | spath a":                                 true,
		"search a=1 | stats count by a | spath":                                   false,
		"search a=1 | stats count by a | eval {a}=1":                              false,
		"search a=1 | stats count by a | fromjson a":                              false,
		"search a=1 | stats count by a | xmlkv":                                   false,
		"search a=1 | chart count over a":                                         true,
		"search a=1 | chart count by a b":                                         false,
		"search a=1 | timechart span=1h count":                                    true,
		"search a=1 | timechart span=1h count by a":                               false,
		"search a=1 | table a b c | xyseries a b c":                               false,
		"search a=1 | table a b | transpose":                                      false,
		"search a=1 | stats count | append [search b]":                            false,
		"search a=1 | stats count | append [search b | stats count by b]":         true,
		"search a=1 | stats count by a | join a [search b]":                       false,
		"search a=1 | stats count by a | join a [search b | table a b]":           true,
		"search a=1 | stats count by a | appendpipe [stats sum(count) as count]":  true,
		"search a=1 | stats count by a | appendpipe [stats values(*) as *]":       false,
		"search a=1 | transaction a":                                              false,
		"| makeresults format=csv data=\"a,b\n1,2\"":                              true,
		"search a=1 | table a b | union [search b]":                               false,
		"search a=1 | stats count by a | eventstats max(count) as m | head 1":     true,
		"search a=1 | stats count by a | eventstats values(*) as all_*":           false,
		"search a=1 | stats count by a | rename a as b | fields - count | sort b": true,
	} {
		if got := plan.Closed(mustCompile(t, text)); got != want {
			t.Errorf("%s: got %v", text, got)
		}
	}
}
