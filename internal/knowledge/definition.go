package knowledge

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/spl"
)

// matchType is how the cells of a key column are compared with a field.
type matchType uint8

const (
	matchExact matchType = iota
	matchWildcard
	matchCIDR
)

// definition is how a lookup table is used. Source: Splunk, transforms.conf.
type definition struct {
	name          string
	match         map[string]matchType // by column; exact if not named
	caseSensitive bool
	minMatches    int
	maxMatches    int
	defaultMatch  string
	filter        string // a search expression that rows must fulfil
	timeField     string // the column that tells from when on a row holds
	timeFormat    string
	minOffset     float64 // seconds that an event must be later than its row
	maxOffset     float64
	fields        []string // the columns of a KV store
	keyed         bool     // a KV store: rows have a _key

	collection  string // of a KV store
	csv         string // the name of the table's file
	description string
	file        string // that defines it, "" for the command line
}

func newDefinition(name string) definition {
	return definition{name: name, caseSensitive: true, maxMatches: -1, maxOffset: 2_000_000_000, timeFormat: "%s.%Q"}
}

// max is how many rows may match. Source: Splunk, transforms.conf: 1000, and 1
// where rows hold from a time on.
func (d *definition) max() int {
	switch {
	case d.maxMatches >= 0:
		return d.maxMatches
	case d.timeField != "":
		return 1
	}
	return 1000
}

// lookupOptions are the settings that the command line knows.
var lookupOptions = []string{
	"match_type", "case_sensitive_match", "max_matches", "min_matches", "default_match", "filter",
	"time_field", "time_format", "max_offset_secs", "min_offset_secs", "writable",
}

// set gives a setting a value, both as text.
func (d *definition) set(name, text string) error {
	count := func(to *int, least, most int) error {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < least || n > most {
			return fmt.Errorf("%s: a whole number from %d to %d was expected, not %q", name, least, most, text)
		}
		*to = n
		return nil
	}
	seconds := func(to *float64) error {
		n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
		if err != nil {
			return fmt.Errorf("%s: a number of seconds was expected, not %q", name, text)
		}
		*to = float64(n)
		return nil
	}
	switch name {
	case "match_type":
		return d.setMatchTypes(text)
	case "case_sensitive_match":
		b, ok := spl.ParseBool(strings.TrimSpace(text))
		if !ok {
			return fmt.Errorf("case_sensitive_match: true or false was expected, not %q", text)
		}
		d.caseSensitive = b
	case "max_matches":
		return count(&d.maxMatches, 1, 1000)
	case "min_matches":
		return count(&d.minMatches, 0, 1000)
	case "default_match":
		d.defaultMatch = text
	case "filter":
		d.filter = strings.TrimSpace(text)
	case "time_field":
		d.timeField = strings.TrimSpace(text)
	case "time_format":
		d.timeFormat = text
	case "max_offset_secs":
		return seconds(&d.maxOffset)
	case "min_offset_secs":
		return seconds(&d.minOffset)
	}
	return nil
}

// setMatchTypes reads WILDCARD(a), CIDR(b) c: a column that is only named is
// compared exactly.
func (d *definition) setMatchTypes(text string) error {
	if d.match == nil {
		d.match = map[string]matchType{}
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' }) {
		kind, column, ok := strings.Cut(strings.TrimSuffix(part, ")"), "(")
		if !ok {
			kind, column = "EXACT", part
		}
		switch strings.ToUpper(kind) {
		case "EXACT":
			d.match[column] = matchExact
		case "WILDCARD":
			d.match[column] = matchWildcard
		case "CIDR":
			d.match[column] = matchCIDR
		default:
			return fmt.Errorf("match_type: EXACT(column), WILDCARD(column) or CIDR(column) was expected, not %q", part)
		}
		if column == "" {
			return fmt.Errorf("match_type: a column was expected in %q", part)
		}
	}
	return nil
}

// splitLookup takes name=FILE[,option=value]… of the command line apart. A
// comma that no option follows belongs to the value before it.
func splitLookup(text string) (name, file string, options [][2]string, err error) {
	name, rest, ok := strings.Cut(text, "=")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return "", "", nil, fmt.Errorf("name=FILE was expected, not %q", text)
	}
	for i, part := range strings.Split(rest, ",") {
		option, value, isOption := strings.Cut(part, "=")
		option = strings.TrimSpace(option)
		switch {
		case i == 0:
			file = part
		case isOption && slices.Contains(lookupOptions, option):
			options = append(options, [2]string{option, value})
		case isOption && diag.Nearest(option, lookupOptions) != "":
			return "", "", nil, fmt.Errorf("unknown option %q; %s", option, diag.Suggest(option, lookupOptions))
		case len(options) > 0:
			options[len(options)-1][1] += "," + part
		default:
			file += "," + part
		}
	}
	if file == "" {
		return "", "", nil, fmt.Errorf("a file was expected behind %s=", name)
	}
	return name, file, options, nil
}

// readDefinition reads the YAML of a lookup, of any generation: filename or
// collection with fields_list in the older one, lookup_type with the file
// named like the YAML or with fields in the newer.
func readDefinition(file *escu.File, stem string) (d definition, csv string, ok bool) {
	root := file.Root
	d = newDefinition(root.Text("name"))
	if !validName(d.name) {
		root.Fail("name", "", "a lookup's name of letters, digits, _, - and . was expected")
		return d, "", false
	}
	for _, option := range lookupOptions {
		switch {
		case option == "writable" || !root.Has(option):
		case option == "match_type":
			if err := d.setMatchTypes(strings.Join(root.Texts(option), ",")); err != nil {
				root.Fail(option, "", "%v", err)
			}
		default:
			if err := d.set(option, root.Text(option)); err != nil {
				root.Fail(option, "", "%v", err)
			}
		}
	}
	d.file, d.description, d.collection = file.Source.Name, root.Text("description"), cmp.Or(root.Text("collection"), d.name)
	kind := strings.ToLower(root.Text("lookup_type"))
	filename := root.Text("filename")
	switch {
	case kind == "csv" && filename == "":
		filename = stem + ".csv"
	case kind == "mlmodel" || strings.HasSuffix(filename, ".mlmodel") || strings.HasPrefix(stem, "__mlspl_"):
		return d, "", false // a model, not a table: for fit and apply
	case kind == "kvstore" || root.Has("collection") || filename == "" && (root.Has("fields") || root.Has("fields_list")):
		d.keyed = true
		for _, list := range append(root.Texts("fields"), root.Texts("fields_list")...) {
			d.fields = append(d.fields, strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })...)
		}
		d.fields = slices.DeleteFunc(d.fields, func(f string) bool { return f == keyColumn })
		if len(d.fields) == 0 {
			root.Fail("fields", "", "lookup %q has no fields", d.name)
			return d, "", false
		}
		return d, "", true
	case filename == "":
		root.Fail("filename", "", "lookup %q has neither a file nor a collection", d.name)
		return d, "", false
	}
	d.csv = path.Base(filename)
	return d, filename, true
}

// validName reports whether a name may be that of a file in the state
// directory: nothing that leads elsewhere.
func validName(name string) bool {
	if name == "" || len(name) > 200 || name[0] == '.' {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-.", r))
	})
}
