package conformance_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/eval"
)

// uncovered are the commands and functions without a case: those whose answers
// are approximate, and newer functions of which nothing is known but the
// examples on their pages, which stand in the table of functions.
var uncovered = []string{
	"anomalydetection", "apply", "fit", "outlier", "summary",
	"array_to_csv", "bit_not", "isarray", "isdouble", "isobject", "json_entries", "json_has_key_exact", "json_set_exact",
	"object_to_array", "toarray", "tobool", "todouble", "toint", "tomv", "toobject",
	"rate_avg", "rate_sum", "sparkline",
}

// TestEveryCommandAndFunctionHasACase keeps the corpus as wide as the language.
func TestEveryCommandAndFunctionHasACase(t *testing.T) {
	t.Parallel()
	archives, err := conformance.Archives()
	if err != nil {
		t.Fatal(err)
	}
	var searches strings.Builder
	for _, a := range archives {
		for _, c := range a.Cases {
			if c.HasRows {
				searches.WriteString("|" + strings.ToLower(c.Search) + "\n")
			}
		}
	}
	occurs := func(what, name, pattern string) {
		has := regexp.MustCompile(pattern).MatchString(searches.String())
		switch listed := slices.Contains(uncovered, name); {
		case !has && !listed:
			t.Errorf("no case has the %s %s", what, name)
		case has && listed:
			t.Errorf("the %s %s has a case, and is listed as having none", what, name)
		}
	}
	for _, s := range command.Specs() {
		if s.Instead == "" && s.Name != "search" {
			occurs("command", s.Name, `[|\[]\s*`+s.Name+`\b`)
		}
	}
	for _, f := range eval.Functions() {
		if f.Instead == "" {
			occurs("function", f.Name, `\b`+f.Name+`\b`)
		}
	}
	for _, f := range agg.Functions() {
		if f.Instead == "" {
			occurs("statistical function", f.Name, `\b`+f.Name+`\d*\b`)
		}
	}
}
