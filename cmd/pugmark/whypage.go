package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pugmark/pugmark/internal/funnel"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
)

// answered is the answer of why in JSON. It is an interface.
type answered struct {
	Detection *answeredDetection `json:"detection,omitempty"`
	Search    string             `json:"search"`
	// Test is the test of the detection whose data was read, if there were no
	// logs.
	Test string `json:"test,omitempty"`
	*funnel.Funnel
	// Ends is the number of the first stage out of which nothing came, 0 if
	// there are rows.
	Ends int `json:"ends_at_stage"`
	// Unread is how many problems there were with the input.
	Unread  int  `json:"unread"`
	Partial bool `json:"partial,omitempty"`
}

type answeredDetection struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// maxStageRunes bounds the text of a command on a page.
const maxStageRunes = 240

// whyPage answers first and shows the whole funnel then.
func whyPage(q *question, f *funnel.Funnel, s *session) *report.Page {
	problems, more := s.report.Problems()
	object := &answered{Search: q.search.Source.Text, Funnel: f, Unread: len(problems) + more, Partial: s.partial}
	if q.detection != nil {
		object.Detection = &answeredDetection{ID: q.detection.ID, Name: q.name}
	}
	end := f.Ends()
	if end != nil {
		object.Ends = end.Number
	}
	page := &report.Page{Title: q.name, Subtitle: verdict(f, end), Object: object}
	if q.test != "" {
		page.Subtitle += fmt.Sprintf(" Read was the data of its test %q.", q.test)
		object.Test = q.test
	}
	for _, e := range f.Events {
		page.Sections = append(page.Sections, eventSection(e, f))
	}
	if end != nil {
		page.Sections = append(page.Sections, endSection(end))
	}
	page.Sections = append(page.Sections, stageSection(f))
	if object.Unread > 0 {
		page.Sections = append(page.Sections, report.Section{Title: "Not read", Text: "What is missing may be in what could not be read: " + counts(int64(object.Unread), "problem") + ", named below."})
	}
	return page
}

// verdict is the answer in a sentence.
func verdict(f *funnel.Funnel, end *funnel.Stage) string {
	read := counts(f.Read, "event") + " read"
	switch {
	case f.Rows > 0:
		return fmt.Sprintf("It gives %s: %s.", counts(f.Rows, "row"), read)
	case end == nil:
		return fmt.Sprintf("It gives nothing: %s.", read)
	case end.In == 0:
		return fmt.Sprintf("It gives nothing: %s, so there was nothing to look at.", read)
	}
	return fmt.Sprintf("It gives nothing: %s, %s came to stage %d and none got past it.", read, counts(end.In, unitOf(end)), end.Number)
}

// unitOf is what comes to a stage.
func unitOf(s *funnel.Stage) string {
	if s.Kind == funnel.Command {
		return "row"
	}
	return "event"
}

// stageName names a stage in a sentence.
func stageName(s *funnel.Stage) string {
	text := fmt.Sprintf("%d, %s", s.Number, plan.Abbreviated(s.Text, maxStageRunes))
	if s.Macro != "" {
		text += " (from `" + s.Macro + "`)"
	}
	return text
}

// eventSection says what became of an event.
func eventSection(e *funnel.Followed, f *funnel.Funnel) report.Section {
	s := report.Section{Title: "Event " + e.ID}
	switch {
	case e.Survived:
		s.Text = "It is among the events that the result comes from."
	case e.Stage == 0:
		s.Text = "Not among them: " + e.Reason + "."
	default:
		s.Items = []report.Item{
			{Name: "vanished", Text: "at stage " + stageName(f.Stages[e.Stage-1])},
			{Name: "because", Text: e.Reason},
			{Name: "hint", Text: e.Hint},
		}
	}
	return s
}

// endSection shows some of what got furthest, and why each vanished.
func endSection(end *funnel.Stage) report.Section {
	s := report.Section{Title: "Where it ends", Items: []report.Item{{Name: "stage", Text: stageName(end)}}}
	for _, r := range end.Reasons {
		s.Items = append(s.Items, report.Item{Name: "because", Text: fmt.Sprintf("%s: %s", counts(r.Rows, unitOf(end)), r.Reason)})
	}
	for _, hint := range end.Hints {
		s.Items = append(s.Items, report.Item{Name: "hint", Text: hint})
	}
	for _, sample := range end.Samples {
		name := "row"
		if sample.Event != "" {
			name = "event"
		}
		s.Items = append(s.Items, report.Item{Name: name, Text: cmp.Or(sample.Event, sample.Row) + ": " + sample.Reason})
	}
	return s
}

// stageSection is the funnel itself.
func stageSection(f *funnel.Funnel) report.Section {
	s := report.Section{Title: "Stages"}
	width := len(countText(f.Read))
	for _, stage := range f.Stages {
		width = max(width, len(countText(stage.In)), len(countText(stage.Out)))
	}
	if len(f.Stages) == 0 || f.Stages[0].Kind != funnel.Command {
		s.Items = append(s.Items, report.Item{Name: fmt.Sprintf("   %*s   %*s", width, "", width, countText(f.Read)), Text: "events read"})
	}
	for _, stage := range f.Stages {
		text := plan.Abbreviated(stage.Text, maxStageRunes)
		if stage.Kind == funnel.Command {
			text = "| " + text
		}
		if stage.Macro != "" {
			text += "  from `" + stage.Macro + "`"
		}
		s.Items = append(s.Items, report.Item{Name: fmt.Sprintf("%2d %*s → %*s", stage.Number, width, countText(stage.In), width, countText(stage.Out)), Text: text})
		for _, r := range stage.Reasons {
			s.Items = append(s.Items, report.Item{Text: fmt.Sprintf("   − %s: %s", countText(r.Rows), r.Reason)})
		}
		if len(stage.Reasons) == 0 && stage.Remark != "" && stage.Out < stage.In {
			s.Items = append(s.Items, report.Item{Text: "   " + stage.Remark})
		}
		if stage.Out > 0 {
			for _, hint := range stage.Hints {
				s.Items = append(s.Items, report.Item{Text: "   " + strings.TrimSpace(hint)})
			}
		}
	}
	return s
}
