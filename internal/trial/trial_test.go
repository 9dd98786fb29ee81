package trial

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/source/dataset"
)

// logins are three events: two of eve, one of a user without a name.
const logins = `{"eventTime":"2024-08-01T10:00:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1","eventID":"1","sourceIPAddress":"192.0.2.1","userIdentity":{"type":"IAMUser","userName":"eve"}}
{"eventTime":"2024-08-01T10:05:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1","eventID":"2","sourceIPAddress":"192.0.2.2","userIdentity":{"type":"IAMUser","userName":"eve"}}
{"eventTime":"2024-08-01T10:10:00Z","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","awsRegion":"us-east-1","eventID":"3","sourceIPAddress":"192.0.2.3","userIdentity":{"type":"Root"}}
`

const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"

// attackData is a test's data: the logins.
const attackData = "attack_data: [{data: data/logins.json, source: s, sourcetype: 'aws:cloudtrail'}]"

// g3 is a detection of the third generation: the rest of the YAML has its
// search and its tests.
func g3(rest string) string {
	return `name: Login
id: 00000000-0000-4000-8000-000000000001
version: 1
status: production
type: TTP
rba:
  message: $user$ came from $src$
  risk_objects: [{field: user, type: user, score: 50}]
  threat_objects: [{field: src, type: ip_address}]
tags: {analytic_story: [Logins]}
` + rest
}

const byUser = "search: '`cloudtrail` eventName=ConsoleLogin | rename userIdentity.userName as user, sourceIPAddress as src | stats count values(src) as src by user'\n"

