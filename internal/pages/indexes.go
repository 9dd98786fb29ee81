package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
)

// detectionTable lists detections. It leaves out the column that a page is
// ordered by.
func (b *book) detectionTable(all []*detection.Detection, without string) Block {
	type column struct {
		head string
		cell func(*detection.Detection) Inline
	}
	columns := []column{
		{"Name", b.linkTo},
		{"Type", func(d *detection.Detection) Inline {
			return Inline{{Text: string(d.Type), Page: "types#" + slug(string(d.Type))}}
		}},
		{"Technique", func(d *detection.Detection) Inline { return techniqueLinks(d.Techniques) }},
		{"Tactic", func(d *detection.Detection) Inline { return tacticLinks(d.Tactics) }},
		{"Risk", func(d *detection.Detection) Inline {
			if !d.Type.MakesRisk() {
				return plain("–")
			}
			return number(d.Risk.Score)
		}},
		{"Status", func(d *detection.Detection) Inline { return plain(string(d.Status)) }},
	}
	table := Block{Kind: Table}
	columns = slices.DeleteFunc(columns, func(c column) bool { return c.head == without })
	for _, c := range columns {
		table.Head = append(table.Head, c.head)
	}
	for _, d := range all {
		var row []Inline
		for _, c := range columns {
			row = append(row, c.cell(d))
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// tally writes a number of things.
func tally(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func (b *book) home() *page {
	techniques := map[string]bool{}
	for _, d := range b.Detections {
		for _, t := range d.Techniques {
			techniques[t.ID] = true
		}
	}
	summary := fmt.Sprintf("%s, %s, %s.", tally(len(b.Detections), "detection", "detections"),
		tally(len(b.Stories), "analytic story", "analytic stories"), tally(len(techniques), "ATT&CK technique", "ATT&CK techniques"))
	list := &Section{ID: "all", Title: "All detections", Blocks: []Block{b.detectionTable(b.Detections, "")}}
	if len(b.Detections) == 0 {
		list.Blocks = []Block{none("")}
	}
	return &page{path: "index", title: "Detections", filter: len(b.Detections) > 1, sections: []*Section{
		{ID: "contents", Title: "Contents", Blocks: []Block{prose(summary), {Kind: Bullets, Items: []Inline{
			{{Text: "By analytic story", Page: "stories"}},
			{{Text: "By tactic", Page: "tactics"}},
			{{Text: "By technique", Page: "techniques"}},
			{{Text: "By type", Page: "types"}},
			{{Text: "Macros", Page: "macros"}, {Text: " and "}, {Text: "lookups", Page: "lookups"}, {Text: " that they use"}},
		}}}},
		list,
	}}
}

// group is a heading of an index and the detections under it.
type group struct {
	name       string
	about      []Block
	detections []*detection.Detection
}

func (b *book) index(path, title, without string, groups []group) *page {
	p := &page{path: path, title: title, filter: len(b.Detections) > 1}
	for _, g := range groups {
		s := &Section{ID: slug(g.name), Title: g.name, Blocks: g.about}
		if len(g.detections) > 0 {
			s.Blocks = append(s.Blocks, b.detectionTable(g.detections, without))
		} else {
			s.Blocks = append(s.Blocks, none("No detection."))
		}
		p.sections = append(p.sections, s)
	}
	p.distinct()
	return orNothing(p)
}

// distinct numbers headings whose names differ only in what an anchor cannot
// tell apart.
func (p *page) distinct() {
	seen := map[string]int{}
	for _, s := range p.sections {
		if seen[s.ID]++; seen[s.ID] > 1 {
			s.ID = fmt.Sprintf("%s-%d", s.ID, seen[s.ID])
		}
	}
}

// grouped puts detections under every name that of returns for them. The names
// are in the order of compare.
func (b *book) grouped(of func(*detection.Detection) []string, compare func(x, y string) int) []group {
	var names []string
	for _, d := range b.Detections {
		names = append(names, of(d)...)
	}
	slices.SortFunc(names, compare)
	var groups []group
	for _, name := range slices.Compact(names) {
		groups = append(groups, group{name: name, detections: b.of(func(d *detection.Detection) bool { return slices.Contains(of(d), name) })})
	}
	return groups
}

// others are the detections for which of returns nothing: an index leaves no
// detection out.
func (b *book) others(name string, of func(*detection.Detection) []string) []group {
	rest := b.of(func(d *detection.Detection) bool { return len(of(d)) == 0 })
	if len(rest) == 0 {
		return nil
	}
	return []group{{name: name, detections: rest}}
}

func byName(x, y string) int {
	return cmp.Or(strings.Compare(strings.ToLower(x), strings.ToLower(y)), strings.Compare(x, y))
}

func (b *book) byStory() *page {
	of := func(d *detection.Detection) []string { return d.Stories }
	groups := b.grouped(of, byName)
	for _, s := range b.Stories {
		if !slices.ContainsFunc(groups, func(g group) bool { return g.name == s.Name }) {
			groups = append(groups, group{name: s.Name})
		}
	}
	slices.SortStableFunc(groups, func(x, y group) int { return byName(x.name, y.name) })
	for i, g := range groups {
		for _, s := range b.Stories {
			if s.Name == g.name {
				groups[i].about = []Block{prose(s.Description), {Kind: Bullets, Items: []Inline{{{Text: "About this story", Page: b.storyPaths[s.Name]}}}}}
			}
		}
	}
	return b.index("stories", "Detections by analytic story", "", append(groups, b.others("No story", of)...))
}

// tacticOrder returns the place of a tactic in the ATT&CK matrix.
func tacticOrder(tactic string) int {
	order := []string{
		"Reconnaissance", "Resource Development", "Initial Access", "Execution", "Persistence", "Privilege Escalation",
		"Defense Evasion", "Stealth", "Defense Impairment", "Credential Access", "Discovery", "Lateral Movement",
		"Collection", "Command and Control", "Exfiltration", "Impact",
	}
	if i := slices.Index(order, tactic); i >= 0 {
		return i
	}
	return len(order)
}

func (b *book) byTactic() *page {
	of := func(d *detection.Detection) []string { return d.Tactics }
	groups := b.grouped(of, func(x, y string) int { return cmp.Or(cmp.Compare(tacticOrder(x), tacticOrder(y)), byName(x, y)) })
	return b.index("tactics", "Detections by tactic", "Tactic", append(groups, b.others("No tactic", of)...))
}

func (b *book) byTechnique() *page {
	known := map[string]detection.Technique{}
	of := func(d *detection.Detection) []string {
		var ids []string
		for _, t := range d.Techniques {
			known[t.ID] = t
			ids = append(ids, t.ID)
		}
		return ids
	}
	groups := b.grouped(of, strings.Compare)
	p := b.index("techniques", "Detections by technique", "Technique", append(groups, b.others("No technique", of)...))
	for _, s := range p.sections {
		t, ok := known[s.Title]
		if !ok {
			continue
		}
		s.Title = strings.TrimSpace(t.ID + " " + t.Name)
		about := Block{Kind: Bullets, Items: []Inline{
			append(fact("Tactic"), tacticLinks(t.Tactics)...),
			fact("ATT&CK", webLink(t.ID, techniqueURL(t.ID))),
		}}
		s.Blocks = append([]Block{about}, s.Blocks...)
	}
	return p
}

func (b *book) byType() *page {
	about := map[string]string{
		string(detection.TTP):         "Finds behaviour that is an attack more often than not. A result is a finding and counts as risk.",
		string(detection.Anomaly):     "Finds what is unusual. A result counts as risk and raises nothing by itself.",
		string(detection.Hunting):     "Gives a person something to look through. A result counts as nothing.",
		string(detection.Correlation): "Reads the risk that other detections made and raises a finding.",
	}
	order := []string{string(detection.TTP), string(detection.Anomaly), string(detection.Hunting), string(detection.Correlation)}
	place := func(t string) int {
		if i := slices.Index(order, t); i >= 0 {
			return i
		}
		return len(order)
	}
	of := func(d *detection.Detection) []string {
		if d.Type == "" {
			return nil
		}
		return []string{string(d.Type)}
	}
	groups := b.grouped(of, func(x, y string) int { return cmp.Or(cmp.Compare(place(x), place(y)), byName(x, y)) })
	for i, g := range groups {
		if text := about[g.name]; text != "" {
			groups[i].about = []Block{prose(text)}
		}
	}
	return b.index("types", "Detections by type", "Type", append(groups, b.others("No type", of)...))
}

func (b *book) storyPage(s *detection.Story) *page {
	own := b.of(func(d *detection.Detection) bool { return slices.Contains(d.Stories, s.Name) })
	list := none("No detection.")
	if len(own) > 0 {
		list = b.detectionTable(own, "")
	}
	return &page{path: b.storyPaths[s.Name], title: s.Name, badges: []badge{{"Analytic story", "type"}, {string(s.Status), "status " + slug(string(s.Status))}}, sections: []*Section{
		{ID: "description", Title: "Description", Blocks: []Block{none(s.Description), {Kind: Bullets, Items: []Inline{
			fact("Category", Span{Text: joined(s.Categories)}),
			fact("Use case", Span{Text: joined([]string{s.UseCase})}),
			fact("Last updated", Span{Text: joined([]string{s.Date})}),
			fact("Author", Span{Text: joined([]string{s.Author})}),
			fact("ID", Span{Text: joined([]string{s.ID}), Code: s.ID != ""}),
		}}}},
		{ID: "narrative", Title: "Narrative", Blocks: []Block{none(s.Narrative)}},
		{ID: "detections", Title: "Detections", Blocks: []Block{list}},
		references(s.References),
		version(s.File, s.Version),
	}}
}
