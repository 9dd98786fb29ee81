package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/trust"
)

// The detection AWS AMI Share Judged by Recipient, for each kind of recipient
// and each outcome: the call that gives this result, and its twin, the nearest
// call that must not. All run in one pass.

// twin is the call of a cell, changed as little as makes it something else.
type twin struct {
	change  func(*call)
	verdict trust.Verdict // instead of that of the cell, "" if the same
	outcome string        // likewise
	none    bool          // no result at all
}

// other is a call for somebody who is nearly the same.
func other(recipient string, verdict trust.Verdict) twin {
	return twin{change: func(c *call) { c.recipient = recipient }, verdict: verdict}
}

// fails is a call of which something else becomes.
func fails(outcome, code, message string) twin {
	return twin{change: func(c *call) { c.failure = failure{code, message} }, outcome: outcome}
}

// form is the i-th form of a failure.
func form(outcome string, i int) twin {
	return fails(outcome, failures[outcome][i].code, failures[outcome][i].message)
}

// after is a call for a stranger whom another call named before.
func after(stranger string, verdict trust.Verdict, before call) twin {
	before.recipient = or(before.recipient, stranger)
	return twin{change: func(c *call) { c.recipient, c.before = stranger, []call{before} }, verdict: verdict}
}

// no is a call that shares nothing.
func no(change func(*call)) twin { return twin{change: change, none: true} }

func removed(c *call)        { c.operation = "remove" }
func inDescription(c *call)  { c.attribute = "description" }
func inProductCode(c *call)  { c.attribute = "productCodes" }
func reset(c *call)          { c.name = "ResetImageAttribute" }
func ofSnapshot(c *call)     { c.name, c.attribute = "ModifySnapshotAttribute", "createVolumePermission" }
func ofOtherService(c *call) { c.source = "imagebuilder.amazonaws.com" }
func tooLarge(c *call)       { c.parameter = "requestParameters too large" }
func imageAlone(c *call)     { c.parameter = map[string]string{"imageId": "ami-0b7d2f4c9e1a63580"} }

// stranger is an account in no trust file; each number another one.
func stranger(n int) string { return fmt.Sprintf("77778888%04d", n) }

func strangers(from int) []string {
	var all []string
	for n := range len(failures) {
		all = append(all, stranger(from+n))
	}
	return all
}

const (
	org  = "arn:aws:organizations::111122223333:organization/"
	unit = "arn:aws:organizations::111122223333:ou/"
)

// judgedClass is a kind of recipient: some of that kind, what a share with them
// is worth, and the twin of its call for each outcome.
type judgedClass struct {
	name       string
	recipients []string
	verdict    trust.Verdict
	before     string // when a share with the recipient worked, "" never
	twins      map[string]twin
}

var judgedOutcomes = []string{succeeded, byIAM, bySCP, byRCP, byBlock, byKey, dryRun, otherwise}

// worth is the score and the severity of a verdict where the call worked, and
// where it did not. Nothing is an alert that is worth 0.
var worth = map[trust.Verdict][2]string{
	trust.Public:              {"95 critical", "35 low"},
	trust.ForeignOrganization: {"85 critical", "30 low"},
	trust.ForeignOU:           {"85 critical", "30 low"},
	trust.StrangerNeverSeen:   {"75 high", "25 low"},
	trust.StrangerSeenBefore:  {"45 medium", "15 informational"},
	trust.KnownVendor:         {"0 informational", "0 informational"},
	trust.OwnOrganization:     {"0 informational", "0 informational"},
	trust.OwnOU:               {"0 informational", "0 informational"},
	trust.OwnMember:           {"0 informational", "0 informational"},
	trust.OwnAccount:          {"0 informational", "0 informational"},
}

