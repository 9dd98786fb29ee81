package risk

import (
	"cmp"
	"slices"
	"time"
)

// Rule finds the objects whose risk over a window of time is a matter of its
// own.
type Rule struct {
	ID          string
	Name        string
	Version     int
	Description string
	Window      time.Duration
	// Exceeds tells of the total over a window.
	Exceeds func(Total) bool
}

// Rules returns the two rules that Enterprise Security has by default: more
// than 100 points within a day, and at least three tactics by at least four
// detections within a week.
func Rules() []Rule {
	const day = 24 * time.Hour
	return []Rule{
		{
			ID:          "2f6f2b0e-6c1a-4f0d-9a57-0d6ce2b7c1a4",
			Name:        "Risk Threshold Exceeded For Object Over 24 Hour Period",
			Version:     1,
			Description: "The risk scores that detections gave one user, system or other object within 24 hours add up to more than 100.",
			Window:      day,
			Exceeds:     func(t Total) bool { return t.Score > 100 },
		},
		{
			ID:          "8d0c4a37-51be-4e3b-8a0f-c3f1d5b9e672",
			Name:        "ATT&CK Tactic Threshold Exceeded For Object Over Previous 7 Days",
			Version:     1,
			Description: "At least four detections, for at least three tactics of ATT&CK between them, gave risk to one user, system or other object within seven days.",
			Window:      7 * day,
			Exceeds:     func(t Total) bool { return len(t.Tactics) >= 3 && len(t.Sources) >= 4 },
		},
	}
}

// Notable says that the risk of an object exceeded a rule.
type Notable struct {
	Rule     string
	Severity Severity
	Total    Total
	// Events are those of the window, in order of time.
	Events []Event
}

// Notables applies rules to events as if each rule ran whenever an event
// occurs: for every object, the worst window that ends with one of its events
// counts, and of equal ones the first. The windows hold their ends and not
// their beginnings.
func Notables(events []Event, rules []Rule) []Notable {
	byObject := map[Object][]Event{}
	for _, e := range events {
		byObject[e.Object] = append(byObject[e.Object], e)
	}
	var notables []Notable
	for _, own := range byObject {
		slices.SortStableFunc(own, func(a, b Event) int { return a.Time.Compare(b.Time) })
		for _, rule := range rules {
			if window := worstWindow(own, rule); window != nil {
				worst := Totals(window)[0]
				notables = append(notables, Notable{Rule: rule.Name, Severity: SeverityOfTotal(worst.Score), Total: worst, Events: window})
			}
		}
	}
	slices.SortFunc(notables, func(a, b Notable) int {
		return cmp.Or(cmp.Compare(b.Total.Score, a.Total.Score), compareObjects(a.Total.Object, b.Total.Object), cmp.Compare(a.Rule, b.Rule))
	})
	return notables
}

// worstWindow returns the events of the window with the highest score among
// those that exceed the rule, nil if none does. The events are of one object,
// in order of time.
func worstWindow(events []Event, rule Rule) (worst []Event) {
	w := window{sources: map[string]int{}, tactics: map[string]int{}}
	from, highest := 0, 0.0
	for to, e := range events {
		w.take(e, 1)
		for !events[from].Time.After(e.Time.Add(-rule.Window)) {
			w.take(events[from], -1)
			from++
		}
		if t := w.total(); rule.Exceeds(t) && (worst == nil || t.Score > highest) {
			worst, highest = events[from:to+1], t.Score
		}
	}
	return worst
}

// window keeps the sums of a moving window.
type window struct {
	score            float64
	events           int
	sources, tactics map[string]int
}

func (w *window) take(e Event, sign int) {
	w.score += float64(sign) * e.Score
	w.events += sign
	count(w.sources, e.Source, sign)
	for _, tactic := range e.Tactics {
		count(w.tactics, tactic, sign)
	}
}

func count(counts map[string]int, key string, sign int) {
	if counts[key] += sign; counts[key] == 0 {
		delete(counts, key)
	}
}

// total returns the total as far as rules look at it.
func (w *window) total() Total {
	t := Total{Score: w.score, Events: w.events}
	for s := range w.sources {
		t.Sources = append(t.Sources, s)
	}
	for s := range w.tactics {
		t.Tactics = append(t.Tactics, s)
	}
	return t
}
