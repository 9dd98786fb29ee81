package trial

import (
	"context"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/source/dataset"
	"github.com/pugmark/pugmark/internal/source/file"
)

// Inputs returns the data of the first test of a detection that is to give
// results and whose data is here, for other uses than testing, and the name of
// the test. Without one, missing says what is not here.
func Inputs(ctx context.Context, d *detection.Detection, dirs []escu.Dir, finder *dataset.Finder) (test string, inputs []file.Input, missing []error) {
	content := contentOf(dirs, d.File)
	for _, t := range d.Tests {
		if t.NoResults {
			continue
		}
		inputs = nil
		for _, of := range t.Data {
			found, err := finder.Find(ctx, of.Data, content.FS)
			if err != nil {
				missing = append(missing, err)
				continue
			}
			inputs = append(inputs, inputOf(found, of))
		}
		if len(inputs) > 0 && len(inputs) == len(t.Data) {
			return t.Name, inputs, nil
		}
	}
	return "", nil, missing
}
