package file

import (
	"context"
	"io"
	"math"

	"github.com/pugmark/pugmark/internal/source"
)

// Contents calls visit with what each file holds, unpacked but not cut into
// records: files and the members of archives, by the names that their events
// have as source. Several workers call it at once; the order says nothing.
//
// What visit returns for an error of the content is reported as what could not
// be read; [Explain] has words for it. What cannot even be unpacked is not
// visited, only reported.
func (s *Source) Contents(ctx context.Context, workers int, report *source.Report, visit func(name string, content io.Reader) error) error {
	return s.run(ctx, source.Request{Earliest: math.Inf(-1), Latest: math.Inf(1), Report: report}, make([]source.Sink, max(1, workers)), visit)
}

// visit hands on what is inside all layers.
func (w *worker) visit(src io.Reader, name string) error {
	if err := w.scan.visit(name, &contentReader{src, &w.meter}); err != nil {
		return err
	}
	return w.ctx.Err()
}
