package trial

import (
	"context"
	"fmt"

	"github.com/pugmark/pugmark/internal/funnel"
	"github.com/pugmark/pugmark/internal/plan"
)

// maxStageRunes bounds the text of a command in a message.
const maxStageRunes = 300

// funnel says where the rows of a search that found nothing were lost.
func (r *run) funnel(ctx context.Context, search *plan.Search) []string {
	f, err := funnel.Run(ctx, search, funnel.Config{Engine: r.engine, Fields: r.env.Fields}, nil)
	if err != nil || f.Result.Err != nil {
		return nil // it ran to its end before: the run was interrupted
	}
	end := f.Ends()
	if end == nil {
		return nil
	}
	text := plan.Abbreviated(end.Text, maxStageRunes)
	var messages []string
	switch {
	case end.In == 0:
		return []string{"this command, with which the search begins, gave nothing: " + text}
	case end.Kind == funnel.Command:
		messages = append(messages, fmt.Sprintf("%s came to this command, which left none: %s", counted(int(end.In), "row"), text))
	default:
		messages = append(messages, fmt.Sprintf("of %s none passes: %s", counted(int(end.In), "event"), text))
	}
	for _, reason := range end.Reasons[:min(len(end.Reasons), maxNamed)] {
		text := reason.Reason
		if reason.Rows < end.In {
			text = times(text, int(reason.Rows))
		}
		messages = append(messages, text)
	}
	return messages
}
