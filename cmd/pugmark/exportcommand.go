package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/export"
	"github.com/pugmark/pugmark/internal/pages"
	"github.com/pugmark/pugmark/internal/report"
)

// exportCommand writes detections in the forms of other tools.
type exportCommand struct {
	Name       []string     `arg:"" optional:"" help:"Names, ids or file names; * is any text. All by default."`
	Format     exportFormat `default:"savedsearches" placeholder:"FORMAT" group:"output" help:"savedsearches or app, for Splunk, or json."`
	App        string       `default:"ESCU" placeholder:"LABEL" group:"output" help:"The app's label in the names of saved searches; ESCU."`
	OutputFile string       `placeholder:"FILE" group:"output" help:"Write there instead of to standard output."`
	Out        string       `placeholder:"DIR" group:"output" help:"Write an app there, with its macros and lookups."`
	Quiet      bool         `short:"q" group:"output" help:"Errors only."`

	contentFlags
}

func (exportCommand) examples() []string {
	return []string{
		"detections export > savedsearches.conf",
		"detections export 'AWS AMI Attribute Modification for Exfiltration'",
		"detections export --format app --out ./apps --app 'My detections'",
		"detections export --format json --content ./mine --no-builtin",
	}
}

// exportFormat is the value of --format of export.
type exportFormat string

func exportFormats() []string { return []string{"savedsearches", "app", "json"} }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *exportFormat) UnmarshalText(text []byte) error {
	*f = exportFormat(text)
	return oneOf(string(text), exportFormats(), "format")
}

func (c *exportCommand) Run(a *app) (exitCode, error) {
	if err := c.check(); err != nil {
		return exitUsage, err
	}
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	all := library.all()
	chosen, err := detection.Selection{Names: c.Name}.Select(all.Detections)
	if err != nil {
		return exitUsage, err
	}
	if c.Format == "app" {
		err = c.writeApp(a, library, chosen, all.Baselines)
	} else {
		err = c.writeText(a, chosen)
	}
	if err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, &inputFlags{}, &outputFlags{Quiet: c.Quiet}, window{}, nil)
	return exitOK, s.close(nil, "")
}

func (c *exportCommand) writeText(a *app, chosen []*detection.Detection) error {
	text := export.SavedSearches(chosen, c.App)
	if c.Format == "json" {
		text = export.Metadata(chosen)
	}
	if c.OutputFile != "" {
		return writeOutput(c.OutputFile, text)
	}
	_, err := a.stdout.Write(text)
	return err
}

func (c *exportCommand) check() error {
	switch isApp := c.Format == "app"; {
	case strings.TrimSpace(c.App) == "":
		return usageError{message: "--app needs a label", hint: "saved searches are called LABEL - NAME - Rule"}
	case isApp && c.Out == "":
		return usageError{message: "an app needs a directory to be written to", hint: "name it: --format app --out ./apps"}
	case isApp && c.OutputFile != "":
		return usageError{message: "an app is several files, which --output-file cannot hold", hint: "name a directory: --out ./apps"}
	case !isApp && c.Out != "":
		return usageError{message: "--out is for the files of an app", hint: "--format app, or --output-file FILE"}
	}
	return nil
}

// writeApp writes an app of the detections chosen and the baselines that they
// need; of all detections, with all baselines.
func (c *exportCommand) writeApp(a *app, library *library, chosen []*detection.Detection, baselines []*detection.Baseline) error {
	if len(c.Name) > 0 {
		baselines = slices.DeleteFunc(slices.Clone(baselines), func(b *detection.Baseline) bool {
			return !slices.ContainsFunc(chosen, func(d *detection.Detection) bool {
				return slices.Contains(d.Baselines, b.Name) || slices.Contains(b.Detections, d.Name)
			})
		})
	}
	made := export.App{Label: c.App, Detections: chosen, Baselines: baselines, Base: library.base, Env: library.env()}
	parts, missing, err := made.Files()
	if err != nil {
		return err
	}
	files := make([]pages.File, len(parts))
	for i, f := range parts {
		files[i] = pages.File{Name: made.ID() + "/" + f.Name, Text: f.Text}
	}
	result, err := writePageDir(c.Out, files)
	for _, name := range result.kept {
		a.tell("warning: %s was changed since it was written, and is no part of the app any more; it stays", report.Visible(name))
	}
	if err != nil {
		return err
	}
	for _, what := range missing {
		a.tell("warning: %s is used and not here: Splunk must have it of another app", report.Visible(what))
	}
	if !c.Quiet {
		a.tell("wrote %s of %s to %s", counts(int64(len(files)), "file"), counts(int64(len(chosen)), "detection"), report.Visible(filepath.Join(c.Out, made.ID())))
	}
	return nil
}
