package oracle

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// reading is a time being read: what is left of the text, and the parts found
// so far.
type reading struct {
	rest                 string
	year, month, day     int
	hour, minute, second int
	nano                 int
	half                 string // AM or PM
	epoch                string
	location             *time.Location
}

// strptime reads a time; what is missing of the date is today, what is missing
// of the clock is midnight.
func strptime(s, form string, location *time.Location, now time.Time) (time.Time, bool) {
	now = now.In(location)
	r := &reading{rest: s, year: now.Year(), month: int(now.Month()), day: now.Day(), location: location}
	form = strings.NewReplacer("%F", "%Y-%m-%d", "%T", "%H:%M:%S", "%D", "%m/%d/%y").Replace(form)
	for form != "" {
		switch {
		case form[0] == ' ':
			r.rest, form = strings.TrimLeft(r.rest, " "), form[1:]
		case form[0] != '%' || len(form) == 1:
			if !strings.HasPrefix(r.rest, form[:1]) {
				return time.Time{}, false
			}
			r.rest, form = r.rest[1:], form[1:]
		default:
			form = strings.TrimLeft(form[1:], "0123456789:")
			if !r.read(form[0]) {
				return time.Time{}, false
			}
			form = form[1:]
		}
	}
	return r.time()
}

func (r *reading) time() (time.Time, bool) {
	if r.epoch != "" {
		n, err := strconv.ParseInt(r.epoch, 10, 64)
		return time.Unix(n, int64(r.nano)), err == nil
	}
	hour := r.hour
	if r.half != "" {
		hour %= 12
		if strings.EqualFold(r.half, "PM") {
			hour += 12
		}
	}
	t := time.Date(r.year, time.Month(r.month), r.day, hour, r.minute, r.second, r.nano, r.location)
	return t, r.month >= 1 && r.month <= 12 && t.Day() == r.day && hour < 24 && r.minute < 60 && r.second < 61
}

// read reads what one directive stands for.
func (r *reading) read(letter byte) bool {
	switch letter {
	case 'Y':
		return r.number(4, &r.year)
	case 'y':
		ok := r.number(2, &r.year)
		if r.year += 2000; r.year > 2068 {
			r.year -= 100
		}
		return ok
	case 'm':
		return r.number(2, &r.month)
	case 'd', 'e':
		r.rest = strings.TrimLeft(r.rest, " ")
		return r.number(2, &r.day)
	case 'H', 'I':
		return r.number(2, &r.hour)
	case 'M':
		return r.number(2, &r.minute)
	case 'S':
		return r.number(2, &r.second)
	case 'p':
		return r.take(&r.half, `(?i)^[AP]M`)
	case 'b', 'B':
		for m := time.January; m <= time.December; m++ {
			if r.name(m.String()) {
				r.month = int(m)
				return true
			}
		}
	case 'a', 'A':
		for d := time.Sunday; d <= time.Saturday; d++ {
			if r.name(d.String()) {
				return true
			}
		}
	case 'N', 'Q':
		digits := ""
		if !r.take(&digits, `^\d{1,9}`) {
			return false
		}
		r.nano, _ = strconv.Atoi((digits + "000000000")[:9])
		return true
	case 's':
		return r.take(&r.epoch, `^\d+`)
	case 'z', 'Z':
		return r.zone()
	case '%':
		return r.take(new(string), `^%`)
	}
	return false
}

// take takes what a pattern matches.
func (r *reading) take(to *string, pattern string) bool {
	*to = regexp.MustCompile(pattern).FindString(r.rest)
	r.rest = r.rest[len(*to):]
	return *to != ""
}

func (r *reading) number(most int, to *int) bool {
	digits := ""
	if !r.take(&digits, `^\d{1,`+strconv.Itoa(most)+`}`) {
		return false
	}
	*to, _ = strconv.Atoi(digits)
	return true
}

// name takes a name, in full or its first three letters.
func (r *reading) name(full string) bool {
	return r.take(new(string), `(?i)^(?:`+full+`|`+full[:3]+`)`)
}

// zone takes an offset from UTC, or a name of UTC.
func (r *reading) zone() bool {
	written := ""
	if r.take(&written, `^(?:UTC|GMT|Z)`) {
		r.location = time.UTC
		return true
	}
	if !r.take(&written, `^[+-]\d\d:?\d\d`) {
		return false
	}
	hours, _ := strconv.Atoi(written[1:3])
	minutes, _ := strconv.Atoi(written[len(written)-2:])
	offset := hours*3600 + minutes*60
	if written[0] == '-' {
		offset = -offset
	}
	r.location = time.FixedZone("", offset)
	return true
}
