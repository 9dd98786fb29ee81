package detection_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/detection"
)

// A Correlation whose search reads risk does not say which findings it counted:
// those are its parts that made risk of nothing but its events.
func TestPartsOfACorrelation(t *testing.T) {
	t.Parallel()
	finding := func(id string, kind detection.Type, events ...string) *detection.Finding {
		f := &detection.Finding{ID: id, Detection: detection.Ref{Type: kind}, EventIDs: events, EventCount: len(events)}
		if kind.MakesRisk() {
			f.Risk = &detection.FindingRisk{Score: 50}
		}
		return f
	}
	sum := finding("sum", detection.Correlation, "e1", "e2", "e3")
	many := finding("many", detection.TTP, "e1")
	many.EventCount = 5000 // of which it names some
	all := []*detection.Finding{
		finding("within", detection.TTP, "e1", "e3"), finding("beyond", detection.TTP, "e1", "e4"),
		finding("without risk", detection.Hunting, "e1"), many, finding("other", detection.Correlation, "e1"), sum,
		finding("of nothing", detection.Anomaly),
	}
	var got []string
	for _, f := range detection.PartsOf(sum, all) {
		got = append(got, f.ID)
	}
	if diff := cmp.Diff([]string{"within"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if parts := detection.PartsOf(all[0], all); parts != nil {
		t.Errorf("a TTP has parts: %v", parts)
	}
}
