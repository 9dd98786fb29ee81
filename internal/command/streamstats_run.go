package command

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/eval"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

type streamstatsRun struct {
	plan.Sink
	op       *streamstatsOp
	env      *eval.Env
	groups   *groups
	windows  *windows // nil if rows are never forgotten
	of       []*group // of the row at hand
	previous []byte   // the BY values of the row before, for reset_on_change
}

// Push implements [plan.Sink].
func (r *streamstatsRun) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		if err := r.add(e); err != nil {
			return false, err
		}
	}
	if err := r.groups.charge(); err != nil {
		return false, err
	}
	return r.Sink.Push(b)
}

// Close implements [plan.Sink].
func (r *streamstatsRun) Close() error {
	r.reset()
	if r.windows != nil {
		r.windows.warn()
	}
	if err := r.groups.charge(); err != nil {
		return err
	}
	return r.Sink.Close()
}

// add gives the row its statistics.
func (r *streamstatsRun) add(e *event.Event) error {
	if isTrue(r.op.resetBefore, r.env, e) {
		r.reset()
	}
	if r.op.resetOnChange {
		r.resetOnChange(e)
	}
	r.of = r.of[:0]
	err := r.groups.each(e, func(grp *group, _ *event.Event) { r.of = append(r.of, grp) })
	if err != nil {
		return err
	}
	// The row has been read, so its fields may change before it is added.
	switch {
	case len(r.of) == 0:
	case r.windows != nil:
		r.windows.add(e, r.of, func(g *agg.Group) { r.give(e, g) })
	case r.op.current:
		r.accumulate()
		r.give(e, r.of[0].Group)
	default:
		r.give(e, r.of[0].Group)
		r.accumulate()
	}
	if isTrue(r.op.resetAfter, r.env, e) {
		r.reset()
	}
	return nil
}

func isTrue(c *eval.Expr, env *eval.Env, e *event.Event) bool {
	return c != nil && c.Eval(env, e).True()
}

// accumulate adds the row at hand to its groups.
func (r *streamstatsRun) accumulate() {
	for _, grp := range r.of {
		r.groups.pending += r.groups.reader.Add(grp.Group)
	}
}

// give sets the results of a group on the row.
func (r *streamstatsRun) give(e *event.Event, g *agg.Group) {
	for _, c := range agg.Columns(r.op.calls, g) {
		if !slices.ContainsFunc(r.op.by, func(f byField) bool { return f.name == c.Name }) {
			e.Set(c.Name, g.Result(c))
		}
	}
}

// resetOnChange forgets everything if the BY values differ from those of the
// last row that had them all.
func (r *streamstatsRun) resetOnChange(e *event.Event) {
	if _, ok := r.groups.readBy(e); !ok {
		return
	}
	var key []byte
	for _, v := range r.groups.values {
		key = strconv.AppendInt(key, int64(v.Len()), 10)
		for i := range v.Len() {
			key = strconv.AppendQuote(key, v.At(i).String())
		}
	}
	if !slices.Equal(key, r.previous) {
		r.reset()
	}
	r.previous = key
}

// reset forgets all rows.
func (r *streamstatsRun) reset() {
	clear(r.groups.index)
	r.groups.pending = -r.groups.held
	if r.windows != nil {
		r.windows.reset()
	}
}

// windows are the last rows of each group, and which they are when one window
// is for all.
type windows struct {
	op      *streamstatsOp
	groups  *groups
	byGroup map[*group]*window
	rows    []windowRow // the last rows in order, if the window is for all
	next    int         // the number of the next row
	most    int         // how many rows a window of time holds

	timed    bool // a row with a _time was seen
	lastTime float64
	rising   int // how _time goes: 1 up, -1 down, 0 not known
	unsorted int // rows that go the other way
	cut      int // rows that a time window could not hold
}

// window is the rows of one group that are not forgotten yet, oldest first.
type window struct{ rows []windowSample }

type windowSample struct {
	number int
	time   float64
	sample *agg.Sample
}

type windowRow struct {
	number int
	of     []*group
}

func newWindows(op *streamstatsOp, g *groups) *windows {
	return &windows{op: op, groups: g, byGroup: map[*group]*window{}, most: maxWindow}
}

