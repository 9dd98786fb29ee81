package conformance_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/conformance"
)

var update = flag.Bool("update", false, "rewrite the expectations of the corpus, and DIFFERENCES.md")

const differencesFile = "../DIFFERENCES.md"

func TestDifferencesPageIsCurrent(t *testing.T) {
	t.Parallel()
	archives, err := conformance.Archives()
	if err != nil {
		t.Fatal(err)
	}
	want := conformance.Differences(archives)
	if *update {
		if err := os.WriteFile(differencesFile, []byte(want), 0o644); err != nil { //nolint:gosec // a page of the project
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(differencesFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("DIFFERENCES.md is stale, run go test ./conformance -update (-want +got):\n%s", diff)
	}
}
