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
		fmt.Fprintf(w, "::%s file=%s,line=%d", o.Severity, workflowProperty(p.relative(o.File)), o.Line)
		if o.endLine == o.Line {
			// Columns of a place that spans lines are refused.
			fmt.Fprintf(w, ",col=%d,endColumn=%d", o.Column, max(o.endColumn, o.Column+1))
		} else {
			fmt.Fprintf(w, ",endLine=%d", o.endLine)
		}
		if _, err := fmt.Fprintf(w, ",title=%s::%s\n", workflowProperty(o.Check), workflowText(o.text())); err != nil {
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
