package main

import (
	"fmt"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

// This file is the one that knows the concrete sources.

// openSource returns the source of paths; nil if there are none and nothing is
// piped in.
func (f *inputFlags) openSource(a *app, paths []string) (source.Source, error) {
	if len(paths) == 0 {
		if !isPiped(a.stdin) {
			return nil, nil //nolint:nilnil // a search may need no events
		}
		paths = []string{file.Stdin}
	}
	for _, path := range paths {
		if scheme, _, ok := strings.Cut(path, "://"); ok {
			return nil, usageError{message: fmt.Sprintf("%s: paths of the form %s:// are not read; fetch the files first", path, scheme)}
		}
	}
	return file.New(paths, file.Options{
		Meta:   event.Meta{Sourcetype: f.Sourcetype},
		Stdin:  a.stdin,
		Limits: f.fileLimits(),
	}), nil
}

// openLogs is openSource for a command that is nothing without logs.
func (f *inputFlags) openLogs(a *app, command string, paths []string) (source.Source, error) {
	from, err := f.openSource(a, paths)
	if from == nil && err == nil {
		err = usageError{message: command + " needs logs to read", hint: "name files or directories, or pipe logs in: pugmark " + command + " ./logs"}
	}
	return from, err
}

func (f *limitFlags) fileLimits() file.Limits {
	return file.Limits{
		Record:   int(f.MaxRecord),
		Unpacked: int64(f.MaxUnpacked),
		Ratio:    f.MaxRatio.int(),
		Nesting:  int(f.MaxNesting.int()),
	}
}
