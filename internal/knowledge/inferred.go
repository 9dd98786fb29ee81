package knowledge

import (
	"fmt"
	"slices"

	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/trust"
)

var _ plan.InferredLookup = (*Table)(nil)

// Infers reports whether the table is the one of trust, and nobody told whom we
// trust.
func (t *Table) Infers() bool {
	return t.definition.name == trust.LookupName && len(t.contents.Load().all.cells) == 0
}

// Infer returns the table with a row for each of the accounts, in the columns
// that it has; see [plan.InferredLookup].
func (t *Table) Infer(accounts []string) (plan.Lookup, error) {
	if !t.Infers() || len(accounts) == 0 {
		return t, nil
	}
	if len(accounts) > t.maxRows {
		return nil, fmt.Errorf("the lookup %s would have %d rows, more than %d", t.definition.name, len(accounts), t.maxRows)
	}
	made := newTable(t.definition, Options{MaxBytes: t.maxBytes, MaxRows: t.maxRows})
	table := rows{columns: t.contents.Load().all.columns}
	if len(table.columns) == 0 {
		table.columns = trust.LookupColumns()
	}
	for _, told := range trust.InferredRows(accounts) {
		row := make([]string, len(table.columns))
		for i, column := range trust.LookupColumns() {
			if at := slices.Index(table.columns, column); at >= 0 {
				row[at] = told[i]
			}
		}
		table.cells = append(table.cells, row)
	}
	return made, made.set(table)
}
