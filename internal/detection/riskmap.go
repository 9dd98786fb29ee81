package detection

import (
	"math"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// observable is a field that the first two generations name, with roles that
// only the second heeds.
type observable struct {
	field string
	kind  string // in lower case
	roles []string
}

// riskOfTags reads the risk of the first two generations: one score, told by
// impact and confidence, and observables that are risk or threat objects by
// their type and role.
func (d *decoder) riskOfTags(det *Detection, tags *escu.Map) {
	det.Impact = d.percent(tags, "impact")
	det.Confidence = d.percent(tags, "confidence")
	det.Risk.Message = tags.Text("message")
	computed := int(math.RoundToEven(float64(det.Impact*det.Confidence) / 100))
	det.Risk.Score = computed
	if tags.Has("risk_score") {
		written := d.percent(tags, "risk_score")
		if written != computed {
			d.note(tags.Span("risk_score"), "", "risk_score is %d, but impact %d × confidence %d / 100 is %d", written, det.Impact, det.Confidence, computed)
		}
		if det.Generation == G1 {
			det.Risk.Score = written
		}
	}
	for _, m := range tags.Maps("observable") {
		o := observable{field: m.Text("name"), kind: strings.ToLower(m.Text("type")), roles: m.Texts("role")}
		if o.field == "" {
			d.note(m.Span("name"), "", "an observable without a name")
			continue
		}
		if det.Generation == G1 {
			o.mapG1(&det.Risk)
		} else {
			o.mapG2(&det.Risk)
		}
	}
}

// percent reads a number from 0 to 100; one beyond is noted and cut.
func (d *decoder) percent(m *escu.Map, key string) int {
	n, _ := m.Int(key)
	if n < 0 || n > 100 {
		d.note(m.Span(key), "", "%s: a number from 0 to 100 was expected, not %d", key, n)
	}
	return max(0, min(n, 100))
}

// mapG1 adds the object that the first generation means; roles do not count.
func (o observable) mapG1(risk *Risk) {
	switch o.kind {
	case "user", "username", "email address":
		risk.add(o.field, "user")
	case "device", "endpoint", "hostname", "ip address":
		risk.add(o.field, "system")
	default:
		risk.Threats = append(risk.Threats, ThreatObject{o.field, o.kind})
	}
}

// mapG2 adds the object that the second generation means. Note that User Name,
// with a blank, is a type of its own and not that of a user. Source: contentctl
// 4.
func (o observable) mapG2(risk *Risk) {
	threat := func(kind string) { risk.Threats = append(risk.Threats, ThreatObject{o.field, kind}) }
	victim, attacker := slices.Contains(o.roles, "Victim"), slices.Contains(o.roles, "Attacker")
	switch {
	case victim && slices.Contains([]string{"user", "username", "email address"}, o.kind):
		risk.add(o.field, "user")
	case victim && slices.Contains([]string{"device", "endpoint", "hostname", "ip address"}, o.kind):
		risk.add(o.field, "system")
	case !attacker:
		risk.add(o.field, "other")
	case o.kind == "process" || o.kind == "process name":
		threat("process")
	case o.kind == "file name" || o.kind == "file" || o.kind == "file hash":
		threat("file_name")
	case o.kind == "ip address":
		threat("ip_address")
	case o.kind == "url string" || o.kind == "url":
		threat("url")
	default:
		threat(o.kind)
	}
}

func (r *Risk) add(field, kind string) {
	r.Objects = append(r.Objects, RiskObject{Field: field, Type: kind, Score: r.Score})
}

// riskOfRBA reads the risk of the third generation.
func (d *decoder) riskOfRBA(det *Detection, root *escu.Map) {
	rba := root.Map("rba")
	det.Risk.Message = rba.Text("message")
	for _, m := range rba.Maps("risk_objects") {
		d.riskObject(&det.Risk, m, "")
	}
	d.threats(&det.Risk, rba)
	d.unknown(rba, " in rba")
}

// riskOfFindings reads the risk of the fourth generation. The entity of the
// finding and those of the intermediate findings count; where both name the
// same, the intermediate finding says more.
func (d *decoder) riskOfFindings(det *Detection, root *escu.Map) {
	finding := root.Map("finding")
	intermediate := root.Map("intermediate_findings")
	for _, m := range intermediate.Maps("entities") {
		d.riskObject(&det.Risk, m, m.Text("message"))
	}
	if entity := finding.Map("entity"); entity != nil {
		d.riskObject(&det.Risk, entity, "")
	}
	det.Risk.Message = finding.Text("title")
	if det.Risk.Message == "" && len(det.Risk.Objects) > 0 {
		det.Risk.Message = det.Risk.Objects[0].Message
	}
	d.threats(&det.Risk, root)
	d.unknown(finding, " in finding")
	d.unknown(intermediate, " in intermediate_findings")
}

// riskObject adds an object unless there is one of the same field and type.
// The detection's score is the largest of its objects.
func (d *decoder) riskObject(risk *Risk, m *escu.Map, message string) {
	o := RiskObject{Field: m.Text("field"), Type: strings.ToLower(m.Text("type")), Message: message}
	if o.Field == "" || !m.Has("score") {
		d.note(m.Span("field"), "", "a risk object needs a field and a score")
		return
	}
	o.Score, o.ScoreField = d.percent(m, "score"), m.Text("score_field")
	switch o.Type {
	case "user", "system", "other":
	default:
		d.note(m.Span("type"), diag.Suggest(o.Type, []string{"user", "system", "other"}), "type: user, system or other was expected, not %q", o.Type)
		o.Type = "other"
	}
	risk.Score = max(risk.Score, o.Score)
	if !slices.ContainsFunc(risk.Objects, func(p RiskObject) bool { return p.Field == o.Field && p.Type == o.Type }) {
		risk.Objects = append(risk.Objects, o)
	}
}

func (d *decoder) threats(risk *Risk, m *escu.Map) {
	for _, t := range m.Maps("threat_objects") {
		object := ThreatObject{Field: t.Text("field"), Type: strings.ToLower(t.Text("type"))}
		if object.Field == "" {
			d.note(t.Span("field"), "", "a threat object needs a field")
			continue
		}
		risk.Threats = append(risk.Threats, object)
	}
}
