// Package command is SPL's commands, one file each, and the one table of them.
//
// A command's [Spec] parses its arguments into an immutable plan.Op; running
// it starts a sink. Help, the reference pages, completion and suggestions come
// from the table. The package reads no input of its own: events and lookups
// arrive through plan.Run. Start reading at [Spec], then head.go.
package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

// Spec declares a command: what help prints of it, and how its arguments
// become an op.
type Spec struct {
	Name    string
	Aliases []string
	// Syntax is the grammar in the notation of Splunk's searchbnf: [optional],
	// <placeholder>, a|b, and ... for repetition.
	Syntax string
	// Summary is one sentence.
	Summary string
	// Details are further sentences for the reference page: defaults, null
	// behaviour, limits.
	Details string
	// Examples are searches that parse, the first the simplest.
	Examples []string
	// Differs says where pugmark differs from Splunk, if it does.
	Differs string
	// Instead marks a real command that pugmark refuses, with what to use
	// instead of it; Parse is nil then.
	Instead string
	// Generating marks a command that may begin a search.
	Generating bool
	// Parse reads the arguments.
	Parse func(a *spl.Args, env *Env) (plan.Op, error)
}

// Env is what commands may look up while a search is parsed.
type Env struct {
	Macros spl.Macros
	// Lookups knows the lookup tables; it may be nil.
	Lookups plan.Lookups
	// Fields are the names of fields that events are known to have, for
	// notes on misspelt ones; none means that nothing is known.
	Fields []string
	// DataModels knows the data models; it may be nil.
	DataModels plan.DataModels

	notes *[]*diag.Error // of all commands of the search

	// compile is compileOps, reached through a value because the table, which
	// compileOps reads, holds the commands that call it.
	compile func(pipeline *spl.Pipeline, env *Env, begins bool) ([]plan.Op, error)
}

// macros returns the macros known, none if there are none.
func (env *Env) macros() spl.Macros {
	if env.Macros == nil {
		return spl.NoMacros{}
	}
	return env.Macros
}

// Subsearch compiles a bracketed search of a command's arguments; nil, a
// subsearch that could not be read, stays nil.
func (env *Env) Subsearch(p *spl.Pipeline) (*plan.Search, error) {
	if p == nil {
		return nil, nil //nolint:nilnil // the arguments already hold the problem
	}
	ops, err := env.compile(p, env, true)
	return &plan.Search{Ops: ops}, err
}

// Specs returns every command in the order of the names, also those that
// pugmark refuses.
func Specs() []*Spec {
	return slices.SortedFunc(slices.Values(slices.Concat(table, refused)), func(a, b *Spec) int {
		return strings.Compare(a.Name, b.Name)
	})
}

// Find returns the command of a name or alias, or nil.
func Find(name string) *Spec {
	for _, list := range [][]*Spec{table, refused} {
		for _, s := range list {
			if s.Name == name || slices.Contains(s.Aliases, name) {
				return s
			}
		}
	}
	return nil
}

// Names returns the names and aliases of the commands that pugmark runs.
func Names() []string {
	var names []string
	for _, s := range table {
		names = append(append(names, s.Name), s.Aliases...)
	}
	return names
}

// Subpipeline compiles a bracketed pipeline whose first command takes rows.
func (env *Env) Subpipeline(p *spl.Pipeline) ([]plan.Op, error) {
	if p == nil {
		return nil, nil
	}
	return env.compile(p, env, false)
}

// Compile parses every command of a pipeline. Problems of all commands are
// reported together. A subsearch must begin with a generating command or
// search, as must a whole search.
func Compile(pipeline *spl.Pipeline, env *Env) (*plan.Search, error) {
	within := *env
	within.compile, within.notes = compileOps, &[]*diag.Error{}
	ops, macros, err := compileAll(pipeline, &within, true)
	if err != nil {
		return nil, err
	}
	return &plan.Search{Ops: ops, Macros: macros, Notes: *within.notes}, nil
}

func compileOps(pipeline *spl.Pipeline, env *Env, begins bool) ([]plan.Op, error) {
	ops, _, err := compileAll(pipeline, env, begins)
	return ops, err
}

// compileAll parses commands; begins says that the first begins a search.
// macros are where each op comes from.
func compileAll(pipeline *spl.Pipeline, env *Env, begins bool) (ops []plan.Op, macros []string, err error) {
	var problems diag.List
	for i, c := range pipeline.Commands {
		op, err := compile(c, begins && i == 0, env)
		if err != nil {
			problems = append(problems, diag.All(err)...)
			continue
		}
		if env.notes != nil {
			*env.notes = append(*env.notes, notesOf(c, op)...)
		}
		made := []plan.Op{op}
		if composite, ok := op.(plan.Composite); ok {
			made = composite.Ops()
		} else if begins && i == 0 && op.Kind() == plan.Transforming {
			all, err := searchText(c.Name, "*", env) // what may begin a search then reads all events
			if err != nil {
				return nil, nil, err
			}
			made = []plan.Op{all, op}
		}
		for _, op := range made {
			ops, macros = append(ops, op), append(macros, c.Macro())
		}
	}
	return ops, macros, problems.Err()
}

// notesOf returns what is likely not meant as it is written: what the command
// says of itself, and a command's name that is looked for as a word because
// the search does not begin with a pipe.
func notesOf(c *spl.Command, op plan.Op) []*diag.Error {
	var notes []*diag.Error
	if n, ok := op.(plan.Noter); ok {
		notes = n.Notes()
	}
	if c.Implied {
		a := c.Args()
		word, next := a.Peek(), a.PeekAt(1)
		if spec := Find(strings.ToLower(word.Text)); word.Kind == spl.Word && spec != nil && next.Kind != spl.Punct && next.Kind != spl.End {
			hint := "write search * | " + word.Text
			if spec.Generating {
				hint = "write | " + word.Text
			}
			notes = append(notes, c.ErrorAt(word.Span, diag.SuspiciousExpression, `"`+word.Text+`" is looked for as a word`, hint+" for the command"))
		}
	}
	return notes
}

func compile(c *spl.Command, first bool, env *Env) (plan.Op, error) {
	spec := Find(c.Name)
	switch {
	case spec == nil:
		return nil, c.ErrorAt(c.NameSpan(), diag.UnknownCommand, `unknown command "`+c.Name+`"`, diag.Suggest(c.Name, Names()))
	case spec.Parse == nil:
		return nil, c.ErrorAt(c.NameSpan(), diag.UnsupportedCommand, c.Name+" is not run by pugmark", spec.Instead)
	case first && !spec.Generating:
		return nil, c.ErrorAt(c.NameSpan(), diag.NotGenerating, c.Name+" needs rows from a command before it", `begin the search with "search *"`)
	}
	a := c.Args()
	op, err := spec.Parse(a, env)
	if err != nil {
		return nil, err
	}
	if env.notes != nil {
		*env.notes = append(*env.notes, a.Notes()...)
	}
	if !first && op.Kind() == plan.Generating {
		return nil, c.ErrorAt(c.NameSpan(), diag.GeneratingNotFirst, c.Name+" must be the first command of a search", "")
	}
	return op, nil
}
