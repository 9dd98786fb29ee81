package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The calls that generated detections look for are those of some verb on some
// noun, as AWS names its calls that change something. Some of them are in the
// logs, most are not.
var (
	verbs = []string{"Create", "Delete", "Modify", "Put", "Update", "Attach", "Detach", "Enable", "Disable", "Register"}
	nouns = []string{
		"ImageAttribute", "Snapshot", "SnapshotAttribute", "Volume", "User", "Role", "RolePolicy", "UserPolicy", "AccessKey", "LoginProfile",
		"SecurityGroup", "Subnet", "RouteTable", "BucketPolicy", "BucketAcl", "Trail", "Key", "Grant", "Function", "DBInstance",
	}
)

// counts are how many detections are generated.
var counts = []int{20, 50, 200}

const variant = `name: Variant %[1]d of the bench
id: 00000000-0000-4000-8000-%012[1]d
version: 1
date: '2026-11-23'
author: bench
status: production
type: TTP
description: Finds %[2]s, for the bench.
data_source: []
search: |-
  sourcetype=aws:cloudtrail eventName=%[2]s errorCode=success userIdentity.type!=AWSService
  | stats count min(_time) as firstTime max(_time) as lastTime values(userAgent) as userAgent by src_ip region eventName user_arn aws_account_id userIdentity.principalId
how_to_implement: Only for the bench.
known_false_positives: All of them.
references: []
tags:
  analytic_story: []
  asset_type: AWS Account
  confidence: 50
  impact: 50
  risk_score: 25
  message: $user_arn$ called $eventName$ from $src_ip$.
  mitre_attack_id: []
  observable:
  - name: user_arn
    type: User
    role: [Victim]
  product: [Splunk Enterprise]
  required_fields: [_time]
  security_domain: cloud
`

// makeVariants writes the generated detections, a directory for each count.
func (b *bench) makeVariants() error {
	for _, n := range counts {
		dir := filepath.Join(b.variants(n), "detections", "cloud")
		if err := os.RemoveAll(b.variants(n)); err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		for i := range n {
			// So few of them have many verbs and many nouns, too.
			call := verbs[i%len(verbs)] + nouns[(i+i/len(verbs))%len(nouns)]
			file := filepath.Join(dir, fmt.Sprintf("variant_%d_of_the_bench.yml", i))
			if err := os.WriteFile(file, fmt.Appendf(nil, variant, i, call), 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// variants is the directory of so many generated detections.
func (b *bench) variants(n int) string {
	return filepath.Join(b.work, "content", fmt.Sprint(n))
}

// builtin returns the names of the detections that run here, the one about
// images first.
func (b *bench) builtin() ([]string, error) {
	out, err := b.output(b.pugmark, "detections", "list", "--runnable", "-o", "ndjson", "-q")
	if err != nil {
		return nil, err
	}
	names := []string{imageShared}
	for line := range strings.Lines(out) {
		var d struct{ Name string }
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			return nil, fmt.Errorf("the list of detections: %w", err)
		}
		if d.Name != imageShared {
			names = append(names, d.Name)
		}
	}
	return names, nil
}

// imageShared is the detection that is measured alone.
const imageShared = "AWS AMI Attribute Modification for Exfiltration"
