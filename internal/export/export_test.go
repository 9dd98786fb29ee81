package export

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

func load(t *testing.T, files map[string]string) []*detection.Detection {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["detections/cloud/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return detection.Load(escu.Dir{FS: fsys}).Detections
}

const throttled = `name: AWS Trail Stopped
id: 11111111-2222-4333-8444-555555555555
version: 2
date: '2024-08-01'
author: A Person
status: production
type: Anomaly
description: |-
  First line.
  Second line.
data_source: [AWS CloudTrail StopLogging]
search: |-
  eventName=StopLogging
  | stats count by user_arn src_ip
how_to_implement: Read CloudTrail.
known_false_positives: Migrations of trails.
rba:
  message: $user_arn$ stopped a trail
  risk_objects: [{field: user_arn, type: user, score: 35}]
  threat_objects: [{field: src_ip, type: ip_address}]
tags:
  analytic_story: []
  asset_type: AWS Account
  mitre_attack_id: [T1562.008]
  cve: [CVE-2024-12345]
  product: [Splunk Enterprise]
  security_domain: threat
  throttling: {fields: [user_arn], period: 1h}
`

const correlation = `name: AWS Many Risks
id: 22222222-2222-4333-8444-555555555555
version: 1
date: '2024-08-01'
author: A Person
status: experimental
type: Correlation
description: Many risks for one account.
search: '| tstats count from datamodel=Risk.All_Risk by All_Risk.risk_object'
how_to_implement: Run the others.
known_false_positives: None.
tags: {analytic_story: [], asset_type: AWS Account, product: [Splunk Enterprise], security_domain: threat}
`

const hunting = `name: AWS Names of Users
id: 33333333-2222-4333-8444-555555555555
version: 1
date: '2024-08-01'
author: A Person
status: deprecated
type: Hunting
description: Names.
search: 'eventName=x | table user'
how_to_implement: Read CloudTrail.
known_false_positives: None.
tags: {analytic_story: [], asset_type: AWS Account, mitre_attack_id: [T1562.008, T1562], product: [Splunk Enterprise], security_domain: network}
`

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", file, diff)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	all := load(t, map[string]string{"a.yml": throttled, "b.yml": correlation, "c.yml": hunting})
	golden(t, "savedsearches.conf", SavedSearches(all, "ESCU"))
	golden(t, "metadata.json", Metadata(all))
	golden(t, "layer.json", Navigator(all))
}

// readConf reads stanzas as Splunk does: a line that ends in a backslash goes
// on in the next one.
func readConf(t *testing.T, text string) map[string]map[string]string {
	t.Helper()
	stanzas := map[string]map[string]string{}
	var current map[string]string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + "\n" + lines[i]
		}
		key, value, isSetting := strings.Cut(line, " = ")
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			current = map[string]string{}
			stanzas[strings.TrimSuffix(line[1:], "]")] = current
		case isSetting:
			current[key] = value
		case strings.HasSuffix(line, " ="):
			current[strings.TrimSuffix(line, " =")] = ""
		default:
			t.Fatalf("line %q is no setting", line)
		}
	}
	return stanzas
}

// No text of a detection can end its setting, add another one or begin a
// stanza of its own.
func TestTextsStayInTheirSettings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SampledFrom([]string{`\`, "\n", "\r", "[x]", "search = evil", "]", "\x00", " ", "a", "#", "\u2028", `\` + "\n"})
		hostile := func(label string) string { return strings.Join(rapid.SliceOfN(text, 0, 12).Draw(rt, label), "") }
		d := &detection.Detection{Name: "n" + hostile("name"), Type: detection.TTP, Description: hostile("description"), SecurityDomain: hostile("domain")}
		d.Search.Text = hostile("search")
		d.Risk.Message = hostile("message")
		stanzas := readConf(t, string(SavedSearches([]*detection.Detection{d, d}, "ESCU")))
		if len(stanzas) != 1 {
			rt.Fatalf("%d stanzas", len(stanzas))
		}
		for name, settings := range stanzas {
			if !strings.HasPrefix(name, "ESCU - n") || !strings.HasSuffix(name, " - Rule") || len(settings) != 30 {
				rt.Fatalf("%q has %d settings", name, len(settings))
			}
			if got, want := fold(settings["search"]), fold(d.Search.Text); got != want {
				rt.Fatalf("search is %q, want %q", got, want)
			}
		}
	})
}

// fold leaves only what the form must keep: the words of each line.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\x00", " ", "\u2028", " ").Replace(s)), " ")
}

func TestExportsAreJSON(t *testing.T) {
	t.Parallel()
	for name, text := range map[string][]byte{"metadata": Metadata(nil), "layer": Navigator(nil)} {
		if !json.Valid(text) {
			t.Errorf("%s: %s", name, text)
		}
	}
}
