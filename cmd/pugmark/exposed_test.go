package main

import "testing"

func TestSpansOfTime(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]string{0: "0 s", 59: "59 s", 61: "1 min 1 s", 3*3600 + 120: "3 h 2 min", 86400*40 + 3600: "40 d 1 h"} {
		if got := spanText(seconds); got != want {
			t.Errorf("%v: %q, want %q", seconds, got, want)
		}
	}
}
