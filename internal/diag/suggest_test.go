package diag_test

import (
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"dedup", "eval", "fields", "head", "rename", "rex", "stats", "table", "tail", "tstats", "where"}
	tests := []struct{ name, want, why string }{
		{"haed", "head", "swapped letters are one edit"},
		{"stast", "stats", "swapped letters are one edit, so stats is nearer than tstats"},
		{"tstat", "tstats", "a letter short"},
		{"feilds", "fields", "swapped letters"},
		{"DEDUP", "dedup", "case does not count"},
		{"wheer", "where", "swapped letters"},
		{"re", "rex", "one edit is allowed for a short name"},
		{"foo", "", "two edits are too many for a short name"},
		{"transaction", "", "nothing is near"},
		{"", "", "nothing was written"},
		{"tabl", "table", "tail is two edits away, table one"},
		{"ta", "", "tail is two edits away"},
		{strings.Repeat("stats", 100_000), "", "too long to be a misspelling"},
	}
	for _, tt := range tests {
		want := ""
		if tt.want != "" {
			want = `did you mean "` + tt.want + `"?`
		}
		if got := diag.Suggest(tt.name, known); got != want {
			t.Errorf("Suggest(%.20q) = %s, want %s: %s", tt.name, got, want, tt.why)
		}
	}
}

func TestNearestOfEquallyNearNamesIsTheFirst(t *testing.T) {
	t.Parallel()
	if got := diag.Nearest("bat", []string{"hat", "cat"}); got != "cat" {
		t.Errorf("got %q", got)
	}
}
