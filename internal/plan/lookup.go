package plan

import "github.com/pugmark/pugmark/internal/event"

// Lookups finds lookup tables by the name of their definition or of their CSV
// file. It is safe for use by several goroutines.
type Lookups interface {
	// Lookup returns the table of a name, or false if there is none.
	Lookup(name string) (Lookup, bool)
	// LookupNames returns the names known, for suggestions.
	LookupNames() []string
}

// Lookup is a table that maps the values of some columns to those of others.
type Lookup interface {
	// Columns returns the columns of the table in order.
	Columns() []string
	// Match returns the values of the output columns for the given keys, one
	// value list per output in the order of the table, or false if no row
	// matches and no default applies. columns and keys are parallel.
	Match(columns, keys, outputs []string) (values [][]string, ok bool)
	// Rows returns the rows of the table as events without a record, which
	// are the caller's.
	Rows() ([]*event.Event, error)
	// Store replaces the rows of the table, or adds to them. keyField, if not
	// empty, names the column that tells which existing row an added one
	// replaces.
	Store(rows []*event.Event, add bool, keyField string) error
}

// TimedLookup is a [Lookup] whose rows may hold only from a time on.
type TimedLookup interface {
	Lookup
	// Timed reports whether the time of an event matters.
	Timed() bool
	// MatchAt is Match for an event of a time in epoch seconds: the rows that
	// hold then, the latest first.
	MatchAt(at float64, columns, keys, outputs []string) (values [][]string, ok bool)
}

// InferredLookup is a [Lookup] whose rows follow from what was read where nobody
// gave it any.
type InferredLookup interface {
	Lookup
	// Infers reports whether it has no rows of its own.
	Infers() bool
	// Infer returns the table for accounts whose records were read: itself, if it
	// has rows by now.
	Infer(accounts []string) (Lookup, error)
}

// LookupCreator is a [Lookups] to which a search can add a table.
type LookupCreator interface {
	Lookups
	// CreateLookup returns the table of a name, made if there is none. It
	// fails for a name that no new table can have.
	CreateLookup(name string) (Lookup, error)
}

// LookupExplainer is a [Lookups] that knows why a table that is defined cannot
// be found.
type LookupExplainer interface {
	// LookupProblem returns what is wrong with the definition of a name, nil
	// if nothing is known.
	LookupProblem(name string) error
}
