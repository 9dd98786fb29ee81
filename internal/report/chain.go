package report

import (
	"fmt"
	"slices"

	"github.com/pugmark/pugmark/internal/detection"
)

// sentence returns what a finding says in words, "" if it says nothing.
func sentence(f *detection.Finding) string {
	if f.Risk != nil {
		return f.Risk.Message
	}
	if story, ok := f.Chain(); ok {
		return story.Message
	}
	return ""
}

// place names a finding that tells a story, and says of which story another
// one is part, "" for all others.
func place(f *detection.Finding) string {
	if _, ok := f.Chain(); ok {
		return "story " + short(f.ID)
	}
	if f.PartOf != "" {
		return "part of story " + short(f.PartOf)
	}
	return ""
}

// short is the beginning of the ID of a finding, enough to find it again in a
// report.
func short(id string) string { return id[:min(len(id), 12)] }

// parts names the detections whose findings a story tells, and how many each
// has.
func parts(f *detection.Finding) []string {
	var names []string
	counts := map[string]int{}
	for _, p := range f.Parts {
		if counts[p.Detection]++; counts[p.Detection] == 1 {
			names = append(names, p.Detection)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		if n := counts[name]; n > 1 {
			names[i] = fmt.Sprintf("%s (%d)", name, n)
		}
	}
	return names
}

// strip draws the events of a story, each on a line of its own, or more.
func (v *view) strip(f *detection.Finding) {
	story, ok := f.Chain()
	if !ok {
		return
	}
	for _, event := range story.Strip {
		for i, l := range wrap(shown(event), v.o.width()-6, maxFieldLines) {
			before := "  │ "
			if i > 0 {
				before = "  │   "
			}
			v.line(v.t.quiet.Render(before) + l)
		}
	}
}

// stories counts the stories among findings, and the findings that they tell.
func stories(findings []*detection.Finding) (count, told int) {
	for _, f := range findings {
		if _, ok := f.Chain(); ok {
			count++
		}
		told += len(f.Parts)
	}
	return count, told
}
