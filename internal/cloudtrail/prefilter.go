package cloudtrail

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/jsonblock"
	"github.com/pugmark/pugmark/internal/plan"
)

// Prefilter tells from the bytes of a record, without parsing it, that no
// search wants it. It looks for the text of a key and compares what follows;
// where the text alone leaves a doubt, such as with escapes, the record may be
// wanted. It is safe for use by several goroutines.
type Prefilter struct {
	all     bool
	drivers []driver
}

// driver is a key, and the values of it that some search wants.
type driver struct {
	field   string
	before  string              // the beginning of the key,
	needle  []byte              // and the rest of it, with the closing quote
	values  map[string]struct{} // lower case
	firsts  [256]bool           // what the text of a value that may be wanted can begin with
	longest int
}

// readFrom returns the keys of a record of which one has the value of a field,
// unchanged: then an event can only have the value if its text does.
func readFrom(field, sourcetype string) []string {
	switch sourcetype {
	case Sourcetype:
		switch field {
		case "eventName", "eventSource":
			return []string{field}
		case "command", "signature":
			return []string{"eventName", field} // its own, if there is no eventName
		}
	case SourcetypeOCSF, SourcetypeLake:
		// Of an event that is OCSF already, or of a raw record.
		switch field {
		case "eventName", "eventSource":
			return []string{field}
		case "api.operation":
			return []string{"api.operation", "eventName"}
		case "api.service.name":
			return []string{"api.service.name", "eventSource"}
		}
	default:
		switch field {
		case "eventName", "eventSource":
			return []string{field}
		}
	}
	return nil
}

// byPreference are the fields that are tested, that which tells most first.
var byPreference = []string{"eventName", "command", "signature", "api.operation", "eventSource", "api.service.name"}

// NewPrefilter returns the test for records of a sourcetype and index: whether
// one could fulfil all conditions of some element of anyOf. An empty anyOf
// wants every record.
func NewPrefilter(anyOf [][]plan.Condition, sourcetype, index string) *Prefilter {
	p := &Prefilter{all: len(anyOf) == 0}
	for _, conditions := range anyOf {
		if !possible(conditions, "sourcetype", sourcetype) || !possible(conditions, "index", index) {
			continue
		}
		if !p.drive(conditions, sourcetype) {
			p.all = true
			break
		}
	}
	return p
}

// drive adds the condition that is tested for a search, if there is one.
func (p *Prefilter) drive(conditions []plan.Condition, sourcetype string) bool {
	for _, field := range byPreference {
		keys := readFrom(field, sourcetype)
		if len(keys) == 0 {
			continue
		}
		for _, c := range conditions {
			if c.Field != field {
				continue
			}
			for _, k := range keys {
				p.add(k, c.Values)
			}
			return true
		}
	}
	return false
}

// possible reports whether a field with the given value, the same for all
// records, fulfils the conditions on it.
func possible(conditions []plan.Condition, field, value string) bool {
	for _, c := range conditions {
		if c.Field == field && !slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, value) }) {
			return false
		}
	}
	return true
}

func (p *Prefilter) add(field string, values []string) {
	i := slices.IndexFunc(p.drivers, func(d driver) bool { return d.field == field })
	if i < 0 {
		i = len(p.drivers)
		leaf := field[strings.LastIndexByte(field, '.')+1:]
		cut := rareLetter(leaf)
		p.drivers = append(p.drivers, driver{field: field, before: leaf[:cut], needle: []byte(leaf[cut:] + `"`), values: map[string]struct{}{}})
	}
	d := &p.drivers[i]
	for _, v := range values {
		if strings.ContainsFunc(v, func(c rune) bool { return c >= utf8.RuneSelf }) {
			p.all = true // it may equal text of other letters without regard to case
			return
		}
		d.values[v] = struct{}{}
		d.begins(v)
		d.longest = max(d.longest, len(v))
	}
}

// begins notes what the text of a value may begin with.
func (d *driver) begins(value string) {
	d.firsts['\\'] = true
	for c := utf8.RuneSelf; c < len(d.firsts); c++ {
		d.firsts[c] = true
	}
	if value == "" {
		d.firsts['"'] = true
		return
	}
	d.firsts[value[0]] = true
	d.firsts[unicode.ToUpper(rune(value[0]))] = true
}

// rareLetter returns where to cut a key so that a search for the rest of it
// stops seldom: it looks for the first letter, and capitals are rare in JSON.
func rareLetter(key string) int {
	return max(strings.IndexFunc(key, unicode.IsUpper), 0)
}

// All reports whether every record may be wanted, None whether none is: then
// there is no need to ask.
func (p *Prefilter) All() bool { return p.all }

// None reports whether no record is wanted.
func (p *Prefilter) None() bool { return !p.all && len(p.drivers) == 0 }

// May reports whether the record, of which plain tells whether no backslash is
// in it, could be wanted. It never says false of one that is.
func (p *Prefilter) May(record []byte, plain bool) bool {
	if p.all {
		return true
	}
	for i := range p.drivers {
		if p.drivers[i].may(record) {
			return true
		}
	}
	return len(p.drivers) > 0 && !plain && mayEscapeKey(record)
}

// mayEscapeKey reports whether the text has an escape that could stand for a
// letter, and so for one of a key: "\u0065ventName".
func mayEscapeKey(record []byte) bool {
	for {
		i := bytes.IndexByte(record, '\\')
		if i < 0 || i+4 >= len(record) {
			return false
		}
		if record[i+1] != 'u' {
			record = record[i+2:]
			continue
		}
		if record[i+2] == '0' && record[i+3] == '0' && record[i+4] >= '4' && record[i+4] <= '7' {
			return true
		}
		record = record[i+2:]
	}
}

// may looks at every place that could be the key, also where it is nested or
// the text of a string: only if each of them has another value is the record
// not wanted.
func (d *driver) may(record []byte) bool {
	for from := 0; ; {
		i := jsonblock.Index(record[from:], d.needle)
		if i < 0 {
			return false
		}
		start := from + i - len(d.before)
		from += i + len(d.needle)
		// A key begins with a quote; one that holds dots may end in this one.
		if start < 1 || record[start-1] != '"' && record[start-1] != '.' || string(record[start:start+len(d.before)]) != d.before {
			continue
		}
		if d.wants(record[from:]) {
			return true
		}
	}
}

// wants reports whether what follows a key is a wanted value, or may be.
func (d *driver) wants(after []byte) bool {
	i := skipSpace(after, 0)
	if i == len(after) || after[i] != ':' {
		return false // the text of a value
	}
	i = skipSpace(after, i+1)
	if i == len(after) {
		return false
	}
	if after[i] != '"' {
		return true
	}
	if i+1 < len(after) && !d.firsts[after[i+1]] {
		return false
	}
	// The value is wanted if it has the letters of a wanted one.
	var folded [64]byte
	n := 0
	for _, c := range after[i+1:] {
		switch {
		case c == '"':
			_, ok := d.values[string(folded[:n])]
			return ok
		case c == '\\' || c >= 0x80:
			return true
		case n == len(folded):
			return d.longest > n
		case c >= 'A' && c <= 'Z':
			c |= 0x20
		}
		folded[n] = c
		n++
	}
	return false
}
