package pages

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
)

//go:embed site
var siteFiles embed.FS

// Site returns the pages as a static site: it opens from disk, needs no server
// and asks for nothing from the network.
func Site(c Content) ([]File, error) {
	layout, err := template.New("page.html").Funcs(template.FuncMap{
		"clean": clean, "oneLine": oneLine, "codeLine": codeLine, "codeText": codeText, "paragraphs": paragraphs,
		"args": func(p sitePage, line Inline) map[string]any { return map[string]any{"page": p, "line": line} },
	}).ParseFS(siteFiles, "site/page.html")
	if err != nil {
		return nil, err
	}
	b := newBook(c)
	var files []File
	for _, name := range []string{"style.css", "site.js"} {
		text, err := siteFiles.ReadFile("site/" + name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: "assets/" + name, Text: text})
	}
	index, err := b.searchIndex()
	if err != nil {
		return nil, err
	}
	files = append(files, File{Name: "assets/index.js", Text: index})
	for _, p := range b.pages() {
		var out bytes.Buffer
		if err := layout.Execute(&out, sitePage{p}); err != nil {
			return nil, fmt.Errorf("page %s: %w", p.path, err)
		}
		files = append(files, File{Name: p.path + ".html", Text: out.Bytes()})
	}
	return files, nil
}

// sitePage is what the template of a page is given.
type sitePage struct{ p *page }

// Title is the page's heading.
func (s sitePage) Title() string { return s.p.title }

// Home tells the home page.
func (s sitePage) Home() bool { return s.p.path == "index" }

// Badges are the short facts below the title.
func (s sitePage) Badges() []badge { return s.p.badges }

// Filter tells that the page's tables can be narrowed.
func (s sitePage) Filter() bool { return s.p.filter }

// Sections are the parts of the page.
func (s sitePage) Sections() []*Section { return s.p.sections }

// Contents tells whether the page is worth a list of its sections.
func (s sitePage) Contents() bool { return len(s.p.sections) > 2 }

// Root leads to the folder of the home page.
func (s sitePage) Root() string { return up(s.p.path) }

// To returns the address of another page.
func (s sitePage) To(page string) string {
	target, anchor, ok := strings.Cut(page, "#")
	address := up(s.p.path) + target + ".html"
	if ok {
		address += "#" + anchor
	}
	return address
}

// Here tells the entry of the navigation that the page is.
func (s sitePage) Here(path string) bool { return s.p.path == path }

// found is an entry of the search. Its keys are short since there are many.
type found struct {
	Name string `json:"n"`
	Page string `json:"p"`
	Kind string `json:"k"`
	// Text is searched besides the name.
	Text string `json:"t"`
}

// searchIndex is what the search looks through: a script, since a page opened
// from disk may not read other files.
func (b *book) searchIndex() ([]byte, error) {
	entries := []found{}
	for _, d := range b.Detections {
		entries = append(entries, found{oneLine(d.Name), b.paths[d] + ".html", string(d.Type), searchText(d)})
	}
	for _, s := range b.Stories {
		entries = append(entries, found{oneLine(s.Name), b.storyPaths[s.Name] + ".html", "Story", oneLine(s.Description)})
	}
	for _, s := range b.byTechnique().sections {
		entries = append(entries, found{oneLine(s.Title), "techniques.html#" + s.ID, "Technique", ""})
	}
	for _, s := range b.byTactic().sections {
		entries = append(entries, found{oneLine(s.Title), "tactics.html#" + s.ID, "Tactic", ""})
	}
	for _, o := range b.macroList {
		entries = append(entries, found{oneLine(o.name), "macros.html#" + o.anchor, "Macro", ""})
	}
	for _, o := range b.lookupList {
		entries = append(entries, found{oneLine(o.name), "lookups.html#" + o.anchor, "Lookup", ""})
	}
	text, err := json.Marshal(entries)
	if err != nil {
		return nil, err
	}
	// An entry a line, so that two versions can be compared.
	text = bytes.ReplaceAll(text, []byte(`"},{"`), []byte("\"},\n{\""))
	return append(append([]byte("window.pugmarkIndex = "), text...), ";\n"...), nil
}

func searchText(d *detection.Detection) string {
	words := []string{d.ID, d.Description, d.AssetType, d.FilterMacro}
	for _, t := range d.Techniques {
		words = append(words, t.ID, t.Name)
	}
	words = append(words, d.Tactics...)
	words = append(words, d.Stories...)
	words = append(words, d.DataSources...)
	words = append(words, d.CVE...)
	return oneLine(strings.Join(words, " "))
}
