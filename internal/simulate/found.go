package simulate

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Finding is what is to be found of the shares of an image by a caller with a
// recipient, by a detection that judges them with the trust file.
type Finding struct {
	Scenario  string    `json:"scenario"`
	Actor     string    `json:"user_arn"`
	Account   string    `json:"aws_account_id"`
	Region    string    `json:"region"`
	Image     string    `json:"image_id"`
	Recipient string    `json:"recipient"`
	Verdict   string    `json:"verdict"`
	Outcome   string    `json:"outcome"`
	Outcomes  []string  `json:"outcomes"`
	Attempts  int       `json:"attempts"`
	Succeeded int       `json:"succeeded"`
	Score     int       `json:"risk_score"`
	Severity  string    `json:"severity"`
	FirstTime time.Time `json:"first_time"`
	LastTime  time.Time `json:"last_time"`
	EventIDs  []string  `json:"event_ids"`
}

// occasion is how many seconds after the first share with a stranger others
// still belong to it; whoever is given something later was seen before.
const occasion = 24 * 60 * 60

const succeeded = "succeeded"

// outcome says in the words of the detections what came of the call.
func (e *planted) outcome() string {
	switch e.why {
	case "":
		return succeeded
	case denied:
		return "denied by IAM"
	case organizationDenies:
		return "denied by SCP"
	case resourcesDeny:
		return "denied by RCP"
	case publicBlocked:
		return "blocked by block public access"
	case managedKey:
		return "blocked by encryption"
	case dryRun:
		return "dry run"
	}
	return "other error"
}

// risk is the score of a share, by the table in docs/ami-sharing.md.
func risk(verdict string, worked bool) int {
	scores := map[string][2]int{
		verdictPublic:      {95, 35},
		verdictForeign:     {85, 30},
		verdictForeignUnit: {85, 30},
		verdictStranger:    {75, 25},
		verdictSeenBefore:  {45, 15},
	}[verdict]
	if worked {
		return scores[0]
	}
	return scores[1]
}

func severity(score int) string {
	switch {
	case score > 80:
		return "critical"
	case score > 60:
		return "high"
	case score > 40:
		return "medium"
	case score > 20:
		return "low"
	}
	return "informational"
}

// try is a share of an image with one recipient, done or not.
type try struct {
	event            *planted
	verdict, outcome string
	score            int
}

// findings tells what is to be found of events in the order of time.
func (w *world) findings(events []*planted) []*Finding {
	images := slices.DeleteFunc(slices.Clone(events), func(e *planted) bool {
		return e.change.deed != permits || e.change.kind != imageKind
	})
	reached := map[string]int64{} // when a share first reached a recipient
	for _, e := range images {
		for _, to := range e.change.given {
			if _, before := reached[to]; !before && e.outcome() == succeeded {
				reached[to] = e.at
			}
		}
	}
	type subject struct{ actor, account, region, image, recipient string }
	tries := map[subject][]try{}
	for _, e := range images {
		for i, to := range e.change.given {
			if slices.Contains(e.change.given[:i], to) {
				continue // named twice
			}
			t := try{event: e, verdict: w.verdict(to, e.account.id, e.at), outcome: e.outcome()}
			if first, known := reached[to]; t.verdict == verdictStranger && known && e.at >= first+occasion {
				t.verdict = verdictSeenBefore
			}
			t.score = risk(t.verdict, t.outcome == succeeded)
			key := subject{e.who.arn, e.account.id, e.region, e.change.id, to}
			tries[key] = append(tries[key], t)
		}
	}
	var list []*Finding
	for key, of := range tries {
		f := &Finding{Actor: key.actor, Account: key.account, Region: key.region, Image: key.image, Recipient: key.recipient}
		f.sum(of)
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *Finding) int {
		return cmp.Or(a.FirstTime.Compare(b.FirstTime), cmp.Compare(a.Image, b.Image), cmp.Compare(a.Recipient, b.Recipient), cmp.Compare(a.Actor, b.Actor))
	})
	return list
}

// sum fills in what the tries amount to. The one that weighs most gives the
// verdict and the outcome.
func (f *Finding) sum(tries []try) {
	worst := tries[0]
	outcomes := map[string]bool{}
	for _, t := range tries {
		outcomes[t.outcome] = true
		f.Attempts++
		if t.outcome == succeeded {
			f.Succeeded++
		}
		if t.score > worst.score || t.score == worst.score && t.outcome == succeeded && worst.outcome != succeeded {
			worst = t
		}
		f.EventIDs = append(f.EventIDs, string(t.event.eventID[:]))
	}
	f.Scenario = worst.event.scenario
	f.Verdict, f.Outcome, f.Score, f.Severity = worst.verdict, worst.outcome, worst.score, severity(worst.score)
	f.Outcomes = slices.Sorted(maps.Keys(outcomes))
	f.FirstTime = time.Unix(tries[0].event.at, 0).UTC()
	f.LastTime = time.Unix(tries[len(tries)-1].event.at, 0).UTC()
}
