// Package regex is the regular expressions of SPL: PCRE's dialect, run by
// Go's linear-time engine wherever that can, and by a backtracking engine with
// limits where a pattern needs look-around, back-references, atomic groups or
// possessive quantifiers.
//
// It knows no field and no command. A match that would take too long ends as
// no match and is counted, see [Regexp.LimitHits]. Start reading at [Compile].
// Semantics: the PCRE manual (pcrepattern).
package regex

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// bounds are what a pattern may be and how long it may take.
type bounds struct {
	pattern int   // bytes of the pattern
	size    int   // instructions, about
	steps   int64 // instructions times bytes of the subject in the linear engine
}

// The bounds of a pattern that stands in a search, and of one that comes from
// the data and may be hostile.
var (
	literalBounds = bounds{pattern: 64 << 10, size: 100_000, steps: 1 << 33}
	dynamicBounds = bounds{pattern: 4 << 10, size: 5_000, steps: 1 << 30}
)

// Regexp is a compiled pattern. It is safe for use by several goroutines.
type Regexp struct {
	pattern string
	names   []string
	size    int
	bounds  bounds
	budget  *budget
	linear  *regexp.Regexp
	// newline matches subjects that end in a newline, before which PCRE's $
	// matches too; nil if the pattern has no such $.
	newline func() *newlineVariant
	back    *backtracker
}

// Compile reads a pattern.
func Compile(pattern string) (*Regexp, error) {
	return compile(pattern, literalBounds, &budget{})
}

func compile(pattern string, limits bounds, b *budget) (*Regexp, error) {
	if len(pattern) > limits.pattern {
		return nil, fmt.Errorf("a regular expression of %d bytes; at most %d are taken", len(pattern), limits.pattern)
	}
	t, err := translate(pattern)
	if err != nil {
		return nil, err
	}
	re := &Regexp{pattern: pattern, names: t.names, bounds: limits, budget: b}
	if t.backtracks {
		return re, re.compileBacktracking(t)
	}
	tree, err := syntax.Parse(t.linear, syntax.Perl)
	if err != nil {
		if problem := (*syntax.Error)(nil); errors.As(err, &problem) && problem.Code == syntax.ErrInvalidRepeatSize {
			return re, re.compileBacktracking(t) // a product of counts that Go will not unroll
		}
		return nil, explain(err)
	}
	if re.size = size(tree, limits.size); re.size > limits.size {
		return nil, errors.New("the regular expression is too large, likely by its repeat counts")
	}
	if re.linear, err = regexp.Compile(t.linear); err != nil {
		return nil, explain(err)
	}
	if t.newline != "" {
		re.newline = sync.OnceValue(func() *newlineVariant { return newNewlineVariant(t) })
	}
	return re, nil
}

// explain rewords a problem of Go's parser.
func explain(err error) error {
	if problem := (*syntax.Error)(nil); errors.As(err, &problem) {
		return fmt.Errorf("%s in the regular expression: %s", problem.Code, clip(problem.Expr))
	}
	return err
}

// clip shortens a piece of a pattern for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// size estimates the instructions of a parsed pattern; it stops counting
// behind limit.
func size(re *syntax.Regexp, limit int) int {
	n := 1
	switch re.Op {
	case syntax.OpLiteral:
		n = len(re.Rune)
	case syntax.OpCapture:
		n = 2
	}
	for _, sub := range re.Sub {
		if n > limit {
			return n
		}
		n += size(sub, limit)
	}
	if re.Op == syntax.OpRepeat {
		times := max(re.Max, re.Min+1)
		n = int(min(float64(n)*float64(times), math.MaxInt32))
	}
	return n
}

// String returns the pattern as it was given to [Compile].
func (re *Regexp) String() string { return re.pattern }

// Names returns the names of the groups by number, "" for those without one
// and for the whole match, number 0.
func (re *Regexp) Names() []string { return re.names }

// SlowNote says of a pattern that Backtracks what that means.
const SlowNote = "the pattern needs an engine that backtracks: it is slower, and a match that takes too long counts as none"

// Backtracks reports whether the pattern needs the backtracking engine.
func (re *Regexp) Backtracks() bool { return re.back != nil }

// LimitHits returns how often a match ended as no match because it took too
// long. Patterns out of one [Cache] share the count.
func (re *Regexp) LimitHits() int64 { return re.budget.hits.Load() }

// tooLong reports, and counts, that the linear engine could take too long.
func (re *Regexp) tooLong(s string) bool {
	if int64(re.size)*int64(len(s)) <= re.bounds.steps {
		return false
	}
	re.budget.hits.Add(1)
	return true
}

