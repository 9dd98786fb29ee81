package filter_test

import (
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/filter"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// Each expression is false for one row; the first condition that fails says why.
func TestTermsExplain(t *testing.T) {
	t.Parallel()
	row := event.New(
		event.Field{Name: "_time", Value: value.OfNumber(0)},
		event.Field{Name: "_raw", Value: value.OfText("a snapshot-copy by Alice")},
		event.Field{Name: "user", Value: value.OfText("alice")},
		event.Field{Name: "calls", Value: value.OfTexts([]string{"Get", "Put"})},
	)
	for search, want := range map[string]string{
		`user=bob`:                       `user is "alice", so user=bob is not true`,
		`user=alice calls=Delete*`:       `calls has the values "Get", "Put", so calls=Delete* is not true`,
		`role=*`:                         `role is null, so role=* is not true`,
		`role!=admin`:                    `role is null, so role!=admin is not true`,
		`user IN (bob, eve)`:             `user is "alice", so user IN (bob, eve) is not true`,
		`NOT user=a*`:                    `user is "alice", which NOT user=a* leaves out`,
		`NOT (user=bob OR calls=Put)`:    `calls has the values "Get", "Put", which NOT (user=bob OR calls=Put) leaves out`,
		`role=x OR place=y`:              `role and place are null`,
		`role=x OR user=eve`:             `role is null, so role=x is not true; user is "alice", so user=eve is not true`,
		`deleted`:                        `deleted is not in _raw`,
		`napsho`:                         `_raw has napsho only within longer words, and a word must be whole: put stars around it`,
		`CASE(alice)`:                    `_raw has alice in other case only`,
		`user=alice earliest=5 latest=9`: `_time is 0 (1970-01-01T00:00:00Z), outside of earliest=5`,
	} {
		t.Run(search, func(t *testing.T) {
			t.Parallel()
			expr, err := spl.ParseSearch(&diag.Source{Text: search})
			if err != nil {
				t.Fatal(err)
			}
			f, err := filter.Compile(expr, filter.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, term := range f.Terms() {
				if !term.Match(row) {
					got = append(got, term.Explain(row))
				}
			}
			if len(got) != 1 || !strings.HasPrefix(got[0], want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
			if f.Match(row) {
				t.Error("the whole matches")
			}
		})
	}
}
