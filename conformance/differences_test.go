package conformance_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/eval"
)

var update = flag.Bool("update", false, "rewrite the expectations of the corpus, and DIFFERENCES.md")

const differencesFile = "../DIFFERENCES.md"

func TestDifferencesPageIsCurrent(t *testing.T) {
	t.Parallel()
	archives, err := conformance.Archives()
	if err != nil {
		t.Fatal(err)
	}
	want := conformance.Differences(archives, declaredByCommands(), declaredByFunctions())
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

func declaredByCommands() []conformance.Declared {
	var list []conformance.Declared
	for _, s := range command.Specs() {
		list = append(list, conformance.Declared{Name: s.Name, Differs: s.Differs})
	}
	return list
}

func declaredByFunctions() []conformance.Declared {
	var list []conformance.Declared
	for _, f := range eval.Functions() {
		list = append(list, conformance.Declared{Name: f.Name + "()", Differs: f.Differs})
	}
	for _, f := range agg.Functions() {
		list = append(list, conformance.Declared{Name: f.Name + "() of stats", Differs: f.Differs})
	}
	return list
}
