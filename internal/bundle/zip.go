package bundle

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// readme is for who gets a bundle and has never heard of pugmark.
//
//go:embed README.txt
var readme []byte

// The members of a zip besides events and content.
const (
	manifestFile  = "manifest.json"
	readmeFile    = "README.txt"
	pageFile      = "report.html"
	findingsFile  = "findings.ndjson"
	indexFile     = "events-index.ndjson"
	unreadFile    = "unread.txt"
	integrityFile = "integrity.json"
)

// Zip writes the bundle as a zip. findings writes its findings, a line each,
// and page all of it as a page.
func (b *Bundle) Zip(w io.Writer, findings, page func(io.Writer) error) error {
	a := NewArchive(w)
	a.Add(manifestFile, b.Manifest.Write)
	a.Text(readmeFile, readme)
	a.Add(pageFile, page)
	a.Add(findingsFile, findings)
	a.Add(EventsFile, func(w io.Writer) error { return b.Evidence.lines(w) })
	a.Add(indexFile, func(w io.Writer) error { return b.Evidence.index(w) })
	err := b.Evidence.Each(func(entry *Entry, raw []byte) error {
		if strings.HasPrefix(entry.In, longFolder) {
			a.Text(entry.In, slices.Clone(raw))
		}
		return a.err
	})
	if err != nil {
		return err
	}
	for _, m := range b.Content {
		a.Text(m.Name, m.Text)
	}
	a.Text(unreadFile, b.unread())
	a.Add(integrityFile, b.integrity)
	return a.Close()
}

// Write writes the manifest as JSON for people to read.
func (m *Manifest) Write(w io.Writer) error { return writeJSON(w, m) }

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // it is no HTML
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// integrity writes the whole verdict on digests.
func (b *Bundle) integrity(w io.Writer) error {
	if b.Integrity == nil {
		return writeJSON(w, b.Manifest.Integrity)
	}
	return writeJSON(w, b.Integrity)
}

func (b *Bundle) unread() []byte {
	if len(b.Unread) == 0 {
		return []byte("Everything was read.\n")
	}
	return []byte(strings.Join(b.Unread, "\n") + "\n")
}

// lines writes the events of one line.
func (e *Evidence) lines(w io.Writer) error {
	out := bufio.NewWriter(w)
	err := e.Each(func(entry *Entry, raw []byte) error {
		if entry.In != EventsFile {
			return nil
		}
		_, _ = out.Write(raw)
		return out.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// index writes where each event stands.
func (e *Evidence) index(w io.Writer) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false) // it is no HTML
	if err := e.Each(func(entry *Entry, _ []byte) error { return encoder.Encode(entry) }); err != nil {
		return err
	}
	return out.Flush()
}
