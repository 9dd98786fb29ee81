package regex

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// Limits of the backtracking engine.
const (
	matchTime  = 500 * time.Millisecond // of one search, to about 100 ms
	maxSubject = 1 << 20                // bytes
	// freeHits is how often a match may run into its limits before longer
	// subjects are no longer tried.
	freeHits = 4
)

// budget bounds what hostile subjects may cost in all: after freeHits matches
// that took too long, subjects as long as the last of these are not tried any
// more, and every further one halves that length.
type budget struct {
	hits    atomic.Int64
	longest atomic.Int64 // bytes of a subject that is still tried; 0 for no bound
}

// allows reports whether a subject is tried, and counts it if not.
func (b *budget) allows(length int) bool {
	longest := b.longest.Load()
	if length <= maxSubject && (longest == 0 || int64(length) < longest) {
		return true
	}
	b.hits.Add(1)
	return false
}

// spend counts a match of a subject that ran into its limits.
func (b *budget) spend(length int) {
	if b.hits.Add(1) < freeHits {
		return
	}
	longest := b.longest.Load()
	if longest == 0 {
		longest = 2 * int64(length)
	}
	b.longest.Store(max(1, min(longest/2, int64(length))))
}

type backtracker struct {
	re     *regexp2.Regexp
	groups int // with the whole match
}

func (re *Regexp) compileBacktracking(t *translation) error {
	compiled, err := regexp2.Compile(t.backtracking, regexp2.RE2, regexp2.OptionMaintainCaptureOrder())
	if err != nil {
		return fmt.Errorf("%w in the regular expression", err)
	}
	compiled.MatchTimeout = matchTime
	re.back = &backtracker{re: compiled, groups: len(t.names)}
	return nil
}

func (b *backtracker) match(s string, limit *budget) bool {
	if !limit.allows(len(s)) {
		return false
	}
	matched, err := b.re.MatchString(s)
	if err != nil {
		limit.spend(len(s))
	}
	return matched
}

// errTime ends a search for all matches that together take too long.
var errTime = errors.New("out of time")

func (b *backtracker) findAll(s string, n int, limit *budget) [][]int {
	if n == 0 || !limit.allows(len(s)) {
		return nil
	}
	if n < 0 {
		n = math.MaxInt
	}
	runes, offsets := decode(s)
	var late atomic.Bool
	timer := time.AfterFunc(2*matchTime, func() { late.Store(true) })
	defer timer.Stop()
	var all [][]int
	err := b.re.FindRunesMatches(runes, -1, func(m regexp2.MatchView) bool {
		at := make([]int, 2*b.groups)
		for g := range b.groups {
			start, length, ok := m.GroupRange(g)
			if !ok {
				at[2*g], at[2*g+1] = -1, -1
				continue
			}
			at[2*g], at[2*g+1] = int(offsets[start]), int(offsets[start+length])
		}
		all = append(all, at)
		return len(all) < n && !late.Load()
	})
	if err == nil && late.Load() && len(all) < n {
		err = errTime
	}
	if err != nil {
		limit.spend(len(s))
		return nil
	}
	return all
}

// decode gives the characters of s and where each begins; a byte that is no
// UTF-8 is a character by itself.
func decode(s string) (runes []rune, offsets []int32) {
	runes = make([]rune, 0, len(s))
	offsets = make([]int32, 0, len(s)+1)
	for i, r := range s {
		runes = append(runes, r)
		offsets = append(offsets, int32(i))
	}
	return runes, append(offsets, int32(len(s)))
}
