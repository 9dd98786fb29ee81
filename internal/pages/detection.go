package pages

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/risk"
)

// detectionPage tells all there is to tell about a detection, in the order that
// readers of Splunk Security Content know. Every page has every section, except
// that lookups, data models and lints are named only where there are some.
func (b *book) detectionPage(d *detection.Detection) *page {
	u := b.uses[d]
	sections := []*Section{
		b.description(d, u),
		b.annotations(d),
		search(d, u),
		b.macrosOf(d, u),
		b.lookupsOf(u),
		requiredFields(d, u),
		{ID: "how-to-implement", Title: "How to implement", Blocks: []Block{none(d.HowToImplement)}},
		{ID: "known-false-positives", Title: "Known false positives", Blocks: []Block{none(d.KnownFalsePositives)}},
		b.stories(d),
		rba(d),
		drilldowns(d),
		references(d.References),
		testData(d),
		b.lint(d),
		version(d.File, d.Version),
	}
	return &page{
		path: b.paths[d], title: d.Name, badges: badgesOf(d),
		sections: slices.DeleteFunc(sections, func(s *Section) bool { return s == nil }),
	}
}

func badgesOf(d *detection.Detection) []badge {
	badges := []badge{
		{string(d.Type), "type"},
		{string(d.Status), "status " + slug(string(d.Status))},
	}
	if d.Type.MakesRisk() {
		severity := risk.SeverityOfScore(d.Risk.Score)
		badges = append(badges, badge{fmt.Sprintf("%s risk %d", severity, d.Risk.Score), "severity " + slug(string(severity))})
	}
	return badges
}

func (b *book) description(d *detection.Detection, u *detection.Uses) *Section {
	s := &Section{ID: "description", Title: "Description"}
	switch d.Status {
	case detection.Experimental:
		s.Blocks = append(s.Blocks, Block{Kind: Note, Warn: true, Items: []Inline{plain("This detection is experimental: it has not been tested as those in production have.")}})
	case detection.Deprecated:
		s.Blocks = append(s.Blocks, Block{Kind: Note, Warn: true, Items: []Inline{plain("This detection is deprecated: use it no more.")}})
	}
	facts := []Inline{
		fact("Type", Span{Text: string(d.Type), Page: "types#" + slug(string(d.Type))}),
		fact("Product", Span{Text: joined(d.Products)}),
	}
	if len(u.DataModels) > 0 {
		facts = append(facts, fact("Data model", Span{Text: joined(u.DataModels)}))
	}
	facts = append(facts,
		fact("Data source", Span{Text: joined(d.DataSources)}),
		fact("Asset type", Span{Text: joined([]string{d.AssetType})}),
		fact("Security domain", Span{Text: joined([]string{d.SecurityDomain})}),
	)
	if d.Created != "" {
		facts = append(facts, fact("Created", Span{Text: d.Created}))
	}
	facts = append(facts,
		fact("Last updated", Span{Text: joined([]string{d.Date})}),
		fact("Author", Span{Text: joined([]string{d.Author})}),
		fact("ID", Span{Text: joined([]string{d.ID}), Code: d.ID != ""}),
	)
	facts = append(facts, scheduleFact(d))
	s.Blocks = append(s.Blocks, none(d.Description), Block{Kind: Bullets, Items: facts})
	return s
}

// scheduleFact tells when Splunk would run the search.
func scheduleFact(d *detection.Detection) Inline {
	when := d.When()
	line := fact("Schedule", Span{Text: when.Cron, Code: true}, Span{Text: " from "}, Span{Text: when.Earliest, Code: true},
		Span{Text: " to "}, Span{Text: when.Latest, Code: true})
	switch dep := d.Deployment; {
	case dep == nil:
		line = append(line, Span{Text: " (the usual one: the content tells no other)"})
	case dep.Name != "":
		line = append(line, Span{Text: " (" + dep.Name + ")"})
	}
	return line
}

