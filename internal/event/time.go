package event

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pugmark/pugmark/internal/value"
)

// maxEpoch is the end of the year 9999, beyond which no form can write a time.
const maxEpoch = 253402300800

// ParseTime reads the time of a log record: epoch seconds (or milliseconds,
// microseconds or nanoseconds, told by their size) or ISO 8601.
func ParseTime(s string) (epoch float64, ok bool) {
	if f, ok := value.ParseNumber(s); ok {
		switch a := math.Abs(f); {
		case a >= 1e17:
			f = math.Round(f/1e3) / 1e6 // a double holds no nanoseconds of today
		case a >= 1e14:
			f /= 1e6
		case a >= 1e11:
			f /= 1e3
		}
		return f, math.Abs(f) < maxEpoch
	}
	if sec, ok := parseZulu(s); ok {
		return float64(sec), true
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return Epoch(t), true
		}
	}
	return 0, false
}

// Epoch returns t in epoch seconds, exact to the microsecond.
func Epoch(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond()/1000)/1e6
}

// FromEpoch returns the time of epoch seconds, rounded to the microsecond.
func FromEpoch(epoch float64, location *time.Location) time.Time {
	sec := math.Floor(epoch)
	return time.Unix(int64(sec), int64(math.Round((epoch-sec)*1e6))*1000).In(location)
}

// parseZulu reads the form of CloudTrail's eventTime, 2024-08-01T12:25:57Z.
func parseZulu(s string) (sec int64, ok bool) {
	if len(s) != 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'Z' {
		return 0, false
	}
	number := func(from, to int) int {
		n := 0
		for _, c := range []byte(s[from:to]) {
			if c < '0' || c > '9' {
				ok = false
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	ok = true
	year, month, day := number(0, 4), number(5, 7), number(8, 10)
	hour, minute, second := number(11, 13), number(14, 16), number(17, 19)
	if !ok || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return t.Unix(), t.Day() == day
}

var dateNames = []string{
	"date_hour", "date_mday", "date_minute", "date_month", "date_second", "date_wday", "date_year", "date_zone",
}

// dateField computes the default fields that Splunk takes from a timestamp in
// the event's text, in the zone of the text, here UTC.
func (r *Record) dateField(name string) value.Value {
	epoch, ok := r.Time()
	if !ok {
		return value.Value{}
	}
	t := FromEpoch(epoch, time.UTC)
	switch name {
	case "date_hour":
		return value.OfText(strconv.Itoa(t.Hour()))
	case "date_mday":
		return value.OfText(strconv.Itoa(t.Day()))
	case "date_minute":
		return value.OfText(strconv.Itoa(t.Minute()))
	case "date_month":
		return value.OfText(strings.ToLower(t.Month().String()))
	case "date_second":
		return value.OfText(strconv.Itoa(t.Second()))
	case "date_wday":
		return value.OfText(strings.ToLower(t.Weekday().String()))
	case "date_year":
		return value.OfText(strconv.Itoa(t.Year()))
	case "date_zone":
		return value.OfText("0")
	}
	return value.Value{}
}
