package detection

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// lints returns what the lints find in a file, with other content beside it.
func lints(t *testing.T, text string, fail ...string) []string {
	t.Helper()
	others := escu.Dir{Name: "others", FS: fstest.MapFS{
		"stories/s.yml": file("name: A Story\nnarrative: n\n"),
		"data_sources/trail.yml": file("name: AWS CloudTrail ModifyImageAttribute\nsourcetype: aws:cloudtrail\n" +
			`example_log: '{"eventSource":"ec2.amazonaws.com"}'` + "\n"),
		"data_sources/sysmon.yml": file("name: Sysmon\nsourcetype: XmlWinEventLog\nfields: [_time, Image, process_name]\n"),
		"macros/d_filter.yml":     file("name: d_filter\ndefinition: search *\n"),
	}}
	dir := escu.Dir{FS: fstest.MapFS{"d.yml": file(text)}}
	env := environment(t)
	env.DataModels = knowledge.NewDataModels()
	v := Validate(Scope{Dirs: []escu.Dir{dir}, Library: Load(others, dir), Env: env, Lint: len(fail) == 0, Fail: fail})
	return issues(v)
}

// older is a detection of the second generation whose search and
// required_fields are given.
func older(search, message, required string) string {
	return `name: D
id: 11111111-1111-4111-8111-111111111111
version: 1
date: '2024-01-02'
author: a
status: experimental
type: TTP
description: d
data_source: [AWS CloudTrail ModifyImageAttribute]
search: '` + search + `'
how_to_implement: Read it all.
known_false_positives: None known.
tags:
  analytic_story: [A Story]
  asset_type: AWS Account
  confidence: 50
  impact: 50
  risk_score: 25
  message: ` + message + `
  observable: [{name: src_ip, type: IP Address, role: [Attacker]}]
  product: [Splunk Enterprise]
  security_domain: threat
  required_fields: [` + required + `]
`
}