// joined writes a list, with a dash for none.
func joined(names []string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.TrimSpace(n) == "" })
	if len(names) == 0 {
		return "–"
	}
	return strings.Join(names, ", ")
}

func (b *book) annotations(d *detection.Detection) *Section {
	s := &Section{ID: "annotations", Title: "Annotations"}
	sub := func(title string, block Block, empty bool) {
		if empty {
			block = none("")
		}
		s.Blocks = append(s.Blocks, Block{Kind: Sub, Text: title}, block)
	}
	attack := Block{Kind: Table, Head: []string{"ID", "Technique", "Tactic"}}
	for _, t := range d.Techniques {
		name := t.Name
		if name == "" {
			name = "–"
		}
		attack.Rows = append(attack.Rows, []Inline{{webLink(t.ID, techniqueURL(t.ID))}, {{Text: name, Page: "techniques#" + slug(t.ID)}}, tacticLinks(t.Tactics)})
	}
	bullets := func(texts []string, link func(string) Span) Block {
		block := Block{Kind: Bullets}
		for _, text := range texts {
			block.Items = append(block.Items, Inline{link(text)})
		}
		return block
	}
	sub("ATT&CK", attack, len(d.Techniques) == 0)
	sub("Kill chain phase", bullets(d.KillChainPhases, func(p string) Span { return webLink(p, killChainURL) }), len(d.KillChainPhases) == 0)
	sub("NIST", bullets(d.NIST, func(c string) Span { return webLink(c, nistURL(c)) }), len(d.NIST) == 0)
	sub("CIS20", bullets(d.CIS20, func(c string) Span { return webLink(c, cisURL) }), len(d.CIS20) == 0)
	sub("CVE", bullets(d.CVE, func(id string) Span { return webLink(id, cveURL(id)) }), len(d.CVE) == 0)
	return s
}

func search(d *detection.Detection, u *detection.Uses) *Section {
	s := &Section{ID: "search", Title: "Search", Blocks: []Block{{Kind: Code, Text: d.Search.Text}}}
	if u.Search == nil {
		warning := Block{Kind: Note, Warn: true, Items: []Inline{plain("It does not run here:")}}
		s.Blocks = append(s.Blocks, warning, Block{Kind: Code, Text: rendered(u), Whole: true})
		return s
	}
	s.Blocks = append(s.Blocks, Block{Kind: Sub, Text: "With macros replaced"}, Block{Kind: Code, Text: expanded(u.Search)})
	return s
}

func rendered(u *detection.Uses) string {
	lines := make([]string, len(u.Problems))
	for i, p := range u.Problems {
		lines[i] = p.Render()
	}
	return strings.Join(lines, "\n")
}

// expanded prints a search as it runs.
func expanded(s *plan.Search) string {
	lines := make([]string, len(s.Ops))
	for i, op := range s.Ops {
		lines[i] = op.String()
	}
	return strings.Join(lines, "\n| ")
}

func (b *book) macrosOf(d *detection.Detection, u *detection.Uses) *Section {
	s := &Section{ID: "macros", Title: "Macros"}
	table := Block{Kind: Table, Head: []string{"Macro", "Definition"}}
	for _, m := range u.Macros {
		definition := code(m.Definition)
		if !m.Known {
			definition = plain("not defined here")
		}
		table.Rows = append(table.Rows, []Inline{b.linkToMacro(signature(m)), definition})
	}
	if table.Rows == nil {
		s.Blocks = []Block{none("")}
	} else {
		s.Blocks = []Block{table}
	}
	if d.FilterMacro != "" {
		s.Blocks = append(s.Blocks, note(
			Span{Text: d.FilterMacro, Code: true},
			Span{Text: " lets every result through until you redefine it. Put there what is known to be harmless in your environment, instead of editing the search: "},
			Span{Text: "--macro '" + d.FilterMacro + "=search NOT user_arn=*/deploy-role'", Code: true},
		))
	}
	return s
}

