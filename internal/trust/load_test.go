package trust

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const example = `
ours:
  organizations:
  - id: o-ourorg12345
    name: Example
    owner: platform team
    reason: our organization
  ous:
  - id: ou-ab12-cdefgh34
    name: Production
    organization: o-ourorg12345
    expires: 2026-11-01
  accounts:
  - id: 012345678901
    name: Acquired
    owner: corporate IT
    reason: bought in spring, not in the organization yet
vendors:
  organizations:
  - id: o-vendor12345
    reason: backups
  accounts:
  - id: '999988887777'
    name: Scanner
    owner: security team
    reason: scans images
    expires: 2026-12-24
`

func load(t *testing.T, texts ...string) *Trust {
	t.Helper()
	var files []File
	for _, text := range texts {
		files = append(files, File{Name: "trust.yaml", Text: []byte(text)})
	}
	trust, problems := Load(files...)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return trust
}

func ids(entries []*Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return strings.Join(all, " ")
}

func TestTrustFile(t *testing.T) {
	t.Parallel()
	trust := load(t, example)
	if diff := cmp.Diff("ou-ab12-cdefgh34 o-ourorg12345 o-vendor12345 012345678901 999988887777", ids(trust.Entries())); diff != "" {
		t.Error(diff)
	}
	want := &Entry{
		ID: "999988887777", Kind: Account, Relation: Vendor, Name: "Scanner", Owner: "security team", Reason: "scans images",
		Expires: time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC), Place: "trust.yaml:23:9",
	}
	if diff := cmp.Diff(want, trust.Find("999988887777"), cmp.AllowUnexported(Entry{})); diff != "" {
		t.Error(diff)
	}
}

func TestAnswersOfAWSOrganizations(t *testing.T) {
	t.Parallel()
	accounts := `{"Accounts": [
  {"Id": "111122223333", "Arn": "arn:aws:organizations::111122223333:account/o-ourorg12345/111122223333", "Email": "a@example.com", "Name": "Management", "Status": "ACTIVE", "JoinedTimestamp": 1.5},
  {"Id": "222233334444", "Arn": "arn:aws:organizations::111122223333:account/o-ourorg12345/222233334444", "Name": "Production"}
], "NextToken": null}
`
	others := `{"OrganizationalUnits":[{"Id":"ou-ab12-cdefgh34","Arn":"arn:aws:organizations::111122223333:ou/o-ourorg12345/ou-ab12-cdefgh34","Name":"Prod"}]}
{"Roots":[{"Id":"r-ab12","Arn":"arn:aws:organizations::111122223333:root/o-ourorg12345/r-ab12","Name":"Root"}]}
{"Organization":{"Id":"o-ourorg12345","Arn":"arn:aws:organizations::111122223333:organization/o-ourorg12345","MasterAccountId":"111122223333"}}`
	trust := load(t, "\ufeff"+accounts+others)
	if diff := cmp.Diff("ou-ab12-cdefgh34 o-ourorg12345 111122223333 222233334444", ids(trust.Entries())); diff != "" {
		t.Error(diff)
	}
	e := trust.Find("222233334444")
	if e.Name != "Production" || e.Organization != "o-ourorg12345" || e.Relation != Own || e.Place != "trust.yaml:3:3" {
		t.Errorf("got %+v", e)
	}
	for _, only := range []string{accounts, others[strings.Index(others, "{\"Roots"):]} {
		if load(t, only).Find("o-ourorg12345") == nil {
			t.Errorf("the organization is not told by %s", only)
		}
	}
}

// What somebody wrote says more than what AWS Organizations knows, in either
// order.
func TestWhatIsWrittenCountsBeforeWhatIsFetched(t *testing.T) {
	t.Parallel()
	written := "ours: {accounts: [{id: 222233334444, owner: shop team, reason: leaves us, expires: 2026-11-01}]}"
	written = "# a comment\n" + written
	fetched := `{"Accounts":[{"Id":"222233334444","Arn":"arn:aws:organizations::111122223333:account/o-ourorg12345/222233334444","Name":"Shop"}]}`
	for _, texts := range [][]string{{written, fetched}, {fetched, written}} {
		e := load(t, texts...).Find("222233334444")
		if e.Name != "Shop" || e.Owner != "shop team" || e.Reason != "leaves us" || e.Expires.IsZero() || e.Organization != "o-ourorg12345" {
			t.Errorf("got %+v", e)
		}
	}
}

