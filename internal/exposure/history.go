package exposure

import (
	"cmp"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
)

// History is what the events say, in whatever order they come: what it amounts
// to, [History.Ledger], depends neither on their order nor on how they were
// shared out among histories that were merged. It is used by one goroutine at
// a time.
type History struct {
	// First and Last are the times of the first and the last event of all,
	// +Inf and -Inf while there is none.
	First, Last float64

	calls []*Call
	// created tells when resources came into being. There may be millions of
	// snapshots that nobody ever shared, so just a hash of each is kept.
	created map[uint64]float64
	texts   map[string]string // kept once each
}

var seed = maphash.MakeSeed()

// NewHistory returns a history without events.
func NewHistory() *History {
	return &History{First: math.Inf(1), Last: math.Inf(-1), created: map[uint64]float64{}, texts: map[string]string{}}
}

// Add takes an event, of which it keeps nothing, and returns the bytes that the
// history has grown by, by estimate.
func (h *History) Add(e *event.Event) (grown int) {
	if t, ok := e.Get("_time").Float(); ok {
		h.First, h.Last = min(h.First, t), max(h.Last, t)
	}
	op := operations[e.Get("eventName").String()]
	if op == nil {
		return grown
	}
	r := reader{get: e.Get, intern: func(s string) string {
		kept, known := h.texts[s]
		if !known {
			kept = strings.Clone(s)
			h.texts[kept] = kept
			grown += len(s) + 64
		}
		return kept
	}}
	c, ok := r.read(op)
	if !ok {
		return grown
	}
	if c.act == create {
		return grown + h.addCreated(r, op, c)
	}
	if from := e.Lineage(); from != nil {
		c.From = from.Clone()
		grown += callSize
	}
	h.calls = append(h.calls, c)
	return grown + callSize + 32*(len(c.Added)+len(c.Removed))
}

// callSize is about what a call takes, and what becomes of it in a ledger.
const callSize = 700

func (h *History) addCreated(r reader, op *operation, c *Call) (grown int) {
	if c.Error != "" || math.IsNaN(c.Time) {
		return 0
	}
	for _, name := range op.ids {
		for _, id := range r.get(name).Texts() {
			resource := c.Resource
			resource.ID = resourceID(op.kind, id)
			hash := maphash.Comparable(seed, resource)
			t, known := h.created[hash]
			if !known || c.Time < t {
				h.created[hash] = c.Time
			}
			if !known {
				grown += 40
			}
		}
	}
	return grown
}

// Merge adds what other has seen; other is not used again.
func (h *History) Merge(other *History) {
	h.First, h.Last = min(h.First, other.First), max(h.Last, other.Last)
	h.calls = append(h.calls, other.calls...)
	for hash, t := range other.created {
		if known, ok := h.created[hash]; !ok || t < known {
			h.created[hash] = t
		}
	}
}

// ordered returns the calls in order of time, each once. What is recorded for
// one second has no order of its own, and files none that means anything, so
// what the calls say decides: the order must be the same whatever came first.
func (h *History) ordered() []*Call {
	slices.SortFunc(h.calls, compareCalls)
	return slices.CompactFunc(h.calls, func(a, b *Call) bool {
		return compareCalls(a, b) == 0 || a.EventID != "" && a.EventID == b.EventID && a.Time == b.Time && a.Account == b.Account
	})
}

// compareCalls orders calls by time. Of the copies of an event the one that
// says more comes first: a copy may have lost its parameters.
func compareCalls(a, b *Call) int {
	blind := func(c *Call) int {
		if c.Blind {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(a.Time, b.Time), cmp.Compare(a.Account, b.Account), cmp.Compare(a.EventID, b.EventID), cmp.Compare(blind(a), blind(b)),
		cmp.Compare(a.Name, b.Name), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Resource.ID, b.Resource.ID),
		cmp.Compare(a.Error, b.Error), cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Mode, b.Mode),
		slices.CompareFunc(a.Added, b.Added, compareRecipients), slices.CompareFunc(a.Removed, b.Removed, compareRecipients),
	)
}

func compareRecipients(a, b Recipient) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
}
