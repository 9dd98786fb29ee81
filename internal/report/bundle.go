package report

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/bundle"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/digest"
)

// WriteBundle writes findings with their evidence: scan has the findings.
func WriteBundle(w io.Writer, format string, scan *Scan, b *bundle.Bundle, o Options) error {
	f, err := Find(format, Bundles)
	if err != nil {
		return err
	}
	return buffered(w, func(w *bufio.Writer) error { return f.bundle(w, scan, b, o) })
}

func zipBundle(w *bufio.Writer, scan *Scan, b *bundle.Bundle, o Options) error {
	findings := func(w io.Writer) error { return WriteFindings(w, "ndjson", scan, o) }
	page := func(w io.Writer) error {
		return buffered(w, func(w *bufio.Writer) error { return bundlePage(w, scan, b, o, bundle.DefaultPage) })
	}
	return b.Zip(w, findings, page)
}

func htmlBundle(w *bufio.Writer, scan *Scan, b *bundle.Bundle, o Options) error {
	return bundlePage(w, scan, b, o, b.Evidence.Limit)
}

// htmlEvent is a raw event. Its texts are visible ones.
type htmlEvent struct {
	Number                  int64
	Time, ID, Where, SHA256 string
	Bytes                   int
	Findings                []htmlLink
	Raw                     string
	// Base64 is the record where Raw shows it with escapes.
	Base64 string
}

type htmlLink struct{ Anchor, Text string }

// htmlText is a text of the content.
type htmlText struct{ Name, SHA256, Text string }

// htmlCheck says how the page is checked.
type htmlCheck struct {
	Reproduce, ContentHash, Sums, Manifest string
	Version                                string
}

// bundlePage writes a bundle as a page, with raw events of so many bytes.
func bundlePage(w *bufio.Writer, scan *Scan, b *bundle.Bundle, o Options, raw int64) error {
	h := newHTML(w, "Evidence")
	m := &b.Manifest
	h.part("lead", struct {
		Version, Integrity string
		Unread, Left       int64
		Notes              []string
	}{m.Program.Version, m.Integrity.Word, int64(len(b.Unread)), m.Events.LeftOut, visibleAll(m.Notes)})
	anchors := h.findings(&Scan{Findings: askedFirst(scan.Findings, m.Asked)}, o, true)
	h.integrity(b)
	h.part("unread", visibleAll(b.Unread))
	if h.err == nil {
		h.err = h.events(b.Evidence, anchors, raw)
	}
	h.content(b.Content)
	h.part("inputs", b.Evidence.Inputs)
	h.part("check", check(b))
	h.part("foot", nil)
	return h.err
}

// askedFirst puts what was asked for before what came with it.
func askedFirst(findings []*detection.Finding, asked []string) []*detection.Finding {
	sorted := slices.Clone(findings)
	slices.SortStableFunc(sorted, func(a, b *detection.Finding) int {
		place := func(f *detection.Finding) int {
			if i := slices.Index(asked, f.ID); i >= 0 {
				return i
			}
			return len(asked)
		}
		return place(a) - place(b)
	})
	return sorted
}

func visibleAll(texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = shown(text)
	}
	return all
}

// maxElsewhere bounds how many raw events that a page has no room for are
// named; the rest is counted.
const maxElsewhere = 1000

// events writes the raw events, as many as the page has room for.
func (h *htmlWriter) events(e *bundle.Evidence, anchors map[string]string, room int64) error {
	h.part("events", e.Totals)
	number, elsewhere := int64(0), int64(0)
	err := e.Each(func(entry *bundle.Entry, raw []byte) error {
		number++
		room -= int64(len(raw))
		switch {
		case room >= 0 && !entry.LeftOut:
			h.part("event", eventOf(number, entry, raw, anchors))
		case elsewhere < maxElsewhere:
			h.part("event-elsewhere", eventOf(number, entry, nil, anchors))
			elsewhere++
		default:
			elsewhere++
		}
		return h.err
	})
	h.part("events-more", max(0, elsewhere-maxElsewhere))
	return cmp.Or(err, h.err)
}

