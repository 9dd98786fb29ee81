package content_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

const (
	cli       = "aws-cli/2.17.20 md/awscrt#0.21.2 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.9 md/prompt#off md/command#ec2.modify-image-attribute"
	boto      = "Boto3/1.34.162 md/Botocore#1.34.162 ua/2.0 os/linux#5.10.223 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython"
	terraform = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.63.0"
	account   = "111122223333"
)

// scanSample runs the built-in detection over the sample.
func scanSample(t *testing.T, define ...string) (findings []*detection.Finding, warnings []string) {
	t.Helper()
	dir := escu.Dir{FS: content.FS()}
	base := knowledge.New(knowledge.Options{})
	if problems := base.Load(dir); len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, macro := range define {
		if err := base.Macros.Define(macro); err != nil {
			t.Fatal(err)
		}
	}
	d := find(t, "AWS AMI Attribute Modification for Exfiltration")
	search, problems := d.Compile(&command.Env{Macros: base.Macros, Lookups: base.Lookups})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	report := &source.Report{}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	result, err := engine.Run(t.Context(), search, engine.Config{
		Source: file.New([]string{"sample"}, file.Options{}), Now: now, Track: true, Report: report,
	})
	if err != nil {
		t.Fatal(err)
	}
	if found, _ := report.Problems(); len(found) > 0 || report.Records.Load() != 52 {
		t.Errorf("%d records, problems %v", report.Records.Load(), found)
	}
	add := detection.NewFindings(d, now)
	for _, row := range result.Rows {
		findings = append(findings, add.Add(row, result.Columns))
	}
	for _, w := range result.Warnings {
		for _, moved := range d.Search.Relocate(search.Source, w.Error) {
			warnings = append(warnings, moved.Error())
		}
	}
	return findings, warnings
}

// rows writes the results as a table, the values of a multivalue joined by a
// bar and an absent field as a dash.
func rows(findings []*detection.Finding, columns string) [][]string {
	var table [][]string
	for _, f := range findings {
		var row []string
		for column := range strings.FieldsSeq(columns) {
			cell := "-"
			if v := f.Result.Get(column); !v.IsNull() {
				cell = strings.Join(v.Texts(), "|")
			}
			row = append(row, cell)
		}
		table = append(table, row)
	}
	return table
}

// The sample holds eleven calls of ModifyImageAttribute. Found are the shares
// with accounts and with everyone, also the one that was denied, each caller
// in a row. Not found are the share with an organisation, the removal and the
// new description, for which the search does not look, and the two calls whose
// caller has no principal ID or no ARN, which stats drops.
func TestSampleGivesTheRowsOfSplunk(t *testing.T) {
	t.Parallel()
	findings, warnings := scanSample(t)
	const columns = "src_ip region eventName userAgent user_arn aws_account_id userIdentity.principalId count firstTime lastTime values(group_added) accounts_added values(ami_status)"
	want := [][]string{
		{"192.0.2.140", "us-east-1", "ModifyImageAttribute", boto, "arn:aws:sts::111122223333:assumed-role/ImagePipeline/build-4711", account, "AROAFD48668E5EXAMPLE:build-4711", "1", "2026-11-03T09:15:40", "2026-11-03T09:15:40", "-", "444455556666", "Not Public"},
		{"198.51.100.23", "us-east-1", "ModifyImageAttribute", cli, "arn:aws:iam::111122223333:user/eve", account, "AIDAF5C936698EXAMPLE", "1", "2026-11-03T09:24:10", "2026-11-03T09:24:10", "-", "777788889999", "Not Public"},
		{"198.51.100.77", "us-east-1", "ModifyImageAttribute", cli, "arn:aws:iam::111122223333:user/mallory", account, "AIDADC51FD2A8EXAMPLE", "2", "2026-11-02T16:04:52", "2026-11-03T09:14:31", "-", "123456789012|444455556666|555555555555|777788889999", "Not Public"},
		{"2001:db8:85a3::8a2e:370:7334", "eu-west-1", "ModifyImageAttribute", terraform, "arn:aws:sts::111122223333:assumed-role/PlatformOps/dave@example.com", account, "AROA668C96D25EXAMPLE:dave@example.com", "1", "2026-11-03T09:33:27", "2026-11-03T09:33:27", "all", "777788889999", "Public AMI"},
		{"203.0.113.24", "us-east-1", "ModifyImageAttribute", cli, "arn:aws:iam::111122223333:user/alice", account, "AIDA2D451EEE8EXAMPLE", "1", "2026-11-03T09:12:08", "2026-11-03T09:12:08", "all", "-", "Public AMI"},
	}
	if diff := cmp.Diff(want, rows(findings, columns)); diff != "" {
		t.Error(diff)
	}
	const place = "detections/cloud/aws_ami_attribute_modification_for_exfiltration.yml:20:"
	if len(warnings) != 2 || !strings.HasPrefix(warnings[0], place) || !strings.Contains(warnings[0], `"user_arn"`) || !strings.Contains(warnings[1], `"userIdentity.principalId"`) {
		t.Errorf("the dropped calls are not told: %q", warnings)
	}
	for _, f := range findings {
		var names []string
		for _, field := range f.Result {
			names = append(names, field.Name)
		}
		present := strings.Fields(columns)
		if f.Result.Get("values(group_added)").IsNull() {
			present = append(present[:10:10], present[11:]...)
		} else if f.Result.Get("accounts_added").IsNull() {
			present = append(present[:11:11], present[12:]...)
		}
		if diff := cmp.Diff(present, names); diff != "" {
			t.Errorf("order of the columns: %s", diff)
		}
	}
}

