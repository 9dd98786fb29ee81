package report

import (
	"bufio"
	"cmp"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
)

// ocsfVersion is the version of the Open Cybersecurity Schema Framework that
// findings are written in.
const ocsfVersion = "1.5.0"

// ocsfFinding is the class Detection Finding. Source: the schema's
// events/findings/detection_finding.
type ocsfFinding struct {
	ActivityID   int              `json:"activity_id"`
	ActivityName string           `json:"activity_name"`
	CategoryUID  int              `json:"category_uid"`
	CategoryName string           `json:"category_name"`
	ClassUID     int              `json:"class_uid"`
	ClassName    string           `json:"class_name"`
	TypeUID      int              `json:"type_uid"`
	TypeName     string           `json:"type_name"`
	Time         int64            `json:"time"`
	StartTime    int64            `json:"start_time"`
	EndTime      int64            `json:"end_time"`
	SeverityID   int              `json:"severity_id"`
	Severity     string           `json:"severity"`
	StatusID     int              `json:"status_id"`
	Status       string           `json:"status"`
	IsAlert      bool             `json:"is_alert"`
	Message      string           `json:"message"`
	RiskScore    *int             `json:"risk_score,omitempty"`
	RiskLevelID  *int             `json:"risk_level_id,omitempty"`
	RiskLevel    string           `json:"risk_level,omitempty"`
	Metadata     ocsfMetadata     `json:"metadata"`
	Info         ocsfInfo         `json:"finding_info"`
	Evidences    []ocsfEvidence   `json:"evidences,omitempty"`
	Observables  []ocsfObservable `json:"observables,omitempty"`
	Unmapped     ocsfUnmapped     `json:"unmapped"`
}

type ocsfMetadata struct {
	Version string      `json:"version"`
	UID     string      `json:"uid"`
	Product ocsfProduct `json:"product"`
}

type ocsfProduct struct {
	Name    string `json:"name"`
	Vendor  string `json:"vendor_name"`
	Version string `json:"version,omitempty"`
}

type ocsfInfo struct {
	UID       string             `json:"uid"`
	Title     string             `json:"title"`
	Types     []string           `json:"types"`
	Analytic  ocsfAnalytic       `json:"analytic"`
	Attacks   []ocsfAttack       `json:"attacks,omitempty"`
	FirstSeen int64              `json:"first_seen_time"`
	LastSeen  int64              `json:"last_seen_time"`
	Events    []ocsfRelatedEvent `json:"related_events,omitempty"`
}

type ocsfAnalytic struct {
	UID      string `json:"uid,omitempty"`
	Name     string `json:"name"`
	TypeID   int    `json:"type_id"`
	Type     string `json:"type"`
	Version  string `json:"version"`
	Category string `json:"category"`
}

type ocsfAttack struct {
	Tactic       *ocsfNamed `json:"tactic,omitempty"`
	Technique    *ocsfNamed `json:"technique,omitempty"`
	SubTechnique *ocsfNamed `json:"sub_technique,omitempty"`
}

// ocsfNamed is a tactic, of which the name is known, or a technique, of which
// the ID is.
type ocsfNamed struct {
	Name string `json:"name,omitempty"`
	UID  string `json:"uid,omitempty"`
}

type ocsfRelatedEvent struct {
	UID string `json:"uid"`
}

type ocsfEvidence struct {
	Data detection.Result `json:"data"`
}

