package exposure

import (
	"hash/maphash"
	"math"
	"slices"
)

// Start tells how well the beginning of an exposure is known.
type Start string

// The kinds of beginning.
const (
	// Known is a beginning before which the recipient was kept out: the logs
	// have the creation of the resource, or an earlier withdrawal.
	Known Start = "known"
	// AtLeast is a share that may have renewed an older one.
	AtLeast Start = "at_least"
	// Unknown is one that nothing but the end tells of: somebody was removed
	// whom the logs never saw added.
	Unknown Start = "unknown"
)

// Exposure is a time during which a recipient could use a resource.
type Exposure struct {
	Resource  Resource
	Recipient Recipient
	Start     Start
	// Since is when it began, -Inf where that is unknown; Until is when it
	// ended, +Inf if it did not.
	Since, Until float64
	// By is the call that began it and Ended the one that ended it, nil if
	// there is none.
	By, Ended *Call
	// Contested tells that it was also withdrawn in the second in which it
	// began, and that it is only assumed that this came first.
	Contested bool
}

// At reports whether the recipient could use the resource at a time.
func (x *Exposure) At(t float64) bool { return x.Since <= t && t < x.Until }

// Duration is how long it lasted up to a time, NaN if its beginning is unknown.
func (x *Exposure) Duration(at float64) float64 {
	if x.Start == Unknown {
		return math.NaN()
	}
	return math.Max(0, math.Min(x.Until, at)-x.Since)
}

// Ledger is who could use what, and when.
type Ledger struct {
	// First and Last are the times of the first and the last event.
	First, Last float64
	// Exposures are those that ever were, in an order that is always the same.
	Exposures []*Exposure
	// Attempts are the calls that would have changed something, and failed.
	Attempts []*Call
	// Blind are calls that succeeded, and of which the records do not say
	// what they did, when, or to what.
	Blind []*Call

	created   map[uint64]float64
	resources map[Resource]*resource
	images    map[place][]*resource // of each number, whosever they are
	blocks    map[scope]*blocking
	hold      func(bytes int) error
	err       error
}

// place is what CancelImageLaunchPermission tells of an image: it is recorded
// with the recipient, who does not know the owner.
type place struct{ region, id string }

// scope is what block public access is set for.
type scope struct {
	account, region string
	kind            Kind
}

// resource is what is known of a resource while the calls are replayed.
type resource struct {
	Resource
	open map[Recipient]*Exposure
	// gone are the recipients whose permission was withdrawn, and how last.
	gone map[Recipient]withdrawal
	// cleared is the last call that withdrew all of them.
	cleared *Call
	born    float64 // when it was created, +Inf if the logs do not say
}

// withdrawal is a call that withdrew a permission, with the exposure that was
// concluded from it alone, if any.
type withdrawal struct {
	call      *Call
	concluded *Exposure
}

// blocking is what is known of block public access in a scope.
type blocking struct {
	changes []*Call // in order
	public  map[*resource]bool
	hidden  map[*resource]*Call // public snapshots that are treated as private
}

// Ledger replays the calls. hold is told how many bytes are needed and may
// refuse them; nil does not care. The history takes no more events.
func (h *History) Ledger(hold func(bytes int) error) (*Ledger, error) {
	l := &Ledger{
		First: h.First, Last: h.Last, created: h.created, hold: hold,
		resources: map[Resource]*resource{}, images: map[place][]*resource{}, blocks: map[scope]*blocking{},
	}
	calls := slices.DeleteFunc(h.ordered(), l.setAside)
	for len(calls) > 0 && l.err == nil {
		n := 1
		for n < len(calls) && calls[n].Time == calls[0].Time {
			n++
		}
		l.second(calls[:n])
		calls = calls[n:]
	}
	return l, l.err
}

// setAside takes the calls that change nothing, or nothing that can be told.
func (l *Ledger) setAside(c *Call) bool {
	switch {
	case c.Error != "" && len(c.Added) == 0 && c.act == remove, c.Error != "" && (c.act == block || c.act == unblock):
		return true // somebody failed to close a door, or to delete: no attempt to open one
	case c.Error != "":
		l.Attempts = append(l.Attempts, c)
		return true
	case c.Blind || math.IsNaN(c.Time):
		l.Blind = append(l.Blind, c)
		return true
	}
	return false
}

// second applies the calls of one second, whose order is not recorded: what
// withdraws comes before what grants, so that an exposure that may be there is
// shown. What ends all comes last, since nothing can be shared after it.
func (l *Ledger) second(calls []*Call) {
	phases := []func(*Call){l.restrict, l.grant, l.release, l.end}
	for _, phase := range phases {
		for _, c := range calls {
			phase(c)
		}
	}
}

