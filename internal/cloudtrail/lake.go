package cloudtrail

import (
	"bytes"
	"encoding/json"

	"github.com/pugmark/pugmark/internal/event"
)

// Queries of CloudTrail Lake and Athena give their columns in lower case, and
// JSON inside a record as text. These are the names as CloudTrail writes them.
var (
	recordKeys = lowerCased(
		"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
		"userAgent", "errorCode", "errorMessage", "requestParameters", "responseElements", "additionalEventData",
		"requestID", "eventID", "readOnly", "resources", "eventType", "apiVersion", "managementEvent",
		"recipientAccountId", "serviceEventDetails", "sharedEventID", "annotation", "vpcEndpointId",
		"vpcEndpointAccountId", "eventCategory", "addendum", "sessionCredentialFromConsole", "edgeDeviceDetails",
		"tlsDetails", "insightDetails",
	)
	nestedKeys = lowerCased(
		"type", "principalId", "arn", "accountId", "invokedBy", "accessKeyId", "userName", "sessionContext",
		"attributes", "mfaAuthenticated", "creationDate", "sessionIssuer", "webIdFederationData",
		"federatedProvider", "ec2RoleDelivery", "sourceIdentity", "onBehalfOf", "userId", "identityStoreArn",
		"identityProvider", "credentialId", "inScopeOf", "sourceArn", "sourceAccount", "issuerType",
		"credentialsIssuedTo", "tlsVersion", "cipherSuite", "clientProvidedHostHeader", "reason", "updatedFields",
		"originalRequestID", "originalEventID",
	)
)

func lowerCased(names ...string) map[string]string {
	m := make(map[string]string, len(names))
	for _, name := range names {
		m[string(bytes.ToLower([]byte(name)))] = name
	}
	return m
}

// columnKind is how the value of a column is written into a record.
type columnKind uint8

const (
	columnText   columnKind = iota
	columnJSON              // JSON as text, keys as they are
	columnStruct            // a structure whose keys may be in lower case
)

func kindOf(name string) columnKind {
	switch name {
	case "requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "insightDetails":
		return columnJSON
	case "userIdentity", "resources", "tlsDetails", "sessionContext", "addendum", "edgeDeviceDetails":
		return columnStruct
	}
	return columnText
}

// lakeRow makes the cut of an object with CloudTrail's keys in lower case.
func (r *Reader) lakeRow(object []byte) {
	from := len(r.arena)
	out := append(r.arena, '{')
	eachMember(object, func(name, v []byte) bool {
		if string(v) == "null" {
			return true
		}
		proper, ok := recordKeys[string(name)]
		if !ok {
			out = appendMember(out, view(name), v)
			return true
		}
		switch kindOf(proper) {
		case columnStruct:
			out = appendMember(out, proper, nil)
			out = appendNested(out, v, 0)
			return true
		case columnJSON:
			if raw, ok := stringText(v); ok {
				r.aside = event.AppendUnescaped(r.aside[:0], raw)
				if isWhole(r.aside) && json.Valid(r.aside) {
					v = r.aside
				}
			}
		}
		out = appendMember(out, proper, v)
		return true
	})
	r.arena = append(out, '}')
	r.cut.Text, r.cut.Plain = r.arena[from:len(r.arena):len(r.arena)], false
	r.cut.Meta.Sourcetype = Sourcetype
}

// appendMember appends a key, as it is written between its quotes, and the
// JSON of its value.
func appendMember(out []byte, name string, v []byte) []byte {
	if out[len(out)-1] != '{' {
		out = append(out, ',')
	}
	out = append(out, '"')
	out = append(out, name...)
	out = append(out, '"', ':')
	return append(out, v...)
}

// maxNested bounds how deep names are put right.
const maxNested = 20

// appendNested appends JSON with the keys named as CloudTrail does and without
// members that are null: a query gives those for every part that a record does
// not have.
func appendNested(out, v []byte, depth int) []byte {
	switch {
	case depth > maxNested:
		return append(out, v...)
	case v[0] == '{':
		out = append(out, '{')
		eachMember(v, func(name, v []byte) bool {
			if string(v) == "null" {
				return true
			}
			proper, ok := nestedKeys[string(name)]
			if !ok {
				proper = view(name)
			}
			out = appendMember(out, proper, nil)
			out = appendNested(out, v, depth+1)
			return true
		})
		return append(out, '}')
	case v[0] == '[':
		out = append(out, '[')
		eachElement(v, func(e []byte) {
			if out[len(out)-1] != '[' {
				out = append(out, ',')
			}
			out = appendNested(out, e, depth+1)
		})
		return append(out, ']')
	}
	return append(out, v...)
}

// appendQuoted appends text as a JSON string.
func appendQuoted(out, text []byte) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, '\\', 'n')
		case c < 0x20:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
