package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// Explainer is an Op that can say why a row that reached it did not come out.
// Commands that keep every row need not be one.
type Explainer interface {
	Op
	// Explain begins to judge the rows of one run, or of one worker of it.
	Explain(run *Run) (Judge, error)
}

// Judge says whether the command drops a row, and why. It sees every row that
// reaches the command, those of a Centralized one in order, and changes none.
// It is used by one goroutine at a time.
type Judge func(row *event.Event) (why Reason, dropped bool)

// Reason is why a row was dropped.
type Reason struct {
	// Cause is the reason without the values of the row: rows dropped alike
	// have the same, and there are not many.
	Cause string
	// Detail tells of the row at hand; nil where there is no more to say than
	// the cause. It may be called until the row changes.
	Detail func() string
	// Field is the field whose absence is the reason, or "".
	Field string
	// Hint says what would keep such rows, or "".
	Hint string
}

// Text is the detail, or the cause if there is none.
func (r Reason) Text() string {
	if r.Detail == nil {
		return r.Cause
	}
	return r.Detail()
}

// Remarker is an Op that leaves rows out, or makes one of several, in a way
// that can be said without looking at them.
type Remarker interface {
	// Remark ends a sentence that begins with the command: "keeps …".
	Remark() string
}

// Term is one of the conditions that an event must all fulfil to pass a
// [Filter].
type Term struct {
	// Text is the condition as SPL.
	Text string
	// Macro is the macro that the condition stands in, outermost, or "".
	Macro string
	// Field is the one field that the condition compares and Values the texts
	// that it is compared with, if there is one.
	Field  string
	Values []string
	// Fields are all fields that it reads.
	Fields []string
	// Timed tells that the condition is that of time modifiers.
	Timed bool
	// Match tests an event. It may be used by several goroutines.
	Match func(e *event.Event) bool
	// Explain says why an event does not match.
	Explain func(e *event.Event) string
}

// TermFilter is a [Filter] that can be taken apart.
type TermFilter interface {
	Filter
	// Terms returns conditions that together are the filter.
	Terms() []Term
}

// Limits of what a value looks like in a sentence.
const (
	shownRunes  = 80
	shownValues = 5
)

// Shown writes a value for a sentence: quoted, on one line, and cut if long.
func Shown(v value.Value) string {
	switch {
	case v.IsNull():
		return "null"
	case v.IsMulti():
		var texts []string
		for i := range min(v.Len(), shownValues) {
			texts = append(texts, Shown(v.At(i)))
		}
		if more := v.Len() - shownValues; more > 0 {
			texts = append(texts, fmt.Sprintf("%d more", more))
		}
		return strings.Join(texts, ", ")
	case v.Kind() == value.Text:
		return strconv.Quote(Abbreviated(v.String(), shownRunes))
	}
	return v.String()
}

// Abbreviated cuts a text to a number of runes.
func Abbreviated(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// FieldIs says what a row has in a field.
func FieldIs(row *event.Event, name string) string {
	v := row.Get(name)
	if t, ok := v.Float(); ok && name == "_time" {
		return fmt.Sprintf("_time is %s (%s)", v, event.FromEpoch(t, time.UTC).Format(time.RFC3339))
	}
	if v.IsMulti() {
		return name + " has the values " + Shown(v)
	}
	return name + " is " + Shown(v)
}
