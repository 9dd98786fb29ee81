package detection

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Deployment says when a search runs in Splunk and what it does with its
// results. Those of ESCU 6 say only when.
type Deployment struct {
	File string // "" where the deployment stands in the detection's file
	ID   string
	Name string
	// Schedule is empty where the content says nothing.
	Schedule Schedule
	// Actions is nil where the type of the detection tells them.
	Actions *Actions
	// For are the detections that it is for, by what they must have: a type, a
	// story, a product or a name of a deployment. Empty is for those that name
	// the deployment.
	For []Condition
}

// Schedule is when a search runs, over which time.
type Schedule struct {
	Cron     string
	Earliest string
	Latest   string
	Window   string // by how much it may be late: auto or minutes
}

// IsZero reports whether nothing is said.
func (s Schedule) IsZero() bool { return s == Schedule{} }

// Condition is what a detection must have to be deployed so.
type Condition struct {
	Key   string // type, analytic_story, product, deployments
	Value string
}

// Actions are what Splunk does with the results of a search.
type Actions struct {
	Risk    bool
	Notable *NotableAction
	Email   *EmailAction
	Slack   *SlackAction
	Phantom *PhantomAction
}

// NotableAction makes a finding; %name% and the like stand for what the
// detection says.
type NotableAction struct {
	Title       string
	Description string
	Fields      []string // that findings are grouped and shown by
}

// EmailAction sends mail.
type EmailAction struct{ To, Subject, Message string }

// SlackAction writes to a channel.
type SlackAction struct{ Channel, Message string }

// PhantomAction hands results to Splunk SOAR.
type PhantomAction struct{ Server, Label, Sensitivity, Severity, Workers string }

// The keys of a deployment's tags, older than its type.
var deploymentTags = []string{"type", "analytic_story", "product", "deployments"}

func decodeDeployment(file *escu.File) (*Deployment, error) {
	root := file.Root
	d := &decoder{file: file}
	dep := d.deployment(root)
	dep.File = file.Source.Name
	if dep.Name == "" {
		return nil, fatal(file, "name", "a deployment has a name")
	}
	if kind := root.Text("type"); kind != "" {
		dep.For = append(dep.For, Condition{"type", kind})
	}
	tags := root.Map("tags")
	for _, key := range deploymentTags {
		for _, value := range tags.Texts(key) {
			dep.For = append(dep.For, Condition{key, value})
		}
	}
	d.unknown(tags, " in tags")
	askFor(root, "date", "creation_date", "modification_date", "author", "version", "description", "references", "status", "tags", "fbd")
	d.unknown(root, "")
	if problems := d.finish(); len(problems) > 0 {
		return dep, problems
	}
	return dep, nil
}

// deployment reads what a file of its own and a detection's key have alike.
func (d *decoder) deployment(m *escu.Map) *Deployment {
	dep := &Deployment{ID: strings.ToLower(m.Text("id")), Name: m.Text("name")}
	if scheduling := m.Map("scheduling"); scheduling != nil {
		dep.Schedule = schedule(scheduling)
		d.unknown(scheduling, " in scheduling")
	} else {
		dep.Schedule = schedule(m) // ESCU 6
	}
	if actions := m.Map("alert_action"); actions != nil {
		dep.Actions = d.actions(actions)
	}
	return dep
}

func schedule(m *escu.Map) Schedule {
	return Schedule{
		Cron: m.Text("cron_schedule"), Earliest: m.Text("earliest_time"), Latest: m.Text("latest_time"), Window: m.Text("schedule_window"),
	}
}

func (d *decoder) actions(m *escu.Map) *Actions {
	a := &Actions{}
	if notable := m.Map("notable"); notable != nil {
		a.Notable = &NotableAction{Title: notable.Text("rule_title"), Description: notable.Text("rule_description")}
		for _, fields := range notable.Texts("nes_fields") {
			a.Notable.Fields = append(a.Notable.Fields, strings.FieldsFunc(fields, func(r rune) bool { return r == ',' || r == ' ' })...)
		}
		d.unknown(notable, " in notable")
	}
	if rba := m.Map("rba"); rba != nil {
		a.Risk, _ = rba.Bool("enabled")
		d.unknown(rba, " in rba")
	}
	if email := m.Map("email"); email != nil {
		a.Email = &EmailAction{To: email.Text("to"), Subject: email.Text("subject"), Message: email.Text("message")}
		d.unknown(email, " in email")
	}
	if slack := m.Map("slack"); slack != nil {
		a.Slack = &SlackAction{Channel: slack.Text("channel"), Message: slack.Text("message")}
		d.unknown(slack, " in slack")
	}
	if phantom := m.Map("phantom"); phantom != nil {
		a.Phantom = &PhantomAction{
			Server: phantom.Text("phantom_server"), Label: phantom.Text("label"), Sensitivity: phantom.Text("sensitivity"),
			Severity: phantom.Text("severity"), Workers: phantom.Text("cam_workers"),
		}
		d.unknown(phantom, " in phantom")
	}
	askFor(m, "suppress")
	d.unknown(m, " in alert_action")
	return a
}

