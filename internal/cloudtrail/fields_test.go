package cloudtrail_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/event"
)

// fieldsOf returns the named fields of a record; a multivalue is joined by "|",
// an absent field left out. They are the same whether a search asks for just
// these or for all.
func fieldsOf(t *testing.T, sourcetype, text string, names ...string) map[string]string {
	t.Helper()
	some := readFields(t, sourcetype, text, event.SetOf(names...), names)
	if diff := cmp.Diff(some, readFields(t, sourcetype, text, event.AllFields, names)); diff != "" {
		t.Errorf("%s: the fields differ by how they are read (-some +all):\n%s", text, diff)
	}
	return some
}

func readFields(t *testing.T, sourcetype, text string, wanted event.Set, names []string) map[string]string {
	t.Helper()
	var r event.Record
	var e event.Event
	r.Reset([]byte(text), &event.Meta{Sourcetype: sourcetype}, event.NewLayout(wanted, cloudtrail.SchemaOf(sourcetype)), 1, false, nil)
	e.Reset(&r)
	fields := map[string]string{}
	for _, name := range names {
		if v := e.Get(name); !v.IsNull() {
			fields[name] = strings.Join(v.Texts(), "|")
		}
	}
	if r.Problem() != "" {
		t.Errorf("%s: %s", text, r.Problem())
	}
	return fields
}

