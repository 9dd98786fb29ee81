package timeformat

import (
	"strings"
	"time"
)

// Parse reads s as a strptime format says, in zone loc unless s names a zone.
// Text behind what the format takes is ignored. What the format does not name
// is taken from now for the date and is midnight for the time of day; a year
// or a month without a day does not make a date. It returns false if s does
// not fit the format.
func Parse(s, format string, loc *time.Location, now time.Time) (time.Time, bool) {
	p := parser{s: s, year: -1, month: -1, day: -1, yearDay: -1}
	if !p.parse(format, 0) {
		return time.Time{}, false
	}
	return p.time(loc, now.In(loc))
}

type parser struct {
	s string // what is left to read

	year, month, day, yearDay int // -1 if not read
	hour, minute, second      int
	nanosecond                int
	twelve, pm                bool // %I, and %p said afternoon
	hasZone                   bool
	zone                      int // seconds east of UTC
	hasEpoch                  bool
	epoch                     int64
}

func (p *parser) parse(format string, depth int) bool {
	for i := 0; i < len(format); {
		c := format[i]
		switch {
		case isSpace(c):
			p.skipSpace()
			i++
		case c == '%':
			v, n := readVariable(format[i:])
			if v.letter == 0 || depth > 1 || !p.variable(v, depth) {
				return false
			}
			i += n
		default:
			if p.s == "" || p.s[0] != c {
				return false
			}
			p.s = p.s[1:]
			i++
		}
	}
	return true
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func (p *parser) skipSpace() {
	for p.s != "" && isSpace(p.s[0]) {
		p.s = p.s[1:]
	}
}

// variable reads the text that one variable stands for.
func (p *parser) variable(v variable, depth int) bool {
	if c := composite(v.letter); c != "" {
		return p.parse(c, depth+1)
	}
	switch v.letter {
	case 'a', 'A':
		_, ok := p.word(7, func(i int) string { return time.Weekday(i).String() })
		return ok
	case 'b', 'B', 'h':
		i, ok := p.word(12, func(i int) string { return time.Month(i + 1).String() })
		p.month = i + 1
		return ok
	case 'p', 'P':
		i, ok := p.word(2, func(i int) string { return [...]string{"am", "pm"}[i] })
		p.pm = i == 1
		return ok
	case 'z':
		return p.offset(v)
	case 'Z':
		return p.zoneName()
	case 'n', 't':
		p.skipSpace()
		return true
	case '%':
		rest, ok := strings.CutPrefix(p.s, "%")
		p.s = rest
		return ok
	case 'N', 'Q', 'f':
		return p.subsecond(v.width)
	case 's':
		return p.epochSeconds()
	}
	return p.numeric(v.letter)
}

// numeric reads the variables that are numbers.
func (p *parser) numeric(letter byte) bool {
	var ignored int
	switch letter {
	case 'Y':
		return p.number(&p.year, 4, 0, 9999)
	case 'y':
		if !p.number(&p.year, 2, 0, 99) {
			return false
		}
		if p.year += 1900; p.year < 1969 {
			p.year += 100
		}
		return true
	case 'm':
		return p.number(&p.month, 2, 1, 12)
	case 'd', 'e':
		return p.number(&p.day, 2, 1, 31)
	case 'j':
		return p.number(&p.yearDay, 3, 1, 366)
	case 'H', 'k':
		return p.number(&p.hour, 2, 0, 23)
	case 'I', 'l':
		p.twelve = true
		return p.number(&p.hour, 2, 1, 12)
	case 'M':
		return p.number(&p.minute, 2, 0, 59)
	case 'S':
		return p.number(&p.second, 2, 0, 60)
	// These are read but do not make a date, as in the C library.
	case 'C', 'g', 'U', 'V', 'W':
		return p.number(&ignored, 2, 0, 99)
	case 'G':
		return p.number(&ignored, 4, 0, 9999)
	case 'u', 'w':
		return p.number(&ignored, 1, 0, 7)
	}
	return false
}

// number reads up to width digits, blanks before them allowed.
func (p *parser) number(to *int, width, low, high int) bool {
	p.skipSpace()
	n, i := 0, 0
	for i < width && i < len(p.s) && isDigit(p.s[i]) {
		n = n*10 + int(p.s[i]-'0')
		i++
	}
	if i == 0 || n < low || n > high {
		return false
	}
	p.s = p.s[i:]
	*to = n
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// word reads one of n names or its first three letters, in any case.
func (p *parser) word(n int, name func(int) string) (int, bool) {
	for i := range n {
		full := name(i)
		for _, length := range []int{len(full), 3} {
			if length <= len(full) && len(p.s) >= length && strings.EqualFold(p.s[:length], full[:length]) {
				p.s = p.s[length:]
				return i, true
			}
		}
	}
	return -1, false
}

// subsecond reads the digits behind a decimal point: at most width, or as many
// as there are if no width was written.
func (p *parser) subsecond(width int) bool {
	if width == 0 {
		width = len(p.s)
	}
	scale, i := 100_000_000, 0
	p.nanosecond = 0
	for i < width && i < len(p.s) && isDigit(p.s[i]) {
		p.nanosecond += int(p.s[i]-'0') * scale
		scale /= 10
		i++
	}
	p.s = p.s[i:]
	return i > 0
}

func (p *parser) epochSeconds() bool {
	p.skipSpace()
	rest, negative := strings.CutPrefix(p.s, "-")
	i := 0
	p.epoch = 0
	for i < len(rest) && i < 12 && isDigit(rest[i]) {
		p.epoch = p.epoch*10 + int64(rest[i]-'0')
		i++
	}
	if negative {
		p.epoch = -p.epoch
	}
	p.s, p.hasEpoch = rest[i:], true
	return i > 0
}

// offset reads a zone as +hhmm, +hh:mm, +hh or Z, or in minutes for %Ez.
func (p *parser) offset(v variable) bool {
	p.skipSpace()
	if p.s == "" {
		return false
	}
	p.hasZone = true
	if p.s[0] == 'Z' || p.s[0] == 'z' {
		p.s = p.s[1:]
		return true
	}
	sign := 1
	switch p.s[0] {
	case '-':
		sign = -1
		p.s = p.s[1:]
	case '+':
		p.s = p.s[1:]
	default:
		if !v.extra {
			return false
		}
	}
	var hours, minutes int
	if v.extra {
		if !p.number(&minutes, 4, 0, 24*60) {
			return false
		}
		p.zone = sign * minutes * 60
		return true
	}
	if !p.number(&hours, 2, 0, 24) {
		return false
	}
	rest := strings.TrimPrefix(p.s, ":")
	if len(rest) >= 2 && isDigit(rest[0]) && isDigit(rest[1]) {
		p.s = rest
		if !p.number(&minutes, 2, 0, 59) {
			return false
		}
	}
	p.zone = sign * (hours*3600 + minutes*60)
	return true
}

// zoneName reads the abbreviation of a zone. Only those that mean one zone to
// everyone are known; the rest do not fit.
func (p *parser) zoneName() bool {
	p.skipSpace()
	i := 0
	for i < len(p.s) && (p.s[i]|0x20 >= 'a' && p.s[i]|0x20 <= 'z') {
		i++
	}
	hours, ok := zoneHours(strings.ToUpper(p.s[:min(i, 5)]))
	if !ok || i > 5 {
		return false
	}
	p.s = p.s[i:]
	p.hasZone, p.zone = true, hours*3600
	return true
}

func zoneHours(name string) (int, bool) {
	switch name {
	case "UTC", "GMT", "Z", "UT", "WET":
		return 0, true
	case "CET", "BST", "WEST", "MEZ":
		return 1, true
	case "CEST", "EET", "MESZ", "SAST":
		return 2, true
	case "EEST", "MSK":
		return 3, true
	case "SGT", "HKT", "AWST":
		return 8, true
	case "JST", "KST":
		return 9, true
	case "AEST":
		return 10, true
	case "AEDT":
		return 11, true
	case "NZST":
		return 12, true
	case "NZDT":
		return 13, true
	case "ADT":
		return -3, true
	case "EDT", "AST":
		return -4, true
	case "EST", "CDT":
		return -5, true
	case "CST", "MDT":
		return -6, true
	case "MST", "PDT":
		return -7, true
	case "PST", "AKDT":
		return -8, true
	case "AKST":
		return -9, true
	case "HST":
		return -10, true
	}
	return 0, false
}

// time puts together what was read.
func (p *parser) time(loc *time.Location, now time.Time) (time.Time, bool) {
	if p.hasEpoch {
		return time.Unix(p.epoch, int64(p.nanosecond)).In(loc), true
	}
	zone := loc
	if p.hasZone {
		zone = time.FixedZone("", p.zone)
		now = now.In(zone)
	}
	year, month, day := p.year, p.month, p.day
	switch {
	case p.yearDay > 0:
		month, day = 1, p.yearDay
	case day < 0 && (month > 0 || year >= 0):
		return time.Time{}, false
	case day < 0:
		day = now.Day()
	case month < 0 && year >= 0:
		return time.Time{}, false
	}
	if month < 0 {
		month = int(now.Month())
	}
	if year < 0 {
		year = now.Year()
	}
	hour := p.hour
	if p.twelve {
		hour %= 12
		if p.pm {
			hour += 12
		}
	}
	t := time.Date(year, time.Month(month), day, hour, p.minute, p.second, p.nanosecond, zone)
	if p.yearDay < 0 && day > daysIn(year, time.Month(month)) || p.yearDay > 365 && t.Year() != year {
		return time.Time{}, false
	}
	return t.In(loc), true
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
