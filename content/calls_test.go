package content_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What becomes of a call.
const (
	succeeded = "succeeded"
	byIAM     = "denied by IAM"
	bySCP     = "denied by SCP"
	byRCP     = "denied by RCP"
	byBlock   = "blocked by block public access"
	byKey     = "blocked by encryption"
	dryRun    = "dry run"
	otherwise = "other error"
)

// failure is an error as EC2 records it.
type failure struct{ code, message string }

// failures are forms of each outcome. Sources: Troubleshoot access denied error
// messages (IAM user guide), errors of sharing that users of Packer reported
// (hashicorp/packer 7410 and 7499, opendevstack/ods-core 1062), error codes of
// the EC2 API.
var failures = map[string][]failure{
	succeeded: {{}},
	byIAM: {
		{"Client.UnauthorizedOperation", "You are not authorized to perform this operation."},
		{"Client.UnauthorizedOperation", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ec2:ModifyImageAttribute because no identity-based policy allows the ec2:ModifyImageAttribute action"},
		{"AccessDenied", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ec2:ModifyImageAttribute with an explicit deny in a permissions boundary"},
		{"Client.UnauthorizedOperation", ""},
	},
	bySCP: {
		{"Client.UnauthorizedOperation", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ec2:ModifyImageAttribute with an explicit deny in a service control policy"},
		{"Client.UnauthorizedOperation", "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ec2:ModifyImageAttribute because no service control policy allows the ec2:ModifyImageAttribute action"},
	},
	byRCP: {
		{"Client.UnauthorizedOperation", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ec2:ModifyImageAttribute with an explicit deny in a resource control policy"},
		{"AccessDenied", "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: ec2:ModifyImageAttribute because no resource control policy allows the ec2:ModifyImageAttribute action"},
	},
	byBlock: {{"Client.OperationNotPermitted", "You can't publicly share this image because block public access for AMIs is enabled for this account."}},
	byKey: {
		{"Client.InvalidParameter", "Snapshots encrypted with the AWS Managed CMK can’t be shared. Specify another snapshot."},
		{"Client.OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared"},
		{"Client.UnsupportedOperation", "Encrypted snapshots can’t be shared publicly. Specify another snapshot."},
	},
	dryRun: {{"Client.DryRunOperation", "Request would have succeeded, but DryRun flag is set."}},
	otherwise: {
		{"Client.InvalidAMIID.NotFound", "The image id '[ami-0b7d2f4c9e1a63580]' does not exist"},
		{"Client.RequestLimitExceeded", ""},
		{"Client.InvalidAMIID.Unavailable", "The image ID 'ami-0b7d2f4c9e1a63580' is not available"},
		{"Server.InternalError", "An internal error has occurred"},
	},
}

// call is a request to EC2 as CloudTrail records it. What is not set is as in a
// share that works.
type call struct {
	recipient string
	at        string // 2026-11-04T12:00:00Z
	failure

	image     string
	source    string // ec2.amazonaws.com
	name      string // ModifyImageAttribute
	attribute string // launchPermission
	operation string // add
	flat      bool   // the older form: operationType and lists, no items
	parameter any    // stands for all request parameters

	before []call // calls that come before it, and are not asked about
}

const callTime = "2026-11-04T12:00:00Z"

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// parameters are those of the request, in either of the forms that EC2 takes.
func (c call) parameters() any {
	if c.parameter != nil {
		return c.parameter
	}
	key, list := "userId", "userIds"
	switch {
	case strings.EqualFold(c.recipient, "all"):
		key, list = "group", "groups"
	case strings.Contains(c.recipient, ":organization/"):
		key, list = "organizationArn", "organizationArns"
	case strings.Contains(c.recipient, ":ou/"):
		key, list = "organizationalUnitArn", "organizationalUnitArns"
	}
	attribute, operation := or(c.attribute, "launchPermission"), or(c.operation, "add")
	parameters := map[string]any{"imageId": c.image, "attributeType": attribute}
	switch {
	case attribute == "description":
		parameters["description"] = c.recipient
	case attribute == "productCodes":
		parameters["operationType"], parameters["productCodes"] = operation, []string{c.recipient}
	case c.flat:
		parameters["operationType"], parameters[list] = operation, []string{c.recipient}
	default:
		items := map[string]any{"items": []any{map[string]string{key: c.recipient}}}
		parameters[attribute] = map[string]any{operation: items}
	}
	return parameters
}

// record is the call as CloudTrail has it.
func (c call) record(id string) map[string]any {
	record := map[string]any{
		"eventVersion": "1.10", "eventTime": or(c.at, callTime), "eventSource": or(c.source, "ec2.amazonaws.com"),
		"eventName": or(c.name, "ModifyImageAttribute"), "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7",
		"userAgent": "aws-cli/2.17.20", "requestParameters": c.parameters(), "responseElements": map[string]any{"_return": true},
		"requestID": id, "eventID": id, "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
		"recipientAccountId": "111122223333", "eventCategory": "Management",
		"userIdentity": map[string]string{
			"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": "arn:aws:iam::111122223333:user/ann",
			"accountId": "111122223333", "accessKeyId": "AKIAEXAMPLE", "userName": "ann",
		},
	}
	if c.code != "" {
		record["errorCode"], record["responseElements"] = c.code, nil
		if c.message != "" {
			record["errorMessage"] = c.message
		}
	}
	return record
}

// writeCalls writes a record for each call and those before it, and gives each
// call that names no image one of its own.
func writeCalls(t *testing.T, calls []call) string {
	t.Helper()
	var b strings.Builder
	lines := json.NewEncoder(&b)
	write := func(c call, id string) {
		if c.image == "" {
			c.image = "ami-" + id
		}
		if err := lines.Encode(c.record(id)); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range calls {
		for j, earlier := range c.before {
			write(earlier, fmt.Sprintf("%04d%04d", j+1, i))
		}
		write(c, fmt.Sprintf("%08d", i))
	}
	path := filepath.Join(t.TempDir(), "calls.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
