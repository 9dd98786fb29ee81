package detection

import (
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/plan"
)

// Compile compiles the detection's search. Problems, and the notes of the
// search, point into the detection's file.
func (d *Detection) Compile(env *command.Env) (*plan.Search, diag.List) {
	source := d.Search.Source()
	search, err := engine.Compile(source, env)
	if err != nil {
		return nil, d.Search.Relocate(source, err)
	}
	for i, note := range search.Notes {
		search.Notes[i] = d.Search.Relocate(source, note)[0]
	}
	return search, nil
}

// Compiled is a detection's search, or why there is none.
type Compiled struct {
	Search   *plan.Search
	Problems diag.List
}

// CompileAll compiles the searches of detections, with all processors. Those
// that have none, as they are rules, are passed over.
func CompileAll(detections []*Detection, env *command.Env) []Compiled {
	compiled := make([]Compiled, len(detections))
	sideBySide(len(detections), func(i int) {
		if d := detections[i]; d.Rule == nil {
			compiled[i].Search, compiled[i].Problems = d.Compile(env)
		}
	})
	return compiled
}

// Check says whether a detection can run here.
type Check struct {
	Parsed   bool   // the search is well formed SPL
	Runnable bool   // and all that it needs is here
	Reason   string // why not, on one line
	Problems diag.List
}

// CheckSearch compiles the search to learn whether it can run. A rule always
// can.
func (d *Detection) CheckSearch(env *command.Env) Check {
	if d.Rule != nil {
		return Check{Parsed: true, Runnable: true}
	}
	_, problems := d.Compile(env)
	check := Check{Parsed: true, Runnable: len(problems) == 0, Problems: problems}
	for _, p := range problems {
		if check.Reason == "" {
			check.Reason = p.Error()
		}
		switch p.Code {
		case diag.BadSyntax, diag.Incomplete, diag.BadMacro, diag.MacroCycle, diag.LimitReached:
			check.Parsed = false
		}
	}
	return check
}
