package exposure_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/exposure"
	"github.com/pugmark/pugmark/internal/value"
)

// call is a CloudTrail record in short: the time of day, the call, and keys of
// the record as JSON that go over what every record has.
type call struct {
	at   string
	name string
	keys string
}

const owner = "111122223333"

func (c call) event(t testing.TB) *event.Event {
	t.Helper()
	source := "ec2.amazonaws.com"
	if strings.Contains(c.name, "DB") {
		source = "rds.amazonaws.com"
	}
	record := map[string]any{
		"eventTime": "2024-08-01T" + c.at + "Z", "eventSource": source, "eventName": c.name, "awsRegion": "eu-west-1",
		"recipientAccountId": owner, "sourceIPAddress": "198.51.100.7", "eventID": c.at + " " + c.name + c.keys,
		"userIdentity": map[string]any{"arn": "arn:aws:iam::111122223333:user/eve"},
	}
	if c.keys != "" {
		if err := json.Unmarshal([]byte("{"+c.keys+"}"), &record); err != nil {
			t.Fatalf("%s: %v", c.keys, err)
		}
	}
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	fields, problem := event.FlattenJSON(text)
	if problem != "" {
		t.Fatal(problem)
	}
	e := event.New(fields...)
	if at, ok := event.ParseTime(record["eventTime"].(string)); ok {
		e.Set("_time", value.OfNumber(at))
	}
	return e
}

func launch(at, change, items string) call {
	return call{at, "ModifyImageAttribute", fmt.Sprintf(`"requestParameters":{"imageId":"ami-1","attributeType":"launchPermission","launchPermission":{%q:{"items":[%s]}}}`, change, items)}
}

func volume(at, change, items string) call {
	return call{at, "ModifySnapshotAttribute", fmt.Sprintf(`"requestParameters":{"snapshotId":"snap-1","attributeType":"CREATE_VOLUME_PERMISSION","createVolumePermission":{%q:{"items":[%s]}}}`, change, items)}
}

const (
	mallory = `{"userId":"999900001111"}`
	trent   = `{"userId":"888800001111"}`
	all     = `{"group":"all"}`
	image   = `"requestParameters":{"imageId":"ami-1"}`
	disk    = `"requestParameters":{"snapshotId":"snap-1"}`
)