func TestSampleGivesFindings(t *testing.T) {
	t.Parallel()
	findings, _ := scanSample(t)
	var got []string
	for _, f := range findings {
		got = append(got, f.Time.Format(time.RFC3339)+" "+f.Risk.Message+" "+strings.Join(f.EventIDs, " "))
		if f.EventCount != len(f.EventIDs) || f.Risk.Score != 80 || len(f.Risk.Objects) != 2 || len(f.Risk.Threats) != 1 {
			t.Errorf("got %+v", f)
		}
	}
	const shared, public = "AWS AMI from account 111122223333 is shared externally with ", " or AMI made is made Public. "
	if diff := cmp.Diff([]string{
		"2026-11-03T09:15:40Z " + shared + "444455556666 from 192.0.2.140" + public + "44977712-4b14-46a8-ad66-7d0dd4c06209",
		"2026-11-03T09:24:10Z " + shared + "777788889999 from 198.51.100.23" + public + "f3e2e400-523c-4068-a8ca-413bc55dc213",
		"2026-11-03T09:14:31Z " + shared + "123456789012, 444455556666, 555555555555, 777788889999 from 198.51.100.77" + public + "8b5cc4df-7eec-4d32-a781-4eca4af047ae cef7fc13-a381-4093-affa-263548908877",
		"2026-11-03T09:33:27Z " + shared + "777788889999 from 2001:db8:85a3::8a2e:370:7334" + public + "13a37e89-af2d-4a28-a5c3-0c1e895ca8ca",
		"2026-11-03T09:12:08Z " + shared + "<accounts_added: none> from 203.0.113.24" + public + "ac0f09c0-f8bf-4e7a-ab06-3d863255f16d",
	}, got); diff != "" {
		t.Error(diff)
	}
}

// An override of the filter macro counts under the spelling that older pages
// have, too.
func TestSampleWithAFilter(t *testing.T) {
	t.Parallel()
	for _, macro := range []string{"aws_ami_attribute_modification_for_exfiltration_filter", "aws_ami_atttribute_modification_for_exfiltration_filter"} {
		findings, _ := scanSample(t, macro+"=search NOT accounts_added=777788889999")
		if diff := cmp.Diff([][]string{{"192.0.2.140"}, {"203.0.113.24"}}, rows(findings, "src_ip")); diff != "" {
			t.Error(diff)
		}
	}
}

// What all detections find in the sample: the shares that the AMI detection
// finds, one row for each account, and two more by callers that it loses, but
// for those with the other account whose records are there, which is ours; the
// share that was denied; and two stories, that of the image that was public for
// minutes, and that of all whose recipients several callers shared with.
func TestSampleOverAllDetections(t *testing.T) {
	t.Parallel()
	base, got := load(t), map[string]int{}
	for _, d := range detection.Load(escu.Dir{FS: content.FS()}).Detections {
		if rows := run(t, d, base, "sample").Rows; len(rows) > 0 {
			got[d.Name] = len(rows)
		}
	}
	if diff := cmp.Diff(map[string]int{
		"AWS AMI Attribute Modification for Exfiltration": 5,
		"AWS AMI Share Judged by Recipient":               12,
		"AWS AMI Shared With Untrusted Account":           5,
		"AWS Image or Snapshot Share Attempt Failed":      1,
		"AWS Image or Snapshot Share in a Chain of Calls": 2,
	}, got); diff != "" {
		t.Error(diff)
	}
}
