package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/risk"
)

// sarifLog is a log of one run in SARIF 2.1.0, the form in which code hosts
// take what tools found. Source: OASIS, Static Analysis Results Interchange
// Format; GitHub, SARIF support for code scanning.
type sarifLog struct {
	run   *sarif.Run
	rules map[string]int // where each stands in the run, by its ID
}

const homepage = "https://github.com/pugmark/pugmark"

func newSARIF(o Options) *sarifLog {
	l := &sarifLog{run: sarif.NewRunWithInformationURI("pugmark", homepage), rules: map[string]int{}}
	l.run.WithColumnKind("unicodeCodePoints")
	if o.Version != "" {
		l.run.Tool.Driver.WithVersion(o.Version)
	}
	return l
}

// rule adds a rule unless there is one of the ID.
func (l *sarifLog) rule(id string, describe func(*sarif.ReportingDescriptor)) {
	if _, known := l.rules[id]; known {
		return
	}
	rule := l.run.AddRule(id)
	describe(rule)
	l.rules[id] = len(l.run.Tool.Driver.Rules) - 1
}

// result adds a result of a rule that was added before.
func (l *sarifLog) result(id, level, message string) *sarif.Result {
	result := sarif.NewRuleResult(id).WithRuleIndex(l.rules[id]).WithLevel(level).WithMessage(sarif.NewTextMessage(message))
	l.run.AddResult(result)
	return result
}

func (l *sarifLog) write(w *bufio.Writer) error {
	log := sarif.NewReport()
	log.AddRun(l.run)
	text, err := marshal(log)
	if err != nil {
		return err
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		return err
	}
	indented.WriteByte('\n')
	_, err = w.Write(indented.Bytes())
	return err
}

// sarifProblems writes problems of content. Each check is a rule, also one
// that found nothing, so that a code host can say that it was made.
func sarifProblems(w *bufio.Writer, p *Problems, o Options) error {
	l := newSARIF(o)
	for _, r := range p.Rules {
		l.rule(r.Name, func(d *sarif.ReportingDescriptor) { describeCheck(d, r) })
	}
	for _, issue := range p.Issues {
		at := problemOf(issue)
		l.rule(at.Check, func(*sarif.ReportingDescriptor) {})
		region := sarif.NewRegion().WithStartLine(at.Line).WithStartColumn(at.Column).WithEndLine(at.endLine).WithEndColumn(at.endColumn)
		l.result(at.Check, at.Severity, at.text()).AddLocation(sarif.NewLocation().WithPhysicalLocation(
			sarif.NewPhysicalLocation().WithArtifactLocation(artifact(p.hosted(at.File))).WithRegion(region)))
	}
	return l.write(w)
}

func describeCheck(d *sarif.ReportingDescriptor, r detection.Rule) {
	level, tag := severityError, "content"
	if r.Warning {
		level = severityWarning
	}
	if r.Lint {
		tag = "lint"
	}
	d.WithShortDescription(multiformat(r.Summary)).
		WithFullDescription(multiformat(r.Summary)).
		WithHelp(multiformat(r.Fix)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(level)).
		WithProperties(sarif.NewPropertyBag().Add("problem.severity", level).WithTags([]string{tag}))
}

func multiformat(text string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(text)
}

// artifact names a file: a relative reference, which a code host resolves
// against the root of its repository, or the URI of a file elsewhere.
func artifact(name string) *sarif.ArtifactLocation {
	if strings.Contains(name, "://") {
		return sarif.NewSimpleArtifactLocation(name)
	}
	u := url.URL{Path: name}
	if strings.HasPrefix(name, "/") {
		u.Scheme = "file"
	}
	return sarif.NewSimpleArtifactLocation(u.String())
}

// sarifFindings writes findings. Each detection that found something is a
// rule; the location is the log file where the row tells one, and those at
// risk by their names.
func sarifFindings(w *bufio.Writer, s *Scan, o Options) error {
	l := newSARIF(o)
	worst := map[string]*detection.Finding{} // a score may be the row's; a rule has one
	for _, f := range s.Findings {
		if w := worst[ruleID(f)]; w == nil || f.Risk != nil && w.Risk != nil && f.Risk.Score > w.Risk.Score {
			worst[ruleID(f)] = f
		}
	}
	for _, f := range s.Findings {
		id := ruleID(f)
		l.rule(id, func(d *sarif.ReportingDescriptor) { describeDetection(d, worst[id]) })
		result := l.result(id, sarifLevel(f), findingText(f))
		result.WithLocations(findingLocations(f)).WithPartialFingerprints(map[string]string{"findingId/v1": f.ID})
		result.WithProperties(sarif.NewPropertyBag().Add("time", f.Time).Add("result", f.Result).
			Add("eventIds", f.EventIDs).Add("eventCount", f.EventCount).WithTags(slices.Clone(f.Annotations.Techniques)))
	}
	return l.write(w)
}

func ruleID(f *detection.Finding) string {
	if f.Detection.ID == "" {
		return f.Detection.Name
	}
	return f.Detection.ID
}

func describeDetection(d *sarif.ReportingDescriptor, f *detection.Finding) {
	properties := sarif.NewPropertyBag().WithTags(append([]string{"security", string(f.Detection.Type)}, f.Annotations.Techniques...))
	if f.Risk != nil {
		// GitHub grades 9 and more critical, 7 high, 4 medium.
		properties.Add("security-severity", strconv.FormatFloat(float64(f.Risk.Score)/10, 'f', 1, 64))
	}
	help := "Analytic stories: " + orNone(f.Annotations.Stories) + ". ATT&CK techniques: " + orNone(f.Annotations.Techniques) +
		". Read about the detection with: pugmark detections show " + strconv.Quote(f.Detection.Name)
	d.WithName(f.Detection.Name).WithShortDescription(multiformat(f.Detection.Name)).WithFullDescription(multiformat(f.Detection.Name)).
		WithHelp(multiformat(help)).WithProperties(properties)
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// sarifLevel is a finding's level: what scores high is an error, what makes no
// risk a note.
func sarifLevel(f *detection.Finding) string {
	switch severity, _ := gravity(f); severity {
	case risk.High, risk.Critical:
		return sarif.LevelError
	case risk.Medium, risk.Low:
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

func findingText(f *detection.Finding) string {
	return cmp.Or(sentence(f), f.Detection.Name)
}

// findingLocations are the log files that the row names, of at most
// maxSARIFFiles, each with whom the finding is about.
func findingLocations(f *detection.Finding) []*sarif.Location {
	var about []*sarif.LogicalLocation
	if f.Risk != nil {
		for _, o := range f.Risk.Objects {
			about = append(about, sarif.NewLogicalLocation().WithName(o.Value).WithFullyQualifiedName(o.Field+":"+o.Value).WithKind(o.Type))
		}
	}
	files := f.Result.Get("source").Texts()
	if f.Detection.Type == detection.Correlation {
		files = nil // there, source names detections
	}
	locations := []*sarif.Location{}
	for _, file := range files[:min(len(files), maxSARIFFiles)] {
		if strings.ContainsAny(file, "/.") { // else a name that the logs were given
			locations = append(locations, sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(artifact(file))))
		}
	}
	if len(locations) == 0 && len(about) > 0 {
		locations = append(locations, sarif.NewLocation())
	}
	for _, at := range locations {
		at.WithLogicalLocations(about)
	}
	return locations
}

// maxSARIFFiles bounds the locations of one result; code hosts take few.
const maxSARIFFiles = 10
