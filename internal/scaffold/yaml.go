package scaffold

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/detection"
)

// yamlWriter writes YAML in the order of its calls.
type yamlWriter struct {
	strings.Builder
	indent string
}

func (w *yamlWriter) line(format string, args ...any) {
	w.WriteString(w.indent + fmt.Sprintf(format, args...) + "\n")
}

func (w *yamlWriter) set(key, value string) { w.line("%s: %s", key, quoted(value)) }

func (w *yamlWriter) list(key string, values []string) {
	if len(values) == 0 {
		w.line("%s: []", key)
		return
	}
	w.line("%s:", key)
	for _, v := range values {
		w.line("- %s", quoted(v))
	}
}

// block writes a text of several lines, kept as they are.
func (w *yamlWriter) block(key, text string) {
	w.line("%s: |-", key)
	for line := range strings.SplitSeq(text, "\n") {
		w.line("%s", strings.TrimRight("  "+line, " "))
	}
}

// within writes what belongs below a key.
func (w *yamlWriter) within(key string, f func()) {
	w.line("%s:", key)
	w.indent += "  "
	f()
	w.indent = w.indent[2:]
}

// entry writes a mapping as an entry of a list: a dash takes the place of the
// indentation of its first line.
func (w *yamlWriter) entry(f func()) {
	outer := w.indent
	start := w.Len()
	w.indent += "  "
	f()
	w.indent = outer
	text := w.String()
	w.Reset()
	w.WriteString(text[:start] + outer + "- " + strings.TrimPrefix(text[start:], outer+"  "))
}

