package conformance_test

import (
	"context"
	"strings"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/source"
)

// memory is a source of JSON lines that deals them out to the workers in turn
// and spoils its buffers behind them: whoever kept a text without cloning it
// has a wrong answer.
type memory []string

func (m memory) Scan(ctx context.Context, request source.Request, sinks []source.Sink) error {
	const batch = 3
	recipients := cloudtrail.NewRecipients(request.Accounts)
	done := make([]bool, len(sinks))
	for from := 0; from < len(m); from += batch {
		worker := from / batch % len(sinks)
		if done[worker] {
			continue
		}
		var events event.Batch
		var buffers [][]byte
		for i := from; i < min(from+batch, len(m)); i++ {
			e, buffer, err := m.event(i, request, recipients)
			if err != nil {
				return err
			}
			events, buffers = append(events, e), append(buffers, buffer)
		}
		more, err := sinks[worker].Push(events)
		if err != nil {
			return err
		}
		done[worker] = !more
		for _, b := range buffers {
			for i := range b {
				b[i] = '#'
			}
		}
	}
	return ctx.Err()
}

func (m memory) event(i int, request source.Request, recipients *cloudtrail.Recipients) (*event.Event, []byte, error) {
	cut, err := cloudtrail.NewReader(strings.NewReader(m[i]), cloudtrail.Options{}).Next()
	if err != nil {
		return nil, nil, err
	}
	meta := cut.Meta
	if request.Accounts != nil && meta.Sourcetype == cloudtrail.Sourcetype {
		recipients.See(cut)
	}
	meta.Source, meta.Host, meta.Index = "memory", "localhost", "main"
	layout := event.NewLayout(request.Fields, cloudtrail.SchemaOf(meta.Sourcetype))
	buffer := []byte(string(cut.Text))
	record := &event.Record{}
	record.Reset(buffer, &meta, layout, uint64(i), request.Track, cut.Given) //nolint:gosec // a small index
	if cut.HasTime {
		record.SetTime(cut.Time)
	}
	e := &event.Event{}
	e.Reset(record)
	return e, buffer, nil
}
