package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pugmark/pugmark/internal/simulate"
)

const judging = "AWS AMI Share Judged by Recipient"

// A simulated month has, with the trust file that was written with it, exactly
// the findings and exactly the ledger of its truth. The truth is told from what
// the scenarios planted, so the two sides have no code in common.
func TestSimulatedMonthHasTheFindingsAndTheLedgerOfItsTruth(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		flags []string
	}{
		{"an organization", []string{"--org", "--seed", "1"}},
		{"many accounts on their own, in one file", []string{"--seed", "4", "--format", "jsonl", "--accounts", "9"}},
		{"a single account in one region", []string{"--seed", "5", "--accounts", "1", "--regions", "eu-central-1"}},
		{"a day", []string{"--org", "--seed", "6", "--days", "1"}},
		{"a year, until a leap day", []string{"--org", "--seed", "7", "--days", "366", "--start", "2027-03-01"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := simulateMonth(t, test.flags...)
			if diff := gocmp.Diff(m.truth.Findings, m.findings(t), ofTruth()...); diff != "" {
				t.Errorf("findings, -truth +found:\n%s", diff)
			}
			exposures, attempts := m.ledger(t)
			if diff := gocmp.Diff(m.truth.Exposures, exposures, ofTruth()...); diff != "" {
				t.Errorf("exposures, -truth +ledger:\n%s", diff)
			}
			// No scenario fails to share anything but images, so what failed is
			// in the findings.
			failed := map[share]int{}
			for _, f := range m.truth.Findings {
				if n := f.Attempts - f.Succeeded; n > 0 {
					failed[share{f.Image, f.Recipient}] += n
				}
			}
			if diff := gocmp.Diff(failed, attempts); diff != "" {
				t.Errorf("attempts, -truth +ledger:\n%s", diff)
			}
		})
	}
}

// Whatever the recipient can be, the outcome, the beginning and the end is
// planted: that both sides agree says nothing of what neither has.
func TestTruthHasEveryKindOfShare(t *testing.T) {
	t.Parallel()
	for _, org := range []bool{true, false} {
		flags := []string{"--seed", "1"}
		want := []string{
			"public", "own account", "own OU", "own organization", "foreign organization", "foreign OU", "known vendor",
			"stranger never seen", "stranger seen before",
			"succeeded", "denied by IAM", "denied by SCP", "denied by RCP", "blocked by block public access", "blocked by encryption",
			"dry run", "other error",
			"known", "at_least", "unknown", "exposed", "ended",
			"image", "snapshot", "db_snapshot", "db_cluster_snapshot",
			"by ModifyImageAttribute", "by ResetImageAttribute", "by CancelImageLaunchPermission", "by DeregisterImage", "by DisableImage",
			"by ModifySnapshotAttribute", "by ResetSnapshotAttribute", "by DeleteSnapshot", "by EnableSnapshotBlockPublicAccess",
			"by ModifyDBSnapshotAttribute", "by DeleteDBSnapshot", "by ModifyDBClusterSnapshotAttribute", "by DeleteDBClusterSnapshot",
			"a vendor whose trust has expired",
		}
		if org {
			flags, want = append(flags, "--org"), append(want, "own organization account")
		}
		truth := simulateMonth(t, flags...).truth
		got := map[string]bool{}
		expired := map[string]bool{}
		for _, e := range truth.Trust {
			expired[e.ID] = e.Expires != ""
		}
		for _, f := range truth.Findings {
			got[f.Verdict] = true
			for _, outcome := range f.Outcomes {
				got[outcome] = true
			}
			if expired[f.Recipient] && strings.HasPrefix(f.Verdict, "stranger") {
				got["a vendor whose trust has expired"] = true
			}
		}
		for _, x := range truth.Exposures {
			got[x.Verdict], got[x.Start], got[x.State], got[x.Kind] = true, true, true, true
			if x.EndedByEvent != "" {
				got["by "+x.EndedByEvent] = true
			}
		}
		for _, kind := range want {
			if !got[kind] {
				t.Errorf("organization %v: %q is not planted", org, kind)
			}
			delete(got, kind)
		}
		if len(got) > 0 {
			t.Errorf("organization %v: also planted: %v", org, got)
		}
	}
}

// month is what pugmark simulate wrote.
type month struct {
	dir   string
	truth *simulate.Truth
}

