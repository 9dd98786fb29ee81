package simulate_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/simulate"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
	"github.com/pugmark/pugmark/internal/trust"
)

// directory is an output on disk.
type directory string

func (d directory) Create(name string) (io.WriteCloser, error) {
	path := filepath.Join(string(d), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	return os.Create(path)
}

// found are the scenarios whose shares the search of the built-in detection
// describes: with accounts or with everyone, whether refused or taken back
// later. The shares with an organization and an organizational unit, which it
// does not look for, and those of other things are not among them.
var found = []string{
	"ami-shared-account", "ami-shared-several", "ami-public", "ami-share-failed-then-succeeded", "ami-share-denied",
	"ami-share-own-account", "ami-share-vendor", "ami-public-after-block-disabled",
	"share-then-trail-stopped", "mass-share", "low-and-slow", "share-removed", "ami-share-denied-by-organization",
	"ami-share-blocked", "ami-shared-again", "story", "story-through-snapshot",
}

// The built-in detection finds these scenarios, each in a finding of its own,
// on the very events that the truth calls evidence, and nothing else.
func TestBuiltInDetectionFindsWhatItsSearchSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	truth, err := simulate.Write(t.Context(), simulate.Config{Seed: 11, Events: 12_000, Org: true, Accounts: 4}, directory(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, s := range truth.Scenarios {
		for i, e := range s.Events {
			taken := s.Name == "share-removed" && i == len(s.Events)-1 || s.Name == "story" && i == len(s.Events)-2
			if slices.Contains(found, s.Name) && e.Name == "ModifyImageAttribute" && !taken {
				want[s.Actor.ARN] = append(want[s.Actor.ARN], e.ID)
			}
		}
		slices.Sort(want[s.Actor.ARN])
	}
	if len(want) != len(found) {
		t.Fatalf("%d callers in %d scenarios", len(want), len(found))
	}

	pages := escu.Dir{FS: content.FS()}
	base := knowledge.New(knowledge.Options{})
	if problems := base.Load(pages); len(problems) > 0 {
		t.Fatal(problems)
	}
	all := detection.Load(pages).Detections
	i := slices.IndexFunc(all, func(d *detection.Detection) bool { return d.ID == "f2132d74-cf81-4c5e-8799-ab069e67dc9f" })
	search, problems := all[i].Compile(&command.Env{Macros: base.Macros, Lookups: base.Lookups})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	report := &source.Report{}
	result, err := engine.Run(t.Context(), search, engine.Config{
		Source: file.New([]string{dir}, file.Options{}), Now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Track: true, Report: report,
	})
	if err != nil {
		t.Fatal(err)
	}
	if unread, _ := report.Problems(); len(unread) > 0 || report.Records.Load() != truth.Totals.Records {
		t.Errorf("%d of %d records were read, problems %v", report.Records.Load(), truth.Totals.Records, unread)
	}
	got := map[string][]string{}
	for _, row := range result.Rows {
		arn := row.Get("user_arn").String()
		if got[arn] != nil {
			t.Errorf("two findings for %s", arn)
		}
		got[arn] = slices.Sorted(slices.Values(row.Lineage().IDs()))
	}
	for i := range want {
		if want[i] == nil {
			delete(want, i)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const (
	given      = "AWS AMI Attribute Modification for Exfiltration"
	untrusted  = "AWS AMI Shared With Untrusted Account"
	attempt    = "AWS Image or Snapshot Share Attempt Failed"
	disk       = "AWS EBS Snapshot Shared or Made Public"
	database   = "AWS RDS Snapshot Shared or Made Public"
	volume     = "AWS Unusual Volume of Shares by One Identity"
	tampering  = "AWS Share Followed by Trail Tampering"
	grant      = "AWS KMS Grant to Account of Share"
	bucketList = "AWS S3 Bucket ACL Opened"
	judged     = "AWS AMI Share Judged by Recipient"
	persistent = "AWS Image or Snapshot Shared After Failed Attempts"
	chain      = "AWS Image or Snapshot Share in a Chain of Calls"
)

// detected says which built-in detections find which scenario.
var detected = map[string][]string{
	"ami-shared-account":               {given, judged, untrusted},
	"ami-shared-several":               {given, judged, untrusted},
	"ami-public":                       {given, judged},
	"ami-shared-organisation":          {judged, "AWS AMI Shared With Organization or OU"},
	"ami-shared-ou":                    {judged, "AWS AMI Shared With Organization or OU"},
	"ami-share-failed-then-succeeded":  {given, judged, untrusted, attempt, persistent, chain},
	"ami-share-denied":                 {given, judged, attempt},
	"ami-share-denied-by-organization": {given, judged, attempt},
	"ami-share-blocked":                {given, judged, attempt},
	"ami-shared-own-organization":      {judged},
	"ami-shared-again":                 {given, judged, untrusted},
	"ami-share-own-account":            {given, judged}, // which knows no account of ours
	"ami-share-vendor":                 {given, judged},
	"ami-public-after-block-disabled":  {given, judged, attempt, "AWS AMI Made Public After Block Public Access Disabled", chain},
	"ebs-snapshot-shared":              {disk},
	"ebs-snapshot-public":              {disk, "AWS EBS Snapshot Made Public After Block Public Access Disabled", chain},
	"rds-snapshot-shared":              {database},
	"rds-snapshot-public":              {database},
	"rds-cluster-snapshot-shared":      {database},
	"image-export-s3":                  {"AWS AMI or Instance Exported to S3"},
	"kms-grant-then-share":             {disk, grant, chain},
	"kms-key-policy-foreign":           {"AWS KMS Key Policy Opened to Foreign Account"},
	"bucket-policy-public":             {"AWS S3 Bucket Policy Opened"},
	"bucket-policy-padded":             {"AWS Share or Policy Call Without Its Parameters"},
	"bucket-acl-public":                {bucketList},
	"bucket-acl-foreign":               {bucketList},
	"bucket-replication-foreign":       {"AWS S3 Bucket Replication to Foreign Account"},
	"backup-vault-shared":              {"AWS Backup Vault Shared or Copied to Foreign Account"},
	"datasync-task":                    {"AWS DataSync Task Created"},
	"batch-exfiltration":               {"AWS S3 Batch Operations Job Copies Objects"},
	"batch-job-copies-out":             {"AWS Batch Job Copies Data Out"},
	"share-then-trail-stopped":         {given, judged, untrusted, tampering, chain},
	"mass-share":                       {given, judged, untrusted, disk, volume, chain},
	"low-and-slow":                     {given, judged, untrusted},
	"share-removed":                    {given, judged, untrusted, chain},
	"story":                            {given, judged, untrusted, attempt, disk, grant, tampering, "AWS AMI or Instance Exported to S3", chain},
	"story-through-snapshot":           {given, judged, untrusted, disk, chain},
	"console-login-no-mfa":             nil, // no built-in detection is about getting in
	"root-key-created":                 nil,
}

// trustOf says what the accounts of a simulated world would say in their trust
// file.
func trustOf(t *testing.T, truth *simulate.Truth) *trust.Trust {
	t.Helper()
	text := "ours:\n  organizations:\n  - id: " + truth.Parameters.Organization + "\n  accounts:\n"
	for _, account := range truth.Parameters.Accounts {
		text += "  - id: " + account + "\n    organization: " + truth.Parameters.Organization + "\n"
	}
	text += "vendors:\n  accounts:\n  - {id: 888877776666, reason: scans images}\n"
	read, problems := trust.Load(trust.File{Name: "trust.yaml", Text: []byte(text)})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return read
}

// builtin returns the built-in content, with whom the truth says is trusted.
func builtin(t *testing.T, truth *simulate.Truth) (escu.Dir, *knowledge.Base) {
	t.Helper()
	dir := escu.Dir{FS: content.FS()}
	base := knowledge.New(knowledge.Options{})
	if problems := base.Load(dir); len(problems) > 0 {
		t.Fatal(problems)
	}
	if err := base.Lookups.Fill(trust.LookupName, trust.LookupSettings(), trust.LookupColumns(), trustOf(t, truth).Rows()); err != nil {
		t.Fatal(err)
	}
	return dir, base
}

// Every scenario is found by the detections that are about it, and nothing is
// found in what accounts at work do.
func TestBuiltInDetectionsFindWhatWasPlanted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// Days enough that scenarios which look for two calls within one do not
	// meet each other's.
	truth, err := simulate.Write(t.Context(), simulate.Config{Seed: 21, Events: 12_000, Days: 90, Accounts: 3, Org: true}, directory(dir))
	if err != nil {
		t.Fatal(err)
	}
	pages, base := builtin(t, truth)
	scenario := map[string]string{} // of an event
	got := map[string][]string{}
	for _, s := range truth.Scenarios {
		got[s.Name] = nil
		for _, e := range s.Events {
			scenario[e.ID] = s.Name
		}
	}
	for _, d := range detection.Load(pages).Detections {
		for _, id := range evidence(t, d, base, dir) {
			name, planted := scenario[id]
			if !planted {
				t.Errorf("%s finds event %s, which nobody planted", d.Name, id)
			} else if !slices.Contains(got[name], d.Name) {
				got[name] = append(got[name], d.Name)
			}
		}
	}
	for _, list := range []map[string][]string{got, detected} {
		for _, names := range list {
			slices.Sort(names)
		}
	}
	// Its shares go on for weeks, so that one lies beside whatever else is done.
	got["low-and-slow"] = slices.DeleteFunc(got["low-and-slow"], func(name string) bool { return name == tampering })
	if diff := cmp.Diff(detected, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// A story is told once and is nobody else's: it has the calls of one scenario,
// and all of those that are evidence where the scenario is a chain.
func TestStoriesAreWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	truth, err := simulate.Write(t.Context(), simulate.Config{Seed: 22, Events: 12_000, Days: 90, Accounts: 3, Org: true}, directory(dir))
	if err != nil {
		t.Fatal(err)
	}
	pages, base := builtin(t, truth)
	of := map[string]*simulate.Planted{}
	for _, s := range truth.Scenarios {
		for _, id := range s.EventIDs {
			of[id] = s
		}
	}
	all := detection.Load(pages).Detections
	d := all[slices.IndexFunc(all, func(d *detection.Detection) bool { return d.Name == chain })]
	told := map[string][]string{}
	for _, row := range rows(t, d, base, dir) {
		ids := slices.Sorted(slices.Values(row.Lineage().IDs()))
		s := of[ids[0]]
		for _, id := range ids {
			if of[id] != s {
				t.Errorf("a story of %v has event %s of %v", s, id, of[id])
			}
		}
		if told[s.Name] != nil {
			t.Errorf("%s is told twice", s.Name)
		}
		told[s.Name] = ids
		if strip := row.Get("strip").Texts(); len(strip) != len(ids) || !slices.IsSorted(strip) {
			t.Errorf("%s has %d events and the strip\n%q", s.Name, len(ids), strip)
		}
	}
	for _, s := range truth.Scenarios {
		if !slices.Contains(detected[s.Name], chain) {
			continue
		}
		var want []string
		for _, e := range s.Events {
			if e.Evidence {
				want = append(want, e.ID)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, told[s.Name]); diff != "" {
			t.Errorf("%s: %s", s.Name, diff)
		}
		delete(told, s.Name)
	}
	if len(told) > 0 {
		t.Errorf("stories of what is none: %v", told)
	}
}

// evidence returns the events behind what a detection finds.
func evidence(t *testing.T, d *detection.Detection, base *knowledge.Base, dir string) []string {
	t.Helper()
	var ids []string
	for _, row := range rows(t, d, base, dir) {
		ids = append(ids, row.Lineage().IDs()...)
	}
	return ids
}

// rows returns what a detection finds.
func rows(t *testing.T, d *detection.Detection, base *knowledge.Base, dir string) []*event.Event {
	t.Helper()
	search, problems := d.Compile(&command.Env{Macros: base.Macros, Lookups: base.Lookups})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	result, err := engine.Run(t.Context(), search, engine.Config{
		Source: file.New([]string{dir}, file.Options{}), Now: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), Track: true, Report: &source.Report{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return result.Rows
}

// A scenario is the same whatever else is planted or surrounds it.
func TestScenariosDoNotDependOnEachOther(t *testing.T) {
	t.Parallel()
	_, all := write(t, simulate.Config{Seed: 3, Events: 2000})
	for _, want := range all.Scenarios {
		_, alone := write(t, simulate.Config{Seed: 3, Events: 100, Scenarios: []string{want.Name}})
		got := alone.Scenarios[0]
		for _, s := range []*simulate.Planted{want, got} {
			for i := range s.Events {
				s.Events[i].File = "" // names of files are drawn in the order of time
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// Scenarios have their actors, things and, but for the long ones, hours to
// themselves.
func TestScenariosDoNotOverlap(t *testing.T) {
	t.Parallel()
	for _, days := range []int{1, 7, 60} {
		_, truth := write(t, simulate.Config{Seed: 4, Events: 1000, Days: days})
		things, actors := map[string]string{}, map[string]string{}
		var last *simulate.Planted
		for _, s := range truth.Scenarios {
			if !slices.IsSortedFunc(s.Events, func(a, b simulate.PlantedEvent) int { return a.Time.Compare(b.Time) }) {
				t.Errorf("%s is not in order", s.Name)
			}
			if other := actors[s.Actor.ARN+s.Actor.Address]; other != "" {
				t.Errorf("%s and %s are by the same", s.Name, other)
			}
			actors[s.Actor.ARN+s.Actor.Address] = s.Name
			for _, r := range s.Resources {
				if other := things[r.ID]; other != "" && r.Type != "bucket" && r.Type != "backup vault" {
					t.Errorf("%s and %s are about %s", s.Name, other, r.ID)
				}
				things[r.ID] = s.Name
			}
			if s.Name == "low-and-slow" || s.Name == "ami-shared-again" {
				if days >= 60 && s.LastTime.Sub(s.FirstTime) < 10*24*time.Hour {
					t.Errorf("%s takes %s", s.Name, s.LastTime.Sub(s.FirstTime))
				}
				continue
			}
			if last != nil && !last.LastTime.Before(s.FirstTime) {
				t.Errorf("%d days: %s begins before %s ends", days, s.Name, last.Name)
			}
			last = s
		}
	}
}

// The detection that judges shares gives every verdict on a month with every
// scenario, and those that the truth calls benign are no alerts.
func TestEveryVerdictIsPlanted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	truth, err := simulate.Write(t.Context(), simulate.Config{Seed: 5, Events: 3000, Days: 30, Accounts: 3, Org: true}, directory(dir))
	if err != nil {
		t.Fatal(err)
	}
	base := knowledge.New(knowledge.Options{})
	pages := escu.Dir{FS: content.FS()}
	if problems := base.Load(pages); len(problems) > 0 {
		t.Fatal(problems)
	}
	if err := base.Lookups.Fill(trust.LookupName, trust.LookupSettings(), trust.LookupColumns(), trustOf(t, truth).Rows()); err != nil {
		t.Fatal(err)
	}
	all := detection.Load(pages).Detections
	d := all[slices.IndexFunc(all, func(d *detection.Detection) bool { return d.Name == judged })]
	findings := detection.NewFindings(d, time.Time{})
	planted := map[string]*simulate.Planted{}
	for _, s := range truth.Scenarios {
		for _, e := range s.Events {
			planted[e.ID] = s
		}
	}
	verdicts := map[trust.Verdict]bool{}
	for _, row := range rows(t, d, base, dir) {
		f := findings.Add(row, nil)
		verdicts[trust.Verdict(f.Result.Get("verdict").String())] = true
		if s := planted[f.EventIDs[0]]; f.Alert() == s.Benign {
			t.Errorf("%s: alert %v: %s", s.Name, f.Alert(), f.Risk.Message)
		}
	}
	for _, want := range []trust.Verdict{
		trust.Public, trust.OwnMember, trust.OwnOU, trust.OwnOrganization, trust.KnownVendor,
		trust.ForeignOrganization, trust.ForeignOU, trust.StrangerNeverSeen, trust.StrangerSeenBefore,
	} {
		if !verdicts[want] {
			t.Errorf("no share is judged %q", want)
		}
	}
}
