package cloudtrail_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/value"
)

// delivered returns the accounts of records that one Recipients has seen.
func delivered(cuts ...*cloudtrail.Cut) []string {
	accounts := &plan.Accounts{}
	r := cloudtrail.NewRecipients(accounts)
	for _, c := range cuts {
		r.See(c)
	}
	return accounts.Numbers()
}

func cutOf(record string) *cloudtrail.Cut {
	return &cloudtrail.Cut{Text: []byte(record), Plain: !strings.Contains(record, `\`)}
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	const a, b = "111122223333", "444455556666"
	long := `"requestParameters":{"x":"` + strings.Repeat("y", 2000) + `"}`
	for _, test := range []struct {
		name, record string
		want         []string
	}{
		{"as CloudTrail writes it", `{"eventName":"X","recipientAccountId":"111122223333","eventCategory":"Management"}`, []string{a}},
		{"with TLS details behind it", `{"eventName":"X","recipientAccountId":"111122223333","tlsDetails":{"tlsVersion":"TLSv1.3"}}`, []string{a}},
		{"as the first key", `{"recipientAccountId":"111122223333","eventName":"X"}`, []string{a}},
		{"far from the end", `{"recipientAccountId":"111122223333",` + long + `}`, []string{a}},
		{"with white space", "{\n  \"recipientAccountId\" :\t\"111122223333\"\n}", []string{a}},
		{"in an escaped key", `{"recipientAccount\u0049d":"111122223333"}`, []string{a}},
		{"in an escaped value", `{"recipientAccountId":"11112222333\u0033"}`, []string{a}},
		{"as a number, which the field shows alike", `{"recipientAccountId":111122223333}`, []string{a}},
		{"twice: the last counts", `{"recipientAccountId":"444455556666","recipientAccountId":"111122223333"}`, []string{a}},
		{"twice, the last one escaped", `{"recipientAccountId":"444455556666","recipient\u0041ccountId":"111122223333"}`, []string{a}},
		{"in a string in front of it", `{"x":"\"recipientAccountId\":\"444455556666\"","recipientAccountId":"111122223333"}`, []string{a}},
		{"in a string behind it", `{"recipientAccountId":"111122223333","x":"\"recipientAccountId\":\"444455556666\""}`, []string{a}},
		{"nested behind it", `{"recipientAccountId":"111122223333","x":{"recipientAccountId":"444455556666"}}`, []string{a}},
		{"in a list behind it", `{"recipientAccountId":"111122223333","x":[{"recipientAccountId":"444455556666"}]}`, []string{a}},

		{"only in a string", `{"x":"\"recipientAccountId\":\"111122223333\",\"a\":1"}`, nil},
		{"only nested", `{"x":{"recipientAccountId":"111122223333"}}`, nil},
		{"only in a list", `[{"recipientAccountId":"111122223333"}]`, nil},
		{"only as a value", `{"x":"recipientAccountId","y":"111122223333"}`, nil},
		{"in a key that ends alike", `{"x.recipientAccountId":"111122223333","myrecipientAccountId":"111122223333","x\"recipientAccountId":"111122223333"}`, nil},
		{"another account of the record", `{"userIdentity":{"accountId":"111122223333"},"sharedAccountId":"111122223333"}`, nil},
		{"13 digits", `{"recipientAccountId":"1111222233334"}`, nil},
		{"11 digits", `{"recipientAccountId":"11112222333"}`, nil},
		{"letters", `{"recipientAccountId":"11112222333x"}`, nil},
		{"digits of another script", `{"recipientAccountId":"١١١١٢٢"}`, nil},
		{"null", `{"recipientAccountId":null}`, nil},
		{"an object", `{"recipientAccountId":{"x":"111122223333"}}`, nil},
		{"a list", `{"recipientAccountId":["111122223333"]}`, nil},
		{"not well formed in front of it", `{"x" 1,"recipientAccountId":"111122223333"}`, nil},
		{"not well formed behind it", `{"recipientAccountId":"111122223333","x" 1}`, nil},
		{"cut off", `{"recipientAccountId":"111122223333`, nil},
		{"no JSON", `recipientAccountId":"111122223333"`, nil},
		{"nothing", ``, nil},
	} {
		cut := cutOf(test.record)
		if diff := cmp.Diff(test.want, delivered(cut)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		// What is known of before changes nothing of that.
		ordinary := func(number string) *cloudtrail.Cut { return cutOf(`{"recipientAccountId":"` + number + `"}`) }
		want := slices.Compact(slices.Sorted(slices.Values(append([]string{a, b}, test.want...))))
		if diff := cmp.Diff(want, delivered(ordinary(a), ordinary(b), cut, cut, ordinary(b))); diff != "" {
			t.Errorf("%s, both known (-want +got):\n%s", test.name, diff)
		}
		want = slices.Compact(slices.Sorted(slices.Values(append([]string{b}, test.want...))))
		if diff := cmp.Diff(want, delivered(ordinary(b), cut)); diff != "" {
			t.Errorf("%s, the other one known (-want +got):\n%s", test.name, diff)
		}
	}
}

// A field that came beside the text wins over the text, as it does for events.
func TestRecipientsOfGivenFields(t *testing.T) {
	t.Parallel()
	cut := cutOf(`{"recipientAccountId":"444455556666"}`)
	cut.Given = []event.Field{{Name: "recipientAccountId", Value: value.OfText("111122223333")}}
	other := cutOf(`{"recipientAccountId":"777788889999"}`)
	other.Given = []event.Field{{Name: "x", Value: value.OfText("y")}}
	if diff := cmp.Diff([]string{"111122223333", "777788889999"}, delivered(cut, other)); diff != "" {
		t.Error(diff)
	}
}

// Each record counts by itself: whatever was seen before, in whatever order and
// by however many, the accounts are those of the records seen one by one.
func TestRecipientsDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		`"recipientAccountId":"111122223333"`, `"recipientAccountId":"444455556666"`, `"recipientAccountId":"777788889999"`, `"recipientAccountId" : "111122223333"`,
		`"recipientAccountId":444455556666`, `"recipientAccountI\u0064":"111122223333"`, `"recipientAccountId":null`, `"recipientAccountId":{"recipientAccountId":"777788889999"}`,
		`"x":{"recipientAccountId":"444455556666"}`, `"x":[{"recipientAccountId":"111122223333"}]`, `"x":"\"recipientAccountId\":\"777788889999\""`, `"x":"\\"`, `"x":"}"`,
		`"x":"` + strings.Repeat("z", 600) + `"`, `"eventCategory":"Management"`, `x`, `"x"`, `"x":{]}`, `{"recipientAccountId":"777788889999"}`, ``,
	})
	rapid.Check(t, func(t *rapid.T) {
		var cuts []*cloudtrail.Cut
		want := []string{}
		for range rapid.IntRange(1, 8).Draw(t, "records") {
			record := "{" + strings.Join(rapid.SliceOfN(piece, 0, 4).Draw(t, "members"), ",") + "}"
			cut := cutOf(record)
			cuts, want = append(cuts, cut), append(want, delivered(cut)...)
			if cut.Plain && rapid.Bool().Draw(t, "in doubt") {
				cut.Plain = false // where it is false, there may be a backslash
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(slices.Compact(want), append([]string{}, delivered(cuts...)...)); diff != "" {
			t.Fatalf("-one by one +together:\n%s", diff)
		}
	})
}

// More accounts than anybody has are none, and take no more memory.
func TestTooManyRecipients(t *testing.T) {
	t.Parallel()
	accounts := &plan.Accounts{}
	r := cloudtrail.NewRecipients(accounts)
	for i := range plan.MaxAccounts {
		r.See(cutOf(fmt.Sprintf(`{"recipientAccountId":"%012d"}`, i)))
	}
	if n := len(accounts.Numbers()); n != plan.MaxAccounts || accounts.TooMany() {
		t.Errorf("%d accounts", n)
	}
	for range 3 {
		r.See(cutOf(`{"recipientAccountId":"999999999999"}`))
		if n := len(accounts.Numbers()); n != 0 || !accounts.TooMany() || accounts.Has("000000000001") {
			t.Errorf("%d accounts", n)
		}
	}
}

// BenchmarkRecipients looks at records of some accounts, file after file, that end in as many
// ways as those of a real trail.
func BenchmarkRecipients(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	var cuts []*cloudtrail.Cut
	size := 0
	for i := range 1000 {
		record := fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/app/%d"},"eventTime":"2026-11-01T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","requestParameters":{"bucketName":"b%d","key":"%s"},"recipientAccountId":"%012d","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"b%d.s3.us-east-1.amazonaws.com"}}`,
			i, i, strings.Repeat("k", 700), 111122223333+i/500, random.IntN(20))
		cuts = append(cuts, cutOf(record))
		size += len(record)
	}
	r := cloudtrail.NewRecipients(&plan.Accounts{})
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		for _, c := range cuts {
			r.See(c)
		}
	}
}
