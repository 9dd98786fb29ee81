package report

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// maxMarks is how many combining marks one character keeps; more pile up over
// the lines above and below it.
const maxMarks = 4

// Visible returns s as it can be shown on a terminal: what does not print is
// replaced by a visible escape in Go's notation. That covers control
// characters and with them escape sequences, directional overrides, invisible
// and unassigned characters, and bytes that are not UTF-8. The result has no
// line break.
func Visible(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if unicode.In(r, unicode.Mn, unicode.Me) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case marks <= maxMarks && unicode.IsPrint(r) && !isBlankLetter(r):
			b.WriteString(s[:size])
		default:
			writeEscape(&b, r)
		}
		s = s[size:]
	}
	return b.String()
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isBlankLetter tells the letters that draw nothing: the Hangul fillers and
// the empty Braille cell, which can hide the end of a name.
func isBlankLetter(r rune) bool {
	switch r {
	case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800:
		return true
	}
	return false
}

func writeEscape(b *strings.Builder, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	case r < 0x10000:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// maxShown bounds the bytes of a value that a table looks at: far more than a
// cell can show.
const maxShown = 64 << 10

// shown is [Visible] for a value of any length.
func shown(s string) string {
	if len(s) > maxShown {
		cut := maxShown
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		return Visible(s[:cut]) + "…"
	}
	return Visible(s)
}

// textWidth returns how many terminal columns a visible text takes.
func textWidth(s string) int {
	if isPlain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// wrap breaks a visible text into at most maxLines lines of at most width
// columns (a wide character in a narrower column excepted). What does not fit
// is replaced by an ellipsis.
func wrap(s string, width, maxLines int) []string {
	var lines []string
	for len(lines) < maxLines-1 {
		line, rest := breakLine(s, width)
		lines = append(lines, strings.TrimRight(line, " "))
		if rest == "" {
			return lines
		}
		s = rest
	}
	return append(lines, truncate(s, width))
}

// breakLine cuts the first line off s. It ends after a blank, else after a
// separator of paths and lists, else where it is full: a blank may leave three
// quarters of the line empty, a separator half of it.
func breakLine(s string, width int) (line, rest string) {
	if len(s) <= width {
		return s, ""
	}
	used, end := 0, 0
	blank, separator := 0, 0 // the last places to break, if they are not too early
	for end < len(s) {
		cluster, w := firstCluster(s[end:])
		if used+w > width && end > 0 {
			end = cmp.Or(blank, separator, end)
			return s[:end], strings.TrimLeft(s[end:], " ")
		}
		used += w
		end += len(cluster)
		switch {
		case cluster == " " && used*4 >= width:
			blank = end
		case len(cluster) == 1 && strings.Contains(",;:/&|?", cluster) && used*2 >= width:
			separator = end
		}
	}
	return s, ""
}

// truncate cuts s to width columns, the last an ellipsis if s is longer.
func truncate(s string, width int) string {
	if textWidth(s) <= width {
		return s
	}
	used, end := 0, 0
	for end < len(s) {
		cluster, w := firstCluster(s[end:])
		if used+w > width-1 {
			break
		}
		used += w
		end += len(cluster)
	}
	return strings.TrimRight(s[:end], " ") + "…"
}

// firstCluster returns the first user-perceived character of s and its width.
func firstCluster(s string) (string, int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1], 1
	}
	return ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
}

// pad fills s with blanks to width columns.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-textWidth(s)))
}
