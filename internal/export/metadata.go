package export

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/risk"
)

// Rule is a detection's metadata by the keys of a Sigma rule, with what OCSF
// calls it in a Detection Finding. Its JSON is an interface. Sources: the Sigma
// rules specification 2; OCSF 1.3, class 2004.
type Rule struct {
	Title          string    `json:"title"`
	ID             string    `json:"id"`
	Status         string    `json:"status"` // stable, experimental or deprecated
	Description    string    `json:"description"`
	References     []string  `json:"references"`
	Author         string    `json:"author"`
	Date           string    `json:"date,omitempty"`
	Modified       string    `json:"modified"`
	Tags           []string  `json:"tags"`
	LogSource      LogSource `json:"logsource"`
	Fields         []string  `json:"fields"` // whom and what a result is about
	FalsePositives []string  `json:"falsepositives"`
	Level          string    `json:"level"`
	OCSF           OCSF      `json:"ocsf"`
}

// LogSource says what logs a rule reads.
type LogSource struct {
	Product    string `json:"product,omitempty"`
	Service    string `json:"service,omitempty"`
	Definition string `json:"definition,omitempty"`
}

// OCSF is what a Detection Finding says of the rule that made it.
type OCSF struct {
	ClassUID    int         `json:"class_uid"`
	SeverityID  int         `json:"severity_id"`
	FindingInfo FindingInfo `json:"finding_info"`
}

// FindingInfo is OCSF's object of that name.
type FindingInfo struct {
	Title       string   `json:"title"`
	Desc        string   `json:"desc"`
	Types       []string `json:"types"`
	DataSources []string `json:"data_sources"`
	Analytic    Analytic `json:"analytic"`
	Attacks     []Attack `json:"attacks"`
}

// Analytic is OCSF's object for the rule.
type Analytic struct {
	UID      string `json:"uid"`
	Name     string `json:"name"`
	TypeID   int    `json:"type_id"`
	Type     string `json:"type"`
	Version  string `json:"version"`
	Category string `json:"category,omitempty"`
}

// Attack is OCSF's object for a technique of ATT&CK and its tactics.
type Attack struct {
	Technique Named   `json:"technique"`
	Tactics   []Named `json:"tactics"`
}

// Named is something with an ID and a name.
type Named struct {
	UID  string `json:"uid,omitempty"`
	Name string `json:"name,omitempty"`
}

// Metadata returns the metadata of detections as a JSON array.
func Metadata(all []*detection.Detection) []byte {
	rules := make([]Rule, len(all))
	for i, d := range all {
		rules[i] = ruleOf(d)
	}
	return indented(rules)
}

func ruleOf(d *detection.Detection) Rule {
	level := levelOf(d)
	r := Rule{
		Title: d.Name, ID: d.ID, Status: statusOf(d.Status), Description: d.Description,
		References: list(d.References), Author: d.Author, Date: d.Created, Modified: d.Date,
		Tags: tags(d), LogSource: logSource(d), Fields: fields(d), FalsePositives: []string{}, Level: string(level),
		OCSF: OCSF{
			ClassUID: 2004, SeverityID: severityID(level),
			FindingInfo: FindingInfo{
				Title: d.Name, Desc: d.Description, Types: []string{string(d.Type)}, DataSources: list(d.DataSources),
				Analytic: Analytic{UID: d.ID, Name: d.Name, TypeID: 1, Type: "Rule", Version: strconv.Itoa(d.Version), Category: d.Category},
				Attacks:  []Attack{},
			},
		},
	}
	if d.KnownFalsePositives != "" {
		r.FalsePositives = []string{d.KnownFalsePositives}
	}
	for _, t := range d.Techniques {
		attack := Attack{Technique: Named{UID: t.ID, Name: t.Name}, Tactics: []Named{}}
		for _, tactic := range t.Tactics {
			attack.Tactics = append(attack.Tactics, Named{UID: tacticID(tactic), Name: tactic})
		}
		r.OCSF.FindingInfo.Attacks = append(r.OCSF.FindingInfo.Attacks, attack)
	}
	return r
}

// list makes nil an empty list, which JSON shows as such.
func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

func statusOf(s detection.Status) string {
	if s == detection.Production {
		return "stable"
	}
	return string(s)
}

// levelOf is the severity of a finding. A Correlation weighs what others found
// and is high, as Enterprise Security has it; Hunting informs.
func levelOf(d *detection.Detection) risk.Severity {
	switch {
	case d.Type == detection.Correlation:
		return risk.High
	case !d.Type.MakesRisk():
		return risk.Informational
	}
	return risk.SeverityOfScore(d.Risk.Score)
}

func severityID(s risk.Severity) int {
	return 1 + slices.Index([]risk.Severity{risk.Informational, risk.Low, risk.Medium, risk.High, risk.Critical}, s)
}

// tags are Sigma's: attack.exfiltration, attack.t1537, cve.2026-12345.
func tags(d *detection.Detection) []string {
	all := []string{}
	for _, tactic := range d.Tactics {
		all = append(all, "attack."+strings.ToLower(strings.ReplaceAll(tactic, " ", "-")))
	}
	for _, t := range d.Techniques {
		all = append(all, "attack."+strings.ToLower(t.ID))
	}
	for _, id := range d.CVE {
		if number, ok := strings.CutPrefix(strings.ToLower(id), "cve-"); ok {
			all = append(all, "cve."+number)
		}
	}
	return all
}

// logSource names CloudTrail as Sigma does; of other logs it says what the
// detection's data sources are called.
func logSource(d *detection.Detection) LogSource {
	cloudTrail := func(name string) bool { return strings.Contains(strings.ToLower(name), "cloudtrail") }
	if slices.ContainsFunc(d.DataSources, cloudTrail) || len(d.DataSources) == 0 && cloudTrail(d.Search.Text) {
		return LogSource{Product: "aws", Service: "cloudtrail"}
	}
	return LogSource{Definition: strings.Join(d.DataSources, ", ")}
}

func fields(d *detection.Detection) []string {
	all := []string{}
	for _, o := range d.Risk.Objects {
		all = append(all, o.Field)
	}
	for _, t := range d.Risk.Threats {
		all = append(all, t.Field)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// tacticID returns the ID of a tactic of ATT&CK, "" for one that is not known.
func tacticID(name string) string {
	return map[string]string{
		"Reconnaissance": "TA0043", "Resource Development": "TA0042", "Initial Access": "TA0001", "Execution": "TA0002",
		"Persistence": "TA0003", "Privilege Escalation": "TA0004", "Defense Evasion": "TA0005", "Credential Access": "TA0006",
		"Discovery": "TA0007", "Lateral Movement": "TA0008", "Collection": "TA0009", "Command and Control": "TA0011",
		"Exfiltration": "TA0010", "Impact": "TA0040",
	}[name]
}