func eventOf(number int64, entry *bundle.Entry, raw []byte, anchors map[string]string) htmlEvent {
	e := htmlEvent{
		Number: number, Time: entry.Time, ID: shown(entry.EventID), SHA256: entry.SHA256, Bytes: entry.Bytes,
		Where: fmt.Sprintf("%s, at byte %d", shown(cmp.Or(entry.Member, entry.File)), entry.Offset),
	}
	for _, id := range entry.Findings {
		e.Findings = append(e.Findings, htmlLink{anchors[id], short(id)})
	}
	e.Raw = readable(raw)
	if e.Raw != string(raw) {
		e.Base64 = base64.StdEncoding.EncodeToString(raw)
	}
	return e
}

// readable shows a text of several lines: all but line ends and tabs as
// [Visible] does.
func readable(text []byte) string {
	if utf8.Valid(text) && !bytes.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return string(text)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		for j, cell := range cells {
			cells[j] = Visible(cell)
		}
		lines[i] = strings.Join(cells, "\t")
	}
	return strings.Join(lines, "\n")
}

// content writes what decided the findings, the searches first.
func (h *htmlWriter) content(members []bundle.Member) {
	var searches, others []htmlText
	for _, m := range members {
		sum := sha256.Sum256(m.Text)
		text := htmlText{Name: m.Name, SHA256: fmt.Sprintf("%x", sum), Text: readable(m.Text)}
		if strings.HasPrefix(m.Name, "content/searches/") {
			searches = append(searches, text)
		} else {
			others = append(others, text)
		}
	}
	h.part("content", struct{ Searches, Others []htmlText }{searches, others})
}

// check says how all of it is checked.
func check(b *bundle.Bundle) htmlCheck {
	var manifest bytes.Buffer
	_ = b.Manifest.Write(&manifest) // a buffer takes everything
	c := htmlCheck{
		Reproduce: readable([]byte(b.Manifest.Reproduce)), ContentHash: b.Manifest.Content.SHA256,
		Manifest: readable(manifest.Bytes()), Version: b.Manifest.Program.Version,
	}
	for _, m := range b.Content {
		sum := sha256.Sum256(m.Text)
		c.Sums += fmt.Sprintf("%x", sum) + "  " + m.Name + "\n"
	}
	return c
}

// htmlLog is a log file and what digests say of it.
type htmlLog struct{ File, Status, Reason string }

// integrity writes what digests say of the logs.
func (h *htmlWriter) integrity(b *bundle.Bundle) {
	view := struct {
		Word, Sentence string
		Digests, Gaps  []htmlLog
		Logs           []htmlLog
		Unlisted       int
	}{Word: b.Manifest.Integrity.Word, Sentence: shown(b.Manifest.Integrity.Sentence)}
	if v := b.Integrity; v != nil {
		for _, c := range v.Chains {
			for _, d := range c.Digests {
				if d.Status != digest.DigestValid {
					view.Digests = append(view.Digests, htmlLog{shown(d.File), string(d.Status), shown(d.Reason)})
				}
			}
			for _, g := range c.Gaps {
				view.Gaps = append(view.Gaps, htmlLog{shown(c.Name), g.From.UTC().Format(timeLayout) + " – " + g.To.UTC().Format(timeLayout), gapReason(g)})
			}
		}
		for _, d := range v.Unreadable {
			view.Digests = append(view.Digests, htmlLog{shown(d.File), string(d.Status), shown(d.Reason)})
		}
		for _, l := range v.Logs {
			view.Logs = append(view.Logs, htmlLog{shown(cmp.Or(l.File, l.Key)), string(l.Status), shown(l.Reason)})
		}
		view.Unlisted = v.Counts.Unlisted
	}
	h.part("integrity", view)
}

// timeLayout is how a gap is told.
const timeLayout = "2006-01-02 15:04:05 UTC"

func gapReason(g digest.Gap) string {
	if g.Restart {
		return "AWS delivered no digest for that time"
	}
	return "digests are missing: " + shown(g.Missing)
}
