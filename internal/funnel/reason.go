package funnel

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// funnel puts what was seen into words. It is called when the run has ended.
func (t *tracer) funnel() *Funnel {
	f := &Funnel{Read: t.read.Load(), Rows: t.passages[len(t.commands)].rows, Events: t.followed}
	for _, g := range t.gates {
		f.Stages = append(f.Stages, g.stage(t.location()))
	}
	for _, g := range t.gates {
		t.hintGate(g, f.Stages[g.number-1])
	}
	for i := range t.commands {
		s := t.stage(i)
		s.Number = len(f.Stages) + 1
		f.Stages = append(f.Stages, s)
	}
	for _, followed := range t.followed {
		t.judge(followed, f)
	}
	if f.Events == nil {
		f.Events = []*Followed{}
	}
	return f
}

func newStage(number int, kind Kind, text string) *Stage {
	return &Stage{Number: number, Kind: kind, Text: text, Reasons: []Count{}, Hints: []string{}, Samples: []Sample{}}
}

// maxNamed bounds the values that a reason names.
const maxNamed = 3

// stage says what a condition did.
func (g *gate) stage(location *time.Location) *Stage {
	s := newStage(g.number, g.kind, g.Text)
	s.Macro, s.In, s.Out = g.Macro, g.in.Load(), g.out.Load()
	lost := s.In - s.Out
	switch {
	case lost == 0:
	case g.Timed:
		s.count(g.null, "_time is null")
		if lost > g.null {
			s.count(lost-g.null, "outside of the time range: from "+timeText(g.first, location)+" to "+timeText(g.last, location))
		}
	case g.Field != "":
		s.count(g.null, g.Field+" is null")
		if lost > g.null {
			s.count(lost-g.null, g.Field+" has another value: "+g.others())
		}
	default:
		s.count(lost, "the condition is not true")
	}
	s.sample(g.samples)
	return s
}

func (s *Stage) count(rows int64, reason string) {
	if rows > 0 {
		s.Reasons = append(s.Reasons, Count{reason, rows})
		slices.SortStableFunc(s.Reasons, func(a, b Count) int { return cmp.Compare(b.Rows, a.Rows) })
	}
}

func (s *Stage) sample(from samples) {
	for _, one := range from {
		sample := Sample{Reason: one.text}
		if sample.Event = eventID(one.row); sample.Event == "" {
			sample.Row = rowText(one.row)
		}
		s.Samples = append(s.Samples, sample)
	}
}

// frequent are the values of the field, the commonest first.
func (g *gate) frequent() []string {
	return slices.SortedFunc(maps.Keys(g.values), func(a, b string) int {
		return cmp.Or(cmp.Compare(*g.values[b], *g.values[a]), cmp.Compare(a, b))
	})
}

// others tells the commonest values of the field that did not pass.
func (g *gate) others() string {
	if g.tooMany { // which ones were counted depends on who came first
		return fmt.Sprintf("more than %d different ones", maxValues)
	}
	values := g.frequent()
	var texts []string
	for _, v := range values[:min(len(values), maxNamed)] {
		texts = append(texts, fmt.Sprintf("%s (%d)", v, *g.values[v]))
	}
	if more := len(values) - maxNamed; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, ", ")
}

// hintGate says what would let events through a condition that none passed.
func (t *tracer) hintGate(g *gate, s *Stage) {
	if s.Out > 0 || s.In == 0 {
		return
	}
	if g.Timed {
		if g.kind == Window {
			s.Hints = append(s.Hints, "widen or leave out --earliest and --latest")
		} else {
			s.Hints = append(s.Hints, "the time modifiers stand in the search; --now says what they count from")
		}
		return
	}
	values := g.frequent()
	redefine := ""
	if g.Macro != "" {
		redefine = fmt.Sprintf(`, or redefine the macro that it stands in: --macro %s`, shellQuoted(g.Macro+"=…"))
	}
	switch {
	case g.Field == "sourcetype" && len(g.Values) > 0:
		s.Hints = append(s.Hints, "if the events are of that kind, say so with --sourcetype "+g.Values[0]+redefine)
	case g.Field == "index" || g.Field == "source" || g.Field == "host":
		s.Hints = append(s.Hints, "files have no "+g.Field+" of Splunk's but what the events say: leave the condition out"+redefine)
	case g.Field != "" && g.null == s.In:
		s.Hints = append(s.Hints, t.unknownField(g.Field, g.samples)...)
	case len(g.Values) > 0 && !g.tooMany:
		for _, v := range g.Values {
			if near := diag.Nearest(v, values); near != "" {
				s.Hints = append(s.Hints, fmt.Sprintf("%s is not there, but %s is", v, near))
			}
		}
	}
}

func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// stage says what the i-th command did.
func (t *tracer) stage(i int) *Stage {
	op, before := t.commands[i], t.passages[i]
	s := newStage(0, Command, op.String())
	s.In, s.Out = before.rows, t.passages[i+1].rows
	if n := len(t.filters) + i; n < len(t.search.Macros) {
		s.Macro = t.search.Macros[n]
	}
	if r, ok := op.(plan.Remarker); ok {
		s.Remark = r.Remark()
	} else if _, explains := op.(plan.Explainer); op.Kind() == plan.Transforming && !explains {
		s.Remark = "makes rows of its own"
	}
	for _, c := range before.causes {
		s.count(c.rows, c.Cause)
	}
	slices.SortFunc(s.Reasons, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Reason, b.Reason))
	})
	for _, reason := range s.Reasons {
		c := before.causes[reason.Reason]
		for _, hint := range t.hints(i, c.Reason, c.rows == before.rows, t.seen) {
			if !slices.Contains(s.Hints, hint) {
				s.Hints = append(s.Hints, hint)
			}
		}
	}
	s.sample(before.dropped)
	if s.Out == 0 && len(s.Reasons) == 0 {
		for _, one := range before.others {
			one.text = t.general(op)
			s.sample(samples{one})
		}
	}
	return s
}

