package content_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

func TestBuiltInContentHasNoProblems(t *testing.T) {
	t.Parallel()
	dir := escu.Dir{Name: "builtin", FS: content.FS()}
	library := detection.Load(dir)
	problems := append(library.Problems, knowledge.New(knowledge.Options{}).Load(dir)...)
	stories := map[string]bool{}
	for _, s := range library.Stories {
		stories[s.Name] = true
		problems = append(problems, s.Notes...)
	}
	sources := map[string][]string{}
	for _, s := range library.DataSources {
		sources[s.Name] = s.Fields
		problems = append(problems, s.Notes...)
	}
	for _, d := range library.Detections {
		problems = append(problems, d.Notes...)
		for _, story := range d.Stories {
			if !stories[story] {
				t.Errorf("%s: no story %q", d.Name, story)
			}
		}
		var fields []string
		for _, source := range d.DataSources {
			if sources[source] == nil {
				t.Errorf("%s: no data source %q", d.Name, source)
			}
			fields = append(fields, sources[source]...)
		}
		for _, field := range d.RequiredFields {
			if !slices.Contains(fields, field) {
				t.Errorf("%s: no data source of it has the field %q", d.Name, field)
			}
		}
		for _, test := range d.Tests {
			for _, data := range test.Data {
				if _, err := fs.Stat(content.FS(), data.Data); err != nil {
					t.Errorf("%s: %v", d.Name, err)
				}
			}
		}
	}
	if len(problems) > 0 {
		t.Error(problems)
	}
}

// All of validate, lints included, finds nothing in the content, but for what
// the search of the AMI detection is known for: that search is given.
func TestBuiltInContentIsValid(t *testing.T) {
	t.Parallel()
	base, dir := load(t), escu.Dir{Name: "builtin", FS: content.FS()}
	found := detection.Validate(detection.Scope{
		Dirs: []escu.Dir{dir}, Library: detection.Load(dir), Env: &command.Env{Macros: base.Macros, Lookups: base.Lookups},
		Lint: true, Now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC),
	})
	for _, issue := range found.Issues {
		if !issue.Warning || !strings.HasSuffix(issue.Problem.Source.Name, "/aws_ami_attribute_modification_for_exfiltration.yml") {
			t.Error(issue.Problem)
		}
	}
	if found.Searches == 0 || found.Runnable != found.Searches {
		t.Errorf("%d of %d searches run", found.Runnable, found.Searches)
	}
}

func TestAMIDetection(t *testing.T) {
	t.Parallel()
	d := find(t, "AWS AMI Attribute Modification for Exfiltration")
	want := "`cloudtrail` eventName=ModifyImageAttribute (requestParameters.launchPermission.add.items{}.userId = * OR requestParameters.launchPermission.add.items{}.group = all)\n" +
		"| rename requestParameters.launchPermission.add.items{}.group as group_added\n" +
		"| rename requestParameters.launchPermission.add.items{}.userId as accounts_added\n" +
		`| eval ami_status=if(match(group_added,"all") ,"Public AMI", "Not Public")` + "\n" +
		"| stats count min(_time) as firstTime max(_time) as lastTime values(group_added) values(accounts_added) as accounts_added values(ami_status) by src_ip region eventName userAgent user_arn aws_account_id userIdentity.principalId\n" +
		"| `security_content_ctime(firstTime)`\n" +
		"| `security_content_ctime(lastTime)`\n" +
		"| `aws_ami_attribute_modification_for_exfiltration_filter`"
	if diff := cmp.Diff(want, d.Search.Text); diff != "" {
		t.Error(diff)
	}
	type facts struct {
		ID          string
		Type        detection.Type
		Status      detection.Status
		Filter      string
		Risk        detection.Risk
		Impact      int
		Confidence  int
		Annotations detection.Annotations
	}
	got := facts{d.ID, d.Type, d.Status, d.FilterMacro, d.Risk, d.Impact, d.Confidence, d.Annotations()}
	if diff := cmp.Diff(facts{
		ID: "f2132d74-cf81-4c5e-8799-ab069e67dc9f", Type: detection.TTP, Status: detection.Production,
		Filter: "aws_ami_attribute_modification_for_exfiltration_filter", Impact: 100, Confidence: 80,
		Risk: detection.Risk{
			Score:   80,
			Message: "AWS AMI from account $aws_account_id$ is shared externally with $accounts_added$ from $src_ip$ or AMI made is made Public.",
			Objects: []detection.RiskObject{{Field: "user_arn", Type: "user", Score: 80}, {Field: "aws_account_id", Type: "other", Score: 80}},
			Threats: []detection.ThreatObject{{Field: "src_ip", Type: "ip_address"}},
		},
		Annotations: detection.Annotations{
			Stories: []string{"Suspicious Cloud Instance Activities", "Data Exfiltration"}, Techniques: []string{"T1537"},
			Tactics: []string{"Exfiltration"}, KillChainPhases: []string{"Actions On Objectives"},
			NIST: []string{"DE.CM"}, CIS20: []string{"CIS 10"}, CVE: []string{},
		},
	}, got); diff != "" {
		t.Error(diff)
	}
}

// The sample is made up: its addresses are those set aside for documentation.
func TestSampleNamesNobody(t *testing.T) {
	t.Parallel()
	if events := namesNobody(t, content.Sample(), "."); events < 50 {
		t.Errorf("only %d events", events)
	}
}

// namesNobody checks the events of all files below a directory, and counts
// them. A file holds CloudTrail's records or a record a line.
func namesNobody(t *testing.T, fsys fs.FS, root string) int {
	t.Helper()
	type record struct{ SourceIPAddress, EventID, EventTime string }
	ids := map[string]bool{}
	check := func(path string, records []record) {
		for _, r := range records {
			if !documented(r.SourceIPAddress) && !strings.HasSuffix(r.SourceIPAddress, ".amazonaws.com") {
				t.Errorf("%s: address %s", path, r.SourceIPAddress)
			}
			if ids[r.EventID] || r.EventID == "" {
				t.Errorf("%s: event ID %q twice", path, r.EventID)
			}
			ids[r.EventID] = true
		}
	}
	err := fs.WalkDir(fsys, root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || escu.IsTrust(path) {
			return err
		}
		f, err := fsys.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		var records []record
		for d := json.NewDecoder(f); ; {
			var line struct {
				Records []record
				record
			}
			if err := d.Decode(&line); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
			if line.Records == nil {
				line.Records = []record{line.record}
			}
			records = append(records, line.Records...)
		}
		check(path, records)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

// documented reports whether an address is one of those set aside for
// documentation by RFC 5737 and RFC 3849.
func documented(address string) bool {
	addr, err := netip.ParseAddr(address)
	return err == nil && slices.ContainsFunc([]string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"}, func(s string) bool {
		return netip.MustParsePrefix(s).Contains(addr)
	})
}
