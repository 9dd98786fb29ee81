package event

import (
	"slices"
	"strings"
)

// Set is a set of field names: listed names, or wildcard patterns, or all. It
// is what the planner passes up a pipeline to learn which fields a source must
// provide. The zero Set is empty. A Set is a value: methods return a new one.
type Set struct {
	all   bool
	names []string // sorted, distinct; may hold patterns with *
}

// AllFields is the set of every field.
var AllFields = Set{all: true}

// SetOf returns the set of names; a name with a star is a pattern.
func SetOf(names ...string) Set {
	return Set{}.With(names...)
}

// All reports whether the set holds every field.
func (s Set) All() bool { return s.all }

// Names returns the listed names and patterns in byte order.
func (s Set) Names() []string { return s.names }

// Patterns reports whether some member is a wildcard pattern.
func (s Set) Patterns() bool {
	return slices.ContainsFunc(s.names, func(n string) bool { return strings.Contains(n, "*") })
}

// With returns the set with names added.
func (s Set) With(names ...string) Set {
	if s.all {
		return s
	}
	var added []string
	for _, name := range names {
		if _, has := slices.BinarySearch(s.names, name); !has {
			added = append(added, name)
		}
	}
	if len(added) == 0 {
		return s
	}
	merged := slices.Concat(s.names, added)
	slices.Sort(merged)
	return Set{names: slices.Compact(merged)}
}

// Without returns the set with names removed. Patterns and AllFields stay as
// they are: a set may be too wide, never too narrow.
func (s Set) Without(names ...string) Set {
	if s.all {
		return s
	}
	return Set{names: slices.DeleteFunc(slices.Clone(s.names), func(n string) bool {
		return slices.Contains(names, n)
	})}
}

// Union returns the set of the members of both.
func (s Set) Union(t Set) Set {
	if s.all || t.all {
		return AllFields
	}
	return s.With(t.names...)
}

// Has reports whether the set holds name, by itself or by a pattern.
func (s Set) Has(name string) bool {
	if s.all {
		return true
	}
	for _, n := range s.names {
		if n == name || strings.Contains(n, "*") && MatchName(n, name) {
			return true
		}
	}
	return false
}

// MatchName reports whether a field name matches a pattern in which a star
// stands for any run of characters. Case counts.
func MatchName(pattern, name string) bool {
	_, ok := MatchStars(pattern, name)
	return ok
}

// MatchStars matches name against pattern and returns what each star stood
// for. A star takes as little as the rest of the pattern allows, the last as
// much as is left.
func MatchStars(pattern, name string) (stars []string, ok bool) {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return nil, pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return nil, false
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return nil, false
		}
		stars = append(stars, rest[:i])
		rest = rest[i+len(part):]
	}
	last, ok := strings.CutSuffix(rest, parts[len(parts)-1])
	if !ok {
		return nil, false
	}
	return append(stars, last), true
}
