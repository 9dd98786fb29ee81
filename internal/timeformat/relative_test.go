package timeformat

import (
	"strings"
	"testing"
	"time"
)

func TestRelative(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, from, spec, want string }{
		{"UTC", "2023-11-14 22:13:20", "-1h@h", "2023-11-14 21:00:00"},
		{"UTC", "2023-11-14 22:13:20", "@d", "2023-11-14 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "@d-2h", "2023-11-13 22:00:00"},
		{"UTC", "2023-11-14 22:13:20", "-70m@m", "2023-11-14 21:03:00"},
		{"UTC", "2023-11-14 22:13:20", "-h", "2023-11-14 21:13:20"},
		{"UTC", "2023-11-14 22:13:20", "+1d", "2023-11-15 22:13:20"},
		{"UTC", "2023-11-14 22:13:20", "2d@d", "2023-11-12 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "now", "2023-11-14 22:13:20"},
		{"UTC", "2023-11-14 22:13:20", " NOW() ", "2023-11-14 22:13:20"},
		{"UTC", "2023-11-14 22:13:20", "-0d@d", "2023-11-14 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "-1mon@mon+1d-2hrs", "2023-10-01 22:00:00"},
		{"UTC", "2023-11-14 22:13:20", "-2500ms", "2023-11-14 22:13:17.5"},
		{"UTC", "2023-11-14 22:13:20", "-3cs+2ds-1us@ms", "2023-11-14 22:13:20.169"},
		// Weeks: 2023-11-14 is a Tuesday; on the day itself it is that day.
		{"UTC", "2023-11-14 22:13:20", "@w", "2023-11-12 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "@w0", "2023-11-12 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "@w7", "2023-11-12 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "@w1", "2023-11-13 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "@w2", "2023-11-14 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "@w3", "2023-11-08 00:00:00"},
		{"UTC", "2023-11-14 22:13:20", "-1w@w6", "2023-11-04 00:00:00"},
		// Months, quarters and years are calendar arithmetic; days overflow to
		// the last of the month.
		{"UTC", "2023-03-31 10:00:00", "-1mon", "2023-02-28 10:00:00"},
		{"UTC", "2024-02-29 10:00:00", "-1y", "2023-02-28 10:00:00"},
		{"UTC", "2023-11-30 10:00:00", "+1q", "2024-02-29 10:00:00"},
		{"UTC", "2023-12-31 10:00:00", "@q", "2023-10-01 00:00:00"},
		{"UTC", "2023-12-31 10:00:00", "-1qtr@quarter", "2023-07-01 00:00:00"},
		{"UTC", "2023-12-31 10:00:00", "@year", "2023-01-01 00:00:00"},
		// A day keeps the clock over a change of daylight saving, 24 h do not.
		{"America/New_York", "2024-03-10 12:00:00", "-1d", "2024-03-09 12:00:00"},
		{"America/New_York", "2024-03-10 12:00:00", "-24h", "2024-03-09 11:00:00"},
		{"America/New_York", "2024-11-03 12:00:00", "@d", "2024-11-03 00:00:00"},
		{"Asia/Kolkata", "2024-11-03 12:40:00", "@h", "2024-11-03 12:00:00"},
		// In Beirut the clock goes from 24:00 to 01:00: the day begins at 01:00.
		{"Asia/Beirut", "2022-03-27 12:00:00", "@d", "2022-03-27 01:00:00"},
	} {
		loc := zone(t, c.zone)
		from, err := time.ParseInLocation(time.DateTime, c.from, loc)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Relative(from, c.spec)
		if text := got.Format("2006-01-02 15:04:05.999999"); err != nil || text != c.want {
			t.Errorf("%s %s: Relative(%q) = %s, %v, want %s", c.zone, c.from, c.spec, text, err, c.want)
		}
	}
}

func TestRelativeRefuses(t *testing.T) {
	t.Parallel()
	for spec, want := range map[string]string{
		"":                        "not an empty text",
		"-1":                      "a unit such as",
		"-1fortnight":             `unknown unit "fortnight"`,
		"h":                       `unknown unit "h"`,
		"@":                       "expected after @",
		"@x":                      `unknown unit "x"`,
		"@w8":                     "the day of a week",
		"-1h@h!":                  `expected before "!"`,
		"-99999999999999999999d":  "too large",
		"-9000y":                  "too large",
		"yesterday":               "unknown unit",
		strings.Repeat("x", 2000): "…",
	} {
		if _, err := Relative(time.Unix(0, 0), spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Relative(%.20q): %v, want %q", spec, err, want)
		} else if len(err.Error()) > 300 {
			t.Errorf("Relative(%.20q): a message of %d bytes", spec, len(err.Error()))
		}
	}
}

func TestParseModifier(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 8, 1, 12, 30, 0, 0, time.UTC)
	loc := zone(t, "America/New_York")
	for s, want := range map[string]string{
		"1":                         "1970-01-01T00:00:01Z",
		"1700000000.049":            "2023-11-14T22:13:20.049Z",
		"08/01/2024:10:00:00":       "2024-08-01T14:00:00Z",
		"2024-08-01T10:00:00Z":      "2024-08-01T10:00:00Z",
		"2024-08-01T10:00:00.5":     "2024-08-01T14:00:00.5Z",
		"2024-08-01 10:00:00+02:00": "2024-08-01T08:00:00Z",
		"2024-08-01":                "2024-08-01T04:00:00Z",
		"-1d@d":                     "2024-07-31T04:00:00Z",
		"now()":                     "2024-08-01T12:30:00Z",
	} {
		got, err := ParseModifier(s, now, loc)
		if text := got.UTC().Format(time.RFC3339Nano); err != nil || text != want {
			t.Errorf("ParseModifier(%q) = %s, %v, want %s", s, text, err, want)
		}
	}
	for s, want := range map[string]string{
		"rt-5m":      "real-time",
		"08/01/2024": "write 2024-08-01",
		"-5":         "a unit",
	} {
		if _, err := ParseModifier(s, now, loc); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseModifier(%q): %v, want %q", s, err, want)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, span, at, floor, next string }{
		{"UTC", "5m", "2023-11-14 22:13:20", "2023-11-14 22:10:00", "2023-11-14 22:15:00"},
		{"UTC", "10", "2023-11-14 22:13:29", "2023-11-14 22:13:20", "2023-11-14 22:13:30"},
		{"UTC", "0.5s", "2023-11-14 22:13:29.7", "2023-11-14 22:13:29.5", "2023-11-14 22:13:30"},
		{"UTC", "hour", "2023-11-14 22:13:29", "2023-11-14 22:00:00", "2023-11-14 23:00:00"},
		{"UTC", "1d", "1969-12-31 22:13:29", "1969-12-31 00:00:00", "1970-01-01 00:00:00"},
		{"UTC", "2d", "1970-01-02 22:13:29", "1970-01-01 00:00:00", "1970-01-03 00:00:00"},
		{"UTC", "1w", "2023-11-14 22:13:29", "2023-11-12 00:00:00", "2023-11-19 00:00:00"},
		{"UTC", "1w@w1", "2023-11-12 22:13:29", "2023-11-06 00:00:00", "2023-11-13 00:00:00"},
		{"UTC", "1mon", "2023-11-14 22:13:29", "2023-11-01 00:00:00", "2023-12-01 00:00:00"},
		{"UTC", "1q", "2023-11-14 22:13:29", "2023-10-01 00:00:00", "2024-01-01 00:00:00"},
		{"UTC", "2y", "2023-11-14 22:13:29", "2022-01-01 00:00:00", "2024-01-01 00:00:00"},
		{"America/New_York", "1d", "2024-03-10 12:00:00", "2024-03-10 00:00:00", "2024-03-11 00:00:00"},
		{"Asia/Tokyo", "1d", "2024-03-10 03:00:00", "2024-03-10 00:00:00", "2024-03-11 00:00:00"},
	} {
		span, err := ParseSpan(c.span)
		if err != nil {
			t.Errorf("ParseSpan(%q): %v", c.span, err)
			continue
		}
		const layout = "2006-01-02 15:04:05.999"
		at, err := time.ParseInLocation(layout, c.at, zone(t, c.zone))
		if err != nil {
			t.Fatal(err)
		}
		if got := span.Floor(at).Format(layout); got != c.floor {
			t.Errorf("%s %s: Floor(%s) = %s, want %s", c.zone, c.span, c.at, got, c.floor)
		}
		if got := span.Next(at).Format(layout); got != c.next {
			t.Errorf("%s %s: Next(%s) = %s, want %s", c.zone, c.span, c.at, got, c.next)
		}
		if again, err := ParseSpan(span.String()); err != nil || again != span {
			t.Errorf("ParseSpan(%q) = %v, %v, want %v", span, again, err, span)
		}
	}
	for _, s := range []string{"", "0", "0s", "x", "1.5d", "1d@h", "1w@w9", "-1h", "1e9", "0.1us", "99999999y", "5 m"} {
		if span, err := ParseSpan(s); err == nil {
			t.Errorf("ParseSpan(%q) = %v, want an error", s, span)
		}
	}
}

// Whatever a modifier says, it ends in a time or an error, and a bucket holds
// the time it was made for.
func FuzzRelative(f *testing.F) {
	for _, s := range []string{"-1h@h", "@w7", "+1q@q-1mon", "now()", "5m", "1w@w3", "1700000000"} {
		f.Add(s, int64(1_700_000_000))
	}
	loc := time.FixedZone("", 20_700)
	f.Fuzz(func(t *testing.T, s string, at int64) {
		from := time.Unix(at%(1<<36), 0).In(loc)
		_, _ = Relative(from, s)
		_, _ = ParseModifier(s, from, loc)
		_, _ = Parse(s, s, loc, from)
		_ = Format(from, s)
		if span, err := ParseSpan(s); err == nil {
			if floor, next := span.Floor(from), span.Next(from); floor.After(from) || !next.After(from) {
				t.Errorf("%s: %v is not in the bucket from %v to %v", s, from, floor, next)
			}
		}
	})
}