var judgedClasses = []judgedClass{
	{
		name: "public", recipients: []string{"all"}, verdict: trust.Public,
		twins: map[string]twin{
			succeeded: no(removed),
			byIAM:     other(stranger(100), trust.StrangerNeverSeen),
			bySCP:     form(byRCP, 0),
			byRCP:     form(bySCP, 0),
			byBlock:   form(byKey, 2), // says "shared publicly", and that the disk is encrypted
			byKey:     form(byBlock, 0),
			dryRun:    form(byIAM, 0), // a dry run that would have been refused says so
			otherwise: no(imageAlone),
		},
	},
	{
		name: "own account", recipients: []string{"111122223333", "333344445555"}, verdict: trust.OwnAccount,
		twins: map[string]twin{
			succeeded: other("111122223334", trust.StrangerNeverSeen),
			byIAM:     form(bySCP, 1),
			bySCP:     no(inDescription),
			byRCP:     no(ofOtherService),
			byBlock:   no(ofSnapshot),
			byKey:     fails(byIAM, "Client.UnauthorizedOperation", "User: arn:aws:iam::111122223333:user/kms-encryption is not authorized to perform: ec2:ModifyImageAttribute"),
			dryRun:    fails(byIAM, "Client.UnauthorizedOperation", "User: arn:aws:iam::111122223333:user/DryRun is not authorized to perform: ec2:ModifyImageAttribute"),
			otherwise: other("333344445556", trust.StrangerNeverSeen),
		},
	},
	{
		name: "own organization account", recipients: []string{"222233334444"}, verdict: trust.OwnMember,
		twins: map[string]twin{
			succeeded: other("222233334445", trust.StrangerNeverSeen),
			byIAM:     other("333344445555", trust.OwnAccount), // ours, in no organization
			bySCP:     form(byIAM, 1),
			byRCP:     form(byIAM, 2),
			byBlock:   no(removed),
			byKey:     no(inProductCode),
			dryRun:    other("122233334444", trust.StrangerNeverSeen),
			otherwise: form(succeeded, 0),
		},
	},
	{
		name: "own OU", verdict: trust.OwnOU,
		recipients: []string{
			unit + "o-ourorg12345/ou-zz99-aaaabbbb",
			"arn:aws:organizations::999900001111:ou/o-other1234567/ou-ab12-cdefgh34", // listed itself
			"arn:aws-us-gov:organizations::222233334444:ou/o-ourorg12345/ou-zz99-aaaabbbb",
		},
		twins: map[string]twin{
			succeeded: other(unit+"o-ourorg12346/ou-zz99-aaaabbbb", trust.ForeignOU),
			byIAM:     other(unit+"o-other1234567/ou-ab12-cdefgh35", trust.ForeignOU),
			bySCP:     other(unit+"o-ourorg123456/ou-zz99-aaaabbbb", trust.ForeignOU), // begins with our ID
			byRCP:     other(org+"o-ourorg12345", trust.OwnOrganization),
			byBlock:   no(reset),
			byKey:     form(otherwise, 2),
			dryRun:    no(removed),
			otherwise: other("999900001111", trust.StrangerNeverSeen), // the account in front of the unit
		},
	},
	{
		name: "own organization", verdict: trust.OwnOrganization,
		recipients: []string{org + "o-ourorg12345", "arn:aws-us-gov:organizations::222233334444:organization/o-ourorg12345"},
		twins: map[string]twin{
			succeeded: other(org+"o-theirs12345", trust.ForeignOrganization), // of the same management account
			byIAM:     other(org+"o-ourorg123456", trust.ForeignOrganization),
			bySCP:     other(unit+"o-ourorg12345/ou-zz99-aaaabbbb", trust.OwnOU),
			byRCP:     no(removed),
			byBlock:   form(byKey, 0),
			byKey:     no(tooLarge),
			dryRun:    form(otherwise, 0),
			otherwise: form(dryRun, 0),
		},
	},
	{
		name: "foreign organization", verdict: trust.ForeignOrganization,
		recipients: []string{org + "o-theirs12345", "arn:aws-cn:organizations::777788889999:organization/o-theirs12345"},
		twins: map[string]twin{
			succeeded: other("arn:aws:organizations::777788889999:organization/o-ourorg12345", trust.OwnOrganization),
			byIAM:     no(inDescription),
			bySCP:     other(unit+"o-theirs12345/ou-zz99-aaaabbbb", trust.ForeignOU),
			byRCP:     form(bySCP, 1),
			byBlock:   fails(otherwise, "Client.OperationNotPermitted", "This operation is not permitted on this image."),
			byKey:     form(byIAM, 3),
			dryRun:    form(succeeded, 0),
			otherwise: no(removed),
		},
	},
	{
		name: "foreign OU", verdict: trust.ForeignOU,
		recipients: []string{unit + "o-theirs12345/ou-zz99-aaaabbbb", "arn:aws:organizations::777788889999:ou/o-theirs12345/ou-ab12-cdefgh35"},
		twins: map[string]twin{
			succeeded: other(unit+"o-theirs12345/ou-ab12-cdefgh34", trust.OwnOU),
			byIAM:     form(otherwise, 1),
			bySCP:     no(removed),
			byRCP:     other(org+"o-theirs12345", trust.ForeignOrganization),
			byBlock:   other(unit+"o-ourorg12345/ou-zz99-aaaabbbb", trust.OwnOU),
			byKey:     no(ofSnapshot),
			dryRun:    no(ofOtherService),
			otherwise: form(byRCP, 1),
		},
	},
	{
		name: "known vendor", recipients: []string{"444455556666"}, verdict: trust.KnownVendor,
		twins: map[string]twin{
			succeeded: other("444455556667", trust.StrangerNeverSeen),
			byIAM:     no(inDescription), // the vendor's number is only written there
			bySCP:     other("444455556656", trust.StrangerNeverSeen),
			byRCP:     other("666677778888", trust.StrangerNeverSeen), // a vendor until that morning
			byBlock:   other("all", trust.Public),
			byKey:     form(dryRun, 0),
			dryRun:    no(removed),
			otherwise: other("arn:aws:organizations::444455556666:organization/o-vendor1234567", trust.ForeignOrganization),
		},
	},
	{
		name: "stranger never seen", recipients: strangers(200), verdict: trust.StrangerNeverSeen,
		twins: map[string]twin{
			succeeded: after(stranger(210), trust.StrangerSeenBefore, call{at: "2026-10-04T12:00:00Z"}),
			byIAM:     after(stranger(211), trust.StrangerSeenBefore, call{at: "2026-11-03T12:00:00Z"}), // a day, to the second
			bySCP:     no(tooLarge),
			byRCP:     no(inProductCode),
			byBlock:   no(removed),
			byKey:     other("444455556666", trust.KnownVendor),
			dryRun:    after(stranger(212), trust.StrangerSeenBefore, call{at: "2026-10-04T12:00:00Z", flat: true}),
			otherwise: no(ofOtherService),
		},
	},
	{
		name: "stranger seen before", recipients: strangers(300), verdict: trust.StrangerSeenBefore, before: "2026-10-04T12:00:00Z",
		twins: map[string]twin{
			succeeded: after(stranger(310), trust.StrangerNeverSeen, call{at: "2026-11-03T12:00:01Z"}), // a second less than a day
			byIAM:     after(stranger(311), trust.StrangerNeverSeen, call{at: "2026-10-04T12:00:00Z", failure: failures[byIAM][0]}),
			bySCP:     after(stranger(312), trust.StrangerNeverSeen, call{at: "2026-10-04T12:00:00Z", recipient: stranger(313)}),
			byRCP:     after(stranger(314), trust.StrangerNeverSeen, call{at: "2026-10-04T12:00:00Z", operation: "remove"}),
			byBlock:   after(stranger(315), trust.StrangerNeverSeen, call{at: "2026-10-04T12:00:00Z", failure: failures[dryRun][0]}),
			byKey:     after(stranger(316), trust.StrangerNeverSeen, call{at: "2026-12-04T12:00:00Z"}), // seen, but later
			dryRun:    after(stranger(317), trust.StrangerNeverSeen, call{at: "2026-10-04T12:00:00Z", attribute: "description"}),
			otherwise: no(reset),
		},
	},
	{
		name: "expired vendor", recipients: []string{"666677778888"}, verdict: trust.StrangerNeverSeen,
		twins: map[string]twin{
			succeeded: {change: func(c *call) { c.at = "2026-11-03T23:59:59Z" }, verdict: trust.KnownVendor},
			byIAM:     {change: func(c *call) { c.at = "2026-01-01T00:00:00Z" }, verdict: trust.KnownVendor},
			bySCP:     no(removed),
			byRCP:     other("444455556666", trust.KnownVendor), // one whose trust has no end
			byBlock:   form(byKey, 1),
			byKey:     form(otherwise, 3),
			dryRun:    form(byIAM, 1),
			otherwise: no(inDescription),
		},
	},
}

