// Package cloudtrail knows AWS CloudTrail: how its records are packed into
// files and messages, which fields Splunk's add-on for AWS makes of them, which
// data models they belong to and how they look in OCSF.
//
// It cuts bytes and names fields; it opens no file, knows no search and parses
// no record as a whole. Start reading at [Reader] for containers, at [SchemaOf]
// for fields and at [Prefilter] for telling from bytes that a record is not
// wanted.
package cloudtrail

import (
	"slices"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// The sourcetypes of what a [Reader] cuts.
const (
	Sourcetype     = "aws:cloudtrail"
	SourcetypeOCSF = "aws:asl"
	// SourcetypeLake is what older content calls OCSF events.
	SourcetypeLake = "aws:cloudtrail:lake"
	// SourcetypeJSON is that of events that are nothing known.
	SourcetypeJSON = "_json"
)

var (
	addOnSchema = event.Schema{Times: []string{"eventTime"}, ID: "eventID", Derived: derivations(addOnFields)}
	ocsfSchema  = event.Schema{Times: []string{"time", "eventTime"}, ID: "eventID", Derived: derivations(ocsfFields)}
	jsonSchema  = event.Schema{Times: []string{"eventTime", "time", "timestamp", "@timestamp"}}
)

// SchemaOf returns how events of a sourcetype are read: CloudTrail with the
// fields of the add-on, its OCSF view, or JSON without computed fields. It is
// the same for every call and is not to be changed.
func SchemaOf(sourcetype string) *event.Schema {
	switch sourcetype {
	case Sourcetype:
		return &addOnSchema
	case SourcetypeOCSF, SourcetypeLake:
		return &ocsfSchema
	}
	return &jsonSchema
}

// FieldDoc describes a computed field, for the reference.
type FieldDoc struct {
	Name string
	// Basis says how the rule is known: S from the sample events and searches
	// of Splunk's public content, D from the documentation of Splunk or AWS,
	// I inferred.
	Basis string
	Doc   string
	// Needs are the raw fields that it is computed from.
	Needs []string
}

// Fields describes the computed fields of a sourcetype in the order of their
// table, none if it has none.
func Fields(sourcetype string) []FieldDoc {
	var table []field
	switch sourcetype {
	case Sourcetype:
		table = addOnFields
	case SourcetypeOCSF, SourcetypeLake:
		table = ocsfFields
	}
	docs := make([]FieldDoc, len(table))
	for i, f := range table {
		docs[i] = FieldDoc{Name: f.name, Basis: f.basis, Doc: f.doc, Needs: f.rule.Needs}
	}
	return docs
}

// field is a row of a table of computed fields.
type field struct {
	name, basis, doc string
	rule             event.Derivation
}

func derivations(table []field) map[string]event.Derivation {
	m := make(map[string]event.Derivation, len(table))
	for _, f := range table {
		m[f.name] = orOwn(f.name, f.rule)
	}
	return m
}

// orOwn is a rule that leaves a field of its name as it is in the event where
// it has nothing to say. CloudTrail has no such fields, but events that were
// made of others may.
func orOwn(name string, rule event.Derivation) event.Derivation {
	if slices.Contains(rule.Needs, name) {
		return rule
	}
	return event.Derivation{
		Needs: append(slices.Clone(rule.Needs), name),
		Compute: func(get func(string) value.Value) value.Value {
			if v := rule.Compute(get); !v.IsNull() {
				return v
			}
			return get(name)
		},
	}
}