// config returns the content of files, with the logins and a macro.
func config(t *testing.T, files map[string]string) (Config, *detection.Library) {
	t.Helper()
	fsys := fstest.MapFS{
		"data/logins.json":      {Data: []byte(logins)},
		"data/pointer.json":     {Data: []byte(pointer)},
		"data/packed.json":      {Data: packed(t, logins)},
		"data/empty.json":       {},
		"macros/cloudtrail.yml": {Data: []byte("name: cloudtrail\ndefinition: sourcetype=aws:cloudtrail\n")},
	}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	dir := escu.Dir{Name: "content", FS: fsys}
	base := knowledge.New(knowledge.Options{})
	library := detection.Load(dir)
	if problems := append(base.Load(dir), library.Problems...); len(problems) > 0 {
		t.Fatal(problems)
	}
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	return Config{
		Library: library, Dirs: []escu.Dir{dir}, Env: command.Env{Macros: base.Macros}, Lookups: base.Lookups,
		Finder: &dataset.Finder{}, Jobs: 2, Clock: func() time.Time { return clock },
	}, library
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tell runs the tests and writes their outcomes, a line each and below it what
// they say.
func tell(t *testing.T, c Config, detections []*detection.Detection) string {
	t.Helper()
	var b strings.Builder
	for _, o := range Run(t.Context(), detections, c) {
		fmt.Fprintf(&b, "%s: %s", o.Test, o.Verdict)
		if o.Reason != "" {
			fmt.Fprintf(&b, " (%s)", o.Reason)
		}
		b.WriteByte('\n')
		for _, m := range o.Messages {
			fmt.Fprintf(&b, "  %s\n", m)
		}
		for _, n := range o.Notes {
			fmt.Fprintf(&b, "  note: %s\n", n)
		}
	}
	return b.String()
}

// oneDetection tells what becomes of the tests of one detection.
func oneDetection(t *testing.T, text string, change func(*Config)) string {
	t.Helper()
	c, library := config(t, map[string]string{"detections/cloud/login.yml": text})
	if change != nil {
		change(&c)
	}
	return tell(t, c, library.Detections)
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, detection, want string }{
		{
			"found", g3(byUser + "tests: [{name: t, " + attackData + "}]"),
			"t: passed\n",
		},
		{
			"no tests", g3(byUser),
			": skipped (no tests)\n",
		},
		{
			"none passes the filter",
			g3("search: '`cloudtrail` eventName=Nothing | stats count by user'\ntests: [{name: t, " + attackData + "}]"),
			"t: failed\n  nothing was found\n  of 3 events none passes: eventName=Nothing\n  eventName has another value: ConsoleLogin (3)\n",
		},
		{
			"a later command leaves none",
			g3("search: '`cloudtrail` eventName=ConsoleLogin | stats count by awsRegion | where count > 5'\ntests: [{name: t, " + attackData + "}]"),
			"t: failed\n  nothing was found\n  1 row came to this command, which left none: where count > 5\n  count > 5 is false\n",
		},
		{
			"by fields that are null",
			g3("search: 'eventName=ConsoleLogin | stats count by nobody'\ntests: [{name: t, " + attackData + "}]"),
			"t: failed\n  nothing was found\n  3 rows came to this command, which left none: stats count by nobody\n  nobody is null, and a row without a BY field is in no group\n  content/detections/cloud/login.yml:11:50: " +
				"stats: rows without \"nobody\" are in no group; fillnull before it would keep them (3 times)\n",
		},
		{
			"risk object that is not there",
			g3("search: 'eventName=ConsoleLogin | stats count by sourceIPAddress userIdentity.type | rename sourceIPAddress as src, userIdentity.type as usr'\ntests: [{name: t, " + attackData + "}]"),
			"t: failed\n  row 1 does not say who is at risk: it has no field user; did you mean \"usr\"?\n  note: the message names $user$, which no row has\n",
		},
		{
			"risk object that is filled with the text null",
			g3("search: 'eventName=ConsoleLogin | rename userIdentity.userName as user, sourceIPAddress as src | fillnull value=null user | stats count by src user'\ntests: [{name: t, " + attackData + "}]"),
			"t: passed\n", // the third row lacks the user, but the first has all
		},
		{
			"risk object of the first row",
			g3("search: 'eventName=ConsoleLogin | rename userIdentity.userName as user, sourceIPAddress as src | fillnull value=null user | stats count by src user | sort - src'\ntests: [{name: t, " + attackData + "}]"),
			"t: failed\n  row 1 does not say who is at risk: user is \"null\"\n",
		},
		{
			"threat object that no row has",
			g3("search: 'eventName=ConsoleLogin | stats count by userIdentity.userName | rename userIdentity.userName as user'\ntests: [{name: t, " + attackData + "}]"),
			"t: failed\n  no row has the threat object: it has no field src\n  content/detections/cloud/login.yml:11:50: stats: rows without \"userIdentity.userName\" are in no group; fillnull before it would keep them\n  note: the message names $src$, which no row has\n",
		},
		{
			"message token that no row has",
			strings.Replace(g3(byUser+"tests: [{name: t, "+attackData+"}]"), "$user$ came", "$user$ of $team$ came", 1),
			"t: passed\n  note: the message names $team$, which no row has\n",
		},
		{
			"unknown command",
			g3("search: 'eventName=ConsoleLogin | haed 3'\ntests: [{name: t, " + attackData + "}]"),
			"t: not runnable\n  content/detections/cloud/login.yml:11:35: unknown command \"haed\"; did you mean \"head\"?\n",
		},
		{
			"missing lookup",
			g3("search: 'eventName=ConsoleLogin | lookup people user'\ntests: [{name: t, " + attackData + "}]"),
			"t: not runnable\n  content/detections/cloud/login.yml:11:42: lookup: unknown lookup \"people\"; define it with --lookup people=FILE or in a lookups directory of --content\n",
		},
		{
			"data that is not there", g3(byUser + "tests: [{name: a, attack_data: [{data: data/other.json}]}, {name: b, attack_data: [{data: 'https://example.com/x.json'}]}, {name: c, attack_data: [{data: data/pointer.json}]}, {name: d}]"),
			`a: skipped (no data)
  data/other.json: there is no such file in the content directory
b: skipped (no data)
  https://example.com/x.json: it is not on this machine; name a copy of the data sets with --attack-data DIR, or allow --download
c: skipped (Git LFS pointer)
  data/pointer.json: a pointer of Git LFS, not the data; fetch it in its checkout: git lfs pull --include="data/pointer.json"
d: skipped (no data)
  the test names no attack_data
`,
		},
		{
			"data without events proves nothing",
			g3(byUser + "tests: [{name: t, attack_data: [{data: data/empty.json}], pugmark: {must_not_fire: true}}]"),
			"t: failed\n  no events could be read from the data\n  note: data/empty.json: empty file\n",
		},
		{
			"negative test",
			g3(byUser + "tests: [{name: t, " + attackData + ", pugmark: {must_not_fire: true}}]"),
			"t: failed\n  found 1 row where nothing was to be found\n",
		},
		{
			"exact expectations",
			g3(byUser + "tests: [{name: met, " + attackData + ", pugmark: {rows: 1, fields: {user: eve, count: 2, src: [192.0.2.1, 192.0.2.2], nobody: null}}}, {name: not met, " + attackData + ", pugmark: {rows: 2, fields: [{user: eve, count: 3}, {user: eve}]}}]"),
			"met: passed\nnot met: failed\n  found 1 row, not 2\n  no row has user=\"eve\", count=\"3\"; the nearest has count=\"2\"\n  content/detections/cloud/login.yml:11:145: stats: rows without \"user\" are in no group; fillnull before it would keep them\n",
		},
		{
			"hunting needs no risk",
			"name: H\nid: 1\ntype: Hunting\nstatus: production\nsearch: 'eventName=ConsoleLogin | stats count by userIdentity.type'\ntags: {}\ntests: [{name: t, " + attackData + "}]",
			"t: passed\n",
		},
		{
			"the fourth generation expects numbers of results", `name: Login
id: 1
type: Anomaly
status: production
creation_date: '2026-05-01'
` + byUser + `intermediate_findings: {entities: [{field: user, type: user, score: 20, message: $user$ logged in}]}
tests:
- {name: any, test_type: unit, expected_results: 1, ` + attackData + `}
- {name: none, test_type: unit, expected_results: 0, ` + attackData + `}
- {name: many, test_type: unit, expected_results: 2, ` + attackData + `}
- {name: later, test_type: experimental, description: d, ` + attackData + `}
`,
			"any: passed\nnone: failed\n  found 1 row where nothing was to be found\nmany: failed\n  found 1 row, fewer than 2\n  content/detections/cloud/login.yml:6:145: stats: rows without \"user\" are in no group; fillnull before it would keep them\nlater: skipped (experimental)\n  the test is marked so\n",
		},
		{
			"the second generation", `name: Login
id: 1
type: TTP
status: production
` + byUser + `tags:
  confidence: 50
  impact: 50
  observable: [{name: user, type: User, role: [Victim]}, {name: region, type: Other, role: [Attacker]}]
  manual_test: needs a recent time
tests: [{name: t, ` + attackData + "}]",
			"t: skipped (manual test)\n  needs a recent time\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, oneDetection(t, test.detection, nil)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What is skipped for what it is can be asked for.
func TestAll(t *testing.T) {
	t.Parallel()
	text := strings.Replace(g3(byUser+"tests: [{name: t, "+attackData+"}]"), "status: production", "status: experimental", 1)
	if diff := cmp.Diff("t: skipped (experimental)\n  the detection is not in production\n", oneDetection(t, text, nil)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("t: passed\n", oneDetection(t, text, func(c *Config) { c.All = true })); diff != "" {
		t.Error(diff)
	}
}

// Windows that count from now() hold the data, since the tests run just after
// its newest event; so do they at another time if the test says that times
// move.
func TestNow(t *testing.T) {
	t.Parallel()
	const recent = "search: 'earliest=-5m latest=now eventName=ConsoleLogin | rename userIdentity.type as user, sourceIPAddress as src | where _time >= relative_time(now(), \"-5m\") | table eventTime user src'\n"
	still := g3(recent + "tests: [{name: t, attack_data: [{data: data/logins.json, sourcetype: 'aws:cloudtrail'}], pugmark: {fields: {eventTime: '2024-08-01T10:10:00Z'}}}]")
	moving := g3(recent + "tests: [{name: t, attack_data: [{data: data/logins.json, sourcetype: 'aws:cloudtrail', update_timestamp: true}], pugmark: {rows: 1, fields: {eventTime: '2025-12-31T23:59:59Z'}}}]")
	at := func(c *Config) { c.Now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
	if diff := cmp.Diff("t: passed\n", oneDetection(t, still, nil)); diff != "" {
		t.Error(diff)
	}
	if got := oneDetection(t, still, at); !strings.HasPrefix(got, "t: failed\n  nothing was found\n  of 3 events none passes") {
		t.Errorf("got %s", got)
	}
	if diff := cmp.Diff("t: passed\n", oneDetection(t, moving, at)); diff != "" {
		t.Error(diff)
	}
	timeless := strings.Replace(moving, "data/logins.json", "data/packed.json", 1)
	want := "t: failed\n  nothing could be read\n" +
		"  note: data/packed.json: update_timestamp: no time to move was found; JSON that is not packed was expected\n"
	if diff := cmp.Diff(want, oneDetection(t, timeless, at)); diff != "" {
		t.Error(diff)
	}
}

// The first generation's tests run baselines first, which write lookups that
// no other test sees.
func TestFirstGeneration(t *testing.T) {
	t.Parallel()
	c, library := config(t, map[string]string{
		"detections/cloud/login.yml": `name: Login
id: 1
type: TTP
search: 'eventName=ConsoleLogin | rename userIdentity.type as kind | lookup seen.csv kind OUTPUT times | where times > 1 | stats count by kind times'
tags: {observable: [{name: user, type: User}], confidence: 50, impact: 50, message: x}
`,
		"baselines/seen.yml": "name: Seen\nid: 2\ntype: Baseline\nsearch: 'eventName=ConsoleLogin | rename userIdentity.type as kind | stats count as times by kind | outputlookup seen.csv'\ntags: {detections: []}\n",
		"tests/cloud/login.test.yml": `name: Tests
tests:
- name: with baseline
  file: cloud/login.yml
  pass_condition: '| stats count | where count > 0'
  baselines: [{name: Seen, file: seen.yml, pass_condition: '| stats count | where count > 1'}]
  ` + attackData + `
- name: without
  file: cloud/login.yml
  pass_condition: '| stats count | where count > 0'
  ` + attackData + `
- name: condition
  file: cloud/login.yml
  pass_condition: '| where times > 2'
  baselines: [{name: Seen, file: seen.yml}]
  ` + attackData + `
- name: baseline without rows
  file: cloud/login.yml
  baselines: [{name: Seen, file: seen.yml, pass_condition: '| where times > 7'}]
  ` + attackData + `
- name: no such baseline
  file: cloud/login.yml
  baselines: [{name: Lost, file: lost.yml}]
  ` + attackData + `
`,
	})
	want := `with baseline: passed
  note: row 1 does not say who is at risk: it has no field user
without: not runnable
  content/detections/cloud/login.yml:4:77: lookup: unknown lookup "seen.csv"; define it with --lookup seen.csv=FILE or in a lookups directory of --content
condition: failed
  the pass_condition is not fulfilled: | where times > 2
  note: row 1 does not say who is at risk: it has no field user
baseline without rows: failed
  the baseline "Seen": the pass_condition is not fulfilled: | where times > 7
no such baseline: not runnable
  the baseline "Lost" is not in the content
`
	if diff := cmp.Diff(want, tell(t, c, library.Detections)); diff != "" {
		t.Error(diff)
	}
	if names := c.Lookups.LookupNames(); len(names) > 0 {
		t.Errorf("the tests left %q behind", names)
	}
}

// Outcomes come in the order of the detections; those behind the first failure
// are skipped, however many ran at a time.
func TestFailFast(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i, search := range []string{"ConsoleLogin", "Nothing", "ConsoleLogin", "Nothing"} {
		files[fmt.Sprintf("detections/%d.yml", i)] = fmt.Sprintf("name: D%d\nid: %d\ntype: Hunting\nstatus: production\nsearch: 'eventName=%s'\ntags: {}\ntests: [{name: t%d, %s}]\n", i, i+1, search, i, attackData)
	}
	for _, jobs := range []int{1, 4} {
		c, library := config(t, files)
		c.Jobs, c.FailFast = jobs, true
		var got []string
		for _, o := range Run(t.Context(), library.Detections, c) {
			got = append(got, fmt.Sprintf("%s %s %s", o.Detection.Name, o.Verdict, o.Reason))
		}
		if diff := cmp.Diff([]string{"D0 passed ", "D1 failed ", "D2 skipped stopped after a failure", "D3 skipped stopped after a failure"}, got); diff != "" {
			t.Errorf("%d jobs: %s", jobs, diff)
		}
	}
}

func TestAffected(t *testing.T) {
	t.Parallel()
	c, library := config(t, map[string]string{
		"detections/login.yml": g3("search: '`outer` | lookup people user | stats count by user src'\ndata_source: [Log A AND Log B]\ntests: [{name: t, " + attackData + "}]"),
		"detections/other.yml": "name: Other\nid: 2\ntype: Hunting\nsearch: x\ntags: {}\n",
		"macros/outer.yml":     "name: outer\ndefinition: '`inner(1)`'\n",
		"macros/inner.yml":     "name: inner\narguments: [n]\ndefinition: search count=$n$\n",
		"lookups/people.yml":   "name: people\nfilename: staff.csv\n",
		"lookups/staff.csv":    "user,team\neve,red\n",
		"stories/logins.yml":   "name: Logins\nid: 3\nnarrative: n\ndescription: d\n",
		"data_sources/b.yml":   "name: Log B\nid: 4\nsourcetype: s\n",
		"baselines/usual.yml":  "name: Usual\nid: 5\ntype: Baseline\nsearch: '`deep` | stats count'\ntags: {detections: [Login]}\n",
		"macros/deep.yml":      "name: deep\ndefinition: search x\n",
	})
	for _, test := range []struct{ path, want string }{
		{"detections/login.yml", "Login"},
		{"detections/other.yml", "Other"},
		{"macros/inner.yml", "Login"},
		{"macros/deep.yml", "Login"},
		{"macros/cloudtrail.yml", ""},
		{"lookups/staff.csv", "Login"},
		{"lookups/people.yml", "Login"},
		{"stories/logins.yml", "Login"},
		{"data_sources/b.yml", "Login"},
		{"baselines/usual.yml", "Login"},
		{"data/logins.json", "Login"},
		{"README.md", ""},
	} {
		var names []string
		for _, d := range c.Affected(library.Detections, []Changes{{Dir: c.Dirs[0], Paths: []string{test.path}}}) {
			names = append(names, d.Name)
		}
		if got := strings.Join(names, " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.path, got, test.want)
		}
	}
}

func TestShift(t *testing.T) {
	t.Parallel()
	const text = `{"eventTime" : "2024-08-01T10:00:00Z","time":1722506400,"x":{"time":"soon"}}
{"time":1722506400123,"CreationTime":"2024-08-01T10:00:00","@timestamp":"2024-08-01 23:59:59.123+02:00","uptime":1722506400}`
	const want = `{"eventTime" : "2024-08-01T10:00:05Z","time":1722506405,"x":{"time":"soon"}}
{"time":1722506405123,"CreationTime":"2024-08-01T10:00:05","@timestamp":"2024-08-02 00:00:04.123+02:00","uptime":1722506400}`
	got, n := shift([]byte(text), 5*time.Second)
	if diff := cmp.Diff(want, string(got)); diff != "" || n != 5 {
		t.Errorf("%d times: %s", n, diff)
	}
}
