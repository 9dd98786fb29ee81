package diag

import (
	"slices"
	"strings"
)

// Suggest returns a hint of the form `did you mean "x"?` for the known name
// nearest to name, or "" when none is near. A swapped pair of letters counts
// as one edit; the edits allowed grow with the length, so that a short name
// does not get a far-fetched suggestion.
func Suggest(name string, known []string) string {
	if best := Nearest(name, known); best != "" {
		return `did you mean "` + best + `"?`
	}
	return ""
}

// maxSuggest bounds the names compared: a longer one is no misspelling.
const maxSuggest = 200

// Nearest returns the known name that [Suggest] would name, or "". Among
// equally near names the alphabetically first is chosen.
func Nearest(name string, known []string) string {
	if len(name) > maxSuggest {
		return ""
	}
	folded := strings.ToLower(name)
	sorted := slices.Sorted(slices.Values(known))
	best, bestDistance := "", len(folded)/3+1
	if len(folded) < 4 {
		bestDistance = 1
	}
	bestDistance++
	for _, k := range sorted {
		if d := distance(folded, strings.ToLower(k), bestDistance); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance is the optimal string alignment distance of a and b, or limit if
// it is at least that.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if abs(len(x)-len(y)) >= limit {
		return limit
	}
	previous, before, current := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(x); i++ {
		current[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, before
	}
	return min(previous[len(y)], limit)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
