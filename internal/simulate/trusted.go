package simulate

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Trusted is an account, organization or unit that the owner of the accounts
// knows: an entry of the trust file that goes with the logs.
type Trusted struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`     // organization, ou or account
	Relation string `json:"relation"` // own or vendor
	Name     string `json:"name"`
	Reason   string `json:"reason"`
	// Organization is the one that an account belongs to, where it is told.
	Organization string `json:"organization,omitempty"`
	// Expires is the first day on which the entry no longer counts.
	Expires string `json:"expires,omitempty"`
}

// Those whom every world knows besides its own accounts. Numbers that begin
// with zeros are never drawn for accounts or strangers.
const (
	vendorAccount   = "888877776666" // a security vendor that may look at everything
	acquiredAccount = "000011112222" // ours, in no organization of ours
	formerVendor    = "000033334444" // its trust ended before the logs begin
	leavingVendor   = "000055556666" // its trust ends amid them

	vendorOrganization   = "o-vendorexample"
	acquiredOrganization = "o-acquiredexample" // of which one unit is ours
	acquiredUnit         = "ou-ac12-platform"
	foreignOrganization  = "o-exampleorgid"
)

// meet has the world know those whom the trust file names. With a trail of the
// organization, the accounts are known to be members; without, each is listed
// for itself.
func (w *world) meet(c *Config) {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	amid := c.Start.Add(time.Duration(min(c.Days, 28)) * 12 * time.Hour) // of the long scenarios
	member := ""
	if c.Org {
		member = w.org
	}
	w.trusted = []Trusted{
		{ID: w.org, Kind: "organization", Relation: "own", Name: "Example Corp", Reason: "our organization"},
		{ID: acquiredUnit, Kind: "ou", Relation: "own", Name: "Acquired platform", Reason: "bought, the rest of the organization is not ours"},
	}
	for i, a := range w.accounts {
		w.trusted = append(w.trusted, Trusted{ID: a.id, Kind: "account", Relation: "own", Name: fmt.Sprintf("Example %d", i+1), Reason: "has a trail", Organization: member})
	}
	if len(w.accounts) == 1 {
		w.trusted = append(w.trusted, Trusted{ID: w.sibling(w.accounts[0]), Kind: "account", Relation: "own", Name: "Example 2", Reason: "has no trail", Organization: member})
	}
	w.trusted = append(w.trusted,
		Trusted{ID: acquiredAccount, Kind: "account", Relation: "own", Name: "Acquired Ltd", Reason: "bought, in no organization of ours"},
		Trusted{ID: vendorOrganization, Kind: "organization", Relation: "vendor", Name: "Backup Inc", Reason: "keeps copies of images"},
		Trusted{ID: vendorAccount, Kind: "account", Relation: "vendor", Name: "Scanner Inc", Reason: "scans images"},
		Trusted{ID: formerVendor, Kind: "account", Relation: "vendor", Name: "Former Scanner", Reason: "scanned images", Expires: day(c.Start.AddDate(0, 0, -30))},
		Trusted{ID: leavingVendor, Kind: "account", Relation: "vendor", Name: "Leaving Scanner", Reason: "scans images until its contract ends", Expires: day(amid)},
	)
}

// known returns the entry of an ID that counts at a time, nil if none does.
func (w *world) known(id string, at int64) *Trusted {
	for i := range w.trusted {
		t := &w.trusted[i]
		if t.ID == id && (t.Expires == "" || time.Unix(at, 0).UTC().Format(time.DateOnly) < t.Expires) {
			return t
		}
	}
	return nil
}

// The verdicts on recipients. Whether a stranger was seen before is told from
// the shares.
const (
	verdictStranger    = "stranger never seen"
	verdictSeenBefore  = "stranger seen before"
	verdictPublic      = "public"
	verdictVendor      = "known vendor"
	verdictForeign     = "foreign organization"
	verdictForeignUnit = "foreign OU"
)

// verdict is what a recipient of a share is to the account that owns the thing.
func (w *world) verdict(recipient, owner string, at int64) string {
	names := strings.Split(recipient, "/") // of an ARN: what it is, the organization, and the unit of it
	known, own, other := w.known(recipient, at), "own account", verdictStranger
	switch {
	case recipient == everyone:
		return verdictPublic
	case recipient == owner:
		return own
	case len(names) == 2:
		known, own, other = w.known(names[1], at), "own organization", verdictForeign
	case len(names) == 3:
		known, own, other = w.known(names[2], at), "own OU", verdictForeignUnit
		if known == nil {
			known = w.known(names[1], at)
		}
	}
	switch {
	case known == nil:
		return other
	case known.Relation == "vendor":
		return verdictVendor
	case known.Organization != "":
		return "own organization account"
	}
	return own
}

// WriteTrust writes the trust file that goes with the logs.
func (t *Truth) WriteTrust(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Who is who in the simulated logs.\n")
	for _, side := range []struct{ key, relation string }{{"ours", "own"}, {"vendors", "vendor"}} {
		b.WriteString(side.key + ":\n")
		for _, list := range []struct{ key, kind string }{{"organizations", "organization"}, {"ous", "ou"}, {"accounts", "account"}} {
			t.writeTrusted(&b, list.key, list.kind, side.relation)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Truth) writeTrusted(b *strings.Builder, key, kind, relation string) {
	for _, e := range t.Trust {
		if e.Kind != kind || e.Relation != relation {
			continue
		}
		if key != "" {
			b.WriteString("  " + key + ":\n")
			key = ""
		}
		fmt.Fprintf(b, "  - id: %q\n    name: %s\n    reason: %s\n", e.ID, e.Name, e.Reason)
		if e.Organization != "" {
			b.WriteString("    organization: " + e.Organization + "\n")
		}
		if e.Expires != "" {
			b.WriteString("    expires: " + e.Expires + "\n")
		}
	}
}
