package simulate

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Exposure is a time during which a recipient could use a thing, as far as the
// logs tell, under the names that pugmark exposed has for it.
type Exposure struct {
	Scenario      string    `json:"scenario"`
	State         string    `json:"state"` // exposed or ended, at the end of the logs
	Kind          string    `json:"resource_type"`
	Resource      string    `json:"resource"`
	Account       string    `json:"account"` // "" for what others own, unless the logs tell
	Region        string    `json:"region"`
	RecipientType string    `json:"recipient_type"`
	Recipient     string    `json:"recipient"`
	Verdict       string    `json:"verdict"` // at the end of the logs
	Start         string    `json:"start"`   // known, at_least or unknown
	Since         time.Time `json:"since,omitzero"`
	Until         time.Time `json:"until,omitzero"`
	By            string    `json:"by,omitempty"`
	ByEvent       string    `json:"by_event,omitempty"`
	ByEventID     string    `json:"by_event_id,omitempty"`
	EndedBy       string    `json:"ended_by,omitempty"`
	EndedByEvent  string    `json:"ended_by_event,omitempty"`
	EndedByID     string    `json:"ended_by_event_id,omitempty"`
}

// owned is a thing and whose it is.
type owned struct{ account, region, kind, id string }

// exposures tells who could use what, from events in the order of time: thing
// by thing, and recipient by recipient. end is when the logs end.
func (w *world) exposures(events []*planted, end int64) []*Exposure {
	worked := slices.DeleteFunc(slices.Clone(events), func(e *planted) bool {
		return e.change.deed == changesNothing || e.why != ""
	})
	var list []*Exposure
	for _, thing := range thingsOf(worked) {
		for _, recipient := range recipientsOf(thing, worked) {
			list = append(list, spells(thing, recipient, worked)...)
		}
	}
	first := map[string]time.Time{}
	for _, x := range list {
		if t, known := first[x.Recipient]; !known || x.Since.Before(t) {
			first[x.Recipient] = x.Since // zero where the beginning is unknown
		}
	}
	for _, x := range list {
		x.Verdict = w.verdict(x.Recipient, x.Account, end)
		if x.Verdict == verdictStranger && x.Start != "unknown" && !x.Since.Before(first[x.Recipient].Add(occasion*time.Second)) {
			x.Verdict = verdictSeenBefore
		}
	}
	slices.SortFunc(list, func(a, b *Exposure) int {
		return cmp.Or(-cmp.Compare(a.State, b.State), a.Since.Compare(b.Since), a.Until.Compare(b.Until), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Recipient, b.Recipient))
	})
	return list
}

// thingsOf lists what events change. Who declines an image does not know whose
// it is: the events of its owner tell, if they are there.
func thingsOf(events []*planted) []owned {
	var things []owned
	add := func(t owned) {
		if t.id != "" && !slices.Contains(things, t) {
			things = append(things, t)
		}
	}
	for _, e := range events {
		if e.change.deed != declines {
			add(owned{e.account.id, e.region, e.change.kind, e.change.id})
		}
	}
	for _, e := range events {
		told := slices.ContainsFunc(things, func(t owned) bool { return t.region == e.region && t.id == e.change.id })
		if e.change.deed == declines && !told {
			add(owned{"", e.region, e.change.kind, e.change.id})
		}
	}
	return things
}

// touches reports whether an event changes who may use a thing: by its name, or
// by what is set for all public ones of the account and region.
func (e *planted) touches(t owned) bool {
	c := &e.change
	switch c.deed {
	case hides, shows:
		return t.account == e.account.id && t.region == e.region && t.kind == c.kind
	case declines:
		return t.region == e.region && t.id == c.id
	}
	return t == owned{e.account.id, e.region, c.kind, c.id}
}

// takes reports whether an event takes a recipient's permission.
func (e *planted) takes(recipient string) bool {
	return e.change.deed == clears || e.change.deed == declines && e.account.id == recipient || slices.Contains(e.change.taken, recipient)
}

func recipientsOf(t owned, events []*planted) []string {
	var list []string
	for _, e := range events {
		if !e.touches(t) {
			continue
		}
		list = slices.Concat(list, e.change.given, e.change.taken)
		if e.change.deed == declines {
			list = append(list, e.account.id)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// spells are the times during which a recipient could use a thing.
func spells(t owned, recipient string, events []*planted) []*Exposure {
	var list []*Exposure
	var now *Exposure // since it began
	listed, kept := false, false
	begin := func(e *planted, start string) {
		now = &Exposure{
			Scenario: e.scenario, State: "exposed", Kind: t.kind, Resource: t.id, Account: t.account, Region: t.region,
			RecipientType: recipientType(recipient), Recipient: recipient, Start: start,
		}
		list = append(list, now)
		if start != "unknown" {
			now.Since, now.By, now.ByEvent, now.ByEventID = time.Unix(e.at, 0).UTC(), e.who.arn, e.call.name, string(e.eventID[:])
		}
	}
	finish := func(e *planted) {
		now.State = "ended"
		now.Until, now.EndedBy, now.EndedByEvent, now.EndedByID = time.Unix(e.at, 0).UTC(), e.who.arn, e.call.name, string(e.eventID[:])
		now = nil
	}
	for _, e := range events {
		if !e.touches(t) {
			continue
		}
		gives := slices.Contains(e.change.given, recipient)
		switch {
		case e.change.deed == creates:
			kept = true
		case gives && now == nil:
			start := "at_least"
			if kept {
				start = "known"
			}
			begin(e, start)
		case e.takes(recipient):
			if now == nil && !listed && !kept && e.change.deed != clears {
				begin(e, "unknown") // it must have been there since before the logs
			}
			if now != nil {
				finish(e)
			}
			kept = true
		case e.change.deed == hides && recipient == everyone && now != nil:
			finish(e)
		case e.change.deed == shows && recipient == everyone && now == nil && listed:
			begin(e, "known")
		}
		listed = gives || listed && !e.takes(recipient)
	}
	return list
}

func recipientType(recipient string) string {
	switch {
	case recipient == everyone:
		return "public"
	case strings.Contains(recipient, ":ou/"):
		return "organizational_unit"
	case strings.Contains(recipient, ":organization/"):
		return "organization"
	}
	return "account"
}
