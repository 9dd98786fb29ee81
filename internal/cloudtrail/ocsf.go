package cloudtrail

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// ocsfFields are the fields of aws:asl. An event that is OCSF already keeps
// its own; a raw CloudTrail record read as aws:asl is shown as Amazon Security
// Lake would, in OCSF 1.1 with the names that differ in 1.0.0-rc.2 beside it.
// Source: the CloudTrail mappings in the public OCSF examples.
var ocsfFields = native([]field{
	{"api.operation", "D", "The call.", first("eventName")},
	{"api.service.name", "D", "The service that was called.", first("eventSource")},
	{"api.version", "D", "The version of the API.", first("apiVersion")},
	{"api.request.uid", "D", "The ID of the request.", first("requestID")},
	{"api.request.data", "D", "requestParameters as JSON text.", member("requestParameters")},
	{"api.response.data", "D", "responseElements as JSON text.", member("responseElements")},
	{"api.response.error", "S", "The error's code, or the text null.", orNull("errorCode")},
	{"api.response.message", "S", "The error's message, or the text null.", orNull("errorMessage")},

	{"actor.user.uid", "D", "The caller's ARN, else the unique ID.", first("userIdentity.arn", "userIdentity.principalId")},
	{"actor.user.uid_alt", "D", "The caller's unique ID.", first("userIdentity.principalId")},
	{"actor.user.uuid", "D", "The caller's ARN (1.0).", first("userIdentity.arn")},
	{"actor.user.name", "D", "The caller's name.", first("userIdentity.userName")},
	{"actor.user.type", "D", "What kind of identity called.", first("userIdentity.type")},
	{"actor.user.account.uid", "D", "The caller's account.", first("userIdentity.accountId")},
	{"actor.user.account_uid", "D", "The caller's account (1.0).", first("userIdentity.accountId")},
	{"actor.user.credential_uid", "D", "The access key of the call.", first("userIdentity.accessKeyId")},
	{"identity.user.uid", "S", "The caller's unique ID (before 1.0).", first("userIdentity.principalId")},
	{"identity.user.uuid", "S", "The caller's ARN (before 1.0).", first("userIdentity.arn")},
	{"identity.user.name", "S", "The caller's name (before 1.0).", first("userIdentity.userName")},
	{"identity.user.type", "S", "What kind of identity called (before 1.0).", first("userIdentity.type")},
	{"identity.user.account_uid", "S", "The caller's account (before 1.0).", first("userIdentity.accountId")},
	{"identity.user.credential_uid", "S", "The access key of the call (before 1.0).", first("userIdentity.accessKeyId")},
	{"actor.session.created_time_dt", "D", "When the session began.", first("userIdentity.sessionContext.attributes.creationDate")},
	{"actor.session.created_time", "D", "When the session began, in milliseconds.", milliseconds("userIdentity.sessionContext.attributes.creationDate")},
	{"actor.session.is_mfa", "D", "Whether the session began with MFA.", first("userIdentity.sessionContext.attributes.mfaAuthenticated")},
	{"actor.session.mfa", "D", "Whether the session began with MFA (1.0).", first("userIdentity.sessionContext.attributes.mfaAuthenticated")},
	{"actor.session.issuer", "D", "Who issued the session.", first("userIdentity.sessionContext.sessionIssuer.arn")},
	{"actor.invoked_by", "D", "The service that called.", first("userIdentity.invokedBy")},
	{"actor.idp.name", "D", "Who vouched for the caller.", first("userIdentity.sessionContext.webIdFederationData.federatedProvider", "userIdentity.identityProvider")},

	{"src_endpoint.ip", "S", "The address of the caller.", of(sourceAddress, "sourceIPAddress")},
	{"src_endpoint.domain", "S", "The service that called, or the text null for an address.", of(sourceDomain, "sourceIPAddress")},
	{"src_endpoint.uid", "D", "The VPC endpoint of the call.", first("vpcEndpointId")},
	{"http_request.user_agent", "D", "The client.", first("userAgent")},
	{"cloud.region", "D", "The region.", first("awsRegion")},
	{"cloud.account.uid", "S", "The account that the event was delivered to.", first("recipientAccountId", "userIdentity.accountId")},
	{"cloud.account_uid", "S", "The account that the event was delivered to (1.0).", first("recipientAccountId", "userIdentity.accountId")},
	{"cloud.provider", "D", "AWS.", constant("AWS")},

	{"status", "S", "Success or Failure.", of(ocsfStatus("Success", "Failure"), callNeeds...)},
	{"status_id", "D", "1 or 2.", of(ocsfStatus("1", "2"), callNeeds...)},
	{"severity", "D", "Informational.", constant("Informational")},
	{"severity_id", "D", "1.", constant("1")},
	{"time", "S", "When it happened, in milliseconds.", milliseconds("eventTime")},
	{"time_dt", "D", "When it happened.", first("eventTime")},
	{"class_uid", "S", "3002 for sign-ins on the console, else 6003.", of(ocsfClass("3002", "6003"), "eventSource")},
	{"class_name", "D", "Authentication or API Activity.", of(ocsfClass("Authentication", "API Activity"), "eventSource")},
	{"category_uid", "D", "3 or 6.", of(ocsfClass("3", "6"), "eventSource")},
	{"category_name", "D", "Identity & Access Management or Application Activity.", of(ocsfClass("Identity & Access Management", "Application Activity"), "eventSource")},
	{"activity_id", "D", "What the call did: 1 create or logon, 2 read, 3 update, 4 delete, 99 other.", of(activityID, "eventName", "eventSource", "readOnly")},
	{"activity_name", "D", "What the call did, in a word.", of(activityName, "eventName", "eventSource", "readOnly")},
	{"type_uid", "D", "class_uid times 100 plus activity_id.", of(typeUID, "eventName", "eventSource", "readOnly")},
	{"is_mfa", "D", "Of a sign-in on the console, whether MFA was used.", of(usedMFA, "additionalEventData.MFAUsed")},
	{"metadata.uid", "D", "The ID of the event.", first("eventID")},
	{"metadata.event_code", "D", "The kind of event.", first("eventType")},
	{"metadata.product.name", "D", "CloudTrail.", constant("CloudTrail")},
	{"metadata.product.vendor_name", "D", "AWS.", constant("AWS")},
	{"metadata.product.version", "D", "The version of the record.", first("eventVersion")},
	{"metadata.version", "D", "1.1.0.", constant("1.1.0")},
	{"unmapped{}.key", "S", "The names of request parameters, response elements and additional data.", of(unmapped(true), "_raw")},
	{"unmapped{}.value", "S", "Their values, in the same order.", of(unmapped(false), "_raw")},
})

