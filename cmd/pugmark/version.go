package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"runtime"
	"runtime/debug"

	"github.com/pugmark/pugmark/content"
)

// versionCommand says what is running: for bug reports, and to tell whether
// two runs could have differed.
type versionCommand struct{}

func (versionCommand) Run(a *app) (exitCode, error) {
	p := helpWriter{w: a.stdout}
	version, commit := buildVersion()
	p.line("pugmark " + version)
	if commit != "" {
		p.line("commit   " + commit)
	}
	p.line(fmt.Sprintf("go       %s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH))
	hash, err := hashOf(content.FS())
	if err != nil {
		return exitUsage, err
	}
	library, err := (&contentFlags{}).load()
	if err != nil {
		return exitUsage, err
	}
	p.line(fmt.Sprintf("content  %s, sha256 %s", counts(int64(len(library.detections())), "detection"), hash))
	return exitOK, p.err
}

// hashOf tells content apart: it hashes the names and texts of all files.
func hashOf(files fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// buildVersion returns the module's version and the commit that it was built
// from, as far as the build recorded them.
func buildVersion() (version, commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown version)", ""
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	version, commit = info.Main.Version, settings["vcs.revision"]
	if version == "" {
		version = "(devel)"
	}
	if commit != "" {
		if t := settings["vcs.time"]; t != "" {
			commit += " of " + t
		}
		if settings["vcs.modified"] == "true" {
			commit += ", modified"
		}
	}
	return version, commit
}