func (l *Ledger) restrict(c *Call) {
	switch c.act {
	case block:
		l.setBlock(c)
	case modify:
		r := l.resource(c.Resource)
		for _, to := range c.Removed {
			l.withdraw(r, to, c)
		}
	case reset:
		l.clear(l.resource(c.Resource), c)
	case cancel:
		l.cancel(c)
	}
}

func (l *Ledger) grant(c *Call) {
	if c.act != modify {
		return
	}
	r := l.resource(c.Resource)
	for _, to := range c.Added {
		if to.Type == Public && r.Kind == Snapshot {
			l.notHiding(r, c)
		}
		l.open(r, to, c)
	}
}

func (l *Ledger) release(c *Call) {
	if c.act == unblock {
		l.setBlock(c)
	}
}

func (l *Ledger) end(c *Call) {
	if c.act == remove {
		l.clear(l.resource(c.Resource), c)
	}
}

func (l *Ledger) resource(id Resource) *resource {
	r := l.resources[id]
	if r == nil {
		r = &resource{Resource: id, open: map[Recipient]*Exposure{}, gone: map[Recipient]withdrawal{}, born: math.Inf(1)}
		if t, ok := l.created[maphash.Comparable(seed, id)]; ok {
			r.born = t
		}
		l.resources[id] = r
		l.need(400)
		if id.Kind == Image {
			at := place{id.Region, id.ID}
			l.images[at] = append(l.images[at], r)
		}
	}
	return r
}

func (l *Ledger) need(bytes int) {
	if l.hold != nil && l.err == nil {
		l.err = l.hold(bytes)
	}
}

// keptOut returns the call that last withdrew a recipient's permission, nil if
// there is none, and whether a recipient that is not in open is known to have
// been kept out.
func (r *resource) keptOut(to Recipient, at float64) (by *Call, known bool) {
	by = r.cleared
	if w := r.gone[to]; w.call != nil {
		by = w.call // clearing forgets what was gone before it
	}
	return by, by != nil || r.born <= at
}

// open begins an exposure; one that is there goes on.
func (l *Ledger) open(r *resource, to Recipient, by *Call) {
	if r.open[to] != nil {
		return
	}
	last, known := r.keptOut(to, by.Time)
	x := &Exposure{Resource: r.Resource, Recipient: to, Since: by.Time, Until: math.Inf(1), By: by, Start: AtLeast}
	if known {
		x.Start = Known
	}
	concluded := r.gone[to].concluded
	if last != nil && last.Time == by.Time {
		x.Contested = true
		if concluded != nil && concluded.Ended == last {
			// What was withdrawn may well be what is granted here.
			x.Start = AtLeast
			*concluded, x = *x, concluded
		}
	}
	if x != concluded {
		l.add(x)
	}
	r.open[to] = x
	if to.Type == Public && r.Kind == Snapshot {
		l.blocking(r.scope()).public[r] = true
	}
}

func (l *Ledger) add(x *Exposure) {
	l.Exposures = append(l.Exposures, x)
	l.need(200)
}

// withdraw ends the exposure of a recipient. Who was never seen added, and may
// have been there, was likely exposed since before the logs.
func (l *Ledger) withdraw(r *resource, to Recipient, by *Call) {
	_, known := r.keptOut(to, by.Time)
	hidden := l.unlist(r, to)
	w := withdrawal{call: by}
	switch x := r.open[to]; {
	case x != nil:
		l.close(r, x, by)
	case !known && !hidden:
		w.concluded = &Exposure{Resource: r.Resource, Recipient: to, Start: Unknown, Since: math.Inf(-1), Until: by.Time, Ended: by}
		if c := l.hiding(r, to); c != nil {
			w.concluded.Until, w.concluded.Ended = c.Time, c
		}
		l.add(w.concluded)
	}
	r.gone[to] = w
}

func (l *Ledger) close(r *resource, x *Exposure, by *Call) {
	x.Until, x.Ended = by.Time, by
	delete(r.open, x.Recipient)
}

// clear ends all exposures of a resource.
func (l *Ledger) clear(r *resource, by *Call) {
	for _, x := range r.open {
		l.close(r, x, by)
	}
	l.unlist(r, Recipient{Public, everyone})
	r.cleared = by
	clear(r.gone)
}

// cancel takes the caller's account out of the launch permissions of an image,
// whoever owns it.
func (l *Ledger) cancel(c *Call) {
	to := Recipient{Account, c.Account}
	owned := l.images[place{c.Region, c.Resource.ID}]
	if len(owned) == 0 {
		// The owner's calls are not in the logs.
		id := c.Resource
		id.Account = ""
		owned = []*resource{l.resource(id)}
	}
	for _, r := range owned {
		l.withdraw(r, to, c)
	}
}
