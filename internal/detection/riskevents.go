package detection

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/risk"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/value"
)

// RiskIndex is the index of risk events.
const RiskIndex = "risk"

// RiskEvents are what findings add to the risk of users, systems and other
// objects. They are a [source.Source] of the events that Enterprise Security
// would have in the index risk, for the searches of Correlations, and
// [RiskEvents.Exceed] applies the rules that are no searches.
//
// An event remembers the events of the log that its finding rests on, so that
// those are the evidence of what is found in it.
type RiskEvents struct {
	events   []risk.Event
	rows     []*event.Event
	findings map[string]*contribution // by ID
}

// contribution is what is known of a finding besides its risk.
type contribution struct {
	finding *Finding
	lineage *event.Lineage
}

// NewRiskEvents returns no risk events.
func NewRiskEvents() *RiskEvents { return &RiskEvents{findings: map[string]*contribution{}} }

// Add takes the risk of a finding of d, which row became.
func (r *RiskEvents) Add(d *Detection, f *Finding, row *event.Event) {
	events := f.RiskEvents()
	if len(events) == 0 {
		return
	}
	c := &contribution{finding: f, lineage: row.Lineage()}
	r.findings[f.ID] = c
	for _, e := range events {
		made := event.OfFields(riskEventFields(d, f, e))
		made.SetOrder(event.Order{Time: event.Epoch(e.Time), Seq: uint64(len(r.rows))})
		made.Inherit(c.lineage)
		r.rows = append(r.rows, made)
		r.events = append(r.events, e)
	}
}

// Scan implements [source.Source]. The events are few next to those of the
// logs: the first sink takes all of them.
func (r *RiskEvents) Scan(ctx context.Context, _ source.Request, sinks []source.Sink) error {
	const batch = 256
	rows := slices.Clone(r.rows)
	event.Sort(rows)
	for some := range slices.Chunk(rows, batch) {
		for i, e := range some {
			some[i] = e.Clone() // the sink may change it, and others read it too
		}
		if more, err := sinks[0].Push(some); err != nil || !more {
			return err
		}
	}
	return ctx.Err()
}

// riskEventFields are the fields of a risk event. Source: Enterprise Security's Risk
// data model; fields of the result are copied along where the names are free.
// There are no risk factors and no asset lookup, so the calculated score is the
// score and the normalized object is the object.
func riskEventFields(d *Detection, f *Finding, e risk.Event) []event.Field {
	var fields fieldList
	fields.add("_time", value.OfNumber(event.Epoch(e.Time)))
	fields.text("index", RiskIndex)
	fields.text("source", e.Source)
	fields.text("sourcetype", "stash")
	fields.text("search_name", e.Source)
	fields.text("savedsearch_description", d.Description)
	fields.text("risk_object", e.Object.Name)
	fields.text("risk_object_type", e.Object.Type)
	fields.text("normalized_risk_object", e.Object.Name)
	fields.add("risk_score", value.OfNumber(e.Score))
	fields.add("calculated_risk_score", value.OfNumber(e.Score))
	fields.text("risk_message", e.Message)
	var threats, types []string // side by side, so that a search can zip them
	for _, t := range e.Threats {
		threats, types = append(threats, t.Name), append(types, cmp.Or(t.Type, "unknown"))
	}
	fields.text("threat_object", threats...)
	fields.text("threat_object_type", types...)
	fields.text("security_domain", d.SecurityDomain)
	fields.text("severity", string(risk.SeverityOfScore(int(e.Score))))
	fields.text("analyticstories", f.Annotations.Stories...)
	fields.annotations(d)
	for _, field := range f.Result {
		if !slices.ContainsFunc(fields, func(own event.Field) bool { return own.Name == field.Name }) {
			fields = append(fields, field)
		}
	}
	return fields
}

// fieldList is the fields of a row that is being made.
type fieldList []event.Field

func (l *fieldList) add(name string, v value.Value) {
	*l = append(*l, event.Field{Name: name, Value: v})
}

// text adds a field with the texts that are not empty, if there are any.
func (l *fieldList) text(name string, texts ...string) {
	texts = slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" })
	if len(texts) > 0 {
		l.add(name, value.OfTexts(texts))
	}
}

// annotations adds the annotations of a detection, each framework by itself and
// all together.
func (l *fieldList) annotations(d *Detection) {
	a := d.Annotations()
	var frameworks, all []string
	for _, framework := range []struct {
		name   string
		values []string
	}{
		{"analytic_story", a.Stories},
		{"cis20", a.CIS20},
		{"cve", a.CVE},
		{"data_source", d.DataSources},
		{"kill_chain_phases", a.KillChainPhases},
		{"mitre_attack", a.Techniques},
		{"nist", a.NIST},
		{"type", []string{string(d.Type)}},
	} {
		if len(framework.values) > 0 {
			l.text("annotations."+framework.name, framework.values...)
			frameworks, all = append(frameworks, framework.name), append(all, framework.values...)
		}
	}
	l.text("annotations._frameworks", frameworks...)
	l.text("annotations._all", all...)
	names := make([]string, len(d.Techniques))
	for i, t := range d.Techniques {
		names[i] = t.Name
	}
	l.text(techniqueIDs, a.Techniques...)
	l.text("annotations.mitre_attack.mitre_technique", names...)
	l.tactics(a.Tactics)
}

// Fields of risk events that the rules name too.
const (
	techniqueIDs = "annotations.mitre_attack.mitre_technique_id"
	tacticNames  = "annotations.mitre_attack.mitre_tactic"
	tacticIDs    = "annotations.mitre_attack.mitre_tactic_id"
)

// tactics adds the names of tactics, as risk events spell them (lower case, with
// dashes), and their IDs.
func (l *fieldList) tactics(tactics []string) {
	names, ids := make([]string, len(tactics)), make([]string, len(tactics))
	for i, tactic := range tactics {
		names[i] = strings.ReplaceAll(strings.ToLower(tactic), " ", "-")
		ids[i] = tacticID(tactic)
	}
	l.text(tacticNames, names...)
	l.text(tacticIDs, ids...)
}

// tacticID returns the ID of a tactic, "" if it is not known.
func tacticID(tactic string) string {
	switch tactic {
	case "Reconnaissance":
		return "TA0043"
	case "Resource Development":
		return "TA0042"
	case "Initial Access":
		return "TA0001"
	case "Execution":
		return "TA0002"
	case "Persistence":
		return "TA0003"
	case "Privilege Escalation":
		return "TA0004"
	case "Defense Evasion":
		return "TA0005"
	case "Credential Access":
		return "TA0006"
	case "Discovery":
		return "TA0007"
	case "Lateral Movement":
		return "TA0008"
	case "Collection":
		return "TA0009"
	case "Command and Control":
		return "TA0011"
	case "Exfiltration":
		return "TA0010"
	case "Impact":
		return "TA0040"
	}
	return ""
}
