package pages

import (
	"fmt"
	"strings"
	"unicode"
)

// clean makes visible what a text may hold to deceive its reader: control
// characters, and those that turn the direction of writing or have no width.
// Line breaks and tabs stay.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	if strings.IndexFunc(s, deceives) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if deceives(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func deceives(r rune) bool {
	switch {
	case r == '\n', r == '\t':
		return false
	case unicode.IsControl(r):
		return true
	case r == '\u200d', r == '\u200c': // joins the parts of some letters and pictures
		return false
	}
	return unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// oneLine puts a text on one line.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// codeLine puts code on one line, its blanks kept.
func codeLine(s string) string { return strings.ReplaceAll(clean(s), "\n", " ") }

// paragraphs splits a text at its empty lines.
func paragraphs(s string) []string {
	var all []string
	var current []string
	flush := func() {
		if current != nil {
			all = append(all, strings.Join(current, "\n"))
			current = nil
		}
	}
	for line := range strings.SplitSeq(clean(s), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			flush()
			continue
		}
		current = append(current, line)
	}
	flush()
	return all
}

// codeText prepares a text to be shown as it is.
func codeText(s string) string { return strings.Trim(clean(s), "\n") }
