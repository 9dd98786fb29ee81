package detection

import (
	"errors"
	"slices"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// Uses is what a search uses, learnt by compiling it.
type Uses struct {
	Macros     []UsedMacro // in the order of the calls, those in definitions included
	Lookups    []string
	DataModels []string
	Search     *plan.Search // nil if it does not compile
	Problems   diag.List
	// Fields are those of an event that the search reads; Open tells that it
	// also gives out whatever else the event has.
	Fields []string
	Open   bool
}

// UsedMacro is a macro that a search calls. One that is not known has but a
// name.
type UsedMacro struct {
	spl.Macro
	Known bool
}

// Uses compiles the search with an environment that takes notes.
func (d *Detection) Uses(env *command.Env) *Uses {
	u := &Uses{}
	noting := *env
	assuming := &assumingMacros{Macros: env.Macros, assumed: map[macroName]bool{}}
	noting.Macros = notingMacros{assuming, u}
	if env.Lookups != nil {
		noting.Lookups = notingLookups{env.Lookups, u}
	}
	if env.DataModels != nil {
		noting.DataModels = notingModels{env.DataModels, u}
	}
	// A macro that is not known does not hide what else there is.
	var unknown diag.List
	for {
		u.Search, u.Problems = d.Compile(&noting)
		i := slices.IndexFunc(u.Problems, func(p *diag.Error) bool { return p.Code == diag.UnknownMacro })
		if i < 0 || !assuming.assume() {
			break
		}
		unknown = append(unknown, u.Problems[i])
	}
	if unknown != nil {
		u.Search, u.Problems = nil, append(unknown, u.Problems...)
	}
	if u.Search != nil {
		u.readFields(d)
	}
	return u
}

// readFields asks the plan which fields the search needs of an event. One that
// ends in events gives out all of them; then only those are told that it names
// or that the risk is made of.
func (u *Uses) readFields(d *Detection) {
	fields := plan.Plan(u.Search, event.AllFields).Fields
	if fields.All() {
		u.Open = true
		wanted := Tokens(d.Risk.Message)
		for _, o := range d.Risk.Objects {
			wanted = append(append(wanted, o.Field, o.ScoreField), Tokens(o.Message)...)
		}
		for _, t := range d.Risk.Threats {
			wanted = append(wanted, t.Field)
		}
		fields = plan.Plan(u.Search, event.SetOf(wanted...)).Fields
	}
	u.Fields = fields.Names()
}

func addOnce(list *[]string, name string) {
	if !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
}

type notingMacros struct {
	spl.Macros
	u *Uses
}

// Macro notes what is asked for.
func (n notingMacros) Macro(name string, args int) (spl.Macro, bool) {
	m, ok := n.Macros.Macro(name, args)
	m.Name = name // what the search calls it
	// Where there is no such macro, the same name is tried with other numbers of
	// arguments, for a hint.
	seen := slices.ContainsFunc(n.u.Macros, func(o UsedMacro) bool {
		return o.Name == name && (!o.Known || len(o.Args) == len(m.Args))
	})
	if !seen {
		n.u.Macros = append(n.u.Macros, UsedMacro{m, ok})
	}
	return m, ok
}

type notingLookups struct {
	plan.Lookups
	u *Uses
}

// Lookup notes what is asked for.
func (n notingLookups) Lookup(name string) (plan.Lookup, bool) {
	addOnce(&n.u.Lookups, name)
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
	u *Uses
}

// Dataset notes what is asked for.
func (n notingModels) Dataset(path string) (plan.ModelDataset, bool) {
	addOnce(&n.u.DataModels, path)
	return n.DataModels.Dataset(path)
}
