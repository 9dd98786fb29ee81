package detection

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// validate checks the files of a directory among a little other content.
func validate(t *testing.T, files fstest.MapFS, warn ...string) *Validation {
	t.Helper()
	others := escu.Dir{Name: "others", FS: fstest.MapFS{
		"stories/s.yml":       file("name: A Story\nnarrative: n\n"),
		"data_sources/d.yml":  file("name: A Source\nsourcetype: x\n"),
		"baselines/b.yml":     file("name: A Baseline\nsearch: '| inputlookup users'\n"),
		"detections/x/dd.yml": file("name: DD\nsearch: x\n"),
	}}
	dir := escu.Dir{FS: files}
	return Validate(Scope{Dirs: []escu.Dir{dir}, Library: Load(others, dir), Env: environment(t), Warn: warn, Now: today})
}

// issues returns "rule line: message" of each issue.
func issues(v *Validation) []string {
	var texts []string
	for _, i := range v.Issues {
		severity := ""
		if i.Warning {
			severity = " (warning)"
		}
		texts = append(texts, i.Rule+severity+" "+i.Problem.Error())
	}
	return texts
}

// whole is a detection of the third generation without faults, but for what
// replaces its search, its rba and the rest.
func whole(search, rba string, more ...string) string {
	return `name: D
id: 11111111-1111-4111-8111-111111111111
version: 1
date: '2026-01-02'
author: a
status: experimental
type: TTP
description: d
data_source: [A Source]
search: '` + search + `'
how_to_implement: Read it all.
known_false_positives: None known.
rba:
` + rba + `
tags:
  analytic_story: [A Story]
  asset_type: AWS Account
  product: [Splunk Enterprise]
  security_domain: threat
` + strings.Join(more, "\n")
}

const (
	goodSearch = "`cloudtrail` | stats count by user src | `d_filter`"
	goodRBA    = "  message: $user$ from $src$\n  risk_objects:\n  - {field: user, type: user, score: 10}\n  threat_objects:\n  - {field: src, type: ip_address}"
)

func TestValidateWholeContent(t *testing.T) {
	t.Parallel()
	v := validate(t, fstest.MapFS{
		"detections/cloud/d.yml": file(whole(goodSearch, goodRBA)),
		"macros/m.yml":           file("name: m\ndefinition: '`cloudtrail` a=1'\ndescription: d\n"),
		"baselines/base.yml": file("name: Base\nid: 22222222-2222-4222-8222-222222222222\nversion: 1\ndate: '2026-01-02'\nauthor: a\ntype: Baseline\ndescription: d\n" +
			"search: '`cloudtrail` | outputlookup users'\nhow_to_implement: Read it all.\nknown_false_positives: None known.\ntags: {detections: [D, DD]}\n"),
		"stories/mine.yml": file("name: Mine\nid: 33333333-3333-4333-8333-333333333333\nversion: 1\ndate: '2026-01-02'\nauthor: a\ndescription: d\nnarrative: n\n" +
			"tags: {category: [Malware], product: [Splunk Enterprise], usecase: Other}\n"),
	})
	if got := issues(v); got != nil {
		t.Error(got)
	}
	if v.Searches != 2 || v.Parsed != 2 || v.Runnable != 2 || v.Problems() != 0 || v.Files[escu.Detections] != 1 || v.Files[escu.Macros] != 1 {
		t.Errorf("got %+v", v)
	}
}

