package knowledge

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
)

// LookupDefinition is how Splunk would be told of a table.
type LookupDefinition struct {
	Name        string
	Description string
	File        string // that defines it, "" where only the table is there
	// CSV is the name of the table's file, "" for a KV store.
	CSV string
	// Collection and Fields are those of a KV store.
	Collection string
	Fields     []string
	// Settings are those that differ from what Splunk takes for granted, by
	// their names in transforms.conf.
	Settings [][2]string
}

// Definition returns how the table is defined.
func (t *Table) Definition() LookupDefinition {
	d := &t.definition
	l := LookupDefinition{Name: d.name, Description: d.description, File: d.file, Settings: d.settings()}
	if d.keyed {
		l.Collection = d.collection
		l.Fields = append([]string{keyColumn}, d.fields...)
		return l
	}
	l.CSV = cmp.Or(d.csv, strings.TrimSuffix(d.name, ".csv")+".csv")
	return l
}

// settings writes the definition as transforms.conf has it.
func (d *definition) settings() [][2]string {
	var all [][2]string
	set := func(name, value string, is bool) {
		if is {
			all = append(all, [2]string{name, value})
		}
	}
	set("match_type", d.matchTypes(), len(d.match) > 0)
	set("case_sensitive_match", "false", !d.caseSensitive)
	set("max_matches", strconv.Itoa(d.maxMatches), d.maxMatches >= 0)
	set("min_matches", strconv.Itoa(d.minMatches), d.minMatches > 0)
	set("default_match", d.defaultMatch, d.defaultMatch != "")
	set("filter", d.filter, d.filter != "")
	plain := newDefinition(d.name)
	set("time_field", d.timeField, d.timeField != "")
	set("time_format", d.timeFormat, d.timeFormat != plain.timeFormat)
	set("max_offset_secs", strconv.FormatFloat(d.maxOffset, 'f', -1, 64), d.maxOffset != plain.maxOffset)
	set("min_offset_secs", strconv.FormatFloat(d.minOffset, 'f', -1, 64), d.minOffset != plain.minOffset)
	return all
}

func (d *definition) matchTypes() string {
	var parts []string
	for column, kind := range d.match {
		switch kind {
		case matchWildcard:
			parts = append(parts, "WILDCARD("+column+")")
		case matchCIDR:
			parts = append(parts, "CIDR("+column+")")
		case matchExact:
			parts = append(parts, "EXACT("+column+")")
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// WriteCSV writes the rows of the table as they are now.
func (t *Table) WriteCSV(to io.Writer) error { return writeCSV(to, t.contents.Load().all) }

// Table returns the table of a name, as Lookup does.
func (l *Lookups) Table(name string) (*Table, bool) {
	found, ok := l.Lookup(name)
	if !ok {
		return nil, false
	}
	return found.(*Table), true
}
