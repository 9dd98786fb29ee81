package exposure

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Block public access stands in the way of new public images and snapshots.
// What is public already stays so, but for snapshots under block-all-sharing:
// those are treated as private as long as it lasts, though their permissions
// stay as they are. Source: reference of EC2, EnableImageBlockPublicAccess and
// EnableSnapshotBlockPublicAccess.

func (r *resource) scope() scope { return scope{r.Account, r.Region, r.Kind} }

func (l *Ledger) blocking(s scope) *blocking {
	b := l.blocks[s]
	if b == nil {
		b = &blocking{public: map[*resource]bool{}, hidden: map[*resource]*Call{}}
		l.blocks[s] = b
		l.need(300)
	}
	return b
}

// setBlock notes what block public access is set to, and hides or shows the
// public snapshots.
func (l *Ledger) setBlock(c *Call) {
	b := l.blocking(scope{c.Account, c.Region, c.Resource.Kind})
	b.changes = append(b.changes, c)
	if c.Resource.Kind != Snapshot {
		return
	}
	if c.Mode != BlockAll {
		l.show(b, c)
		return
	}
	to := Recipient{Public, everyone}
	for _, r := range inOrder(b.public) {
		l.close(r, r.open[to], c)
		b.hidden[r] = c
	}
	clear(b.public)
}

// show makes the hidden snapshots public again.
func (l *Ledger) show(b *blocking, by *Call) {
	to := Recipient{Public, everyone}
	for _, r := range inOrder(b.hidden) {
		x := &Exposure{Resource: r.Resource, Recipient: to, Since: by.Time, Until: math.Inf(1), By: by, Start: Known}
		r.open[to] = x
		l.add(x)
		b.public[r] = true
	}
	clear(b.hidden)
}

// notHiding learns from a snapshot that was made public that public snapshots
// are not hidden, whatever was seen of that.
func (l *Ledger) notHiding(r *resource, by *Call) { l.show(l.blocking(r.scope()), by) }

// unlist forgets that a snapshot is public, and reports whether it was hidden.
func (l *Ledger) unlist(r *resource, to Recipient) (hidden bool) {
	b := l.blocks[r.scope()]
	if b == nil || to.Type != Public {
		return false
	}
	_, hidden = b.hidden[r]
	delete(b.public, r)
	delete(b.hidden, r)
	return hidden
}

// hiding returns the call that keeps a public snapshot from being used, nil if
// none does.
func (l *Ledger) hiding(r *resource, to Recipient) *Call {
	b := l.blocks[r.scope()]
	if r.Kind != Snapshot || to.Type != Public || b == nil || len(b.changes) == 0 {
		return nil
	}
	if last := b.changes[len(b.changes)-1]; last.Mode == BlockAll {
		return last
	}
	return nil
}

// inOrder returns resources in the order of their names, so that the ledger is
// always written alike.
func inOrder[T any](set map[*resource]T) []*resource {
	list := make([]*resource, 0, len(set))
	for r := range set {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *resource) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Block returns the call that last set block public access for what the
// resource is before a time or at it, nil if the logs have none.
func (l *Ledger) Block(r Resource, at float64) *Call {
	b := l.blocks[scope{r.Account, r.Region, r.Kind}]
	if b == nil {
		return nil
	}
	n := sort.Search(len(b.changes), func(i int) bool { return b.changes[i].Time > at })
	if n == 0 {
		return nil
	}
	return b.changes[n-1]
}
