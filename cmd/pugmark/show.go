package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/risk"
)

// showCommand shows a detection.
type showCommand struct {
	Name   []string `arg:"" help:"Name, id or file name; * is any text."`
	Expand bool     `group:"select" help:"Show the search with its macros replaced."`

	contentFlags
	outputFlags
}

func (showCommand) result() report.Kind { return report.Pages }

func (showCommand) examples() []string {
	return []string{
		"detections show 'AWS AMI Attribute Modification for Exfiltration'",
		"detections show f2132d74-cf81-4c5e-8799-ab069e67dc9f --expand",
	}
}

func (c *showCommand) Run(a *app) (exitCode, error) {
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	// A name of several words may be given without quotes.
	d, err := library.one(strings.Join(c.Name, " "))
	if err != nil {
		return exitUsage, err
	}
	page := detectionPage(d, library.env(), c.Expand)
	return exitOK, c.writePage(a, page)
}

// shownDetection is a detection as show writes it in JSON: what list says, and
// the rest. It is an interface.
type shownDetection struct {
	*listed
	Version             int                   `json:"version"`
	Date                string                `json:"date"`
	Author              string                `json:"author"`
	Description         string                `json:"description"`
	Search              string                `json:"search"`
	Expanded            string                `json:"expanded_search,omitempty"`
	Risk                shownRisk             `json:"risk"`
	Annotations         detection.Annotations `json:"annotations"`
	SecurityDomain      string                `json:"security_domain"`
	AssetType           string                `json:"asset_type"`
	HowToImplement      string                `json:"how_to_implement"`
	KnownFalsePositives string                `json:"known_false_positives"`
	References          []string              `json:"references"`
	Schedule            *shownSchedule        `json:"schedule,omitempty"` // a rule over risk has none
}

// shownSchedule is when Splunk runs a search, and what it does with results.
type shownSchedule struct {
	Cron       string   `json:"cron"`
	Earliest   string   `json:"earliest"`
	Latest     string   `json:"latest"`
	Deployment string   `json:"deployment"` // "" if the content has none
	Actions    []string `json:"actions"`
}

type shownRisk struct {
	Score   int                 `json:"score"`
	Message string              `json:"message"`
	Objects []map[string]string `json:"risk_objects"`
	Threats []map[string]string `json:"threat_objects"`
}

func detectionPage(d *detection.Detection, env *command.Env, expand bool) *report.Page {
	object := &shownDetection{
		listed: listing(d, env), Version: d.Version, Date: d.Date, Author: d.Author,
		Description: d.Description, Search: d.Search.Text, Risk: riskOf(d), Annotations: d.Annotations(),
		SecurityDomain: d.SecurityDomain, AssetType: d.AssetType,
		HowToImplement: d.HowToImplement, KnownFalsePositives: d.KnownFalsePositives, References: d.References,
	}
	if d.Rule == nil {
		object.Schedule = scheduleOf(d)
	}
	search := report.Section{Title: "Search", Verbatim: d.Search.Text}
	problems := d.CheckSearch(env).Problems
	switch {
	case d.Rule != nil:
		search = report.Section{Title: "Reads", Text: "The risk that the other detections of a scan make. It is a rule and no search: its window moves over all of the input."}
	case expand && len(problems) == 0:
		compiled, _ := d.Compile(env)
		object.Expanded = expandedSearch(compiled)
		search = report.Section{Title: "Search, macros replaced", Verbatim: object.Expanded}
	}
	runs := report.Section{Title: "Runs here", Text: "✓ yes"}
	if len(problems) > 0 {
		var lines []string
		for _, p := range problems {
			lines = append(lines, p.Render())
		}
		runs = report.Section{Title: "Does not run here", Verbatim: strings.Join(lines, "\n")}
	}
	return &report.Page{
		Title:    d.Name,
		Subtitle: subtitle(d),
		Sections: []report.Section{
			{Text: d.Description, Title: "Finds"},
			search,
			runs,
			riskSection(d),
			scheduleSection(d),
			{Title: "Annotations", Items: []report.Item{
				{Name: "ATT&CK", Text: techniques(d)},
				{Name: "stories", Text: strings.Join(d.Stories, ", ")},
				{Name: "data sources", Text: strings.Join(d.DataSources, ", ")},
				{Name: "kill chain", Text: strings.Join(d.KillChainPhases, ", ")},
				{Name: "NIST", Text: strings.Join(d.NIST, ", ")},
				{Name: "CIS", Text: strings.Join(d.CIS20, ", ")},
				{Name: "CVE", Text: strings.Join(d.CVE, ", ")},
				{Name: "domain", Text: d.SecurityDomain},
				{Name: "asset", Text: d.AssetType},
			}},
			{Title: "How to implement", Text: d.HowToImplement},
			{Title: "Known false positives", Text: d.KnownFalsePositives},
			drilldowns(d),
			tests(d),
			{Title: "References", Verbatim: strings.Join(d.References, "\n")},
			{Title: "About", Items: []report.Item{
				{Name: "id", Text: d.ID}, {Name: "file", Text: d.File}, {Name: "author", Text: d.Author},
			}},
		},
		Object: object,
	}
}

