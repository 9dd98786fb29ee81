package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/exposure"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/value"
)

// forPeople are the formats that show times and lengths of time as people write
// them, and leave out what only programs want.
func forPeople(format string) bool {
	return slices.Contains([]string{"table", "markdown", "html"}, format)
}

// columns are those of the ledger in a format. People are shown those that have
// something to say.
func (v *ledgerView) columns(format string, entries []judged) []string {
	if !forPeople(format) {
		columns := exposure.Columns()
		at := slices.Index(columns, "recipient") + 1
		return slices.Insert(columns, at, "verdict", "verdict_source")
	}
	columns := []string{"resource", "recipient", "verdict", "when", "by"}
	if slices.ContainsFunc(entries, func(e judged) bool { return v.note(&e) != "" }) {
		columns = append(columns, "note")
	}
	return columns
}

// row writes an entry for a format.
func (v *ledgerView) row(e *judged, format string, columns []string) *event.Event {
	row := e.Row()
	set := func(name, text string) {
		if text != "" {
			row.Set(name, value.OfText(text))
		}
	}
	set("verdict", string(e.Verdict))
	set("verdict_source", string(e.Source))
	if !forPeople(format) {
		for _, name := range []string{"since", "until", "public_block_since"} {
			if t, ok := row.Get(name).Float(); ok {
				row.Set(name, value.OfText(event.FromEpoch(t, v.location()).Format(time.RFC3339)))
			}
		}
		return row
	}
	row.Set("resource", value.OfTexts([]string{e.Resource.ID, strings.TrimSpace(e.Resource.Account + " " + e.Resource.Region)}))
	row.Set("when", value.OfTexts(v.when(e)))
	if e.By != nil {
		set("by", shortARN(e.By.Actor))
	}
	set("note", v.note(e))
	row.Project(columns)
	return row
}

// clock shows a time.
func (v *ledgerView) clock(epoch float64) string {
	return event.FromEpoch(epoch, v.location()).Format(time.DateTime)
}

// zoned shows a time with its zone.
func (v *ledgerView) zoned(epoch float64) string {
	return event.FromEpoch(epoch, v.location()).Format(time.DateTime + " MST")
}

// when says from when to when an exposure lasted, and for how long.
func (v *ledgerView) when(e *judged) []string {
	if e.State == exposure.Attempted {
		return []string{v.clock(e.Since)}
	}
	atLeast := ""
	if e.Start == exposure.AtLeast {
		atLeast = "≥ "
	}
	var lines []string
	switch e.Start {
	case exposure.Unknown:
		lines = append(lines, "before the logs")
	case exposure.AtLeast:
		lines = append(lines, "≤ "+v.clock(e.Since))
	case exposure.Known:
		lines = append(lines, v.clock(e.Since))
	}
	if !math.IsInf(e.Until, 1) {
		lines = append(lines, "to "+v.clock(e.Until))
	}
	if !math.IsNaN(e.Duration) {
		lines = append(lines, atLeast+spanText(e.Duration))
	}
	return lines
}

// spanText writes a length of time in seconds with its two largest units. It
// does not use time.Duration, which ends at 292 years.
func spanText(seconds float64) string {
	const minute, hour, day = 60, 60 * 60, 24 * 60 * 60
	whole := int64(seconds)
	switch {
	case whole >= day:
		return fmt.Sprintf("%d d %d h", whole/day, whole%day/hour)
	case whole >= hour:
		return fmt.Sprintf("%d h %d min", whole/hour, whole%hour/minute)
	case whole >= minute:
		return fmt.Sprintf("%d min %d s", whole/minute, whole%minute)
	}
	return fmt.Sprintf("%d s", whole)
}

// shortARN leaves out of a caller's ARN what the account tells.
func shortARN(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[5]
	}
	return arn
}

// note says what else there is to know of an entry.
func (v *ledgerView) note(e *judged) string {
	var notes []string
	if e.Error != "" {
		notes = append(notes, "failed: "+e.Error)
	}
	if e.Contested {
		notes = append(notes, "also withdrawn in that second; taken to be still so")
	}
	if e.By != nil && e.State != exposure.Attempted && !strings.HasPrefix(e.By.Name, "Modify") {
		notes = append(notes, "by "+e.By.Name)
	}
	if e.Ended != nil {
		note := "ended by " + e.Ended.Name
		if e.By == nil || e.By.Actor != e.Ended.Actor {
			note += " of " + shortARN(e.Ended.Actor)
		}
		notes = append(notes, note)
	}
	if e.Block != nil {
		notes = append(notes, "block public access: "+e.Block.Mode+" since "+v.clock(e.Block.Time))
	}
	return strings.Join(notes, "; ")
}

// tellLimits says what the logs cannot tell.
func (v *ledgerView) tellLimits() {
	l, s := v.ledger, v.session
	switch {
	case math.IsInf(l.Last, 0):
		return
	case v.at > l.Last:
		s.app.tell("warning: the logs end at %s, before the moment asked for: what happened in between is unknown", v.zoned(l.Last))
	case v.at < l.First:
		s.app.tell("warning: the logs begin at %s, after the moment asked for: only what they withdraw is known to have been there", v.zoned(l.First))
	}
	named, counted := s.capped(len(l.Blind))
	for _, c := range l.Blind[:named] {
		s.app.tell("warning: %s succeeded and does not say what it changed: event %s of account %s by %s",
			c.Name, report.Visible(c.EventID), report.Visible(c.Account), report.Visible(c.Actor))
	}
	s.counted(counted, "calls that do not say what they changed")
	s.app.tell("the logs begin at %s; what was shared before and not touched since is unknown", v.zoned(l.First))
	switch {
	case !s.library.trust.Empty():
	case s.config.Accounts.TooMany():
		s.app.tell("no --trust file says which accounts are ours, and the logs are of more than %s: none is taken to be", countText(plan.MaxAccounts))
	default:
		s.app.tell("no --trust file says which accounts are ours; those with logs here are taken to be")
	}
}

// summary tells the moment and what is exposed then.
func (v *ledgerView) summary(entries []judged) string {
	l := v.ledger
	if math.IsInf(l.Last, 0) {
		return "nothing is known: the logs hold no event with a time"
	}
	exposed, public, foreign := 0, 0, 0
	for _, e := range entries {
		if e.State != exposure.Exposed {
			continue
		}
		exposed++
		if e.Recipient.Type == exposure.Public {
			public++
		}
		if e.open() {
			foreign++
		}
	}
	moment := v.zoned(v.at)
	if v.at == l.Last {
		moment += ", the end of the logs"
	}
	text := fmt.Sprintf("at %s: %s", moment, counts(int64(exposed), "exposure"))
	if exposed > 0 {
		text += fmt.Sprintf(", %d public, %d to others than us and vendors", public, foreign)
	}
	if failed := len(l.Attempts); failed > 0 {
		text += fmt.Sprintf("; %s failed and changed nothing", counts(int64(failed), "call"))
		if !v.Verbose {
			text += " (-v shows them)"
		}
	}
	return text
}
