package report

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/risk"
)

// Scan is what a scan has to show: the findings, and what became of every
// detection that was to run.
type Scan struct {
	Findings []*detection.Finding
	Outcomes []Outcome
	// Partial marks a scan that was interrupted.
	Partial bool
}

// Outcome is what became of a detection in a scan.
type Outcome struct {
	Detection string
	// Findings is the number of findings; a detection that was evaluated and
	// has none is clean.
	Findings int
	// NotEvaluated is why the detection could not run, "" if it could.
	NotEvaluated string
	// Failed is what stopped it while it ran, "" if nothing did.
	Failed string
}

func ndjsonFindings(w *bufio.Writer, s *Scan, _ Options) error { return ndjsonObjects(w, s.Findings) }

func jsonFindings(w *bufio.Writer, s *Scan, _ Options) error { return jsonObjects(w, s.Findings) }

// tableFindings draws each finding as a block, and a summary below.
func tableFindings(w *bufio.Writer, s *Scan, o Options) error {
	v := view{w: w, t: newTheme(o.Color), o: o}
	for _, f := range s.Findings {
		v.finding(f)
	}
	v.summary(s)
	return nil
}

// view draws findings for a terminal. Errors of the writer stick to it.
type view struct {
	w *bufio.Writer
	t *theme
	o Options
}

func (v *view) line(s string) {
	_, _ = v.w.WriteString(s)
	_ = v.w.WriteByte('\n')
}

// Bounds of what is shown of one finding.
const (
	maxMessageLines = 6
	maxFieldLines   = 3
	maxFieldValues  = 5
	wideView        = 120 // from this width on fields stand in two columns
)

func (v *view) finding(f *detection.Finding) {
	severity, badge := badgeOf(f)
	indent := strings.Repeat(" ", textWidth(badge)+gap)
	for i, name := range wrap(shown(f.Detection.Name), max(1, v.o.width()-len(indent)), maxFieldLines) {
		before := indent
		if i == 0 {
			before = v.t.severity(severity, badge) + strings.Repeat(" ", gap)
		}
		v.line(before + v.t.strong.Render(name))
	}
	for _, l := range wrap(v.o.provenance(f), v.o.width()-2, 2) {
		v.line("  " + v.t.quiet.Render(l))
	}
	if text := sentence(f); text != "" {
		for _, l := range wrap(shown(text), v.o.width()-2, maxMessageLines) {
			v.line("  " + l)
		}
	}
	if f.PartOf == "" {
		v.strip(f)
		v.fields(pairs(f))
	}
	v.line("")
}

// gravity returns how bad a finding is and by which score; "" for one that has
// none.
func gravity(f *detection.Finding) (severity risk.Severity, score string) {
	if f.Risk != nil {
		return risk.SeverityOfScore(f.Risk.Score), strconv.Itoa(f.Risk.Score)
	}
	if story, ok := f.Chain(); ok {
		return risk.SeverityOfScore(story.Score), strconv.Itoa(story.Score)
	}
	if sum, ok := accumulated(f); ok {
		return risk.SeverityOfTotal(sum), scoreText(sum)
	}
	return risk.Informational, ""
}

// badgeOf says in words how bad a finding is.
func badgeOf(f *detection.Finding) (risk.Severity, string) {
	severity, score := gravity(f)
	if score == "" {
		return severity, "· no risk"
	}
	return severity, level(severity) + " " + score
}

// accumulated returns the sum of the risk that a Correlation is about, which is
// no risk of its own.
func accumulated(f *detection.Finding) (float64, bool) {
	if f.Detection.Type != detection.Correlation {
		return 0, false
	}
	for _, name := range []string{"risk_score", "calculated_risk_score"} {
		if score, ok := f.Result.Get(name).Float(); ok {
			return score, true
		}
	}
	return 0, false
}

// riskObject names whom the risk of a Correlation concerns.
func riskObject(f *detection.Finding) string {
	return strings.Join(f.Result.Get("risk_object").Texts(), ", ")
}

