package cloudtrail

import "slices"

// recordFields are the fields of a record that do not depend on the call.
// Source: AWS, CloudTrail record contents and userIdentity element.
var recordFields = []string{
	"additionalEventData", "apiVersion", "awsRegion", "errorCode", "errorMessage", "eventCategory", "eventID", "eventName",
	"eventSource", "eventTime", "eventType", "eventVersion", "managementEvent", "readOnly", "recipientAccountId",
	"requestID", "sessionCredentialFromConsole", "sharedEventID", "sourceIPAddress", "userAgent", "vpcEndpointId",
	"additionalEventData.LoginTo", "additionalEventData.MFAUsed", "additionalEventData.MobileVersion",
	"requestParameters.bucketName", "requestParameters.imageId", "requestParameters.instanceId", "requestParameters.roleArn",
	"requestParameters.roleName", "requestParameters.snapshotId", "requestParameters.userName",
	"resources{}.ARN", "resources{}.accountId", "resources{}.type", "responseElements.ConsoleLogin",
	"tlsDetails.cipherSuite", "tlsDetails.clientProvidedHostHeader", "tlsDetails.tlsVersion",
	"userIdentity.accessKeyId", "userIdentity.accountId", "userIdentity.arn", "userIdentity.invokedBy",
	"userIdentity.principalId", "userIdentity.type", "userIdentity.userName",
	"userIdentity.sessionContext.attributes.creationDate", "userIdentity.sessionContext.attributes.mfaAuthenticated",
	"userIdentity.sessionContext.sessionIssuer.accountId", "userIdentity.sessionContext.sessionIssuer.arn",
	"userIdentity.sessionContext.sessionIssuer.principalId", "userIdentity.sessionContext.sessionIssuer.type",
	"userIdentity.sessionContext.sessionIssuer.userName",
}

// FieldNames returns the fields that searches over CloudTrail use, raw and
// computed, under every sourcetype, in byte order. Fields of single calls,
// such as most request parameters, are not among them.
func FieldNames() []string {
	names := slices.Clone(recordFields)
	for _, sourcetype := range []string{Sourcetype, SourcetypeOCSF} {
		for _, f := range Fields(sourcetype) {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
