package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// Update rewrites the expectations of the corpus in a directory by what an
// executor answers, for a person to review as a diff. It changes sections that
// are there and adds none, but that rows become an error or the other way
// round.
func Update(dir string, x Executor) error {
	archives, err := Archives()
	if err != nil {
		return err
	}
	for _, a := range archives {
		for _, c := range a.Cases {
			if _, skip := c.Note("not " + x.Name()); !skip {
				a.update(c, x)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(a.File)), txtar.Format(a.text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (a *Archive) update(c *Case, x Executor) {
	got, err := x.Run(c)
	for i := range a.text.Files {
		f := &a.text.Files[i]
		kind, ok := strings.CutPrefix(f.Name, c.Name+".")
		if !ok {
			continue
		}
		switch {
		case (kind == "rows" || kind == "error") && err != nil:
			f.Name, f.Data = c.Name+".error", section(Render(err))
		case kind == "rows" || kind == "error":
			f.Name, f.Data = c.Name+".rows", rowSection(c.Rows, got)
		case kind == "warn" && err == nil:
			f.Data = section(strings.Join(got.Warnings, "\n"))
		case kind == "reads" && err == nil:
			f.Data = section(got.Reads)
		}
	}
}

func section(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(text + "\n")
}

// rowSection writes rows with the fields that were named before, in the order
// of the columns; with all columns if none were.
func rowSection(before []Row, got *Result) []byte {
	var named []string
	for _, r := range before {
		for _, f := range r {
			named = append(named, f.Name)
		}
	}
	var lines []string
	for _, r := range got.Rows {
		var kept Row
		for _, f := range inOrder(r, got.Columns) {
			if len(named) == 0 || slices.Contains(named, f.Name) {
				kept = append(kept, f)
			}
		}
		lines = append(lines, kept.String())
	}
	return section(strings.Join(lines, "\n"))
}

// inOrder puts a row in the order of the columns, if they are all known.
func inOrder(r Row, columns []string) Row {
	place := func(f Field) int { return slices.Index(columns, f.Name) }
	if slices.ContainsFunc(r, func(f Field) bool { return place(f) < 0 }) {
		return r
	}
	out := slices.Clone(r)
	slices.SortStableFunc(out, func(a, b Field) int { return place(a) - place(b) })
	return out
}
