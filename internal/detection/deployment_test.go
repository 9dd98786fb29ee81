package detection

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// loadFiles reads content from texts by their paths.
func loadFiles(files map[string]string) *Library {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(escu.Dir{FS: fsys})
}

func deployedBy(l *Library) map[string]string {
	got := map[string]string{}
	for _, d := range l.Detections {
		if got[d.Name] = "none"; d.Deployment != nil {
			got[d.Name] = d.Deployment.Name + " " + d.Deployment.Schedule.Earliest
		}
	}
	for _, b := range l.Baselines {
		if got[b.Name] = "none"; b.Deployment != nil {
			got[b.Name] = b.Deployment.Name + " " + b.Deployment.Schedule.Earliest
		}
	}
	return got
}

// What is for few is in a file with a higher number than what is for all, and
// counts more.
func TestDeploymentsAreChosen(t *testing.T) {
	t.Parallel()
	l := loadFiles(map[string]string{
		"deployments/00_ttp.yml":     "name: All TTPs\ntype: TTP\nscheduling: {cron_schedule: 0 * * * *, earliest_time: -70m@m, latest_time: now, schedule_window: auto}\n",
		"deployments/01_anomaly.yml": "name: Old form\ntags: {type: Anomaly}\nscheduling: {earliest_time: -2h}\n",
		"deployments/20_story.yml":   "name: One story\ntags: {analytic_story: A story}\nscheduling: {earliest_time: -3h}\n",
		"deployments/30_named.yml":   "name: Long\ntags: {deployments: [90 Day Baseline]}\nscheduling: {earliest_time: -90d@d}\n",
		"schedules/base.yml":         "name: Default Baseline\ncron_schedule: 10 0 * * *\nearliest_time: -1450m@m\n",
		"schedules/event.yml":        "name: Default EventBasedDetection\nearliest_time: -71m@m\n",
		"detections/a.yml":           "name: By type\ntype: TTP\nsearch: x\n",
		"detections/b.yml":           "name: By type in tags\ntype: Anomaly\nsearch: x\n",
		"detections/c.yml":           "name: By story\ntype: TTP\nsearch: x\ntags: {analytic_story: [A story]}\n",
		"detections/d.yml":           "name: By no type\ntype: Hunting\nsearch: x\n",
		"detections/e.yml":           "name: Its own\ntype: TTP\nsearch: x\ndeployment: {name: Inline, scheduling: {earliest_time: -5m}}\n",
		"detections/f.yml":           "name: Newest\ntype: TTP\nsearch: x\nschedule: Default EventBasedDetection\n",
		"detections/g.yml":           "name: Newest with its own\ntype: TTP\nsearch: x\ncreation_date: '2026-05-01'\ncustom_schedule: {cron_schedule: 5 * * * *, earliest_time: -6m}\n",
		"baselines/a.yml":            "name: Named baseline\nsearch: x\ntags: {deployments: 90 Day Baseline}\n",
		"baselines/b.yml":            "name: Baseline\nsearch: x\n",
	})
	for _, p := range l.Problems {
		t.Error(p)
	}
	want := map[string]string{
		"By type": "All TTPs -70m@m", "By type in tags": "Old form -2h", "By story": "One story -3h", "By no type": "Default EventBasedDetection -71m@m",
		"Its own": "Inline -5m", "Newest": "Default EventBasedDetection -71m@m", "Newest with its own": " -6m",
		"Named baseline": "Long -90d@d", "Baseline": "Default Baseline -1450m@m",
	}
	if diff := cmp.Diff(want, deployedBy(l)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatADeploymentDoes(t *testing.T) {
	t.Parallel()
	l := loadFiles(map[string]string{
		"deployments/a.yml": `
name: All of it
type: TTP
scheduling: {cron_schedule: 5 * * * *}
alert_action:
  notable: {rule_title: 'Seen: %name%', rule_description: '%description%', nes_fields: 'user, dest'}
  rba: {enabled: 'true'}
  email: {to: a@example.com, subject: s, message: m}
  slack: {channel: c, message: m}
  phantom: {phantom_server: p, label: events, sensitivity: amber, severity: medium, cam_workers: local}
`,
		"detections/a.yml": "name: A\ntype: TTP\nsearch: x\n",
		"detections/b.yml": "name: B\ntype: Hunting\nsearch: x\n",
		"detections/c.yml": "name: C\ntype: Correlation\nsearch: x\n",
	})
	for _, p := range l.Problems {
		t.Error(p)
	}
	want := Actions{
		Risk:    true,
		Notable: &NotableAction{Title: "Seen: %name%", Description: "%description%", Fields: []string{"user", "dest"}},
		Email:   &EmailAction{To: "a@example.com", Subject: "s", Message: "m"},
		Slack:   &SlackAction{Channel: "c", Message: "m"},
		Phantom: &PhantomAction{Server: "p", Label: "events", Sensitivity: "amber", Severity: "medium", Workers: "local"},
	}
	if diff := cmp.Diff(want, l.Detections[0].Does()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Schedule{Cron: "5 * * * *", Earliest: "-70m@m", Latest: "-10m@m", Window: "auto"}, l.Detections[0].When()); diff != "" {
		t.Errorf("what the deployment leaves open is as usual: %s", diff)
	}
	if got := l.Detections[1].Does(); got.Risk || got.Notable != nil {
		t.Errorf("a Hunting detection does nothing, not %+v", got)
	}
	if got := l.Detections[2].Does(); got.Risk || got.Notable == nil {
		t.Errorf("a Correlation raises a finding, not %+v", got)
	}
}

func TestUnknownKeysOfDeploymentsAreTold(t *testing.T) {
	t.Parallel()
	l := loadFiles(map[string]string{"deployments/a.yml": "name: A\nscheduling: {cron: x}\nalert_action: {notable: {title: x}, rab: {}}\n"})
	want := `deployments/a.yml:2:14: unknown key "cron" in scheduling
deployments/a.yml:3:26: unknown key "title" in notable
deployments/a.yml:3:37: unknown key "rab" in alert_action`
	if diff := cmp.Diff(want, l.Problems.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestInvestigations(t *testing.T) {
	t.Parallel()
	text := "name: Who\nid: ABC\ntype: Investigation\nsearch: '`cloudtrail` user=$user$'\ntags: {analytic_story: [S]}\n"
	l := loadFiles(map[string]string{"investigations/a.yml": text, "detections/b.yml": "name: D\ntype: TTP\nsearch: x\n"})
	if len(l.Problems) > 0 || len(l.Investigations) != 1 || len(l.Detections) != 1 {
		t.Fatalf("%d investigations, %d detections: %v", len(l.Investigations), len(l.Detections), l.Problems)
	}
	if i := l.Investigations[0]; i.Name != "Who" || i.ID != "abc" || i.Stories[0] != "S" {
		t.Errorf("%+v", i)
	}
}

// Before a file could hold several tests, it was one.
func TestAFileOfOneTest(t *testing.T) {
	t.Parallel()
	l := loadFiles(map[string]string{
		"detections/cloud/a.yml": "name: A\ntype: TTP\nsearch: x\n",
		"tests/cloud/a.test.yml": "name: A\nfile: cloud/a.yml\npass_condition: '| stats count | where count > 0'\nattack_data: [{data: x.json, sourcetype: s, update_timestamp: true}]\n",
	})
	for _, p := range l.Problems {
		t.Error(p)
	}
	want := []Test{{
		Name: "A", PassCondition: "| stats count | where count > 0", File: "tests/cloud/a.test.yml",
		Data: []TestData{{Data: "x.json", Sourcetype: "s", UpdateTimestamp: true}},
	}}
	if diff := cmp.Diff(want, l.Detections[0].Tests); diff != "" {
		t.Error(diff)
	}
}