// ownDeployment reads what a detection or baseline says about its deployment:
// a whole one, or in the fourth generation the name of a schedule or a schedule.
func (d *decoder) ownDeployment(root *escu.Map) (own *Deployment, named string) {
	if m := root.Map("deployment"); m != nil {
		own = d.deployment(m)
		askFor(m, "date", "author", "version", "description", "type")
		d.unknown(m, " in deployment")
		return own, ""
	}
	if m := root.Map("custom_schedule"); m != nil {
		own = &Deployment{Schedule: schedule(m)}
		d.unknown(m, " in custom_schedule")
		return own, ""
	}
	return nil, root.Text("schedule")
}

// deployed is what a deployment can be chosen by.
type deployed struct {
	kind     string
	stories  []string
	products []string
	names    []string // of deployments, in the tags
	schedule string   // the name of one
}

// fits reports whether the deployment is for d.
func (dep *Deployment) fits(d deployed) bool {
	return slices.ContainsFunc(dep.For, func(c Condition) bool {
		switch c.Key {
		case "type":
			return strings.EqualFold(c.Value, d.kind)
		case "analytic_story":
			return slices.Contains(d.stories, c.Value)
		case "product":
			return slices.Contains(d.products, c.Value)
		}
		return slices.Contains(d.names, c.Value)
	})
}

// The schedules of ESCU 6 for what names none.
const (
	defaultSchedule         = "Default EventBasedDetection"
	defaultBaselineSchedule = "Default Baseline"
)

// deploymentOf returns the deployment that a detection or baseline has, nil if
// there is none: the one that it names, one that is for it, or that for all.
// Of several that are for it the last one counts: their files are numbered,
// from what is for many to what is for few. Source: the tools of Splunk Security
// Content.
func (l *Library) deploymentOf(d deployed, forAll string) *Deployment {
	named := func(name string) *Deployment {
		i := slices.IndexFunc(l.Deployments, func(dep *Deployment) bool { return dep.Name == name })
		if i < 0 {
			return nil
		}
		return l.Deployments[i]
	}
	if dep := named(d.schedule); dep != nil {
		return dep
	}
	for _, dep := range slices.Backward(l.Deployments) {
		if dep.fits(d) {
			return dep
		}
	}
	return named(forAll)
}

// deploy gives detections and baselines their deployments.
func (l *Library) deploy() {
	for _, d := range l.Detections {
		if d.Deployment == nil {
			by := deployed{kind: string(d.Type), stories: d.Stories, products: d.Products, names: d.DeploymentNames, schedule: d.ScheduleName}
			d.Deployment = l.deploymentOf(by, defaultSchedule)
		}
	}
	for _, b := range l.Baselines {
		if b.Deployment == nil {
			by := deployed{kind: "Baseline", names: b.deployments, schedule: b.schedule}
			b.Deployment = l.deploymentOf(by, defaultBaselineSchedule)
		}
	}
}

// The schedules of the deployments that Splunk ships: for detections every
// hour, the hour that ended ten minutes ago; for baselines every day.
var (
	shippedSchedule         = Schedule{Cron: "0 * * * *", Earliest: "-70m@m", Latest: "-10m@m", Window: "auto"}
	shippedBaselineSchedule = Schedule{Cron: "10 0 * * *", Earliest: "-1450m@m", Latest: "-10m@m", Window: "auto"}
)

// When returns when the detection runs: as its deployment says, or as those do
// that Splunk ships.
func (d *Detection) When() Schedule { return d.Deployment.over(shippedSchedule) }

// When returns when the baseline runs.
func (b *Baseline) When() Schedule { return b.Deployment.over(shippedBaselineSchedule) }

// over returns the deployment's schedule, and that of s where it says nothing.
func (dep *Deployment) over(s Schedule) Schedule {
	if dep == nil {
		return s
	}
	own := dep.Schedule
	return Schedule{
		Cron: cmp.Or(own.Cron, s.Cron), Earliest: cmp.Or(own.Earliest, s.Earliest),
		Latest: cmp.Or(own.Latest, s.Latest), Window: cmp.Or(own.Window, s.Window),
	}
}

// Does returns what Splunk does with the results: as the deployment says, or
// else as the type does. A TTP and an Anomaly make risk events, a TTP and a
// Correlation findings.
func (d *Detection) Does() Actions {
	if d.Deployment != nil && d.Deployment.Actions != nil {
		return *d.Deployment.Actions
	}
	a := Actions{Risk: d.Type.MakesRisk()}
	if d.Type == TTP || d.Type == Correlation {
		a.Notable = &NotableAction{Title: "%name%", Description: "%description%"}
	}
	return a
}

// Investigation is a search with $inputs$ that a person runs on a finding.
type Investigation struct {
	File        string
	ID          string
	Name        string
	Description string
	Search      escu.Scalar
	Stories     []string
}

func decodeInvestigation(file *escu.File) (*Investigation, error) {
	root := file.Root
	i := &Investigation{
		File: file.Source.Name, ID: strings.ToLower(root.Text("id")), Name: root.Text("name"), Description: root.Text("description"),
		Search: root.Scalar("search"), Stories: root.Map("tags").Texts("analytic_story"),
	}
	switch {
	case i.Name == "":
		return nil, fatal(file, "name", "an investigation has a name")
	case strings.TrimSpace(i.Search.Text) == "":
		return nil, fatal(file, "search", "the investigation has no search")
	}
	if problems := file.Problems(); len(problems) > 0 {
		return i, problems
	}
	return i, nil
}
