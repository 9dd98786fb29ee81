package detection

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/value"
)

// toldBy is a finding that tells a story if its score is one.
func toldBy(kind Type, score string, events ...string) *Finding {
	f := findingOf(kind, "story", events...)
	f.Result = Result{{Name: "story_score", Value: value.OfText(score)}, {Name: "strip", Value: value.OfTexts([]string{"10:00 alice", "10:01 bob"})}}
	return f
}

func findingOf(kind Type, id string, events ...string) *Finding {
	return &Finding{ID: id, Detection: Ref{Name: "of " + id, Type: kind}, EventIDs: events, EventCount: len(events)}
}

func TestFindingsThatStoriesTell(t *testing.T) {
	t.Parallel()
	cut := findingOf(TTP, "share", "a")
	cut.EventCount = 2
	tests := map[string]struct {
		finding, story *Finding
		part           bool
	}{
		"one of its events":                {findingOf(TTP, "share", "a"), toldBy(Correlation, "80", "a", "b"), true},
		"all of its events":                {findingOf(Anomaly, "share", "b", "a"), toldBy(Correlation, "0", "a", "b"), true},
		"also another event":               {findingOf(TTP, "share", "a", "c"), toldBy(Correlation, "80", "a", "b"), false},
		"another event":                    {findingOf(TTP, "share", "c"), toldBy(Correlation, "80", "a", "b"), false},
		"events that it does not name":     {cut, toldBy(Correlation, "80", "a", "b"), false},
		"without evidence":                 {findingOf(TTP, "share"), toldBy(Correlation, "80", "a", "b"), false},
		"the risk of a user":               {findingOf(Correlation, "share", "a"), toldBy(Correlation, "80", "a", "b"), false},
		"a score that is none":             {findingOf(TTP, "share", "a"), toldBy(Correlation, "high", "a", "b"), false},
		"a score out of bounds":            {findingOf(TTP, "share", "a"), toldBy(Correlation, "101", "a", "b"), false},
		"no number":                        {findingOf(TTP, "share", "a"), toldBy(Correlation, "NaN", "a", "b"), false},
		"a TTP with the fields of a story": {findingOf(TTP, "share", "a"), toldBy(TTP, "80", "a", "b"), false},
		"a story that is listed after it":  {findingOf(Hunting, "share", "a"), toldBy(Correlation, "80.4", "a", "b"), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			TellChains([]*Finding{test.finding, test.story})
			if !test.part {
				if test.finding.PartOf != "" || test.story.Parts != nil {
					t.Errorf("part of %q, which has %v", test.finding.PartOf, test.story.Parts)
				}
				return
			}
			if diff := cmp.Diff([]Part{{FindingID: "share", Detection: "of share"}}, test.story.Parts); diff != "" || test.finding.PartOf != "story" {
				t.Errorf("part of %q: %s", test.finding.PartOf, diff)
			}
		})
	}
}
