package risk

import (
	"cmp"
	"slices"
	"time"
)

// Rule finds the objects whose risk over a window of time is a matter of its
// own.
type Rule struct {
	Name   string
	Window time.Duration
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
			Name:    "Risk Threshold Exceeded For Object Over 24 Hour Period",
			Window:  day,
			Exceeds: func(t Total) bool { return t.Score > 100 },
		},
		{
			Name:    "ATT&CK Tactic Threshold Exceeded For Object Over Previous 7 Days",
			Window:  7 * day,
			Exceeds: func(t Total) bool { return len(t.Tactics) >= 3 && len(t.Sources) >= 4 },
		},
	}
}

// Notable says that the risk of an object exceeded a rule.
type Notable struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Total    Total    `json:"total"`
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
			if worst, ok := worstWindow(own, rule); ok {
				notables = append(notables, Notable{Rule: rule.Name, Severity: SeverityOfTotal(worst.Score), Total: worst})
			}
		}
	}
	slices.SortFunc(notables, func(a, b Notable) int {
		return cmp.Or(cmp.Compare(b.Total.Score, a.Total.Score), compareObjects(a.Total.Object, b.Total.Object), cmp.Compare(a.Rule, b.Rule))
	})
	return notables
}

// worstWindow returns the total of the window with the highest score among
// those that exceed the rule. The events are of one object, in order of time.
func worstWindow(events []Event, rule Rule) (worst Total, found bool) {
	w := window{sources: map[string]int{}, tactics: map[string]int{}}
	from := 0
	var best [2]int
	for to, e := range events {
		w.take(e, 1)
		for !events[from].Time.After(e.Time.Add(-rule.Window)) {
			w.take(events[from], -1)
			from++
		}
		// The exact total is only made of windows that come into question.
		if sketch := w.total(); rule.Exceeds(sketch) && (!found || sketch.Score > worst.Score) {
			worst, found = sketch, true
			best = [2]int{from, to + 1}
		}
	}
	if found {
		worst = Totals(events[best[0]:best[1]])[0]
	}
	return worst, found
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
