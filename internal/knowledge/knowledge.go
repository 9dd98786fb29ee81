// Package knowledge holds what searches refer to by name, which Splunk calls
// knowledge objects: macros and lookup tables, from content directories and
// from the command line.
//
// It knows how they are defined and found, not what a command does with them.
// It alone reads and writes the files of lookups. Start reading at [Base].
package knowledge

import (
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Base is the macros and lookups that searches may use. It is filled before
// the first search is compiled, from one goroutine; after that it is safe for
// use by several.
type Base struct {
	Macros  *Macros
	Lookups *Lookups
}

// Options say what lookups may do.
type Options struct {
	// StateDir is the directory in which outputlookup keeps tables between
	// runs. Without it what a search writes is kept for this run only.
	StateDir string
	// MaxBytes and MaxRows bound one lookup table; 0 for the defaults.
	MaxBytes int64
	MaxRows  int
}

// New returns a base that knows the macros that content expects Splunk and its
// apps to have.
func New(options Options) *Base {
	return &Base{Macros: newMacros(), Lookups: newLookups(options)}
}

// Load adds the macros and lookups of a content directory, which take
// precedence over those of directories loaded before. A file with a problem
// hides no other.
func (b *Base) Load(dir escu.Dir) diag.List {
	entries, problems := dir.Files()
	macros := b.Macros.layer()
	lookups := b.Lookups.layer(dir)
	for _, entry := range entries {
		if entry.Kind != "" && entry.Kind != escu.Macros && entry.Kind != escu.Lookups {
			continue
		}
		file, err := entry.Read()
		if err != nil {
			if entry.Kind != "" { // else whoever loads the detections tells
				problems = append(problems, diag.All(err)...)
			}
			continue
		}
		switch entry.KindOf(file) {
		case escu.Macros:
			macros.load(file)
		case escu.Lookups:
			lookups.load(entry, file)
		default:
			continue
		}
		problems = append(problems, file.Problems()...)
	}
	return append(problems, lookups.loadBareFiles()...)
}
