// Package timeformat is Splunk's ways of writing times: the variables of
// strftime and strptime, relative time modifiers such as -1h@h, and the spans
// of bin and timechart.
//
// It knows no field, no command and no clock: who calls passes the time and
// the zone. Start reading at [Format], [Parse], [Relative] and [Span].
// Semantics: Splunk's Search Reference, "Date and time format variables" and
// "Time modifiers".
package timeformat

import (
	"strconv"
	"strings"
	"time"
)

// Format writes t, in its own zone, as a strftime format says. A variable that
// Splunk does not have is copied as it stands.
func Format(t time.Time, format string) string {
	return string(Append(make([]byte, 0, 2*len(format)+8), t, format))
}

// Append is [Format] onto the end of b.
func Append(b []byte, t time.Time, format string) []byte {
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			return append(b, format...)
		}
		b = append(b, format[:i]...)
		v, n := readVariable(format[i:])
		var known bool
		if b, known = v.append(b, t); !known {
			b = append(b, format[i:i+n]...)
		}
		format = format[i+n:]
	}
}

// variable is one %… of a format.
type variable struct {
	flag   byte // '-' no padding, '_' blanks, '0' zeros, '^' upper case, or 0
	width  int  // digits of a subsecond, 0 if not written
	colons int  // in %:z and its like
	extra  bool // the E of %Ez
	letter byte // 0 for a % at the end
}

// readVariable reads the variable at the beginning of s, which starts with a
// percent sign, and returns the bytes it takes.
func readVariable(s string) (v variable, n int) {
	n = 1
	if n < len(s) && strings.IndexByte("-_0^", s[n]) >= 0 {
		v.flag = s[n]
		n++
	}
	if n < len(s) && s[n] >= '1' && s[n] <= '9' {
		v.width = int(s[n] - '0')
		n++
	}
	for n < len(s) && s[n] == ':' && v.colons < 3 {
		v.colons++
		n++
	}
	if n+1 < len(s) && s[n] == 'E' && s[n+1] == 'z' {
		v.extra = true
		n++
	}
	if n == len(s) {
		return v, n
	}
	v.letter = s[n]
	if v.width > 0 && !v.subsecond() || v.colons > 0 && v.letter != 'z' {
		return variable{}, 1
	}
	return v, n + 1
}

func (v variable) subsecond() bool { return v.letter == 'N' || v.letter == 'Q' }

// composite gives the variables that stand for several others. %c, %x and %X
// depend on the locale of a Splunk server; these are those of US English.
func composite(letter byte) string {
	switch letter {
	case 'c':
		return "%a %b %e %H:%M:%S %Y"
	case '+':
		return "%a %b %e %H:%M:%S %Z %Y"
	case 'D':
		return "%m/%d/%y"
	case 'x':
		return "%m/%d/%Y"
	case 'F':
		return "%Y-%m-%d"
	case 'R':
		return "%H:%M"
	case 'r':
		return "%I:%M:%S %p"
	case 'T', 'X':
		return "%H:%M:%S"
	}
	return ""
}

// append writes the variable's part of t. It returns false for a letter that
// is no variable.
func (v variable) append(b []byte, t time.Time) ([]byte, bool) {
	if c := composite(v.letter); c != "" {
		return Append(b, t, c), true
	}
	if s, ok := v.name(t); ok {
		if v.flag == '^' {
			s = strings.ToUpper(s)
		}
		return append(b, s...), true
	}
	switch v.letter {
	case 'N', 'Q', 'f':
		return v.appendSubsecond(b, t), true
	case 'z':
		return v.appendZone(b, t), true
	case 's':
		return strconv.AppendInt(b, t.Unix(), 10), true
	case 'k', 'l', 'e':
		n, _, _ := v.number(t)
		return v.pad(b, n, 2, ' '), true
	}
	if n, width, ok := v.number(t); ok {
		return v.pad(b, n, width, '0'), true
	}
	return b, false
}

// name gives the variables that are words.
func (v variable) name(t time.Time) (string, bool) {
	switch v.letter {
	case 'a':
		return t.Weekday().String()[:3], true
	case 'A':
		return t.Weekday().String(), true
	case 'b', 'h':
		return t.Month().String()[:3], true
	case 'B':
		return t.Month().String(), true
	case 'p':
		if t.Hour() < 12 {
			return "AM", true
		}
		return "PM", true
	case 'P':
		if t.Hour() < 12 {
			return "am", true
		}
		return "pm", true
	case 'Z':
		return t.Format("MST"), true
	case 'n':
		return "\n", true
	case 't':
		return "\t", true
	case '%':
		return "%", true
	}
	return "", false
}

// number gives the variables that are numbers, and their usual width.
func (v variable) number(t time.Time) (n, width int, ok bool) {
	hour12 := (t.Hour()+11)%12 + 1
	switch v.letter {
	case 'Y':
		return t.Year(), 4, true
	case 'C':
		return t.Year() / 100, 2, true
	case 'y':
		return t.Year() % 100, 2, true
	case 'm':
		return int(t.Month()), 2, true
	case 'd', 'e':
		return t.Day(), 2, true
	case 'H', 'k':
		return t.Hour(), 2, true
	case 'I', 'l':
		return hour12, 2, true
	case 'M':
		return t.Minute(), 2, true
	case 'S':
		return t.Second(), 2, true
	case 'j':
		return t.YearDay(), 3, true
	case 'w':
		return int(t.Weekday()), 1, true
	case 'u':
		return (int(t.Weekday())+6)%7 + 1, 1, true
	case 'U': // weeks begin on Sunday, the first Sunday begins week 1
		return (t.YearDay() + 6 - int(t.Weekday())) / 7, 2, true
	case 'W': // the same with Monday
		return (t.YearDay() + 6 - (int(t.Weekday())+6)%7) / 7, 2, true
	case 'V':
		_, week := t.ISOWeek()
		return week, 2, true
	case 'G':
		year, _ := t.ISOWeek()
		return year, 4, true
	case 'g':
		year, _ := t.ISOWeek()
		return year % 100, 2, true
	}
	return 0, 0, false
}

func (v variable) pad(b []byte, n, width int, with byte) []byte {
	switch v.flag {
	case '-':
		width = 0
	case '_':
		with = ' '
	case '0':
		with = '0'
	}
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	for ; width > 1 && n < pow10(width-1); width-- {
		b = append(b, with)
	}
	return strconv.AppendInt(b, int64(n), 10)
}

func pow10(exponent int) int {
	n := 1
	for range exponent {
		n *= 10
	}
	return n
}

func (v variable) appendSubsecond(b []byte, t time.Time) []byte {
	width := v.width
	switch {
	case v.letter == 'f':
		width = 6
	case width == 0 && v.letter == 'Q':
		width = 3
	case width == 0:
		width = 9
	}
	n := t.Nanosecond() / pow10(9-width)
	return variable{}.pad(b, n, width, '0')
}

func (v variable) appendZone(b []byte, t time.Time) []byte {
	_, offset := t.Zone()
	if v.extra { // %Ez is Splunk's own: the zone in minutes
		return strconv.AppendInt(b, int64(offset/60), 10)
	}
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	b = append(b, sign)
	two := func(n int) { b = variable{}.pad(b, n, 2, '0') }
	two(offset / 3600)
	switch v.colons {
	case 0:
		two(offset / 60 % 60)
	case 1, 2:
		b = append(b, ':')
		two(offset / 60 % 60)
		if v.colons == 2 {
			b = append(b, ':')
			two(offset % 60)
		}
	}
	return b
}