func TestValidateADetection(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"syntax", whole("`cloudtrail` (a=1 | `d_filter`", goodRBA), []string{"search-syntax d.yml:10:23: a ( without its closing )"}},
		{"command", whole("`cloudtrail` | haed | `d_filter`", goodRBA), []string{`search-plan d.yml:10:25: unknown command "haed"; did you mean "head"?`}},
		{"lookup", whole("`cloudtrail` | lookup usrs user | `d_filter`", goodRBA), []string{`unknown-lookup d.yml:10:32: lookup: unknown lookup "usrs"; did you mean "users"?`}},
		{
			"macros, and what they do not hide", whole("`clodtrail` | `gone(1)` | haed | `d_filter`", goodRBA),
			[]string{
				"unknown-macro d.yml:10:10: unknown macro `clodtrail`; did you mean \"cloudtrail\"?",
				"unknown-macro d.yml:10:24: unknown macro `gone(1)`; define it with --macro 'gone(1)=…' or in a macros directory of --content",
				`search-plan d.yml:10:36: unknown command "haed"; did you mean "head"?`,
			},
		},
		{"in a macro", whole("`cloudtrail` | `broken` | `d_filter`", goodRBA), []string{`search-plan d.yml:10:9: unknown command "haed" (in macro ` + "`broken`" + `); did you mean "head"?`}},
		{"what Splunk's apps have", whole("`cloudtrail` | lookup ut_shannon_lookup user | stats count by user src | `d_filter`", goodRBA), nil},
		{"what pugmark has not", whole("| mstats avg(x) as y | `d_filter`", goodRBA), nil},
		{
			"no filter macro", whole("`cloudtrail` | stats count by user src | `e_filter`", goodRBA),
			[]string{"filter-macro d.yml:10:9: the search does not call its filter macro `d_filter`; it calls `e_filter`"},
		},
		{
			"a filter macro before the end", whole("`cloudtrail` | `d_filter` | stats count by user src", goodRBA),
			[]string{"filter-last (warning) d.yml:10:25: the filter macro `d_filter` does not end the search"},
		},
		{"a comment behind the filter macro", whole(goodSearch+" ```that is all```", goodRBA), nil},
		{
			"fields that the search does not produce", whole("`cloudtrail` | stats count by user | rename user as who | `d_filter`", goodRBA),
			[]string{
				"message-token d.yml:14:12: the search does not produce the field user that the message names",
				"message-token d.yml:14:24: the search does not produce the field src that the message names",
				"risk-field d.yml:16:13: the search does not produce the field user",
				"risk-field d.yml:18:13: the search does not produce the field src",
			},
		},
		{"any field of an event", whole("`cloudtrail` | `d_filter`", goodRBA), nil},
		{"fields that only the data tells", whole("`cloudtrail` | stats values(*) as * by a | `d_filter`", goodRBA), nil},
		{
			"not as meant", whole("`cloudtrail` | eval a=if(user.name=user,1,0) | `d_filter`", goodRBA),
			[]string{"suspicious-search (warning) d.yml:10:35: eval: user.name joins the values of two fields; write 'user.name' in single quotes for one field"},
		},
		{
			"references", strings.NewReplacer("A Story", "A Sory", "A Source", "A Source AND B").Replace(whole(goodSearch, goodRBA, "baselines: [A Baseline, C]")),
			[]string{
				`unknown-data-source d.yml:9:15: unknown data source "B"`,
				`unknown-story d.yml:20:20: unknown analytic story "A Sory"; did you mean "A Story"?`,
				`unknown-baseline d.yml:24:25: unknown baseline "C"`,
			},
		},
		{
			"keys", strings.NewReplacer("author: a\n", "", "version: 1\n", "", "  asset_type: AWS Account\n", "  aset_type: x\n", "status: experimental", "status: production").Replace(whole(goodSearch, goodRBA)),
			[]string{
				"required-key d.yml:1:1: the keys version, author, tests, drilldown_searches are missing",
				"required-key d.yml:18:3: in tags the key asset_type is missing",
				`schema d.yml:19:3: unknown key "aset_type" in tags`,
			},
		},
		{"the file's name", strings.Replace(whole(goodSearch, goodRBA), "name: D", "name: D - 2/B", 1), []string{"file-name d.yml:1:7: by its name the file would be d___2_b.yml, not d.yml"}},
		{"no YAML", "name: [", []string{"yaml d.yml:1:7: bad YAML: did not find expected node content, while parsing a flow node"}},
		{"nothing known", "hello: 1", []string{"yaml d.yml:1:1: the keys do not tell what this is; a detection has a search, a macro a definition, a story a narrative"}},
	} {
		got := issues(validate(t, fstest.MapFS{"d.yml": file(test.text)}))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// Each generation asks for keys of its own.
func TestValidateGenerations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name: D\nsearch: '| `d_filter`'\ntags: {observable: [{name: x, type: User, role: [Victim]}]}\n": "required-key d.yml:1:1: the keys version, author, description, type, how_to_implement, known_false_positives, date are missing",
		"name: D\nsearch: '| `d_filter`'\nstatus: experimental\ntags: {observable: []}\n":                "required-key d.yml:1:1: the keys version, author, description, type, how_to_implement, known_false_positives, date are missing",
		"name: D\nsearch: '| `d_filter`'\nstatus: experimental\ntype: TTP\n":                             "required-key d.yml:1:1: the keys version, author, description, how_to_implement, known_false_positives, tags, date, rba are missing",
		"name: D\nsearch: '| `d_filter`'\nstatus: experimental\ntype: TTP\ncreation_date: '2026-01-02'\n": "required-key d.yml:1:1: the keys version, author, description, how_to_implement, known_false_positives, modification_date, " +
			"data_source, product, analytic_story, mitre_attack_id, asset_type, category, security_domain, finding are missing",
		"name: D\nsearch: '| `d_filter`'\nstatus: experimental\ntype: Anomaly\ncreation_date: '2026-01-02'\n": "intermediate_findings are missing",
		"name: D\nsearch: '| `d_filter`'\nstatus: experimental\ntype: Hunting\ncreation_date: '2026-01-02'\n": "security_domain are missing",
	} {
		got := strings.Join(issues(validate(t, fstest.MapFS{"d.yml": file(text)})), "\n")
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestValidateNamesAndIDsOfAll(t *testing.T) {
	t.Parallel()
	v := validate(t, fstest.MapFS{
		"detections/cloud/d.yml":   file(whole(goodSearch, goodRBA)),
		"detections/web/d.yml":     file(whole(goodSearch, goodRBA)),
		"detections/zzz/other.yml": file("name: [\n"),
		"macros/d.yml":             file("name: d\ndescription: d\ndefinition: 'search `nowhere`'\n"),
	}, ruleName, ruleMacro)
	want := []string{
		"duplicate-name (warning) detections/web/d.yml:1:7: the name is that of detections/cloud/d.yml:1 too",
		"duplicate-id detections/web/d.yml:2:5: the id is that of detections/cloud/d.yml:2 too",
		"yaml detections/zzz/other.yml:1:7: bad YAML: did not find expected node content, while parsing a flow node",
		"unknown-macro (warning) macros/d.yml:3:21: unknown macro `nowhere`; define it with --macro 'nowhere=…' or in a macros directory of --content",
	}
	if diff := cmp.Diff(want, issues(v)); diff != "" {
		t.Error(diff)
	}
	if v.Problems() != 2 {
		t.Errorf("%d problems", v.Problems())
	}
}

func TestReasonsAreCounted(t *testing.T) {
	t.Parallel()
	v := validate(t, fstest.MapFS{
		"a.yml": file("name: A\nsearch: '| mstats avg(x)'\n"),
		"b.yml": file("name: B\nsearch: '| rest /services/x'\n"),
		"c.yml": file("name: C\nsearch: '| mstats max(x)'\n"),
		"d.yml": file("name: D\nsearch: index=x\n"),
	})
	want := []Reason{{"mstats is not run by pugmark", 2}, {"rest is not run by pugmark", 1}}
	if diff := cmp.Diff(want, v.Reasons); diff != "" {
		t.Error(diff)
	}
	if v.Searches != 4 || v.Parsed != 4 || v.Runnable != 1 {
		t.Errorf("got %d of %d, %d run", v.Parsed, v.Searches, v.Runnable)
	}
}

// Whatever a file holds, it is checked without harm.
func FuzzValidate(f *testing.F) {
	f.Add(whole(goodSearch, goodRBA))
	f.Add("name: D\nsearch: '`x` | `y(1)`'\nfinding: {title: $a$, entity: {field: b}}\n")
	f.Add("name: m\ndefinition: '`m`'\n")
	f.Add(older("`cloudtrail` eventName=x (requestParameters.a=* OR b=c) | eval d=if(match(user_type, \"Root\"), 1, 0) | rename a as e | stats values(e) as f by user_arn | `d_filter`", "$f$", "_time"))
	f.Fuzz(func(t *testing.T, text string) {
		for _, i := range validate(t, fstest.MapFS{"d.yml": file(text)}).Issues {
			i.Render()
		}
		lints(t, text)
	})
}