// ledger replays calls.
func ledger(t testing.TB, calls []call) *exposure.Ledger {
	t.Helper()
	h := exposure.NewHistory()
	for _, c := range calls {
		h.Add(c.event(t))
	}
	l, err := h.Ledger(nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// at is a time of the day of the tests, in epoch seconds.
func at(t testing.TB, clock string) float64 {
	t.Helper()
	f, ok := event.ParseTime("2024-08-01T" + clock + "Z")
	if !ok {
		t.Fatal(clock)
	}
	return f
}

// lines writes entries for people: state, resource, recipient, the times of the
// beginning and the end with the calls, and what is odd.
func lines(entries []exposure.Entry) []string {
	clock := func(f float64) string {
		if math.IsInf(f, 0) {
			return "?"
		}
		return time.Unix(int64(f), 0).UTC().Format("15:04:05")
	}
	var list []string
	for _, e := range entries {
		line := fmt.Sprintf("%s %s %s", e.State, e.Resource.ID, e.Recipient.ID)
		if e.Error != "" {
			list = append(list, line+" at "+clock(e.Since)+": "+e.Error)
			continue
		}
		line += " from " + clock(e.Since)
		if e.By != nil {
			line += " by " + e.By.Name
		}
		if e.Start != exposure.Known {
			line += " (" + string(e.Start) + ")"
		}
		if e.Ended != nil {
			line += " to " + clock(e.Until) + " by " + e.Ended.Name
		}
		if e.Contested {
			line += " contested"
		}
		if e.Block != nil {
			line += ", block: " + e.Block.Mode
		}
		list = append(list, line)
	}
	return list
}

func TestLedger(t *testing.T) {
	t.Parallel()
	const organization = "arn:aws:organizations::999900001111:organization/o-exampleorg"
	const unit = "arn:aws:organizations::999900001111:ou/o-exampleorg/ou-ab12-cdefghij"
	failed := func(c call, code string) call {
		c.keys += fmt.Sprintf(`,"errorCode":%q`, code)
		return c
	}
	twice := launch("10:00:00", "add", mallory)
	tests := []struct {
		name  string
		calls []call
		want  []string
	}{
		{
			"an account is added and removed",
			[]call{launch("10:00:00", "add", mallory), launch("10:30:00", "remove", mallory)},
			[]string{"ended ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 10:30:00 by ModifyImageAttribute"},
		},
		{
			"every kind of recipient, the public first",
			[]call{launch("10:00:00", "add", mallory+`,{"organizationArn":"`+organization+`"},{"organizationalUnitArn":"`+unit+`"},`+all)},
			[]string{
				"exposed ami-1 all from 10:00:00 by ModifyImageAttribute (at_least)",
				"exposed ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least)",
				"exposed ami-1 " + organization + " from 10:00:00 by ModifyImageAttribute (at_least)",
				"exposed ami-1 " + unit + " from 10:00:00 by ModifyImageAttribute (at_least)",
			},
		},
		{
			"the flat form of a request",
			[]call{
				{"10:00:00", "ModifyImageAttribute", `"requestParameters":{"imageId":"ami-1","attributeType":"launchPermission","operationType":"add","userIds":["999900001111","888800001111"],"userGroups":["all"]}`},
				{"10:05:00", "ModifyImageAttribute", `"requestParameters":{"imageId":"ami-1","attributeType":"launchPermission","operationType":"remove","userIds":["888800001111"]}`},
				{"10:06:00", "ModifySnapshotAttribute", `"requestParameters":{"snapshotId":"snap-1","attributeType":"CREATE_VOLUME_PERMISSION","operationType":"add","groupNames":["all"]}`},
			},
			[]string{
				"exposed ami-1 all from 10:00:00 by ModifyImageAttribute (at_least)",
				"exposed snap-1 all from 10:06:00 by ModifySnapshotAttribute (at_least)",
				"exposed ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least)",
				"ended ami-1 888800001111 from 10:00:00 by ModifyImageAttribute (at_least) to 10:05:00 by ModifyImageAttribute",
			},
		},
		{
			"other attributes are no shares",
			[]call{
				{"10:00:00", "ModifyImageAttribute", `"requestParameters":{"imageId":"ami-1","attributeType":"description","description":{"value":"all"}}`},
				{"10:00:00", "ModifyImageAttribute", `"requestParameters":{"imageId":"ami-1","attributeType":"productCodes","operationType":"add","productCodes":["999900001111"]}`},
				{"10:00:00", "ModifyDBSnapshotAttribute", `"requestParameters":{"dBSnapshotIdentifier":"db","attributeName":"copyOption","valuesToAdd":["all"]}`},
			},
			nil,
		},
		{
			"what was created in the logs was nobody's before",
			[]call{{"09:00:00", "CreateImage", `"responseElements":{"imageId":"ami-1"}`}, launch("10:00:00", "add", mallory)},
			[]string{"exposed ami-1 999900001111 from 10:00:00 by ModifyImageAttribute"},
		},
		{
			"adding again changes nothing, adding after a removal begins anew",
			[]call{launch("10:00:00", "add", mallory), launch("11:00:00", "add", mallory), launch("12:00:00", "remove", mallory), launch("13:00:00", "add", mallory)},
			[]string{
				"exposed ami-1 999900001111 from 13:00:00 by ModifyImageAttribute",
				"ended ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 12:00:00 by ModifyImageAttribute",
			},
		},
		{
			"who is removed without having been added was there before the logs",
			[]call{launch("10:00:00", "remove", mallory), launch("10:30:00", "remove", mallory)},
			[]string{"ended ami-1 999900001111 from ? (unknown) to 10:00:00 by ModifyImageAttribute"},
		},
		{
			"a removal from a new image tells of nothing",
			[]call{{"09:00:00", "CopyImage", `"responseElements":{"imageId":"ami-1"}`}, launch("10:00:00", "remove", mallory)},
			nil,
		},
		{
			"a reset withdraws all",
			[]call{launch("10:00:00", "add", mallory+","+all), {"11:00:00", "ResetImageAttribute", `"requestParameters":{"imageId":"ami-1","attribute":"launchPermission"}`}, launch("12:00:00", "add", trent)},
			[]string{
				"exposed ami-1 888800001111 from 12:00:00 by ModifyImageAttribute",
				"ended ami-1 all from 10:00:00 by ModifyImageAttribute (at_least) to 11:00:00 by ResetImageAttribute",
				"ended ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 11:00:00 by ResetImageAttribute",
			},
		},
		{
			"the recipient withdraws itself, in its own logs",
			[]call{launch("10:00:00", "add", mallory+","+trent), {"11:00:00", "CancelImageLaunchPermission", `"recipientAccountId":"999900001111","requestParameters":{"CancelImageLaunchPermissionRequest":{"ImageId":"ami-1"}}`}},
			[]string{
				"exposed ami-1 888800001111 from 10:00:00 by ModifyImageAttribute (at_least)",
				"ended ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 11:00:00 by CancelImageLaunchPermission",
			},
		},
		{
			"the recipient withdraws itself from an image of somebody who has no logs here",
			[]call{{"11:00:00", "CancelImageLaunchPermission", image}},
			[]string{"ended ami-1 111122223333 from ? (unknown) to 11:00:00 by CancelImageLaunchPermission"},
		},
		{
			"an image that is deregistered or disabled is nobody's",
			[]call{
				launch("10:00:00", "add", mallory),
				{"11:00:00", "DisableImage", `"requestParameters":{"DisableImageRequest":{"ImageId":"ami-1"}}`},
				launch("12:00:00", "add", mallory),
				{"13:00:00", "DeregisterImage", image},
			},
			[]string{
				"ended ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 11:00:00 by DisableImage",
				"ended ami-1 999900001111 from 12:00:00 by ModifyImageAttribute to 13:00:00 by DeregisterImage",
			},
		},
		{
			"snapshots of disks",
			[]call{volume("10:00:00", "add", mallory+","+trent), volume("11:00:00", "remove", trent), {"12:00:00", "DeleteSnapshot", disk}},
			[]string{
				"ended snap-1 888800001111 from 10:00:00 by ModifySnapshotAttribute (at_least) to 11:00:00 by ModifySnapshotAttribute",
				"ended snap-1 999900001111 from 10:00:00 by ModifySnapshotAttribute (at_least) to 12:00:00 by DeleteSnapshot",
			},
		},
		{
			"snapshots of several disks are created at once",
			[]call{{"09:00:00", "CreateSnapshots", `"responseElements":{"CreateSnapshotsResponse":{"snapshotSet":{"item":[{"snapshotId":"snap-0"},{"snapshotId":"snap-1"}]}}}`}, volume("10:00:00", "add", mallory), {"11:00:00", "ResetSnapshotAttribute", `"requestParameters":{"snapshotId":"snap-1","attributeType":"CREATE_VOLUME_PERMISSION"}`}},
			[]string{"ended snap-1 999900001111 from 10:00:00 by ModifySnapshotAttribute to 11:00:00 by ResetSnapshotAttribute"},
		},
		{
			"snapshots of databases, whose names have no case",
			[]call{
				{"09:00:00", "CopyDBSnapshot", `"requestParameters":{"sourceDBSnapshotIdentifier":"x","targetDBSnapshotIdentifier":"Orders"}`},
				{"10:00:00", "ModifyDBSnapshotAttribute", `"requestParameters":{"dBSnapshotIdentifier":"orders","attributeName":"restore","valuesToAdd":["999900001111","all"]}`},
				{"11:00:00", "ModifyDBSnapshotAttribute", `"requestParameters":{"dBSnapshotIdentifier":"ORDERS","attributeName":"restore","valuesToRemove":["all"]}`},
				{"12:00:00", "ModifyDBClusterSnapshotAttribute", `"requestParameters":{"dBClusterSnapshotIdentifier":"orders","attributeName":"restore","valuesToAdd":["999900001111"]}`},
				{"13:00:00", "DeleteDBSnapshot", `"requestParameters":{"dBSnapshotIdentifier":"arn:aws:rds:eu-west-1:111122223333:snapshot:orders"}`},
			},
			[]string{
				"exposed orders 999900001111 from 12:00:00 by ModifyDBClusterSnapshotAttribute (at_least)",
				"ended orders all from 10:00:00 by ModifyDBSnapshotAttribute to 11:00:00 by ModifyDBSnapshotAttribute",
				"ended orders 999900001111 from 10:00:00 by ModifyDBSnapshotAttribute to 13:00:00 by DeleteDBSnapshot",
			},
		},
		{
			"calls that failed change nothing",
			[]call{
				failed(launch("10:00:00", "add", mallory), "Client.UnauthorizedOperation"), launch("10:05:00", "add", trent), failed(launch("10:10:00", "remove", trent), "Client.DryRunOperation"),
				{"10:15:00", "DeregisterImage", image + `,"responseElements":{"_return":false}`},
				failed(call{"10:16:00", "ModifyImageAttribute", `"requestParameters":null`}, "AccessDenied"),
			},
			[]string{
				"exposed ami-1 888800001111 from 10:05:00 by ModifyImageAttribute (at_least)",
				"attempted   at 10:16:00: AccessDenied",
				"attempted ami-1  at 10:10:00: Client.DryRunOperation",
				"attempted ami-1 999900001111 at 10:00:00: Client.UnauthorizedOperation",
			},
		},
		{
			"an event that was delivered twice counts once",
			[]call{twice, failed(launch("10:01:00", "add", trent), "AccessDenied"), twice, failed(launch("10:01:00", "add", trent), "AccessDenied")},
			[]string{"exposed ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least)", "attempted ami-1 888800001111 at 10:01:00: AccessDenied"},
		},
		{
			"of two copies of an event the one that has its parameters counts",
			[]call{
				{"10:00:00", "ModifyImageAttribute", `"eventID":"x","requestParameters":{"omitted":true}`},
				{"10:00:00", "ModifyImageAttribute", `"eventID":"x","requestParameters":{"imageId":"ami-1","launchPermission":{"add":{"items":[{"group":"all"}]}}}`},
			},
			[]string{"exposed ami-1 all from 10:00:00 by ModifyImageAttribute (at_least)"},
		},
		{
			"events come out of order",
			[]call{launch("11:00:00", "remove", mallory), launch("10:00:00", "add", mallory)},
			[]string{"ended ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 11:00:00 by ModifyImageAttribute"},
		},
		{
			"within a second a share is taken to come last, but not behind the end of the image",
			[]call{launch("10:00:00", "remove", mallory), launch("10:00:00", "add", mallory), {"11:00:00", "DeregisterImage", image}, launch("11:00:00", "add", trent)},
			[]string{
				"ended ami-1 888800001111 from 11:00:00 by ModifyImageAttribute (at_least) to 11:00:00 by DeregisterImage",
				"ended ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 11:00:00 by DeregisterImage contested",
			},
		},
		{
			"accounts and regions are apart",
			[]call{launch("10:00:00", "add", mallory), {"11:00:00", "ResetImageAttribute", image + `,"awsRegion":"us-east-1"`}, {"12:00:00", "ResetImageAttribute", image + `,"recipientAccountId":"444455556666"`}},
			[]string{"exposed ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least)"},
		},
		{
			"another service has a call of the same name",
			[]call{{"10:00:00", "ModifyImageAttribute", `"eventSource":"images.example.com","requestParameters":{"imageId":"ami-1","launchPermission":{"add":{"items":[{"group":"all"}]}}}`}},
			nil,
		},
		{
			"public images stay public when the block is switched on",
			[]call{launch("10:00:00", "add", all), {"11:00:00", "EnableImageBlockPublicAccess", `"requestParameters":{"EnableImageBlockPublicAccessRequest":{"ImageBlockPublicAccessState":"block-new-sharing"}}`}},
			[]string{"exposed ami-1 all from 10:00:00 by ModifyImageAttribute (at_least), block: block-new-sharing"},
		},
		{
			"public snapshots are private while all sharing is blocked, and public again after it",
			[]call{
				volume("10:00:00", "add", all+","+mallory),
				{"11:00:00", "EnableSnapshotBlockPublicAccess", `"requestParameters":{"EnableSnapshotBlockPublicAccessRequest":{"State":"block-all-sharing"}}`},
				{"12:00:00", "DisableSnapshotBlockPublicAccess", `"requestParameters":{"DisableSnapshotBlockPublicAccessRequest":""}`},
			},
			[]string{
				"exposed snap-1 all from 12:00:00 by DisableSnapshotBlockPublicAccess, block: unblocked",
				"exposed snap-1 999900001111 from 10:00:00 by ModifySnapshotAttribute (at_least)",
				"ended snap-1 all from 10:00:00 by ModifySnapshotAttribute (at_least) to 11:00:00 by EnableSnapshotBlockPublicAccess, block: unblocked",
			},
		},
		{
			"a snapshot withdrawn behind the block stays private after it",
			[]call{
				volume("10:00:00", "add", all),
				{"11:00:00", "EnableSnapshotBlockPublicAccess", `"responseElements":{"EnableSnapshotBlockPublicAccessResponse":{"state":"block-all-sharing"}}`},
				volume("11:30:00", "remove", all),
				{"12:00:00", "DisableSnapshotBlockPublicAccess", ""},
			},
			[]string{"ended snap-1 all from 10:00:00 by ModifySnapshotAttribute (at_least) to 11:00:00 by EnableSnapshotBlockPublicAccess, block: unblocked"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := ledger(t, tt.calls)
			got := lines(l.Entries(exposure.Which{At: at(t, "23:00:00"), Ended: true, Attempts: true}))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(l.Blind) > 0 {
				t.Errorf("%d calls are not understood", len(l.Blind))
			}
		})
	}
}

// A moment is answered with all that is known, also from later.
func TestMoment(t *testing.T) {
	t.Parallel()
	l := ledger(t, []call{
		launch("10:00:00", "add", mallory), launch("10:30:00", "remove", mallory), launch("11:00:00", "remove", trent),
		{"12:00:00", "EnableImageBlockPublicAccess", `"responseElements":{"imageBlockPublicAccessState":"block-new-sharing"}`},
	})
	for clock, want := range map[string][]string{
		"09:00:00": {"exposed ami-1 888800001111 from ? (unknown) to 11:00:00 by ModifyImageAttribute"},
		"10:00:00": {
			"exposed ami-1 888800001111 from ? (unknown) to 11:00:00 by ModifyImageAttribute",
			"exposed ami-1 999900001111 from 10:00:00 by ModifyImageAttribute (at_least) to 10:30:00 by ModifyImageAttribute",
		},
		"10:30:00": {"exposed ami-1 888800001111 from ? (unknown) to 11:00:00 by ModifyImageAttribute"},
		"11:00:00": nil,
	} {
		if diff := cmp.Diff(want, lines(l.Entries(exposure.Which{At: at(t, clock)}))); diff != "" {
			t.Errorf("at %s: -want +got:\n%s", clock, diff)
		}
	}
	entries := l.Entries(exposure.Which{At: at(t, "10:20:00")})
	if d := entries[1].Duration; d != 1200 {
		t.Errorf("it had lasted %v s, want 1200", d)
	}
	if d := entries[0].Duration; !math.IsNaN(d) {
		t.Errorf("an exposure whose beginning is unknown lasted %v s", d)
	}
	if l.First != at(t, "10:00:00") || l.Last != at(t, "12:00:00") {
		t.Errorf("the logs go from %v to %v", l.First, l.Last)
	}
}

// Calls that succeeded and do not say what they did are told of.
func TestBlind(t *testing.T) {
	t.Parallel()
	for _, keys := range []string{
		`"requestParameters":null`,
		`"requestParameters":{"omitted":true,"originalSize":200000}`,
		`"requestParameters":{"imageId":"ami-1","attributeType":"launchPermission","launchPermission":{"grant":[1]}}`,
		`"requestParameters":"requestParameters too large"`,
		image + `,"requestParameters":{"imageId":"ami-1","attributeType":"launchPermission","launchPermission":{"add":{"items":[{"userId":""}]}}}`,
		`"eventTime":"yesterday","requestParameters":{"imageId":"ami-1","launchPermission":{"add":{"items":[{"group":"all"}]}}}`,
	} {
		l := ledger(t, []call{{"10:00:00", "ModifyImageAttribute", keys}})
		if len(l.Blind) != 1 || len(l.Exposures) != 0 {
			t.Errorf("%s: %d blind calls, %d exposures", keys, len(l.Blind), len(l.Exposures))
		}
	}
}

// What the ledger holds is bounded by who asks for it, also where few calls
// make many exposures.
func TestLedgerStopsAtTheLimit(t *testing.T) {
	t.Parallel()
	h := exposure.NewHistory()
	for i := range 50 {
		h.Add(call{"10:00:00", "ModifySnapshotAttribute", fmt.Sprintf(`"requestParameters":{"snapshotId":"snap-%d","createVolumePermission":{"add":{"items":[{"group":"all"}]}}}`, i)}.event(t))
		h.Add(call{fmt.Sprintf("11:%02d:00", i), "EnableSnapshotBlockPublicAccess", `"responseElements":{"state":"block-all-sharing"}`}.event(t))
		h.Add(call{fmt.Sprintf("11:%02d:30", i), "DisableSnapshotBlockPublicAccess", ""}.event(t))
	}
	full, held := errors.New("full"), 0
	_, err := h.Ledger(func(bytes int) error {
		if held += bytes; held > 100_000 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) {
		t.Errorf("%d bytes were held: %v", held, err)
	}
}
