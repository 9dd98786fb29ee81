package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
)

// Diff tells how an answer differs from what is expected, "" if it does not.
func (c *Case) Diff(got *Result, err error) string {
	if c.Error != "" {
		if err == nil {
			return "it ran, and should be refused with\n" + c.Error
		}
		return diffText("error", c.Error, Render(err))
	}
	if err != nil {
		return Render(err)
	}
	var diffs []string
	if c.HasRows {
		diffs = append(diffs, DiffRows(c.Rows, got), diffOrder(c.Rows, got.Columns))
	}
	if c.Warn != "" && got.Warnings != nil {
		diffs = append(diffs, diffText("warnings", c.Warn, strings.Join(got.Warnings, "\n")))
	}
	if c.Reads != "" && got.Reads != "" {
		diffs = append(diffs, diffText("reads", c.Reads, got.Reads))
	}
	return strings.Join(slices.DeleteFunc(diffs, func(d string) bool { return d == "" }), "\n")
}

func diffText(what, want, got string) string {
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		return what + " (-want +got):\n" + diff
	}
	return ""
}

// Render writes the problems that an error holds, each with its caret.
func Render(err error) string {
	problems := diag.All(err)
	if len(problems) == 0 {
		return err.Error()
	}
	rendered := make([]string, len(problems))
	for i, p := range problems {
		rendered[i] = p.Render()
	}
	return strings.Join(rendered, "\n")
}

// DiffRows compares rows. Fields that no expected row names are not compared;
// one that some of them name must be absent where an expected row lacks it.
func DiffRows(want []Row, got *Result) string {
	var names []string
	for _, r := range want {
		for _, f := range r {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	show := func(rows []Row) []string {
		out := make([]string, len(rows))
		for i, r := range rows {
			var kept Row
			for _, name := range names {
				if v := r.Get(name); v != nil {
					kept = append(kept, Field{name, v})
				}
			}
			out[i] = kept.String()
		}
		return out
	}
	if diff := cmp.Diff(show(want), show(got.Rows)); diff != "" {
		return "rows (-want +got):\n" + diff
	}
	return ""
}

// diffOrder checks that the fields of the expected rows stand in the order of
// the columns. A column that the executor did not foretell may stand anywhere.
func diffOrder(want []Row, columns []string) string {
	for _, r := range want {
		last := -1
		for _, f := range r {
			i := slices.Index(columns, f.Name)
			if i < 0 {
				continue
			}
			if i < last {
				return fmt.Sprintf("columns: %s should come after %s, not before it: %s", f.Name, columns[last], strings.Join(columns, ", "))
			}
			last = i
		}
	}
	return ""
}
