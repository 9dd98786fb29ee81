package cloudtrail

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// addOnFields are the fields that Splunk's add-on for AWS computes for
// aws:cloudtrail. Names of raw fields are those of the JSON.
var addOnFields = []field{
	{"aws_account_id", "S", "The account that the event was delivered to, else the caller's.", first("recipientAccountId", "userIdentity.accountId")},
	{"vendor_account", "D", "The caller's account, else the one that the event was delivered to.", first("userIdentity.accountId", "recipientAccountId")},
	{"region", "S", "The region: awsRegion.", first("awsRegion")},
	{"vendor_region", "S", "The region: awsRegion.", first("awsRegion")},
	{"src", "D", "Where the call came from, an address or the name of an AWS service: sourceIPAddress.", first("sourceIPAddress")},
	{"src_ip", "D", "Where the call came from, an address or the name of an AWS service: sourceIPAddress.", first("sourceIPAddress")},
	{"user_agent", "D", "The client: userAgent.", first("userAgent")},
	{"user_arn", "S", "The caller's ARN; services and other accounts have none.", first("userIdentity.arn")},
	{"user_id", "D", "The caller's unique ID: userIdentity.principalId.", first("userIdentity.principalId")},
	{"user_type", "D", "What kind of identity called: userIdentity.type.", first("userIdentity.type")},
	{"user_access_key", "S", "The access key of the call: userIdentity.accessKeyId.", first("userIdentity.accessKeyId")},
	{"user_name", "S", "The user's name, else the role's, else that of the role's session; root for the root user.", of(userName, userNameNeeds...)},
	{"userName", "S", "The same as user_name.", of(userName, userNameNeeds...)},
	{"user", "I", "user_name, else the caller's unique ID, else the service that called.", of(user, userNeeds...)},
	{"user_group_id", "I", "The caller's account.", first("userIdentity.accountId")},
	{"app", "S", "The kind of event: eventType, such as AwsApiCall or AwsConsoleSignIn.", first("eventType")},
	{"command", "D", "The call: eventName.", exact("eventName")},
	{"signature", "D", "The call: eventName.", exact("eventName")},
	{"dest", "D", "The service that was called: eventSource.", first("eventSource")},
	{"dvc", "I", "The service that was called: eventSource.", first("eventSource")},
	{"errorCode", "S", "The error, or success if the event has none.", of(errorCode, "errorCode")},
	{"msg", "I", "The error's message, or the call's name if there was no error.", first("errorMessage", "eventName")},
	{"reason", "I", "The error's message.", first("errorMessage")},
	{"result", "I", "The error's message.", first("errorMessage")},
	{"result_id", "I", "The error's code.", first("errorCode")},
	{"desc", "I", "The error's message.", first("errorMessage")},
	{"start_time", "S", "When it happened: eventTime.", first("eventTime")},
	{"vendor", "I", "Amazon Web Services.", constant("Amazon Web Services")},
	{"product", "I", "CloudTrail.", constant("CloudTrail")},
	{"vendor_product", "I", "AWS CloudTrail.", constant("AWS CloudTrail")},

	{"action", "I", "Of a change, what it did: created, modified, deleted, started …; of a sign-in, success or failure.", of(action, callNeeds...)},
	{"status", "S", "Of a change or a sign-in, success or failure.", of(status, callNeeds...)},
	{"change_type", "I", "Of a change or a sign-in, the service: AAA for IAM, STS and sign-ins, else EC2, S3 ….", of(changeType, callNeeds...)},
	{"object_category", "S", "Of a change, what kind of thing it is about: instance, image, user …; security_group and firewall for a security group.", of(objectCategory, callNeeds...)},
	{"object", "I", "Of a change, the name of the thing.", of(object, objectNeeds()...)},
	{"object_id", "I", "Of a change, the ID of the thing, else its name.", of(objectID, objectNeeds()...)},
	{"image_id", "S", "RunInstances: the images started.", when("RunInstances", "requestParameters.instancesSet.items{}.imageId")},
	{"instance_type", "S", "RunInstances: the type of the instances.", when("RunInstances", "requestParameters.instanceType")},

	{"src_user", "I", "AssumeRole and its kin: who assumed the role.", ofAssumed(user, userNeeds...)},
	{"src_user_name", "I", "AssumeRole and its kin: the name of who assumed the role.", ofAssumed(userName, userNameNeeds...)},
	{"src_user_id", "I", "AssumeRole and its kin: the unique ID of who assumed the role.", whenAssumed("userIdentity.principalId")},
	{"src_user_type", "I", "AssumeRole and its kin: what kind of identity assumed the role.", whenAssumed("userIdentity.type")},
	{"user_role", "S", "AssumeRole and its kin: the ARN of the session of the role, else of the role.", whenAssumed("responseElements.assumedRoleUser.arn", "requestParameters.roleArn")},
	{"temp_access_key", "S", "AssumeRole and its kin: the access key that was issued.", whenAssumed("responseElements.credentials.accessKeyId")},
	{"authentication_method", "I", "Of a sign-in: SAML, WebIdentity, MFA or Password.", of(authenticationMethod, "eventName", "additionalEventData.MFAUsed", "additionalEventData.SamlProviderArn")},

	{"direction", "I", "Of a rule of a security group or network ACL: ingress or egress.", of(direction, ruleNeeds...)},
	{"protocol", "S", "Of such a rule, the protocol's name: tcp, udp, icmp, all ….", of(protocol, ruleNeeds...)},
	{"protocol_code", "I", "Of such a rule, the protocol's number, -1 for all.", of(protocolCode, ruleNeeds...)},
	{"rule_action", "S", "Of a rule of a network ACL: allow or deny.", first("requestParameters.ruleAction")},
	{"src_ip_range", "I", "Of an ingress rule, the addresses it is about.", of(rangeOf("ingress", addresses), ruleNeeds...)},
	{"dest_ip_range", "I", "Of an egress rule, the addresses it is about.", of(rangeOf("egress", addresses), ruleNeeds...)},
	{"src_port_range", "I", "Of an ingress rule, the ports, beside the addresses of src_ip_range; dest_port_range has them too.", of(rangeOf("ingress", ports), ruleNeeds...)},
	{"dest_port_range", "I", "Of a rule of a security group or network ACL, the ports as from-to.", of(rangeOf("", ports), ruleNeeds...)},

	{"eventtype", "I", "aws_cloudtrail, and aws_cloudtrail_change or aws_cloudtrail_authentication.", of(eventTypes, callNeeds...)},
	{"tag", "I", "cloud; change with account, audit, network or instance; authentication: the tags of the data models.", of(tags, callNeeds...)},
}