// cell is one kind of recipient with one outcome. The calls of a cell differ in
// form from those of its neighbours.
func (class judgedClass) cell(i int, outcome string, j int) (positive, negative call) {
	forms := failures[outcome]
	positive = call{recipient: class.recipients[j%len(class.recipients)], failure: forms[i%len(forms)], flat: (i+j)%2 == 1}
	if class.before != "" {
		positive.before = []call{{recipient: positive.recipient, at: class.before}}
	}
	negative = positive
	class.twins[outcome].change(&negative)
	return positive, negative
}

// judgement is how the tests write what a result says.
func judgement(verdict trust.Verdict, outcome string) string {
	risk := worth[verdict][1]
	if outcome == succeeded {
		risk = worth[verdict][0]
	}
	kept := "an alert"
	if strings.HasPrefix(risk, "0 ") {
		kept = "kept"
	}
	return fmt.Sprintf("%s, %s: %s, %s", verdict, outcome, risk, kept)
}

func (t twin) instead(verdict trust.Verdict, outcome string) []string {
	if t.none {
		return nil
	}
	return []string{judgement(trust.Verdict(or(string(t.verdict), string(verdict))), or(t.outcome, outcome))}
}

// Every kind of recipient with every outcome gives exactly one result, and its
// twin never the same.
func TestEveryRecipientWithEveryOutcome(t *testing.T) {
	t.Parallel()
	type question struct {
		name string
		want []string
	}
	var calls []call
	var questions []question
	ask := func(name string, c call, want []string) {
		c.image = fmt.Sprintf("ami-%017d", len(calls))
		calls, questions = append(calls, c), append(questions, question{name, want})
	}
	for i, class := range judgedClasses {
		for j, outcome := range judgedOutcomes {
			if class.twins[outcome].change == nil || len(class.twins) != len(judgedOutcomes) {
				t.Fatalf("%s, %s: no twin", class.name, outcome)
			}
			name, want := class.name+", "+outcome, judgement(class.verdict, outcome)
			positive, negative := class.cell(i, outcome, j)
			instead := class.twins[outcome].instead(class.verdict, outcome)
			if slices.Contains(instead, want) {
				t.Errorf("%s: the twin is the same", name)
			}
			ask(name, positive, []string{want})
			ask(name+", the twin", negative, instead)
		}
	}
	d := find(t, "AWS AMI Share Judged by Recipient")
	result := run(t, d, trusting(t, loadTrust(t, trustFile)), writeCalls(t, calls))
	findings := detection.NewFindings(d, time.Time{})
	got := map[string][]string{}
	for _, row := range result.Rows {
		f := findings.Add(row, result.Columns)
		text := func(field string) string { return row.Get(field).String() }
		kept := map[bool]string{true: "an alert", false: "kept"}[f.Alert()]
		got[text("image_id")] = append(got[text("image_id")], fmt.Sprintf("%s, %s: %s %s, %s",
			text("verdict"), text("outcome"), text("risk_score"), text("severity"), kept))
	}
	for i, q := range questions {
		if diff := cmp.Diff(q.want, got[calls[i].image]); diff != "" {
			t.Errorf("%s: %+v\n%s", q.name, calls[i], diff)
		}
	}
}

// The search gives each recipient the verdict that package trust gives it. How
// often a stranger was seen is for the search to say.
func TestSearchJudgesAsPackageTrust(t *testing.T) {
	t.Parallel()
	with, at := loadTrust(t, trustFile), time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC)
	for _, class := range judgedClasses {
		want := class.verdict
		if want == trust.StrangerNeverSeen || want == trust.StrangerSeenBefore {
			want = trust.Stranger
		}
		for _, recipient := range class.recipients {
			if got := with.Judge(recipient, trust.Owner{Account: "111122223333"}, at).Verdict; got != want {
				t.Errorf("%s: package trust says %q, the search %q", recipient, got, class.verdict)
			}
		}
	}
}
