package timeformat

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// unit is a unit of time. Those from day on follow the calendar of a zone.
type unit uint8

const (
	noUnit unit = iota
	microsecond
	millisecond
	centisecond
	decisecond
	second
	minute
	hour
	day
	week
	month
	quarter
	year
)

// unitOf reads the name of a unit, in any of Splunk's spellings.
func unitOf(name string) unit {
	switch strings.ToLower(name) {
	case "us":
		return microsecond
	case "ms":
		return millisecond
	case "cs":
		return centisecond
	case "ds":
		return decisecond
	case "s", "sec", "secs", "second", "seconds":
		return second
	case "m", "min", "mins", "minute", "minutes":
		return minute
	case "h", "hr", "hrs", "hour", "hours":
		return hour
	case "d", "day", "days":
		return day
	case "w", "week", "weeks":
		return week
	case "mon", "month", "months":
		return month
	case "q", "qtr", "qtrs", "quarter", "quarters":
		return quarter
	case "y", "yr", "yrs", "year", "years":
		return year
	}
	return noUnit
}

// length is the unit in nanoseconds, by estimate for those of the calendar.
func (u unit) length() float64 {
	const d = 24 * float64(time.Hour)
	return [...]float64{0, 1e3, 1e6, 1e7, 1e8, 1e9, float64(time.Minute), float64(time.Hour), d, 7 * d, 30 * d, 91 * d, 365 * d}[u]
}

// maxShift bounds how far a modifier may lead: beyond it no year has four
// digits.
const maxShift = 8000 * 365 * 24 * float64(time.Hour)

// Relative applies a relative time modifier such as -1h@h, @w1, @d-2h or now
// to t, in t's zone: each part from left to right, a snap always downwards.
// Days and longer units are calendar arithmetic, so that -1d keeps the hour
// over a change to daylight saving; a day that the target month lacks becomes
// its last. An amount without a sign counts back. Source: Splunk, Time
// modifiers.
func Relative(t time.Time, spec string) (time.Time, error) {
	s := strings.TrimSpace(spec)
	if s == "" {
		return time.Time{}, errors.New("a time modifier such as -1h@h was expected, not an empty text")
	}
	if isNow(s) {
		return t, nil
	}
	for rest := s; rest != ""; {
		var err error
		if t, rest, err = step(t, rest); err != nil {
			return time.Time{}, fmt.Errorf("%q is no time modifier: %w", clip(spec), err)
		}
	}
	return t, nil
}

func isNow(s string) bool { return strings.EqualFold(s, "now") || strings.EqualFold(s, "now()") }

// clip shortens a text for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// step applies the part of a modifier at the beginning of s.
func step(t time.Time, s string) (_ time.Time, rest string, err error) {
	if s[0] == '@' {
		return snapStep(t, s[1:])
	}
	sign, signed := -1, true
	switch s[0] {
	case '+':
		sign, s = 1, s[1:]
	case '-':
		s = s[1:]
	default:
		signed = false
	}
	digits := 0
	for digits < len(s) && isDigit(s[digits]) {
		digits++
	}
	amount := 1
	if digits > 0 {
		if amount, err = strconv.Atoi(s[:digits]); err != nil {
			return t, "", errors.New("the amount is too large")
		}
	}
	name, rest := letters(s[digits:])
	u := unitOf(name)
	switch {
	case u == noUnit && name == "" && !signed && digits == 0:
		return t, "", fmt.Errorf("a sign, a number or @ was expected before %q", clip(s))
	case u == noUnit && name == "":
		return t, "", errors.New("a unit such as s, m, h, d, w, mon, q or y was expected after the amount")
	case u == noUnit || !signed && digits == 0:
		return t, "", unknownUnit(name)
	case float64(amount)*u.length() > maxShift:
		return t, "", errors.New("the amount is too large")
	}
	return shift(t, sign*amount, u), rest, nil
}

func unknownUnit(name string) error {
	return fmt.Errorf("unknown unit %q; the units are s, m, h, d, w, mon, q, y", clip(name))
}

func letters(s string) (name, rest string) {
	i := 0
	for i < len(s) && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' {
		i++
	}
	return s[:i], s[i:]
}

