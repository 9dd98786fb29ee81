package source_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/source"
)

// Which of many problems are kept does not depend on which worker came first,
// nor does the number of the others.
func TestTheFirstProblemsAreKept(t *testing.T) {
	t.Parallel()
	const all = source.MaxProblems + 500
	problems := make([]source.Problem, all)
	for i := range problems {
		problems[i] = source.Problem{Path: fmt.Sprintf("file-%06d", i), Offset: -1, Reason: "damaged"}
	}
	backwards := slices.Clone(problems)
	slices.Reverse(backwards)
	for _, order := range [][]source.Problem{problems, backwards} {
		var r source.Report
		for _, p := range order {
			r.Problem(p)
		}
		kept, more := r.Problems()
		if diff := cmp.Diff(problems[:source.MaxProblems], kept); diff != "" || more != all-source.MaxProblems {
			t.Errorf("%d more, (-want +got)\n%s", more, diff)
		}
	}
}
