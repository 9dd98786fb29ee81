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
	made := madeFields(search)
	var notes []*diag.Error
	for _, name := range plan.Plan(search, event.Set{}).Fields.Names() {
		if strings.Contains(name, "*") || slices.Contains(known, name) || slices.Contains(made, name) {
			continue
		}
		at := wordAt(src.Text, name)
		if at < 0 || len(name) < minTypo {
			continue
		}
		// A name of the same letters in other case is another field in SPL.
		near := nearField(name, known)
		if len(near) < minTypo {
			continue
		}
		notes = append(notes, &diag.Error{
			Source: src, Span: diag.Span{Start: at, End: at + len(name)}, Code: diag.SuspiciousExpression,
			Message: `CloudTrail's events have no field "` + name + `"`, Hint: `did you mean "` + near + `"?`,
		})
	}
	return notes
}

// nearField returns the known field that differs from name in one part between
// dots, and there little; or "". What a call is given and answers differs from
// call to call, so that no name of these is odd.
func nearField(name string, known []string) string {
	parts := strings.Split(name, ".")
	open := slices.Contains(openParts, strings.TrimSuffix(parts[0], "{}"))
	for i, part := range parts {
		if open && i > 0 {
			break
		}
		var prefix, suffix string
		if i > 0 {
			prefix = strings.Join(parts[:i], ".") + "."
		}
		if i+1 < len(parts) {
			suffix = "." + strings.Join(parts[i+1:], ".")
		}
		var candidates []string
		for _, k := range known {
			if other, ok := strings.CutPrefix(k, prefix); ok {
				if other, ok := strings.CutSuffix(other, suffix); ok && !strings.Contains(other, ".") {
					candidates = append(candidates, other)
				}
			}
		}
		if near := diag.Nearest(part, candidates); near != "" {
			return strings.Join(slices.Concat(parts[:i], []string{near}, parts[i+1:]), ".")
		}
	}
	return ""
}

// madeFields returns the names that commands give to fields of a row, also
// where an event may have a field of the name before.
func madeFields(search *plan.Search) []string {
	var made []string
	for _, op := range search.Ops {
		if c, ok := op.(plan.Columner); ok && (op.Kind() == plan.Streaming || op.Kind() == plan.Expanding) {
			made = append(made, c.Columns([]string{})...)
		}
	}
	return made
}

// openParts are the parts of a record whose fields differ from call to call.
var openParts = []string{"requestParameters", "responseElements", "serviceEventDetails", "additionalEventData", "resources"}

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
