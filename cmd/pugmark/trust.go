package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/report"
	"github.com/pugmark/pugmark/internal/trust"
)

// readTrust reads the trust files of the command line and those at the top of
// content directories, and makes them the lookup that searches ask. What was
// given on the command line must be right; of the others, what is wrong is
// noted and not trusted.
func (l *library) readTrust(given []string) error {
	var files []trust.File
	for _, dir := range l.dirs {
		found, problems := trustOf(dir)
		files, l.problems = append(files, found...), append(l.problems, problems...)
	}
	for _, name := range given {
		text, err := readTrustFile(name)
		if err != nil {
			return usageError{
				message: "--trust " + err.Error(),
				hint:    "write who is who as docs/ami-sharing.md says, or save the output of: aws organizations list-accounts",
			}
		}
		files = append(files, trust.File{Name: name, Text: text})
	}
	if len(files) == 0 {
		return nil
	}
	read, problems := trust.Load(files...)
	var fatal diag.List
	for _, p := range problems {
		if slices.Contains(given, p.Source.Name) {
			fatal = append(fatal, p)
		} else {
			l.problems = append(l.problems, p)
		}
	}
	if len(fatal) > 0 {
		return fatal
	}
	l.trust, l.trustFiles = read, files
	if err := l.base.Lookups.Fill(trust.LookupName, trust.LookupSettings(), trust.LookupColumns(), read.Rows()); err != nil {
		return usageError{message: fmt.Sprintf("--trust: %v", err), hint: "give either the trust files or the lookup"}
	}
	return nil
}

// trustOf reads the trust file at the top of a content directory, if it has one.
func trustOf(dir escu.Dir) (files []trust.File, problems diag.List) {
	entries, err := fs.ReadDir(dir.FS, ".")
	if err != nil {
		return nil, nil // whoever lists the content tells
	}
	for _, e := range entries {
		if !escu.IsTrust(e.Name()) {
			continue
		}
		text, err := dir.ReadFile(e.Name(), trust.MaxFile+1)
		if err != nil {
			problems = append(problems, diag.All(err)...)
			continue
		}
		files = append(files, trust.File{Name: dir.Label(e.Name()), Text: text})
	}
	return files, problems
}

func readTrustFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		if failure, ok := errors.AsType[*fs.PathError](err); ok {
			err = fmt.Errorf("%s: %w", name, failure.Err)
		}
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, trust.MaxFile+1))
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		err = fmt.Errorf("%s: %w", name, failure.Err)
	}
	return text, err
}

// trustProblems tells, once, which entries have expired by now, and with
// --verbose which files said who is who.
func (s *session) trustProblems() {
	if s.output.Quiet {
		return
	}
	l := s.library
	if s.output.Verbose && len(l.trustFiles) > 0 {
		for _, f := range l.trustFiles {
			s.app.tell("trust: read from %s", report.Visible(f.Name))
		}
		s.app.tell("trust: %s of accounts, organizations and OUs", entryCount(len(l.trust.Entries())))
	}
	expired := l.trust.ExpiredAt(s.config.Now)
	named, counted := s.capped(len(expired))
	for _, e := range expired[:named] {
		s.app.tell("warning: %s: the trust in %s expired on %s and counts for no event since", report.Visible(e.Place), report.Visible(nameOf(e)), e.Expires.Format(time.DateOnly))
	}
	s.counted(counted, "expired entries of trust files")
}

func entryCount(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return countText(int64(n)) + " entries"
}

func nameOf(e *trust.Entry) string {
	if e.Name == "" {
		return e.ID
	}
	return e.ID + " (" + e.Name + ")"
}