// getter gives the raw field of a name.
type getter = func(name string) value.Value

func of(compute func(getter) value.Value, needs ...string) event.Derivation {
	return event.Derivation{Needs: needs, Compute: compute}
}

// first is the first of the raw fields that says something.
func first(names ...string) event.Derivation {
	return of(func(get getter) value.Value { return coalesce(get, names...) }, names...)
}

// exact is a raw field and nothing else; the prefilter relies on it.
func exact(name string) event.Derivation {
	return of(func(get getter) value.Value { return get(name) }, name)
}

func constant(text string) event.Derivation {
	return of(func(getter) value.Value { return value.OfText(text) })
}

// when is a raw field of one call.
func when(eventName, name string) event.Derivation {
	return of(func(get getter) value.Value {
		if get("eventName").String() != eventName {
			return value.Value{}
		}
		return coalesce(get, name)
	}, "eventName", name)
}

// ofAssumed computes a field for AssumeRole and its kin only.
func ofAssumed(compute func(getter) value.Value, needs ...string) event.Derivation {
	return of(func(get getter) value.Value {
		if !strings.HasPrefix(get("eventName").String(), "AssumeRo") {
			return value.Value{}
		}
		return compute(get)
	}, append(slices.Clone(needs), "eventName")...)
}

func whenAssumed(names ...string) event.Derivation {
	return ofAssumed(func(get getter) value.Value { return coalesce(get, names...) }, names...)
}

// coalesce returns the first value that says something: not the null that some
// exports write where CloudTrail has no field, and not the empty text.
func coalesce(get getter, names ...string) value.Value {
	for _, name := range names {
		if v := get(name); !saysNothing(v) {
			return v
		}
	}
	return value.Value{}
}

func saysNothing(v value.Value) bool {
	if v.Kind() == value.Text {
		s := v.String()
		return s == "" || s == "null"
	}
	return v.IsNull()
}

func errorCode(get getter) value.Value {
	if v := coalesce(get, "errorCode"); !v.IsNull() {
		return v
	}
	return value.OfText("success")
}

var userNameNeeds = []string{"userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName", "userIdentity.arn", "userIdentity.type"}

// userName names the caller. The name is given as it stands also where
// CloudTrail hides it: HIDDEN_DUE_TO_SECURITY_REASONS, when someone may have
// typed a password where the name belongs.
func userName(get getter) value.Value {
	if v := coalesce(get, userNameNeeds[0], userNameNeeds[1]); !v.IsNull() {
		return v
	}
	if session := sessionName(get("userIdentity.arn").String()); session != "" {
		return value.OfText(session)
	}
	if get("userIdentity.type").String() == "Root" {
		return value.OfText("root")
	}
	return value.Value{}
}

// sessionName returns the session of arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
func sessionName(arn string) string {
	_, role, ok := strings.Cut(arn, ":assumed-role/")
	if !ok {
		return ""
	}
	_, session, _ := strings.Cut(role, "/")
	return session
}

var userNeeds = append(slices.Clone(userNameNeeds), "userIdentity.principalId", "userIdentity.invokedBy")

func user(get getter) value.Value {
	if v := userName(get); !v.IsNull() {
		return v
	}
	return coalesce(get, "userIdentity.principalId", "userIdentity.invokedBy")
}
