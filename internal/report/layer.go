package report

import (
	"bufio"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/navigator"
)

// navigatorFindings writes a layer of the ATT&CK Navigator: the score of a
// technique is how many findings name it, its comment says of which detections,
// with their risk. Correlations name techniques that others found: they do not
// count.
func navigatorFindings(w *bufio.Writer, s *Scan, o Options) error {
	l := navigator.Layer{Name: "Findings", Description: s.Counts(), Low: "few findings", High: "many findings"}
	if len(s.Findings) > 0 {
		l.Description += ", " + o.span(s.Findings)
	}
	type tally struct{ findings, risk int }
	techniques := map[string]map[string]tally{} // by ID and detection
	for _, f := range s.Findings {
		if f.Detection.Type == detection.Correlation {
			continue
		}
		for _, id := range f.Annotations.Techniques {
			if techniques[id] == nil {
				techniques[id] = map[string]tally{}
			}
			t := techniques[id][f.Detection.Name]
			t.findings++
			if f.Risk != nil {
				t.risk += f.Risk.Score
			}
			techniques[id][f.Detection.Name] = t
		}
	}
	for id, by := range techniques {
		t := navigator.Technique{ID: shown(id)}
		names := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
			return cmp.Or(cmp.Compare(by[b].findings, by[a].findings), cmp.Compare(a, b))
		})
		var lines []string
		for _, name := range names {
			t.Score += by[name].findings
			lines = append(lines, fmt.Sprintf("%s: %s, risk %d", shown(name), plural(by[name].findings, "finding"), by[name].risk))
		}
		t.Comment = strings.Join(lines, "\n")
		l.Techniques = append(l.Techniques, t)
	}
	_, err := w.Write(l.JSON())
	return err
}
