package event_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
)

func TestSet(t *testing.T) {
	t.Parallel()
	var empty event.Set
	ab := event.SetOf("b", "a", "b")
	tests := []struct {
		name string
		set  event.Set
		want []string
	}{
		{"names are sorted and distinct", ab, []string{"a", "b"}},
		{"with", ab.With("c", "a"), []string{"a", "b", "c"}},
		{"without", ab.Without("a", "x"), []string{"b"}},
		{"without keeps patterns: too wide is allowed, too narrow is not", event.SetOf("a*").Without("ab"), []string{"a*"}},
		{"union", ab.Union(event.SetOf("c")), []string{"a", "b", "c"}},
		{"union with nothing", empty.Union(ab), []string{"a", "b"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, tt.set.Names()); diff != "" || tt.set.All() {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, ab.Names()); diff != "" {
		t.Errorf("a set was changed: %s", diff)
	}
	for name, all := range map[string]event.Set{
		"with": event.AllFields.With("a"), "without": event.AllFields.Without("a"), "union": ab.Union(event.AllFields),
	} {
		if !all.All() || !all.Has("anything") {
			t.Errorf("all fields %s are not all", name)
		}
	}
}

func TestSetHas(t *testing.T) {
	t.Parallel()
	s := event.SetOf("a", "user*")
	for name, want := range map[string]bool{"a": true, "A": false, "b": false, "user": true, "userName": true, "auser": false} {
		if got := s.Has(name); got != want {
			t.Errorf("Has(%q) = %v", name, got)
		}
	}
	if !s.Patterns() || event.SetOf("a").Patterns() {
		t.Error("only a name with a star is a pattern")
	}
}

func TestMatchStars(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, name string
		stars         []string
		ok            bool
	}{
		{"a", "a", nil, true},
		{"a", "ab", nil, false},
		{"a", "A", nil, false},
		{"*", "", []string{""}, true},
		{"a*", "abc", []string{"bc"}, true},
		{"*c", "abc", []string{"ab"}, true},
		{"a*a", "a", nil, false},
		{"a*a", "aa", []string{""}, true},
		{"*.*", "a.b.c", []string{"a", "b.c"}, true},
		{"a*b*c", "a1b2b3c", []string{"1", "2b3"}, true},
		{"a**b", "axb", []string{"", "x"}, true},
		{"*b*", "a", nil, false},
	}
	for _, tt := range tests {
		stars, ok := event.MatchStars(tt.pattern, tt.name)
		if diff := cmp.Diff(tt.stars, stars); diff != "" || ok != tt.ok {
			t.Errorf("MatchStars(%q, %q): %v, -want +got:\n%s", tt.pattern, tt.name, ok, diff)
		}
		if event.MatchName(tt.pattern, tt.name) != tt.ok {
			t.Errorf("MatchName(%q, %q) is not %v", tt.pattern, tt.name, tt.ok)
		}
	}
}

// A pattern filled in matches, and what the stars stood for gives it back.
func TestMatchStarsFillsThePattern(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*]{0,6}`).Draw(t, "pattern")
		parts := strings.Split(pattern, "*")
		name := parts[0]
		for _, part := range parts[1:] {
			name += rapid.StringMatching(`[ab]{0,3}`).Draw(t, "star") + part
		}
		stars, ok := event.MatchStars(pattern, name)
		if !ok || len(stars) != len(parts)-1 {
			t.Fatalf("%q does not match %q: %q", pattern, name, stars)
		}
		again := parts[0]
		for i, star := range stars {
			again += star + parts[i+1]
		}
		if again != name {
			t.Fatalf("%q filled with %q is %q, not %q", pattern, stars, again, name)
		}
	})
}
