// Package pages documents detections: a page for each detection and story, and
// indexes by story, tactic, technique, type, macro and lookup, as Markdown or as a static site
// that a browser opens from disk.
//
// It writes no files and compiles searches only to say what they use; nothing
// is run. Texts of content are anyone's: both forms show them as text. What a
// page says is built once ([Section]), so that the forms cannot differ. Start
// reading at [Site] and [Markdown], then detectionPage.
package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
)

// Content is what pages are made of.
type Content struct {
	Detections []*detection.Detection
	Stories    []*detection.Story
	// Env is what the searches are compiled in, to tell which macros, lookups
	// and fields they use.
	Env *command.Env
	// Lints are what [detection.Lints] finds in them.
	Lints []detection.Issue
}

// File is a file of the result; its name has slashes.
type File struct {
	Name string
	Text []byte
}

// page is one page, in no form yet.
type page struct {
	path     string // without ending: detections/aws_console_login
	title    string
	badges   []badge
	sections []*Section
	// filter tells that the page is a long table, which a reader may want to
	// narrow.
	filter bool
}

// badge is a short fact below a title. Its class says how it is drawn.
type badge struct{ Text, Class string }

// Section is a part of a page with a heading.
type Section struct {
	ID     string // unique on the page
	Title  string
	Blocks []Block
}

// Block is a paragraph, list, table or piece of code.
type Block struct {
	Kind  Kind
	Text  string // of prose and code
	Head  []string
	Items []Inline   // of bullets, or the only one of a note
	Rows  [][]Inline // of a table, as long as Head
	// Whole keeps the lines of code whole, where they stand under each other.
	Whole bool
	// Warn makes a note one of things that are wrong.
	Warn bool
}

// Kind is a kind of block.
type Kind string

// The kinds of block.
const (
	Prose   Kind = "prose"   // text of the content, its line breaks kept
	Code    Kind = "code"    // shown as it is
	Bullets Kind = "bullets" // a list
	Table   Kind = "table"   // with a head
	Note    Kind = "note"    // a remark of ours
	Sub     Kind = "sub"     // a heading within the section
)

// Inline is a run of text in a line.
type Inline []Span

// Span is a piece of a line. It leads to a page of ours, with an anchor after
// #, or to an address of the web, or nowhere.
type Span struct {
	Text string
	Page string
	URL  string
	Code bool
	Bold bool
}

func plain(text string) Inline { return Inline{{Text: text}} }

func code(text string) Inline { return Inline{{Text: text, Code: true}} }

func fact(name string, value ...Span) Inline {
	return append(Inline{{Text: name + ":", Bold: true}, {Text: " "}}, value...)
}

func note(spans ...Span) Block { return Block{Kind: Note, Items: []Inline{spans}} }

func prose(text string) Block { return Block{Kind: Prose, Text: text} }

// none is what stands where a section has nothing to say: its heading stays, so
// that every page has the same ones.
func none(why string) Block { return Block{Kind: Prose, Text: cmp.Or(why, "None.")} }

// book is the content with the paths of its pages.
type book struct {
	Content
	paths      map[*detection.Detection]string
	storyPaths map[string]string // by name
	uses       map[*detection.Detection]*detection.Uses
	macros     objects
	lookups    objects
	// in the order of their names
	macroList, lookupList []*object
}

// newBook gives every page a path. Names that differ only in what a file's
// name cannot tell apart are numbered.
func newBook(c Content) *book {
	b := &book{Content: c, paths: map[*detection.Detection]string{}, storyPaths: map[string]string{}}
	taken := map[string]bool{}
	unique := func(folder, name string) string {
		path := folder + "/" + slug(name)
		for n := 2; taken[path]; n++ {
			path = fmt.Sprintf("%s/%s-%d", folder, slug(name), n)
		}
		taken[path] = true
		return path
	}
	for _, d := range c.Detections {
		b.paths[d] = unique("detections", d.Name)
	}
	for _, s := range c.Stories {
		b.storyPaths[s.Name] = unique("stories", s.Name)
	}
	b.readUses()
	return b
}

// maxSlug keeps names within what file systems take.
const maxSlug = 120

// slug turns a name into the name of a file: the rule of Splunk Security
// Content, lower case with _ for what is no letter or digit, which is safe on
// every file system.
func slug(name string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, name)
	if s = s[:min(len(s), maxSlug)]; strings.Trim(s, "_") == "" {
		return "unnamed"
	}
	return s
}

// pages returns all pages in the order in which they are written.
func (b *book) pages() []*page {
	all := []*page{b.home(), b.byStory(), b.byTactic(), b.byTechnique(), b.byType(), b.macroPage(), b.lookupPage()}
	for _, d := range b.Detections {
		all = append(all, b.detectionPage(d))
	}
	for _, s := range b.Stories {
		all = append(all, b.storyPage(s))
	}
	return all
}

// of returns the detections that f holds for, in the order of their names.
func (b *book) of(f func(*detection.Detection) bool) []*detection.Detection {
	return slices.DeleteFunc(slices.Clone(b.Detections), func(d *detection.Detection) bool { return !f(d) })
}
