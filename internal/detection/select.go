package detection

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// Selection chooses detections. Of each list that is not empty one entry must
// fit; case does not count, and a star stands for any run of characters.
type Selection struct {
	Names       []string // names, IDs or file names without ending
	Stories     []string
	Techniques  []string // T1078 also means its sub-techniques
	Tactics     []string // with blanks, dashes or underscores
	Types       []string
	Statuses    []string
	DataSources []string
}

// criterion is one list of a selection.
type criterion struct {
	flag    string // as the command line has it
	wanted  []string
	offered func(*Detection) []string
}

func (s Selection) criteria() []criterion {
	return []criterion{
		{"detection", s.Names, func(d *Detection) []string { return []string{d.Name, d.ID, d.stem()} }},
		{"story", s.Stories, func(d *Detection) []string { return d.Stories }},
		{"technique", s.Techniques, func(d *Detection) []string {
			var ids []string
			for _, t := range d.Techniques {
				parent, _, _ := strings.Cut(t.ID, ".")
				ids = append(ids, t.ID, parent)
			}
			return ids
		}},
		{"tactic", s.Tactics, func(d *Detection) []string { return d.Tactics }},
		{"type", s.Types, func(d *Detection) []string { return []string{string(d.Type)} }},
		{"status", s.Statuses, func(d *Detection) []string { return []string{string(d.Status)} }},
		{"data source", s.DataSources, func(d *Detection) []string { return d.DataSources }},
	}
}

// Match reports whether the selection chooses d.
func (s Selection) Match(d *Detection) bool {
	for _, c := range s.criteria() {
		if len(c.wanted) > 0 && !slices.ContainsFunc(c.wanted, func(w string) bool { return c.fits(w, d) }) {
			return false
		}
	}
	return true
}

func (c criterion) fits(wanted string, d *Detection) bool {
	pattern := fold(wanted)
	return slices.ContainsFunc(c.offered(d), func(offered string) bool { return matchPattern(pattern, fold(offered)) })
}

// fold makes spellings alike that people do not tell apart.
func fold(s string) string {
	return strings.ToLower(strings.NewReplacer("-", " ", "_", " ").Replace(strings.TrimSpace(s)))
}

// matchPattern reports whether a star in the pattern can stand for something
// that makes it s.
func matchPattern(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	rest, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// Select returns the detections that the selection chooses, in their order.
// An entry that fits no detection at all is an error: it is likely misspelt.
func (s Selection) Select(all []*Detection) ([]*Detection, error) {
	for _, c := range s.criteria() {
		for _, wanted := range c.wanted {
			if !slices.ContainsFunc(all, func(d *Detection) bool { return c.fits(wanted, d) }) {
				return nil, c.unknown(wanted, all)
			}
		}
	}
	var chosen []*Detection
	for _, d := range all {
		if s.Match(d) {
			chosen = append(chosen, d)
		}
	}
	return chosen, nil
}

func (c criterion) unknown(wanted string, all []*Detection) error {
	var known []string
	for _, d := range all {
		known = append(known, c.offered(d)...)
	}
	return &diag.Error{
		Source: &diag.Source{Name: "--" + strings.ReplaceAll(c.flag, " ", "-"), Text: wanted}, Span: diag.Span{End: len(wanted)},
		Code: diag.BadArgument, Message: fmt.Sprintf("no detection has the %s %q", c.name(), wanted), Hint: diag.Suggest(wanted, known),
	}
}

func (c criterion) name() string {
	if c.flag == "detection" {
		return "name, id or file name"
	}
	return c.flag
}
