package command

import "slices"

// addColumn returns columns with name at the end, unless it is there already.
// Columns that are not known beforehand, nil, stay so.
func addColumn(columns []string, name string) []string {
	if columns == nil || slices.Contains(columns, name) {
		return columns
	}
	return append(slices.Clip(columns), name)
}
