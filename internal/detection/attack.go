package detection

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed attack.txt
var attackText string

// attackVersion is the release of ATT&CK for Enterprise that the table holds.
const attackVersion = "18.0"

// Technique is an attack technique of MITRE ATT&CK. One that the built-in
// table does not have has only its ID.
type Technique struct {
	ID      string   `json:"id"`
	Name    string   `json:"name,omitempty"`
	Tactics []string `json:"tactics,omitempty"`
}

// attackTable is what the built-in text says of ATT&CK.
type attackTable struct {
	techniques map[string]Technique
	revoked    map[string]string // what took the place of an ID
	last       string            // the largest ID of a technique
}

// attack returns the built-in techniques.
var attack = sync.OnceValue(func() *attackTable {
	t := &attackTable{techniques: map[string]Technique{}, revoked: map[string]string{}}
	for line := range strings.Lines(attackText) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		if id, successor, revoked := strings.Cut(line, "="); revoked {
			t.revoked[id] = successor
			continue
		}
		if columns := strings.Split(line, "|"); len(columns) >= 3 {
			t.add(columns[0], strings.Split(columns[1], ", "), columns[2], columns[3:])
		}
	}
	return t
})

// add adds a technique and its sub-techniques.
func (t *attackTable) add(id string, tactics []string, name string, subs []string) {
	t.techniques[id] = Technique{ID: id, Name: name, Tactics: tactics}
	t.last = max(t.last, id)
	for i, name := range subs {
		if name != "" {
			sub := fmt.Sprintf("%s.%03d", id, i+1)
			t.techniques[sub] = Technique{ID: sub, Name: name, Tactics: tactics}
		}
	}
}

func technique(id string) Technique {
	if t, ok := attack().techniques[id]; ok {
		return t
	}
	return Technique{ID: id}
}

// tacticsOf returns the tactics of techniques, each once, in the order of the
// techniques.
func tacticsOf(techniques []Technique) []string {
	var tactics []string
	for _, t := range techniques {
		for _, tactic := range t.Tactics {
			if !slices.Contains(tactics, tactic) {
				tactics = append(tactics, tactic)
			}
		}
	}
	return tactics
}

// killChainPhase returns the phase of the Lockheed Martin kill chain that a
// tactic belongs to. Source: Splunk Security Content.
func killChainPhase(tactic string) string {
	switch tactic {
	case "Reconnaissance":
		return "Reconnaissance"
	case "Resource Development":
		return "Weaponization"
	case "Initial Access":
		return "Delivery"
	case "Execution", "Persistence":
		return "Installation"
	case "Privilege Escalation", "Defense Evasion", "Stealth", "Defense Impairment", "Credential Access", "Discovery", "Lateral Movement", "Collection":
		return "Exploitation"
	case "Command and Control":
		return "Command and Control"
	case "Exfiltration", "Impact":
		return "Actions on Objectives"
	}
	return ""
}

// killChainPhases returns the phases of tactics in byte order, each once.
func killChainPhases(tactics []string) []string {
	var phases []string
	for _, tactic := range tactics {
		if phase := killChainPhase(tactic); phase != "" && !slices.Contains(phases, phase) {
			phases = append(phases, phase)
		}
	}
	slices.Sort(phases)
	return phases
}
