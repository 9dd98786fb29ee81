// Package conformance is the corpus of searches whose answers are known, and
// its runner: [Run] holds any executor of SPL to it.
//
// The corpus is the txtar files below this folder; README.md describes their
// form. Expected answers are derived from Splunk's documentation, never from
// running this project. The package knows no executor. Start reading at
// [Case].
package conformance

import (
	"cmp"
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
)

//go:embed */*.txtar
var corpus embed.FS

// Now is the time at which every case runs. The zone is UTC.
func Now() time.Time { return time.Date(2024, 8, 1, 12, 0, 0, 0, time.UTC) }

// Case is one search, its input, and what is expected of it.
type Case struct {
	// File is the archive, such as command/head.txtar, and Name the case in
	// it, such as 02 limit.
	File, Name string
	Search     string
	// Events are JSON lines in the order of their arrival.
	Events  []string
	Lookups []Lookup
	// Macros are definitions by name, as in `name` or `name(a, b)`.
	Macros []Macro
	// Rows is the expected result, if HasRows.
	Rows    []Row
	HasRows bool
	// Error is what the search is refused with, rendered with its caret, and
	// Warn the warnings of a run; Reads is what is asked of the source.
	Error, Warn, Reads string
	Notes              []Note

	searched bool // it has its search
}

// Lookup is a lookup table of an archive.
type Lookup struct {
	Name string
	// Options are settings such as match_type and case_sensitive_match.
	Options map[string]string
	CSV     string
}

// Macro is a macro of an archive.
type Macro struct {
	Name       string
	Args       []string
	Definition string
}

// Note is a line of a case that begins with #: splunk (how the answer is
// known), differs (from Splunk, and why), unsure (what Splunk does is not
// known, and what is done here), or not NAME (an executor that cannot run the
// case, and why).
type Note struct{ Kind, Text string }

// Note returns the text of the first note of a kind.
func (c *Case) Note(kind string) (string, bool) {
	for _, n := range c.Notes {
		if n.Kind == kind {
			return n.Text, true
		}
	}
	return "", false
}

// Row is a result row, its fields in the order of the columns.
type Row []Field

// Field is a named value: one text, or several for a multivalue.
type Field struct {
	Name   string
	Values []string
}

// Get returns the values of a field, nil if it is absent.
func (r Row) Get(name string) []string {
	for _, f := range r {
		if f.Name == name {
			return f.Values
		}
	}
	return nil
}

// Result is what an executor made of a case.
type Result struct {
	// Columns are the columns in order, nil if they have none, as events.
	Columns []string
	Rows    []Row
	// Warnings are rendered with their carets.
	Warnings []string
	// Reads is what was asked of the source, in the form of a case's .reads;
	// "" if the executor does not know.
	Reads string
}

// Executor runs searches.
type Executor interface {
	// Name is what `# not NAME:` notes call it.
	Name() string
	// Run runs a case. Problems of the search are of type [*diag.Error] or
	// [diag.List]. A case that the executor cannot run is an [ErrSkip].
	Run(c *Case) (*Result, error)
}

// ErrSkip is wrapped by executors in the reason why they cannot run a case.
var ErrSkip = errors.New("skipped")

// Run runs the whole corpus.
func Run(t *testing.T, x Executor) {
	t.Helper()
	archives, err := Archives()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range archives {
		t.Run(strings.TrimSuffix(a.File, ".txtar"), func(t *testing.T) {
			t.Parallel()
			for _, c := range a.Cases {
				t.Run(c.Name, func(t *testing.T) { Check(t, x, c) })
			}
		})
	}
}

// Check runs one case and reports how the answer differs.
func Check(t *testing.T, x Executor, c *Case) {
	t.Helper()
	if reason, ok := c.Note("not " + x.Name()); ok {
		t.Skip(reason)
	}
	got, err := x.Run(c)
	if errors.Is(err, ErrSkip) {
		t.Skip(err)
	}
	if diff := c.Diff(got, err); diff != "" {
		t.Errorf("%s: %s\n%s\n%s", c.File, c.Name, c.Search, diff)
	}
}

// Archives returns the corpus in the order of the file names.
func Archives() ([]*Archive, error) {
	var archives []*Archive
	err := fs.WalkDir(corpus, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".txtar" {
			return err
		}
		text, err := fs.ReadFile(corpus, name)
		if err != nil {
			return err
		}
		a, err := ParseArchive(name, text)
		archives = append(archives, a)
		return err
	})
	slices.SortFunc(archives, func(a, b *Archive) int { return cmp.Compare(a.File, b.File) })
	return archives, err
}
