package regex

import "strings"

// Expand resolves the references of a replacement, as [Regexp.Replace] does,
// for the match of s that is at the offsets.
func Expand(replacement, s string, at []int) string {
	var b strings.Builder
	expand(&b, replacement, s, at)
	return b.String()
}
