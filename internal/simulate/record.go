package simulate

import "strings"

// apiVersion is told by a few services only.
func apiVersion(source string) string {
	switch source {
	case "logs":
		return "20140328"
	case "dynamodb":
		return "2012-08-10"
	case "lambda":
		return "2015-03-31"
	}
	return ""
}

// record appends the record of a call by the actor of the scene. f is the
// error that it ends with, nil if it succeeds.
func (s *scene) record(b []byte, c *call, f *failure) []byte {
	b = append(append(b, `{"eventVersion":"`...), c.version...)
	b = s.who.identity.append(s, append(b, `","userIdentity":`...))
	b = appendTime(append(b, `,"eventTime":"`...), s.now)
	b = c.parts.head.append(s, append(b, `",`...))
	b = append(append(b, `,"awsRegion":"`...), s.region...)
	b = append(append(b, `","sourceIPAddress":"`...), s.address...)
	b = append(append(b, `","userAgent":"`...), s.agent...)
	if strings.HasPrefix(s.agent, "aws-cli/2") {
		b = append(b, c.command...)
	}
	b = append(b, '"')
	if f != nil {
		b = f.append(s, b)
	}
	b = c.parts.request.append(s, append(b, `,"requestParameters":`...))
	b = append(b, `,"responseElements":`...)
	switch {
	case f == nil:
		b = c.parts.response.append(s, b)
	case c.kind == signIn:
		b = append(b, `{"ConsoleLogin":"Failure"}`...)
	default:
		b = append(b, "null"...)
	}
	if c.extra != "" {
		b = c.parts.extra.append(s, append(b, `,"additionalEventData":`...))
	}
	if c.kind != happening && c.kind != signIn {
		b = append(append(append(b, `,"requestID":"`...), s.requestID[:]...), '"')
	}
	b = append(append(b, `,"eventID":"`...), s.eventID[:]...)
	b = append(b, `","readOnly":`...)
	if c.readOnly() {
		b = append(b, "true"...)
	} else {
		b = append(b, "false"...)
	}
	if c.resources != "" {
		b = c.parts.resources.append(s, append(b, `,"resources":`...))
	}
	b = append(append(append(b, `,"eventType":"`...), eventType(c.kind)...), '"')
	if v := apiVersion(c.source); v != "" {
		b = append(append(append(b, `,"apiVersion":"`...), v...), '"')
	}
	category := "Management"
	if c.isData() {
		b = append(b, `,"managementEvent":false`...)
		category = "Data"
	} else {
		b = append(b, `,"managementEvent":true`...)
	}
	b = append(append(b, `,"recipientAccountId":"`...), s.account.id...)
	if s.who.kind == "AWSService" || s.who.kind == "AWSAccount" {
		b = appendUUID(append(b, `","sharedEventID":"`...), s.dice.uint64(), s.dice.uint64())
	}
	b = append(b, '"')
	if c.details != "" {
		b = c.parts.details.append(s, append(b, `,"serviceEventDetails":`...))
	}
	b = append(append(append(b, `,"eventCategory":"`...), category...), '"')
	return append(s.connection(b, c), '}')
}

// connection appends how the call reached the service.
func (s *scene) connection(b []byte, c *call) []byte {
	who := s.who
	if who.endpoint != "" && c.kind != signIn {
		b = append(append(append(b, `,"vpcEndpointId":"`...), who.endpoint...), '"')
		b = append(append(append(b, `,"vpcEndpointAccountId":"`...), s.account.id...), '"')
	}
	if !who.noTLS && c.kind != happening {
		version, suite := `TLSv1.3`, `TLS_AES_128_GCM_SHA256`
		if strings.HasPrefix(s.agent, "aws-sdk-java/1.") {
			version, suite = `TLSv1.2`, `ECDHE-RSA-AES128-GCM-SHA256`
		}
		b = append(append(b, `,"tlsDetails":{"tlsVersion":"`...), version...)
		b = append(append(b, `","cipherSuite":"`...), suite...)
		b = append(b, `","clientProvidedHostHeader":"`...)
		switch {
		case c.kind == signIn:
			b = append(b, "signin.aws.amazon.com"...)
		case c.global:
			b = append(append(b, c.source...), ".amazonaws.com"...)
		default:
			b = append(append(append(append(b, c.source...), '.'), s.region...), ".amazonaws.com"...)
		}
		b = append(b, `"}`...)
	}
	if who.console && c.kind != signIn {
		b = append(b, `,"sessionCredentialFromConsole":"true"`...)
	}
	return b
}

func (f *failure) append(s *scene, b []byte) []byte {
	if f.code != "" {
		b = append(append(append(b, `,"errorCode":"`...), f.code...), '"')
	}
	return append(f.message.append(s, append(b, `,"errorMessage":"`...)), '"')
}

func eventType(k kind) string {
	switch k {
	case happening:
		return "AwsServiceEvent"
	case signIn:
		return "AwsConsoleSignIn"
	}
	return "AwsApiCall"
}
