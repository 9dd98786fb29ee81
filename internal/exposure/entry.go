package exposure

import (
	"cmp"
	"math"
	"slices"
)

// State is what an entry of the ledger is at a moment.
type State string

// The states of an entry.
const (
	Exposed   State = "exposed"
	Ended     State = "ended"
	Attempted State = "attempted" // a call that failed: nothing was exposed
)

// Entry is a line of the ledger as it stands at a moment.
type Entry struct {
	State State
	// Exposure is the exposure, or for a failed call what it would have been.
	*Exposure
	// Duration is how long it had lasted, NaN where that is unknown.
	Duration float64
	// Block is the call that last set block public access for what is public,
	// nil if the logs have none.
	Block *Call
	// Error is why a call failed.
	Error string
}

// Which chooses entries.
type Which struct {
	// At is the moment.
	At float64
	// Ended adds what had ended by then, and Attempts the calls that had
	// failed.
	Ended, Attempts bool
}

// Entries returns the entries at a moment: what is exposed first, and the
// public before all others. What happened later counts as far as it tells of
// the moment: who is removed later without having been added was there before.
func (l *Ledger) Entries(which Which) []Entry {
	var entries []Entry
	for _, x := range l.Exposures {
		switch {
		case x.At(which.At):
			entries = append(entries, l.entry(Exposed, x, which.At))
		case which.Ended && x.Until <= which.At:
			entries = append(entries, l.entry(Ended, x, which.At))
		}
	}
	if which.Attempts {
		for _, c := range l.Attempts {
			if !(c.Time > which.At) {
				entries = append(entries, l.attempts(c)...)
			}
		}
	}
	slices.SortStableFunc(entries, compareEntries)
	return entries
}

func (l *Ledger) entry(s State, x *Exposure, at float64) Entry {
	e := Entry{State: s, Exposure: x, Duration: x.Duration(at)}
	if x.Recipient.Type == Public {
		e.Block = l.Block(x.Resource, at)
	}
	return e
}

// attempts are what a failed call would have exposed, one for each recipient;
// one without a recipient if it has none.
func (l *Ledger) attempts(c *Call) []Entry {
	added := c.Added
	if len(added) == 0 {
		added = []Recipient{{}}
	}
	entries := make([]Entry, len(added))
	for i, to := range added {
		x := &Exposure{Resource: c.Resource, Recipient: to, Since: c.Time, Until: math.Inf(1), By: c}
		entries[i] = l.entry(Attempted, x, c.Time)
		entries[i].Duration, entries[i].Error = math.NaN(), c.Error
	}
	return entries
}

func compareEntries(a, b Entry) int {
	rank := func(e Entry) int { return slices.Index([]State{Exposed, Ended, Attempted}, e.State) }
	public := func(e Entry) int {
		if e.Recipient.Type == Public {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)), cmp.Compare(public(a), public(b)),
		cmp.Compare(a.Resource.Account, b.Resource.Account), cmp.Compare(a.Resource.Region, b.Resource.Region),
		cmp.Compare(a.Resource.Kind, b.Resource.Kind), cmp.Compare(a.Resource.ID, b.Resource.ID),
		compareRecipients(a.Recipient, b.Recipient), cmp.Compare(a.Since, b.Since), cmp.Compare(a.Until, b.Until),
	)
}
