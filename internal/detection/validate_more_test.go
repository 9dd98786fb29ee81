package detection

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// told are the issues of a file in a directory with others.
func told(t *testing.T, files fstest.MapFS) []string {
	t.Helper()
	v := validate(t, files)
	// What the fixture is for, and not what it must have besides.
	return slices.DeleteFunc(issues(v), func(s string) bool { return strings.HasPrefix(s, ruleKey+" ") && strings.Contains(s, "the keys") })
}

func TestValidateValues(t *testing.T) {
	t.Parallel()
	good := whole(goodSearch, goodRBA)
	for _, test := range []struct {
		name, old, new string
		want           []string
	}{
		{"nothing", "", "", nil},
		{"to be filled in", "author: a", "author: __UPDATE__", []string{"placeholder d.yml:5:9: __UPDATE__ is still to be filled in"}},
		{"a name too long", "name: D\n", "name: D" + strings.Repeat("d", 67) + "\n", []string{
			"file-name d.yml:1:7: by its name the file would be " + strings.Repeat("d", 68) + ".yml, not d.yml",
			"length d.yml:1:7: name: at most 67 characters were expected, not 68",
		}},
		{"a short text", "None known.", "No", []string{"length d.yml:12:24: known_false_positives: at least 4 characters were expected, not 2"}},
		{"an id", "11111111-1111-4111-8111-111111111111", "one", []string{`bad-id d.yml:2:5: "one" is no UUID`}},
		{"a version", "version: 1", "version: -1", []string{"value d.yml:3:10: version: a number from 0 was expected, not -1"}},
		{"no date", "'2026-01-02'", "Friday", []string{`date d.yml:4:7: date: a date as 2024-09-30 was expected, not "Friday"`}},
		{"a date to come", "'2026-01-02'", "'2026-12-01'", []string{"date d.yml:4:7: date: 2026-12-01 is in the future"}},
		{"no URL", "description: d", "description: d\nreferences: [https://a.example/b, see there]", []string{`reference-url d.yml:9:35: a URL was expected, not "see there"`}},
		{"a domain", "domain: threat", "domain: thread", []string{`value d.yml:23:20: security_domain: "thread" is not known; did you mean "threat"?`}},
		{"a product", "[Splunk Enterprise]", "[Splunk]", []string{`value d.yml:22:13: product: "Splunk" is not known; choose Splunk Enterprise, Splunk Enterprise Security, Splunk Cloud, Splunk Security Analytics for AWS, Splunk Behavioral Analytics`}},
		{"no product", "[Splunk Enterprise]", "[]", []string{"required-key d.yml:22:12: the list product is empty"}},
		{"twice", "[A Story]", "[A Story, A Story]", []string{`named-twice d.yml:20:29: analytic_story names "A Story" twice`}},
		{"a threat type", "type: ip_address", "type: ip_adddress", []string{`value d.yml:18:24: type: "ip_adddress" is not known; did you mean "ip_address"?`}},
		{"no score", "score: 10", "score: 0", []string{"risk d.yml:16:38: score: a number from 1 to 100 was expected, not 0"}},
		{"no risk objects", "  risk_objects:\n  - {field: user, type: user, score: 10}", "  risk_objects: []", []string{"required-key d.yml:15:17: in rba the list risk_objects is empty"}},
		{"risk of a hunt", "type: TTP", "type: Hunting", []string{"risk d.yml:14:3: a Hunting makes no risk, but has rba"}},
		{"a CVE", "  security", "  cve: [CVE-20210-1]\n  security", []string{`value d.yml:23:9: cve: CVE-2021-44228 or alike was expected, not "CVE-20210-1"`}},
		{"enabled", "type: TTP", "type: TTP\nenabled_by_default: true", []string{"value d.yml:8:21: enabled_by_default: only what is in production and no hunt can be"}},
		{"throttling", "  security", "  throttling: {fields: [user, agent, a b], period: 1d}\n  security", []string{
			"throttling d.yml:23:31: the search does not have the field agent", `throttling d.yml:23:38: "a b" is no field; list the fields one by one`,
			`throttling d.yml:23:52: period: a number with s, m or h was expected, not "1d"`,
		}},
	} {
		text := good
		if test.old != "" {
			text = strings.Replace(good, test.old, test.new, 1)
		}
		if diff := cmp.Diff(test.want, told(t, fstest.MapFS{"d.yml": file(text)})); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestValidateTechniques(t *testing.T) {
	t.Parallel()
	for ids, want := range map[string][]string{
		"T1537, T1078.004, T0801": nil,
		"T1086":                   {"attack-id (warning) d.yml:23:21: T1086 is revoked; it became T1059.001 PowerShell"},
		"T1574.002":               {"attack-id (warning) d.yml:23:21: T1574.002 is revoked; it became T1574.001 DLL"},
		"T1404":                   {"attack-id (warning) d.yml:23:21: ATT&CK for Enterprise 18.0 does not have T1404; it may be deprecated, of a later release, or of the matrix for mobile devices"},
		"T1699":                   {"attack-id (warning) d.yml:23:21: ATT&CK for Enterprise 18.0 does not have T1699; a later release may have it"},
		"T1078.009":               {"attack-id (warning) d.yml:23:21: ATT&CK for Enterprise 18.0 does not have T1078.009; it may be deprecated, of a later release, or of the matrix for mobile devices"},
		"T9999":                   {"attack-id d.yml:23:21: T9999 is no technique of ATT&CK"},
		"T1078.904":               {`attack-id d.yml:23:21: T1078.904 is no technique of ATT&CK; did you mean "T1078.004"?`},
		"T153":                    {`schema d.yml:23:20: mitre_attack_id: T1234 or T1234.001 was expected, not "T153"`},
		"T1078, T1078.004":        {"attack-id d.yml:23:28: T1078.004 is named beside its own technique T1078; leave out T1078"},
	} {
		text := strings.Replace(whole(goodSearch, goodRBA), "  security", "  mitre_attack_id: ["+ids+"]\n  security", 1)
		if diff := cmp.Diff(want, told(t, fstest.MapFS{"d.yml": file(text)})); diff != "" {
			t.Errorf("%s: %s", ids, diff)
		}
	}
}

func TestValidateTestsAndDrilldowns(t *testing.T) {
	t.Parallel()
	production := strings.Replace(whole(goodSearch, goodRBA), "status: experimental", "status: production", 1)
	got := told(t, fstest.MapFS{"data/a.json": file("{}"), "d.yml": file(production + `
drilldown_searches:
- {name: View, search: index=x, earliest_offset: 7d, latest_offset: yesterday}
tests:
- name: One
  attack_data:
  - {data: data/a.json, source: s, sourcetype: t}
  - {data: data/b.json, source: s, sourcetype: t}
  - {data: 'https://a.example/b.json', source: s, sourcetype: t}
- {name: One, earliest_time: -1h@h, latest_time: soon, attack_data: []}
- {name: Two, test_type: integration}
`)})
	want := []string{
		"drilldown d.yml:26:1: no drilldown has %original_detection_search%, which shows the results of the detection",
		"drilldown d.yml:26:1: two drilldowns or more were expected, not 1",
		`drilldown d.yml:26:10: a name of at least 5 characters was expected, not "View"`,
		`drilldown d.yml:26:69: latest_offset: "yesterday" is no time modifier: unknown unit "yesterday"; the units are s, m, h, d, w, mon, q, y`,
		`tests d.yml:31:12: data: there is no file data/b.json; name a URL, or a path below the directory of the content`,
		`tests d.yml:33:10: two tests are named "One"`,
		`tests d.yml:33:50: latest_time: "soon" is no time modifier: unknown unit "soon"; the units are s, m, h, d, w, mon, q, y`,
		"required-key d.yml:33:69: in a test the list attack_data is empty",
		"required-key d.yml:34:3: in a test the key attack_data is missing",
		`tests d.yml:34:26: test_type: "integration" is not known; choose unit or experimental`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidateFindingsOfTheFourthGeneration(t *testing.T) {
	t.Parallel()
	g4 := "name: D\ncreation_date: '2026-01-02'\nstatus: experimental\ntype: Anomaly\nsearch: '" + goodSearch + "'\n"
	got := told(t, fstest.MapFS{"d.yml": file(g4 + `finding: {title: Somebody did something, entity: {field: user, type: user, score: 0}}
intermediate_findings: {entities: [{field: user, type: user, score: 5}]}
threat_objects: [{field: src, type: address}]
custom_schedule: {cron_schedule: '60 * * * *', earliest_time: -70m@m, latest_time: noon, schedule_window: later}
`)})
	want := []string{
		"schema d.yml:1:7: the detection has no id; give it a UUID, by which findings know it",
		"risk d.yml:6:10: finding does not go with the type Anomaly",
		"risk d.yml:6:18: the text names no field of the result; name the user or the machine, as in $user$",
		"required-key d.yml:7:36: in an entity the key message is missing",
		`value d.yml:8:37: type: "address" is not known; did you mean "ip_address"?`,
		`schedule d.yml:9:34: "60 * * * *" is no cron schedule; write minute, hour, day, month and day of the week, as in 0 * * * *`,
		`schedule d.yml:9:84: latest_time: "noon" is no time modifier: unknown unit "noon"; the units are s, m, h, d, w, mon, q, y`,
		`schedule d.yml:9:107: schedule_window: "later" is not known; write auto or a number of minutes`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCronSchedules(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"* * * * *", "*/5 0-6 1,15 jan-mar mon-fri", "0 2 * * 0", "59 23 31 12 7"} {
		if !validCron(text) {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range []string{"", "* * * *", "* * * * * *", "60 * * * *", "*/0 * * * *", "1- * * * *", "+1 * * * *", "* * * foo *", "a/b * * * *"} {
		if validCron(text) {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestValidateLookups(t *testing.T) {
	t.Parallel()
	got := told(t, fstest.MapFS{
		"detections/readme.yml":   file("name: [\n"),
		"lookups/a.yml":           file("name: a\ndescription: d\nlookup_type: csv\n"),
		"lookups/a.csv":           file("x\n1\n"),
		"lookups/b.yml":           file("name: b\ndescription: d\nlookup_type: kvstore\nfields: [user, _key]\n"),
		"lookups/c.yml":           file("name: c\ndescription: d\nlookup_type: mlmodel\n"),
		"lookups/d.yml":           file("name: d\ndescription: d\nlookup_type: table\nfilename: a.csv\n"),
		"lookups/nobodys.csv":     file("x\n1\n"),
		"lookups/notes.txt":       file("x"),
		"lookups/README.md":       file("x"),
		"data_sources/source.yml": file(""),
	})
	want := []string{
		"yaml data_sources/source.yml:1:1: the file is empty",
		"yaml detections/readme.yml:1:7: bad YAML: did not find expected node content, while parsing a flow node",
		"lookup-file (warning) lookups/b.yml:4:10: fields: the first field of a KV store is _key; put it there",
		"lookup-file (warning) lookups/c.yml:1:7: the file of a model is named __mlspl_NAME.yml",
		`value lookups/d.yml:3:14: lookup_type: "table" is not known; choose csv, kvstore, mlmodel`,
		"lookup-file (warning) lookups/nobodys.csv:1:1: no lookup of the directory uses the file",
		"lookup-file (warning) lookups/notes.txt:1:1: a lookup's folder has YAML, CSV and models, not notes.txt",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Required fields are looked for among those of the data source, and only what
// is certain is told.
func TestValidateRequiredFields(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, source, search, required string
		want                           []string
	}{
		{
			"of CloudTrail", "AWS CloudTrail ModifyImageAttribute", "`cloudtrail` eventName=x | stats count by src_ip | `d_filter`",
			"_time, eventName, 'requestParameters.launchPermission.add.items{}.userId', requestParameters.*, responseElements, userIdentity.sessionContext.webIdFederationData.federatedProvider, user_arn", nil,
		},
		{
			"unknown there", "AWS CloudTrail ModifyImageAttribute", "`cloudtrail` eventName=x | stats count by src_ip | `d_filter`", "eventname, vendor_regoin, colour",
			[]string{
				`required-field d.yml:23:21: CloudTrail's events have no field eventname; did you mean "eventName"?`,
				`required-field d.yml:23:32: CloudTrail's events have no field vendor_regoin; did you mean "vendor_region"?`,
				"required-field d.yml:23:47: CloudTrail's events have no field colour",
			},
		},
		{"made by the search", "AWS CloudTrail ModifyImageAttribute", "`cloudtrail` | eval colour=1 | stats count by src_ip colour | `d_filter`", "colour, src_ip", nil},
		{"of risk", "Sysmon", "| tstats count from datamodel=Risk.All_Risk by All_Risk.risk_object | rename count as src_ip | `d_filter`", "All_Risk.risk_object, All_Risk.calculated_risk_score", nil},
		{"of another source", "Sysmon", "sourcetype=x Image=y | stats count by src_ip | `d_filter`", "Image, process_name, dest, user, procss_name", []string{
			`required-field d.yml:23:54: the data source has no field procss_name; did you mean "process_name"?`,
		}},
		{"of a source that is unknown", "Else", "sourcetype=x | stats count by src_ip | `d_filter`", "colour", []string{`unknown-data-source d.yml:9:15: unknown data source "Else"`}},
	} {
		text := strings.Replace(older(test.search, "from $src_ip$", test.required), "AWS CloudTrail ModifyImageAttribute", test.source, 1)
		if diff := cmp.Diff(test.want, lints(t, text, "none")); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// Several sources can ask for fields in the result.
func TestValidateOutputFields(t *testing.T) {
	t.Parallel()
	dir := escu.Dir{FS: fstest.MapFS{
		"data_sources/s.yml":  file("name: A Source\nsourcetype: x\noutput_fields: [user, vendor_account]\n"),
		"stories/a_story.yml": file("name: A Story\nnarrative: n\n"),
		"detections/x/d.yml":  file(strings.Replace(whole(goodSearch, goodRBA), "status: experimental", "status: production", 1)),
	}}
	v := Validate(Scope{Dirs: []escu.Dir{dir}, Library: Load(dir), Env: environment(t), Now: today})
	got := slices.DeleteFunc(issues(v), func(s string) bool { return !strings.HasPrefix(s, ruleOutput) })
	want := []string{"output-field detections/x/d.yml:10:9: the search does not name vendor_account, which the data source A Source asks for"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
