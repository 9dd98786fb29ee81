package detection

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// oftenAbsent are fields of CloudTrail's events, raw and of the add-on, that
// many events lack, and why. A name that ends in a dot is a beginning. Source:
// AWS, CloudTrail userIdentity element and record contents.
var oftenAbsent = []struct{ field, why string }{
	{"userIdentity.arn", "calls of AWS services and of other accounts have no ARN"},
	{"user_arn", "calls of AWS services and of other accounts have no ARN"},
	{"userIdentity.principalId", "calls of AWS services have no principal"},
	{"user_id", "calls of AWS services have no principal"},
	{"userIdentity.accountId", "calls of AWS services have no account of their own"},
	{"user_group_id", "calls of AWS services have no account of their own"},
	{"userIdentity.userName", "roles, AWS services and the root user have no user name"},
	{"user_name", "AWS services and callers of other accounts have no name"},
	{"userName", "AWS services and callers of other accounts have no name"},
	{"userIdentity.accessKeyId", "AWS services and many sign-ins use no access key"},
	{"user_access_key", "AWS services and many sign-ins use no access key"},
	{"userIdentity.sessionContext.", "only callers with a session have it: users with keys of their own do not"},
	{"userIdentity.invokedBy", "only calls that an AWS service made for someone have it"},
	{"errorMessage", "only calls that failed have it"},
	{"reason", "only calls that failed have it"},
	{"result", "only calls that failed have it"},
	{"result_id", "only calls that failed have it"},
	{"desc", "only calls that failed have it"},
	{"responseElements.", "calls that failed, and most that only read, answer nothing"},
	{"resources{}.", "only some services list resources"},
	{"vpcEndpointId", "only calls through a VPC endpoint have it"},
	{"sharedEventID", "only events that several accounts got have it"},
	{"sessionCredentialFromConsole", "only sessions of the console have it"},
}

// alwaysAnswered is in the answer of every sign-in.
const alwaysAnswered = "responseElements.ConsoleLogin"

// absence returns why events often lack a field, "" if they do not.
func (l *linter) absence(name string) string {
	event := l.flow.event(name)
	if event == alwaysAnswered {
		return ""
	}
	for _, f := range oftenAbsent {
		if event == f.field || strings.HasSuffix(f.field, ".") && strings.HasPrefix(event, f.field) {
			return f.why
		}
	}
	if l.flow.optional[event] {
		return "it is asked for on one side of an OR only"
	}
	return ""
}

// perCall reports whether a field is one of those that differ from call to
// call.
func perCall(event string) bool {
	return strings.HasPrefix(event, "requestParameters.") || strings.HasPrefix(event, "responseElements.") || strings.HasPrefix(event, "additionalEventData.")
}

// fixedFields are fields of events that hold one of a few values.
var fixedFields = []string{
	"userIdentity.type", "user_type", "requestParameters.attributeType", "requestParameters.attributeName", "responseElements.ConsoleLogin",
	"additionalEventData.MFAUsed", "status", "action", "readOnly", "eventType", "eventCategory",
	"userIdentity.sessionContext.attributes.mfaAuthenticated",
}

// enumerated reports whether a field holds one of a few values: those above,
// and the groups that something is shared with.
func (l *linter) enumerated(name string) bool {
	event := l.flow.event(name)
	return slices.Contains(fixedFields, event) || perCall(event) && (strings.HasSuffix(event, ".group") || strings.HasSuffix(event, ".groups{}"))
}

// matches looks for patterns of match and like that a fixed value need not be
// whole for.
func (l *linter) matches(c *spl.Command, expr spl.Expr) {
	pattern := func(e, field, pattern spl.Expr, trim string) {
		ref, is := field.(*spl.FieldRef)
		text, literal := pattern.(*spl.StringLit)
		if !is || !literal || !l.enumerated(ref.Name) {
			return
		}
		plain := strings.Trim(text.Value, trim)
		if text.Value == trim+plain+trim && isPlainText(plain) {
			l.found(lintMatch, c, e.Span(), `match(`+spl.ExprString(field)+`, "^`+plain+`$")`,
				spl.Quote(text.Value)+" fits every value that holds "+plain+", and "+ref.Name+" holds fixed values")
		}
	}
	visitExpr(expr, func(x spl.Expr) {
		switch e := x.(type) {
		case *spl.Call:
			switch {
			case len(e.Args) != 2:
			case e.Name == "match":
				pattern(e, e.Args[0], e.Args[1], "")
			case e.Name == "like":
				pattern(e, e.Args[0], e.Args[1], "%")
			}
		case *spl.Binary:
			if e.Op == "LIKE" {
				pattern(e, e.X, e.Y, "%")
			}
		}
	})
}

// isPlainText reports whether a pattern is a text: no pattern at all.
func isPlainText(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == ' ' || r == ':')
	})
}
