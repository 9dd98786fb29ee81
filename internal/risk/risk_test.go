package risk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)

// at returns an event some hours after the start.
func at(hours float64, user, source string, score float64, tactics ...string) Event {
	return Event{
		Time: start.Add(time.Duration(hours * float64(time.Hour))), Source: source, Object: Object{"user", user}, Score: score, Tactics: tactics,
	}
}

func TestTotals(t *testing.T) {
	t.Parallel()
	shared := Event{
		Time: start.Add(time.Hour), Source: "AMI Shared", Object: Object{"user", "alice"}, Score: 80,
		Techniques: []string{"T1537"}, Tactics: []string{"Exfiltration"}, Threats: []Object{{"ip_address", "198.51.100.7"}},
	}
	login := Event{
		Time: start, Source: "Login", Object: Object{"user", "alice"}, Score: 12.5,
		Techniques: []string{"T1078", "T1078.004"}, Tactics: []string{"Initial Access"}, Threats: []Object{{"ip_address", "198.51.100.7"}},
	}
	got := Totals([]Event{shared, login, shared, at(0, "bob", "Login", 10), at(0, "ann", "Login", 10)})
	want := []Total{
		{
			Object: Object{"user", "alice"}, Score: 172.5, Events: 3, Sources: []string{"AMI Shared", "Login"},
			Techniques: []string{"T1078", "T1078.004", "T1537"}, Tactics: []string{"Exfiltration", "Initial Access"},
			Threats: []Object{{"ip_address", "198.51.100.7"}}, First: start, Last: start.Add(time.Hour),
		},
		{Object: Object{"user", "ann"}, Score: 10, Events: 1, Sources: []string{"Login"}, First: start, Last: start},
		{Object: Object{"user", "bob"}, Score: 10, Events: 1, Sources: []string{"Login"}, First: start, Last: start},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A user and a system of the same name are two.
func TestTotalsTellTypesApart(t *testing.T) {
	t.Parallel()
	got := Totals([]Event{{Object: Object{"user", "web"}, Score: 1}, {Object: Object{"system", "web"}, Score: 1}})
	if len(got) != 2 || got[0].Object.Type != "system" {
		t.Errorf("got %v", got)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	many := func(n int, hours, score float64) (events []Event) {
		for i := range n {
			events = append(events, at(float64(i)*hours, "u", "rule", score))
		}
		return events
	}
	const threshold, tactics = "Risk Threshold", "ATT&CK Tactic Threshold"
	for _, test := range []struct {
		name   string
		events []Event
		want   string // rule severity score
	}{
		{"none", nil, ""},
		{"100 is not more than 100", many(2, 1, 50), ""},
		{"more than 100 in a day", many(3, 1, 50), threshold + " medium 150"},
		{"the same over two days", many(3, 13, 50), ""},
		{"the window ends with an event and begins after a day", many(3, 12, 50), ""},
		{"just within a day", many(3, 11.9, 50), threshold + " medium 150"},
		{"high", many(5, 1, 50), threshold + " high 250"},
		{"critical", many(10, 1, 50), threshold + " critical 500"},
		{"the worst day counts", append(many(3, 1, 50), at(100, "u", "x", 90), at(101, "u", "x", 90), at(150, "u", "x", 90)), threshold + " medium 180"},
		{
			"three tactics by four detections in a week",
			[]Event{at(0, "u", "a", 1, "A"), at(40, "u", "b", 1, "B"), at(80, "u", "c", 1, "C"), at(120, "u", "d", 1, "C")},
			tactics + " low 4",
		},
		{
			"two tactics",
			[]Event{at(0, "u", "a", 1, "A"), at(40, "u", "b", 1, "B"), at(80, "u", "c", 1, "A"), at(120, "u", "d", 1, "B")},
			"",
		},
		{
			"three detections",
			[]Event{at(0, "u", "a", 1, "A", "B", "C"), at(40, "u", "b", 1), at(80, "u", "c", 1), at(120, "u", "c", 1)},
			"",
		},
		{
			"in more than a week",
			[]Event{at(0, "u", "a", 1, "A"), at(80, "u", "b", 1, "B"), at(120, "u", "c", 1, "C"), at(200, "u", "d", 1, "C")},
			"",
		},
		{
			"of two users",
			[]Event{at(0, "u", "a", 90, "A"), at(1, "v", "b", 90, "B"), at(2, "u", "c", 10, "C"), at(3, "v", "d", 10, "C")},
			"",
		},
		{
			"both",
			[]Event{at(0, "u", "a", 90, "A"), at(1, "u", "b", 90, "B"), at(2, "u", "c", 90, "C"), at(3, "u", "d", 90)},
			tactics + " high 360; " + threshold + " high 360",
		},
	} {
		var got []string
		for _, n := range Notables(test.events, Rules()) {
			rule := threshold
			if strings.HasPrefix(n.Rule, "ATT&CK") {
				rule = tactics
			}
			got = append(got, fmt.Sprintf("%s %s %v", rule, n.Severity, n.Total.Score))
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// The moving window finds what adding every window up finds.
func TestNotablesAgreeWithTryingEveryWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var events []Event
		for range rapid.IntRange(0, 20).Draw(t, "events") {
			events = append(events, at(
				float64(rapid.IntRange(0, 400).Draw(t, "hour")), "u", rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "source"),
				float64(rapid.IntRange(0, 60).Draw(t, "score")), rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "tactic"),
			))
		}
		var want []string
		for _, rule := range Rules() {
			worst := -1.0
			for _, end := range events {
				var within []Event
				for _, e := range events {
					if !e.Time.After(end.Time) && e.Time.After(end.Time.Add(-rule.Window)) {
						within = append(within, e)
					}
				}
				if total := Totals(within)[0]; rule.Exceeds(total) {
					worst = max(worst, total.Score)
				}
			}
			if worst >= 0 {
				want = append(want, fmt.Sprint(rule.Name, worst))
			}
		}
		var got []string
		for _, n := range Notables(events, Rules()) {
			got = append(got, fmt.Sprint(n.Rule, n.Total.Score))
		}
		slices := cmp.Transformer("set", func(texts []string) map[string]bool {
			set := map[string]bool{}
			for _, text := range texts {
				set[text] = true
			}
			return set
		})
		if diff := cmp.Diff(want, got, slices); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSeverities(t *testing.T) {
	t.Parallel()
	for score, want := range map[int]Severity{0: Informational, 20: Informational, 21: Low, 40: Low, 41: Medium, 60: Medium, 61: High, 80: High, 81: Critical, 100: Critical} {
		if got := SeverityOfScore(score); got != want {
			t.Errorf("score %d is %s, want %s", score, got, want)
		}
	}
	for sum, want := range map[float64]Severity{0: Informational, 99: Low, 100: Medium, 249: Medium, 250: High, 499.5: High, 500: Critical} {
		if got := SeverityOfTotal(sum); got != want {
			t.Errorf("total %v is %s, want %s", sum, got, want)
		}
	}
}
