package navigator

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLayer(t *testing.T) {
	t.Parallel()
	text := Layer{Name: "n", Low: "few", High: "many", Techniques: []Technique{
		{ID: "T1537", Score: 3, Comment: "x\n<b>"}, {ID: "T1078.004", Score: 1}, {ID: "T1078", Score: 2},
	}}.JSON()
	var got layer
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := []layerTechnique{
		{ID: "T1078", Score: 2, Enabled: true, ShowSubtechniques: true},
		{ID: "T1078.004", Score: 1, Enabled: true},
		{ID: "T1537", Score: 3, Comment: "x\n<b>", Enabled: true},
	}
	if diff := cmp.Diff(want, got.Techniques); diff != "" {
		t.Error(diff)
	}
	if got.Gradient.MaxValue != 3 || got.LegendItems[1].Label != "many" {
		t.Errorf("the legend does not fit the scores: %+v %+v", got.Gradient, got.LegendItems)
	}
}

// A layer without techniques is one that the Navigator opens.
func TestEmptyLayer(t *testing.T) {
	t.Parallel()
	var got map[string]any
	if err := json.Unmarshal(Layer{}.JSON(), &got); err != nil {
		t.Fatal(err)
	}
	if got["techniques"] == nil {
		t.Error("techniques are null")
	}
}
