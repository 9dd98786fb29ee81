package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/risk"
)

// maxSummaryRows bounds each part of the summary; the rest is counted.
const maxSummaryRows = 10

// summary draws what the findings add up to, and what became of the detections
// that have none.
func (v *view) summary(s *Scan) {
	title := "Summary"
	if s.Partial {
		title = "Summary of a partial scan: it was interrupted"
	}
	v.line(v.t.head.Render(title))
	v.line("  " + s.Counts())
	if len(s.Findings) > 0 {
		v.line("  " + v.t.quiet.Render(v.o.span(s.Findings)))
		v.line("")
		for _, t := range v.o.summaryTables(s.Findings) {
			v.table(t)
		}
		v.riskFindings(s.Findings)
	} else {
		v.line("")
	}
	for _, l := range s.unsaid() {
		v.named(l)
	}
}

// Counts tells in a line how many findings there are, and the clean detections
// from those that could not say.
func (s *Scan) Counts() string {
	found, clean, unevaluated, failed := 0, 0, 0, 0
	for _, d := range s.Outcomes {
		switch {
		case d.NotEvaluated != "":
			unevaluated++
		case d.Failed != "":
			failed++
		case d.Findings > 0:
			found++
		default:
			clean++
		}
	}
	text := plural(len(s.Findings), "finding")
	if kept := len(s.Findings) - s.Alerts(); kept > 0 {
		text += fmt.Sprintf(" (%d without risk, to be kept)", kept)
	}
	if count, told := stories(s.Findings); told > 0 {
		noun := "stories"
		if count == 1 {
			noun = "story"
		}
		text += fmt.Sprintf(", %d of them told in %d %s", told, count, noun)
	}
	if len(s.Outcomes) == 0 {
		return text
	}
	text += fmt.Sprintf(" · %s: %d with findings, %d clean", plural(len(s.Outcomes), "detection"), found, clean)
	if unevaluated > 0 {
		text += fmt.Sprintf(", %d not evaluated", unevaluated)
	}
	if failed > 0 {
		text += fmt.Sprintf(", %d failed", failed)
	}
	return text
}

// Alerts is how many findings ask for attention.
func (s *Scan) Alerts() int {
	n := 0
	for _, f := range s.Findings {
		if f.Alert() {
			n++
		}
	}
	return n
}

// span tells the first and the last time of all findings.
func (o Options) span(findings []*detection.Finding) string {
	first, last := findings[0].FirstTime, findings[0].LastTime
	for _, f := range findings {
		first, last = earlier(first, f.FirstTime), later(last, f.LastTime)
	}
	return o.times(first, last)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// summaryTable is a table of the summary: its columns are a name, a severity,
// two numbers, and the first and the last time.
type summaryTable struct {
	header []string
	lines  []summaryLine
}

// summaryLine is a line of a table of the summary. The second cell says the
// severity, "" if there is none.
type summaryLine struct {
	cells    []string
	severity risk.Severity
}

// summaryTables tell what findings add up to, by detection and by risk object.
func (o Options) summaryTables(findings []*detection.Finding) []summaryTable {
	tables := []summaryTable{o.byDetection(findings)}
	if t := o.byRiskObject(findings); len(t.lines) > 0 {
		tables = append(tables, t)
	}
	return tables
}

// byDetection has a line for each detection, those with the most risk first.
func (o Options) byDetection(findings []*detection.Finding) summaryTable {
	type tally struct {
		name            string
		score, findings int
		severity        risk.Severity
		first, last     time.Time
	}
	tallies := map[string]*tally{}
	for _, f := range findings {
		t := tallies[f.Detection.Name]
		if t == nil {
			t = &tally{name: f.Detection.Name, first: f.FirstTime, last: f.LastTime}
			tallies[f.Detection.Name] = t
		}
		t.findings++
		t.first, t.last = earlier(t.first, f.FirstTime), later(t.last, f.LastTime)
		if f.Risk != nil {
			t.score += f.Risk.Score
		}
		if severity, score := gravity(f); score != "" {
			t.severity = worse(t.severity, severity)
		}
	}
	list := slices.SortedFunc(maps.Values(tallies), func(a, b *tally) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.findings, a.findings), cmp.Compare(a.name, b.name))
	})
	lines := make([]summaryLine, len(list))
	for i, t := range list {
		lines[i] = summaryLine{[]string{t.name, "–", strconv.Itoa(t.findings), strconv.Itoa(t.score), o.stamp(t.first), o.stamp(t.last)}, t.severity}
		if t.severity != "" {
			lines[i].cells[1] = level(t.severity)
		}
	}
	return summaryTable{[]string{"Detection", "Severity", "Findings", "Risk", "First", "Last"}, lines}
}

// worse returns the worse one of two severities.
func worse(a, b risk.Severity) risk.Severity {
	if slices.Index(severities, b) > slices.Index(severities, a) {
		return b
	}
	return a
}

