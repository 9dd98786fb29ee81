package oracle

import "strings"

// addOn adds the fields that Splunk's add-on for AWS computes, to what looks
// like a CloudTrail record. It knows those whose rule is plain; a search that
// names another one is refused, see certain.
func addOn(r *row) {
	if r.get("eventSource").isNull() || r.get("eventName").isNull() || r.get("eventVersion").isNull() && r.get("userIdentity.type").isNull() {
		return
	}
	for name, sources := range map[string][]string{
		"aws_account_id":  {"recipientAccountId", "userIdentity.accountId"},
		"vendor_account":  {"userIdentity.accountId", "recipientAccountId"},
		"region":          {"awsRegion"},
		"vendor_region":   {"awsRegion"},
		"src":             {"sourceIPAddress"},
		"src_ip":          {"sourceIPAddress"},
		"user_agent":      {"userAgent"},
		"user_arn":        {"userIdentity.arn"},
		"user_id":         {"userIdentity.principalId"},
		"user_type":       {"userIdentity.type"},
		"user_access_key": {"userIdentity.accessKeyId"},
		"app":             {"eventType"},
		"command":         {"eventName"},
		"signature":       {"eventName"},
		"dest":            {"eventSource"},
		"dvc":             {"eventSource"},
		"start_time":      {"eventTime"},
	} {
		for _, source := range sources {
			if v := r.get(source); !v.isNull() {
				r.set(name, v)
				break
			}
		}
	}
	if r.get("errorCode").isNull() {
		r.set("errorCode", text("success"))
	}
	if name := userName(r); !name.isNull() {
		r.set("user_name", name)
		r.set("userName", name)
	}
	if r.get("sourcetype").isNull() {
		r.set("sourcetype", text("aws:cloudtrail"))
	}
}

// userName is the name of the user, or of the role that was assumed, or that
// of its session.
func userName(r *row) val {
	for _, name := range []string{"userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName"} {
		if v := r.get(name); !v.isNull() {
			return v
		}
	}
	arn, _ := r.get("userIdentity.arn").single()
	if parts := strings.Split(arn, "/"); len(parts) == 3 && strings.HasSuffix(parts[0], ":assumed-role") {
		return text(parts[2])
	}
	if kind, _ := r.get("userIdentity.type").single(); kind == "Root" {
		return text("root")
	}
	return nil
}
