package engine

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
)

// fieldNotes tells of fields that a search reads from events and that are
// spelt almost like a known one. Only names that stand in the search itself
// are looked at, not those in its macros.
func fieldNotes(search *plan.Search, src *diag.Source, known []string) []*diag.Error {
	if len(known) == 0 {
		return nil
	}
	var notes []*diag.Error
	for _, name := range plan.Plan(search, event.Set{}).Fields.Names() {
		if strings.Contains(name, "*") || slices.Contains(known, name) {
			continue
		}
		// A name of the same letters in other case is another field in SPL.
		near := diag.Nearest(name, known)
		at := wordAt(src.Text, name)
		if near == "" || at < 0 || min(len(name), len(near)) < minTypo {
			continue
		}
		notes = append(notes, &diag.Error{
			Source: src, Span: diag.Span{Start: at, End: at + len(name)}, Code: diag.SuspiciousExpression,
			Message: `CloudTrail's events have no field "` + name + `"`, Hint: `did you mean "` + near + `"?`,
		})
	}
	return notes
}

// minTypo is the length from which a name is taken for a misspelt other one:
// short names are near to many.
const minTypo = 5

// wordAt returns where name stands in text as a word of its own, or -1.
func wordAt(text, name string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(name):])
		if !isWordRune(before) && !isWordRune(after) {
			return i
		}
		from = i + 1
	}
}

func isWordRune(r rune) bool {
	return r == '_' || r == '.' || r == '{' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
