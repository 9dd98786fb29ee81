package main

import (
	"fmt"
	"os"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/report"
)

// demoCommand scans the embedded sample as scan would scan a directory.
type demoCommand struct {
	outputFlags
}

func (demoCommand) result() report.Kind { return report.Findings }

func (demoCommand) examples() []string { return []string{"demo", "demo -o ndjson"} }

func (c *demoCommand) Run(a *app) (exitCode, error) {
	dir, err := os.MkdirTemp("", "pugmark-demo-")
	if err != nil {
		return exitUsage, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.CopyFS(dir, content.Sample()); err != nil {
		return exitUsage, err
	}
	input, flags := &inputFlags{}, &contentFlags{}
	library, err := flags.load()
	if err != nil {
		return exitUsage, err
	}
	w, err := input.window(a.now(), c.location())
	if err != nil {
		return exitUsage, err
	}
	from, err := input.openSource(a, []string{dir})
	if err != nil {
		return exitUsage, err
	}
	if c.Output == "" && c.OutputFile == "" {
		c.Output = "table" // the demo is for looking at
	}
	out, err := c.open(a, c.result())
	if err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, input, &c.outputFlags, w, from)
	all := library.withRules(library.detections())
	scan := s.detect(all, all)
	if err := scan.write(out); err != nil {
		return s.exitCode(), err
	}
	code := scan.exitCode(false, false)
	err = scan.close(out, code)
	if err == nil && !c.Quiet {
		err = c.next(a, &scan.report)
	}
	return code, err
}

// next names three commands to try, with what the scan found.
func (c *demoCommand) next(a *app, scan *report.Scan) error {
	name := "AWS AMI Attribute Modification for Exfiltration"
	if len(scan.Findings) > 0 {
		name = scan.Findings[0].Detection.Name
	}
	_, err := fmt.Fprintf(a.stderr, `
That was a sample that pugmark carries with it. Now try
  pugmark detections show %s
  pugmark scan ~/logs/cloudtrail
  pugmark search 'eventName=ModifyImageAttribute | stats count by user_arn' ~/logs/cloudtrail
`, shellWords([]string{name}))
	return err
}
