package exposure

import (
	"math"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// Kind is what kind of thing is shared.
type Kind string

// The kinds of resource.
const (
	Image             Kind = "image"
	Snapshot          Kind = "snapshot"
	DBSnapshot        Kind = "db_snapshot"
	DBClusterSnapshot Kind = "db_cluster_snapshot"
)

// Resource is an image or a snapshot. The names of database snapshots are
// unique only within their account and region.
type Resource struct {
	Account, Region string
	Kind            Kind
	ID              string
}

// RecipientType is what a recipient is.
type RecipientType string

// The types of recipient.
const (
	Public             RecipientType = "public"
	Account            RecipientType = "account"
	Organization       RecipientType = "organization"
	OrganizationalUnit RecipientType = "organizational_unit"
	Group              RecipientType = "group" // any but all; EC2 has none today
)

// Recipient is who may use a resource: an account's number, the ARN of an
// organization or a unit, or "all" for everyone.
type Recipient struct {
	Type RecipientType
	ID   string
}

// Call is a call that changes who may use something, or could have.
type Call struct {
	Time    float64 // epoch seconds
	EventID string
	Name    string
	Account string // in which it was recorded
	Region  string
	Actor   string // an ARN, or what is known instead
	Address string
	Error   string // "" if it succeeded

	Resource       Resource
	Added, Removed []Recipient
	// Mode is what a call about block public access sets it to.
	Mode string
	// Blind tells that the record does not say what the call did: its
	// parameters were left out, or have a form that is not known.
	Blind bool
	// From is the event that it was read from, where that is tracked.
	From *event.Lineage

	act act
}

// reader reads one event. intern makes text of the event last.
type reader struct {
	get    func(name string) value.Value
	intern func(string) string
}

func (r reader) text(names ...string) string {
	for _, name := range names {
		if v := r.get(name); !v.IsNull() {
			return r.intern(v.At(0).String())
		}
	}
	return ""
}

// read returns the call that an event named by op is, and whether it has to do
// with sharing at all.
func (r reader) read(op *operation) (*Call, bool) {
	if service, _, _ := strings.Cut(r.get("eventSource").String(), "."); !strings.EqualFold(service, op.service) {
		return nil, false
	}
	c := &Call{
		Time: math.NaN(), Name: op.name, act: op.act,
		EventID: r.text("eventID"),
		Account: r.text("recipientAccountId", "userIdentity.accountId"),
		Region:  r.text("awsRegion"),
		Actor:   r.text("userIdentity.arn", "userIdentity.invokedBy", "userIdentity.principalId", "userIdentity.accountId"),
		Address: r.text("sourceIPAddress"),
		Error:   r.failure(),
	}
	if t, ok := r.get("_time").Float(); ok {
		c.Time = t
	}
	c.Resource = Resource{Account: c.Account, Region: c.Region, Kind: op.kind, ID: resourceID(op.kind, r.text(op.ids...))}
	c.Resource.ID = r.intern(c.Resource.ID)
	switch op.act {
	case modify:
		if !r.permissions(c, op) {
			return nil, false
		}
	case reset:
		if a := r.attribute(); a != "" && !op.grants(a) {
			return nil, false
		}
	case block:
		c.Mode = r.text(op.modes...)
		return c, true
	case unblock:
		c.Mode = Unblocked
		return c, true
	}
	c.Blind = c.Blind || c.Resource.ID == ""
	return c, true
}

// failure returns why the call failed. Events of the add-on say success where
// they have no error; a few calls of EC2 fail by what they return.
func (r reader) failure() string {
	if code := r.text("errorCode"); code != "" && code != "success" {
		return code
	}
	if strings.EqualFold(r.get("responseElements._return").String(), "false") {
		return "returned false"
	}
	return ""
}

// attribute returns what a call sets, in lower case without underscores: EC2
// writes launchPermission and CREATE_VOLUME_PERMISSION.
func (r reader) attribute() string {
	name := r.text("requestParameters.attributeType", "requestParameters.attributeName", "requestParameters.attribute")
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// permissions reads whom a call adds and removes, and returns false if it is
// about another attribute.
func (r reader) permissions(c *Call, op *operation) bool {
	attribute := r.attribute()
	if attribute != "" && !op.grants(attribute) {
		return false
	}
	for _, l := range op.lists {
		change := l.change
		if change == asOperation {
			change = strings.ToLower(r.get("requestParameters.operationType").String())
		}
		to := &c.Added
		switch change {
		case "add":
		case "remove":
			to = &c.Removed
		default:
			continue
		}
		for _, id := range r.get(l.field).Texts() {
			*to = addRecipient(*to, recipientOf(l.recipient, r.intern(id)))
		}
	}
	if len(c.Added)+len(c.Removed) == 0 {
		// A call that names the resource, and no attribute, sets something
		// else, such as the description.
		c.Blind = attribute != "" || c.Resource.ID == ""
		return c.Blind
	}
	return true
}

func addRecipient(list []Recipient, r Recipient) []Recipient {
	if r.ID == "" {
		return list
	}
	return append(list, r)
}

// recipientOf makes a recipient of what stands in a list.
func recipientOf(t RecipientType, id string) Recipient {
	switch {
	case id == everyone && (t == Group || t == Account):
		return Recipient{Public, everyone} // RDS has "all" among the accounts
	default:
		return Recipient{t, id}
	}
}

// everyone is what AWS calls the public.
const everyone = "all"

// resourceID writes the name of a resource as it is compared: those of database
// snapshots are kept in lower case by RDS, and may be given as an ARN.
func resourceID(k Kind, id string) string {
	if k != DBSnapshot && k != DBClusterSnapshot {
		return id
	}
	if strings.HasPrefix(id, "arn:") {
		if parts := strings.SplitN(id, ":", 7); len(parts) == 7 {
			id = parts[6]
		}
	}
	return strings.ToLower(id)
}
