package pages

import (
	"net/url"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
)

// webLink returns a span that leads to an address if it is one of the web, and
// the text alone otherwise: content may name javascript: or file: as well.
func webLink(text, address string) Span {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return Span{Text: text}
	}
	return Span{Text: text, URL: u.String()}
}

func techniqueURL(id string) string {
	return "https://attack.mitre.org/techniques/" + strings.ReplaceAll(url.PathEscape(id), ".", "/") + "/"
}

func cveURL(id string) string { return "https://nvd.nist.gov/vuln/detail/" + url.PathEscape(id) }

// nistURL leads to a category of the NIST Cybersecurity Framework such as DE.CM.
func nistURL(category string) string {
	function, _, ok := strings.Cut(strings.ToLower(category), ".")
	if !ok {
		return "https://www.nist.gov/cyberframework"
	}
	return "https://csf.tools/reference/nist-cybersecurity-framework/v1-1/" + url.PathEscape(function) + "/" + url.PathEscape(strings.ReplaceAll(strings.ToLower(category), ".", "-")) + "/"
}

const (
	killChainURL = "https://www.lockheedmartin.com/en-us/capabilities/cyber/cyber-kill-chain.html"
	cisURL       = "https://www.cisecurity.org/controls/cis-controls-list"
)

func (b *book) linkTo(d *detection.Detection) Inline {
	return Inline{{Text: d.Name, Page: b.paths[d]}}
}

// linkToStory leads to the page of a story, which exists only if content has
// the story.
func (b *book) linkToStory(name string) Span {
	return Span{Text: name, Page: b.storyPaths[name]}
}

// techniqueLinks names techniques, each leading to where the index has it.
func techniqueLinks(techniques []detection.Technique) Inline {
	var line Inline
	for _, t := range techniques {
		if line != nil {
			line = append(line, Span{Text: ", "})
		}
		line = append(line, Span{Text: strings.TrimSpace(t.ID + " " + t.Name), Page: "techniques#" + slug(t.ID)})
	}
	return orDash(line)
}

func tacticLinks(tactics []string) Inline {
	var line Inline
	for _, t := range tactics {
		if line != nil {
			line = append(line, Span{Text: ", "})
		}
		line = append(line, Span{Text: t, Page: "tactics#" + slug(t)})
	}
	return orDash(line)
}

func orDash(line Inline) Inline {
	if len(line) == 0 {
		return plain("–")
	}
	return line
}