// provenance tells when it was, what it rests on and what kind of detection
// found it.
func (o Options) provenance(f *detection.Finding) string {
	parts := []string{
		o.times(f.FirstTime, f.LastTime),
		plural(f.EventCount, "event"),
		string(f.Detection.Type),
		strings.TrimSpace(strings.Join(f.Annotations.Techniques, " ") + " " + strings.Join(f.Annotations.Tactics, ", ")),
		place(f),
	}
	return shown(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · "))
}

// pair is a field of a finding as it is shown.
type pair struct {
	name   string
	values []string
	mark   string // what the field is to the risk model, or ""
}

// pairs returns the fields of a finding in the order that an analyst reads
// them: whom it concerns, who threatens, then the rest of the result. What the
// line above them says is not repeated.
func pairs(f *detection.Finding) []pair {
	var objects []pair
	add := func(field, mark, value string) {
		i := slices.IndexFunc(objects, func(p pair) bool { return p.name == field })
		if i < 0 {
			i = len(objects)
			objects = append(objects, pair{name: field, mark: mark})
		}
		if !slices.Contains(objects[i].values, value) {
			objects[i].values = append(objects[i].values, value)
		}
	}
	if f.Risk != nil {
		for _, o := range f.Risk.Objects {
			add(o.Field, "risk: "+shown(o.Type), o.Value)
		}
		for _, o := range f.Risk.Threats {
			add(o.Field, "threat", o.Value)
		}
	}
	told := map[string]bool{"firstTime": true, "lastTime": true, "_time": true, "count": true}
	_, ofRisk := accumulated(f)
	if ofRisk {
		for _, object := range f.Result.Get("risk_object").Texts() {
			add("risk_object", "risk: "+shown(f.Result.Get("risk_object_type").String()), object)
		}
		told["risk_object_type"], told["risk_score"], told["source_count"] = true, true, true
	}
	for _, p := range objects {
		told[p.name] = true
	}
	_, isStory := f.Chain()
	for _, field := range f.Result {
		if isStory && detection.IsChainField(field.Name) {
			continue
		}
		if !told[field.Name] && !(ofRisk && strings.HasPrefix(field.Name, "annotations.")) {
			objects = append(objects, pair{name: field.Name, values: field.Value.Texts()})
		}
	}
	if len(f.Parts) > 0 {
		objects = append(objects, pair{name: "findings told here", values: parts(f)})
	}
	return objects
}

// fields draws names and values, in two columns where there is room.
func (v *view) fields(pairs []pair) {
	columns := 1
	if v.o.width() >= wideView {
		columns = 2
	}
	each := (v.o.width() - 2 - gap*(columns-1)) / columns
	nameWidth := 0
	for _, p := range pairs {
		nameWidth = max(nameWidth, min(textWidth(shown(p.name)), each/3))
	}
	perColumn := (len(pairs) + columns - 1) / columns
	blocks := make([][]string, columns)
	for i, p := range pairs {
		blocks[i/perColumn] = append(blocks[i/perColumn], v.field(p, nameWidth, each)...)
	}
	v.beside(blocks, each)
}

// field returns the lines of a name and its values.
func (v *view) field(p pair, nameWidth, width int) []string {
	room := width - nameWidth - gap
	names := wrap(shown(p.name), nameWidth, 2)
	var values []string
	for i, value := range p.values {
		if i == maxFieldValues-1 && len(p.values) > maxFieldValues {
			values = append(values, fmt.Sprintf("… %d more", len(p.values)-i))
			break
		}
		values = append(values, wrap(shown(value), room, maxFieldLines)...)
	}
	if last := len(values) - 1; p.mark != "" && last >= 0 {
		mark := "(" + p.mark + ")"
		if textWidth(values[last])+1+textWidth(mark) <= room {
			values[last] += " " + v.t.quiet.Render(mark)
		} else {
			values = append(values, v.t.quiet.Render(truncate(mark, room)))
		}
	}
	lines := make([]string, max(len(names), len(values)))
	for i := range lines {
		name, value := "", ""
		if i < len(names) {
			name = names[i]
		}
		if i < len(values) {
			value = values[i]
		}
		lines[i] = v.t.quiet.Render(pad(name, nameWidth)) + strings.Repeat(" ", gap) + value
	}
	return lines
}

// beside writes blocks of lines next to each other.
func (v *view) beside(blocks [][]string, width int) {
	height := 0
	for _, lines := range blocks {
		height = max(height, len(lines))
	}
	for i := range height {
		text, blanks := "  ", 0
		for _, lines := range blocks {
			cell := ""
			if i < len(lines) {
				cell = lines[i]
			}
			if cell != "" {
				text += strings.Repeat(" ", blanks) + cell
				blanks = 0
			}
			blanks += max(0, width-textWidth(cell)) + gap
		}
		v.line(strings.TrimRight(text, " "))
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// findingColumns are the columns of findings in CSV that stand before those
// of the result, which are named result.FIELD.
var findingColumns = []string{
	"finding_id", "time", "first_time", "last_time", "detection", "detection_id", "type", "status", "risk_score", "risk_message",
	"risk_objects", "threat_objects", "analytic_story", "mitre_attack", "mitre_tactic", "event_count", "event_ids", "part_of",
}

func csvFindings(w *bufio.Writer, s *Scan, o Options) error {
	columns := newColumnList(nil)
	for _, f := range s.Findings {
		columns.learn(f.Result)
	}
	header := slices.Clone(findingColumns)
	for _, name := range columns.names() {
		header = append(header, "result."+name)
	}
	if err := csvLine(w, header, o); err != nil {
		return err
	}
	for _, f := range s.Findings {
		cells := findingCells(f)
		for _, name := range columns.names() {
			cells = append(cells, f.Result.Get(name).String())
		}
		if err := csvLine(w, cells, o); err != nil {
			return err
		}
	}
	return nil
}

// findingCells returns the cells below findingColumns.
func findingCells(f *detection.Finding) []string {
	score, message := "", ""
	var objects, threats []string
	if f.Risk != nil {
		score, message = strconv.Itoa(f.Risk.Score), f.Risk.Message
		for _, o := range f.Risk.Objects {
			objects = append(objects, o.Type+" "+o.Value)
		}
		for _, o := range f.Risk.Threats {
			threats = append(threats, o.Type+" "+o.Value)
		}
	}
	lines := func(texts []string) string { return strings.Join(texts, "\n") }
	return []string{
		f.ID, f.Time.Format(time.RFC3339Nano), f.FirstTime.Format(time.RFC3339Nano), f.LastTime.Format(time.RFC3339Nano),
		f.Detection.Name, f.Detection.ID, string(f.Detection.Type), string(f.Detection.Status), score, message,
		lines(objects), lines(threats), lines(f.Annotations.Stories), lines(f.Annotations.Techniques), lines(f.Annotations.Tactics),
		strconv.Itoa(f.EventCount), lines(f.EventIDs), f.PartOf,
	}
}
