package detection

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Bounds of texts, in characters. Source: contentctl, which counts what
// Splunk adds to a name.
const (
	maxName        = 99
	maxSearchName  = 67 // of what becomes a stanza of savedsearches.conf
	maxAuthor      = 255
	maxDescription = 10_000
	minProse       = 4 // of how_to_implement and known_false_positives
)

// common checks what content of all kinds has.
func (f *checked) common() {
	f.placeholders()
	f.length("name", 1, f.maxName())
	f.length("author", 1, maxAuthor)
	f.length("description", 1, maxDescription)
	if version, ok := f.root.Int("version"); ok && version < 0 {
		f.fail(ruleValue, f.root.Span("version"), "", "version: a number from 0 was expected, not %d", version)
	}
	if id := f.root.Text("id"); id != "" && !uuid.MatchString(id) {
		f.fail(ruleUUID, f.root.Span("id"), "", "%q is no UUID", id)
	}
	for _, key := range []string{"date", "creation_date", "modification_date"} {
		f.date(key)
	}
	switch f.kind {
	case escu.Stories, escu.Baselines:
		f.oneOf(f.root, "status", "production", "experimental", "deprecated")
	case escu.Macros, escu.Lookups:
		f.oneOf(f.root, "status", "production", "deprecated")
	}
}

// maxName is how long a name can be.
func (f *checked) maxName() int {
	if f.kind == escu.Detections && generationOf(f.root) == G3 {
		return maxSearchName
	}
	return maxName
}

// placeholder is what contentctl writes where something is to be filled in.
const placeholder = "__UPDATE__"

func (f *checked) placeholders() {
	for from := 0; ; {
		i := strings.Index(f.file.Source.Text[from:], placeholder)
		if i < 0 {
			return
		}
		at := diag.Span{Start: from + i, End: from + i + len(placeholder)}
		f.fail(rulePlaceholder, at, "", "%s is still to be filled in", placeholder)
		from = at.End
	}
}

// length checks how many characters the text of a key at the top has, if it is
// there.
func (f *checked) length(key string, least, most int) {
	text := f.root.Text(key)
	switch n := utf8.RuneCountInString(text); {
	case text == "":
	case n < least:
		f.fail(ruleLength, f.root.Span(key), "", "%s: at least %d characters were expected, not %d", key, least, n)
	case n > most:
		f.fail(ruleLength, f.root.Span(key), "", "%s: at most %d characters were expected, not %d", key, most, n)
	}
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$`)

func (f *checked) date(key string) {
	text := f.root.Text(key)
	if text == "" {
		return
	}
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil:
		f.fail(ruleDate, f.root.Span(key), "", "%s: a date as 2024-09-30 was expected, not %q", key, text)
	case !f.Now.IsZero() && day.After(f.Now.Add(24*time.Hour)): // somewhere it is tomorrow already
		f.fail(ruleDate, f.root.Span(key), "", "%s: %s is in the future", key, text)
	}
}

// oneOf checks that the texts of a key are among those known.
func (f *checked) oneOf(m *escu.Map, key string, known ...string) {
	for _, item := range m.Items(key) {
		if !slices.Contains(known, item.Text) {
			hint := diag.Suggest(item.Text, known)
			if hint == "" && len(known) <= 8 {
				hint = "choose " + strings.Join(known, ", ")
			}
			f.fail(ruleValue, item.Span, hint, "%s: %q is not known", key, item.Text)
		}
	}
}

// distinct checks that a list has nothing twice.
func (f *checked) distinct(m *escu.Map, key string) {
	seen := map[string]bool{}
	for _, item := range m.Items(key) {
		if seen[item.Text] {
			f.fail(ruleTwice, item.Span, "", "%s names %q twice", key, item.Text)
		}
		seen[item.Text] = true
	}
}

// nonEmpty checks that a list that is there has something in it.
func (f *checked) nonEmpty(m *escu.Map, where string, keys ...string) {
	for _, key := range keys {
		if m.Has(key) && len(m.Items(key)) == 0 && len(m.Maps(key)) == 0 {
			f.fail(ruleKey, m.Span(key), "", "%sthe list %s is empty", where, key)
		}
	}
}

func (f *checked) references() {
	for _, item := range f.root.Items("references") {
		u, err := url.Parse(item.Text)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			f.fail(ruleURL, item.Span, "", "a URL was expected, not %q", item.Text)
		}
	}
}

// What values of single keys can be. Source: contentctl.
var (
	securityDomains = []string{"access", "audit", "endpoint", "identity", "network", "threat"}
	products        = []string{
		"Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud", "Splunk Security Analytics for AWS", "Splunk Behavioral Analytics",
	}
	useCases = []string{
		"Fraud Detection", "Compliance", "Application Security", "Security Monitoring", "Advanced Threat Detection", "Insider Threat", "Other",
	}
	observableTypes = []string{
		"Unknown", "Hostname", "IP Address", "MAC Address", "User Name", "Email Address", "URL String", "File Name", "File Hash",
		"Process Name", "Resource UID", "Endpoint", "User", "Email", "Uniform Resource Locator", "File", "Process", "Geo Location",
		"Container", "Registry Key", "Registry Value", "Other",
	}
	threatTypes = []string{
		"certificate_common_name", "certificate_organization", "certificate_serial", "certificate_unit", "command", "domain",
		"email_address", "email_subject", "file_hash", "file_name", "file_path", "http_user_agent", "ip_address", "process",
		"process_name", "parent_process", "parent_process_name", "process_hash", "registry_path", "registry_value_name",
		"registry_value_text", "service", "signature", "system", "tls_hash", "url",
	}
	cveID = regexp.MustCompile(`^CVE-\d{4}-\d{4,7}$`)
	// Long ago these came into use with fewer digits.
	looseCVE = regexp.MustCompile(`^CVE-[12|]\d{3}-\d+$`)
)

// vocabulary checks the values that detections choose from lists.
func (f *checked) vocabulary(generation Generation, annotations *escu.Map) {
	f.oneOf(annotations, "security_domain", securityDomains...)
	f.nonEmpty(annotations, "", "product", "required_fields")
	form := looseCVE
	if generation == G4 {
		form = cveID
	}
	for _, item := range annotations.Items("cve") {
		if !form.MatchString(item.Text) {
			f.fail(ruleValue, item.Span, "", "cve: CVE-2021-44228 or alike was expected, not %q", item.Text)
		}
	}
	for _, item := range annotations.Items("atomic_guid") {
		if !uuid.MatchString(item.Text) {
			f.fail(ruleValue, item.Span, "", "atomic_guid: %q is no UUID", item.Text)
		}
	}
	if generation < G3 {
		return
	}
	f.oneOf(annotations, "product", products...)
	f.references()
	f.length("how_to_implement", minProse, maxDescription)
	f.length("known_false_positives", minProse, maxDescription)
	if enabled, _ := f.root.Bool("enabled_by_default"); enabled && (f.root.Text("status") != string(Production) || f.root.Text("type") == string(Hunting)) {
		f.fail(ruleValue, f.root.Span("enabled_by_default"), "", "enabled_by_default: only what is in production and no hunt can be")
	}
}