func (w *windows) reset() {
	clear(w.byGroup)
	w.rows = nil
}

// add puts the row just read into the windows of its groups, and has give see
// the results of the first of them: with the row or, if it is not to count
// itself, without it.
func (w *windows) add(e *event.Event, of []*group, give func(*agg.Group)) {
	time, ok := e.Get("_time").Float()
	if w.timeLimited() {
		if !ok || math.IsNaN(time) {
			return // in no window of time
		}
		w.noteTime(time)
		for _, grp := range of {
			w.expire(grp, time)
		}
	}
	if !w.op.current {
		give(w.compute(of[0]))
	}
	sample := w.groups.reader.Sample()
	for _, grp := range of {
		own := w.byGroup[grp]
		if own == nil {
			own = &window{}
			w.byGroup[grp] = own
		}
		own.rows = append(own.rows, windowSample{w.next, time, sample})
		w.groups.pending += sample.Size()
		if w.separate() && len(own.rows) > w.size() {
			w.drop(grp)
			w.noteCut()
		}
	}
	w.trim(of)
	w.next++
	if w.op.current {
		give(w.compute(of[0]))
	}
}

func (w *windows) timeLimited() bool { return w.op.span.N > 0 }

// separate reports whether each group has a window of its own.
func (w *windows) separate() bool { return !w.op.global || len(w.op.by) == 0 || w.op.window == 0 }

func (w *windows) size() int {
	if w.op.window > 0 {
		return w.op.window
	}
	return w.most
}

func (w *windows) noteCut() {
	if w.op.window == 0 {
		w.cut++
	}
}

// trim notes the row in the window for all, if there is one, and forgets the
// row that this pushes out.
func (w *windows) trim(of []*group) {
	if w.separate() {
		return
	}
	w.rows = append(w.rows, windowRow{w.next, slices.Clone(of)})
	w.groups.pending += 48
	if len(w.rows) <= w.size() {
		return
	}
	oldest := w.rows[0]
	w.rows = w.rows[1:]
	w.groups.pending -= 48
	for _, grp := range oldest.of {
		if own := w.byGroup[grp]; own != nil && len(own.rows) > 0 && own.rows[0].number == oldest.number {
			w.drop(grp)
		}
	}
}

// drop forgets the oldest row of a group.
func (w *windows) drop(grp *group) {
	own := w.byGroup[grp]
	w.groups.pending -= own.rows[0].sample.Size()
	own.rows[0] = windowSample{}
	if own.rows = own.rows[1:]; len(own.rows) == 0 {
		delete(w.byGroup, grp)
	}
}

// expire forgets the rows of a group that are too far from a time.
func (w *windows) expire(grp *group, time float64) {
	for own := w.byGroup[grp]; own != nil && len(own.rows) > 0 && math.Abs(time-own.rows[0].time) >= w.op.span.Seconds(); {
		w.drop(grp)
	}
}

// noteTime notices rows that are not in the order of _time.
func (w *windows) noteTime(time float64) {
	switch {
	case w.timed && w.rising == 0 && time != w.lastTime:
		w.rising = 1
		if time < w.lastTime {
			w.rising = -1
		}
	case w.rising > 0 && time < w.lastTime, w.rising < 0 && time > w.lastTime:
		w.unsorted++
	}
	w.timed, w.lastTime = true, time
}

// compute returns the results of the rows in the window of a group.
func (w *windows) compute(grp *group) *agg.Group {
	g, _ := w.groups.reader.NewGroup()
	if own := w.byGroup[grp]; own != nil {
		for _, s := range own.rows {
			w.groups.reader.AddSample(g, s.sample)
		}
	}
	return g
}

func (w *windows) warn() {
	warn := func(code diag.Code, n int, message, hint string) {
		if n > 0 {
			c := w.op.place.command
			w.groups.run.Warnings.AddTimes(c.ErrorAt(c.NameSpan(), code, "streamstats: "+message, hint), n)
		}
	}
	warn(diag.LimitReached, w.cut, fmt.Sprintf("a time window holds no more than %d rows", maxWindow), "")
	warn(diag.SuspiciousExpression, w.unsorted, "time_window needs rows in the order of _time, and they are not", "sort 0 _time before it")
}
