package filter_test

import (
	"testing"

	"github.com/pugmark/pugmark/internal/event"
)

// record is a call of the common size that the search for shared images wants.
const record = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:alice","arn":"arn:aws:sts::111122223333:assumed-role/admin/alice","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/admin","accountId":"111122223333","userName":"admin"},"attributes":{"creationDate":"2024-08-01T12:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2024-08-01T12:25:57Z","eventSource":"ec2.amazonaws.com","eventName":"ModifyImageAttribute","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.15.0","requestParameters":{"imageId":"ami-0123456789abcdef0","launchPermission":{"add":{"items":[{"userId":"444455556666"}]}},"attributeType":"launchPermission"},"responseElements":{"_return":true},"eventID":"1d5c8b1e-5555-6666-7777-888888888888","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`

// BenchmarkMatch tests a record that is read for it; bytes are those of the
// record.
func BenchmarkMatch(b *testing.B) {
	for _, bench := range []struct{ name, search string }{
		{"name", `eventName=ModifyImageAttribute`},
		{"shared image", `eventName=ModifyImageAttribute (requestParameters.launchPermission.add.items{}.userId=* OR requestParameters.launchPermission.add.items{}.group=all)`},
		{"list", `eventName IN (CreateUser, CreateAccessKey, Put*Policy, ModifyImageAttribute)`},
		{"wildcards and address", `userAgent="*kali*" OR userAgent="*parrot*" OR sourceIPAddress=198.51.100.0/24`},
		{"absence", `NOT userIdentity.type=AWSService NOT errorCode=*`},
		{"word", `ami-0123456789abcdef0`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			f := compile(b, bench.search)
			layout, meta, text := event.NewLayout(f.Fields(), &event.Schema{}), &event.Meta{}, []byte(record)
			var r event.Record
			var e event.Event
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r.Reset(text, meta, layout, 0, false, nil)
				e.Reset(&r)
				if !f.Match(&e) {
					b.Fatal("no match")
				}
			}
		})
	}
}
