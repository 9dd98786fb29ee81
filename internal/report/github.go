package report

import (
	"bufio"
	"fmt"
	"strings"
)

// githubProblems writes a workflow command for each problem, which GitHub
// Actions shows at the line of the file. Source: GitHub, Workflow commands for
// GitHub Actions.
func githubProblems(w *bufio.Writer, p *Problems, _ Options) error {
	for _, issue := range p.Issues {
		o := problemOf(issue)
		// Columns of a place that spans lines are refused.
		place := fmt.Sprintf("line=%d,endLine=%d", o.Line, o.endLine)
		if o.endLine == o.Line {
			place = fmt.Sprintf("line=%d,col=%d,endColumn=%d", o.Line, o.Column, max(o.endColumn, o.Column+1))
		}
		_, err := fmt.Fprintf(w, "::%s file=%s,%s,title=%s::%s\n",
			o.Severity, workflowProperty(p.hosted(o.File)), place, workflowProperty(o.Check), workflowText(o.text()))
		if err != nil {
			return err
		}
	}
	return nil
}

// workflowText escapes the text of a workflow command, which is one line.
// Source: the toolkit of GitHub Actions, whose runner takes these back.
func workflowText(s string) string {
	return workflowEscapes.Replace(hideControls(s))
}

// workflowProperty escapes a property, which ends at a comma or colon.
func workflowProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(workflowText(s))
}

var workflowEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

// hideControls makes visible what a terminal or the page of a log would act
// on; line ends stay, which the escapes keep.
func hideControls(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = Visible(line)
	}
	return strings.Join(lines, "\n")
}
