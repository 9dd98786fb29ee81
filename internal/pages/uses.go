package pages

import (
	"errors"
	"slices"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// uses is what a search uses, learnt by compiling it.
type uses struct {
	macros     []usedMacro // in the order of the calls, those in definitions included
	lookups    []string
	dataModels []string
	search     *plan.Search // nil if it does not compile
	problems   diag.List
	// fields are those of an event that the search reads; open tells that it
	// also gives out whatever else the event has.
	fields []string
	open   bool
}

type usedMacro struct {
	spl.Macro
	known bool
}

// usesOf compiles the search of d with an environment that takes notes.
func usesOf(d *detection.Detection, env *command.Env) *uses {
	u := &uses{}
	noting := *env
	if env.Macros != nil {
		noting.Macros = notingMacros{env.Macros, u}
	}
	if env.Lookups != nil {
		noting.Lookups = notingLookups{env.Lookups, u}
	}
	if env.DataModels != nil {
		noting.DataModels = notingModels{env.DataModels, u}
	}
	u.search, u.problems = d.Compile(&noting)
	if u.search != nil {
		u.readFields(d)
	}
	return u
}

// readFields asks the plan which fields the search needs of an event. One that
// ends in events gives out all of them; then only those are told that it names
// or that the risk is made of.
func (u *uses) readFields(d *detection.Detection) {
	fields := plan.Plan(u.search, event.AllFields).Fields
	if fields.All() {
		u.open = true
		wanted := detection.Tokens(d.Risk.Message)
		for _, o := range d.Risk.Objects {
			wanted = append(append(wanted, o.Field), detection.Tokens(o.Message)...)
		}
		for _, t := range d.Risk.Threats {
			wanted = append(wanted, t.Field)
		}
		fields = plan.Plan(u.search, event.SetOf(wanted...)).Fields
	}
	u.fields = fields.Names()
}

func add(list *[]string, name string) {
	if !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
}

type notingMacros struct {
	spl.Macros
	u *uses
}

// Macro notes what is asked for.
func (n notingMacros) Macro(name string, args int) (spl.Macro, bool) {
	m, ok := n.Macros.Macro(name, args)
	m.Name = name // what the search calls it
	// Where there is no such macro, the same name is tried with other numbers of
	// arguments, for a hint.
	seen := slices.ContainsFunc(n.u.macros, func(o usedMacro) bool {
		return o.Name == name && (!o.known || len(o.Args) == len(m.Args))
	})
	if !seen {
		n.u.macros = append(n.u.macros, usedMacro{m, ok})
	}
	return m, ok
}

type notingLookups struct {
	plan.Lookups
	u *uses
}

// Lookup notes what is asked for.
func (n notingLookups) Lookup(name string) (plan.Lookup, bool) {
	add(&n.u.lookups, name)
	return n.Lookups.Lookup(name)
}

// CreateLookup makes nothing: a search that may make a table compiles, and is
// not run.
func (notingLookups) CreateLookup(string) (plan.Lookup, error) {
	return nil, errors.New("a search is not run to be documented")
}

// LookupProblem passes on what is wrong with a definition.
func (n notingLookups) LookupProblem(name string) error {
	if explainer, ok := n.Lookups.(plan.LookupExplainer); ok {
		return explainer.LookupProblem(name)
	}
	return nil
}

type notingModels struct {
	plan.DataModels
	u *uses
}

// Dataset notes what is asked for.
func (n notingModels) Dataset(path string) (plan.ModelDataset, bool) {
	add(&n.u.dataModels, path)
	return n.DataModels.Dataset(path)
}
