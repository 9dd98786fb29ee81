package detection

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// decoder reads one file.
type decoder struct {
	file  *escu.File
	notes diag.List
}

func (d *decoder) note(span diag.Span, hint, format string, args ...any) {
	d.notes = append(d.notes, &diag.Error{Source: d.file.Source, Span: span, Code: diag.BadContent, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// unknown notes the keys of a mapping that nobody asked for.
func (d *decoder) unknown(m *escu.Map, where string) {
	for _, key := range m.Unknown() {
		d.note(key.Span, "", "unknown key %q%s", key.Name, where)
	}
}

// finish returns the notes and the values of the wrong kind in the order of
// the file.
func (d *decoder) finish() diag.List {
	notes := append(d.notes, d.file.Problems()...)
	slices.SortStableFunc(notes, func(a, b *diag.Error) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return notes
}

// decode reads a detection. It fails only where there is nothing to run.
func decode(file *escu.File, filePath string) (*Detection, error) {
	root := file.Root
	d := &decoder{file: file}
	det := &Detection{
		File:                file.Source.Name,
		Generation:          generationOf(root),
		Name:                root.Text("name"),
		ID:                  strings.ToLower(root.Text("id")),
		Author:              root.Text("author"),
		Created:             root.Text("creation_date"),
		Date:                root.Text("date"),
		Description:         root.Text("description"),
		Search:              root.Scalar("search"),
		HowToImplement:      root.Text("how_to_implement"),
		KnownFalsePositives: root.Text("known_false_positives"),
		References:          root.Texts("references"),
		Category:            path.Base(path.Dir(filePath)),
	}
	switch {
	case det.Name == "":
		return nil, fatal(file, "name", "a detection has a name")
	case strings.TrimSpace(det.Search.Text) == "":
		return nil, fatal(file, "search", "the detection has no search")
	}
	if det.Generation == G4 {
		det.Date = root.Text("modification_date")
	}
	det.Version, _ = root.Int("version")
	if det.ID == "" {
		d.note(root.Span("name"), "give it a UUID, by which findings know it", "the detection has no id")
	}
	if det.Category == "." || det.Category == string(escu.Detections) {
		det.Category = ""
	}
	if category := root.Text("category"); category != "" {
		det.Category = category
	}
	det.Type = d.readType(root)
	det.Status = d.readStatus(root, filePath)
	det.DataSources = dataSources(root)
	det.FilterMacro = filterMacro(det.Search.Text, det.stem())
	det.Drilldowns = d.drilldowns(root)
	det.Tests = d.tests(root)
	det.Baselines = root.Texts("baselines")
	det.Deployment, det.ScheduleName = d.ownDeployment(root)

	annotations := root.Map("tags")
	if det.Generation == G4 {
		annotations = root
	}
	d.annotations(det, annotations)
	switch det.Generation {
	case G1, G2:
		d.riskOfTags(det, annotations)
	case G3:
		d.riskOfRBA(det, root)
	case G4:
		d.riskOfFindings(det, root)
	}
	for _, message := range append([]string{det.Risk.Message}, objectMessages(det.Risk)...) {
		if strings.Count(message, "$")%2 != 0 {
			d.note(messageSpan(det, root), "", "the message has a $ without a counterpart")
			break
		}
	}
	askFor(root, "datamodel", "explanation", "enabled_by_default", "deprecation_info", "tags", "rba", "finding", "intermediate_findings", "threat_objects", "file_path")
	d.unknown(root, "")
	if annotations != root {
		d.unknown(annotations, " in tags")
	}
	det.Notes = d.finish()
	return det, nil
}

// fatal is the problem that a file has no usable value for a key.
func fatal(file *escu.File, key, message string) error {
	if problems := file.Problems(); len(problems) > 0 {
		return problems[0]
	}
	return &diag.Error{Source: file.Source, Span: file.Root.Span(key), Code: diag.BadContent, Message: message}
}

func askFor(m *escu.Map, keys ...string) {
	for _, key := range keys {
		m.Has(key)
	}
}

// generationOf tells the generation by its keys. Hunting detections have no
// risk in any of the newer ones, so their tags must tell.
func generationOf(root *escu.Map) Generation {
	tags := root.Map("tags")
	switch {
	case root.Has("finding"), root.Has("intermediate_findings"), root.Has("creation_date"):
		return G4
	case root.Has("rba"), !tags.Has("observable") && !tags.Has("confidence"):
		return G3
	case root.Has("status"), root.Has("tests"):
		return G2
	}
	return G1
}

func (d *decoder) readType(root *escu.Map) Type {
	text := root.Text("type")
	for _, t := range []Type{TTP, Anomaly, Hunting, Correlation} {
		if strings.EqualFold(text, string(t)) {
			return t
		}
	}
	d.note(root.Span("type"), "", "type: TTP, Anomaly, Hunting or Correlation was expected, not %q", text)
	return Type(text)
}

// readStatus reads the status; the first generation tells it by the folder.
func (d *decoder) readStatus(root *escu.Map, filePath string) Status {
	text := strings.ToLower(root.Text("status"))
	switch s := Status(text); s {
	case Production, Experimental, Deprecated:
		return s
	case "":
		for _, s := range []Status{Experimental, Deprecated} {
			if strings.Contains("/"+filePath, "/"+string(s)+"/") {
				return s
			}
		}
		return Production
	case "validation":
		return Experimental
	}
	d.note(root.Span("status"), "", "status: production, experimental or deprecated was expected, not %q", text)
	return Experimental
}

// dataSources reads the names of data sources. An entry may ask for two of
// them at once, "A AND B".
func dataSources(root *escu.Map) []string {
	var names []string
	for _, entry := range append(root.Texts("data_source"), root.Texts("data_sources")...) {
		for name := range strings.SplitSeq(entry, " AND ") {
			if name = strings.TrimSpace(name); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

var filterCall = regexp.MustCompile("`([A-Za-z0-9_]+_filter)`")

// filterMacro returns the filter macro that a search calls: the one named like
// the file, else the last.
func filterMacro(search, stem string) string {
	if own := stem + "_filter"; strings.Contains(search, "`"+own+"`") {
		return own
	}
	if calls := filterCall.FindAllStringSubmatch(search, -1); len(calls) > 0 {
		return calls[len(calls)-1][1]
	}
	return ""
}

var techniqueID = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)

// annotations reads what tags hold, or the top level in the fourth
// generation, and derives what is not written.
func (d *decoder) annotations(det *Detection, m *escu.Map) {
	det.Stories = m.Texts("analytic_story")
	det.SecurityDomain = m.Text("security_domain")
	det.AssetType = m.Text("asset_type")
	det.RequiredFields = m.Texts("required_fields")
	det.CVE = append(m.Texts("cve"), m.Texts("CVE")...)
	det.ManualTest = m.Text("manual_test")
	det.Products = m.Texts("product")
	det.Datasets = m.Texts("dataset")
	det.DeploymentNames = m.Texts("deployments")
	for _, id := range m.Texts("mitre_attack_id") {
		if !techniqueID.MatchString(id) {
			d.note(m.Span("mitre_attack_id"), "", "mitre_attack_id: T1234 or T1234.001 was expected, not %q", id)
		}
		if !slices.ContainsFunc(det.Techniques, func(t Technique) bool { return t.ID == id }) {
			det.Techniques = append(det.Techniques, technique(id))
		}
	}
	det.Tactics = tacticsOf(det.Techniques)
	if det.KillChainPhases = m.Texts("kill_chain_phases"); det.KillChainPhases == nil {
		det.KillChainPhases = killChainPhases(det.Tactics)
	}
	if det.NIST = m.Texts("nist"); det.NIST == nil {
		det.NIST = []string{"DE.AE"}
		if det.Type == TTP {
			det.NIST = []string{"DE.CM"}
		}
	}
	if det.CIS20 = m.Texts("cis20"); det.CIS20 == nil {
		det.CIS20 = []string{"CIS 10"}
		if det.SecurityDomain == "network" {
			det.CIS20 = []string{"CIS 13"}
		}
	}
	if throttle := m.Map("throttling"); throttle != nil {
		det.Throttle = &Throttle{Fields: throttle.Texts("fields"), Period: throttle.Text("period")}
	}
	askFor(m, "group", "threat_group", "atomic_guid", "context", "risk_severity", "supported_tas",
		"automated_detection_testing", "drilldown_search", "event_schema", "mappings", "research_site_url",
		"observable", "confidence", "impact", "message", "risk_score")
}

func (d *decoder) drilldowns(root *escu.Map) []Drilldown {
	var drilldowns []Drilldown
	for _, m := range root.Maps("drilldown_searches") {
		drilldowns = append(drilldowns, Drilldown{
			Name: m.Text("name"), Search: m.Text("search"),
			Earliest: m.Text("earliest_offset"), Latest: m.Text("latest_offset"),
		})
	}
	return drilldowns
}

func objectMessages(r Risk) []string {
	var messages []string
	for _, o := range r.Objects {
		messages = append(messages, o.Message)
	}
	return messages
}

func messageSpan(det *Detection, root *escu.Map) diag.Span {
	switch det.Generation {
	case G3:
		return root.Map("rba").Span("message")
	case G4:
		if root.Has("finding") {
			return root.Span("finding")
		}
		return root.Span("intermediate_findings")
	}
	return root.Map("tags").Span("message")
}