func TestProblemsOfTrustFiles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"account", "ours:\n  accounts:\n  - id: 1111-2222-3333\n", `t:3:9: id: an account's number of 12 digits was expected, not "1111-2222-3333"; write 111122223333`},
		{"no id", "ours:\n  accounts:\n  - name: x\n", `t:3:5: id: an account's number of 12 digits was expected, not ""`},
		{"organization", "ours:\n  organizations:\n  - id: O-ABC\n", `t:3:9: id: an organization's ID was expected, o- and 10 to 32 letters and digits, not "O-ABC"`},
		{"ou", "ours:\n  ous:\n  - id: ou-1\n", `t:3:9: id: an organizational unit's ID was expected, such as ou-ab12-cdefgh34, not "ou-1"`},
		{"of what", "ours:\n  accounts:\n  - id: 111122223333\n    organization: us\n", `t:4:19: organization: an organization's ID was expected, o- and 10 to 32 letters and digits, not "us"`},
		{"day", "ours:\n  accounts:\n  - id: 111122223333\n    expires: next year\n", `t:4:14: expires: a day such as 2027-06-30 was expected, not "next year"`},
		{"twice", "ours:\n  accounts:\n  - id: 111122223333\n  - id: 111122223333\n", `t:4:9: 111122223333 is listed twice, first at t:3:9; take one of them out`},
		{"both", "ours:\n  accounts:\n  - id: 111122223333\nvendors:\n  accounts:\n  - id: 111122223333\n    reason: x\n", `t:6:9: 111122223333 is said to be a vendor's here and ours at t:3:9; take one of them out`},
		{"member", "ours:\n  accounts:\n  - id: 111122223333\n    organization: o-vendor12345\nvendors:\n  organizations:\n  - id: o-vendor12345\n    reason: x\n", `t:3:9: 111122223333 is said to be ours, and its organization o-vendor12345 to be a vendor's at t:7:9`},
		{"no reason", "vendors:\n  accounts:\n  - id: 111122223333\n", `t:3:9: a vendor is trusted for a reason: give 111122223333 a reason`},
		{"misspelt", "our:\n  accounts: []\n", `t:1:1: unknown key "our"; did you mean "ours"?`},
		{"misspelt below", "ours:\n  account: []\n", `t:2:3: unknown key "account"; did you mean "accounts"?`},
		{"misspelt in an entry", "ours:\n  accounts:\n  - id: 111122223333\n    expiry: 2027-01-01\n", `t:4:5: unknown key "expiry"; did you mean "expires"?`},
		{"a number", "ours:\n  accounts:\n  - 111122223333\n", `t:3:5: accounts: keys and values were expected, not a text`},
		{"bad YAML", "ours: 'x\n", "t:1:7: bad YAML: found unexpected end of stream, while scanning a quoted scalar"},
		{"empty", "", "t:1:1: the file is empty"},
		{"UTF-16", "\xff\xfe{\x00", "t:1:1: the file is written in UTF-16, not in UTF-8; in PowerShell, write it with: | Out-File -Encoding utf8"},
		{"JSON of something else", `{"Users": []}`, `t:1:2: unknown key "Users"; save what list-accounts, list-organizational-units-for-parent, list-roots or describe-organization of aws organizations prints`},
		{"a list", `[{"Id":"111122223333"}]`, `t:1:2: bad JSON: an answer of the AWS CLI was expected, such as {"Accounts": […]}`},
		{"cut off", `{"Accounts":[{"Id":"111122223333"},`, `t:1:36: bad JSON: the text ends within a value`},
		{"bad account", "{\"Accounts\":[\n {\"Id\":\"1\"},{\"Id\":111122223333}]}", "t:2:2: Id: an account's number of 12 digits was expected, not \"1\"\nt:2:13: Id: number was not expected here"},
		{"bad JSON", `{"Accounts":[}`, `t:1:13: bad JSON: invalid character '}' looking for beginning of value`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, problems := Load(File{Name: "t", Text: []byte(test.text)})
			if diff := cmp.Diff(test.want, problems.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExpiredEntriesAreTold(t *testing.T) {
	t.Parallel()
	trust := load(t, example)
	for day, want := range map[string]string{
		"2026-10-31": "",
		"2026-11-01": "ou-ab12-cdefgh34",
		"2026-12-24": "ou-ab12-cdefgh34 999988887777",
	} {
		at, _ := time.Parse(time.DateOnly, day)
		if got := ids(trust.ExpiredAt(at)); got != want {
			t.Errorf("%s: got %q, want %q", day, got, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(example)
	f.Add(`{"Accounts":[{"Id":"111122223333","Arn":"arn:aws:organizations::111122223333:account/o-ourorg12345/111122223333"}]}`)
	f.Add(`{"Organization":{}} {"Roots":[null, 1]}`)
	f.Fuzz(func(t *testing.T, text string) {
		trust, problems := Load(File{Name: "f", Text: []byte(text)})
		for _, p := range problems {
			_ = p.Render()
		}
		for _, row := range trust.Rows() {
			if len(row) != len(LookupColumns()) {
				t.Errorf("%d cells: %q", len(row), row)
			}
		}
	})
}

// What a file can demand is bounded, and what lies beyond is told.
func TestLongFiles(t *testing.T) {
	t.Parallel()
	var bad, good strings.Builder
	bad.WriteString(`{"Accounts":[`)
	good.WriteString(`{"Accounts":[`)
	for i := range MaxEntries + 1 {
		if i > 0 {
			good.WriteString(",\n")
			bad.WriteString(",")
		}
		fmt.Fprintf(&good, `{"Id":"%012d"}`, i)
		bad.WriteString(`{"Id":"1"}`)
	}
	good.WriteString("]}")
	bad.WriteString("]}")
	trust, problems := Load(File{Name: "good", Text: []byte(good.String())})
	want := "good:100001:1: more than 100000 accounts, organizations and OUs"
	if got := problems.Error(); got != want || len(trust.Entries()) != MaxEntries {
		t.Errorf("%d entries, problems %s", len(trust.Entries()), got)
	}
	_, problems = Load(File{Name: "bad", Text: []byte(bad.String())})
	if len(problems) != maxProblems || problems[maxProblems-1].Message != "there are more problems from here on, which are not told" {
		t.Errorf("%d problems", len(problems))
	}
	if e := trust.Find("000000000002"); e.Place != "good:3:1" {
		t.Errorf("the third entry stands at %s", e.Place)
	}
}
