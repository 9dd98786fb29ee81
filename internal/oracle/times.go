package oracle

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// units are the spellings of a unit of time, under the one used here.
var units = map[string][]string{
	"us": {"us"}, "ms": {"ms"}, "cs": {"cs"}, "ds": {"ds"},
	"s":   {"s", "sec", "secs", "second", "seconds"},
	"m":   {"m", "min", "mins", "minute", "minutes"},
	"h":   {"h", "hr", "hrs", "hour", "hours"},
	"d":   {"d", "day", "days"},
	"w":   {"w", "week", "weeks"},
	"mon": {"mon", "month", "months"},
	"q":   {"q", "qtr", "qtrs", "quarter", "quarters"},
	"y":   {"y", "yr", "yrs", "year", "years"},
}

func unitOf(written string) string {
	for unit, spellings := range units {
		if slices.Contains(spellings, strings.ToLower(written)) {
			return unit
		}
	}
	return ""
}

// unitSeconds is the length of the units that have a fixed one, else 0.
func unitSeconds(unit string) float64 {
	return map[string]float64{"us": 1e-6, "ms": 1e-3, "cs": 1e-2, "ds": 0.1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}[unit]
}

var spanForm = regexp.MustCompile(`^(\d+(?:\.\d+)?)([A-Za-z]*)$`)

// splitSpan reads 5m as 5 and m, 10 as 10 and nothing.
func splitSpan(s string) (n float64, unit string, ok bool) {
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		return 0, "", false
	}
	n, _ = strconv.ParseFloat(m[1], 64)
	if m[2] == "" {
		return n, "", true
	}
	unit = unitOf(m[2])
	return n, unit, unit != ""
}

var modifierForm = regexp.MustCompile(`^([+-]?)(\d*)([A-Za-z]+)|^@([A-Za-z]+)(\d?)`)

// relativeTime applies a modifier such as -1h@h or @d-2h from left to right.
func relativeTime(t time.Time, modifier string) (time.Time, error) {
	rest := strings.TrimSpace(modifier)
	if rest == "" {
		return t, fmt.Errorf("%q is not a relative time", modifier)
	}
	if after, ok := strings.CutPrefix(rest, "now"); ok {
		rest = strings.TrimPrefix(after, "()")
	}
	for rest != "" {
		m := modifierForm.FindStringSubmatch(rest)
		if m == nil {
			return t, fmt.Errorf("%q is not a relative time", modifier)
		}
		rest = rest[len(m[0]):]
		if m[4] != "" {
			var ok bool
			if t, ok = snap(t, strings.ToLower(m[4])+m[5]); !ok {
				return t, fmt.Errorf("%q is not a relative time", modifier)
			}
			continue
		}
		n := 1
		if m[2] != "" {
			var err error
			if n, err = strconv.Atoi(m[2]); err != nil {
				return t, err
			}
		}
		if m[1] != "+" {
			n = -n
		}
		unit := unitOf(m[3])
		if unit == "" {
			return t, fmt.Errorf("%q is not a relative time", modifier)
		}
		t = shift(t, n, unit)
	}
	return t, nil
}

// shift moves a time by calendar units from a day on, by the clock below.
func shift(t time.Time, n int, unit string) time.Time {
	switch unit {
	case "d":
		return t.AddDate(0, 0, n)
	case "w":
		return t.AddDate(0, 0, 7*n)
	case "mon":
		return addMonths(t, n)
	case "q":
		return addMonths(t, 3*n)
	case "y":
		return addMonths(t, 12*n)
	}
	return t.Add(time.Duration(float64(n) * unitSeconds(unit) * float64(time.Second)))
}

// addMonths keeps the day, or takes the last one of a shorter month.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, t.Location())
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(t.Day(), last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

// snap goes back to the beginning of the unit that the time lies in; w1 to w6
// are Monday to Saturday, w0 and w7 Sunday.
func snap(t time.Time, written string) (time.Time, bool) {
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	if len(written) == 2 && written[0] == 'w' && written[1] >= '0' && written[1] <= '7' {
		back := (int(t.Weekday()) - int(written[1]-'0') + 7) % 7
		return midnight.AddDate(0, 0, -back), true
	}
	switch unitOf(written) {
	case "s":
		return t.Truncate(time.Second), true
	case "m":
		return t.Add(-time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond())), true
	case "h":
		return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond())), true
	case "d":
		return midnight, true
	case "w":
		return midnight.AddDate(0, 0, -int(t.Weekday())), true
	case "mon":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location()), true
	case "q":
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, t.Location()), true
	case "y":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, t.Location()), true
	}
	return t, false
}
