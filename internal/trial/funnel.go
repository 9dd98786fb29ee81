package trial

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// funnel says where the rows of a search that found nothing were lost: it runs
// the search up to its first command, its second, and so on.
func (r *run) funnel(ctx context.Context, search *plan.Search) []string {
	before, unit := int(r.outcome.Events), "event"
	for n := range search.Ops {
		op := search.Ops[n]
		part := &plan.Search{Source: search.Source, Ops: search.Ops[:n+1]}
		var count counter
		if _, err := engine.Stream(ctx, part, r.engine, &count); err != nil {
			return nil // it ran to its end before: the run was interrupted
		}
		_, filters := op.(plan.Filterer)
		if count.rows > 0 {
			before = count.rows
			if !filters {
				unit = "row"
			}
			continue
		}
		text := abbreviated(op.String())
		if n == 0 {
			if !filters {
				return []string{"this command, with which the search begins, gave nothing: " + text}
			}
			return []string{fmt.Sprintf("of %s none passes: %s", counted(before, unit), text)}
		}
		return []string{fmt.Sprintf("%s came to this command, which left none: %s", counted(before, unit), text)}
	}
	return nil
}

// abbreviated cuts the text of a command for a message.
func abbreviated(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// counter is the end of a search that counts its rows.
type counter struct{ rows int }

func (c *counter) Push(b event.Batch) (bool, error) {
	c.rows += len(b)
	return true, nil
}

func (c *counter) Close() error { return nil }
