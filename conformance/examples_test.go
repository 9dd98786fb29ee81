package conformance_test

import (
	"testing"
	"time"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/source/file"
)

// TestExamplesOfCommandsRun: every example of the reference page of commands
// runs over the sample of logs. Only what a user must bring along may be
// missing: lookup tables, models and a database of places.
func TestExamplesOfCommandsRun(t *testing.T) {
	t.Parallel()
	base := knowledge.New(knowledge.Options{})
	env := &command.Env{Macros: base.Macros, Lookups: base.Lookups, DataModels: knowledge.NewDataModels()}
	logs := file.New([]string{"../content/sample"}, file.Options{})
	brought := map[diag.Code]bool{diag.UnknownLookup: true, diag.UnknownMacro: true}
	ran := 0
	for _, spec := range command.Specs() {
		for _, example := range spec.Examples {
			search, err := engine.Compile(&diag.Source{Name: spec.Name, Text: example}, env)
			if err == nil {
				_, err = engine.Run(t.Context(), search, engine.Config{
					Source: logs, Lookups: base.Lookups, Models: knowledge.NewModels(""),
					Now: time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC),
				})
			}
			problems := diag.All(err)
			switch {
			case err == nil:
				ran++
			case len(problems) == 1 && (brought[problems[0].Code] || spec.Name == "iplocation" || spec.Name == "apply" || spec.Name == "summary"):
			default:
				t.Errorf("%s: %s: %v", spec.Name, example, err)
			}
		}
	}
	if ran < 100 {
		t.Errorf("only %d examples ran", ran)
	}
}