func (b *book) lookupsOf(u *detection.Uses) *Section {
	if len(u.Lookups) == 0 {
		return nil
	}
	block := Block{Kind: Bullets}
	for _, name := range u.Lookups {
		block.Items = append(block.Items, b.linkToLookup(name))
	}
	return &Section{ID: "lookups", Title: "Lookups", Blocks: []Block{block}}
}

// requiredFields sets side by side what the search reads and what the file says
// it does. What the file says is nowhere checked by Splunk's tools.
func requiredFields(d *detection.Detection, u *detection.Uses) *Section {
	s := &Section{ID: "required-fields", Title: "Required fields"}
	names := slices.Concat(u.Fields, d.RequiredFields)
	slices.Sort(names)
	names = slices.Compact(names)
	table := Block{Kind: Table, Head: []string{"Field", "Read by the search", "Listed in the file"}}
	mark := func(yes bool) Inline {
		if yes {
			return plain("yes")
		}
		return plain("–")
	}
	for _, name := range names {
		table.Rows = append(table.Rows, []Inline{code(name), mark(slices.Contains(u.Fields, name)), mark(slices.Contains(d.RequiredFields, name))})
	}
	if names == nil {
		return &Section{ID: s.ID, Title: s.Title, Blocks: []Block{none("")}}
	}
	s.Blocks = []Block{table}
	switch {
	case u.Search == nil:
		s.Blocks = append(s.Blocks, note(Span{Text: "What the search reads is not known, since it does not run here."}))
	case u.Open:
		s.Blocks = append(s.Blocks, note(Span{Text: "The search gives out events, with whatever other fields they have."}))
	}
	return s
}

func (b *book) stories(d *detection.Detection) *Section {
	s := &Section{ID: "analytic-stories", Title: "Associated analytic stories"}
	if len(d.Stories) == 0 {
		s.Blocks = []Block{none("")}
		return s
	}
	block := Block{Kind: Bullets}
	for _, name := range d.Stories {
		block.Items = append(block.Items, Inline{b.linkToStory(name)})
	}
	s.Blocks = []Block{block}
	return s
}

func references(all []string) *Section {
	s := &Section{ID: "references", Title: "References"}
	block := Block{Kind: Bullets}
	for _, r := range all {
		block.Items = append(block.Items, Inline{webLink(r, r)})
	}
	if block.Items == nil {
		block = none("")
	}
	s.Blocks = []Block{block}
	return s
}

func testData(d *detection.Detection) *Section {
	s := &Section{ID: "test-datasets", Title: "Test datasets"}
	table := Block{Kind: Table, Head: []string{"Test", "Data", "Source", "Source type"}}
	for _, t := range d.Tests {
		for _, data := range t.Data {
			name := t.Name
			if t.NoResults {
				name += " (must find nothing)"
			}
			table.Rows = append(table.Rows, []Inline{plain(name), {dataLink(data.Data)}, code(data.Source), code(data.Sourcetype)})
		}
	}
	for _, address := range d.Datasets {
		table.Rows = append(table.Rows, []Inline{plain("–"), {dataLink(address)}, plain("–"), plain("–")})
	}
	if table.Rows == nil {
		s.Blocks = []Block{none("")}
	} else {
		s.Blocks = []Block{table}
	}
	if d.ManualTest != "" {
		s.Blocks = append(s.Blocks, note(Span{Text: "Tested by hand: " + d.ManualTest}))
	}
	return s
}

func dataLink(address string) Span {
	span := webLink(address, address)
	span.Code = span.URL == ""
	return span
}

func version(file string, number int) *Section {
	return &Section{ID: "version", Title: "Version", Blocks: []Block{{Kind: Bullets, Items: []Inline{
		fact("Version", Span{Text: strconv.Itoa(number)}),
		fact("Source", Span{Text: file, Code: true}),
	}}}}
}
