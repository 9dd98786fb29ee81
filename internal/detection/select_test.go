package detection

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func library() []*Detection {
	return []*Detection{
		{File: "c/detections/cloud/aws_ami_shared.yml", ID: "aaaaaaaa-0000-4000-8000-000000000001", Name: "AWS AMI Shared", Type: TTP, Status: Production, Stories: []string{"Data Exfiltration", "Suspicious Cloud Instance Activities"}, Techniques: []Technique{technique("T1537")}, Tactics: []string{"Exfiltration"}, DataSources: []string{"AWS CloudTrail ModifyImageAttribute"}},
		{File: "c/detections/cloud/aws_login.yml", ID: "aaaaaaaa-0000-4000-8000-000000000002", Name: "AWS Login", Type: Hunting, Status: Experimental, Stories: []string{"Suspicious Logins"}, Techniques: []Technique{technique("T1078.004")}, Tactics: []string{"Initial Access"}},
		{File: "c/detections/endpoint/mimikatz.yml", ID: "aaaaaaaa-0000-4000-8000-000000000003", Name: "Mimikatz (old)", Type: Anomaly, Status: Deprecated},
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		selection Selection
		want      string
	}{
		{"everything", Selection{}, "AWS AMI Shared, AWS Login, Mimikatz (old)"},
		{"by name, case aside", Selection{Names: []string{"aws ami shared"}}, "AWS AMI Shared"},
		{"by id", Selection{Names: []string{"AAAAAAAA-0000-4000-8000-000000000002"}}, "AWS Login"},
		{"by file", Selection{Names: []string{"mimikatz"}}, "Mimikatz (old)"},
		{"by pattern", Selection{Names: []string{"AWS*"}}, "AWS AMI Shared, AWS Login"},
		{"by pattern of a file", Selection{Names: []string{"*_ami_*"}}, "AWS AMI Shared"},
		{"by several names", Selection{Names: []string{"*login", "mimikatz*"}}, "AWS Login, Mimikatz (old)"},
		{"by story", Selection{Stories: []string{"suspicious*"}}, "AWS AMI Shared, AWS Login"},
		{"by technique", Selection{Techniques: []string{"t1537"}}, "AWS AMI Shared"},
		{"by the parent of a technique", Selection{Techniques: []string{"T1078"}}, "AWS Login"},
		{"by tactic", Selection{Tactics: []string{"initial-access"}}, "AWS Login"},
		{"by type", Selection{Types: []string{"ttp", "anomaly"}}, "AWS AMI Shared, Mimikatz (old)"},
		{"by status", Selection{Statuses: []string{"production", "experimental"}}, "AWS AMI Shared, AWS Login"},
		{"by data source", Selection{DataSources: []string{"*ModifyImageAttribute"}}, "AWS AMI Shared"},
		{"all lists must fit", Selection{Names: []string{"AWS*"}, Types: []string{"Hunting"}}, "AWS Login"},
		{"nothing fits both", Selection{Stories: []string{"Data Exfiltration"}, Types: []string{"Hunting"}}, ""},
	} {
		chosen, err := test.selection.Select(library())
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var names []string
		for _, d := range chosen {
			names = append(names, d.Name)
		}
		if diff := cmp.Diff(test.want, strings.Join(names, ", ")); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestSelectOfNothingIsAnError(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		selection Selection
		want      string
	}{
		{Selection{Names: []string{"AWS AMI Shred"}}, `--detection:1:1: no detection has the name, id or file name "AWS AMI Shred"; did you mean "AWS AMI Shared"?`},
		{Selection{Names: []string{"zzz*"}}, `--detection:1:1: no detection has the name, id or file name "zzz*"`},
		{Selection{Stories: []string{"Data Exfiltratoin"}}, `--story:1:1: no detection has the story "Data Exfiltratoin"; did you mean "Data Exfiltration"?`},
		{Selection{Techniques: []string{"T9999"}}, `--technique:1:1: no detection has the technique "T9999"`},
		{Selection{DataSources: []string{"none"}}, `--data-source:1:1: no detection has the data source "none"`},
	} {
		_, err := test.selection.Select(library())
		if err == nil || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}
