package trial

import (
	"context"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/source/dataset"
	"github.com/pugmark/pugmark/internal/source/file"
)

// Inputs returns the data of all tests of a detection, each file once, for
// other uses than testing. missing says what is not here, in the order of the
// tests.
func Inputs(ctx context.Context, d *detection.Detection, dirs []escu.Dir, finder *dataset.Finder) (inputs []file.Input, missing []error) {
	content := contentOf(dirs, d.File)
	seen := map[string]bool{}
	for _, t := range d.Tests {
		for _, of := range t.Data {
			if seen[of.Data] {
				continue
			}
			seen[of.Data] = true
			found, err := finder.Find(ctx, of.Data, content.FS)
			if err != nil {
				missing = append(missing, err)
				continue
			}
			inputs = append(inputs, inputOf(found, of))
		}
	}
	return inputs, missing
}
