// Package markdown writes text of any origin so that Markdown shows it as it
// is, in the dialect of GitHub and its like.
//
// It knows no documents. Control characters are the caller's to replace. Start
// reading at [Text], [Code] and [Fenced].
package markdown

import (
	"regexp"
	"strings"
)

// Fenced writes a text as a block of code, its lines kept.
func Fenced(s string) string {
	fence := strings.Repeat("`", max(3, longestRun(s)+1))
	return fence + "\n" + s + "\n" + fence + "\n"
}

// Code writes code within a line: nothing in it is a link or a mention, as
// names from logs could be. Pipes are written as an entity in
// <code>, since a table's cell ends at one even within backticks.
func Code(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "–"
	}
	if strings.ContainsAny(s, "|`") {
		return "<code>" + entities.Replace(s) + "</code>"
	}
	return "`" + s + "`"
}

var entities = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;",
	`\`, "&#92;", "$", "&#36;", "~", "&#126;", "!", "&#33;", ":", "&#58;", "@", "&#64;", ".", "&#46;",
)

// lineStart is what Markdown takes for a heading, list, rule or the like at
// the beginning of a line.
var lineStart = regexp.MustCompile(`(?m)^(\s*)([#+=~-]|\d+[.)])`)

// entity is what Markdown would take for another character.
var entity = regexp.MustCompile(`^&#?[0-9A-Za-z]+;`)

// Text writes text so that Markdown shows it as it is.
func Text(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch r {
		case '\\', '`', '*', '[', ']', '<', '>', '|', '$', '~':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '&':
			if entity.MatchString(s[i:]) {
				b.WriteByte('\\')
			}
			b.WriteByte('&')
		case '_':
			// Within a word it means nothing, and names are easier to read so.
			if !(i > 0 && isWord(s[i-1]) && i+1 < len(s) && isWord(s[i+1])) {
				b.WriteByte('\\')
			}
			b.WriteByte('_')
		case '\n':
			b.WriteString("\\\n") // the break stays
		default:
			b.WriteRune(r)
		}
	}
	return lineStart.ReplaceAllStringFunc(b.String(), func(s string) string {
		last := len(s) - 1
		return s[:last] + `\` + s[last:]
	})
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// longestRun returns the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
