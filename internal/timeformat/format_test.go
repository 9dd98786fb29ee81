package timeformat

import (
	"testing"
	"time"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	newYork := zone(t, "America/New_York")
	at := time.Date(2023, 11, 4, 9, 5, 7, 12_345_678, time.UTC)
	for _, c := range []struct {
		t            time.Time
		format, want string
	}{
		{at, "%Y-%m-%dT%H:%M:%S.%Q", "2023-11-04T09:05:07.012"},
		{at, "%3N %6N %9N %N", "012 012345 012345678 012345678"},
		{at, "%3Q %6Q %9Q %f", "012 012345 012345678 012345"},
		{at, "%y|%e|%d|%j|%C", "23| 4|04|308|20"},
		{at, "%-d %-m %_H %^a", "4 11  9 SAT"},
		{at, "%I:%M %p, %l, %k, %P", "09:05 AM,  9,  9, am"},
		{at.Add(12 * time.Hour), "%I %p %H", "09 PM 21"},
		{time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), "%I %U %W %V %G %g %u %w", "12 01 00 52 2022 22 7 0"},
		{at, "%a %A %b %B %h", "Sat Saturday Nov November Nov"},
		{at, "%T %F %D %R %r", "09:05:07 2023-11-04 11/04/23 09:05 09:05:07 AM"},
		{at, "%c", "Sat Nov  4 09:05:07 2023"},
		{at, "%+", "Sat Nov  4 09:05:07 UTC 2023"},
		{at, "%x %X", "11/04/2023 09:05:07"},
		{at, "%s", "1699088707"},
		{at.In(newYork), "%H %Z %z %:z %::z %:::z %Ez", "05 EDT -0400 -04:00 -04:00:00 -04 -240"},
		{at.In(time.FixedZone("", 19800)), "%z", "+0530"},
		{at, "100%% %t%n", "100% \t\n"},
		{at, "%! %5Y %:d %", "%! %5Y %:d %"},
		{at, "", ""},
	} {
		if got := Format(c.t, c.format); got != c.want {
			t.Errorf("Format(%q) = %q, want %q", c.format, got, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	newYork := zone(t, "America/New_York")
	now := time.Date(2024, 2, 29, 15, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		s, format string
		loc       *time.Location
		want      string // RFC 3339 in UTC, "" for no match
	}{
		{"2023-11-14 22:13:20", "%Y-%m-%d %H:%M:%S", time.UTC, "2023-11-14T22:13:20Z"},
		{"2023-11-14 22:13:20", "%Y-%m-%d %H:%M:%S", newYork, "2023-11-15T03:13:20Z"},
		{"2023-11-14T22:13:20.049Z", "%Y-%m-%dT%H:%M:%S.%3N%Z", newYork, "2023-11-14T22:13:20.049Z"},
		{"2023-11-14T22:13:20.123456+0530", "%FT%T.%Q%z", time.UTC, "2023-11-14T16:43:20.123456Z"},
		{"2023-11-14T22:13:20-05:00", "%FT%T%:z", time.UTC, "2023-11-15T03:13:20Z"},
		{"2023-11-14T22:13:20Z", "%FT%T%z", newYork, "2023-11-14T22:13:20Z"},
		{"14/Nov/2023:22:13:20 EST", "%d/%b/%Y:%H:%M:%S %Z", time.UTC, "2023-11-15T03:13:20Z"},
		{"november 4, 23 12:05 am", "%B %d, %y %I:%M %p", time.UTC, "2023-11-04T00:05:00Z"},
		{"Nov 4 12:05 PM", "%b %e %I:%M %p", time.UTC, "2024-11-04T12:05:00Z"},
		{"Tue, 14 Nov 69", "%a, %d %b %y", time.UTC, "1969-11-14T00:00:00Z"},
		{"1521467703.049", "%s.%3N", newYork, "2018-03-19T13:55:03.049Z"},
		{"2024-060", "%Y-%j", time.UTC, "2024-02-29T00:00:00Z"},
		{"22:13", "%H:%M", time.UTC, "2024-02-29T22:13:00Z"},
		{"22:13", "%H:%M", newYork, "2024-03-01T03:13:00Z"},
		{"2023-11-14 and more", "%Y-%m-%d", time.UTC, "2023-11-14T00:00:00Z"},
		{"2023-11-14  22", "%Y-%m-%d%t%H", time.UTC, "2023-11-14T22:00:00Z"},
		{"5%", "%d%%", time.UTC, "2024-02-05T00:00:00Z"},
		{"-60", "%Ez", time.UTC, "2024-02-29T01:00:00Z"},

		{"2023-02-29", "%Y-%m-%d", time.UTC, ""},
		{"2023-366", "%Y-%j", time.UTC, ""},
		{"2023-11", "%Y-%m", time.UTC, ""}, // Splunk wants a day to make a date
		{"2023-13-01", "%Y-%m-%d", time.UTC, ""},
		{"yesterday", "%Y-%m-%d", time.UTC, ""},
		{"2023-11-14 10:00 XYZ", "%F %R %Z", time.UTC, ""},
		{"2023-11-14", "%Y-%m-%d %H", time.UTC, ""},
		{"x", "%!", time.UTC, ""},
		{"", "%H", time.UTC, ""},
	} {
		got, ok := Parse(c.s, c.format, c.loc, now)
		text := ""
		if ok {
			text = got.UTC().Format(time.RFC3339Nano)
		}
		if text != c.want {
			t.Errorf("Parse(%q, %q) = %q, want %q", c.s, c.format, text, c.want)
		}
	}
}

// What strftime writes with a full format, strptime reads back.
func TestParseReadsFormat(t *testing.T) {
	t.Parallel()
	loc := zone(t, "Europe/Berlin")
	at := time.Date(1999, 1, 31, 23, 59, 59, 987_654_321, loc)
	for i := range 2000 {
		at := at.Add(time.Duration(i) * 97 * time.Hour)
		for _, format := range []string{"%Y-%m-%dT%H:%M:%S.%N%z", "%c.%9Q %:z", "%a %d %b %y %I:%M:%S %p %9N %z", "%s.%9N", "%Y %j %T.%9Q %Z"} {
			text := Format(at, format)
			got, ok := Parse(text, format, loc, time.Unix(0, 0))
			if !ok || !got.Equal(at) {
				t.Fatalf("Parse(%q, %q) = %v, %v, want %v", text, format, got, ok, at)
			}
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zones on this machine: %v", err)
	}
	return loc
}
