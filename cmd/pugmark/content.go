package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/pugmark/pugmark/content"
	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/trust"
)

// library is what searches may refer to: macros, lookups, places, and the
// directories that detections are read from.
type library struct {
	base       *knowledge.Base
	dirs       []escu.Dir
	models     *knowledge.Models
	places     *knowledge.Places
	trust      *trust.Trust
	trustFiles []trust.File // that it was read from
	rules      bool         // the rules over risk belong to it, as to the built-in content
	problems   diag.List    // of files that were passed over
}

// builtinName is what messages call the content that the binary carries.
const builtinName = "builtin"

// load reads the content that the flags name, and the trust files. Files with a
// problem are passed over and noted; what was given on the command line must be
// right.
func (f *contentFlags) load() (*library, error) {
	l, err := f.loadContent()
	if err != nil {
		return nil, err
	}
	return l, l.readTrust(f.Trust)
}

// loadContent reads the content alone: tests of detections trust whom they say.
func (f *contentFlags) loadContent() (*library, error) {
	l := &library{base: knowledge.New(knowledge.Options{StateDir: f.StateDir}), models: knowledge.NewModels(f.StateDir)}
	if !f.NoBuiltin {
		l.dirs = append(l.dirs, escu.Dir{Name: builtinName, FS: content.FS()})
		l.rules = true
	}
	for _, name := range f.Content {
		dir, err := escu.Open(name)
		if err != nil {
			if failure, ok := errors.AsType[*fs.PathError](err); ok {
				err = fmt.Errorf("%s: %w", name, failure.Err)
			}
			return nil, usageError{message: "--content " + err.Error()}
		}
		l.dirs = append(l.dirs, dir)
	}
	for _, dir := range l.dirs {
		l.problems = append(l.problems, l.base.Load(dir)...)
	}
	for _, text := range f.Macro {
		if err := l.base.Macros.Define(text); err != nil {
			return nil, err
		}
	}
	for _, text := range f.Lookup {
		if err := l.base.Lookups.Define(text); err != nil {
			return nil, err
		}
	}
	if len(f.GeoIP) > 0 {
		places, err := knowledge.OpenPlaces(f.GeoIP)
		if err != nil {
			return nil, usageError{message: fmt.Sprintf("--geoip: %v", err)}
		}
		l.places = places
	}
	return l, nil
}

// detections reads the detections of the content to run them.
func (l *library) detections() []*detection.Detection {
	return l.read(detection.LoadDetections(l.dirs...)).Detections
}

// all reads the detections of the content and all that describes them:
// schedules, stories, data sources, tests.
func (l *library) all() *detection.Library { return l.read(detection.Load(l.dirs...)) }

func (l *library) read(content *detection.Library) *detection.Library {
	l.problems = append(l.problems, content.Problems...)
	return content
}

// withRules adds to the detections of the content the rules over risk, which a
// scan runs like them.
func (l *library) withRules(detections []*detection.Detection) []*detection.Detection {
	if !l.rules {
		return detections
	}
	return detection.WithRiskRules(detections)
}

// notRead says which folders of content repositories hold YAML that is not
// read, and why.
func (l *library) notRead() []string {
	var texts []string
	for _, dir := range l.dirs {
		for _, f := range dir.PassedOver() {
			text := f.Label + ", " + counts(int64(f.Files), "YAML file")
			if f.Why != "" {
				text += ": " + f.Why
			}
			texts = append(texts, text)
		}
	}
	return texts
}

// close lets go of files.
func (l *library) close() error {
	if l.places == nil {
		return nil
	}
	return l.places.Close()
}

// env is what searches are compiled in.
func (l *library) env() *command.Env {
	return &command.Env{Macros: l.base.Macros, Lookups: l.base.Lookups, DataModels: knowledge.NewDataModels(), Fields: cloudtrail.FieldNames()}
}

// lenient is env for checking content that may be for other events than
// CloudTrail's, whose fields nobody knows.
func (l *library) lenient() *command.Env {
	env := l.env()
	env.Fields = nil
	return env
}

// geo returns the databases of places, nil if there are none.
func (l *library) geo() plan.Places {
	if l.places == nil {
		return nil
	}
	return l.places
}
