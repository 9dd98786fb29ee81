// Package export writes detections in the forms of other tools: Splunk's
// savedsearches.conf and whole apps, metadata in the words of Sigma and OCSF, and layers of
// the ATT&CK Navigator.
//
// It runs nothing and writes no files; texts of content are anyone's, and none
// of them can break out of its place in the result. Start reading at
// [SavedSearches], [App], [Metadata] and [Navigator].
package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/risk"
)

// SavedSearches returns a stanza of savedsearches.conf for each detection, as
// contentctl names and fills them, with the label of an app before the name.
// Searches are disabled, as shipped content is. Macros and lookups are not
// replaced: they belong into files of their own, which [App] writes.
func SavedSearches(all []*detection.Detection, app string) []byte {
	var b bytes.Buffer
	for i, d := range all {
		if i > 0 {
			b.WriteByte('\n')
		}
		s := stanza{b: &b}
		s.detection(d, app)
	}
	return b.Bytes()
}

// stanza writes one stanza. Each value stands on a line, its line breaks
// escaped by a backslash. Source: Splunk, "About configuration files".
type stanza struct{ b *bytes.Buffer }

func (s stanza) set(key, value string) {
	fmt.Fprintf(s.b, "%s = %s\n", key, confValue(value))
}

func (s stanza) setJSON(key string, value any) { s.set(key, compact(value)) }

func (s stanza) detection(d *detection.Detection, app string) {
	name := fmt.Sprintf("%s - %s - Rule", app, d.Name)
	fmt.Fprintf(s.b, "[%s]\n", confName(name))
	s.set("description", d.Description)
	s.risk(d)
	s.correlation(d, name)
	s.notable(d)
	s.actions(d)
	s.schedule(d.When())
	s.suppress(d.Throttle)
	s.set("disabled", "true")
	s.set("is_visible", "false")
	s.set("search", d.Search.Text)
}

func (s stanza) risk(d *detection.Detection) {
	if !d.Does().Risk {
		return
	}
	entries := []map[string]any{}
	for _, o := range d.Risk.Objects {
		entries = append(entries, map[string]any{"risk_object_field": o.Field, "risk_object_type": o.Type, "risk_score": o.Score})
	}
	for _, t := range d.Risk.Threats {
		entries = append(entries, map[string]any{"threat_object_field": t.Field, "threat_object_type": t.Type})
	}
	s.set("action.risk", "1")
	s.set("action.risk.param._risk_message", d.Risk.Message)
	s.setJSON("action.risk.param._risk", entries)
	s.set("action.risk.param._risk_score", "0") // each risk object has its own
}

func (s stanza) correlation(d *detection.Detection, name string) {
	s.set("action.correlationsearch.enabled", "1")
	s.set("action.correlationsearch.detection_type", "ebd")
	s.set("action.correlationsearch.label", name)
	s.setJSON("action.correlationsearch.annotations", annotations(d))
	s.setJSON("action.correlationsearch.metadata", metadata(d))
}

// annotations are those that Enterprise Security shows, by their keys there.
// Keys without a value are left out.
func annotations(d *detection.Detection) map[string]any {
	a := d.Annotations()
	m := map[string]any{"type": string(d.Type), "type_list": []string{string(d.Type)}}
	for key, values := range map[string][]string{
		"analytic_story": a.Stories, "cis20": a.CIS20, "cve": a.CVE, "data_source": d.DataSources,
		"kill_chain_phases": a.KillChainPhases, "mitre_attack": a.Techniques, "nist": a.NIST,
	} {
		if len(values) > 0 {
			m[key] = values
		}
	}
	return m
}

func metadata(d *detection.Detection) map[string]any {
	deprecated := "0"
	if d.Status == detection.Deprecated {
		deprecated = "1"
	}
	m := map[string]any{"deprecated": deprecated, "detection_id": d.ID, "detection_version": fmt.Sprint(d.Version)}
	if t, err := time.Parse(time.DateOnly, d.Date); err == nil {
		m["publish_time"] = t.Unix()
	}
	return m
}

// notable is the finding that TTPs and Correlations raise, unless their
// deployment says otherwise.
func (s stanza) notable(d *detection.Detection) {
	n := d.Does().Notable
	if n == nil {
		return
	}
	title, severity := filled(n.Title, d), string(risk.SeverityOfScore(d.Risk.Score))
	if d.Type == detection.Correlation {
		title, severity = "RBA: "+title, string(risk.High)
	}
	fields := n.Fields
	if fields == nil {
		fields = nesFields(d)
	}
	s.set("action.notable", "1")
	s.set("action.notable.param.rule_title", title)
	s.set("action.notable.param.rule_description", filled(n.Description, d))
	s.set("action.notable.param.nes_fields", strings.Join(fields, ","))
	s.set("action.notable.param.security_domain", d.SecurityDomain)
	s.set("action.notable.param.severity", severity)
	if len(d.Drilldowns) > 0 {
		s.setJSON("action.notable.param.drilldown_searches", drilldowns(d))
	}
	s.set("action.notable.param._entities", "N/A")
}

