package trust

import (
	"testing"
	"time"
)

const (
	ownerAccount = "111122223333"
	ownOrgARN    = "arn:aws:organizations::111122223333:organization/o-ourorg12345"
	ownOUARN     = "arn:aws:organizations::111122223333:ou/o-ourorg12345/ou-zz99-aaaaaaaa"
	listedOUARN  = "arn:aws:organizations::111122223333:ou/o-ourorg12345/ou-ab12-cdefgh34"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	member := `{"Accounts":[{"Id":"222233334444","Arn":"arn:aws:organizations::111122223333:account/o-ourorg12345/222233334444"}]}`
	with, without := load(t, example, member), load(t)
	for _, test := range []struct {
		name, recipient string
		trust           *Trust
		day             string
		want            Verdict
		source          Source
	}{
		{"everyone", "all", with, "2026-10-01", Public, ""},
		{"the owner itself", ownerAccount, with, "2026-10-01", OwnAccount, Inferred},
		{"ours outside the organization", "012345678901", with, "2026-10-01", OwnAccount, FromFile},
		{"ours in the organization", "222233334444", with, "2026-10-01", OwnMember, FromFile},
		{"our organization", ownOrgARN, with, "2026-10-01", OwnOrganization, FromFile},
		{"an OU that is listed", listedOUARN, with, "2026-10-01", OwnOU, FromFile},
		{"an OU that has expired, in our organization", listedOUARN, with, "2026-11-01", ForeignOU, ""},
		{"an OU of our organization", ownOUARN, with, "2026-11-01", OwnOU, FromFile},
		{"an organization of others", "arn:aws:organizations::666677778888:organization/o-theirs1234", with, "2026-10-01", ForeignOrganization, ""},
		{"an OU of others", "arn:aws:organizations::666677778888:ou/o-theirs1234/ou-ab12-aaaaaaaa", with, "2026-10-01", ForeignOU, ""},
		{"a name of ours in front of another organization", "arn:aws:organizations::111122223333:organization/o-theirs1234", with, "2026-10-01", ForeignOrganization, ""},
		{"a vendor", "999988887777", with, "2026-12-23", KnownVendor, FromFile},
		{"a vendor whose trust has expired", "999988887777", with, "2026-12-24", Stranger, ""},
		{"an organization of a vendor", "arn:aws-us-gov:organizations::666677778888:organization/o-vendor12345", with, "2026-10-01", KnownVendor, FromFile},
		{"an OU of a vendor", "arn:aws:organizations::666677778888:ou/o-vendor12345/ou-ab12-aaaaaaaa", with, "2026-10-01", KnownVendor, FromFile},
		{"nobody we know", "444455556666", with, "2026-10-01", Stranger, ""},
		{"seen in the logs, but in no file", "555566667777", with, "2026-10-01", Stranger, ""},
		{"nothing", "", with, "2026-10-01", Stranger, ""},

		{"without a file, the owner itself", ownerAccount, without, "2026-10-01", OwnAccount, Inferred},
		{"without a file, another account of the logs", "555566667777", without, "2026-10-01", OwnAccount, Inferred},
		{"without a file, the organization that the owner manages", ownOrgARN, without, "2026-10-01", OwnOrganization, Inferred},
		{"without a file, an OU of it", ownOUARN, without, "2026-10-01", OwnOU, Inferred},
		{"without a file, another account", "444455556666", without, "2026-10-01", Stranger, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.DateOnly, test.day)
			if err != nil {
				t.Fatal(err)
			}
			owner := Owner{Account: ownerAccount, Inferred: func(account string) bool { return account == "555566667777" }}
			got := test.trust.Judge(test.recipient, owner, at)
			if got.Verdict != test.want || got.Source != test.source {
				t.Errorf("got %q by %q, want %q by %q", got.Verdict, got.Source, test.want, test.source)
			}
		})
	}
}

func TestNilTrustIsOneWithoutFiles(t *testing.T) {
	t.Parallel()
	var trust *Trust
	if !trust.Empty() || trust.Rows() != nil || len(trust.ExpiredAt(time.Unix(0, 0))) > 0 {
		t.Error("a nil Trust tells something")
	}
	if got := trust.Judge("444455556666", Owner{Account: ownerAccount}, time.Unix(0, 0)); got.Verdict != Stranger {
		t.Errorf("got %v", got)
	}
}
