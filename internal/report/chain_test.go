package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/value"
)

// told is a story of six events and the finding of one of them.
func told() *Scan {
	story, share := finding("Share in a chain", 0, ""), finding("Image shared", 72, "Image ami-1 was shared.")
	story.Detection.Type, story.Risk = detection.Correlation, nil
	story.ID, story.EventIDs, story.EventCount = strings.Repeat("0123456789abcdef", 4), []string{"a", "b", "c", "d", "e", "f"}, 6
	story.Result = detection.Result{
		{Name: "message", Value: value.OfText("Sharing ami-1 with 222: image made, image shared")},
		{Name: "story_score", Value: value.OfText("85")},
		{Name: "strip", Value: value.OfTexts([]string{"10:00  alice  CreateImage", "10:01  bob", "10:02  bob", "10:03  bob", "10:04  bob", "10:05  bob  StopLogging"})},
		{Name: "image_id", Value: value.OfText("ami-1")},
	}
	share.ID, share.EventIDs, share.EventCount = "fedcba9876543210", []string{"b"}, 1
	scan := &Scan{Findings: []*detection.Finding{share, story}}
	detection.TellChains(scan.Findings)
	return scan
}

// A story shows all of its events in order, and what it tells is shown in
// short. Text below "Summary" is left out.
func TestStories(t *testing.T) {
	t.Parallel()
	scan := told()
	table, _, _ := strings.Cut(writtenFindings(t, "table", scan, Options{Width: 100}), "Summary")
	if diff := cmp.Diff(`▲ high 72  Image shared
  2024-08-01 12:25:57 – 12:26:00 UTC · 1 event · TTP · T1537 Exfiltration · part of story
  0123456789ab
  Image ami-1 was shared.

◆ critical 85  Share in a chain
  2024-08-01 12:25:57 – 12:26:00 UTC · 6 events · Correlation · T1537 Exfiltration · story
  0123456789ab
  Sharing ami-1 with 222: image made, image shared
  │ 10:00  alice  CreateImage
  │ 10:01  bob
  │ 10:02  bob
  │ 10:03  bob
  │ 10:04  bob
  │ 10:05  bob  StopLogging
  image_id            ami-1
  findings told here  Image shared

`, table); diff != "" {
		t.Error(diff)
	}
	for format, want := range map[string]string{
		"markdown": "1. `10:04  bob`\n1. `10:05  bob  StopLogging`\n",
		"html":     "<li><span class=\"value\">10:04  bob</span></li>\n<li><span class=\"value\">10:05  bob  StopLogging</span></li>\n</ol>",
		"ndjson":   `"strip":["10:00  alice  CreateImage","10:01  bob","10:02  bob","10:03  bob","10:04  bob","10:05  bob  StopLogging"]`,
		"csv":      "fedcba9876543210",
		"ocsf":     `"message":"Sharing ami-1 with 222: image made, image shared"`,
		"sarif":    "Sharing ami-1 with 222: image made, image shared",
	} {
		if got := writtenFindings(t, format, scan, Options{}); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q:\n%s", format, want, got)
		}
	}
	if got, want := scan.Counts(), "2 findings, 1 of them told in 1 story"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
