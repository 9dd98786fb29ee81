package eval

import (
	"strings"
	"unicode/utf8"
)

// maxLikeSteps bounds the work of one LIKE.
const maxLikeSteps = 1 << 30

// matchLike matches the whole of s against a LIKE pattern: % is any run of
// characters, _ is one, everything else itself. ok is false if the pattern is
// too long for the text to be tried.
func matchLike(s, pattern string) (matched, ok bool) {
	parts := strings.Split(pattern, "%")
	if len(parts) == 1 {
		n := prefixLen(s, pattern)
		return n == len(s), true
	}
	if strings.Contains(pattern, "_") && len(s)*len(pattern) > maxLikeSteps {
		return false, false
	}
	n := prefixLen(s, parts[0])
	if n < 0 {
		return false, true
	}
	s = s[n:]
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		i, n := indexLike(s, part)
		if i < 0 {
			return false, true
		}
		s = s[i+n:]
	}
	return hasSuffixLike(s, last), true
}

// prefixLen returns the bytes at the beginning of s that fit a part without %,
// or -1.
func prefixLen(s, part string) int {
	if !strings.Contains(part, "_") {
		if strings.HasPrefix(s, part) {
			return len(part)
		}
		return -1
	}
	n := 0
	for i := 0; i < len(part); i++ {
		switch {
		case n == len(s):
			return -1
		case part[i] == '_':
			_, size := utf8.DecodeRuneInString(s[n:])
			n += size
		case part[i] != s[n]:
			return -1
		default:
			n++
		}
	}
	return n
}

// indexLike returns the first place in s where a part fits, and the bytes that
// it takes there.
func indexLike(s, part string) (at, n int) {
	if !strings.Contains(part, "_") {
		return strings.Index(s, part), len(part)
	}
	for i := 0; i <= len(s); i++ {
		if n := prefixLen(s[i:], part); n >= 0 && (i == len(s) || utf8.RuneStart(s[i])) {
			return i, n
		}
	}
	return -1, 0
}

func hasSuffixLike(s, part string) bool {
	if !strings.Contains(part, "_") {
		return strings.HasSuffix(s, part)
	}
	// The part takes as many characters as it has.
	want := utf8.RuneCountInString(part)
	start := len(s)
	for range want {
		if start == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(s[:start])
		start -= size
	}
	return prefixLen(s[start:], part) == len(s)-start
}
