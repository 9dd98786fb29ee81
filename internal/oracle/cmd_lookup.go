package oracle

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// Lookup is a table of a lookup command and how its cells match.
type Lookup struct {
	Columns []string
	Rows    []map[string]string
	// MatchType is the match type of a column, WILDCARD or CIDR; other columns
	// match exactly.
	MatchType map[string]string
	// CaseInsensitive lets case not count.
	CaseInsensitive bool
	// MaxMatches bounds the rows that match; 0 is 1000.
	MaxMatches int
	// MinMatches, if more rows than match, brings in DefaultMatch.
	MinMatches   int
	DefaultMatch string
}

// find returns the rows that match all keys.
func (l *Lookup) find(keys map[string]string) []map[string]string {
	most := l.MaxMatches
	if most == 0 {
		most = 1000
	}
	var found []map[string]string
	for _, r := range l.Rows {
		matches := len(found) < most
		for column, key := range keys {
			matches = matches && l.matches(column, r[column], key)
		}
		if matches {
			found = append(found, r)
		}
	}
	return found
}

func (l *Lookup) matches(column, cell, key string) bool {
	switch l.MatchType[column] {
	case "CIDR":
		subnet, err := netip.ParsePrefix(cell)
		if err != nil {
			return cell == key
		}
		address, err := netip.ParseAddr(key)
		return err == nil && subnet.Contains(address)
	case "WILDCARD":
		return wildcard(cell, !l.CaseInsensitive).MatchString(key)
	}
	if l.CaseInsensitive {
		return strings.EqualFold(cell, key)
	}
	return cell == key
}

// lookup adds columns of a table to the rows whose fields match its keys.
func lookup(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	ignored := ""
	a.Text("local", &ignored)
	a.Text("update", &ignored)
	t, err := x.table(a.Field())
	if err != nil {
		return nil, err
	}
	keys := columnPairs(a, "output", "outputnew")
	onlyNew := a.Peek().Is("outputnew")
	var outputs [][2]string
	if a.Keyword("output", "outputnew") {
		outputs = columnPairs(a)
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	if outputs == nil {
		for _, c := range t.Columns {
			if !slices.ContainsFunc(keys, func(k [2]string) bool { return k[0] == c }) {
				outputs = append(outputs, [2]string{c, c})
			}
		}
	}
	for _, r := range in {
		if err := t.apply(r, keys, outputs, onlyNew); err != nil {
			return nil, err
		}
	}
	return in, nil
}

func (l *Lookup) apply(r *row, keys, outputs [][2]string, onlyNew bool) error {
	wanted := map[string]string{}
	for _, k := range keys {
		v := r.get(k[1])
		if v.isNull() {
			return nil
		}
		s, ok := v.single()
		if !ok {
			return unsupported("lookup with a multivalue key")
		}
		wanted[k[0]] = s
	}
	found := l.find(wanted)
	before := r.clone()
	for _, o := range outputs {
		var values []string
		for _, match := range found {
			if match[o[0]] != "" {
				values = append(values, match[o[0]])
			}
		}
		if len(found) < l.MinMatches && len(found) == 0 {
			values = []string{l.DefaultMatch}
		}
		if len(values) > 0 && !(onlyNew && !before.get(o[1]).isNull()) {
			r.set(o[1], multi(values))
		}
	}
	return nil
}

// columnPairs reads columns with the fields that stand for them.
func columnPairs(a *spl.Args, stop ...string) [][2]string {
	var pairs [][2]string
	for a.More() && !slices.ContainsFunc(stop, a.Peek().Is) {
		if a.Take(",") {
			continue
		}
		column := a.Field()
		field := column
		if a.Keyword("as") {
			field = a.Field()
		}
		pairs = append(pairs, [2]string{column, field})
	}
	return pairs
}

func (x *executor) table(name string) (*Lookup, error) {
	if t := x.options.Lookups[name]; t != nil {
		if len(t.Rows) == 0 && strings.TrimSuffix(name, ".csv") == "pugmark_trust" && x.reads {
			return x.inferred(t)
		}
		return t, nil
	}
	return nil, unsupported("lookup %s", name)
}

// inferred is the table of trust where nobody gave it rows: the accounts to which
// any of the CloudTrail events was delivered are ours.
func (x *executor) inferred(t *Lookup) (*Lookup, error) {
	made := *t
	for _, e := range x.events {
		if kind, _ := e.get("sourcetype").single(); kind != "aws:cloudtrail" {
			continue
		}
		v := e.get("recipientAccountId")
		if v.isNull() {
			continue
		}
		number := v[len(v)-1].text
		_, err := strconv.ParseUint(number, 10, 64)
		known := slices.ContainsFunc(made.Rows, func(r map[string]string) bool { return r["recipient"] == number })
		if err != nil || len(number) != 12 || known {
			continue
		}
		made.Rows = append(made.Rows, map[string]string{
			"recipient": number, "trust_from": "1970-01-01", "trust": "own", "trust_verdict": "own account",
			"trust_kind": "account", "trust_id": number, "trust_source": "inferred",
		})
	}
	return &made, nil
}

// inputlookup makes rows of a table, or adds them to those before it. An empty
// cell is an absent field.
func inputlookup(x *executor, a *spl.Args, in []*row) ([]*row, error) {
	add, strict := false, false
	a.Bool("append", &add)
	a.Bool("strict", &strict)
	t, err := x.table(a.Field())
	if err != nil {
		return nil, err
	}
	var condition spl.SearchExpr = &spl.SearchAnd{}
	if a.Keyword("where") {
		condition = a.Search()
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	if condition, err = x.resolve(condition); err != nil {
		return nil, err
	}
	out := in
	if !add {
		out = nil
	}
	for _, cells := range t.Rows {
		r := newRow()
		for _, c := range t.Columns {
			if cells[c] != "" {
				r.set(c, text(cells[c]))
			}
		}
		if x.matches(condition, r) {
			out = append(out, r)
		}
	}
	return out, nil
}
