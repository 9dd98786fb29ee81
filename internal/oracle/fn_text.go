package oracle

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/spl"
)

// textFunctions change texts. lower, upper and replace work on each value of a
// multivalue; the others have no answer for one.
func textFunctions() map[string]function {
	return map[string]function{
		"len": onValues(1, 1, numberForm, func(args []val) val {
			s, ok := args[0].single()
			if !ok {
				return nil
			}
			return integer(utf8.RuneCountInString(s))
		}),
		"lower":     onValues(1, 1, textForm, func(args []val) val { return eachText(args[0], strings.ToLower) }),
		"upper":     onValues(1, 1, textForm, func(args []val) val { return eachText(args[0], strings.ToUpper) }),
		"substr":    onValues(2, 3, textForm, substr),
		"trim":      trimmer(strings.Trim),
		"ltrim":     trimmer(strings.TrimLeft),
		"rtrim":     trimmer(strings.TrimRight),
		"replace":   onValues(3, 3, textForm, replaceFunction),
		"urldecode": onValues(1, 1, textForm, urldecode),
		"spath": {2, 2, anything, func(s scope, args []spl.Expr) val {
			document, ok := s.eval(args[0]).single()
			path, pathOK := s.eval(args[1]).single()
			if !ok || !pathOK {
				return nil
			}
			return jsonPath(document, path)
		}},
	}
}

func eachText(v val, f func(string) string) val {
	texts := v.texts()
	for i := range texts {
		texts[i] = f(texts[i])
	}
	return multi(texts)
}

// substr takes characters from a place counted from 1, or from the end if
// negative.
func substr(args []val) val {
	s, ok := args[0].single()
	start, startOK := args[1].float()
	if !ok || !startOK {
		return nil
	}
	chars := []rune(s)
	from := max(int(start)-1, 0)
	if start < 0 {
		from = max(len(chars)+int(start), 0)
	}
	to := len(chars)
	if len(args) == 3 {
		n, ok := args[2].float()
		if !ok || n < 0 {
			return nil
		}
		to = min(from+int(n), len(chars))
	}
	if from >= len(chars) {
		return text("")
	}
	return text(string(chars[from:to]))
}

func trimmer(trim func(s, cutset string) string) function {
	return onValues(1, 2, textForm, func(args []val) val {
		s, ok := args[0].single()
		if !ok {
			return nil
		}
		chars := " \t"
		if len(args) == 2 {
			if chars, ok = args[1].single(); !ok {
				return nil
			}
		}
		return text(trim(s, chars))
	})
}

// replaceFunction replaces every match of a pattern; \1 to \9 in the
// replacement stand for groups.
func replaceFunction(args []val) val {
	pattern, ok := args[1].single()
	replacement, repOK := args[2].single()
	re := regexpOf(pattern)
	if !ok || !repOK || re == nil {
		return nil
	}
	return eachText(args[0], func(s string) string { return re.ReplaceAllString(s, goReplacement(replacement)) })
}

var backReference = regexp.MustCompile(`\\(\d)`)

// goReplacement turns \1 into what Go's regexp calls ${1}.
func goReplacement(s string) string {
	return backReference.ReplaceAllString(strings.ReplaceAll(s, "$", "$$"), "$${$1}")
}

var percentEscape = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// urldecode resolves %XX; a plus sign and anything malformed stay.
func urldecode(args []val) val {
	s, ok := args[0].single()
	if !ok {
		return nil
	}
	return text(percentEscape.ReplaceAllStringFunc(s, func(escape string) string {
		digit := func(c byte) byte {
			switch {
			case c >= 'a':
				return c - 'a' + 10
			case c >= 'A':
				return c - 'A' + 10
			}
			return c - '0'
		}
		return string([]byte{digit(escape[1])<<4 | digit(escape[2])})
	}))
}
