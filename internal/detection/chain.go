package detection

import "math"

// The fields of a row that tells the story of a chain of events.
const (
	chainScore   = "story_score"
	chainMessage = "message"
	chainStrip   = "strip"
)

// Chain is the story of events that belong together; a [Story] is something
// else, a group of detections. It makes no risk: the findings that it brings
// together have made theirs.
type Chain struct {
	Score   int      // from 0 to 100: how bad it is
	Message string   // a sentence
	Strip   []string // the events, a line each, in the order of time
}

// Chain returns the story that the finding tells. A Correlation tells one if
// its rows have a number from 0 to 100 in the field story_score and the events
// in strip; message is its sentence.
func (f *Finding) Chain() (*Chain, bool) {
	if f.Detection.Type != Correlation {
		return nil, false
	}
	score, ok := f.Result.Get(chainScore).Float()
	strip := f.Result.Get(chainStrip).Texts()
	if !ok || !(score >= 0 && score <= 100) || len(strip) == 0 {
		return nil, false
	}
	return &Chain{Score: int(math.Round(score)), Message: f.Result.Get(chainMessage).String(), Strip: strip}, true
}

// IsChainField reports whether a field of the row of a story is in what
// [Finding.Chain] returns.
func IsChainField(name string) bool {
	return name == chainScore || name == chainMessage || name == chainStrip
}

// Part is a finding that a story tells.
type Part struct {
	FindingID string `json:"finding_id"`
	Detection string `json:"detection"` // its name
}

// TellChains finds out which findings are parts of stories: those all of whose
// events are events of one, the first one. It sets PartOf of those and Parts of
// the stories. A finding with more events than it names is part of none, since
// nobody can tell.
func TellChains(findings []*Finding) {
	of := map[string]*Finding{} // stories by their events
	for _, f := range findings {
		if _, ok := f.Chain(); !ok {
			continue
		}
		for _, id := range f.EventIDs {
			if of[id] == nil {
				of[id] = f
			}
		}
	}
	for _, f := range findings {
		if story := chainOf(f, of); story != nil {
			f.PartOf = story.ID
			story.Parts = append(story.Parts, Part{FindingID: f.ID, Detection: f.Detection.Name})
		}
	}
}

// chainOf returns the story that has all events of a finding, nil if none has.
func chainOf(f *Finding, of map[string]*Finding) *Finding {
	if f.Detection.Type == Correlation || len(f.EventIDs) == 0 || f.EventCount != len(f.EventIDs) {
		return nil
	}
	story := of[f.EventIDs[0]]
	for _, id := range f.EventIDs {
		if of[id] != story {
			return nil
		}
	}
	return story
}
