package trial

import (
	"path"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// Changes are files of a content directory that have changed, been added or
// removed, by their paths in it.
type Changes struct {
	Dir   escu.Dir
	Paths []string
}

// changed is what changes come to.
type changed struct {
	labels  map[string]bool // files, as messages name them
	macros  map[string]bool // by name
	lookups map[string]bool
}

// Affected returns the detections that changes touch: whose file, tests, test
// data, story, data source or baselines have changed, or a macro or lookup
// that their search comes to, also through other macros.
func (c *Config) Affected(detections []*detection.Detection, changes []Changes) []*detection.Detection {
	what := changed{labels: map[string]bool{}, macros: map[string]bool{}, lookups: map[string]bool{}}
	for _, in := range changes {
		what.add(in)
	}
	var affected []*detection.Detection
	for _, d := range detections {
		if what.touches(c, d) {
			affected = append(affected, d)
		}
	}
	return affected
}

func (w *changed) add(in Changes) {
	var lookups []string // files of tables
	for _, name := range in.Paths {
		w.labels[in.Dir.Label(name)] = true
		folder, _, _ := strings.Cut(name, "/")
		// The file is named after the macro, should it be gone.
		stem := strings.TrimSuffix(path.Base(name), path.Ext(name))
		switch escu.Kind(folder) {
		case escu.Macros:
			w.macros[stem] = true
		case escu.Lookups:
			w.lookups[stem] = true
			lookups = append(lookups, path.Base(name))
		}
	}
	entries, _ := in.Dir.Files() // whoever loads the content tells of problems
	for _, entry := range entries {
		isChanged := slices.Contains(in.Paths, entry.Path)
		if !isChanged && (entry.Kind != escu.Lookups || len(lookups) == 0) {
			continue
		}
		f, err := entry.Read()
		if err != nil {
			continue
		}
		switch name := f.Root.Text("name"); entry.KindOf(f) {
		case escu.Macros:
			name, _, _ = strings.Cut(name, "(")
			w.macros[name] = true
		case escu.Lookups:
			if isChanged || slices.Contains(lookups, path.Base(f.Root.Text("filename"))) {
				w.lookups[name] = true
			}
		}
	}
}

// touches reports whether a detection depends on what has changed.
func (w *changed) touches(c *Config, d *detection.Detection) bool {
	if w.labels[d.File] {
		return true
	}
	dir := contentOf(c.Dirs, d.File)
	for _, t := range d.Tests {
		if w.labels[t.File] || slices.ContainsFunc(t.Data, func(of detection.TestData) bool { return w.labels[dir.Label(of.Data)] }) {
			return true
		}
	}
	for _, s := range c.Library.Stories {
		if w.labels[s.File] && slices.Contains(d.Stories, s.Name) {
			return true
		}
	}
	for _, s := range c.Library.DataSources {
		if w.labels[s.File] && slices.Contains(d.DataSources, s.Name) {
			return true
		}
	}
	r := run{Config: c, outcome: &Outcome{}, detection: d}
	used := c.uses(d.Search)
	for i := range d.Tests {
		r.test = &d.Tests[i]
		baselines, _ := r.baselines() // one that is missing is told when the test runs
		for _, b := range baselines {
			if w.labels[b.File] {
				return true
			}
			used = append(used, c.uses(b.Search)...)
		}
	}
	return slices.ContainsFunc(used, func(u use) bool { return u.macro && w.macros[u.name] || !u.macro && w.lookups[u.name] })
}

// use is a macro or a lookup that a search comes to.
type use struct {
	macro bool
	name  string
}

// uses compiles a search to learn what it asks for.
func (c *Config) uses(search escu.Scalar) []use {
	var used []use
	env := c.Env
	if env.Macros != nil {
		env.Macros = macroWatch{env.Macros, &used}
	}
	env.Lookups = lookupWatch{c.Lookups, &used}
	d := detection.Detection{Search: search}
	_, _ = d.Compile(&env) // what it asked for before it failed counts, too
	return used
}

type macroWatch struct {
	spl.Macros
	used *[]use
}

func (w macroWatch) Macro(name string, args int) (spl.Macro, bool) {
	*w.used = append(*w.used, use{macro: true, name: name})
	return w.Macros.Macro(name, args)
}

type lookupWatch struct {
	*knowledge.Lookups
	used *[]use
}

var _ plan.LookupCreator = lookupWatch{}

func (w lookupWatch) Lookup(name string) (plan.Lookup, bool) {
	*w.used = append(*w.used, use{name: strings.TrimSuffix(name, ".csv")})
	return w.Lookups.Lookup(name)
}