var plainScalar = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_ ./()-]*$`)

// quoted writes a value as YAML reads it back: plain where that is beyond
// doubt, in single quotes where it is one line, else in double quotes, whose
// escapes are those of JSON.
func quoted(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan":
		return "'" + s + "'"
	}
	switch {
	case plainScalar.MatchString(s) && !strings.HasSuffix(s, " "):
		return s
	case strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 && utf8.ValidString(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a text is always written
	}
	// JSON leaves these as they are. YAML refuses the first, and takes the second
	// for the end of a line.
	return strings.NewReplacer("\x7f", `\u007f`, "\u0085", `\u0085`, "\ufeff", `\ufeff`).Replace(strings.TrimSuffix(b.String(), "\n"))
}

func (d *draft) yaml() []byte {
	w := &yamlWriter{}
	w.set("name", d.Name)
	w.line("id: %s", d.UUID())
	w.line("version: 1")
	if d.Form == G4 {
		w.line("creation_date: '%s'", d.Date)
		w.line("modification_date: '%s'", d.Date)
	} else {
		w.line("date: '%s'", d.Date)
	}
	w.set("author", d.Author)
	w.line("status: production")
	w.set("type", string(d.Type))
	w.line("# What it finds, and why that matters.")
	w.set("description", d.Description)
	w.list("data_source", some(d.DataSource))
	w.block("search", d.Search)
	w.line("# Which logs must be read, and what must be set up.")
	w.set("how_to_implement", "Read CloudTrail management events of every account and region.")
	w.line("# What harmless activity is found too, and how to tell it apart.")
	w.set("known_false_positives", "None are known yet.")
	w.list("references", nil)
	if d.Type != detection.Hunting {
		d.drilldowns(w)
	}
	if d.Form == G4 {
		d.tagsG4(w)
	} else {
		d.tagsG2(w)
	}
	d.tests(w)
	return []byte(w.String())
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (d *draft) drilldowns(w *yamlWriter) {
	field := "user"
	if len(d.RiskObjects) > 0 {
		field = d.RiskObjects[0].Field
	} else if len(d.columns) > 0 {
		field = d.columns[0]
	}
	w.line("drilldown_searches:")
	w.entry(func() {
		w.set("name", fmt.Sprintf(`View the results of the detection for "$%s$"`, field))
		w.set("search", fmt.Sprintf(`%%original_detection_search%% | search %s = "$%s$"`, field, field))
		w.set("earliest_offset", "$info_min_time$")
		w.set("latest_offset", "$info_max_time$")
	})
	w.entry(func() {
		w.set("name", fmt.Sprintf(`View what else "$%s$" did in the last 7 days`, field))
		w.set("search", fmt.Sprintf("`cloudtrail` %s = \"$%s$\" | stats count min(_time) as firstTime max(_time) as lastTime by eventName", field, field))
		w.set("earliest_offset", "-7d@d")
		w.set("latest_offset", "now")
	})
}

func products() []string {
	return []string{"Splunk Enterprise", "Splunk Enterprise Security", "Splunk Cloud"}
}

// tagsG2 writes the tags of the second generation. Roles decide what an
// observable is: a victim is at risk, an attacker threatens.
func (d *draft) tagsG2(w *yamlWriter) {
	w.within("tags", func() {
		w.list("analytic_story", d.Stories)
		w.set("asset_type", d.AssetType)
		w.line("confidence: %d", d.Confidence)
		w.line("impact: %d", d.Impact)
		w.line("risk_score: %d # impact × confidence / 100", d.score)
		message := d.Message
		if message == "" {
			message = d.Name
		}
		w.set("message", message)
		w.list("mitre_attack_id", d.Techniques)
		if len(d.RiskObjects)+len(d.Threats) == 0 {
			w.list("observable", nil)
		} else {
			w.line("observable:")
		}
		for _, o := range d.RiskObjects {
			d.observable(w, o.Field, map[string]string{"user": "User", "system": "Hostname"}[o.Type], "Victim")
		}
		for _, t := range d.Threats {
			d.observable(w, t.Field, map[string]string{"ip_address": "IP Address", "url": "URL String", "process": "Process", "file_name": "File Name"}[t.Type], "Attacker")
		}
		w.list("product", products())
		w.list("required_fields", d.required)
		w.set("security_domain", d.SecurityDomain)
	})
}

func (d *draft) observable(w *yamlWriter, field, kind, role string) {
	if kind == "" {
		kind = "Other"
	}
	w.entry(func() {
		w.set("name", field)
		w.set("type", kind)
		w.list("role", []string{role})
	})
}

// tagsG4 writes what the fourth generation has at the top level instead.
func (d *draft) tagsG4(w *yamlWriter) {
	w.set("security_domain", d.SecurityDomain)
	w.list("product", products())
	w.list("analytic_story", d.Stories)
	w.list("mitre_attack_id", d.Techniques)
	w.set("asset_type", d.AssetType)
	w.set("category", d.Category)
	w.set("schedule", "Default EventBasedDetection")
	objects := d.RiskObjects
	if d.Type == detection.TTP {
		w.within("finding", func() {
			w.set("title", d.Message)
			w.within("entity", func() { d.entity(w, objects[0]) })
		})
		objects = objects[1:]
	}
	if len(objects) > 0 {
		w.within("intermediate_findings", func() {
			w.line("entities:")
			for _, o := range objects {
				w.entry(func() {
					d.entity(w, o)
					w.set("message", d.Message)
				})
			}
		})
	}
	if len(d.Threats) > 0 {
		w.line("threat_objects:")
		for _, t := range d.Threats {
			w.entry(func() {
				w.set("field", t.Field)
				w.set("type", t.Type)
			})
		}
	}
}

func (d *draft) entity(w *yamlWriter, o detection.RiskObject) {
	w.set("field", o.Field)
	w.set("type", o.Type)
	w.line("score: %d", d.score)
}

func (d *draft) tests(w *yamlWriter) {
	w.line("tests:")
	w.entry(func() {
		w.set("name", "Finds the sample event")
		if d.Form == G4 {
			w.line("test_type: unit")
			w.line("expected_results: 1")
		}
		w.line("# An event as CloudTrail writes it; put a real one in its place.")
		w.line("attack_data:")
		w.entry(func() {
			w.set("data", d.sample())
			w.set("source", "aws_cloudtrail")
			w.line("sourcetype: aws:cloudtrail")
		})
	})
}

func (d *draft) macro() []byte {
	w := &yamlWriter{}
	w.set("name", d.filter())
	w.line("definition: search *")
	w.set("description", "What to leave out of the results of "+d.Name+"; nothing unless redefined.")
	return []byte(w.String())
}

func (d *draft) dataSource() []byte {
	w := &yamlWriter{}
	w.set("name", d.DataSource)
	w.line("id: %s", d.UUID())
	w.line("version: 1")
	w.line("date: '%s'", d.Date)
	w.set("author", d.Author)
	w.set("description", "CloudTrail's record of a call of "+d.EventName+".")
	w.set("source", "aws_cloudtrail")
	w.line("sourcetype: aws:cloudtrail")
	w.set("separator", "eventName")
	w.set("separator_value", d.EventName)
	w.list("supported_TA", nil)
	w.list("fields", d.required)
	w.set("example_log", strings.TrimSpace(string(d.event())))
	return []byte(w.String())
}

// event is a record as CloudTrail writes it, of an account and an address set
// aside for documentation.
func (d *draft) event() []byte {
	source, name := d.EventSource, d.EventName
	if source == "" {
		source = "ec2.amazonaws.com"
	}
	if name == "" {
		name = "ExampleEvent"
	}
	return fmt.Appendf(nil, `{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"alice"},`+
		`"eventTime":"%sT00:00:00Z","eventSource":%q,"eventName":%q,"awsRegion":"us-east-1","sourceIPAddress":"203.0.113.24","userAgent":"aws-cli/2.17.20",`+
		`"requestParameters":null,"responseElements":null,"requestID":"00000000-0000-4000-8000-000000000001","eventID":"00000000-0000-4000-8000-000000000002",`+
		`"readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`+"\n", d.Date, source, name)
}
