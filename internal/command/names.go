package command

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
)

// isPattern reports whether a field name of a command's arguments stands for
// several fields.
func isPattern(name string) bool { return strings.Contains(name, "*") }

// isInternal reports whether a field is one of Splunk's own, which a pattern
// does not mean unless it begins with an underscore too.
func isInternal(name string) bool { return strings.HasPrefix(name, "_") }

// matchesName reports whether a name or pattern of a command's arguments means
// the field, as [event.Event.Match] does.
func matchesName(pattern, name string) bool {
	if !isPattern(pattern) {
		return pattern == name
	}
	return isInternal(pattern) == isInternal(name) && event.MatchName(pattern, name)
}

// expandNames returns the fields of e that the names and patterns mean, each
// once, in the order of the list. A name that is no pattern is always among
// them.
func expandNames(e *event.Event, list []string) []string {
	if !slices.ContainsFunc(list, isPattern) {
		return list
	}
	var names []string
	for _, name := range list {
		if !isPattern(name) {
			names = appendNew(names, name)
			continue
		}
		names = appendNew(names, e.Match(name)...)
	}
	return names
}

// expandColumns is [expandNames] over the columns of a table.
func expandColumns(columns, list []string) []string {
	var names []string
	for _, name := range list {
		if !isPattern(name) {
			names = appendNew(names, name)
			continue
		}
		for _, c := range columns {
			if matchesName(name, c) {
				names = appendNew(names, c)
			}
		}
	}
	return names
}

// appendNew appends the names that are not yet in the list.
func appendNew(list []string, names ...string) []string {
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// addColumns returns the columns in with names added at the end, nil for
// events.
func addColumns(in []string, names ...string) []string {
	for _, name := range names {
		in = addColumn(in, name)
	}
	return in
}

// onlyNames returns the members of wanted that the names and patterns mean.
func onlyNames(wanted event.Set, names []string) event.Set {
	if wanted.All() {
		return event.SetOf(names...)
	}
	var kept []string
	for _, w := range wanted.Names() {
		for _, name := range names {
			switch {
			case isPattern(name) && isPattern(w), matchesName(name, w):
				kept = append(kept, w)
			case isPattern(w) && event.MatchName(w, name):
				kept = append(kept, name)
			}
		}
	}
	return event.SetOf(kept...)
}

// replaceStars writes a name by a pattern, each star replaced by what the
// stars of another pattern stood for.
func replaceStars(pattern string, stars []string) string {
	var b strings.Builder
	for i, part := range strings.Split(pattern, "*") {
		if i > 0 && i <= len(stars) {
			b.WriteString(stars[i-1])
		}
		b.WriteString(part)
	}
	return b.String()
}

// takeField takes a field name that is no pattern.
func takeField(a *spl.Args) string {
	t := a.Peek()
	name := a.Column()
	if isPattern(name) {
		a.Fail(t.Span, diag.BadArgument, "", "%s: one field was expected, not a pattern", name)
	}
	return name
}

// takeFields takes one or more field names, which may be patterns.
func takeFields(a *spl.Args, stop ...string) []string {
	t := a.Peek()
	names := a.Fields(stop...)
	if len(names) == 0 {
		a.Fail(t.Span, diag.MissingArgument, "", "a field name was expected")
	}
	return names
}

// refusePatterns records a problem if a name of the list is a pattern.
func refusePatterns(a *spl.Args, names []string) {
	for _, name := range names {
		if isPattern(name) {
			a.Fail(a.Span(), diag.BadArgument, "name each field", "%s: patterns are not allowed here", name)
		}
	}
}

// argName writes a field name so that it is read back as one: not as a
// keyword, a count or a sign.
func argName(name string) string {
	if plainName(name) {
		return name
	}
	return spl.Quote(name)
}

// argNames writes field names, separated by blanks.
func argNames(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = argName(name)
	}
	return strings.Join(quoted, " ")
}

var keywords = []string{"as", "by", "over", "where", "sortby", "output", "outputnew", "with", "in", "d", "desc"}

func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || c == '*' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || strings.IndexByte("0123456789.{}:-@", c) < 0) {
			return false
		}
	}
	return name != "" && !slices.ContainsFunc(keywords, func(k string) bool { return strings.EqualFold(k, name) })
}
