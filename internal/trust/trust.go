// Package trust knows whose an AWS account, organization or organizational
// unit is: ours, a vendor's, or nobody's that anyone has told of.
//
// It reads trust files and the answers of AWS Organizations from text and
// judges recipients of shares at the time of an event. It knows no logs and
// opens no files; searches use it as the rows of a lookup. Start reading at
// [Load], then [Trust.Judge].
package trust

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Relation is what an account, organization or OU is to us.
type Relation string

// The relations. The last two are what a lookup says of others: an entry that
// has expired, and one that no file has.
const (
	Own     Relation = "own"
	Vendor  Relation = "vendor"
	Expired Relation = "expired"
	Unknown Relation = "unknown"
)

// Kind is what an entry is about.
type Kind string

// The kinds of entries.
const (
	Account      Kind = "account"
	Organization Kind = "organization"
	OU           Kind = "ou"
)

// Source is how we know.
type Source string

// The sources: a file that somebody wrote or fetched, or the logs themselves.
const (
	FromFile Source = "file"
	Inferred Source = "inferred"
)

// Entry is one account, organization or OU that a file tells of.
type Entry struct {
	ID       string
	Kind     Kind
	Relation Relation // Own or Vendor
	Name     string
	Owner    string
	Reason   string
	// Organization is the one that an account or OU belongs to, "" if no file
	// tells.
	Organization string
	// Expires is the first moment at which the entry no longer counts, zero if
	// it has no end.
	Expires time.Time
	// Place is where the entry stands, as file:line:column.
	Place string

	fetched bool // AWS Organizations told of it, nobody wrote it
}

// ExpiredAt reports whether the entry no longer counts at a time.
func (e *Entry) ExpiredAt(at time.Time) bool { return !e.Expires.IsZero() && !at.Before(e.Expires) }

// Trust is all that files tell. It does not change once it is loaded, and a
// nil Trust is one without files. It is safe for use by several goroutines.
type Trust struct {
	entries map[string]*Entry
}

// Empty reports whether no file told of anything, so that own accounts must be
// inferred from the logs.
func (t *Trust) Empty() bool { return t == nil || len(t.entries) == 0 }

// Find returns the entry of an ID, nil if there is none.
func (t *Trust) Find(id string) *Entry {
	if t == nil {
		return nil
	}
	return t.entries[id]
}

// Entries returns all entries: OUs, organizations, then accounts, each in the
// order of their IDs.
func (t *Trust) Entries() []*Entry {
	if t == nil {
		return nil
	}
	rank := map[Kind]int{OU: 0, Organization: 1, Account: 2}
	return slices.SortedFunc(maps.Values(t.entries), func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(rank[a.Kind], rank[b.Kind]), cmp.Compare(a.ID, b.ID))
	})
}

// ExpiredAt returns the entries that no longer count at a time, those that
// ended first before others.
func (t *Trust) ExpiredAt(at time.Time) []*Entry {
	expired := slices.DeleteFunc(t.Entries(), func(e *Entry) bool { return !e.ExpiredAt(at) })
	slices.SortStableFunc(expired, func(a, b *Entry) int { return a.Expires.Compare(b.Expires) })
	return expired
}
