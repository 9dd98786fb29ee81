package simulate_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/simulate"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
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
	"share-then-trail-stopped", "mass-share", "low-and-slow", "share-removed",
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
			taken := s.Name == "share-removed" && i == len(s.Events)-1
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

// Scenarios have their actors, things and, but for the long one, hours to
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
			if s.Name == "low-and-slow" {
				if days >= 60 && s.LastTime.Sub(s.FirstTime) < 20*24*time.Hour {
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