// snapStep applies what follows an @.
func snapStep(t time.Time, s string) (_ time.Time, rest string, err error) {
	name, rest := letters(s)
	u := unitOf(name)
	if u == noUnit {
		if name == "" {
			return t, "", errors.New("a unit such as s, m, h, d, w, mon, q or y was expected after @")
		}
		return t, "", unknownUnit(name)
	}
	weekday := time.Sunday
	if u == week && rest != "" && isDigit(rest[0]) {
		if rest[0] > '7' || len(rest) > 1 && isDigit(rest[1]) {
			return t, "", errors.New("the day of a week is w0 (Sunday) to w6 (Saturday), or w7 for Sunday")
		}
		weekday = time.Weekday(rest[0]-'0') % 7
		rest = rest[1:]
	}
	return snap(t, u, weekday), rest, nil
}

// shift moves t by n units.
func shift(t time.Time, n int, u unit) time.Time {
	switch u {
	case day, week:
		if u == week {
			n *= 7
		}
		return t.AddDate(0, 0, n)
	case month, quarter, year:
		months := map[unit]int{month: 1, quarter: 3, year: 12}[u] * n
		first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
		d := min(t.Day(), daysIn(first.Year(), first.Month()))
		return time.Date(first.Year(), first.Month(), d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
	}
	// A duration holds 292 years, so whole seconds go separately.
	nanoseconds := int64(u.length())
	perSecond := int64(time.Second) / nanoseconds
	if perSecond <= 1 {
		return time.Unix(t.Unix()+int64(n)*(nanoseconds/int64(time.Second)), int64(t.Nanosecond())).In(t.Location())
	}
	return time.Unix(t.Unix()+int64(n)/perSecond, int64(t.Nanosecond())+int64(n)%perSecond*nanoseconds).In(t.Location())
}

// snap moves t down to the beginning of its unit, or to the last weekday for
// weeks.
func snap(t time.Time, u unit, weekday time.Weekday) time.Time {
	switch u {
	case minute:
		return t.Add(-sinceMinute(t))
	case hour:
		return t.Add(-sinceMinute(t) - time.Duration(t.Minute())*time.Minute)
	case day:
		return midnight(t.Year(), t.Month(), t.Day(), t.Location())
	case week:
		back := (int(t.Weekday()) - int(weekday) + 7) % 7
		return midnight(t.Year(), t.Month(), t.Day()-back, t.Location())
	case month:
		return midnight(t.Year(), t.Month(), 1, t.Location())
	case quarter:
		return midnight(t.Year(), (t.Month()-1)/3*3+1, 1, t.Location())
	case year:
		return midnight(t.Year(), time.January, 1, t.Location())
	}
	return t.Add(-time.Duration(t.Nanosecond() % int(u.length())))
}

func sinceMinute(t time.Time) time.Duration {
	return time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// midnight returns the first moment of a day. Where the clock jumps over
// midnight that is not 00:00, and where it falls back onto it there are two.
func midnight(y int, m time.Month, d int, loc *time.Location) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	want := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day()
	if t.Day() != want { // 23:00 of the day before: the clock jumps
		_, end := t.ZoneBounds()
		return end
	}
	if earlier := t.Add(-time.Hour); earlier.Day() == want {
		return earlier
	}
	return t
}

// ParseModifier reads the value of earliest= or latest= and of --earliest and
// --latest: epoch seconds, Splunk's %m/%d/%Y:%H:%M:%S, ISO 8601, or a time
// relative to now. Times without a zone are in loc.
func ParseModifier(s string, now time.Time, loc *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, ok := parseEpoch(s); ok {
		return t.In(loc), nil
	}
	for _, layout := range []string{
		"01/02/2006:15:04:05", "01/02/2006:15:04:05.999999999", time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700",
		"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
		"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t.In(loc), nil
		}
	}
	if len(s) >= 2 && strings.EqualFold(s[:2], "rt") {
		return time.Time{}, errors.New("real-time windows (rt) do not exist here; give a time such as -1h")
	}
	if s != "" && isDigit(s[0]) && strings.ContainsAny(s, "/:T") {
		return time.Time{}, fmt.Errorf("%q is no time: write 2024-08-01T12:00:00Z, 08/01/2024:12:00:00, epoch seconds, or a time such as -1h@h", clip(s))
	}
	return Relative(now.In(loc), s)
}

// parseEpoch reads seconds since 1970, with decimals to the microsecond.
func parseEpoch(s string) (time.Time, bool) {
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return time.Time{}, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f*1e9 > maxShift {
		return time.Time{}, false
	}
	whole := math.Floor(f)
	return time.Unix(int64(whole), int64(math.Round((f-whole)*1e6))*1000), true
}
