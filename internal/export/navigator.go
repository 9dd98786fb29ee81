package export

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/navigator"
)

// Navigator returns a layer for the ATT&CK Navigator: the score of a technique
// is how many detections name it, its comment which ones. A sub-technique counts
// for itself alone.
func Navigator(all []*detection.Detection) []byte {
	names := map[string][]string{}
	for _, d := range all {
		for _, t := range d.Techniques {
			if !slices.Contains(names[t.ID], d.Name) {
				names[t.ID] = append(names[t.ID], d.Name)
			}
		}
	}
	l := navigator.Layer{
		Name: "Detections", Description: "How many detections name a technique.",
		Low: "few detections", High: "many detections",
	}
	for id, by := range names {
		l.Techniques = append(l.Techniques, navigator.Technique{ID: id, Score: len(by), Comment: strings.Join(by, "\n")})
	}
	return l.JSON()
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