// byRiskObject has a line for each object at risk.
func (o Options) byRiskObject(findings []*detection.Finding) summaryTable {
	var events []risk.Event
	for _, f := range findings {
		events = append(events, f.RiskEvents()...)
	}
	totals := risk.Totals(events)
	lines := make([]summaryLine, len(totals))
	for i, t := range totals {
		s := risk.SeverityOfTotal(t.Score)
		lines[i] = summaryLine{[]string{
			t.Object.Name, level(s), strconv.Itoa(t.Events), scoreText(t.Score), o.stamp(t.First), o.stamp(t.Last),
		}, s}
	}
	return summaryTable{[]string{"Risk object", "Severity", "Findings", "Risk", "First", "Last"}, lines}
}

// accumulations are the findings of Correlations about the risk of an object,
// those with the highest score first.
func accumulations(findings []*detection.Finding) []*detection.Finding {
	var found []*detection.Finding
	for _, f := range findings {
		if _, ok := accumulated(f); ok {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b *detection.Finding) int {
		x, _ := accumulated(a)
		y, _ := accumulated(b)
		return cmp.Compare(y, x)
	})
	return found
}

// riskFindings names the objects whose risk a Correlation found to be a matter
// of its own.
func (v *view) riskFindings(findings []*detection.Finding) {
	found := accumulations(findings)
	if len(found) == 0 {
		return
	}
	v.line("  " + v.t.head.Render("Risk findings"))
	for i, f := range found {
		if i == maxSummaryRows {
			v.line("  " + v.t.quiet.Render(fmt.Sprintf("… %d more", len(found)-i)))
			break
		}
		severity, score := gravity(f)
		text := fmt.Sprintf("%s: %s, risk %s", shown(riskObject(f)), shown(f.Detection.Name), score)
		for j, part := range wrap(text, v.o.width()-4, maxFieldLines) {
			symbol := "  "
			if j == 0 {
				symbol = v.t.severity(severity, symbols[severity]) + " "
			}
			v.line("  " + symbol + part)
		}
	}
	v.line("")
}

// table draws the first lines of a table. The last two columns are left out
// where there is no room for them.
func (v *view) table(t summaryTable) {
	header, lines := t.header, t.lines
	if v.o.width() < wideView {
		header = header[:len(header)-2]
	}
	g := grid{o: v.o, theme: v.t, header: header, columns: make([]columnWidth, len(header)), indent: 2}
	first := lines[:min(len(lines), maxSummaryRows)]
	for _, l := range first {
		for col := range header {
			g.columns[col].add(l.cells[col:col+1], g.room())
		}
	}
	g.begin(v.w)
	for _, l := range first {
		g.style = func(col int, text string) string {
			if col != 1 {
				return text
			}
			return v.t.severity(l.severity, text)
		}
		cells := make([][]string, len(header))
		for col := range header {
			cells[col] = l.cells[col : col+1]
		}
		_ = g.row(v.w, cells) // errors stick to the writer
	}
	if more := len(lines) - len(first); more > 0 {
		v.line("  " + v.t.quiet.Render(fmt.Sprintf("… %d more", more)))
	}
	v.line("")
}

// reasons is a list of detections that could not say whether there is something
// to find, with the reason: they are not clean.
type reasons struct {
	title string
	lines []string // visible
}

// unsaid lists the detections that say nothing, by why.
func (s *Scan) unsaid() []reasons {
	lists := []reasons{{title: "Not evaluated"}, {title: "Failed"}}
	for _, d := range s.Outcomes {
		for i, why := range []string{d.NotEvaluated, d.Failed} {
			if why != "" {
				lists[i].lines = append(lists[i].lines, shown(d.Detection)+": "+shown(why))
			}
		}
	}
	return slices.DeleteFunc(lists, func(l reasons) bool { return len(l.lines) == 0 })
}

// named draws a list.
func (v *view) named(l reasons) {
	lines := l.lines
	v.line(v.t.head.Render(l.title))
	for i, l := range lines {
		if i == maxSummaryRows && len(lines) > maxSummaryRows+1 {
			v.line("  " + v.t.quiet.Render(fmt.Sprintf("… %d more", len(lines)-i)))
			break
		}
		for j, part := range wrap(l, v.o.width()-4, maxFieldLines) {
			v.line("  " + [2]string{"– ", "  "}[min(j, 1)] + part)
		}
	}
	v.line("")
}

// scoreText writes a risk score.
func scoreText(score float64) string { return strconv.FormatFloat(score, 'f', -1, 64) }

const dateTime = "2006-01-02 15:04:05"

// stamp shows a time without its zone.
func (o Options) stamp(t time.Time) string { return t.In(o.location()).Format(dateTime) }

// times shows one time or a range, with the zone.
func (o Options) times(first, last time.Time) string {
	first, last = first.In(o.location()), last.In(o.location())
	text := first.Format(dateTime)
	switch {
	case last.Sub(first) < time.Second:
	case last.YearDay() == first.YearDay() && last.Year() == first.Year():
		text += " – " + last.Format(time.TimeOnly)
	default:
		text += " – " + last.Format(dateTime)
	}
	zone, _ := first.Zone()
	return text + " " + zone
}
