package content_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

// share is a call that would admit a recipient to an image of its own.
type share struct {
	recipient  string
	at         string // 2026-11-04T12:00:00Z
	code, text string // of an error
}

// writeShares writes one call for each share, in the order of their times.
func writeShares(t *testing.T, shares []share) string {
	t.Helper()
	var b strings.Builder
	for i, s := range shares {
		item := map[string]string{"userId": s.recipient}
		switch {
		case s.recipient == "all":
			item = map[string]string{"group": "all"}
		case strings.Contains(s.recipient, ":organization/"):
			item = map[string]string{"organizationArn": s.recipient}
		case strings.Contains(s.recipient, ":ou/"):
			item = map[string]string{"organizationalUnitArn": s.recipient}
		}
		record := map[string]any{
			"eventVersion": "1.10", "eventTime": s.at, "eventSource": "ec2.amazonaws.com", "eventName": "ModifyImageAttribute",
			"awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli", "eventID": fmt.Sprint(i),
			"eventType": "AwsApiCall", "recipientAccountId": "111122223333",
			"userIdentity": map[string]string{"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "accountId": "111122223333"},
			"requestParameters": map[string]any{
				"imageId": fmt.Sprintf("ami-%017d", i), "attributeType": "launchPermission",
				"launchPermission": map[string]any{"add": map[string]any{"items": []any{item}}},
			},
		}
		if s.code != "" {
			record["errorCode"], record["errorMessage"] = s.code, s.text
		}
		line, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(append(line, '\n'))
	}
	path := filepath.Join(t.TempDir(), "shares.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Every kind of recipient and every outcome: the search gives the verdict that
// package trust gives, and the risk that follows from both.
func TestEveryRecipientWithEveryOutcome(t *testing.T) {
	t.Parallel()
	with := loadTrust(t, trustFile)
	recipients := []struct {
		recipient         string
		verdict           trust.Verdict
		succeeded, failed int
	}{
		{"all", trust.Public, 95, 35},
		{"111122223333", trust.OwnAccount, 0, 0},
		{"333344445555", trust.OwnAccount, 0, 0},
		{"222233334444", trust.OwnMember, 0, 0},
		{"arn:aws:organizations::999900001111:ou/o-other1234567/ou-ab12-cdefgh34", trust.OwnOU, 0, 0},
		{"arn:aws:organizations::222233334444:ou/o-ourorg12345/ou-zz99-aaaabbbb", trust.OwnOU, 0, 0},
		{"arn:aws-us-gov:organizations::222233334444:organization/o-ourorg12345", trust.OwnOrganization, 0, 0},
		{"444455556666", trust.KnownVendor, 0, 0},
		{"arn:aws:organizations::111122223333:organization/o-theirs12345", trust.ForeignOrganization, 85, 30},
		{"arn:aws:organizations::111122223333:ou/o-theirs12345/ou-zz99-aaaabbbb", trust.ForeignOU, 85, 30},
		{"666677778888", trust.StrangerNeverSeen, 75, 25}, // the trust has expired
		{"777788889999", trust.StrangerNeverSeen, 75, 25},
		{"888899990000", trust.StrangerSeenBefore, 45, 15},
	}
	outcomes := []struct{ code, text, outcome string }{
		{"Client.UnauthorizedOperation", "You are not authorized to perform this operation.", "denied by IAM"},
		{"Client.UnauthorizedOperation", "User: x is not authorized to perform: ec2:ModifyImageAttribute with an explicit deny in a service control policy", "denied by SCP"},
		{"Client.UnauthorizedOperation", "Denied with an explicit deny in a resource control policy", "denied by RCP"},
		{"Client.OperationNotPermitted", "You can't publicly share this image because block public access for AMIs is enabled for this account.", "blocked by block public access"},
		{"Client.InvalidParameter", "Snapshots encrypted with the AWS Managed CMK can't be shared", "blocked by encryption"},
		{"Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set.", "dry run"},
		{"Client.InvalidAMIID.NotFound", "The image id does not exist", "other error"},
		{"", "", "succeeded"}, // last, or all would be seen before
	}
	shares := []share{{recipient: "888899990000", at: "2026-11-01T00:00:00Z"}}
	want := []string{"888899990000|stranger never seen|succeeded|75"}
	for i, o := range outcomes {
		for _, r := range recipients {
			shares = append(shares, share{recipient: r.recipient, at: fmt.Sprintf("2026-11-04T%02d:00:00Z", i), code: o.code, text: o.text})
			score := r.failed
			if o.outcome == "succeeded" {
				score = r.succeeded
			}
			want = append(want, fmt.Sprintf("%s|%s|%s|%d", r.recipient, r.verdict, o.outcome, score))
		}
	}
	d := find(t, "AWS AMI Share Judged by Recipient")
	result := run(t, d, trusting(t, with), writeShares(t, shares))
	var got []string
	for _, row := range result.Rows {
		text := func(field string) string { return row.Get(field).String() }
		got = append(got, strings.Join([]string{text("recipient"), text("verdict"), text("outcome"), text("risk_score")}, "|"))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, r := range recipients {
		judged := with.Judge(r.recipient, trust.Owner{Account: "111122223333"}, time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC)).Verdict
		if judged == trust.Stranger {
			judged = r.verdict // how often it was seen is for the search to say
		}
		if judged != r.verdict {
			t.Errorf("%s: package trust says %q, the search %q", r.recipient, judged, r.verdict)
		}
	}
}

// A vendor counts until the day on which the trust expires, by the time of the
// event, in the detection that judges and in those that leave trusted ones out.
func TestTrustEndsByTheTimeOfTheEvent(t *testing.T) {
	t.Parallel()
	base := trusting(t, loadTrust(t, trustFile))
	path := writeShares(t, []share{
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
