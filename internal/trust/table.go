package trust

import "time"

// LookupName is the lookup through which searches ask.
const LookupName = "pugmark_trust"

// LookupColumns are the columns of the lookup.
func LookupColumns() []string {
	return []string{
		"recipient", "trust_from", "trust", "trust_verdict", "trust_kind", "trust_id", "trust_name",
		"trust_owner", "trust_reason", "trust_expires", "trust_source",
	}
}

// LookupSettings are what makes the table a lookup by recipient and time: the
// first row that fits the recipient, and of its rows the latest one that is
// not later than the event.
func LookupSettings() [][2]string {
	return [][2]string{
		{"match_type", "WILDCARD(recipient)"},
		{"max_matches", "1"},
		{"time_field", "trust_from"},
		{"time_format", "%Y-%m-%d"},
		{"max_offset_secs", "4000000000"}, // to the year 2096; 63 years if not said
	}
}

// always is the day from which rows hold that have no beginning.
const always = "1970-01-01"

// Rows are the rows of the lookup, nil without files. A recipient finds its row
// as it stands in a request: an account's number, or the ARN of an organization
// or OU. An entry that expires has a second row, from that day on; where two
// rows hold from the same day the first one counts, so that what is said of an
// OU comes before what is said of its organization. The last row fits every
// recipient and says that files tell nothing of it.
func (t *Trust) Rows() [][]string {
	if t.Empty() {
		return nil
	}
	entries := t.Entries()
	var expiring []*Entry // organizations
	for _, e := range entries {
		if e.Kind == Organization && !e.Expires.IsZero() {
			expiring = append(expiring, e)
		}
	}
	var rows [][]string
	for _, e := range entries {
		switch e.Kind {
		case OU:
			recipient := "arn:aws*:organizations::*:ou/*/" + e.ID
			rows = append(rows, e.rows(recipient, OU)...)
			rows = append(rows, e.restated(recipient, expiring)...)
		case Organization:
			rows = append(rows, e.rows("arn:aws*:organizations::*:organization/"+e.ID, Organization)...)
			rows = append(rows, e.rows("arn:aws*:organizations::*:ou/"+e.ID+"/*", OU)...)
		case Account:
			rows = append(rows, e.rows(e.ID, Account)...)
		}
	}
	return append(rows, []string{"*", always, string(Unknown), "", "", "", "", "", "", "", string(FromFile)})
}

// InferredRows are the rows of the lookup without files, for accounts whose logs
// are ours. No row fits the others: of them nobody has told anything.
func InferredRows(accounts []string) [][]string {
	rows := make([][]string, len(accounts))
	for i, id := range accounts {
		rows[i] = []string{id, always, string(Own), string(OwnAccount), string(Account), id, "", "", "", "", string(Inferred)}
	}
	return rows
}

// rows are those of an entry for recipients of a kind.
func (e *Entry) rows(recipient string, kind Kind) [][]string {
	rows := [][]string{e.row(recipient, always, kind, false)}
	if !e.Expires.IsZero() {
		rows = append(rows, e.row(recipient, e.Expires.Format(time.DateOnly), kind, true))
	}
	return rows
}

func (e *Entry) row(recipient, from string, kind Kind, expired bool) []string {
	relation, verdict, expires := e.Relation, verdictOf(e, kind), ""
	if !e.Expires.IsZero() {
		expires = e.Expires.Format(time.DateOnly)
	}
	if expired {
		relation = Expired
		switch kind {
		case OU:
			verdict = ForeignOU
		case Organization:
			verdict = ForeignOrganization
		default:
			verdict = "" // a stranger, of whom the search knows more
		}
	}
	return []string{
		recipient, from, string(relation), string(verdict), string(e.Kind), e.ID, e.Name,
		e.Owner, e.Reason, expires, string(FromFile),
	}
}

// restated are rows that say of an OU again what holds, on the days on which its
// organization expires, or any that may be its: else that later row would count
// for the OU.
func (e *Entry) restated(recipient string, expiring []*Entry) [][]string {
	var rows [][]string
	for _, o := range expiring {
		if (e.Organization == "" || e.Organization == o.ID) && !o.Expires.Equal(e.Expires) {
			rows = append(rows, e.row(recipient, o.Expires.Format(time.DateOnly), OU, e.ExpiredAt(o.Expires)))
		}
	}
	return rows
}
