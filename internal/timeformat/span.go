package timeformat

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Span is the width of a bucket of time, or a plain number: 5m, 1d, 10.
type Span struct {
	N    float64
	Unit string // one of us ms cs ds s m h d w mon q y, or "" for a plain number
	// Weekday is where weeks begin, Sunday unless written as in 1w@w1.
	Weekday time.Weekday
}

// ParseSpan reads a span as bin and timechart write it: a number, a unit, or a
// number with a unit. A weekly span may name the day its weeks begin on.
func ParseSpan(s string) (Span, error) {
	i := 0
	for i < len(s) && (isDigit(s[i]) || s[i] == '.') {
		i++
	}
	span := Span{N: 1}
	if i > 0 {
		n, err := strconv.ParseFloat(s[:i], 64)
		if err != nil || n <= 0 || math.IsInf(n, 0) {
			return Span{}, fmt.Errorf("%q is no span: a number above 0 was expected", clip(s))
		}
		span.N = n
	}
	if i > 0 && i == len(s) {
		return span, nil
	}
	name, rest := letters(s[i:])
	u := unitOf(name)
	if u == noUnit {
		return Span{}, fmt.Errorf("%q is no span such as 5m, 1h or 1d", clip(s))
	}
	span.Unit = u.String()
	switch {
	case rest == "":
	case u == week && len(rest) == 3 && rest[:2] == "@w" && rest[2] >= '0' && rest[2] <= '7':
		span.Weekday = time.Weekday(rest[2]-'0') % 7
	case unitOf(rest[1:]) == u && rest[0] == '@': // 1d@d says no more than 1d
	default:
		return Span{}, fmt.Errorf("%q is no span: %q was not expected", clip(s), clip(rest))
	}
	if whole := span.N == math.Trunc(span.N); !whole && u >= day {
		return Span{}, fmt.Errorf("%q is no span: a whole number of days, weeks, months, quarters or years was expected", clip(s))
	}
	if span.N*u.length() > maxShift {
		return Span{}, fmt.Errorf("%q is no span: it is too long", clip(s))
	}
	if span.N*u.length() < 1000 {
		return Span{}, fmt.Errorf("%q is no span: it is shorter than a microsecond", clip(s))
	}
	return span, nil
}

// String is the short name of the unit.
func (u unit) String() string {
	return [...]string{"", "us", "ms", "cs", "ds", "s", "m", "h", "d", "w", "mon", "q", "y"}[u]
}

// String writes the span so that [ParseSpan] reads it back.
func (s Span) String() string {
	text := strconv.FormatFloat(s.N, 'f', -1, 64) + s.Unit
	if s.Weekday != time.Sunday {
		text += "@w" + strconv.Itoa(int(s.Weekday))
	}
	return text
}

// Seconds is the length of the span in seconds, by estimate for units of the
// calendar. A plain number counts as seconds.
func (s Span) Seconds() float64 {
	if s.Unit == "" {
		return s.N
	}
	return s.N * unitOf(s.Unit).length() / 1e9
}

// Floor returns the beginning of the bucket that t is in. Up to hours, buckets
// are multiples of the span since 1970; days begin at local midnight, weeks on
// their weekday, and months, quarters and years follow the calendar. Several
// days and so on are counted from 1970. A plain number counts as seconds.
// Source: Splunk, bin and timechart.
func (s Span) Floor(t time.Time) time.Time {
	n := int(s.N)
	switch u := unitOf(s.Unit); u {
	case day:
		return midnight(1970, time.January, 1+floorTo(dayNumber(t), n), t.Location())
	case week:
		// The first such weekday at or before 1970-01-01, a Thursday.
		first := -(int(time.Thursday) - int(s.Weekday) + 7) % 7
		return midnight(1970, time.January, 1+first+floorTo(dayNumber(t)-first, 7*n), t.Location())
	case month, quarter, year:
		months := s.months(u)
		at := floorTo((t.Year()-1970)*12+int(t.Month())-1, months)
		return midnight(1970, time.January+time.Month(at), 1, t.Location())
	}
	return s.floorElapsed(t)
}

func (s Span) months(u unit) int {
	n := int(s.N)
	switch u {
	case quarter:
		return 3 * n
	case year:
		return 12 * n
	}
	return n
}

// floorElapsed floors to multiples of the span since 1970.
func (s Span) floorElapsed(t time.Time) time.Time {
	micros := int64(math.Round(s.Seconds() * 1e6))
	if micros < 1 {
		return t
	}
	at := t.UnixMicro()
	return time.UnixMicro(at - mod(at, micros)).In(t.Location())
}

// Next returns the beginning of the bucket after the one that t is in.
func (s Span) Next(t time.Time) time.Time {
	t = s.Floor(t)
	u := unitOf(s.Unit)
	n := int(s.N)
	switch u {
	case day:
		return midnight(t.Year(), t.Month(), t.Day()+n, t.Location())
	case week:
		return midnight(t.Year(), t.Month(), t.Day()+7*n, t.Location())
	case month, quarter, year:
		return midnight(t.Year(), t.Month()+time.Month(s.months(u)), 1, t.Location())
	}
	return s.After(t)
}

// After returns t moved on by the span: calendar arithmetic for days and more.
func (s Span) After(t time.Time) time.Time {
	if u := unitOf(s.Unit); u >= day {
		return shift(t, int(s.N), u)
	}
	return time.UnixMicro(t.UnixMicro() + max(1, int64(math.Round(s.Seconds()*1e6)))).In(t.Location())
}

// dayNumber is the days between 1970-01-01 and the day of t in its zone.
func dayNumber(t time.Time) int {
	return int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func floorTo(n, step int) int { return n - mod(n, step) }

func mod[T int | int64](n, step T) T { return ((n % step) + step) % step }