type ocsfObservable struct {
	Name   string `json:"name"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
	Value  string `json:"value"`
}

// ocsfUnmapped is what the class has no attribute for.
type ocsfUnmapped struct {
	EventCount  int                   `json:"event_count"`
	Status      string                `json:"detection_status"`
	Annotations detection.Annotations `json:"annotations"`
}

// ocsfFindings writes each finding as an object on a line.
func ocsfFindings(w *bufio.Writer, s *Scan, o Options) error {
	objects := make([]ocsfFinding, len(s.Findings))
	for i, f := range s.Findings {
		objects[i] = ocsfOf(f, o)
	}
	return ndjsonObjects(w, objects)
}

func ocsfOf(f *detection.Finding, o Options) ocsfFinding {
	severity, _ := gravity(f)
	level := 0
	for i, s := range severities {
		if s == severity {
			level = i
		}
	}
	object := ocsfFinding{
		ActivityID: 1, ActivityName: "Create", CategoryUID: 2, CategoryName: "Findings",
		ClassUID: 2004, ClassName: "Detection Finding", TypeUID: 200401, TypeName: "Detection Finding: Create",
		Time: f.Time.UnixMilli(), StartTime: f.FirstTime.UnixMilli(), EndTime: f.LastTime.UnixMilli(),
		SeverityID: level + 1, Severity: capital(string(severity)), StatusID: 1, Status: "New",
		IsAlert:  f.Alert() && (f.Detection.Type == detection.TTP || f.Detection.Type == detection.Correlation),
		Message:  cmp.Or(sentence(f), f.Detection.Name),
		Metadata: ocsfMetadata{Version: ocsfVersion, UID: f.ID, Product: ocsfProduct{Name: "pugmark", Vendor: "pugmark", Version: o.Version}},
		Info: ocsfInfo{
			UID: f.ID, Title: f.Detection.Name, Types: []string{string(f.Detection.Type)},
			Analytic: ocsfAnalytic{
				UID: f.Detection.ID, Name: f.Detection.Name, TypeID: 1, Type: "Rule",
				Version: strconv.Itoa(f.Detection.Version), Category: string(f.Detection.Type),
			},
			Attacks: ocsfAttacks(f), FirstSeen: f.FirstTime.UnixMilli(), LastSeen: f.LastTime.UnixMilli(),
		},
		Observables: ocsfObservables(f),
		Unmapped:    ocsfUnmapped{EventCount: f.EventCount, Status: string(f.Detection.Status), Annotations: f.Annotations},
	}
	for _, id := range f.EventIDs {
		object.Info.Events = append(object.Info.Events, ocsfRelatedEvent{UID: id})
	}
	if len(f.Result) > 0 {
		object.Evidences = []ocsfEvidence{{Data: f.Result}}
	}
	if f.Risk != nil {
		object.RiskScore, object.RiskLevelID = &f.Risk.Score, &level
		object.RiskLevel = [...]string{"Info", "Low", "Medium", "High", "Critical"}[level]
	}
	return object
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// ocsfAttacks names techniques and tactics, which the finding does not pair.
func ocsfAttacks(f *detection.Finding) []ocsfAttack {
	var attacks []ocsfAttack
	for _, id := range f.Annotations.Techniques {
		parent, _, isSub := strings.Cut(id, ".")
		attack := ocsfAttack{Technique: &ocsfNamed{UID: parent}}
		if isSub {
			attack.SubTechnique = &ocsfNamed{UID: id}
		}
		attacks = append(attacks, attack)
	}
	for _, tactic := range f.Annotations.Tactics {
		attacks = append(attacks, ocsfAttack{Tactic: &ocsfNamed{Name: tactic}})
	}
	return attacks
}

// ocsfObservables are the risk and threat objects, each a place to pivot from.
func ocsfObservables(f *detection.Finding) []ocsfObservable {
	var all []ocsfObservable
	add := func(field, kind, value string) {
		id, name := ocsfObservableType(kind)
		all = append(all, ocsfObservable{Name: "evidences.data." + field, TypeID: id, Type: name, Value: value})
	}
	if f.Risk == nil {
		if _, ok := accumulated(f); ok {
			add("risk_object", f.Result.Get("risk_object_type").String(), riskObject(f))
		}
		return all
	}
	for _, o := range f.Risk.Objects {
		add(o.Field, o.Type, o.Value)
	}
	for _, t := range f.Risk.Threats {
		add(t.Field, t.Type, t.Value)
	}
	return all
}

// ocsfObservableType returns the type of an observable for that of a risk or
// threat object. Where the schema has none, its name is kept.
func ocsfObservableType(kind string) (id int, name string) {
	switch kind {
	case "user":
		return 4, "User Name"
	case "ip_address", "ip address":
		return 2, "IP Address"
	case "domain", "hostname":
		return 1, "Hostname"
	case "email_address":
		return 5, "Email Address"
	case "url":
		return 6, "URL String"
	case "file_name", "file name":
		return 7, "File Name"
	case "file_hash":
		return 8, "Hash"
	case "process_name", "process":
		return 9, "Process Name"
	case "command":
		return 13, "Command Line"
	case "http_user_agent":
		return 16, "HTTP User-Agent"
	}
	return 99, kind
}
