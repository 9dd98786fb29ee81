package detection

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/risk"
	"github.com/pugmark/pugmark/internal/value"
)

func TestFill(t *testing.T) {
	t.Parallel()
	row := map[string]value.Value{
		"user":                     value.OfText("alice"),
		"accounts":                 value.OfTexts([]string{"1", "2", "3"}),
		"count":                    value.OfInt(5),
		"blank":                    value.OfText(" "),
		"userIdentity.arn":         value.OfText("arn:aws:iam::1:user/a"),
		"params.items{}.userId":    value.OfText("42"),
		"values(group_added)":      value.OfText("all"),
		"money":                    value.OfText("$user$"),
		"IsOutlier(api_calls)":     value.OfText("1.0"),
		"ключ":                     value.OfText("значение"),
		"requestParameters.x-amz-": value.OfText("acl"),
	}
	for _, test := range []struct{ name, message, want, missing string }{
		{"text alone", "Nothing to fill.", "Nothing to fill.", ""},
		{"empty", "", "", ""},
		{"a value", "User $user$ did it.", "User alice did it.", ""},
		{"several values", "Shared with $accounts$.", "Shared with 1, 2, 3.", ""},
		{"a number", "$count$ times", "5 times", ""},
		{"the same twice", "$user$ and $user$", "alice and alice", ""},
		{"side by side", "$user$$count$", "alice5", ""},
		{"dots", "by $userIdentity.arn$", "by arn:aws:iam::1:user/a", ""},
		{"braces", "to $params.items{}.userId$", "to 42", ""},
		{"parentheses", "$values(group_added)$ $IsOutlier(api_calls)$", "all 1.0", ""},
		{"dashes", "$requestParameters.x-amz-$", "acl", ""},
		{"other letters", "$ключ$", "значение", ""},
		{"a missing field", "Shared with $gone$ from $user$", "Shared with <gone: none> from alice", "gone"},
		{"a missing field twice", "$gone$ $gone$", "<gone: none> <gone: none>", "gone"},
		{"a blank field", "[$blank$]", "[<blank: empty>]", "blank"},
		{"two dollars are one", "costs $$5", "costs $5", ""},
		{"two dollars around a word", "$$user$$", "$user$", ""},
		{"a dollar without a counterpart", "user$ did", "user$ did", ""},
		{"a dollar at the end", "$user$ paid 5$", "alice paid 5$", ""},
		{"a name has no blanks", "paid $5 to $user$", "paid $5 to alice", ""},
		{"an open token before a whole one", "$user and $count$", "$user and 5", ""},
		{"a value is not filled again", "$money$", "$user$", ""},
		{"a newline", "$us\ner$ $user$", "$us\ner$ alice", ""},
	} {
		got, missing := Fill(test.message, func(field string) value.Value { return row[field] })
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if diff := cmp.Diff(test.missing, strings.Join(missing, " ")); diff != "" {
			t.Errorf("%s: missing: %s", test.name, diff)
		}
	}
}

func TestFillLeavesNoToken(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.StringMatching(`[a$ .b{}]{0,20}`).Draw(t, "message")
		tokens := Tokens(message)
		got, missing := Fill(message, func(string) value.Value { return value.OfText("V") })
		if len(missing) > 0 {
			t.Errorf("missing %v although every field has a value", missing)
		}
		_, missing = Fill(message, func(string) value.Value { return value.Value{} })
		if diff := cmp.Diff(tokens, missing); diff != "" {
			t.Error(diff)
		}
		if len(tokens) == 0 && got != strings.ReplaceAll(message, "$$", "$") {
			t.Errorf("%q became %q", message, got)
		}
	})
}

// evidence returns the lineage of a row that came from events of some times.
func evidence(t testing.TB, times ...string) *event.Lineage {
	t.Helper()
	schema := &event.Schema{Times: []string{"eventTime"}, ID: "eventID"}
	layout := event.NewLayout(event.AllFields, schema)
	row := event.New()
	for i, at := range times {
		var record event.Record
		text := fmt.Sprintf(`{"eventID":"id-%s-%d","eventTime":%q}`, at, i, at)
		record.Reset([]byte(text), &event.Meta{}, layout, uint64(i), true, nil)
		var e event.Event
		e.Reset(&record)
		row.Inherit(e.Lineage())
	}
	return row.Lineage()
}