// native makes each rule give way to a field of the same name in the event,
// and apply to CloudTrail records only.
func native(table []field) []field {
	for i, f := range table {
		rule := f.rule.Compute
		needs := append([]string{f.name, "eventName"}, f.rule.Needs...)
		slices.Sort(needs)
		table[i].rule = of(func(get getter) value.Value {
			if v := get(f.name); !v.IsNull() {
				return v
			}
			if get("eventName").IsNull() {
				return value.Value{}
			}
			return rule(get)
		}, slices.Compact(needs)...)
	}
	return table
}

// orNull is a raw field, or the text null: in Security Lake's events every
// field of the class is there.
func orNull(name string) event.Derivation {
	return of(func(get getter) value.Value {
		if v := coalesce(get, name); !v.IsNull() {
			return v
		}
		return value.OfText("null")
	}, name)
}

func milliseconds(name string) event.Derivation {
	return of(func(get getter) value.Value {
		t, ok := event.ParseTime(get(name).String())
		if !ok {
			return value.Value{}
		}
		return value.OfInt(int(t * 1000))
	}, name)
}

// member is the JSON text of a part of the record.
func member(name string) event.Derivation {
	return of(func(get getter) value.Value {
		var found value.Value
		eachMember(rawBytes(get), func(key, v []byte) bool {
			if string(key) != name {
				return true
			}
			found = value.OfText(view(v))
			return false
		})
		return found
	}, "_raw")
}

// rawBytes returns the text of the record, which is not to be changed.
func rawBytes(get getter) []byte {
	text := get("_raw").String()
	return unsafe.Slice(unsafe.StringData(text), len(text))
}

func sourceAddress(get getter) value.Value {
	v := get("sourceIPAddress")
	if _, err := netip.ParseAddr(v.String()); err != nil {
		return value.Value{}
	}
	return v
}

func sourceDomain(get getter) value.Value {
	if v := get("sourceIPAddress"); !saysNothing(v) && sourceAddress(get).IsNull() {
		return v
	}
	return value.OfText("null")
}

func ocsfStatus(success, failure string) func(getter) value.Value {
	return func(get getter) value.Value {
		if outcome(get).String() == "success" {
			return value.OfText(success)
		}
		return value.OfText(failure)
	}
}

func isConsole(get getter) bool { return service(get) == "signin" }

func ocsfClass(console, other string) func(getter) value.Value {
	return func(get getter) value.Value {
		if isConsole(get) {
			return value.OfText(console)
		}
		return value.OfText(other)
	}
}

// activity returns the number and the word of what a call did. Source: OCSF,
// API Activity and Authentication, activity_id.
func activity(get getter) (int, string) {
	name := get("eventName").String()
	if isConsole(get) {
		if name == "ConsoleLogin" {
			return 1, "Logon"
		}
		return 99, "Other"
	}
	switch verbAction(name) {
	case "created":
		return 1, "Create"
	case "deleted":
		return 4, "Delete"
	case "modified", "started", "stopped", "restarted":
		return 3, "Update"
	}
	if get("readOnly").String() == "true" {
		return 2, "Read"
	}
	return 99, "Other"
}

func activityID(get getter) value.Value {
	id, _ := activity(get)
	return value.OfInt(id)
}

func activityName(get getter) value.Value {
	_, name := activity(get)
	return value.OfText(name)
}

func typeUID(get getter) value.Value {
	class, _ := strconv.Atoi(ocsfClass("3002", "6003")(get).String())
	id, _ := activity(get)
	return value.OfInt(class*100 + id)
}

func usedMFA(get getter) value.Value {
	switch get("additionalEventData.MFAUsed").String() {
	case "Yes":
		return value.OfText("true")
	case "No":
		return value.OfText("false")
	}
	return value.Value{}
}

// unmapped lists what OCSF has no place for, as pairs of name and value.
func unmapped(names bool) func(getter) value.Value {
	return func(get getter) value.Value {
		fields, _ := event.FlattenJSON(rawBytes(get))
		var list []value.Value
		for _, f := range fields {
			part, _, _ := strings.Cut(f.Name, ".")
			switch part {
			case "requestParameters", "responseElements", "additionalEventData":
			default:
				continue
			}
			for i := range f.Value.Len() {
				if names {
					list = append(list, value.OfText(f.Name))
				} else {
					list = append(list, f.Value.At(i))
				}
			}
		}
		return value.OfList(list)
	}
}
