package main

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/pugmark/pugmark/internal/source"
)

// progress is the line on a terminal that tells how far a run is.
type progress struct {
	container *mpb.Progress
	bar       *mpb.Bar
	done      chan struct{}
}

// refresh is how often the line is drawn.
const refresh = 120 * time.Millisecond

// startProgress draws the progress of a scan until stop is called. used is the
// number of events that something was done with, and verb says what.
func startProgress(w io.Writer, r *source.Report, used *atomic.Int64, verb string) *progress {
	return drawProgress(w, func(elapsed time.Duration) (done, total int64, text string) {
		return r.Bytes.Load(), r.TotalBytes.Load(), progressText(r, used.Load(), verb, elapsed)
	})
}

// drawProgress draws how much is done of a total, and a text about it, until
// stop is called.
func drawProgress(w io.Writer, state func(elapsed time.Duration) (done, total int64, text string)) *progress {
	start := time.Now()
	p := &progress{
		container: mpb.New(mpb.WithOutput(w), mpb.WithRefreshRate(refresh), mpb.WithAutoRefresh()),
		done:      make(chan struct{}),
	}
	p.bar = p.container.New(0,
		mpb.BarStyle().Lbound("").Filler("━").Tip("━").Padding("─").Rbound(""),
		mpb.BarWidth(24),
		mpb.BarRemoveOnComplete(),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			_, _, text := state(time.Since(start))
			return text
		})),
	)
	go func() {
		tick := time.NewTicker(refresh)
		defer tick.Stop()
		for {
			select {
			case <-p.done:
				return
			case <-tick.C:
				// Below the total as long as it runs: a full bar would end itself.
				done, total, _ := state(time.Since(start))
				p.bar.SetTotal(max(total, 1)+1, false)
				p.bar.SetCurrent(min(done, total))
			}
		}
	}()
	return p
}

// stop removes the line.
func (p *progress) stop() {
	if p == nil {
		return
	}
	close(p.done)
	p.bar.Abort(true)
	p.container.Wait()
}

func progressText(r *source.Report, used int64, verb string, elapsed time.Duration) string {
	read, total := r.Bytes.Load(), r.TotalBytes.Load()
	text := "  listing files"
	if total > 0 {
		text = fmt.Sprintf(" %3d%%  %s of %s", read*100/total, sizeText(read), sizeText(total))
	}
	if seconds := elapsed.Seconds(); seconds > 0 {
		text += fmt.Sprintf("  %s events/s", countText(int64(float64(r.Records.Load())/seconds)))
	}
	return text + fmt.Sprintf("  %s %s", countText(used), verb) + leftText(read, total, elapsed)
}

// leftText says how long it will take if it goes on as it did; nothing as long
// as that would be a guess.
func leftText(done, total int64, elapsed time.Duration) string {
	if done == 0 || done >= total || elapsed <= time.Second {
		return ""
	}
	left := time.Duration(float64(elapsed) * float64(total-done) / float64(done))
	return fmt.Sprintf("  %s left", left.Round(time.Second))
}

// sizeText writes a number of bytes for people.
func sizeText(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	f, unit := float64(n), 0
	for f >= 1000 && unit < len(units)-1 {
		f /= 1024
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.3g %s", f, units[unit])
}

// countText writes a number with its thousands apart.
func countText(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