func row(lineage *event.Lineage, fields ...event.Field) *event.Event {
	e := event.New(fields...)
	e.Inherit(lineage)
	return e
}

func field(name string, values ...string) event.Field {
	return event.Field{Name: name, Value: value.OfTexts(values)}
}

var now = time.Date(2026, 11, 23, 12, 0, 0, 123_456_789, time.UTC)

func shares() *Detection {
	return &Detection{
		ID: "f2132d74-cf81-4c5e-8799-ab069e67dc9f", Name: "AMI Shared", Version: 4, Type: TTP, Status: Production,
		Stories: []string{"Data Exfiltration"}, Techniques: []Technique{technique("T1537")}, Tactics: []string{"Exfiltration"},
		KillChainPhases: []string{"Actions On Objectives"}, NIST: []string{"DE.CM"}, CIS20: []string{"CIS 10"},
		Risk: Risk{
			Score: 80, Message: "AMI of $aws_account_id$ shared with $accounts_added$ from $src_ip$",
			Objects: []RiskObject{{Field: "user_arn", Type: "user", Score: 80}, {Field: "aws_account_id", Type: "other", Score: 80}},
			Threats: []ThreatObject{{Field: "src_ip", Type: "ip_address"}},
		},
	}
}

// The JSON of a finding is an interface: this is all of it, in order.
func TestFindingAsJSON(t *testing.T) {
	t.Parallel()
	f := NewFindings(shares(), now).Add(row(evidence(t, "2026-11-03T09:14:31Z", "2026-11-02T16:04:52Z"),
		field("count", "2"), field("accounts_added", "444455556666", "777788889999"),
		field("src_ip", "198.51.100.77"), field("user_arn", "arn:aws:iam::111122223333:user/m<x>"), field("aws_account_id", "111122223333"),
		field("values(group_added)", "all"),
	), []string{"src_ip", "user_arn", "region", "aws_account_id", "count"})
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(f); err != nil {
		t.Fatal(err)
	}
	want := `{
 "finding_id": "` + f.ID + `",
 "detection": {
  "id": "f2132d74-cf81-4c5e-8799-ab069e67dc9f",
  "name": "AMI Shared",
  "version": 4,
  "type": "TTP",
  "status": "production"
 },
 "time": "2026-11-03T09:14:31Z",
 "first_time": "2026-11-02T16:04:52Z",
 "last_time": "2026-11-03T09:14:31Z",
 "result": {
  "src_ip": "198.51.100.77",
  "user_arn": "arn:aws:iam::111122223333:user/m<x>",
  "aws_account_id": "111122223333",
  "count": "2",
  "accounts_added": [
   "444455556666",
   "777788889999"
  ],
  "values(group_added)": "all"
 },
 "risk": {
  "score": 80,
  "message": "AMI of 111122223333 shared with 444455556666, 777788889999 from 198.51.100.77",
  "risk_objects": [
   {
    "field": "user_arn",
    "type": "user",
    "value": "arn:aws:iam::111122223333:user/m<x>",
    "score": 80
   },
   {
    "field": "aws_account_id",
    "type": "other",
    "value": "111122223333",
    "score": 80
   }
  ],
  "threat_objects": [
   {
    "field": "src_ip",
    "type": "ip_address",
    "value": "198.51.100.77"
   }
  ]
 },
 "annotations": {
  "analytic_story": [
   "Data Exfiltration"
  ],
  "mitre_attack": [
   "T1537"
  ],
  "mitre_tactic": [
   "Exfiltration"
  ],
  "kill_chain_phases": [
   "Actions On Objectives"
  ],
  "nist": [
   "DE.CM"
  ],
  "cis20": [
   "CIS 10"
  ],
  "cve": []
 },
 "event_ids": [
  "id-2026-11-02T16:04:52Z-1",
  "id-2026-11-03T09:14:31Z-0"
 ],
 "event_count": 2
}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	if f.Missing != nil {
		t.Errorf("missing %v", f.Missing)
	}
}

func TestRiskOfRows(t *testing.T) {
	t.Parallel()
	d := shares()
	add := func(fields ...event.Field) *Finding { return NewFindings(d, now).Add(row(nil, fields...), nil) }

	// A field with several values puts each of them at risk, once.
	f := add(field("user_arn", "a", "b", "a", ""), field("src_ip", "1", "2"), field("accounts_added", "x"))
	if diff := cmp.Diff([]ScoredValue{{"user_arn", "user", "a", 80, ""}, {"user_arn", "user", "b", 80, ""}}, f.Risk.Objects, cmp.AllowUnexported(ScoredValue{})); diff != "" {
		t.Error(diff)
	}
	if len(f.Risk.Threats) != 2 {
		t.Errorf("threats: %v", f.Risk.Threats)
	}
	// What the row lacks is named, and the rest is whole.
	if diff := cmp.Diff([]string{"aws_account_id"}, f.Missing); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("AMI of <aws_account_id: none> shared with x from 1, 2", f.Risk.Message); diff != "" {
		t.Error(diff)
	}

	for _, kind := range []Type{Hunting, Correlation} {
		d := shares()
		d.Type = kind
		f := NewFindings(d, now).Add(row(nil, field("user_arn", "a")), nil)
		if f.Risk != nil || f.RiskEvents() != nil {
			t.Errorf("%s makes risk: %+v", kind, f.Risk)
		}
		if text, err := json.Marshal(f); err != nil || !strings.Contains(string(text), `"risk":null`) {
			t.Errorf("%s, %v", text, err)
		}
	}
}

func TestRiskEvents(t *testing.T) {
	t.Parallel()
	d := shares()
	d.Risk.Objects[1].Message = "account $aws_account_id$ lost data"
	f := NewFindings(d, now).Add(row(evidence(t, "2026-11-03T09:14:31Z"),
		field("user_arn", "u1", "u2"), field("aws_account_id", "1"), field("src_ip", "9"), field("accounts_added", "x")), nil)
	at := time.Date(2026, 11, 3, 9, 14, 31, 0, time.UTC)
	threats := []risk.Object{{Type: "ip_address", Name: "9"}}
	event := func(kind, name, message string) risk.Event {
		return risk.Event{
			Time: at, Source: "AMI Shared", FindingID: f.ID, Object: risk.Object{Type: kind, Name: name}, Score: 80, Message: message,
			Threats: threats, Techniques: []string{"T1537"}, Tactics: []string{"Exfiltration"},
		}
	}
	message := "AMI of 1 shared with x from 9"
	if diff := cmp.Diff([]risk.Event{event("user", "u1", message), event("user", "u2", message), event("other", "1", "account 1 lost data")}, f.RiskEvents()); diff != "" {
		t.Error(diff)
	}
}

func TestFindingIDIsStable(t *testing.T) {
	t.Parallel()
	ids := func(d *Detection, rows ...*event.Event) []string {
		findings := NewFindings(d, now)
		var ids []string
		for _, r := range rows {
			ids = append(ids, findings.Add(r, nil).ID)
		}
		return ids
	}
	one, two := evidence(t, "2026-11-03T09:14:31Z"), evidence(t, "2026-11-04T09:14:31Z")
	d := shares()
	first := ids(d, row(one, field("a", "1")), row(two, field("a", "1")), row(one, field("a", "2")))
	if first[0] == first[1] || first[0] == first[2] || len(first[0]) != 64 {
		t.Errorf("not told apart: %v", first)
	}
	// Neither the order in which events were merged nor what else was found
	// matters, nor how the row looks, as after a change of its macros.
	again := ids(d, row(two, field("b", "x")), row(one))
	if diff := cmp.Diff([]string{first[1], first[0]}, again); diff != "" {
		t.Error(diff)
	}
	other := shares()
	other.ID = "11111111-1111-4111-8111-111111111111"
	if ids(other, row(one))[0] == first[0] {
		t.Error("two detections give the same id")
	}
	// Rows without evidence are told apart by what they say.
	tables := ids(d, row(nil, field("a", "1", "2")), row(nil, field("a", "1"), field("2")), row(nil, field("a", "1", "2")))
	if tables[0] == tables[1] || tables[0] == tables[2] {
		t.Errorf("not told apart: %v", tables)
	}
	if diff := cmp.Diff(tables[:1], ids(d, row(nil, field("a", "1", "2")))); diff != "" {
		t.Error(diff)
	}
}

func TestTimesOfAFinding(t *testing.T) {
	t.Parallel()
	times := func(r *event.Event) string {
		f := NewFindings(shares(), now).Add(r, nil)
		return f.FirstTime.Format(time.RFC3339Nano) + " " + f.Time.Format(time.RFC3339Nano)
	}
	for want, r := range map[string]*event.Event{
		"2026-11-03T09:14:31.25Z 2026-11-03T10:00:00Z":            row(evidence(t, "2026-11-03T10:00:00Z", "2026-11-03T09:14:31.25Z"), field("_time", "0")),
		"1970-01-01T00:00:05Z 1970-01-01T00:00:05Z":               row(nil, field("_time", "5")),
		"2026-11-23T12:00:00.123456Z 2026-11-23T12:00:00.123456Z": row(nil, field("a", "1")),
	} {
		if got := times(r); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	// A time that no calendar has does not break the JSON.
	for _, odd := range []string{"1e300", "-1e300", "300000000000", "nan"} {
		f := NewFindings(shares(), now).Add(row(nil, field("_time", odd)), nil)
		if _, err := json.Marshal(f); err != nil {
			t.Errorf("%s: %v", odd, err)
		}
	}
}

func TestResultWithHostileText(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(Result{field("a\"b\n", "\xff<\x00"), field("_raw", `{"x":1}`)})
	if err != nil || !json.Valid(text) {
		t.Fatalf("%s, %v", text, err)
	}
	var back map[string]string
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a\"b\n": "\ufffd<\x00", "_raw": `{"x":1}`}, back); diff != "" {
		t.Error(diff)
	}
}

// A risk object may take its score from the row. Where all of them are 0 the
// row is kept and is no alert; where the row tells none, that of the detection
// counts.
func TestScoreOfTheRow(t *testing.T) {
	t.Parallel()
	library := Load(escu.Dir{FS: fstest.MapFS{"detections/a.yml": &fstest.MapFile{Data: []byte(`
name: A
id: a
version: 1
date: '2026-01-01'
type: TTP
status: production
search: search *
rba:
  message: $user$ did
  risk_objects:
  - {field: user, type: user, score: 75, score_field: risk_score}
  - {field: host, type: system, score: 10, score_field: host_score}
  threat_objects:
  - {field: ip, type: ip_address}
`)}}})
	d := library.Detections[0]
	if len(library.Problems) > 0 || len(d.Notes) > 0 {
		t.Fatal(library.Problems, d.Notes)
	}
	for _, test := range []struct {
		name, user, host string // scores
		want             string
		alert            bool
	}{
		{"both", "95", "20", "95: user=95 host=20, 1 threat", true},
		{"rounded", "44.6", "20", "45: user=45 host=20, 1 threat", true},
		{"one of them nothing", "0", "20", "20: host=20, 1 threat", true},
		{"both nothing", "0", "0", "0:, 0 threat", false},
		{"no number", "high", "0", "75: user=75, 1 threat", true},
		{"out of range", "101", "-1", "75: user=75 host=10, 1 threat", true},
		{"not a number", "NaN", "0", "75: user=75, 1 threat", true},
		{"not told", "", "", "75: user=75 host=10, 1 threat", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			row := event.New()
			for name, text := range map[string]string{"user": "ann", "host": "web", "ip": "192.0.2.1", "risk_score": test.user, "host_score": test.host} {
				if text != "" {
					row.Set(name, value.OfText(text))
				}
			}
			f := NewFindings(d, time.Time{}).Add(row, nil)
			got := fmt.Sprintf("%d:", f.Risk.Score)
			for _, o := range f.Risk.Objects {
				got += fmt.Sprintf(" %s=%d", o.Field, o.Score)
			}
			got += fmt.Sprintf(", %d threat", len(f.Risk.Threats))
			if got != test.want || f.Alert() != test.alert || len(f.RiskEvents()) != len(f.Risk.Objects) {
				t.Errorf("got %s, alert %v; want %s, alert %v", got, f.Alert(), test.want, test.alert)
			}
		})
	}
}