func subtitle(d *detection.Detection) string {
	parts := []string{string(d.Type), string(d.Status), fmt.Sprintf("version %d", d.Version)}
	if d.Date != "" {
		parts = append(parts, d.Date)
	}
	if d.Type.MakesRisk() {
		parts = append(parts, fmt.Sprintf("%s risk %d", risk.SeverityOfScore(d.Risk.Score), d.Risk.Score))
	}
	return strings.Join(parts, " · ")
}

// expandedSearch prints a compiled search, its macros replaced.
func expandedSearch(s *plan.Search) string {
	lines := make([]string, len(s.Ops))
	for i, op := range s.Ops {
		lines[i] = op.String()
	}
	return strings.Join(lines, "\n| ")
}

func riskOf(d *detection.Detection) shownRisk {
	r := shownRisk{Score: d.Risk.Score, Message: d.Risk.Message, Objects: []map[string]string{}, Threats: []map[string]string{}}
	for _, o := range d.Risk.Objects {
		object := map[string]string{"field": o.Field, "type": o.Type, "score": fmt.Sprint(o.Score)}
		if o.ScoreField != "" {
			object["score_field"] = o.ScoreField
		}
		r.Objects = append(r.Objects, object)
	}
	for _, t := range d.Risk.Threats {
		r.Threats = append(r.Threats, map[string]string{"field": t.Field, "type": t.Type})
	}
	return r
}

func riskSection(d *detection.Detection) report.Section {
	if !d.Type.MakesRisk() {
		return report.Section{Title: "Risk", Text: fmt.Sprintf("None: the type is %s.", d.Type)}
	}
	s := report.Section{Title: "Risk", Text: d.Risk.Message}
	for _, o := range d.Risk.Objects {
		text := fmt.Sprintf("%s, score %d", o.Type, o.Score)
		if o.ScoreField != "" {
			text += ", or that of the result in " + o.ScoreField
		}
		s.Items = append(s.Items, report.Item{Name: o.Field, Text: text})
	}
	for _, t := range d.Risk.Threats {
		s.Items = append(s.Items, report.Item{Name: t.Field, Text: "threat, " + t.Type})
	}
	return s
}

func scheduleOf(d *detection.Detection) *shownSchedule {
	when, does := d.When(), d.Does()
	s := &shownSchedule{Cron: when.Cron, Earliest: when.Earliest, Latest: when.Latest, Actions: []string{}}
	if d.Deployment != nil {
		s.Deployment = d.Deployment.Name
	}
	for _, action := range []struct {
		name string
		done bool
	}{
		{"risk", does.Risk},
		{"finding", does.Notable != nil},
		{"email", does.Email != nil},
		{"slack", does.Slack != nil},
		{"soar", does.Phantom != nil},
	} {
		if action.done {
			s.Actions = append(s.Actions, action.name)
		}
	}
	return s
}

func scheduleSection(d *detection.Detection) report.Section {
	if d.Rule != nil {
		return report.Section{}
	}
	s := scheduleOf(d)
	section := report.Section{Title: "In Splunk", Items: []report.Item{
		{Name: "runs", Text: s.Cron},
		{Name: "over", Text: s.Earliest + " to " + s.Latest},
		{Name: "makes", Text: cmp.Or(strings.Join(s.Actions, ", "), "nothing but results")},
		{Name: "deployment", Text: s.Deployment},
	}}
	if t := d.Throttle; t != nil {
		section.Items = append(section.Items, report.Item{Name: "throttled", Text: "by " + strings.Join(t.Fields, ", ") + " for " + t.Period})
	}
	return section
}

func techniques(d *detection.Detection) string {
	texts := make([]string, len(d.Techniques))
	for i, t := range d.Techniques {
		texts[i] = strings.TrimSpace(t.ID + " " + t.Name)
		if len(t.Tactics) > 0 {
			texts[i] += " (" + strings.Join(t.Tactics, ", ") + ")"
		}
	}
	return strings.Join(texts, "; ")
}

func drilldowns(d *detection.Detection) report.Section {
	s := report.Section{Title: "Drilldowns"}
	for _, drill := range d.Drilldowns {
		s.Items = append(s.Items, report.Item{Name: "search", Text: drill.Name})
	}
	return s
}

func tests(d *detection.Detection) report.Section {
	s := report.Section{Title: "Tests"}
	for _, t := range d.Tests {
		for _, data := range t.Data {
			s.Items = append(s.Items, report.Item{Name: t.Name, Text: data.Data})
		}
	}
	return s
}
