package main

import (
	"io"
	"os"
	"strconv"
	"time"

	"github.com/charmbracelet/x/term"

	"github.com/pugmark/pugmark/internal/report"
)

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(f.Fd())
}

// isPiped reports whether standard input brings data: a pipe or a file, and
// neither a terminal nor nothing.
func isPiped(stdin io.Reader) bool {
	f, ok := stdin.(*os.File)
	if !ok {
		return stdin != nil
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice == 0
}

// width returns the columns of the terminal that a stream is, else those that
// the environment tells, or 0.
func (a *app) width(stream any) int {
	if f, ok := stream.(interface{ Fd() uintptr }); ok && isTerminal(stream) {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
			return w
		}
	}
	w, err := strconv.Atoi(a.env["COLUMNS"])
	if err != nil || w < 0 {
		return 0
	}
	return w
}

// color decides whether to write colours to a stream: as told, else as the
// environment says (no-color.org, bixense.com/clicolors), else on terminals.
func (a *app) color(mode colorMode, stream any) bool {
	switch {
	case mode == "always":
		return true
	case mode == "never" || a.env["NO_COLOR"] != "":
		return false
	case a.env["CLICOLOR_FORCE"] != "" && a.env["CLICOLOR_FORCE"] != "0":
		return true
	}
	return isTerminal(stream) && a.env["TERM"] != "dumb" && a.env["CLICOLOR"] != "0"
}

// destination is where results go and how they are drawn there.
type destination struct {
	io.Writer
	format  string
	options report.Options
	file    *outputFile // nil for standard output
}

// writePage writes a page to the output that the flags ask for. A page is read
// even where it is not on a terminal.
func (f *outputFlags) writePage(a *app, page *report.Page) error {
	if f.Output == "" && f.OutputFile == "" {
		f.Output = "table"
	}
	out, err := f.open(a, report.Pages)
	if err != nil {
		return err
	}
	if err := report.WritePage(out, out.format, page, out.options); err != nil {
		out.discard()
		return err
	}
	return out.finish()
}

// open prepares the output that the flags ask for, for a kind of result.
func (f *outputFlags) open(a *app, kind report.Kind) (*destination, error) {
	version, _ := buildVersion()
	d := &destination{Writer: a.stdout, options: report.Options{Location: f.location(), Version: version}}
	format := f.Output
	if format != "" {
		if _, err := report.Find(string(format), kind); err != nil {
			return nil, usageError{message: "--output: " + err.Error()}
		}
	}
	if f.OutputFile != "" {
		file, err := createFile(f.OutputFile)
		if err != nil {
			return nil, err
		}
		d.Writer, d.file = file, file
		if format == "" {
			format = formatOf(f.OutputFile)
		}
		d.options.Color = f.Color == "always"
	} else {
		if format == "" {
			format = "ndjson"
			if isTerminal(a.stdout) {
				format = "table"
			}
		}
		d.options.Width = a.width(a.stdout)
		d.options.Terminal = isTerminal(a.stdout)
		d.options.Color = a.color(f.Color, a.stdout)
	}
	d.format = string(format)
	return d, nil
}

func (f *outputFlags) location() *time.Location {
	if f.TZ.Location == nil {
		return time.UTC
	}
	return f.TZ.Location
}

// finish closes the output; only now does a file get its name.
func (d *destination) finish() error {
	if d.file == nil {
		return nil
	}
	return d.file.commit()
}

// discard closes the output after a failure: no file is left.
func (d *destination) discard() {
	if d.file != nil {
		d.file.abort()
	}
}