// general is the reason of a command that gives none for a row.
func (t *tracer) general(op plan.Op) string {
	if r, ok := op.(plan.Remarker); ok {
		return "the command " + r.Remark()
	}
	return "the command passed nothing on"
}

// seen are the sample rows at a place.
func (t *tracer) seen(at int) samples {
	return slices.Concat(t.passages[at].dropped, t.passages[at].others)
}

// hints says what would have kept rows that the i-th command dropped for a
// reason; all tells that every row there was dropped for it.
func (t *tracer) hints(i int, why plan.Reason, all bool, rowsAt func(at int) samples) []string {
	var hints []string
	if why.Field != "" {
		if by := t.removedBy(why.Field, i, rowsAt); by != "" {
			return []string{why.Field + " was there before: it was removed by " + by}
		}
		if all {
			hints = append(hints, t.unknownField(why.Field, rowsAt(i))...)
		}
	}
	if why.Hint != "" {
		hints = append(hints, why.Hint)
	}
	return hints
}

// removedBy returns the command before the i-th out of which a field did not
// come that went into it, or "".
func (t *tracer) removedBy(field string, i int, rowsAt func(at int) samples) string {
	has := func(at int) bool {
		return slices.ContainsFunc(rowsAt(at), func(s sampled) bool { return !s.row.Get(field).IsNull() })
	}
	for at := i - 1; at >= 0; at-- {
		if has(at) && !has(at+1) {
			return plan.Abbreviated(t.commands[at].String(), maxOpRunes)
		}
	}
	return ""
}

// maxOpRunes bounds the text of a command within a sentence.
const maxOpRunes = 80

// unknownField suggests another name for a field that no row has.
func (t *tracer) unknownField(field string, rows samples) []string {
	var names []string
	events := false
	for _, s := range rows {
		events = events || s.row.Record() != nil
		for _, f := range s.row.Fields() {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	said := "no row that came here has the field " + field
	if slices.Contains(t.config.Fields, field) && events {
		return nil // it is no slip of the pen
	}
	if near := nearName(field, names); near != "" {
		return []string{said + ", but they have " + near}
	}
	if events {
		if near := nearName(field, t.config.Fields); near != "" {
			return []string{said + ": did you mean " + near + "?"}
		}
	} else if len(names) > 0 {
		return []string{said + "; they have " + strings.Join(names[:min(len(names), maxColumns)], ", ")}
	}
	return []string{said}
}

// maxColumns bounds the fields that a hint lists.
const maxColumns = 12

// nearName is the name that differs from one in case and underscores only, or
// little.
func nearName(name string, known []string) string {
	bare := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	for _, k := range known {
		if k != name && bare(k) == bare(name) {
			return k
		}
	}
	return diag.Nearest(name, slices.DeleteFunc(slices.Clone(known), func(k string) bool { return k == name }))
}

// judge says what became of an event that was asked for.
func (t *tracer) judge(f *Followed, whole *Funnel) {
	tr := &f.trace
	if tr.id == "" {
		f.Reason = "no event of this ID was read"
		return
	}
	f.Found = true
	at := len(tr.steps) - 1
	for at >= 0 && len(tr.steps[at]) == 0 {
		at--
	}
	switch {
	case at == len(tr.steps)-1:
		f.Survived = true
		return
	case at < 0 && tr.term > 0:
		f.Stage, f.Reason = tr.term, tr.text
		f.Hint = strings.Join(whole.Stages[tr.term-1].Hints, "; ")
		return
	case at < 0:
		f.Reason = "the search ended before it"
		return
	}
	f.Stage = len(t.gates) + at + 1
	if !tr.lost[at] {
		f.Reason = t.general(t.commands[at])
		return
	}
	one := tr.steps[at][0]
	f.Reason = one.text
	hints := t.hints(at, one.why, false, func(at int) samples { return tr.steps[at] })
	f.Hint = strings.Join(hints, "; ")
}

// eventID is the ID of the event that a row is, or "".
func eventID(row *event.Event) string {
	if r := row.Record(); r != nil {
		return r.ID()
	}
	return row.Get("eventID").String()
}

// maxRowFields bounds the fields that name a row.
const maxRowFields = 5

// rowText names a row by its first fields.
func rowText(row *event.Event) string {
	var texts []string
	for _, f := range row.Fields() {
		if len(texts) < maxRowFields && f.Name != "_raw" {
			texts = append(texts, f.Name+"="+plan.Shown(f.Value))
		}
	}
	return strings.Join(texts, " ")
}

// location is the zone that times are shown in.
func (t *tracer) location() *time.Location { return cmp.Or(t.config.Engine.Location, time.UTC) }

func timeText(epoch float64, location *time.Location) string {
	if math.IsInf(epoch, 0) || math.IsNaN(epoch) {
		return "any time"
	}
	return event.FromEpoch(epoch, location).Format(time.RFC3339)
}
