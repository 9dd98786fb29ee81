package detection

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed attack.txt
var attackText string

// Technique is an attack technique of MITRE ATT&CK. One that the built-in
// table does not have, which is made for cloud logs, has only its ID.
type Technique struct {
	ID      string   `json:"id"`
	Name    string   `json:"name,omitempty"`
	Tactics []string `json:"tactics,omitempty"`
}

// attack returns the built-in techniques by ID.
var attack = sync.OnceValue(func() map[string]Technique {
	table := map[string]Technique{}
	for line := range strings.Lines(attackText) {
		if fields := strings.Split(strings.TrimSpace(line), "\t"); len(fields) == 3 {
			table[fields[0]] = Technique{ID: fields[0], Name: fields[1], Tactics: strings.Split(fields[2], ", ")}
		}
	}
	return table
})

func technique(id string) Technique {
	if t, ok := attack()[id]; ok {
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
