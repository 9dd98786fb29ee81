package content_test

import (
	"encoding/json"
	"io/fs"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/content"
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
	sources := map[string]bool{}
	for _, s := range library.DataSources {
		sources[s.Name] = true
		problems = append(problems, s.Notes...)
	}
	for _, d := range library.Detections {
		problems = append(problems, d.Notes...)
		for _, story := range d.Stories {
			if !stories[story] {
				t.Errorf("%s: no story %q", d.Name, story)
			}
		}
		for _, source := range d.DataSources {
			if !sources[source] {
				t.Errorf("%s: no data source %q", d.Name, source)
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

func TestAMIDetection(t *testing.T) {
	t.Parallel()
	library := detection.Load(escu.Dir{FS: content.FS()})
	if len(library.Detections) != 1 {
		t.Fatalf("%d detections", len(library.Detections))
	}
	d := library.Detections[0]
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
	var reserved []netip.Prefix
	for _, s := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"} {
		reserved = append(reserved, netip.MustParsePrefix(s))
	}
	ids := map[string]bool{}
	err := fs.WalkDir(content.Sample(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(content.Sample(), path)
		if err != nil {
			return err
		}
		var file struct {
			Records []struct{ SourceIPAddress, EventID, EventTime string }
		}
		if err := json.Unmarshal(text, &file); err != nil {
			return err
		}
		for _, r := range file.Records {
			addr, err := netip.ParseAddr(r.SourceIPAddress)
			documented := false
			for _, p := range reserved {
				documented = documented || p.Contains(addr)
			}
			if !documented && (err == nil || !strings.HasSuffix(r.SourceIPAddress, ".amazonaws.com")) {
				t.Errorf("%s: address %s", path, r.SourceIPAddress)
			}
			if ids[r.EventID] || r.EventID == "" {
				t.Errorf("%s: event ID %q twice", path, r.EventID)
			}
			ids[r.EventID] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(ids) < 50 {
		t.Errorf("only %d events", len(ids))
	}
}
