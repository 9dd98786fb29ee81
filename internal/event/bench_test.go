package event

import "testing"

// cloudTrailRecord is a record of the common size and shape.
const cloudTrailRecord = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:alice","arn":"arn:aws:sts::111122223333:assumed-role/admin/alice","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/admin","accountId":"111122223333","userName":"admin"},"webIdFederationData":{},"attributes":{"creationDate":"2024-08-01T12:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2024-08-01T12:25:57Z","eventSource":"ec2.amazonaws.com","eventName":"ModifyImageAttribute","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.15.0 \"quoted\"","requestParameters":{"imageId":"ami-0123456789abcdef0","launchPermission":{"add":{"items":[{"userId":"444455556666"},{"userId":"777788889999"},{"group":"all"}]}},"attributeType":"launchPermission"},"responseElements":{"requestId":"7c2b2b5e-1111-2222-3333-444444444444","_return":true},"requestID":"7c2b2b5e-1111-2222-3333-444444444444","eventID":"1d5c8b1e-5555-6666-7777-888888888888","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"ec2.eu-west-1.amazonaws.com"}}`

func BenchmarkRead(b *testing.B) {
	text := []byte(cloudTrailRecord)
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if fields, problem := FlattenJSON(text); problem != "" || len(fields) == 0 {
				b.Fatal(problem)
			}
		}
	})
	wanted := map[string]Set{
		"1 field":  SetOf("eventName"),
		"8 fields": SetOf("eventName", "userAgent", "awsRegion", "eventID", "errorCode", "userIdentity.arn", "requestParameters.launchPermission.add.items{}.userId", "requestParameters.launchPermission.add.items{}.group"),
	}
	for name, set := range wanted {
		b.Run(name, func(b *testing.B) {
			layout, meta := NewLayout(set, &Schema{}), &Meta{}
			var r Record
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r.Reset(text, meta, layout, 0, false, nil)
				if v := r.Get("eventName"); v.String() != "ModifyImageAttribute" {
					b.Fatal(v)
				}
			}
		})
	}
}
