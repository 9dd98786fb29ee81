package trust

import (
	"regexp"
	"strings"
	"time"
)

// Verdict is what a recipient of a share is to the account that shares.
type Verdict string

// The verdicts. A search tells a stranger that was seen before from one that
// was not; see [Stranger].
const (
	Public              Verdict = "public"
	OwnAccount          Verdict = "own account"
	OwnMember           Verdict = "own organization account"
	OwnOU               Verdict = "own OU"
	OwnOrganization     Verdict = "own organization"
	KnownVendor         Verdict = "known vendor"
	ForeignOrganization Verdict = "foreign organization"
	ForeignOU           Verdict = "foreign OU"
	// Stranger is an account, or anything else, of which no file tells. It is
	// for who knows earlier shares to say whether it was seen before.
	Stranger           Verdict = "stranger"
	StrangerNeverSeen  Verdict = "stranger never seen"
	StrangerSeenBefore Verdict = "stranger seen before"
)

// Trusted reports whether a share with such a recipient is a result that people
// want to see and no alert.
func (v Verdict) Trusted() bool {
	switch v {
	case OwnAccount, OwnMember, OwnOU, OwnOrganization, KnownVendor:
		return true
	}
	return false
}

// Judgement is a verdict and what it rests on.
type Judgement struct {
	Verdict Verdict
	// Source is how we know, "" where the verdict rests on nothing: public,
	// foreign, a stranger.
	Source Source
	// Entry is what a file tells, nil if nothing. It may have expired; then it
	// is no reason to trust.
	Entry *Entry
}

// Owner is the account that shares, and what its logs tell of others.
type Owner struct {
	// Account is the one that the log record was delivered to.
	Account string
	// Inferred reports whether logs were delivered to an account, too; nil if
	// that is not known. It is asked only where no file was given: with a file,
	// what it does not tell of is not ours.
	Inferred func(account string) bool
}

// recipientARN is that of an organization or an OU as EC2 takes it. Source:
// Service Authorization Reference, AWS Organizations.
var recipientARN = regexp.MustCompile(`^arn:aws[a-z-]*:organizations::(\d{12}):(?:organization/(o-[a-z0-9]{10,32})|ou/(o-[a-z0-9]{10,32})/(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}))$`)

// Judge says what a recipient is to the owner of what is shared, at the time of
// the event. The recipient is an account's number, the ARN of an organization
// or an OU, or all.
//
// An organization is known by its ID alone. That an ARN names a management
// account of ours says nothing where a file lists our organizations; without a
// file it is all there is to infer from.
func (t *Trust) Judge(recipient string, owner Owner, at time.Time) Judgement {
	if strings.EqualFold(recipient, "all") {
		return Judgement{Verdict: Public}
	}
	if m := recipientARN.FindStringSubmatch(recipient); m != nil {
		return t.judgeARN(arn{account: m[1], organization: m[2] + m[3], ou: m[4]}, owner, at)
	}
	entry := t.Find(recipient)
	known := entry != nil && entry.Kind == Account && !entry.ExpiredAt(at)
	switch {
	case recipient != "" && recipient == owner.Account:
		judgement := Judgement{Verdict: OwnAccount, Source: Inferred, Entry: entry}
		if known && entry.Relation == Own {
			judgement.Source = FromFile
		}
		return judgement
	case known:
		return Judgement{Verdict: verdictOf(entry, Account), Source: FromFile, Entry: entry}
	case t.Empty() && owner.Inferred != nil && owner.Inferred(recipient):
		return Judgement{Verdict: OwnAccount, Source: Inferred}
	}
	return Judgement{Verdict: Stranger, Entry: entry}
}

type arn struct{ account, organization, ou string }

// judgeARN asks for the OU itself first: what a file says of it is more than
// what it says of the organization around it.
func (t *Trust) judgeARN(a arn, owner Owner, at time.Time) Judgement {
	kind, own, foreign := Organization, OwnOrganization, ForeignOrganization
	entry := t.Find(a.organization)
	if a.ou != "" {
		kind, own, foreign = OU, OwnOU, ForeignOU
		if unit := t.Find(a.ou); unit != nil {
			entry = unit
		}
	}
	switch {
	case entry != nil && !entry.ExpiredAt(at):
		return Judgement{Verdict: verdictOf(entry, kind), Source: FromFile, Entry: entry}
	case t.Empty() && a.account == owner.Account:
		return Judgement{Verdict: own, Source: Inferred}
	}
	return Judgement{Verdict: foreign, Entry: entry}
}

// verdictOf says what an entry means for a recipient of a kind, which is OU
// also where the entry is of the organization around it.
func verdictOf(e *Entry, kind Kind) Verdict {
	switch {
	case e.Relation == Vendor:
		return KnownVendor
	case kind == Organization:
		return OwnOrganization
	case kind == OU:
		return OwnOU
	case e.Organization != "":
		return OwnMember
	}
	return OwnAccount
}
