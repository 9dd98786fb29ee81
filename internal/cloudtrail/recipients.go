package cloudtrail

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/jsonblock"
	"github.com/pugmark/pugmark/internal/plan"
)

// Recipients notes to which accounts records were delivered: what the field
// recipientAccountId says, the last time if it stands there more than once. A
// record counts only if all of it is well formed and the account's number has 12
// digits.
//
// Nearly all records are of an account that is known by then, and are not
// parsed for that: the last place with the text of the key is looked for, near
// the end of a record that CloudTrail wrote, and the brackets behind it are
// followed to know that it is a key of the record itself. An account that is
// not known yet, and whatever looks odd, is judged by parsing the record. So the
// accounts noted are the same in whatever order, and by however many, records
// are seen. A Recipients is used by one goroutine at a time.
type Recipients struct {
	to    *plan.Accounts
	known map[string]struct{}
	// endings are how records of known accounts ended, some of those last seen,
	// from the byte in front of the key on. Whatever ends like one of them is of
	// the same account, and few ends differ.
	endings [256][]byte

	record event.Record
	layout *event.Layout
	meta   event.Meta
}

const recipientField = "recipientAccountId"

// NewRecipients returns what adds accounts to a set.
func NewRecipients(to *plan.Accounts) *Recipients {
	return &Recipients{
		to: to, known: map[string]struct{}{}, meta: event.Meta{Sourcetype: Sourcetype},
		layout: event.NewLayout(event.SetOf(recipientField), SchemaOf(Sourcetype)),
	}
}

// See takes a record.
func (r *Recipients) See(cut *Cut) {
	if len(cut.Given) > 0 {
		r.parse(cut) // a field beside the text wins over one in it
		return
	}
	ending := &r.endings[tailHash(cut.Text)%uint64(len(r.endings))]
	if len(*ending) > 0 && bytes.HasSuffix(cut.Text, *ending) {
		return
	}
	key := lastRecipientKey(cut.Text)
	if key < 0 {
		if !cut.Plain && mayEscapeKey(cut.Text) {
			r.parse(cut)
		}
		return
	}
	number, from := recipientAt(cut.Text, key, cut.Plain)
	if _, known := r.known[string(number)]; !known {
		r.parse(cut)
		return
	}
	if end := cut.Text[from:]; len(end) <= nearEnd {
		*ending = append((*ending)[:0], end...)
	}
}

// tailHash tells ends of records apart by what differs in them: the name of the
// service's host, if it is the last thing told of TLS.
func tailHash(text []byte) uint64 {
	n := len(text)
	if n < 64 {
		return 0
	}
	near, far := binary.LittleEndian.Uint64(text[n-32:]), binary.LittleEndian.Uint64(text[n-48:])
	return (near*0x9e3779b97f4a7c15 ^ far*0xc2b2ae3d27d4eb4f ^ binary.LittleEndian.Uint64(text[n-64:])) * 0x9e3779b97f4a7c15 >> 32
}

// parse notes the account of a record that is read as events are.
func (r *Recipients) parse(cut *Cut) {
	if r.to.TooMany() {
		return
	}
	r.record.Reset(cut.Text, &r.meta, r.layout, 0, false, cut.Given)
	v := r.record.Get(recipientField)
	if v.IsNull() || r.record.Problem() != "" || len(cut.Given) == 0 && !isWhole(cut.Text) {
		return
	}
	number := v.At(v.Len() - 1).String()
	if _, known := r.known[number]; known || !isAccount([]byte(number)) {
		return
	}
	number = strings.Clone(number)
	r.known[number] = struct{}{}
	r.to.Add(number)
}

const (
	// nearEnd is in how many of a record's last bytes the key stands where
	// CloudTrail wrote it: TLS details and the ID of an endpoint may follow.
	nearEnd = 384
	// The key in two parts: the search for the second stops seldom.
	recipientBefore = `"recipient`
	recipientRest   = `AccountId"`
)

// lastRecipientKey returns where the last key of that name begins, with its
// quote, wherever in the record it stands; -1 if there is none without escapes.
func lastRecipientKey(text []byte) int {
	from := max(0, len(text)-nearEnd)
	if at := lastIn(text, from); at >= 0 || from == 0 {
		return at
	}
	return lastIn(text, 0)
}

func lastIn(text []byte, from int) int {
	rest, last := []byte(recipientRest), -1
	for {
		i := jsonblock.Index(text[from:], rest)
		if i < 0 {
			return last
		}
		start := from + i - len(recipientBefore)
		from += i + len(rest)
		if start >= 0 && string(text[start:start+len(recipientBefore)]) == recipientBefore {
			last = start
		}
	}
}

// recipientAt returns the number behind a key and where the byte in front of the
// key is, if the key is sure to be the record's own and no other of its name
// follows; else the number is nil.
func recipientAt(text []byte, key int, plain bool) (number []byte, from int) {
	from = key - 1
	for from >= 0 && isSpace(text[from]) {
		from--
	}
	if from < 0 || text[from] != ',' && text[from] != '{' {
		return nil, 0
	}
	i := skipSpace(text, key+len(recipientBefore)+len(recipientRest))
	if i == len(text) || text[i] != ':' {
		return nil, 0
	}
	i = skipSpace(text, i+1) + 1
	end := i + accountDigits
	if end >= len(text) || text[i-1] != '"' || text[end] != '"' || !isAccount(text[i:end]) {
		return nil, 0
	}
	rest := text[end+1:]
	if !plain && bytes.IndexByte(rest, '\\') >= 0 {
		return nil, 0 // another key may be written with escapes
	}
	c := jsonblock.Cursor{Depth: 1}
	if !c.Close(rest, 0) || c.Pos != len(rest) {
		return nil, 0 // of an object inside the record
	}
	return text[i:end], from
}

// accountDigits is how many digits the number of an account has.
const accountDigits = 12

func isAccount(text []byte) bool {
	if len(text) != accountDigits {
		return false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
