package filter

import (
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
)

// Breakers separate the segments of raw text that a bare term may stand for.
// Source: Splunk, segmenters.conf; the encoded forms such as %20 are left out.
const (
	majorBreakers = "[]<>(){}|!;,'\"*\n\r \t&?+"
	minorBreakers = "/:=@.-$#%\\_"
)

// breakers tells for each byte whether it is a major or any breaker.
var breakers = func() (table [256]struct{ major, any bool }) {
	for _, c := range []byte(majorBreakers) {
		table[c].major, table[c].any = true, true
	}
	for _, c := range []byte(minorBreakers) {
		table[c].any = true
	}
	return table
}()

// termNode looks for a word or phrase in _raw: where it begins and ends there
// must be a breaker or an end of the text, unless a star stands there. A star
// within it stands for characters other than major breakers.
type termNode struct {
	parts  []string // what stands between the stars
	folded bool
	needle needle
	whole  bool // TERM(): bounded by major breakers alone
}

func newTerm(v spl.SearchValue) node {
	n := termNode{folded: v.Directive != "CASE", whole: v.Directive == "TERM"}
	text := v.Text
	if n.folded {
		text = fold(text)
	}
	n.parts = strings.Split(text, "*")
	n.needle = needleOf(n.parts)
	return n
}

func (n termNode) match(e *event.Event) bool {
	v := e.Get("_raw")
	if v.IsNull() {
		return false
	}
	raw := v.String()
	if n.folded {
		if !n.needle.mayBeIn(raw) {
			return false
		}
		raw = fold(raw)
	}
	return n.find(raw)
}

// needle is a part of a term by which most texts are told apart without folding
// them.
type needle struct {
	text string // folded and ASCII; empty where there is none such
	at   int    // its rarest letter
}

// byRarity are the characters of logs, the rarest first.
const byRarity = "zqxjkvwybfhgpumdlcsnorit0123456789ae"

func needleOf(parts []string) needle {
	var n needle
	for _, p := range parts {
		if isASCII(p) && len(p) > len(n.text) {
			n = needle{text: p}
		}
	}
	rarest := len(byRarity)
	for i := range len(n.text) {
		if rarity := strings.IndexByte(byRarity, n.text[i]); rarity >= 0 && rarity < rarest {
			n.at, rarest = i, rarity
		}
	}
	return n
}

// mayBeIn reports whether the needle may be in a text once that is folded.
func (n needle) mayBeIn(raw string) bool {
	if n.text == "" {
		return true
	}
	lower := n.text[n.at]
	upper := lower
	if lower >= 'a' && lower <= 'z' {
		upper -= 'a' - 'A'
	}
	if n.stands(raw, lower) || upper != lower && n.stands(raw, upper) {
		return true
	}
	// The letters beyond ASCII that fold to one of it.
	return strings.Contains(raw, "\u212a") || strings.Contains(raw, "\u0130")
}

// stands reports whether the needle is around some place of a character.
func (n needle) stands(raw string, c byte) bool {
	for from := n.at; from < len(raw); {
		i := strings.IndexByte(raw[from:], c)
		if i < 0 {
			return false
		}
		from += i + 1
		if start := from - 1 - n.at; start+len(n.text) <= len(raw) && equalFold(raw[start:start+len(n.text)], n.text) {
			return true
		}
	}
	return false
}

// find looks for the term at every place of its first part.
func (n termNode) find(raw string) bool {
	first := n.parts[0]
	openLeft := first == "" // a star at the left end
	parts := n.parts
	if openLeft {
		for len(parts) > 1 && parts[0] == "" {
			parts = parts[1:]
		}
		first = parts[0]
	}
	if first == "" {
		return true // nothing but stars
	}
	for from := 0; ; {
		i := strings.Index(raw[from:], first)
		if i < 0 {
			return false
		}
		i += from
		if (openLeft || n.bounded(raw, i-1)) && n.rest(raw, i+len(first), parts[1:]) {
			return true
		}
		from = i + 1
	}
}

// rest reports whether the further parts follow within the same segment and
// the last one ends at a boundary.
func (n termNode) rest(raw string, at int, parts []string) bool {
	if len(parts) == 0 {
		return n.bounded(raw, at)
	}
	segment := at
	for segment < len(raw) && !breakers[raw[segment]].major {
		segment++
	}
	if len(parts) == 1 && parts[0] == "" {
		return true // a star at the right end
	}
	for from := at; from <= len(raw); {
		i := strings.Index(raw[from:], parts[0])
		if i < 0 || from+i > segment {
			return false
		}
		if n.rest(raw, from+i+len(parts[0]), parts[1:]) {
			return true
		}
		from += i + 1
	}
	return false
}

// bounded reports whether the byte at i, next to the term, is a boundary.
func (n termNode) bounded(raw string, i int) bool {
	if i < 0 || i >= len(raw) {
		return true
	}
	b := breakers[raw[i]]
	return b.major || b.any && !n.whole
}
