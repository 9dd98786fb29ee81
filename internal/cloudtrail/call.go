package cloudtrail

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/value"
)

// callNeeds are the raw fields by which it is told what a call did.
var callNeeds = []string{
	"eventName", "eventSource", "eventCategory", "readOnly", "managementEvent", "errorCode", "errorMessage",
	"responseElements.ConsoleLogin", "serviceEventDetails.UserAuthentication", "serviceEventDetails.CredentialVerification",
}

// callKind is what a call is to the data models.
type callKind uint8

const (
	neither callKind = iota
	change
	signIn
)

// signIns are the calls by which someone gets credentials or a session.
var signIns = []string{
	"ConsoleLogin", "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot",
	"GetSessionToken", "GetFederationToken", "UserAuthentication", "CredentialVerification",
}

func kindOfCall(get getter) callKind {
	name := get("eventName").String()
	switch {
	case slices.Contains(signIns, name):
		return signIn
	case name == "" || get("managementEvent").String() == "false":
		return neither
	}
	switch get("eventCategory").String() {
	case "", "null", "Management":
	default:
		return neither // data, network activity, insights
	}
	switch get("readOnly").String() {
	case "false":
		return change
	case "true":
		return neither
	}
	// Older records do not say whether a call only reads.
	if verbAction(name) != "" {
		return change
	}
	return neither
}

// actions tells by the verb of a call what it did, in CIM's words.
var actions = map[string]string{
	"Create": "created", "Run": "created", "Allocate": "created", "Copy": "created", "Import": "created", "Register": "created",
	"Restore": "created", "Request": "created", "Purchase": "created", "Upload": "created",
	"Delete": "deleted", "Terminate": "deleted", "Deregister": "deleted", "Release": "deleted", "Cancel": "deleted",
	"Put": "modified", "Modify": "modified", "Update": "modified", "Set": "modified", "Attach": "modified", "Detach": "modified",
	"Add": "modified", "Remove": "modified", "Authorize": "modified", "Revoke": "modified", "Enable": "modified",
	"Disable": "modified", "Associate": "modified", "Disassociate": "modified", "Change": "modified", "Reset": "modified",
	"Replace": "modified", "Tag": "modified", "Untag": "modified", "Deactivate": "modified", "Rotate": "modified",
	"Apply": "modified", "Publish": "modified",
	"Start": "started", "Stop": "stopped", "Reboot": "restarted",
}

// verbAction returns what a call of the name did, "" if its verb does not
// tell.
func verbAction(name string) string {
	end := 1
	for end < len(name) && name[end] >= 'a' && name[end] <= 'z' {
		end++
	}
	return actions[name[:min(end, len(name))]]
}

func action(get getter) value.Value {
	switch kindOfCall(get) {
	case signIn:
		return outcome(get)
	case change:
		if a := verbAction(get("eventName").String()); a != "" {
			return value.OfText(a)
		}
	}
	return value.Value{}
}

func status(get getter) value.Value {
	if kindOfCall(get) == neither {
		return value.Value{}
	}
	return outcome(get)
}

// outcome tells success from failure. A failed console login has no errorCode;
// its response says Failure.
func outcome(get getter) value.Value {
	for _, name := range []string{"responseElements.ConsoleLogin", "serviceEventDetails.UserAuthentication", "serviceEventDetails.CredentialVerification"} {
		if v := get(name); strings.EqualFold(v.String(), "Failure") {
			return value.OfText("failure")
		}
	}
	if coalesce(get, "errorCode").IsNull() {
		return value.OfText("success")
	}
	return value.OfText("failure")
}

// service returns the part of eventSource that names the service: ec2.
func service(get getter) string {
	name, _, _ := strings.Cut(get("eventSource").String(), ".")
	return name
}

func changeType(get getter) value.Value {
	if kindOfCall(get) == neither {
		return value.Value{}
	}
	switch s := service(get); s {
	case "":
		return value.Value{}
	case "iam", "sts", "signin", "sso", "identitystore":
		return value.OfText("AAA")
	default:
		return value.OfText(strings.ToUpper(s))
	}
}

func authenticationMethod(get getter) value.Value {
	switch get("eventName").String() {
	case "ConsoleLogin":
		switch {
		case !coalesce(get, "additionalEventData.SamlProviderArn").IsNull():
			return value.OfText("SAML")
		case get("additionalEventData.MFAUsed").String() == "Yes":
			return value.OfText("MFA")
		}
		return value.OfText("Password")
	case "AssumeRoleWithSAML":
		return value.OfText("SAML")
	case "AssumeRoleWithWebIdentity":
		return value.OfText("WebIdentity")
	}
	return value.Value{}
}

func eventTypes(get getter) value.Value {
	types := []string{"aws_cloudtrail"}
	switch kindOfCall(get) {
	case change:
		types = append(types, "aws_cloudtrail_change")
	case signIn:
		types = append(types, "aws_cloudtrail_authentication")
	}
	return value.OfTexts(types)
}

func tags(get getter) value.Value {
	list := []string{"cloud"}
	switch kindOfCall(get) {
	case signIn:
		list = append(list, "authentication")
	case change:
		list = append(list, "change")
		if s := service(get); s == "cloudtrail" {
			list = append(list, "audit")
		} else if tag := thingOf(get).tag; tag != "" {
			list = append(list, tag)
		}
	}
	return value.OfTexts(list)
}
