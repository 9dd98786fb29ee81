package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/simulate"
)

// The ledger of simulated logs is what their truth says was shared, and
// nothing else: the background shares nothing.
func TestExposedFindsWhatWasPlanted(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "logs")
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"simulate", dir, "--events", "4000", "--days", "31", "-q"}, nil, &stdout, &stderr, nil); code != 0 {
		t.Fatalf("simulate: code %d, %s", code, stderr.String())
	}
	text, err := os.ReadFile(dir + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	var truth simulate.Truth
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	stdout.Reset()
	if code := run(t.Context(), []string{"exposed", dir, "--ended", "-v", "-o", "ndjson"}, nil, &stdout, &stderr, nil); code != 0 {
		t.Fatalf("exposed: code %d, %s", code, stderr.String())
	}
	type row struct{ State, Resource, Recipient, Verdict string }
	var rows []row
	for line := range strings.Lines(stdout.String()) {
		var r row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	claimed := map[row]bool{}
	for _, s := range truth.Scenarios {
		state := map[string]string{"exposed": "exposed", "shared on purpose": "exposed", "withdrawn": "ended", "denied": "attempted"}[s.Outcome]
		got := map[string]bool{}
		for _, r := range rows {
			if slices.ContainsFunc(s.Resources, func(x simulate.Resource) bool { return x.ID == r.Resource }) {
				claimed[r] = true
				if r.State == state {
					got[r.Recipient] = true
				}
			}
		}
		want := map[string]bool{}
		if sharesImages(s) {
			for _, r := range s.Recipients {
				want[r] = true
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: recipients -truth +ledger:\n%s", s.Name, diff)
		}
	}
	for _, r := range rows {
		if !claimed[r] {
			t.Errorf("nobody planted %+v", r)
		}
	}
}

// sharesImages reports whether a scenario calls what the ledger follows.
func sharesImages(s *simulate.Planted) bool {
	return slices.ContainsFunc(s.Events, func(e simulate.PlantedEvent) bool {
		return slices.Contains([]string{"ModifyImageAttribute", "ModifySnapshotAttribute", "ModifyDBSnapshotAttribute", "ModifyDBClusterSnapshotAttribute"}, e.Name)
	})
}

func TestSpansOfTime(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]string{0: "0 s", 59: "59 s", 61: "1 min 1 s", 3*3600 + 120: "3 h 2 min", 86400*40 + 3600: "40 d 1 h"} {
		if got := spanText(seconds); got != want {
			t.Errorf("%v: %q, want %q", seconds, got, want)
		}
	}
}
