package export

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
)

// layer is a layer of the ATT&CK Navigator, format 4.5. Source: the layer
// format's specification in mitre-attack/attack-navigator.
type layer struct {
	Name             string           `json:"name"`
	Versions         layerVersions    `json:"versions"`
	Domain           string           `json:"domain"`
	Description      string           `json:"description"`
	Filters          layerFilters     `json:"filters"`
	Sorting          int              `json:"sorting"` // 3: by score, the largest first
	HideDisabled     bool             `json:"hideDisabled"`
	Techniques       []layerTechnique `json:"techniques"`
	Gradient         layerGradient    `json:"gradient"`
	LegendItems      []legendItem     `json:"legendItems"`
	ShowTacticRow    bool             `json:"showTacticRowBackground"`
	TacticRow        string           `json:"tacticRowBackground"`
	SelectTechniques bool             `json:"selectTechniquesAcrossTactics"`
	SelectSubs       bool             `json:"selectSubtechniquesWithParent"`
	ExpandedSubs     string           `json:"expandedSubtechniques"`
	Layout           layout           `json:"layout"`
}

type layerVersions struct {
	Attack    string `json:"attack"`
	Navigator string `json:"navigator"`
	Layer     string `json:"layer"`
}

type layerFilters struct {
	Platforms []string `json:"platforms"`
}

type layerTechnique struct {
	ID                string `json:"techniqueID"`
	Score             int    `json:"score"`
	Comment           string `json:"comment"`
	Enabled           bool   `json:"enabled"`
	ShowSubtechniques bool   `json:"showSubtechniques"`
}

type layerGradient struct {
	Colors   []string `json:"colors"`
	MinValue int      `json:"minValue"`
	MaxValue int      `json:"maxValue"`
}

type legendItem struct {
	Label string `json:"label"`
	Color string `json:"color"`
}

type layout struct {
	Layout     string `json:"layout"`
	ShowID     bool   `json:"showID"`
	ShowName   bool   `json:"showName"`
	ShowScores bool   `json:"showAggregateScores"`
}

// palette goes from few detections to many. It is told apart without seeing
// red or green, and text on it is readable.
var palette = []string{"#deebf7", "#6baed6", "#2171b5"}

// Navigator returns a layer for the ATT&CK Navigator: the score of a technique
// is how many detections name it, its comment which ones. A sub-technique counts
// for itself alone.
func Navigator(all []*detection.Detection) []byte {
	names := map[string][]string{}
	var ids []string
	for _, d := range all {
		for _, t := range d.Techniques {
			if names[t.ID] == nil {
				ids = append(ids, t.ID)
			}
			if !slices.Contains(names[t.ID], d.Name) {
				names[t.ID] = append(names[t.ID], d.Name)
			}
		}
	}
	slices.Sort(ids)
	l := layer{
		Name: "Detections", Versions: layerVersions{Attack: "16", Navigator: "5.1.0", Layer: "4.5"}, Domain: "enterprise-attack",
		Description: "How many detections name a technique.",
		Filters:     layerFilters{Platforms: []string{"IaaS", "Identity Provider", "SaaS", "Office Suite", "Windows", "Linux", "macOS", "Containers", "Network"}},
		Sorting:     3, Techniques: []layerTechnique{}, ShowTacticRow: true, TacticRow: "#dddddd",
		SelectTechniques: true, ExpandedSubs: "annotated",
		Layout: layout{Layout: "side", ShowID: true, ShowName: true},
	}
	most := 1
	for _, id := range ids {
		most = max(most, len(names[id]))
		l.Techniques = append(l.Techniques, layerTechnique{
			ID: id, Score: len(names[id]), Comment: strings.Join(names[id], "\n"), Enabled: true,
			ShowSubtechniques: !strings.Contains(id, ".") && slices.ContainsFunc(ids, func(sub string) bool { return strings.HasPrefix(sub, id+".") }),
		})
	}
	l.Gradient = layerGradient{Colors: palette, MinValue: 0, MaxValue: most}
	l.LegendItems = []legendItem{{"few detections", palette[1]}, {"many detections", palette[2]}}
	return indented(l)
}

// indented writes JSON that a person can read too.
func indented(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // texts and numbers are always written
	}
	return b.Bytes()
}
