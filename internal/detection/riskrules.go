package detection

import (
	"slices"
	"time"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/risk"
	"github.com/pugmark/pugmark/internal/value"
)

// WithRiskRules returns detections and, where none of them has the ID or name,
// the rules of [risk.Rules] as Correlations, in the order of the names. The
// windows of the rules move over all of the input, which no single run of a
// scheduled search does; so they are code and have a Rule in place of a search.
func WithRiskRules(all []*Detection) []*Detection {
	with := slices.Clone(all)
	for _, rule := range risk.Rules() {
		d := &Detection{
			ID: rule.ID, Name: rule.Name, Version: rule.Version, Type: Correlation, Status: Production,
			Description: rule.Description, Rule: &rule,
		}
		if !slices.ContainsFunc(all, d.same) {
			with = append(with, d)
		}
	}
	slices.SortStableFunc(with, func(a, b *Detection) int { return compareNames(a.Name, b.Name) })
	return with
}

// Exceed returns the findings of a detection that is a rule: for each object
// the worst window that exceeds it. They make no risk, so that risk never feeds
// on itself.
func (r *RiskEvents) Exceed(d *Detection, now time.Time) []*Finding {
	findings := NewFindings(d, now)
	var found []*Finding
	for _, n := range risk.Notables(r.events, []risk.Rule{*d.Rule}) {
		row := event.OfFields(ruleFields(n))
		first := n.Total.First
		var stories, summed []string
		for _, e := range n.Events {
			c := r.findings[e.FindingID]
			summed = append(summed, e.FindingID)
			row.Inherit(c.lineage)
			if c.finding.FirstTime.Before(first) {
				first = c.finding.FirstTime
			}
			stories = append(stories, c.finding.Annotations.Stories...)
		}
		f := findings.Add(row, nil)
		slices.Sort(summed)
		f.summed = slices.Compact(summed)
		f.FirstTime, f.LastTime, f.Time = first, n.Total.Last, n.Total.Last
		slices.Sort(stories)
		f.Annotations.Stories = list(slices.Compact(stories))
		f.Annotations.KillChainPhases = list(killChainPhases(n.Total.Tactics))
		f.Annotations.Techniques, f.Annotations.Tactics = list(n.Total.Techniques), list(n.Total.Tactics)
		found = append(found, f)
	}
	return found
}

// ruleFields are the fields that Enterprise Security's rules give, and the
// threat objects.
func ruleFields(n risk.Notable) []event.Field {
	t := n.Total
	var fields fieldList
	fields.text("risk_object", t.Object.Name)
	fields.text("risk_object_type", t.Object.Type)
	fields.add("risk_score", value.OfNumber(t.Score))
	fields.add("risk_event_count", value.OfInt(t.Events))
	fields.text("source", t.Sources...)
	fields.add("source_count", value.OfInt(len(t.Sources)))
	fields.tactics(t.Tactics)
	fields.add(tacticIDs+"_count", value.OfInt(len(t.Tactics)))
	fields.text(techniqueIDs, t.Techniques...)
	fields.add(techniqueIDs+"_count", value.OfInt(len(t.Techniques)))
	threats := make([]string, len(t.Threats))
	for i, threat := range t.Threats {
		threats[i] = threat.Name
	}
	fields.text("threat_object", slices.Compact(threats)...)
	return fields
}
