package main

import (
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/export"
)

// exportCommand writes detections in the forms of other tools.
type exportCommand struct {
	Name       []string     `arg:"" optional:"" help:"Names, ids or file names; * is any text. All by default."`
	Format     exportFormat `default:"savedsearches" placeholder:"FORMAT" group:"output" help:"savedsearches, for Splunk, or json, for others."`
	App        string       `default:"ESCU" placeholder:"LABEL" group:"output" help:"The app's label in the names of saved searches; ESCU."`
	OutputFile string       `placeholder:"FILE" group:"output" help:"Write there instead of to standard output."`
	Quiet      bool         `short:"q" group:"output" help:"Errors only."`

	contentFlags
}

func (exportCommand) examples() []string {
	return []string{
		"detections export > savedsearches.conf",
		"detections export 'AWS AMI Attribute Modification for Exfiltration'",
		"detections export --format json --content ./mine --no-builtin",
	}
}

// exportFormat is the value of --format of export.
type exportFormat string

func exportFormats() []string { return []string{"savedsearches", "json"} }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *exportFormat) UnmarshalText(text []byte) error {
	*f = exportFormat(text)
	return oneOf(string(text), exportFormats(), "format")
}

func (c *exportCommand) Run(a *app) (exitCode, error) {
	if strings.TrimSpace(c.App) == "" {
		return exitUsage, usageError{message: "--app needs a label", hint: "saved searches are called LABEL - NAME - Rule"}
	}
	library, err := c.load()
	if err != nil {
		return exitUsage, err
	}
	selection := detection.Selection{Names: c.Name}
	chosen, err := selection.Select(library.detections())
	if err != nil {
		return exitUsage, err
	}
	text := export.SavedSearches(chosen, c.App)
	if c.Format == "json" {
		text = export.Metadata(chosen)
	}
	if c.OutputFile != "" {
		err = writeOutput(c.OutputFile, text)
	} else {
		_, err = a.stdout.Write(text)
	}
	if err != nil {
		return exitUsage, err
	}
	s := a.newSession(library, &inputFlags{}, &outputFlags{Quiet: c.Quiet}, window{}, nil)
	return exitOK, s.close(nil, "")
}
