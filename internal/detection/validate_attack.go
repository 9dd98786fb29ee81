package detection

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// attackIDs checks that techniques exist. Those of other matrices than
// Enterprise, and those that a later release may have, are no error: the table
// cannot know them.
func (f *checked) attackIDs(generation Generation, annotations *escu.Map) {
	items := annotations.Items("mitre_attack_id")
	var ids []string
	for _, item := range items {
		ids = append(ids, item.Text)
	}
	if generation >= G3 {
		f.distinct(annotations, "mitre_attack_id")
	}
	for _, item := range items {
		parent, _, sub := strings.Cut(item.Text, ".")
		if sub && generation >= G3 && slices.Contains(ids, parent) {
			f.fail(ruleATTACK, item.Span, "leave out "+parent, "%s is named beside its own technique %s", item.Text, parent)
		}
		if techniqueID.MatchString(item.Text) { // else reading the file has noted it
			f.attackID(item.Text, item.Span)
		}
	}
}

func (f *checked) attackID(id string, at diag.Span) {
	table := attack()
	if _, known := table.techniques[id]; known {
		return
	}
	parent, number, sub := strings.Cut(id, ".")
	successor := table.revoked[id]
	if _, known := table.techniques[parent]; !known && successor == "" {
		sub, number, successor = false, "", table.revoked[parent]
	}
	switch {
	case successor != "":
		f.warn(ruleATTACK, at, "it became "+successor+" "+table.techniques[successor].Name, "%s is revoked", id)
	case strings.HasPrefix(parent, "T08"): // the matrix for industrial control systems
	case sub && number > maxSubTechnique, parent > maxTechnique, parent < minTechnique:
		f.fail(ruleATTACK, at, diag.Suggest(id, table.near(id)), "%s is no technique of ATT&CK", id)
	case parent > table.last:
		f.warn(ruleATTACK, at, "a later release may have it", "ATT&CK for Enterprise %s does not have %s", attackVersion, id)
	default:
		f.warn(ruleATTACK, at, "it may be deprecated, of a later release, or of the matrix for mobile devices",
			"ATT&CK for Enterprise %s does not have %s", attackVersion, id)
	}
}

// Beyond these no ID was given so far, by far.
const (
	minTechnique    = "T1001"
	maxTechnique    = "T1999"
	maxSubTechnique = "050"
)

// near returns the IDs that differ from one in a digit, for suggestions.
func (t *attackTable) near(id string) []string {
	var near []string
	for known := range t.techniques {
		if len(known) != len(id) {
			continue
		}
		different := 0
		for i := range known {
			if known[i] != id[i] {
				different++
			}
		}
		if different == 1 {
			near = append(near, known)
		}
	}
	if len(near) != 1 {
		return nil // as good as a guess
	}
	return near
}
