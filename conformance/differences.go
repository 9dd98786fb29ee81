package conformance

import (
	"fmt"
	"path"
	"strings"
)

const differencesIntro = `# Where pugmark differs from Splunk

pugmark is meant to give the answers that Splunk gives. This page lists where it
knowingly does not, and where nobody outside Splunk can say for certain what the
answer is, so that a choice had to be made. Each entry is a case of the corpus in
conformance/, whose file shows the search, the events and the rows; change the
case, and this page changes with it.

The page is generated, from the corpus and from what commands and functions say
of themselves. ` + "`go test ./conformance -update`" + ` rewrites it.
`

// Declared is what a command or function says of itself.
type Declared struct{ Name, Differs string }

// Differences writes the page of what differs from Splunk and of what is not
// certain: what commands and functions declare, and the notes of the corpus.
func Differences(archives []*Archive, commands, functions []Declared) string {
	var b strings.Builder
	b.WriteString(differencesIntro)
	for _, part := range []struct {
		title string
		list  []Declared
	}{{"Commands", commands}, {"Functions", functions}} {
		fmt.Fprintf(&b, "\n## %s\n\n", part.title)
		for _, d := range part.list {
			if d.Differs != "" {
				fmt.Fprintf(&b, "- **%s**: %s\n", d.Name, d.Differs)
			}
		}
	}
	for _, part := range []struct{ kind, title, intro string }{
		{"differs", "Different on purpose", "Splunk is known, or documented, to do otherwise."},
		{"unsure", "Chosen where Splunk's answer is not known", "Splunk's documentation is silent or contradicts itself; this is what pugmark does."},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", part.title, part.intro)
		folder := ""
		for _, a := range archives {
			for _, c := range a.Cases {
				text, ok := c.Note(part.kind)
				if !ok {
					continue
				}
				if name, _, _ := strings.Cut(a.File, "/"); name != folder {
					folder = name
					fmt.Fprintf(&b, "\n### %s\n\n", folder)
				}
				topic := strings.TrimSuffix(path.Base(a.File), ".txtar")
				fmt.Fprintf(&b, "- **%s**: %s. ([%s](conformance/%s))\n", topic, strings.TrimSuffix(text, "."), c.Name, a.File)
			}
		}
	}
	return b.String()
}