func (re *Regexp) variant(s string) *newlineVariant {
	if re.newline == nil || s == "" || s[len(s)-1] != '\n' {
		return nil
	}
	return re.newline()
}

// Match reports whether the pattern matches somewhere in s.
func (re *Regexp) Match(s string) bool {
	switch {
	case re.back != nil:
		return re.back.match(s, re.budget)
	case re.tooLong(s):
		return false
	}
	if v := re.variant(s); v != nil {
		return v.re.MatchString(s)
	}
	return re.linear.MatchString(s)
}

// Find returns the first match: for every group the offsets of its beginning
// and end, -1 for one that took no part. It returns nil without a match.
func (re *Regexp) Find(s string) []int {
	switch {
	case re.back != nil:
		if all := re.back.findAll(s, 1, re.budget); len(all) > 0 {
			return all[0]
		}
		return nil
	case re.tooLong(s):
		return nil
	}
	if v := re.variant(s); v != nil {
		if at := v.re.FindStringSubmatchIndex(s); at != nil {
			return v.original(at, len(s))
		}
		return nil
	}
	return re.linear.FindStringSubmatchIndex(s)
}

// FindAll returns the first n matches that do not overlap, all of them if n is
// negative.
func (re *Regexp) FindAll(s string, n int) [][]int {
	switch {
	case re.back != nil:
		return re.back.findAll(s, n, re.budget)
	case re.tooLong(s):
		return nil
	}
	if v := re.variant(s); v != nil {
		all := v.re.FindAllStringSubmatchIndex(s, n)
		for i := range all {
			all[i] = v.original(all[i], len(s))
		}
		return all
	}
	return re.linear.FindAllStringSubmatchIndex(s, n)
}

// Replace replaces the first max matches in s, all of them if max is 0 or
// less. In replacement \1 to \9 stand for groups, \0 for the match and \\ for
// a backslash; a dollar sign is one.
func (re *Regexp) Replace(s, replacement string, max int) string {
	out, _ := re.ReplaceWithin(s, replacement, max, math.MaxInt)
	return out
}

// maxMatches bounds the matches that one replacement looks for.
const maxMatches = 1 << 19

// ReplaceWithin is [Regexp.Replace] for a result of at most limit bytes; it
// returns false if the result would be longer or has too many matches.
func (re *Regexp) ReplaceWithin(s, replacement string, max, limit int) (string, bool) {
	if max <= 0 {
		max = maxMatches + 1
	}
	matches := re.FindAll(s, max)
	if len(matches) == 0 {
		return s, true
	}
	if len(matches) > maxMatches {
		return "", false
	}
	var b strings.Builder
	last := 0
	for _, at := range matches {
		b.WriteString(s[last:at[0]])
		expand(&b, replacement, s, at)
		last = at[1]
		if b.Len() > limit {
			return "", false
		}
	}
	b.WriteString(s[last:])
	return b.String(), b.Len() <= limit
}

// expand writes a replacement with its references to groups resolved.
func expand(b *strings.Builder, replacement, s string, at []int) {
	for {
		i := strings.IndexByte(replacement, '\\')
		if i < 0 || i+1 == len(replacement) {
			b.WriteString(replacement)
			return
		}
		b.WriteString(replacement[:i])
		switch c := replacement[i+1]; {
		case c >= '0' && c <= '9':
			if group := 2 * int(c-'0'); group < len(at) && at[group] >= 0 {
				b.WriteString(s[at[group]:at[group+1]])
			}
		case c == '\\':
			b.WriteByte(c)
		default:
			b.WriteString(replacement[i : i+2])
		}
		replacement = replacement[i+2:]
	}
}

// newlineVariant matches subjects that end in a newline. Its $ takes that
// newline into a group of its own, so that what matched can be told apart
// from what $ only looked at.
type newlineVariant struct {
	re      *regexp.Regexp
	groups  []int // for every group of the pattern, its number here
	markers []int // the groups that hold the newline
}

func newNewlineVariant(t *translation) *newlineVariant {
	// It differs from a pattern that compiled in groups only.
	return &newlineVariant{re: regexp.MustCompile(t.newline), groups: t.newlineGroups, markers: t.newlineMarkers}
}

// original turns offsets of the variant's groups into those of the pattern's.
func (v *newlineVariant) original(at []int, length int) []int {
	looked := false
	for _, m := range v.markers {
		looked = looked || at[2*m] >= 0 && at[2*m] < at[2*m+1]
	}
	out := make([]int, 2*len(v.groups))
	for i, g := range v.groups {
		out[2*i], out[2*i+1] = at[2*g], at[2*g+1]
		if looked && out[2*i+1] == length {
			out[2*i], out[2*i+1] = min(out[2*i], length-1), length-1
		}
	}
	return out
}
