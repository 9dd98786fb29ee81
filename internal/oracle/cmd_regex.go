package oracle

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// regexCommand keeps the rows in which a field matches a pattern, or does not.
func regexCommand(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	field, keep := "_raw", true
	if next := a.PeekAt(1); next.Kind == spl.Punct && (next.Text == "=" || next.Text == "!=") {
		field = a.Field()
		keep = a.Next().Text == "="
	}
	pattern := a.Next().Text
	if err := a.End(); err != nil {
		return nil, err
	}
	re := regexpOf(pattern)
	if re == nil {
		return nil, unsupported("regular expression %q", pattern)
	}
	return slices.DeleteFunc(in, func(r *row) bool {
		found := slices.ContainsFunc(r.get(field), func(a atom) bool { return re.MatchString(a.text) })
		return found != keep
	}), nil
}

// rex takes fields out of a text by the named groups of a pattern, or changes
// the text.
func rex(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	field, most, mode, offset := "_raw", 1, "", ""
	a.Text("field", &field)
	a.Count("max_match", &most)
	a.Text("mode", &mode)
	if a.Text("offset_field", &offset) {
		return nil, unsupported("rex offset_field=")
	}
	pattern := a.Next().Text
	if err := a.End(); err != nil {
		return nil, err
	}
	if mode == "sed" {
		return sed(field, pattern, in)
	}
	re := regexpOf(pattern)
	if re == nil || mode != "" {
		return nil, unsupported("regular expression %q", pattern)
	}
	if most == 0 {
		most = -1
	}
	for _, r := range in {
		found := map[string][]string{}
		for _, s := range r.get(field).texts() {
			for _, at := range re.FindAllStringSubmatchIndex(s, most) {
				for i, name := range re.SubexpNames() {
					if name != "" && at[2*i] >= 0 { // a group that took no part gives nothing
						found[name] = append(found[name], s[at[2*i]:at[2*i+1]])
					}
				}
			}
		}
		for _, name := range re.SubexpNames() {
			if values := found[name]; len(values) > 0 {
				r.set(name, multi(values))
			}
		}
	}
	return in, nil
}

// sed does s/pattern/replacement/flags and y/from/to/.
func sed(field, script string, in []*row) ([]*row, error) {
	if len(script) < 4 {
		return nil, unsupported("sed script %q", script)
	}
	parts := strings.Split(script[2:], script[1:2])
	if len(parts) != 3 || strings.Contains(script, `\`+script[1:2]) {
		return nil, unsupported("sed script %q", script)
	}
	change, err := sedChange(script[0], parts[0], parts[1], parts[2])
	if err != nil {
		return nil, err
	}
	for _, r := range in {
		r.set(field, eachText(r.get(field), change))
	}
	return in, nil
}

func sedChange(command byte, from, to, flags string) (func(string) string, error) {
	if command == 'y' && len(from) == len(to) && flags == "" {
		return func(s string) string {
			return strings.Map(func(c rune) rune {
				if i := strings.IndexRune(from, c); i >= 0 {
					return rune(to[i])
				}
				return c
			}, s)
		}, nil
	}
	re := regexpOf(from)
	n, numberErr := strconv.Atoi(flags)
	if command != 's' || re == nil || flags != "" && flags != "g" && numberErr != nil {
		return nil, unsupported("sed s/%s/%s/%s", from, to, flags)
	}
	return func(s string) string {
		seen := 0
		return re.ReplaceAllStringFunc(s, func(match string) string {
			if seen++; flags == "g" || flags == "" && seen == 1 || seen == n {
				return expandGroups(re, match, to)
			}
			return match
		})
	}, nil
}

// expandGroups replaces a match that was found by itself.
func expandGroups(re *regexp.Regexp, match, to string) string {
	return re.ReplaceAllString(match, goReplacement(to))
}

// replaceCommand replaces whole values that match a pattern with stars; the
// first pair that matches wins. What the stars stood for is carried over.
func replaceCommand(_ *executor, a *spl.Args, in []*row) ([]*row, error) {
	var pairs [][2]string
	for {
		from := a.Next().Text
		a.Expect("with")
		pairs = append(pairs, [2]string{from, a.Next().Text})
		if !a.Take(",") {
			break
		}
	}
	var names []string
	if a.Keyword("in") {
		names = a.Fields()
	}
	if err := a.End(); err != nil {
		return nil, err
	}
	for _, r := range in {
		for _, name := range slices.Clone(r.names) {
			if names != nil && !slices.Contains(names, name) || names == nil && strings.HasPrefix(name, "_") {
				continue
			}
			r.set(name, eachText(r.get(name), func(s string) string {
				for _, p := range pairs {
					if found, ok := stars(p[0], s); ok {
						return fillStars(p[1], found)
					}
				}
				return s
			}))
		}
	}
	return in, nil
}
