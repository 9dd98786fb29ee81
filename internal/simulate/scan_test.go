package simulate_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// The built-in detection that was published finds the shares of images with
// accounts and with everyone, those of a caller in a finding of its own, on the
// very events of the truth, and nothing else. It does not look for
// organizations and their units, and not below the older form of the request.
func TestBuiltInDetectionFindsWhatItsSearchSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	truth, err := simulate.Write(t.Context(), simulate.Config{Seed: 11, Events: 12_000, Org: true, Accounts: 4}, directory(dir))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for _, f := range truth.Findings {
		if !strings.HasPrefix(f.Recipient, "arn:") && f.Scenario != "ami-share-in-older-form" {
			want[f.Actor] = append(want[f.Actor], f.EventIDs...)
		}
	}
	for arn, ids := range want {
		slices.Sort(ids)
		want[arn] = slices.Compact(ids)
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
	"ami-share-acquired":               {given, judged, attempt}, // whoever it is for: the caller failed
	"ami-share-vendor-organization":    {judged},
	"ami-share-vendor-expired":         {given, judged, untrusted},
	"ami-share-vendor-expiring":        {given, judged, untrusted},
	"ami-share-denied-to-organization": {judged, attempt},
	"ami-share-in-older-form":          {judged, untrusted},
	"ami-share-by-service":             {given, judged},
	"ami-share-reset":                  {given, judged, untrusted, chain},
	"ami-share-declined":               {given, judged},
	"ami-from-outside-declined":        nil,
	"ami-shared-then-deregistered":     {given, judged, untrusted, chain},
	"ami-shared-then-disabled":         {given, judged, untrusted},
	"ami-share-swapped":                {given, judged, untrusted, chain},
	"ami-share-of-old-removed":         nil,
	"ami-public-then-blocked":          {given, judged, chain},
	"ebs-snapshot-shared-then-deleted": {disk, chain},
	"ebs-snapshot-share-reset":         {disk, chain},
	"ebs-snapshot-public-hidden":       {disk},
	"rds-snapshot-shared-then-deleted": {database},

	"rds-cluster-snapshot-public-then-deleted": {database},

	"console-login-no-mfa": nil, // no built-in detection is about getting in
	"root-key-created":     nil,
}

// trustOf is the trust file that goes with the logs.
func trustOf(t *testing.T, truth *simulate.Truth) *trust.Trust {
	t.Helper()
	var text bytes.Buffer
	if err := truth.WriteTrust(&text); err != nil {
		t.Fatal(err)
	}
	read, problems := trust.Load(trust.File{Name: "trust.yaml", Text: text.Bytes()})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if len(read.Entries()) != len(truth.Trust) {
		t.Errorf("%d entries were read, %d written", len(read.Entries()), len(truth.Trust))
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
	truth, err := simulate.Write(t.Context(), simulate.Config{Seed: 21, Events: 12_000, Days: 180, Accounts: 3, Org: true}, directory(dir))
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
	truth, err := simulate.Write(t.Context(), simulate.Config{Seed: 22, Events: 12_000, Days: 180, Accounts: 3, Org: true}, directory(dir))
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
			if slices.Contains([]string{"low-and-slow", "ami-shared-again", "ami-share-vendor-expiring"}, s.Name) {
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

// What the truth calls benign is no alert, and everything else that shares
// images is one.
func TestBenignScenariosAreNoAlerts(t *testing.T) {
	t.Parallel()
	_, truth := write(t, simulate.Config{Seed: 5, Events: 1000, Days: 30, Org: true})
	scores := map[string]int{}
	for _, f := range truth.Findings {
		scores[f.Scenario] = max(scores[f.Scenario], f.Score)
	}
	for _, s := range truth.Scenarios {
		if score, shares := scores[s.Name]; shares && s.Benign == (score > 0) {
			t.Errorf("%s: benign %v, score %d", s.Name, s.Benign, score)
		}
	}
}
