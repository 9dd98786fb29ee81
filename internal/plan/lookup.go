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
