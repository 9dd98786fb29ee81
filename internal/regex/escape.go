package regex

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What PCRE's escapes for white space hold, as the items of a class.
const (
	spaces      = `\x09-\x0d\x20`
	notSpaces   = `\x00-\x08\x0e-\x1f\x21-` + "\U0010ffff"
	horizontals = `\x09\p{Zs}`
	verticals   = `\x0a-\x0d` + "\u0085\u2028\u2029"
)

// errTrailing is a pattern that ends in a backslash.
var errTrailing = errors.New("a backslash at the end of the regular expression")

// escape rewrites a backslash and what follows it, outside of classes.
func (t *translator) escape() error {
	t.pos++
	if t.pos == len(t.s) {
		return errTrailing
	}
	c := t.s[t.pos]
	if r, ok, err := t.character(); ok || err != nil {
		if err == nil {
			t.literal(r)
		}
		return err
	}
	if isDigit(c) {
		return t.numberedReference()
	}
	t.pos++
	switch c {
	case 's':
		t.emit("[" + spaces + "]")
	case 'S':
		t.emit("[^" + spaces + "]")
	case 'h':
		t.emit("[" + horizontals + "]")
	case 'H':
		t.emit("[^" + horizontals + "]")
	case 'v':
		t.emit("[" + verticals + "]")
	case 'V':
		t.emit("[^" + verticals + "]")
	case 'R':
		t.emit(`(?:\r\n|[` + verticals + `])`)
	case 'N':
		t.emit(`[^\n]`)
	case 'Z':
		t.emitEnd()
	case 'A', 'z', 'b', 'B', 'd', 'D', 'w', 'W':
		t.emit(`\` + string(c))
	case 'G':
		t.out.backtracks = true
		t.emit(`\G`)
	case 'p', 'P':
		return t.property(c)
	case 'Q':
		quoted, rest, _ := strings.Cut(t.s[t.pos:], `\E`)
		t.emit(regexp.QuoteMeta(quoted))
		t.pos = len(t.s) - len(rest)
	case 'E':
	case 'k', 'g':
		return t.namedReference(c)
	default:
		return unsupported(`\` + string(c))
	}
	return nil
}

// character reads the escapes that stand for one character, inside and outside
// of classes. The position is behind the backslash; ok is false, and nothing
// read, for other escapes.
func (t *translator) character() (r rune, ok bool, err error) {
	c := t.s[t.pos]
	simple := strings.IndexByte("ntrfae", c)
	switch {
	case simple >= 0:
		t.pos++
		return rune("\n\t\r\f\a\x1b"[simple]), true, nil
	case c == 'x':
		r, err = t.hex()
		return r, true, err
	case c == '0':
		return t.octal(3), true, nil
	case c == 'c':
		if t.pos+1 >= len(t.s) || t.s[t.pos+1] < ' ' || t.s[t.pos+1] > '~' {
			return 0, true, errors.New(`bad \c in the regular expression`)
		}
		upper := strings.ToUpper(t.s[t.pos+1 : t.pos+2])
		t.pos += 2
		return rune(upper[0] ^ 0x40), true, nil
	case isLetter(c) || isDigit(c):
		return 0, false, nil
	}
	r, size := utf8.DecodeRuneInString(t.s[t.pos:])
	t.pos += size
	return r, true, nil
}

// hex reads \x{…} or \x with up to two digits.
func (t *translator) hex() (rune, error) {
	t.pos++
	rest := t.s[t.pos:]
	if strings.HasPrefix(rest, "{") {
		end := strings.IndexByte(rest, '}')
		n, err := strconv.ParseUint(rest[1:max(1, end)], 16, 32)
		if end < 0 || err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
			return 0, errors.New(`bad \x{…} in the regular expression`)
		}
		t.pos += end + 1
		return rune(n), nil
	}
	digits := 0
	for digits < 2 && digits < len(rest) && (isDigit(rest[digits]) || rest[digits]|0x20 >= 'a' && rest[digits]|0x20 <= 'f') {
		digits++
	}
	n, _ := strconv.ParseUint("0"+rest[:digits], 16, 32)
	t.pos += digits
	return rune(n), nil
}

// octal reads up to most octal digits.
func (t *translator) octal(most int) rune {
	var r rune
	for ; most > 0 && t.pos < len(t.s) && t.s[t.pos] >= '0' && t.s[t.pos] <= '7'; most-- {
		r = r*8 + rune(t.s[t.pos]-'0')
		t.pos++
	}
	return r
}

// numberedReference rewrites \1, or a character in octal if there is no such
// group.
func (t *translator) numberedReference() error {
	digits := t.pos
	for digits < len(t.s) && isDigit(t.s[digits]) {
		digits++
	}
	number := t.s[t.pos:digits]
	n, err := strconv.Atoi(number)
	if len(number) == 1 || err == nil && n < len(t.out.names) {
		t.pos = digits
		t.reference(`\` + number)
		return nil
	}
	if number[0] > '7' {
		return fmt.Errorf(`a reference \%s to no group in the regular expression`, clip(number))
	}
	t.literal(t.octal(3))
	return nil
}

// namedReference rewrites \k<name> and its spellings, and \g{number}.
func (t *translator) namedReference(c byte) error {
	rest := t.s[t.pos:]
	name, taken := "", 0
	if rest != "" {
		if i := strings.IndexByte("<'{", rest[0]); i >= 0 && (c == 'k' || rest[0] == '{') {
			if end := strings.IndexByte(rest[1:], ">'}"[i]); end >= 0 {
				name, taken = rest[1:1+end], end+2
			}
		} else if c == 'g' && isDigit(rest[0]) {
			name, taken = rest[:1], 1
		}
	}
	if n, err := strconv.Atoi(name); err == nil && c == 'g' {
		if n < 0 {
			n += len(t.out.names)
		}
		if n <= 0 || n > maxRepeat {
			return fmt.Errorf(`a reference \g{%s} to no group in the regular expression`, clip(name))
		}
		t.pos += taken
		t.reference(`\` + strconv.Itoa(n))
		return nil
	}
	if !isName(name) {
		return unsupported(`\` + string(c) + clip(rest[:min(len(rest), 10)]))
	}
	t.pos += taken
	t.reference(`\k<` + name + ">")
	return nil
}

// property rewrites \pL, \p{L} and \p{^L}.
func (t *translator) property(c byte) error {
	rest := t.s[t.pos:]
	if rest == "" {
		return errTrailing
	}
	taken := 1
	if rest[0] == '{' {
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return errors.New(`missing closing } of \p in the regular expression`)
		}
		taken = end + 1
	}
	t.emit(`\` + string(c) + rest[:taken])
	t.pos += taken
	return nil
}