func simulateMonth(t *testing.T, flags ...string) *month {
	t.Helper()
	m := &month{dir: filepath.Join(t.TempDir(), "logs")}
	runs(t, slices.Concat([]string{"simulate", m.dir, "--events", "1500", "--days", "30", "-q"}, flags))
	text, err := os.ReadFile(m.dir + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &m.truth); err != nil {
		t.Fatal(err)
	}
	return m
}

// runs runs the program, which must succeed and warn of nothing, and returns
// what it prints.
func runs(t *testing.T, args []string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), args, nil, &stdout, &stderr, nil); code != 0 || stderr.Len() > 0 {
		t.Fatalf("%q: code %d, %s", args, code, stderr.String())
	}
	return stdout.String()
}

// lines decodes JSON lines.
func lines[T any](t *testing.T, text string) []*T {
	t.Helper()
	var list []*T
	for line := range strings.Lines(text) {
		row := new(T)
		if err := json.Unmarshal([]byte(line), row); err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

// findings are those of the detection that judges shares.
func (m *month) findings(t *testing.T) []*simulate.Finding {
	t.Helper()
	type found struct {
		FirstTime time.Time `json:"first_time"`
		LastTime  time.Time `json:"last_time"`
		EventIDs  []string  `json:"event_ids"`
		Result    struct {
			simulate.Finding
			Outcomes  texts `json:"outcomes"`
			Attempts  int   `json:"attempts,string"`
			Succeeded int   `json:"succeeded,string"`
			Score     int   `json:"risk_score,string"`
		}
		Risk *struct{ Score int }
	}
	var list []*simulate.Finding
	for _, row := range lines[found](t, runs(t, []string{"scan", m.dir, "--trust", m.dir + ".trust.yaml", "--detection", judging, "-o", "ndjson", "-q"})) {
		f := row.Result.Finding
		f.FirstTime, f.LastTime, f.EventIDs = row.FirstTime, row.LastTime, row.EventIDs
		f.Outcomes, f.Attempts, f.Succeeded, f.Score = row.Result.Outcomes, row.Result.Attempts, row.Result.Succeeded, row.Result.Score
		if row.Risk == nil || row.Risk.Score != f.Score {
			t.Errorf("%s with %s: the risk is %+v and not %d", f.Image, f.Recipient, row.Risk, f.Score)
		}
		list = append(list, &f)
	}
	return list
}

// texts is a field of a result: a text, or a list of several.
type texts []string

func (l *texts) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*[]string)(l))
	}
	*l = make([]string, 1)
	return json.Unmarshal(text, &(*l)[0])
}

// share is an image or a snapshot and whom it is shared with.
type share struct{ resource, recipient string }

// ledger is what pugmark exposed tells: exposures, and how many attempts failed.
func (m *month) ledger(t *testing.T) (exposures []*simulate.Exposure, attempts map[share]int) {
	t.Helper()
	attempts = map[share]int{}
	for _, x := range lines[simulate.Exposure](t, runs(t, []string{"exposed", m.dir, "--trust", m.dir + ".trust.yaml", "--ended", "-v", "-o", "ndjson", "-q"})) {
		if x.State == "attempted" {
			attempts[share{x.Resource, x.Recipient}]++
			continue
		}
		exposures = append(exposures, x)
	}
	return exposures, attempts
}

// ofTruth compares what is found with what the truth says, in any order; which
// scenario it was, only the truth knows.
func ofTruth() []gocmp.Option {
	return []gocmp.Option{
		cmpopts.IgnoreFields(simulate.Finding{}, "Scenario"), cmpopts.IgnoreFields(simulate.Exposure{}, "Scenario"),
		cmpopts.SortSlices(func(a, b string) bool { return a < b }),
		cmpopts.SortSlices(func(a, b *simulate.Finding) bool {
			return cmp.Or(cmp.Compare(a.Image, b.Image), cmp.Compare(a.Recipient, b.Recipient), cmp.Compare(a.Actor, b.Actor), a.FirstTime.Compare(b.FirstTime)) < 0
		}),
		cmpopts.SortSlices(func(a, b *simulate.Exposure) bool {
			return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Recipient, b.Recipient), a.Since.Compare(b.Since), a.Until.Compare(b.Until)) < 0
		}),
	}
}
