package conformance_test

import (
	"testing"

	"github.com/pugmark/pugmark/conformance"
)

// TestEngine runs the corpus in every way in which the engine can run it.
func TestEngine(t *testing.T) {
	t.Parallel()
	if *update {
		if err := conformance.Update(".", plainest(t)); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, x := range ways(t) {
		t.Run(x.String(), func(t *testing.T) {
			t.Parallel()
			conformance.Run(t, x)
		})
	}
}

// TestOracle runs the corpus over the second opinion.
func TestOracle(t *testing.T) {
	t.Parallel()
	conformance.Run(t, oracleExecutor{})
}