// The search that this is about, and what it misses.
func TestLintTheAMISearch(t *testing.T) {
	t.Parallel()
	search := "`cloudtrail` eventName=ModifyImageAttribute (requestParameters.launchPermission.add.items{}.userId = * OR requestParameters.launchPermission.add.items{}.group = all)" +
		" | rename requestParameters.launchPermission.add.items{}.group as group_added" +
		" | rename requestParameters.launchPermission.add.items{}.userId as accounts_added" +
		` | eval ami_status=if(match(group_added,"all") ,"Public AMI", "Not Public")` +
		" | stats count values(group_added) values(accounts_added) as accounts_added values(ami_status)" +
		" by src_ip region eventName userAgent user_arn aws_account_id userIdentity.principalId | `d_filter`"
	required := "_time, eventName, user_arn, src_ip, requestParameters.attributeType, aws_account_id, vendor_region, user_agent, userIdentity.principalId"
	want := []string{
		"no-event-source (warning) d.yml:10:23: a call is named without its service: others may have one of the same name; add eventSource=ec2.amazonaws.com",
		"no-outcome (warning) d.yml:10:23: nothing tells whether the call succeeded: one that was denied is found as if it had; add errorCode=success, or values(errorCode) AS errorCode to the result",
		`unanchored-match (warning) d.yml:10:355: "all" fits every value that holds all, and group_added holds fixed values; match(group_added, "^all$")`,
		"unnamed-aggregate (warning) d.yml:10:423: values(group_added) is a column that no message can name; write AS group_added",
		"unnamed-aggregate (warning) d.yml:10:484: values(ami_status) is a column that no message can name; write AS ami_status",
		`null-by-field (warning) d.yml:10:540: stats drops events without user_arn: calls of AWS services and of other accounts have no ARN; put fillnull value="unknown" user_arn before it`,
		`null-by-field (warning) d.yml:10:564: stats drops events without userIdentity.principalId: calls of AWS services have no principal; put fillnull value="unknown" userIdentity.principalId before it`,
		"empty-token (warning) d.yml:19:24: accounts_added is empty for events that fulfil another part of the OR than that with requestParameters.launchPermission.add.items{}.userId; give it a value there with coalesce, before stats",
		"unlisted-required-field (warning) d.yml:23:20: the search uses fields that are not listed: region, requestParameters.launchPermission.add.items{}.group, requestParameters.launchPermission.add.items{}.userId, userAgent",
		"unused-required-field (warning) d.yml:23:57: the search does not use requestParameters.attributeType",
		"unused-required-field (warning) d.yml:23:106: the search does not use vendor_region",
		"unused-required-field (warning) d.yml:23:121: the search does not use user_agent",
	}
	got := lints(t, older(search, "shared with $accounts_added$ from $src_ip$", required))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLintsAndWhatSatisfiesThem(t *testing.T) {
	t.Parallel()
	const source, outcome = "`cloudtrail` eventSource=iam.amazonaws.com ", " errorCode=success "
	for _, test := range []struct {
		name, search string
		want         []string
	}{
		{"by a field of callers with an ARN", source + outcome + "eventName=CreateUser userIdentity.type=IAMUser | stats count by src_ip user_arn | `d_filter`", nil},
		{"by a field that is asked for", source + outcome + "eventName=CreateUser user_arn=* | stats count by src_ip user_arn | `d_filter`", nil},
		{"by a field that is filled", source + outcome + `eventName=CreateUser | fillnull value="-" user_arn | stats count by src_ip user_arn | ` + "`d_filter`", nil},
		{"by fields of which all are filled", source + outcome + "eventName=CreateUser | fillnull | stats count by src_ip user_arn | `d_filter`", nil},
		{"by a field with a substitute", source + outcome + `eventName=CreateUser | eval user_arn=coalesce(user_arn, "none") | stats count by src_ip user_arn | ` + "`d_filter`", nil},
		{"by a field that where asks for", source + outcome + "eventName=CreateUser | where isnotnull(user_arn) AND user_arn!=src_ip | stats count by src_ip user_arn | `d_filter`", nil},
		{"by a substitute that is absent too", source + outcome + "eventName=CreateUser | eval who=coalesce(user_arn, user_id) | stats count by src_ip who | `d_filter`", nil},
		{
			"by a copy", source + outcome + "eventName=CreateUser | rename user_arn as who | eval whom=who | stats count by src_ip whom | `d_filter`",
			[]string{`null-by-field (warning) d.yml:10:158: stats drops events without whom: calls of AWS services and of other accounts have no ARN; put fillnull value="unknown" whom before it`},
		},
		{"groups of groups", source + outcome + "eventName=CreateUser | stats values(user_arn) as user_arn by src_ip | stats count by src_ip user_arn | `d_filter`", nil},
		{"calls that failed", source + "eventName=CreateUser errorCode=AccessDenied | stats count by src_ip errorMessage | `d_filter`", nil},
		{"an outcome in the result", source + "eventName=CreateUser | stats count values(errorCode) as errorCode by src_ip | `d_filter`", nil},
		{"the service in where", "`cloudtrail` eventName=CreateUser" + outcome + `| where eventSource="iam.amazonaws.com" | stats count by src_ip | ` + "`d_filter`", nil},
		{"a pattern of calls", "`cloudtrail` eventName=Create*" + outcome + "| stats count by src_ip | `d_filter`", nil},
		{
			"patterns around fixed values", source + outcome + `requestParameters.attributeName=*restore* | eval a=if(like(user_type, "%Root%"), 1, 0), b=if(match(user_type, "^Root$"), 1, 0), c=if(match(userAgent, "python"), 1, 0) | stats sum(a) as a by src_ip | ` + "`d_filter`",
			[]string{
				"unanchored-match (warning) d.yml:10:72: *restore* fits every value that holds restore, and requestParameters.attributeName holds fixed values; requestParameters.attributeName=restore",
				`unanchored-match (warning) d.yml:10:126: "%Root%" fits every value that holds Root, and user_type holds fixed values; match(user_type, "^Root$")`,
			},
		},
		{
			"an aggregate that is named later", source + outcome + `eventName=CreateUser | stats values(user_agent) by src_ip | rename "values(user_agent)" as agents | ` + "`d_filter`", nil,
		},
		{
			"risk without stats", source + outcome + "eventName=CreateUser | rename src_ip as from_ip | fields - user | eval made=1 | `d_filter`", nil,
		},
	} {
		var got []string
		for _, found := range lints(t, older(test.search, "from $src_ip$", "_time")) {
			if !strings.HasPrefix(found, lintUnlisted) {
				got = append(got, found)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// A lint that is asked for as an error needs no others.
func TestLintAsAnError(t *testing.T) {
	t.Parallel()
	got := lints(t, older("`cloudtrail` eventName=CreateUser | stats count by src_ip user_arn | `d_filter`", "from $src_ip$", "_time"), lintOutcome)
	want := []string{"no-outcome d.yml:10:23: nothing tells whether the call succeeded: one that was denied is found as if it had; add errorCode=success, or values(errorCode) AS errorCode to the result"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryRuleSaysWhatToDo(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.Name == "" || seen[r.Name] || r.Summary == "" || r.Fix == "" || r.Lint && !r.Warning {
			t.Errorf("%+v", r)
		}
		seen[r.Name] = true
	}
}
