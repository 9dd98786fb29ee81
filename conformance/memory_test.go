package conformance_test

import (
	"context"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/source"
)

// memory is a source of JSON lines that deals them out to the workers in turn
// and spoils its buffers behind them: whoever kept a text without cloning it
// has a wrong answer.
type memory []string

func (m memory) Scan(ctx context.Context, request source.Request, sinks []source.Sink) error {
	layout := event.NewLayout(request.Fields, cloudtrail.SchemaOf(cloudtrail.SourcetypeJSON))
	meta := &event.Meta{Source: "memory", Sourcetype: cloudtrail.SourcetypeJSON, Host: "localhost", Index: "main"}
	const batch = 3
	done := make([]bool, len(sinks))
	for from := 0; from < len(m); from += batch {
		worker := from / batch % len(sinks)
		if done[worker] {
			continue
		}
		var events event.Batch
		var buffers [][]byte
		for i := from; i < min(from+batch, len(m)); i++ {
			buffer := []byte(m[i])
			record := &event.Record{}
			record.Reset(buffer, meta, layout, uint64(i), request.Track, nil) //nolint:gosec // a small index
			e := &event.Event{}
			e.Reset(record)
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
