package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/export"
	"github.com/pugmark/pugmark/internal/pages"
	"github.com/pugmark/pugmark/internal/report"
)

// docsCommand writes pages about detections.
type docsCommand struct {
	Out       string     `placeholder:"DIR" group:"output" help:"Write the pages there; pages of before are replaced."`
	Format    docsFormat `default:"site" placeholder:"FORMAT" group:"output" help:"site, for browsers, or markdown; site by default."`
	Navigator string     `placeholder:"FILE" group:"output" help:"Write a layer for the ATT&CK Navigator."`
	Quiet     bool       `short:"q" group:"output" help:"No summary: errors and warnings only."`

	selectFlags
	contentFlags
}

func (docsCommand) examples() []string {
	return []string{
		"detections docs --out ./site",
		"detections docs --out ./docs --format markdown --content ./mine",
		"detections docs --navigator layer.json --story 'Data Exfiltration'",
	}
}

// docsFormat is the value of --format of docs.
type docsFormat string

func docsFormats() []string { return []string{"site", "markdown"} }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *docsFormat) UnmarshalText(text []byte) error {
	*f = docsFormat(text)
	return oneOf(string(text), docsFormats(), "format")
}

func (c *docsCommand) Run(a *app) (exitCode, error) {
	if c.Out == "" && c.Navigator == "" {
		return exitUsage, usageError{message: "docs needs a directory to write to", hint: "name it: pugmark detections docs --out ./site"}
	}
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	all := library.all()
	chosen, err := c.selection().Select(all.Detections)
	if err != nil {
		return exitUsage, err
	}
	if c.Out != "" {
		if err := c.writePages(a, library, chosen, all); err != nil {
			return exitUsage, err
		}
	}
	if c.Navigator != "" {
		if err := writeOutput(c.Navigator, export.Navigator(chosen)); err != nil {
			return exitUsage, err
		}
		if !c.Quiet {
			a.tell("wrote %s", report.Visible(c.Navigator))
		}
	}
	s := a.newSession(library, &inputFlags{}, &outputFlags{Quiet: c.Quiet}, window{}, nil)
	return exitOK, s.close(nil, "")
}

func (c *docsCommand) writePages(a *app, library *library, chosen []*detection.Detection, all *detection.Library) error {
	stories := all.Stories
	if len(c.Detection)+len(c.Story)+len(c.Technique)+len(c.Type) > 0 {
		// Of a choice of detections only their stories are told.
		stories = slices.DeleteFunc(slices.Clone(stories), func(s *detection.Story) bool {
			return !slices.ContainsFunc(chosen, func(d *detection.Detection) bool { return slices.Contains(d.Stories, s.Name) })
		})
	}
	made := pages.Content{Detections: chosen, Stories: stories, Env: library.env(), Lints: detection.Lints(library.dirs, all, library.lenient())}
	files := pages.Markdown(made)
	first := "README.md"
	if c.Format == "site" {
		var err error
		if files, err = pages.Site(made); err != nil {
			return err
		}
		first = "index.html"
	}
	result, err := writePageDir(c.Out, files)
	for _, name := range result.kept {
		a.tell("warning: %s was changed since it was written, and is no page any more; it stays", report.Visible(name))
	}
	if err != nil {
		return err
	}
	if !c.Quiet {
		text := fmt.Sprintf("wrote %s about %s", counts(int64(len(files)), "file"), counts(int64(len(chosen)), "detection"))
		if result.removed > 0 {
			text += fmt.Sprintf(", removed %d of before", result.removed)
		}
		a.tell("%s: open %s", text, report.Visible(filepath.Join(c.Out, first)))
	}
	return nil
}
