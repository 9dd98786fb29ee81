package regex

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// classItem is what the last thing in a class was, which tells what a dash
// after it means.
type classItem uint8

const (
	classStart classItem = iota
	classChar
	classSet   // \w, [:alpha:] or a finished range: no range can begin with it
	classRange // an open range, a-
)

// class rewrites a bracketed class. Its result has escapes for every character
// that one of the engines takes for syntax and PCRE does not.
func (t *translator) class() error {
	t.pos++
	t.emit("[")
	if strings.HasPrefix(t.s[t.pos:], "^") {
		t.pos++
		t.emit("^")
	}
	last := classStart
	for t.pos < len(t.s) {
		c := t.s[t.pos]
		if c == ']' && last != classStart {
			t.pos++
			t.emit("]")
			return nil
		}
		var err error
		if last, err = t.classItem(c, last); err != nil {
			return err
		}
	}
	return errors.New("missing closing ] in the regular expression")
}

// classItem rewrites one item of a class.
func (t *translator) classItem(c byte, last classItem) (classItem, error) {
	switch {
	case c == '[':
		if name := posixClass(t.s[t.pos:]); name != "" {
			t.pos += len(name)
			t.emit(name)
			return classSet, nil
		}
	case c == '-' && last == classChar && t.beginsRange():
		t.pos++
		t.emit("-")
		return classRange, nil
	case c == '\\':
		return t.classEscape(last)
	}
	r, size := utf8.DecodeRuneInString(t.s[t.pos:])
	t.pos += size
	t.classLiteral(r)
	return afterChar(last), nil
}

// afterChar is the state after a single character.
func afterChar(last classItem) classItem {
	if last == classRange {
		return classSet
	}
	return classChar
}

// beginsRange reports whether the dash at the position is followed by a single
// character.
func (t *translator) beginsRange() bool {
	rest := t.s[t.pos+1:]
	switch {
	case rest == "" || rest[0] == ']':
		return false
	case rest[0] == '[':
		return posixClass(rest) == ""
	case rest[0] == '\\' && len(rest) > 1:
		return !strings.ContainsRune(`dDwWsShHvVpPQE`, rune(rest[1]))
	}
	return true
}

// posixClass returns the [:name:] at the beginning of s, or "".
func posixClass(s string) string {
	if !strings.HasPrefix(s, "[:") {
		return ""
	}
	end := strings.Index(s, ":]")
	if end < 0 || strings.Trim(s[2:end], "^abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return s[:end+2]
}

// classLiteral writes a character of a class.
func (t *translator) classLiteral(r rune) {
	if r < utf8.RuneSelf && strings.ContainsRune(`[]\^-`, r) {
		t.emit(`\`)
	}
	t.emit(string(r))
}

// classEscape rewrites a backslash and what follows it in a class.
func (t *translator) classEscape(last classItem) (classItem, error) {
	t.pos++
	if t.pos == len(t.s) {
		return last, errTrailing
	}
	c := t.s[t.pos]
	r, ok, err := t.character()
	if err != nil {
		return last, err
	}
	if isDigit(c) && !ok { // no back-references in here
		if c > '7' {
			return last, unsupported(`\` + string(c) + " in a class")
		}
		r, ok = t.octal(3), true
	}
	if ok {
		t.classLiteral(r)
		return afterChar(last), nil
	}
	t.pos++
	switch c {
	case 'b':
		t.emit(`\x08`)
		return afterChar(last), nil
	case 's':
		t.emit(spaces)
	case 'S':
		t.emit(notSpaces)
	case 'h':
		t.emit(horizontals)
	case 'v':
		t.emit(verticals)
	case 'd', 'D', 'w', 'W':
		t.emit(`\` + string(c))
	case 'p', 'P':
		return classSet, t.property(c)
	case 'Q':
		quoted, rest, _ := strings.Cut(t.s[t.pos:], `\E`)
		for _, r := range quoted {
			t.classLiteral(r)
		}
		t.pos = len(t.s) - len(rest)
		return classChar, nil
	case 'E':
		return last, nil
	default:
		return last, unsupported(`\` + string(c) + " in a class")
	}
	return classSet, nil
}
