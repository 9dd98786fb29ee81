package filter

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/spl"
)

// The needle of a term never refuses a text that the term is found in, also not
// one whose letters become those of ASCII only when folded.
func TestNeedleNeverRefusesAMatch(t *testing.T) {
	t.Parallel()
	letters := rapid.StringOf(rapid.SampledFrom([]rune("kKiIaZ \u212a\u0130\u017f\u00e9*.")))
	rapid.Check(t, func(t *rapid.T) {
		n := newTerm(spl.SearchValue{Text: letters.Draw(t, "term")}).(termNode)
		raw := letters.Draw(t, "raw")
		if n.find(fold(raw)) && !n.needle.mayBeIn(raw) {
			t.Errorf("%q is in %q", strings.Join(n.parts, "*"), raw)
		}
	})
}
