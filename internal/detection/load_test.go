package detection

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func loadTestdata(t *testing.T, dir string) *Library {
	t.Helper()
	l := Load(escu.Dir{Name: dir, FS: os.DirFS("testdata/" + dir)})
	if len(l.Problems) > 0 {
		t.Fatal(l.Problems)
	}
	return l
}

// want compares a detection, but for its search, with what its file says.
func want(t *testing.T, wanted Detection, search string, got *Detection) {
	t.Helper()
	if diff := cmp.Diff(wanted, *got, cmpopts.IgnoreFields(Detection{}, "Search", "Notes")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(search, got.Search.Text); diff != "" {
		t.Error(diff)
	}
}

func notes(d *Detection) string {
	var lines []string
	for _, n := range d.Notes {
		lines = append(lines, n.Error())
	}
	return strings.Join(lines, "\n")
}

// In the first generation the role of an observable does not count: an
// attacker's address is a system at risk. The folder tells the status.
func TestFirstGeneration(t *testing.T) {
	t.Parallel()
	d := loadTestdata(t, "g1").Detections[0]
	want(t, Detection{
		File: "g1/detections/experimental/cloud/bucket_made_public.yml", Generation: G1,
		ID: "11111111-1111-4111-8111-111111111111", Name: "Bucket Made Public", Version: 3,
		Type: Anomaly, Status: Experimental, Author: "A. Tester, Example", Date: "2022-05-17", Category: "cloud",
		Description: "A bucket policy that lets everyone read.", HowToImplement: "Read CloudTrail.", KnownFalsePositives: "Web sites.",
		References: []string{"https://example.com/a"}, FilterMacro: "bucket_made_public_filter",
		Stories:    []string{"Suspicious Storage"},
		Techniques: []Technique{{ID: "T1530", Name: "Data from Cloud Storage", Tactics: []string{"Collection"}}},
		Tactics:    []string{"Collection"}, KillChainPhases: []string{"Actions On Objectives"},
		NIST: []string{"DE.CM"}, CIS20: []string{"CIS 13"}, SecurityDomain: "threat", AssetType: "S3 Bucket",
		RequiredFields: []string{"_time", "user_arn"}, Products: []string{"Splunk Enterprise"}, Impact: 60, Confidence: 70,
		Risk: Risk{
			Score: 41, Message: "User $user_arn$ opened $bucketName$ to everyone",
			Objects: []RiskObject{{Field: "user_arn", Type: "user", Score: 41}, {Field: "src_ip", Type: "system", Score: 41}},
			Threats: []ThreatObject{{Field: "bucketName", Type: "resource uid"}},
		},
		Datasets: []string{"https://example.com/data.json"},
	}, "`cloudtrail` eventName=PutBucketPolicy | spath path=requestParameters.bucketPolicy output=policy | stats count by user_arn bucketName src_ip policy | `bucket_made_public_filter`", d)
	if diff := cmp.Diff("g1/detections/experimental/cloud/bucket_made_public.yml:53:15: risk_score is 41, but impact 60 × confidence 70 / 100 is 42", notes(d)); diff != "" {
		t.Error(diff)
	}
}

// In the second, roles count: a victim is at risk, an attacker threatens. The
// score is computed, with halves to the even number as Python rounds them.
func TestSecondGeneration(t *testing.T) {
	t.Parallel()
	d := loadTestdata(t, "g2").Detections[0]
	want(t, Detection{
		File: "g2/detections/cloud/console_login_without_mfa.yml", Generation: G2,
		ID: "22222222-2222-4222-8222-222222222222", Name: "Console Login Without MFA", Version: 5,
		Type: TTP, Status: Production, Author: "A. Tester, Example", Date: "2024-09-30", Category: "cloud",
		Description: "A login with a password alone.", HowToImplement: "Read CloudTrail.", KnownFalsePositives: "None known.",
		FilterMacro: "console_login_without_mfa_filter",
		DataSources: []string{"AWS CloudTrail ConsoleLogin", "AWS CloudTrail AssumeRole"},
		Stories:     []string{"Suspicious Logins"},
		Techniques: []Technique{
			{ID: "T1586.003", Name: "Cloud Accounts", Tactics: []string{"Resource Development"}},
			{ID: "T1078.004", Name: "Cloud Accounts", Tactics: []string{"Initial Access", "Persistence", "Privilege Escalation", "Defense Evasion"}},
			{ID: "T9999"},
		},
		Tactics:         []string{"Resource Development", "Initial Access", "Persistence", "Privilege Escalation", "Defense Evasion"},
		KillChainPhases: []string{"Delivery", "Exploitation", "Installation", "Weaponization"},
		NIST:            []string{"DE.CM"}, CIS20: []string{"CIS 10"}, SecurityDomain: "identity", AssetType: "AWS Account",
		RequiredFields: []string{"_time"}, Products: []string{"Splunk Enterprise"}, Impact: 25, Confidence: 50,
		Risk: Risk{
			Score: 12, Message: "$user_name$ logged in from $src_ip$",
			Objects: []RiskObject{{Field: "user_name", Type: "other", Score: 12}, {Field: "dest", Type: "system", Score: 12}, {Field: "user", Type: "user", Score: 12}},
			Threats: []ThreatObject{
				{Field: "tool", Type: "process"},
				{Field: "src_ip", Type: "ip_address"},
				{Field: "link", Type: "url"},
				{Field: "hash", Type: "file_name"},
				{Field: "mail", Type: "email address"},
			},
		},
		Throttle:   &Throttle{Fields: []string{"user_name"}, Period: "1h"},
		Drilldowns: []Drilldown{{Name: "View the results", Search: `%original_detection_search% | search user_name = "$user_name$"`, Earliest: "$info_min_time$", Latest: "$info_max_time$"}},
		Tests: []Test{{Name: "True Positive Test", Data: []TestData{{
			Data: "https://media.githubusercontent.com/media/splunk/attack_data/master/x.json", Source: "aws_cloudtrail", Sourcetype: "aws:cloudtrail", UpdateTimestamp: true,
		}}}},
	}, "`cloudtrail` eventName=ConsoleLogin | where match(src_ip, \"^203\\.\")\n| stats count by user_name src_ip dest | `console_login_without_mfa_filter`", d)
	if diff := cmp.Diff(`g2/detections/cloud/console_login_without_mfa.yml:46:15: risk_score is 13, but impact 25 × confidence 50 / 100 is 12
g2/detections/cloud/console_login_without_mfa.yml:51:3: unknown key "typo_key" in tags`, notes(d)); diff != "" {
		t.Error(diff)
	}
}

func TestThirdGeneration(t *testing.T) {
	t.Parallel()
	l := loadTestdata(t, "g3")
	hunt, d := l.Detections[0], l.Detections[1]
	want(t, Detection{
		File: "g3/detections/cloud/trail_stopped.yml", Generation: G3,
		ID: "33333333-3333-4333-8333-333333333333", Name: "Trail Stopped", Version: 1,
		Type: TTP, Status: Production, Author: "A. Tester, Example", Date: "2025-06-10", Category: "cloud",
		Description: "Logging was turned off.", HowToImplement: "Read CloudTrail.", KnownFalsePositives: "None known.",
		References: []string{"https://example.com/b"}, FilterMacro: "trail_stopped_filter", DataSources: []string{"AWS CloudTrail StopLogging"},
		Stories:    []string{"AWS Defense Evasion"},
		Techniques: []Technique{{ID: "T1562.008", Name: "Disable or Modify Cloud Logs", Tactics: []string{"Defense Evasion"}}},
		Tactics:    []string{"Defense Evasion"}, KillChainPhases: []string{"Exploitation"},
		NIST: []string{"DE.CM"}, CIS20: []string{"CIS 13"}, SecurityDomain: "network", AssetType: "AWS Account",
		Products: []string{"Splunk Enterprise"},
		Risk: Risk{
			Score: 90, Message: "User $user$ stopped a trail in $vendor_account$",
			Objects: []RiskObject{{Field: "user", Type: "user", Score: 90}, {Field: "dest", Type: "system", Score: 64}},
			Threats: []ThreatObject{{Field: "src", Type: "ip_address"}},
		},
		Drilldowns: []Drilldown{{Name: "View the results", Search: "%original_detection_search%", Latest: "0"}},
		Tests: []Test{{Name: "True Positive Test", Data: []TestData{{
			Data: "https://example.com/c.json", Source: "aws_cloudtrail", Sourcetype: "aws:cloudtrail", Index: "test", Host: "h",
		}}}},
	}, "`cloudtrail` eventName=StopLogging | stats count by user src dest vendor_account | `trail_stopped_filter`", d)
	if hunt.Generation != G3 || hunt.Type.MakesRisk() || hunt.FilterMacro != "" {
		t.Errorf("got %+v", hunt)
	}
	if diff := cmp.Diff([]string{"DE.AE"}, hunt.NIST); diff != "" {
		t.Error(diff)
	}
	if all := notes(d) + notes(hunt); all != "" {
		t.Error(all)
	}
}

func TestFourthGeneration(t *testing.T) {
	t.Parallel()
	d := loadTestdata(t, "g4").Detections[0]
	want(t, Detection{
		File: "g4/detections/cloud/snapshot_shared.yml", Generation: G4,
		ID: "44444444-4444-4444-8444-444444444444", Name: "Snapshot Shared", Version: 2,
		Type: TTP, Status: Production, Author: "A. Tester, Example", Created: "2026-05-01", Date: "2026-07-14", Category: "cloud",
		Description: "A snapshot was shared with another account.", HowToImplement: "Read CloudTrail.", KnownFalsePositives: "Backups.",
		FilterMacro: "snapshot_shared_filter", DataSources: []string{"AWS CloudTrail ModifySnapshotAttribute"},
		Stories:    []string{"Data Exfiltration"},
		Techniques: []Technique{{ID: "T1537", Name: "Transfer Data to Cloud Account", Tactics: []string{"Exfiltration"}}},
		Tactics:    []string{"Exfiltration"}, KillChainPhases: []string{"Actions on Objectives"},
		NIST: []string{"DE.CM"}, CIS20: []string{"CIS 10"}, CVE: []string{"CVE-2026-12345"}, SecurityDomain: "threat", AssetType: "EC2 Snapshot",
		ScheduleName: "Default EventBasedDetection",
		Products:     []string{"Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"},
		Risk: Risk{
			Score: 60, Message: "$user$ shared a snapshot with $accounts$",
			Objects: []RiskObject{
				{Field: "user", Type: "user", Score: 50, Message: "$user$ gave $accounts$ a snapshot"},
				{Field: "accounts", Type: "other", Score: 30, Message: "$accounts$ were given a snapshot"},
			},
			Threats: []ThreatObject{{Field: "src", Type: "ip_address"}},
		},
		Tests: []Test{
			{Name: "Found", Data: []TestData{{Data: "https://example.com/d.json", Source: "aws_cloudtrail", Sourcetype: "aws:cloudtrail"}}},
			{Name: "Not found", NoResults: true, Data: []TestData{{Data: "https://example.com/e.json", Source: "aws_cloudtrail", Sourcetype: "aws:cloudtrail"}}},
		},
	}, "`cloudtrail` eventName=ModifySnapshotAttribute\n| stats count values(accounts) as accounts by user src\n| `snapshot_shared_filter`\n", d)
	if all := notes(d); all != "" {
		t.Error(all)
	}
}

func TestBrokenFileHidesNoOther(t *testing.T) {
	t.Parallel()
	l := Load(escu.Dir{Name: "c", FS: fstest.MapFS{
		"detections/a.yml":   file("name: A\nsearch: index=a\ntype: TTP\n"),
		"detections/b.yml":   file("name: B\nsearch: 'index=b\n"),
		"detections/c.yml":   file("name: C\ntype: TTP\n"),
		"detections/d.yml":   file("search: index=d\n"),
		"detections/e.yml":   file("name: E\nsearch: [index=e]\n"),
		"detections/f.yml":   file("name: A\nid: f\nsearch: index=f\n"),
		"detections/z.yml":   file("name: Z\nid: Z\nsearch: index=z\nversion: two\nstatus: odd\ntype: Thing\ntags: {mitre_attack_id: [T1, T1537]}\nrba: {message: $x, risk_objects: [{field: a, type: usr, score: 300}, {type: user}]}\nmore: 1\n"),
		"stories/s.yml":      file("name: S\nnarrative: n\nodd: 1\n"),
		"stories/t.yml":      file("narrative: n\n"),
		"data_sources/d.yml": file("name: D\nsource: s\nsourcetype: t\n"),
	}})
	if diff := cmp.Diff(`c/detections/b.yml:2:9: bad YAML: found unexpected end of stream, while scanning a quoted scalar
c/detections/c.yml:1:1: the detection has no search
c/detections/d.yml:1:1: a detection has a name
c/detections/e.yml:2:9: search: a text was expected, not a list
c/detections/f.yml:1:1: the id or name is that of another detection, in c/detections/a.yml; this one is left out
c/stories/t.yml:1:1: a story has a name`, l.Problems.Error()); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, d := range l.Detections {
		names = append(names, d.Name)
	}
	if diff := cmp.Diff([]string{"A", "Z"}, names); diff != "" {
		t.Fatal(diff)
	}
	z := l.Detections[1]
	if diff := cmp.Diff(`c/detections/z.yml:4:10: version: a whole number was expected, not "two"
c/detections/z.yml:5:9: status: production, experimental or deprecated was expected, not "odd"
c/detections/z.yml:6:7: type: TTP, Anomaly, Hunting or Correlation was expected, not "Thing"
c/detections/z.yml:7:25: mitre_attack_id: T1234 or T1234.001 was expected, not "T1"
c/detections/z.yml:8:16: the message has a $ without a counterpart
c/detections/z.yml:8:52: type: user, system or other was expected, not "usr"; did you mean "user"?
c/detections/z.yml:8:64: score: a number from 0 to 100 was expected, not 300
c/detections/z.yml:8:70: a risk object needs a field and a score
c/detections/z.yml:9:1: unknown key "more"`, notes(z)); diff != "" {
		t.Error(diff)
	}
	if len(l.Stories) != 1 || l.Stories[0].Notes.Error() != `c/stories/s.yml:3:1: unknown key "odd"` || len(l.DataSources) != 1 {
		t.Errorf("got %v and %v", l.Stories, l.DataSources)
	}
}

// A directory that is named later replaces what came before, by ID across a
// change of name, or by name.
func TestLaterDirectoryReplaces(t *testing.T) {
	t.Parallel()
	first := escu.Dir{Name: "first", FS: fstest.MapFS{
		"a.yml": file("name: Old Name\nid: A\nsearch: index=1\n"),
		"b.yml": file("name: Same Name\nid: B\nsearch: index=1\n"),
		"c.yml": file("name: Kept\nid: C\nsearch: index=1\n"),
		"s.yml": file("name: S\nnarrative: first\n"),
	}}
	second := escu.Dir{Name: "second", FS: fstest.MapFS{
		"x.yml": file("name: New Name\nid: a\nsearch: index=2\n"),
		"y.yml": file("name: Same Name\nid: Y\nsearch: index=2\n"),
		"s.yml": file("name: S\nnarrative: second\n"),
		"m.yml": file("name: m\ndefinition: x\n"),
		"u.yml": file("name: u\nwhat: x\n"),
	}}
	l := Load(first, second)
	var got []string
	for _, d := range l.Detections {
		got = append(got, d.Name+" from "+d.File)
	}
	if diff := cmp.Diff([]string{"Kept from first/c.yml", "New Name from second/x.yml", "Same Name from second/y.yml"}, got); diff != "" {
		t.Error(diff)
	}
	if len(l.Stories) != 1 || l.Stories[0].Narrative != "second" {
		t.Errorf("got %v", l.Stories)
	}
	if diff := cmp.Diff("second/u.yml:1:1: the keys do not tell what this is; a detection has a search, a macro a definition, a story a narrative", l.Problems.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestStory(t *testing.T) {
	t.Parallel()
	l := Load(escu.Dir{FS: fstest.MapFS{"stories/s.yml": file(`name: Some Story
id: 55555555-5555-4555-8555-555555555555
version: 2
date: '2024-01-02'
author: A. Tester
description: What it is.
narrative: How it goes.
references: [https://example.com/s]
status: production
tags:
  category: [Cloud Security, Malware]
  product: [Splunk Enterprise]
  usecase: Security Monitoring
`)}})
	if diff := cmp.Diff(&Story{
		File: "stories/s.yml", ID: "55555555-5555-4555-8555-555555555555", Name: "Some Story", Version: 2, Author: "A. Tester", Date: "2024-01-02",
		Status: Production, Description: "What it is.", Narrative: "How it goes.", References: []string{"https://example.com/s"},
		Categories: []string{"Cloud Security", "Malware"}, UseCase: "Security Monitoring",
	}, l.Stories[0]); diff != "" {
		t.Error(diff)
	}
}

func TestTechniquesOfTheTable(t *testing.T) {
	t.Parallel()
	known := map[string]bool{
		"Reconnaissance": true, "Resource Development": true, "Initial Access": true, "Execution": true, "Persistence": true,
		"Privilege Escalation": true, "Defense Evasion": true, "Credential Access": true, "Discovery": true, "Lateral Movement": true,
		"Collection": true, "Command and Control": true, "Exfiltration": true, "Impact": true,
	}
	table := attack()
	parents := 0
	for id := range table.techniques {
		if !strings.Contains(id, ".") {
			parents++
		}
	}
	// As many as the release notes of 18.0 tell.
	if parents != 216 || len(table.techniques)-parents != 475 {
		t.Errorf("%d techniques and %d sub-techniques", parents, len(table.techniques)-parents)
	}
	for id, successor := range table.revoked {
		_, is := table.techniques[id]
		if _, known := table.techniques[successor]; is || !known {
			t.Errorf("%s is revoked for %s", id, successor)
		}
	}
	for id, technique := range table.techniques {
		if !techniqueID.MatchString(id) || technique.Name == "" || len(technique.Tactics) == 0 {
			t.Errorf("%+v", technique)
		}
		for _, tactic := range technique.Tactics {
			if !known[tactic] || killChainPhase(tactic) == "" {
				t.Errorf("%s: tactic %q", id, tactic)
			}
		}
		if parent, _, ok := strings.Cut(id, "."); ok {
			if _, known := table.techniques[parent]; !known {
				t.Errorf("%s has no parent", id)
			}
		}
	}
}

func FuzzDetectionYAML(f *testing.F) {
	for _, path := range []string{
		"testdata/g1/detections/experimental/cloud/bucket_made_public.yml", "testdata/g2/detections/cloud/console_login_without_mfa.yml",
		"testdata/g3/detections/cloud/trail_stopped.yml", "testdata/g4/detections/cloud/snapshot_shared.yml",
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := escu.Parse("f.yml", text)
		if err != nil {
			return
		}
		d, err := decode(parsed, "detections/cloud/f.yml")
		if err != nil {
			if len(diag.All(err)) != 1 {
				t.Errorf("%T is no problem with a place", err)
			}
			return
		}
		if d.Name == "" || d.Search.Text == "" || d.Risk.Score < 0 {
			t.Errorf("got %+v", d)
		}
		for _, n := range d.Notes {
			n.Render()
		}
	})
}
