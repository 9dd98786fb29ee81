package conformance

import (
	"fmt"
	"strings"
)

const differencesIntro = `# Where pugmark differs from Splunk

pugmark is meant to give the answers that Splunk gives. This page lists where it
knowingly does not, and where nobody outside Splunk can say for certain what the
answer is, so that a choice had to be made. Each entry is a case of the corpus in
conformance/, whose file shows the search, the events and the rows; change the
case, and this page changes with it.

The page is generated from the corpus. ` + "`go test ./conformance -update`" + ` rewrites it.
`

// Differences writes the page of what differs from Splunk and of what is not
// certain: the notes of the corpus.
func Differences(archives []*Archive) string {
	var b strings.Builder
	b.WriteString(differencesIntro)
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
				fmt.Fprintf(&b, "- %s. ([%s](conformance/%s), %s)\n", sentence(text), strings.TrimSuffix(a.File, ".txtar"), a.File, c.Name)
			}
		}
	}
	return b.String()
}

// sentence begins a note with a capital, unless it begins with a name that is
// written small or with a sign.
func sentence(s string) string {
	s = strings.TrimSuffix(s, ".")
	word, _, _ := strings.Cut(s, " ")
	if strings.ContainsAny(word, "()=!_%<>+-.0123456789") || commandLike(word) {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// commandLike tells the words of SPL with which notes begin.
func commandLike(word string) bool {
	switch word {
	case "mktime", "urldecode", "tostring", "replace", "cidrmatch", "percN", "user", "user_name", "action":
		return true
	}
	return false
}
