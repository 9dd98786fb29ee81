// Package navigator writes layers for the ATT&CK Navigator.
//
// It knows the layer format, not what is counted and why: the caller scores
// techniques. Start reading at [Layer].
package navigator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// Layer is techniques with a score each.
type Layer struct {
	Name        string
	Description string
	// Low and High say in the legend what a low and a high score mean.
	Low, High  string
	Techniques []Technique
}

// Technique is a technique or sub-technique; the one counts apart from the
// other.
type Technique struct {
	ID      string
	Score   int
	Comment string
}

// layer is a layer, format 4.5. Source: the layer format's specification in
// mitre-attack/attack-navigator.
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

// palette goes from low scores to high ones. It is told apart without seeing
// red or green, and text on it is readable.
var palette = []string{"#deebf7", "#6baed6", "#2171b5"}

// JSON returns the layer as a file that the Navigator opens, its techniques in
// the order of their IDs.
func (l Layer) JSON() []byte {
	techniques := slices.SortedFunc(slices.Values(l.Techniques), func(a, b Technique) int { return cmp.Compare(a.ID, b.ID) })
	file := layer{
		Name: l.Name, Versions: layerVersions{Attack: "16", Navigator: "5.1.0", Layer: "4.5"}, Domain: "enterprise-attack",
		Description: l.Description,
		Filters:     layerFilters{Platforms: []string{"IaaS", "Identity Provider", "SaaS", "Office Suite", "Windows", "Linux", "macOS", "Containers", "Network"}},
		Sorting:     3, Techniques: []layerTechnique{}, ShowTacticRow: true, TacticRow: "#dddddd",
		SelectTechniques: true, ExpandedSubs: "annotated",
		Layout: layout{Layout: "side", ShowID: true, ShowName: true},
	}
	most := 1
	for _, t := range techniques {
		most = max(most, t.Score)
		file.Techniques = append(file.Techniques, layerTechnique{
			ID: t.ID, Score: t.Score, Comment: t.Comment, Enabled: true,
			ShowSubtechniques: slices.ContainsFunc(techniques, func(sub Technique) bool { return strings.HasPrefix(sub.ID, t.ID+".") }),
		})
	}
	file.Gradient = layerGradient{Colors: palette, MinValue: 0, MaxValue: most}
	file.LegendItems = []legendItem{{l.Low, palette[1]}, {l.High, palette[2]}}
	return indented(file)
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
