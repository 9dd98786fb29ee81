package digest

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// index is what all digests name, in the order of the file names.
type index []entry

func (c *collection) index() index {
	all := make(index, 0, c.entries)
	for _, d := range c.digests {
		all = append(all, d.entries...)
		d.entries = nil
	}
	slices.SortFunc(all, func(a, b entry) int {
		return cmp.Or(cmp.Compare(unpackedName(a.base), unpackedName(b.base)),
			cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.dir, b.dir), cmp.Compare(a.digest.File, b.digest.File))
	})
	return all
}

// named returns the entries of a file name.
func (x index) named(base string) index {
	from := sort.Search(len(x), func(i int) bool { return unpackedName(x[i].base) >= base })
	to := from
	for to < len(x) && unpackedName(x[to].base) == base {
		to++
	}
	return x[from:to]
}

// maxNamed bounds how many entries of one file name are looked at: names in
// CloudTrail are unique, and each is in one digest, or in a backfill digest.
const maxNamed = 256

// trust is what the word of a digest is worth.
func (d *digest) trust() int {
	switch d.Status {
	case DigestValid:
		return 2
	case DigestUnsigned, DigestKeyless:
		return 1
	}
	return 0
}

// judge sets the status of a log file by the entries that are for it: those
// whose key has most in common with its path, from its end, and of these those
// of the digests that are worth most.
func (l *local) judge(x index) {
	entries := l.entries(x)
	if !l.wanted {
		return
	}
	if l.fault != "" {
		l.Status, l.Reason = LogUnreadable, l.fault
		return
	}
	l.SHA256 = hex.EncodeToString(l.sum[:])
	if len(entries) == 0 {
		l.Status, l.Reason = LogUncovered, "no digest that is present names it"
		return
	}
	trust := 0
	for _, e := range entries {
		trust = max(trust, e.digest.trust())
	}
	entries = slices.DeleteFunc(entries, func(e *entry) bool { return e.digest.trust() < trust })
	tells, same := entries[0], false
	for _, e := range entries {
		if e.sum == l.sum {
			tells, same = e, true
			break
		}
	}
	l.Key, l.Digest = tells.key(), tells.digest.File
	switch {
	case trust == 0:
		l.Status, l.Reason = LogDistrusted, "only digests that are not valid name it"
	case !same:
		l.Status, l.Reason = LogDiffers, "the digest records "+hex.EncodeToString(tells.sum[:])
		if trust < 2 {
			l.Reason += "; the signature of the digest was not checked"
		}
	case trust == 2:
		l.Status = LogVerified
	default:
		l.Status, l.Reason = LogHashed, "the signature of the digest was not checked"
	}
}

// entries returns the entries for a file, and marks them as found.
func (l *local) entries(x index) []*entry {
	named := x.named(l.base)
	if len(named) > maxNamed && l.wanted && l.fault == "" {
		l.fault = fmt.Sprintf("digests name it more than %d times", maxNamed)
	}
	named = named[:min(len(named), maxNamed)]
	var best []*entry
	most := -1
	for i := range named {
		e := &named[i]
		tail := commonTail(l.File, e.key())
		if tail > most {
			best, most = best[:0], tail
		}
		if tail == most {
			best = append(best, e)
		}
	}
	for _, e := range best {
		e.found = true
	}
	return best
}

// commonTail counts the folders that the path of a file and the key of an
// object have in common, from the end. Nothing is made of ".." in a key: it is
// compared, never opened.
func commonTail(file, key string) int {
	parts := func(r rune) bool { return r == '/' || r == '\\' || r == '!' }
	a, b := strings.FieldsFunc(file, parts), strings.FieldsFunc(key, parts)
	n := 1 // the names themselves may differ in how they are packed
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// missing lists what digests name and no file is for, each object once. What
// an invalid digest names need never have been.
func (x index) missing(report func(Log)) {
	last := ""
	for i := range x {
		e := &x[i]
		if e.found || e.digest.trust() == 0 || e.key() == last {
			continue
		}
		last = e.key()
		report(Log{Key: last, Status: LogMissing, Digest: e.digest.File})
	}
}

// compare says of files of the same object which of them is the one that was
// delivered.
func compare(locals []*local) {
	delivered := map[string]string{}
	for _, l := range locals {
		if l.Status == LogVerified || l.Status == LogHashed {
			delivered[l.Key] = l.File
		}
	}
	for _, l := range locals {
		if other := delivered[l.Key]; l.Status == LogDiffers && other != "" {
			l.Reason += "; " + other + " has that"
		}
	}
}
