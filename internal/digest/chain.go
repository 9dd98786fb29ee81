package digest

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// link finds for each digest the one before it: whether it has the hash that
// is recorded, and that its signature is in this one. Source: "CloudTrail
// digest file structure", "Digest file chaining".
func (c *collection) link() map[*digest][]*digest {
	at := map[place][]*digest{}
	for _, d := range c.digests {
		p := place{d.Bucket, d.Key}
		at[p] = append(at[p], d)
		d.attach(c.sidecars[baseOf(d.File)])
	}
	previous := map[*digest][]*digest{}
	for _, d := range c.digests {
		before := at[d.previous]
		switch {
		case d.previous == place{}:
			d.Link = LinkStart
			continue
		case len(before) == 0:
			d.Link = LinkMissing
			continue
		}
		previous[d] = before
		d.Link = LinkBroken
		for _, p := range before {
			if strings.EqualFold(d.prevHash, hex.EncodeToString(p.sum[:])) {
				d.Link = LinkHolds
			}
			if d.prevSignature != "" && p != d && len(p.signatures) < maxSignatures {
				p.signatures = append(p.signatures, signature{text: d.prevSignature, from: d.File, by: d})
			}
		}
	}
	return previous
}

// maxCopies bounds how many files of the same digest are looked at.
const maxCopies = 16

// leaveCopies leaves out files of a digest that is there too often.
func (c *collection) leaveCopies() {
	copies := map[place]int{}
	kept := c.digests[:0]
	for _, d := range c.digests {
		p := place{d.Bucket, d.Key}
		if copies[p]++; copies[p] <= maxCopies {
			kept = append(kept, d)
			continue
		}
		d.set(DigestUnreadable, fmt.Sprintf("there are more than %d files of the same digest", maxCopies), "")
		c.broken = append(c.broken, d.Digest)
	}
	c.digests = kept
}

// attach takes the signatures that stand beside a digest: files of its own
// folder first, then others of its name.
func (d *digest) attach(beside []sidecar) {
	own := func(s sidecar) bool { return strings.HasPrefix(s.file, d.File+".") }
	for _, pass := range []bool{true, false} {
		for _, s := range beside {
			switch {
			case own(s) != pass:
			case s.fault != "":
				d.Reason = cmp.Or(d.Reason, s.fault)
			case len(d.signatures) < maxSignatures:
				d.signatures = append(d.signatures, signature{text: s.signature, from: s.file})
				if d.generated.IsZero() {
					d.generated = s.generated
				}
			}
		}
	}
}

// judge sets the status of all digests, the newest first: what a digest says
// of the one before it is worth as much as itself.
func (c *collection) judge(keys *keyring) {
	c.leaveCopies()
	previous := c.link()
	byEnd := slices.SortedStableFunc(slices.Values(c.digests), func(a, b *digest) int { return b.End.Compare(a.End) })
	for _, d := range byEnd {
		keys.judge(d)
	}
	for _, d := range byEnd {
		if d.Link == LinkBroken {
			blame(d, previous[d])
		}
	}
}

// blame says of a digest and the one before it, which has not the hash that is
// recorded, which was changed, as far as signatures tell.
func blame(d *digest, before []*digest) {
	if d.Status == DigestInvalid {
		return
	}
	if d.Status == DigestValid {
		d.Reason = "the digest before it has not the hash that it records"
		for _, p := range before {
			if p.Status != DigestValid && p.Status != DigestInvalid {
				p.set(DigestBroken, d.File+", whose signature is valid, records another hash of it", "")
			}
		}
		return
	}
	genuine := slices.ContainsFunc(before, func(p *digest) bool { return p.Status == DigestValid })
	if genuine {
		d.set(DigestBroken, "it records another hash of the digest before it than that has, whose signature is valid", "")
		return
	}
	d.set(DigestBroken, "it records another hash of the digest before it than that has: one of both was changed", "")
	for _, p := range before {
		if p.Status != DigestInvalid {
			p.set(DigestBroken, d.File+" records another hash of it: one of both was changed", "")
		}
	}
}

// chains puts the digests in order of trail and time, and finds what is
// missing between them.
func (c *collection) chains() []Chain {
	trails := map[string][]*digest{}
	for _, d := range c.digests {
		trails[d.trail.name] = append(trails[d.trail.name], d)
	}
	chains := make([]Chain, 0, len(trails))
	for _, list := range trails {
		chains = append(chains, chainOf(list))
	}
	slices.SortFunc(chains, func(a, b Chain) int { return cmp.Compare(a.Name, b.Name) })
	return chains
}

func chainOf(list []*digest) Chain {
	slices.SortStableFunc(list, func(a, b *digest) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.Key, b.Key), cmp.Compare(a.File, b.File))
	})
	t := list[0].trail
	chain := Chain{Name: t.name, Account: t.account, Region: t.region, Trail: t.trail, Home: t.home, Backfill: t.backfill}
	if first := list[0]; first.Link == LinkMissing {
		chain.Before = first.previous.String()
	}
	for i, d := range list {
		chain.Digests = append(chain.Digests, d.Digest)
		if i > 0 {
			if gap, ok := gapBetween(list[i-1], d); ok {
				chain.Gaps = append(chain.Gaps, gap)
			}
		}
	}
	return chain
}

// gapBetween tells what is missing between a digest and the next one in time.
// AWS writes a digest for hours without events too, and begins a chain anew
// when validation or logging was off. Source: "CloudTrail digest file
// structure", "Starting digest file" and "'Empty' digest files". Backfill
// digests come as they are needed: only their links tell what is missing.
func gapBetween(a, b *digest) (Gap, bool) {
	gap := Gap{From: a.End, To: b.Start}
	if gap.To.Before(gap.From) {
		gap.To = gap.From
	}
	switch {
	case a.Bucket == b.Bucket && a.Key == b.Key, b.Link == LinkHolds, b.Link == LinkBroken:
		return gap, false
	case b.Link == LinkStart:
		gap.Restart = true
		return gap, b.Start.After(a.End) && !b.trail.backfill
	}
	gap.Missing = b.previous.String()
	return gap, true
}
