// Package risk adds up what findings say about users, systems and other
// objects, as risk-based alerting does.
//
// It knows risk events, not where they come from or where they are kept; all
// of it is pure functions. Start reading at [Totals], then [Notables].
// Semantics: Splunk Enterprise Security's default risk incident rules.
package risk

import (
	"cmp"
	"slices"
	"time"
)

// Object is who or what is at risk, or what threatens.
type Object struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// Event is what one finding adds to the risk of one object.
type Event struct {
	Time       time.Time
	Source     string // the detection
	FindingID  string
	Object     Object
	Score      float64
	Message    string
	Threats    []Object
	Techniques []string
	Tactics    []string
}

// Total is the risk of one object over some events.
type Total struct {
	Object     Object    `json:"risk_object"`
	Score      float64   `json:"risk_score"`
	Events     int       `json:"risk_event_count"`
	Sources    []string  `json:"source"` // distinct, in byte order, as the following
	Techniques []string  `json:"mitre_attack"`
	Tactics    []string  `json:"mitre_tactic"`
	Threats    []Object  `json:"threat_objects"`
	First      time.Time `json:"first_time"`
	Last       time.Time `json:"last_time"`
}

// Totals adds events up by object: the highest score first, equal ones by name
// and type.
func Totals(events []Event) []Total {
	sums := map[Object]*Total{}
	for i := range events {
		e := &events[i]
		t := sums[e.Object]
		if t == nil {
			t = &Total{Object: e.Object, First: e.Time, Last: e.Time}
			sums[e.Object] = t
		}
		t.Score += e.Score
		t.Events++
		t.Sources = append(t.Sources, e.Source)
		t.Techniques = append(t.Techniques, e.Techniques...)
		t.Tactics = append(t.Tactics, e.Tactics...)
		t.Threats = append(t.Threats, e.Threats...)
		if e.Time.Before(t.First) {
			t.First = e.Time
		}
		if e.Time.After(t.Last) {
			t.Last = e.Time
		}
		if t.Events%compactEvery == 0 {
			t.compact()
		}
	}
	totals := make([]Total, 0, len(sums))
	for _, t := range sums {
		t.compact()
		totals = append(totals, *t)
	}
	slices.SortFunc(totals, func(a, b Total) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), compareObjects(a.Object, b.Object))
	})
	return totals
}

// compactEvery is how many events of an object are taken before its lists are
// made distinct, so that these do not grow with the events.
const compactEvery = 256

func (t *Total) compact() {
	t.Sources = distinct(t.Sources)
	t.Techniques = distinct(t.Techniques)
	t.Tactics = distinct(t.Tactics)
	slices.SortFunc(t.Threats, compareObjects)
	t.Threats = slices.Compact(t.Threats)
}

func distinct(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

func compareObjects(a, b Object) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
}

// Severity is how bad something is.
type Severity string

// The severities.
const (
	Informational Severity = "informational"
	Low           Severity = "low"
	Medium        Severity = "medium"
	High          Severity = "high"
	Critical      Severity = "critical"
)

// SeverityOfScore returns the severity of one detection by its score of 0 to
// 100. Source: contentctl.
func SeverityOfScore(score int) Severity {
	switch {
	case score > 80:
		return Critical
	case score > 60:
		return High
	case score > 40:
		return Medium
	case score > 20:
		return Low
	}
	return Informational
}

// SeverityOfTotal returns the severity of an object by its summed score.
// Source: Enterprise Security, Risk Threshold Exceeded.
func SeverityOfTotal(score float64) Severity {
	switch {
	case score >= 500:
		return Critical
	case score >= 250:
		return High
	case score >= 100:
		return Medium
	case score > 0:
		return Low
	}
	return Informational
}
