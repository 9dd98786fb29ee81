package pages

import (
	"fmt"

	"github.com/pugmark/pugmark/internal/detection"
)

// lint tells what the lints find in a detection, nil for nothing: what its
// search, which runs as it is, is likely to miss.
func (b *book) lint(d *detection.Detection) *Section {
	table := Block{Kind: Table, Head: []string{"Line", "Lint", "What may go wrong", "What would mend it"}}
	for _, issue := range b.Lints {
		p := issue.Problem
		if p.Source.Name != d.File {
			continue
		}
		line, column := p.Source.Position(p.Span.Start)
		table.Rows = append(table.Rows, []Inline{
			code(fmt.Sprintf("%d:%d", line, column)), code(issue.Rule), plain(p.Message), plain(p.Hint),
		})
	}
	if len(table.Rows) == 0 {
		return nil
	}
	return &Section{ID: "lint", Title: "What it may miss", Blocks: []Block{
		prose("The search runs as it is written. These are places where events or facts may be lost, found by looking at it; a place is a line and a column of the file."),
		table,
	}}
}