func TestAddOnFields(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, record string
		want         map[string]string // "" for an absent field
	}{
		{
			"a user's change",
			`{"eventVersion":"1.09","eventTime":"2024-08-01T12:25:57Z","eventSource":"ec2.amazonaws.com","eventName":"ModifyImageAttribute","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli","eventType":"AwsApiCall","readOnly":false,"managementEvent":true,"recipientAccountId":"111","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::222:user/ann","principalId":"AIDA","accountId":"222","accessKeyId":"AKIA","userName":"ann"},"requestParameters":{"imageId":"ami-1"},"responseElements":{"_return":true}}`,
			map[string]string{
				"aws_account_id": "111", "vendor_account": "222", "region": "eu-west-1", "vendor_region": "eu-west-1", "src": "198.51.100.7", "src_ip": "198.51.100.7",
				"user_agent": "aws-cli", "user_arn": "arn:aws:iam::222:user/ann", "user_id": "AIDA", "user_type": "IAMUser", "user_access_key": "AKIA",
				"user_name": "ann", "userName": "ann", "user": "ann", "user_group_id": "222", "app": "AwsApiCall", "command": "ModifyImageAttribute", "signature": "ModifyImageAttribute",
				"dest": "ec2.amazonaws.com", "dvc": "ec2.amazonaws.com", "errorCode": "success", "msg": "ModifyImageAttribute", "reason": "", "result": "", "result_id": "", "desc": "",
				"start_time": "2024-08-01T12:25:57Z", "vendor": "Amazon Web Services", "product": "CloudTrail", "vendor_product": "AWS CloudTrail",
				"action": "modified", "status": "success", "change_type": "EC2", "object_category": "image", "object": "ami-1", "object_id": "ami-1",
				"eventtype": "aws_cloudtrail|aws_cloudtrail_change", "tag": "cloud|change", "src_user": "", "temp_access_key": "", "direction": "", "image_id": "",
				"_time": "1722515157", "date_hour": "12", "sourcetype": "aws:cloudtrail",
			},
		},
		{
			"a failed call that reads", `{"eventSource":"iam.amazonaws.com","eventName":"ListUsers","readOnly":true,"errorCode":"AccessDenied","errorMessage":"no","userIdentity":{"type":"AWSService","invokedBy":"x.amazonaws.com"}}`,
			map[string]string{
				"errorCode": "AccessDenied", "msg": "no", "reason": "no", "result": "no", "result_id": "AccessDenied", "desc": "no", "action": "", "status": "", "change_type": "",
				"object_category": "", "user": "x.amazonaws.com", "user_name": "", "tag": "cloud", "eventtype": "aws_cloudtrail",
			},
		},
		{"fields that came with the event", `{"eventName":"x","user_arn":"a","action":"b","object":["c","d"],"command":"e"}`, map[string]string{"user_arn": "a", "action": "b", "object": "", "object{}": "c|d", "command": "x"}},
		{"null is no error", `{"eventName":"x","errorCode":null}`, map[string]string{"errorCode": "success"}},
		{"the account of the caller, where no other is", `{"userIdentity":{"accountId":"222"}}`, map[string]string{"aws_account_id": "222", "vendor_account": "222"}},
		{"root", `{"userIdentity":{"type":"Root","arn":"arn:aws:iam::1:root","principalId":"1"},"requestParameters":{"userName":"bob"}}`, map[string]string{"user_name": "root", "user": "root", "userName": "root"}},
		{"a role", `{"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/admin/ann","sessionContext":{"sessionIssuer":{"userName":"admin"}}}}`, map[string]string{"user_name": "admin"}},
		{"a role's session", `{"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/admin/ann"}}`, map[string]string{"user_name": "ann"}},
		{"another account", `{"userIdentity":{"type":"AWSAccount","principalId":"AIDA","accountId":"1"}}`, map[string]string{"user_name": "", "user": "AIDA", "user_arn": ""}},
		{"a name that is hidden", `{"userIdentity":{"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}}`, map[string]string{"user": "HIDDEN_DUE_TO_SECURITY_REASONS"}},
		{
			"console login", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventType":"AwsConsoleSignIn","readOnly":false,"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"}}`,
			map[string]string{"action": "success", "status": "success", "app": "AwsConsoleSignIn", "authentication_method": "MFA", "tag": "cloud|authentication", "change_type": "AAA", "object_category": "", "dest": "signin.amazonaws.com"},
		},
		{
			"console login that failed", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"}}`,
			map[string]string{"action": "failure", "status": "failure", "reason": "Failed authentication", "authentication_method": "Password", "errorCode": "success"},
		},
		{"console login by SAML", `{"eventName":"ConsoleLogin","additionalEventData":{"MFAUsed":"No","SamlProviderArn":"a"}}`, map[string]string{"authentication_method": "SAML"}},
		{
			"a role assumed", `{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","readOnly":true,"userIdentity":{"type":"IAMUser","principalId":"AIDA","userName":"ann"},"requestParameters":{"roleArn":"arn:aws:iam::1:role/r"},"responseElements":{"credentials":{"accessKeyId":"ASIA"}}}`,
			map[string]string{"action": "success", "src_user": "ann", "src_user_name": "ann", "src_user_id": "AIDA", "src_user_type": "IAMUser", "user_role": "arn:aws:iam::1:role/r", "temp_access_key": "ASIA", "tag": "cloud|authentication"},
		},
		{
			"the session of a role assumed", `{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","requestParameters":{"roleArn":"arn:aws:iam::1:role/r"},"responseElements":{"assumedRoleUser":{"arn":"arn:aws:sts::1:assumed-role/r/s"}}}`,
			map[string]string{"user_role": "arn:aws:sts::1:assumed-role/r/s"},
		},
		{"a role not assumed", `{"eventName":"AssumeRoleWithSAML","errorCode":"AccessDenied"}`, map[string]string{"action": "failure", "authentication_method": "SAML"}},
		{
			"instances started", `{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","readOnly":false,"requestParameters":{"instanceType":"t3.micro","instancesSet":{"items":[{"imageId":"ami-1"}]}},"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}}`,
			map[string]string{"action": "created", "object_category": "instance", "object": "i-1|i-2", "image_id": "ami-1", "instance_type": "t3.micro", "tag": "cloud|change|instance"},
		},
		{"instances ended", `{"eventSource":"ec2.amazonaws.com","eventName":"TerminateInstances","readOnly":false}`, map[string]string{"action": "deleted", "object_category": "instance", "object": ""}},
		{
			"a security group opened", `{"eventSource":"ec2.amazonaws.com","eventName":"AuthorizeSecurityGroupIngress","readOnly":false,"requestParameters":{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}}`,
			map[string]string{
				"object_category": "security_group|firewall", "object": "sg-1", "object_id": "sg-1", "action": "modified", "direction": "ingress", "protocol": "tcp", "protocol_code": "6",
				"src_ip_range": "0.0.0.0/0", "src_port_range": "22-22", "dest_port_range": "22-22", "dest_ip_range": "", "tag": "cloud|change|network",
			},
		},
		{
			"a network ACL", `{"eventSource":"ec2.amazonaws.com","eventName":"CreateNetworkAclEntry","readOnly":false,"requestParameters":{"networkAclId":"acl-1","egress":true,"ruleAction":"allow","aclProtocol":"17","cidrBlock":"10.0.0.0/8","portRange":{"from":0,"to":65535}}}`,
			map[string]string{
				"object_category": "firewall", "object": "acl-1", "direction": "egress", "protocol": "udp", "protocol_code": "17", "rule_action": "allow",
				"dest_ip_range": "10.0.0.0/8", "dest_port_range": "0-65535", "src_ip_range": "", "src_port_range": "",
			},
		},
		{
			"a user created", `{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","readOnly":false,"requestParameters":{"userName":"bob"},"responseElements":{"user":{"userName":"bob","userId":"AIDB"}}}`,
			map[string]string{"action": "created", "change_type": "AAA", "object_category": "user", "object": "bob", "object_id": "AIDB", "tag": "cloud|change|account"},
		},
		{"a trail stopped", `{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","requestParameters":{"name":"t"}}`, map[string]string{"action": "stopped", "object_category": "trail", "object": "t", "tag": "cloud|change|audit"}},
		{"a data event is no change", `{"eventSource":"s3.amazonaws.com","eventName":"PutObject","readOnly":false,"managementEvent":false,"eventCategory":"Data"}`, map[string]string{"action": "", "status": "", "tag": "cloud"}},
		{"a change of something unknown", `{"eventSource":"foo.amazonaws.com","eventName":"FrobnicateBars","readOnly":false,"resources":[{"ARN":"arn:x"}]}`, map[string]string{"action": "", "status": "success", "change_type": "FOO", "object_category": "unknown", "object": "arn:x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := fieldsOf(t, cloudtrail.Sourcetype, test.record, slices.Collect(maps.Keys(test.want))...)
			for name := range test.want {
				got[name] += ""
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOCSFFields(t *testing.T) {
	t.Parallel()
	record := `{"eventVersion":"1.09","eventTime":"2024-08-01T12:25:57Z","eventSource":"ecr.amazonaws.com","eventName":"PutImage","awsRegion":"r","sourceIPAddress":"198.51.100.7","userAgent":"u","readOnly":false,"recipientAccountId":"111","eventID":"e","userIdentity":{"type":"IAMUser","arn":"arn:a","principalId":"AIDA","accountId":"222","accessKeyId":"AKIA","userName":"ann"},"requestParameters":{"repositoryName":"x","tags":["a","b"]},"responseElements":null}`
	want := map[string]string{
		"api.operation": "PutImage", "api.service.name": "ecr.amazonaws.com", "api.request.data": `{"repositoryName":"x","tags":["a","b"]}`, "api.response.data": "null",
		"api.response.error": "null", "actor.user.uid": "arn:a", "actor.user.uid_alt": "AIDA", "actor.user.name": "ann", "actor.user.type": "IAMUser",
		"actor.user.account.uid": "222", "actor.user.account_uid": "222", "src_endpoint.ip": "198.51.100.7", "src_endpoint.domain": "null", "http_request.user_agent": "u",
		"cloud.region": "r", "cloud.account.uid": "111", "status": "Success", "time": "1722515157000", "class_uid": "6003", "activity_name": "Update", "type_uid": "600303",
		"metadata.uid": "e", "unmapped{}.key": "requestParameters.repositoryName|requestParameters.tags{}|requestParameters.tags{}|responseElements", "unmapped{}.value": "x|a|b|null",
		"_time": "1722515157",
	}
	if diff := cmp.Diff(want, fieldsOf(t, cloudtrail.SourcetypeOCSF, record, slices.Collect(maps.Keys(want))...)); diff != "" {
		t.Errorf("a raw record (-want +got):\n%s", diff)
	}
	// An event that is OCSF keeps what it has and gets nothing else.
	native := `{"class_uid":6003,"time":1722515157123,"api":{"operation":"PutImage","response":{"error":null}},"cloud":{"region":"r"},"unmapped":[{"key":"k","value":"v"}]}`
	want = map[string]string{"class_uid": "6003", "time": "1722515157123", "api.operation": "PutImage", "api.response.error": "null", "cloud.region": "r", "unmapped{}.key": "k", "_time": "1722515157.123"}
	if diff := cmp.Diff(want, fieldsOf(t, cloudtrail.SourcetypeLake, native, append(slices.Collect(maps.Keys(want)), "status", "cloud.provider", "api.response.message")...)); diff != "" {
		t.Errorf("a native event (-want +got):\n%s", diff)
	}
	service := fieldsOf(t, cloudtrail.SourcetypeOCSF, `{"eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","sourceIPAddress":"AWS Internal","errorCode":"x","additionalEventData":{"MFAUsed":"No"}}`,
		"src_endpoint.ip", "src_endpoint.domain", "status", "class_name", "activity_id", "type_uid", "is_mfa", "api.response.error")
	want = map[string]string{"src_endpoint.domain": "AWS Internal", "status": "Failure", "class_name": "Authentication", "activity_id": "1", "type_uid": "300201", "is_mfa": "false", "api.response.error": "x"}
	if diff := cmp.Diff(want, service); diff != "" {
		t.Errorf("a sign-in (-want +got):\n%s", diff)
	}
}

func TestJSONSchemaFindsTheTime(t *testing.T) {
	t.Parallel()
	for record, want := range map[string]string{
		`{"eventTime":"2024-08-01T12:25:57Z","time":1}`: "1722515157",
		`{"time":1722515157}`:                           "1722515157",
		`{"timestamp":1722515157123}`:                   "1722515157.123",
		`{"@timestamp":"2024-08-01T12:25:57.5Z"}`:       "1722515157.5",
		`{"when":1}`: "",
	} {
		if got := fieldsOf(t, cloudtrail.SourcetypeJSON, record, "_time")["_time"]; got != want {
			t.Errorf("%s: _time %q, want %q", record, got, want)
		}
	}
}

// Every computed field is documented, and what it reads it has asked for.
func TestFieldTablesAreComplete(t *testing.T) {
	t.Parallel()
	for _, sourcetype := range []string{cloudtrail.Sourcetype, cloudtrail.SourcetypeOCSF} {
		derived := cloudtrail.SchemaOf(sourcetype).Derived
		docs := cloudtrail.Fields(sourcetype)
		if len(docs) != len(derived) {
			t.Errorf("%s: %d fields, %d documented", sourcetype, len(derived), len(docs))
		}
		for _, d := range docs {
			if !strings.HasSuffix(d.Doc, ".") || !strings.Contains("SDI", d.Basis) {
				t.Errorf("%s: %+v", sourcetype, d)
			}
		}
	}
	files, _ := filepath.Glob(filepath.Join(stratus, "*.json"))
	if len(files) == 0 {
		t.Skip("no data in " + stratus)
	}
	called := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range read(strings.NewReader(string(text)), cloudtrail.Options{}).Records {
			text := strings.TrimPrefix(r, "C ")
			name := readFields(t, cloudtrail.Sourcetype, text, event.SetOf("eventName"), []string{"eventName"})["eventName"]
			if called[name] {
				continue
			}
			called[name] = true
			for _, sourcetype := range []string{cloudtrail.Sourcetype, cloudtrail.SourcetypeOCSF} {
				names := slices.Collect(maps.Keys(cloudtrail.SchemaOf(sourcetype).Derived))
				all := readFields(t, sourcetype, text, event.AllFields, names)
				for _, name := range names {
					got := readFields(t, sourcetype, text, event.SetOf(name), []string{name})
					if got[name] != all[name] {
						t.Errorf("%s: %s is %q alone and %q among all", text, name, got[name], all[name])
					}
				}
			}
		}
	}
}

func TestDataModels(t *testing.T) {
	t.Parallel()
	for _, m := range cloudtrail.DataModels() {
		if m.Root().Parent != "" {
			t.Errorf("%s: the first dataset has a parent", m.Name)
		}
		for i := range m.Datasets {
			d := &m.Datasets[i]
			if path := m.Path(d); path[0] != m.Root() || path[len(path)-1] != d {
				t.Errorf("%s.%s: path %v", m.Name, d.Name, path)
			}
			if i > 0 {
				if _, ok := m.Dataset(d.Parent); !ok {
					t.Errorf("%s.%s: no parent %q", m.Name, d.Name, d.Parent)
				}
			}
		}
	}
}
