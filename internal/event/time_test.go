package event_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/event"
)

func TestParseTime(t *testing.T) {
	t.Parallel()
	const noon = 1722515157
	times := map[string]float64{
		"2024-08-01T12:25:57Z":           noon, // CloudTrail's eventTime
		"2024-08-01T12:25:57.5Z":         noon + 0.5,
		"2024-08-01T14:25:57+02:00":      noon,
		"2024-08-01T12:25:57+0000":       noon,
		"2024-08-01 12:25:57Z":           noon,
		"2024-08-01T12:25:57":            noon,
		"2024-08-01 12:25:57.250":        noon + 0.25,
		"2024-08-01T12:25Z":              noon - 57,
		"2024-08-01":                     noon - 12*3600 - 25*60 - 57,
		"1722515157":                     noon,
		"1722515157.25":                  noon + 0.25,
		"1722515157250":                  noon + 0.25, // milliseconds
		"1722515157250000":               noon + 0.25, // microseconds
		"1722515157250000000":            noon + 0.25, // nanoseconds
		"1969-12-31T23:59:59Z":           -1,
		"-1":                             -1,
		"2024-02-29T00:00:00Z":           1709164800,
		"2024-08-01T12:25:57.123456789Z": noon + 0.123456,
	}
	for text, want := range times {
		if got, ok := event.ParseTime(text); !ok || got != want {
			t.Errorf("ParseTime(%q) = %f, %v; want %f", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "now", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2024-08-01T24:00:00Z", "2024-08-01T12:60:00Z",
		"2024-08-0XT12:25:57Z", "2024/08/01T12:25:57Z", "12:25:57", "1e300", "-1e300", "1e999",
	} {
		if got, ok := event.ParseTime(text); ok {
			t.Errorf("ParseTime(%q) = %f; it is no time", text, got)
		}
	}
}

func TestEpochIsExactToTheMicrosecond(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sec := rapid.Int64Range(-2_000_000_000, 4_000_000_000).Draw(t, "seconds")
		micro := rapid.Int64Range(0, 999_999).Draw(t, "microseconds")
		want := time.Unix(sec, micro*1000).UTC()
		if got := event.FromEpoch(event.Epoch(want), time.UTC); !got.Equal(want) {
			t.Fatalf("%s became %s", want, got)
		}
		if got, ok := event.ParseTime(want.Format(time.RFC3339Nano)); !ok || got != event.Epoch(want) {
			t.Fatalf("%s was read as %f, %v", want, got, ok)
		}
	})
}
