package detection

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// The first generation keeps tests apart from detections, and baselines with
// conditions of their own.
func TestTestsInFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	l := Load(escu.Dir{FS: fstest.MapFS{
		"detections/cloud/a.yml":    file("name: A\nid: 1\ntype: TTP\nsearch: x\ntags: {observable: []}\n"),
		"baselines/usual_users.yml": file("name: Usual Users\nid: 2\ntype: Baseline\nsearch: y | outputlookup u.csv\ntags: {detections: [A]}\n"),
		"tests/cloud/a.test.yml": file(`name: A Unit Test
tests:
- name: A
  file: endpoint/a.yml
  pass_condition: '| stats count | where count > 0'
  earliest_time: -24h
  latest_time: now
  baselines:
  - name: Usual Users
    file: usual_users.yml
    pass_condition: '| stats count | where count > 0'
  attack_data:
  - file_name: events.json
    data: https://example.com/events.json
    source: aws_cloudtrail
    sourcetype: aws:cloudtrail
    custom_index: test
    update_timestamp: true
- name: B
  file: cloud/b.yml
`),
	}})
	const rows = "| stats count | where count > 0"
	if diff := cmp.Diff([]Test{{
		Name: "A", File: "tests/cloud/a.test.yml", PassCondition: rows,
		Baselines: []TestBaseline{{"Usual Users", "usual_users.yml", rows}},
		Data:      []TestData{{Data: "https://example.com/events.json", Source: "aws_cloudtrail", Sourcetype: "aws:cloudtrail", Index: "test", UpdateTimestamp: true}},
	}}, l.Detections[0].Tests); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("tests/cloud/a.test.yml:20:9: the test is for cloud/b.yml, which is no detection here", l.Problems.Error()); diff != "" {
		t.Error(diff)
	}
	b := l.Baselines[0]
	if b.Name != "Usual Users" || len(b.Detections) != 1 || !b.In("usual_users.yml") || b.In("other.yml") || b.In("") {
		t.Errorf("got %+v", b)
	}
}

// What a test expects besides stands under a key of ours. A field without a
// value is one that the row lacks.
func TestExpectations(t *testing.T) {
	t.Parallel()
	l := Load(escu.Dir{FS: fstest.MapFS{"detections/a.yml": file(`name: A
id: "1"
type: Hunting
creation_date: '2026-05-01'
search: x
tests:
- {name: exact, pugmark: {rows: 2, fields: {user: eve, groups: [a, b], none: null}}}
- {name: several, expected_results: 3, pugmark: {fields: [{user: eve}, {user: mallory}]}}
- {name: never, pugmark: {must_not_fire: true}}
- {name: no rows, pugmark: {rows: 0}}
- {name: wrong, expected_results: -1, pugmark: {rows: -2, fields: {a: b}, must_not_fire: yes, row: 1}}
`)}})
	if diff := cmp.Diff([]Test{
		{Name: "exact", Expect: &Expectation{Rows: 2, Fields: []ExpectedRow{{{"user", []string{"eve"}}, {"groups", []string{"a", "b"}}, {"none", nil}}}}},
		{Name: "several", AtLeast: 3, Expect: &Expectation{Rows: -1, Fields: []ExpectedRow{{{"user", []string{"eve"}}}, {{"user", []string{"mallory"}}}}}},
		{Name: "never", NoResults: true, Expect: &Expectation{Rows: 0}},
		{Name: "no rows", NoResults: true, Expect: &Expectation{Rows: 0}},
		{Name: "wrong", NoResults: true, Expect: &Expectation{Rows: 0, Fields: []ExpectedRow{{{"a", []string{"b"}}}}}},
	}, l.Detections[0].Tests); diff != "" {
		t.Error(diff)
	}
	const place = "detections/a.yml:11:"
	want := place + `35: expected_results: a number from 0 was expected, not -1
` + place + `55: rows: a number from 0 was expected, not -2
` + place + `90: must_not_fire contradicts the rows or fields that the test expects
` + place + `95: unknown key "row" in pugmark of a test`
	if diff := cmp.Diff(want, notesOf(l.Detections[0], place)); diff != "" {
		t.Error(diff)
	}
}

// notesOf returns the notes of a line.
func notesOf(d *Detection, place string) string {
	var of Detection
	for _, n := range d.Notes {
		if len(n.Error()) > len(place) && n.Error()[:len(place)] == place {
			of.Notes = append(of.Notes, n)
		}
	}
	return notes(&of)
}
