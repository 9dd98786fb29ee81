package content_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/trust"
)

const trustFile = `
ours:
  organizations:
  - {id: o-ourorg12345, name: Example}
  ous:
  - {id: ou-ab12-cdefgh34, name: Subsidiary, owner: group IT}
  accounts:
  - {id: 222233334444, name: Production, organization: o-ourorg12345}
  - {id: 333344445555, name: Acquired, owner: corporate IT}
vendors:
  accounts:
  - {id: 444455556666, name: Scanner, owner: security team, reason: scans images}
  - {id: 666677778888, name: Auditor, reason: audit of 2026, expires: 2026-11-04}
`

func loadTrust(t *testing.T, text string) *trust.Trust {
	t.Helper()
	read, problems := trust.Load(trust.File{Name: "trust.yaml", Text: []byte(text)})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return read
}

// readTrust returns the text of the one trust file of a test.
func readTrust(t *testing.T, names []string) string {
	t.Helper()
	if len(names) != 1 {
		t.Fatalf("one trust file was expected, not %q", names)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// trusting is the built-in content with a trust file.
func trusting(t *testing.T, with *trust.Trust) *knowledge.Base {
	t.Helper()
	base := load(t)
	if err := base.Lookups.Fill(trust.LookupName, trust.LookupSettings(), trust.LookupColumns(), with.Rows()); err != nil {
		t.Fatal(err)
	}
	return base
}

// The lookup is defined in the content, for Splunk, and in the package that
// fills it, for runs without the built-in content. Both say the same.
func TestTrustLookupIsDefinedOnce(t *testing.T) {
	t.Parallel()
	table := func(base *knowledge.Base) knowledge.LookupDefinition {
		found, ok := base.Lookups.Table(trust.LookupName)
		if !ok {
			t.Fatal("no lookup")
		}
		if diff := cmp.Diff(trust.LookupColumns(), found.Columns()); diff != "" {
			t.Error(diff)
		}
		return found.Definition()
	}
	bare := knowledge.New(knowledge.Options{})
	if err := bare.Lookups.Fill(trust.LookupName, trust.LookupSettings(), trust.LookupColumns(), nil); err != nil {
		t.Fatal(err)
	}
	settings := func(d knowledge.LookupDefinition) [][2]string {
		return slices.DeleteFunc(d.Settings, func(s [2]string) bool { return s[0] == "case_sensitive_match" })
	}
	if diff := cmp.Diff(settings(table(load(t))), settings(table(bare))); diff != "" {
		t.Error(diff)
	}
}

// A vendor counts until the day on which the trust expires, by the time of the
// event, in the detection that judges and in those that leave trusted ones out.
func TestTrustEndsByTheTimeOfTheEvent(t *testing.T) {
	t.Parallel()
	base := trusting(t, loadTrust(t, trustFile))
	path := writeCalls(t, []call{
		{recipient: "666677778888", at: "2026-11-03T23:59:59Z"},
		{recipient: "666677778888", at: "2026-11-04T00:00:00Z"},
	})
	var bases []string
	for _, row := range run(t, find(t, "AWS AMI Share Judged by Recipient"), base, path).Rows {
		bases = append(bases, row.Get("verdict").String()+": "+row.Get("verdict_basis").String())
	}
	slices.Sort(bases)
	if diff := cmp.Diff([]string{"known vendor: Auditor, audit of 2026", "stranger never seen: trust expired on 2026-11-04"}, bases); diff != "" {
		t.Error(diff)
	}
	rows := run(t, find(t, "AWS AMI Shared With Untrusted Account"), base, path).Rows
	if len(rows) != 1 || rows[0].Get("firstTime").String() != "2026-11-04T00:00:00" {
		t.Errorf("%d rows", len(rows))
	}
}

// With a file, what it does not tell of is not ours: no account is inferred.
func TestTrustFilesReplaceInference(t *testing.T) {
	t.Parallel()
	const positive = "tests/aws_ami_share_judged_by_recipient/positive.jsonl"
	d := find(t, "AWS AMI Share Judged by Recipient")
	verdict := func(base *knowledge.Base) string {
		for _, row := range run(t, d, base, positive).Rows {
			if row.Get("recipient").String() == "222233334444" {
				return row.Get("verdict").String()
			}
		}
		return ""
	}
	if got := verdict(load(t)); got != "own account" {
		t.Errorf("without a file: %s", got)
	}
	if got := verdict(trusting(t, loadTrust(t, "ours: {accounts: [{id: 111122223333}]}"))); got != "stranger never seen" {
		t.Errorf("with a file: %s", got)
	}
}

// The rows of the lookup say what package trust says, at all times: of units
// and organizations too that expire one before the other.
func TestLookupSaysWhatTrustJudges(t *testing.T) {
	t.Parallel()
	with := loadTrust(t, `
ours:
  organizations:
  - {id: o-ourorg12345, expires: 2026-03-01}
  - {id: o-second12345}
  ous:
  - {id: ou-ab12-stays000}
  - {id: ou-ab12-before00, expires: 2026-02-01}
  - {id: ou-ab12-after000, expires: 2026-04-01}
  - {id: ou-ab12-same0000, expires: 2026-03-01}
  - {id: ou-cd34-member00, organization: o-ourorg12345, expires: 2026-04-01}
  accounts:
  - {id: 222233334444, expires: 2026-02-01}
`)
	table, _ := trusting(t, with).Lookups.Table(trust.LookupName)
	recipients := []string{"222233334444", "333344445555", "arn:aws:organizations::999900001111:ou/o-ourorg12345/ou-cd34-member00"}
	for _, organization := range []string{"o-ourorg12345", "o-second12345", "o-theirs12345"} {
		recipients = append(recipients, "arn:aws:organizations::999900001111:organization/"+organization)
		for _, unit := range []string{"stays000", "before00", "after000", "same0000", "unlisted"} {
			recipients = append(recipients, "arn:aws:organizations::999900001111:ou/"+organization+"/ou-ab12-"+unit)
		}
	}
	for _, day := range []string{"2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, recipient := range recipients {
			found, _ := table.MatchAt(float64(at.Unix()), []string{"recipient"}, []string{recipient}, []string{"trust_verdict", "trust"})
			got := trust.Stranger
			switch {
			case len(found[0]) > 0:
				got = trust.Verdict(found[0][0])
			case strings.Contains(recipient, ":ou/"):
				got = trust.ForeignOU
			case strings.Contains(recipient, ":organization/"):
				got = trust.ForeignOrganization
			}
			want := with.Judge(recipient, trust.Owner{}, at)
			if got != want.Verdict {
				t.Errorf("%s on %s: the lookup says %q (%q), trust says %q", recipient, day, got, found[1], want.Verdict)
			}
		}
	}
}