// filled replaces what a deployment writes for what a detection says.
func filled(text string, d *detection.Detection) string {
	return strings.NewReplacer("%name%", d.Name, "%description%", d.Description, "%type%", string(d.Type), "%id%", d.ID).Replace(text)
}

// actions are those that a deployment asks for besides.
func (s stanza) actions(d *detection.Detection) {
	does := d.Does()
	if e := does.Email; e != nil {
		s.set("action.email", "1")
		s.set("action.email.to", e.To)
		s.set("action.email.subject.alert", filled(e.Subject, d))
		s.set("action.email.message.alert", filled(e.Message, d))
		s.set("action.email.useNSSubject", "1")
	}
	if c := does.Slack; c != nil {
		s.set("action.slack", "1")
		s.set("action.slack.param.channel", c.Channel)
		s.set("action.slack.param.message", filled(c.Message, d))
	}
	if p := does.Phantom; p != nil {
		s.set("action.sendtophantom", "1")
		s.setJSON("action.sendtophantom.param._cam_workers", []string{p.Workers})
		s.set("action.sendtophantom.param.label", p.Label)
		s.set("action.sendtophantom.param.phantom_server", p.Server)
		s.set("action.sendtophantom.param.sensitivity", p.Sensitivity)
		s.set("action.sendtophantom.param.severity", p.Severity)
	}
}

// nesFields are the fields that a finding is grouped and shown by: what it
// concerns.
func nesFields(d *detection.Detection) []string {
	var fields []string
	for _, o := range d.Risk.Objects {
		if !slices.Contains(fields, o.Field) {
			fields = append(fields, o.Field)
		}
	}
	if fields == nil {
		return []string{"user", "dest"}
	}
	return fields
}

// drilldowns names the searches that lead on. The placeholder for the search
// itself is filled here, as contentctl does; nothing does so later.
func drilldowns(d *detection.Detection) []map[string]any {
	var all []map[string]any
	for _, drill := range d.Drilldowns {
		all = append(all, map[string]any{
			"name": drill.Name, "search": strings.ReplaceAll(drill.Search, "%original_detection_search%", d.Search.Text),
			"earliest_offset": orNull(drill.Earliest), "latest_offset": orNull(drill.Latest),
		})
	}
	return all
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// schedule says when the search runs, and that every result counts.
func (s stanza) schedule(when detection.Schedule) {
	s.set("cron_schedule", when.Cron)
	s.set("dispatch.earliest_time", when.Earliest)
	s.set("dispatch.latest_time", when.Latest)
	s.set("schedule_window", when.Window)
	s.set("enableSched", "1")
	s.set("allow_skew", "100%")
	s.set("counttype", "number of events")
	s.set("relation", "greater than")
	s.set("quantity", "0")
}

// suppress drops results like earlier ones. That works by field only where each
// result is an alert of its own.
func (s stanza) suppress(t *detection.Throttle) {
	if t == nil {
		s.set("alert.digest_mode", "1")
		return
	}
	s.set("alert.digest_mode", "0")
	s.set("alert.suppress", "1")
	s.set("alert.suppress.fields", strings.Join(t.Fields, ","))
	s.set("alert.suppress.period", t.Period)
}

// confValue writes a value: a line that goes on ends in a backslash, and no
// line ends in one otherwise.
func confValue(s string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
	for i, line := range lines {
		line = strings.TrimRight(strings.Map(printable, line), " ")
		if strings.HasSuffix(line, `\`) {
			line += " "
		}
		lines[i] = line
	}
	for len(lines) > 1 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\\\n")
}

// confName writes the name of a stanza, which stands on one line and has no
// brackets: the first one would end it.
func confName(s string) string {
	s = strings.Join(strings.Fields(strings.Map(printable, strings.ReplaceAll(s, "\n", " "))), " ")
	return strings.NewReplacer("[", "(", "]", ")").Replace(s)
}

// printable drops control characters, which no setting needs.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return r
	case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
		return ' '
	}
	return r
}

// compact writes JSON on one line, its keys in byte order.
func compact(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // texts and numbers are always written
	}
	return strings.TrimSuffix(b.String(), "\n")
}
