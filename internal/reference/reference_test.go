package reference_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/reference"
)

var update = flag.Bool("update", false, "write the pages")

// TestPagesAreCurrent: docs/reference says what the tables say.
func TestPagesAreCurrent(t *testing.T) {
	t.Parallel()
	for name, want := range reference.Pages() {
		file := filepath.Join("..", "..", "docs", "reference", name)
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("docs/reference/%s is not current, run make docs: %s", name, cmp.Diff(string(got), want))
		}
	}
}
