package event

import (
	"hash/maphash"
	"maps"
	"math"
	"slices"
	"strings"
)

// MaxLineage bounds the event IDs that a row names; the rest are only counted.
const MaxLineage = 1000

// Lineage says which raw events a row came from: the evidence of a finding.
// What it says does not depend on the order in which events were merged.
type Lineage struct {
	ids         map[string]struct{} // the first in byte order, at most 2*MaxLineage
	seen        map[uint64]struct{} // hashes of all, to count each once
	first, last float64             // epoch seconds; +Inf and -Inf while no event had a time
}

var lineageSeed = maphash.MakeSeed()

func newLineage() *Lineage {
	return &Lineage{
		ids: map[string]struct{}{}, seen: map[uint64]struct{}{},
		first: math.Inf(1), last: math.Inf(-1),
	}
}

// Lineage returns what e came from, or nil if lineage is not tracked: the
// event's own record, or what commands have merged into it.
func (e *Event) Lineage() *Lineage {
	if e.lineage == nil && e.tracked() {
		e.lineage = newLineage()
		e.lineage.add(e.record.ID())
		if t, ok := e.record.Time(); ok {
			e.lineage.first, e.lineage.last = t, t
		}
	}
	return e.lineage
}

// tracked reports whether the event's record is to be remembered.
func (e *Event) tracked() bool { return e.record != nil && e.record.track && !e.untracked }

// Untrack makes e forget what it came from, so that rows made of it do not
// remember it: for who follows some events among many.
func (e *Event) Untrack() { e.untracked, e.lineage = true, nil }

// Inherit adds the lineage of from to that of e. Commands that merge rows call
// it; it does nothing where lineage is not tracked.
func (e *Event) Inherit(from *Lineage) {
	if from == nil {
		return
	}
	own := e.Lineage()
	if own == nil {
		e.lineage = from.Clone()
		return
	}
	own.Merge(from)
}

func (l *Lineage) add(id string) {
	l.seen[maphash.String(lineageSeed, id)] = struct{}{}
	if _, ok := l.ids[id]; ok {
		return
	}
	l.ids[strings.Clone(id)] = struct{}{}
	if len(l.ids) > 2*MaxLineage {
		for _, id := range slices.Sorted(maps.Keys(l.ids))[MaxLineage:] {
			delete(l.ids, id)
		}
	}
}

// Merge adds what from came from.
func (l *Lineage) Merge(from *Lineage) {
	if from == nil {
		return
	}
	for id := range from.ids {
		l.add(id)
	}
	maps.Copy(l.seen, from.seen)
	l.first, l.last = min(l.first, from.first), max(l.last, from.last)
}

// Clone returns a copy that can be merged into without changing l.
func (l *Lineage) Clone() *Lineage {
	if l == nil {
		return nil
	}
	return &Lineage{ids: maps.Clone(l.ids), seen: maps.Clone(l.seen), first: l.first, last: l.last}
}

// IDs returns the event IDs in byte order, the first [MaxLineage].
func (l *Lineage) IDs() []string {
	if l == nil {
		return nil
	}
	ids := slices.Sorted(maps.Keys(l.ids))
	return ids[:min(len(ids), MaxLineage)]
}

// Has reports whether the event of an ID is among them.
func (l *Lineage) Has(id string) bool {
	if l == nil {
		return false
	}
	_, ok := l.seen[maphash.String(lineageSeed, id)]
	return ok
}

// Count returns how many distinct events there are.
func (l *Lineage) Count() int {
	if l == nil {
		return 0
	}
	return len(l.seen)
}

// Times returns the earliest and latest _time of the events in epoch seconds;
// ok is false if none had a time.
func (l *Lineage) Times() (first, last float64, ok bool) {
	if l == nil || l.first > l.last {
		return 0, 0, false
	}
	return l.first, l.last, true
}

// Lineages gathers the lineage of many events for one row made of them. The
// zero Lineages is ready to use.
type Lineages struct{ all *Lineage }

// Add notes that the row comes from e.
func (l *Lineages) Add(e *Event) {
	from := e.Lineage()
	if from == nil {
		return
	}
	if l.all == nil {
		l.all = newLineage()
	}
	l.all.Merge(from)
}

// Merge notes that the row comes from all that other does.
func (l *Lineages) Merge(other Lineages) {
	if other.all == nil {
		return
	}
	if l.all == nil {
		l.all = newLineage()
	}
	l.all.Merge(other.all)
}

// Give makes the row inherit all that was added.
func (l *Lineages) Give(row *Event) { row.Inherit(l.all) }
