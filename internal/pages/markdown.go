package pages

import (
	"path"
	"strings"

	"github.com/pugmark/pugmark/internal/markdown"
)

// Markdown returns the pages as Markdown that GitHub and its like show; the
// home page is README.md.
func Markdown(c Content) []File {
	b := newBook(c)
	var files []File
	for _, p := range b.pages() {
		m := &markdownPage{from: p.path}
		m.page(p)
		files = append(files, File{Name: markdownName(p.path), Text: []byte(strings.TrimRight(m.String(), "\n") + "\n")})
	}
	return files
}

func markdownName(page string) string {
	if page == "index" {
		return "README.md"
	}
	return page + ".md"
}

// markdownPage writes one page.
type markdownPage struct {
	strings.Builder
	from string // the page's path
}

func (m *markdownPage) line(s string) { m.WriteString(s + "\n") }

func (m *markdownPage) page(p *page) {
	m.line("# " + markdown.Text(oneLine(p.title)) + "\n")
	if len(p.badges) > 0 {
		texts := make([]string, len(p.badges))
		for i, b := range p.badges {
			texts[i] = markdown.Text(oneLine(b.Text))
		}
		m.line(strings.Join(texts, " · ") + "\n")
	}
	for _, s := range p.sections {
		m.line(`<a id="` + s.ID + `"></a>` + "\n")
		m.line("## " + markdown.Text(oneLine(s.Title)) + "\n")
		for _, block := range s.Blocks {
			m.block(block)
		}
	}
}

func (m *markdownPage) block(b Block) {
	switch b.Kind {
	case Sub:
		m.line("### " + markdown.Text(oneLine(b.Text)) + "\n")
	case Prose:
		for _, p := range paragraphs(b.Text) {
			m.line(markdown.Text(p) + "\n")
		}
	case Code:
		m.line(markdown.Fenced(codeText(b.Text)))
	case Bullets:
		for _, item := range b.Items {
			m.line("- " + m.inline(item))
		}
		m.line("")
	case Note:
		sign := "> "
		if b.Warn {
			sign = "> ⚠ "
		}
		for _, item := range b.Items {
			m.line(sign + m.inline(item) + "\n")
		}
	case Table:
		m.line("| " + strings.Join(b.Head, " | ") + " |")
		m.line(strings.Repeat("| --- ", len(b.Head)) + "|")
		for _, row := range b.Rows {
			cells := make([]string, len(row))
			for i, cell := range row {
				cells[i] = m.inline(cell)
			}
			m.line("| " + strings.Join(cells, " | ") + " |")
		}
		m.line("")
	}
}

// inline writes a run of text. It holds no |, which would end a table's cell.
func (m *markdownPage) inline(line Inline) string {
	var b strings.Builder
	for _, span := range line {
		text := oneLine(span.Text)
		switch {
		case span.Text == " ":
			text = " "
		case span.Code:
			text = markdown.Code(codeLine(span.Text))
		default:
			// The blanks around a span keep it apart from the next one.
			if lead := strings.HasPrefix(span.Text, " "); lead {
				text = " " + text
			}
			if trail := strings.HasSuffix(span.Text, " "); trail {
				text += " "
			}
			text = markdown.Text(text)
		}
		if span.Bold {
			text = "**" + text + "**"
		}
		switch {
		case span.URL != "":
			text = "[" + text + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", `\`, "%5C").Replace(span.URL) + ">)"
		case span.Page != "":
			text = "[" + text + "](" + m.to(span.Page) + ")"
		}
		b.WriteString(text)
	}
	return b.String()
}

// to returns the address of another page as seen from this one.
func (m *markdownPage) to(page string) string {
	target, anchor, ok := strings.Cut(page, "#")
	address := up(m.from) + markdownName(target)
	if ok {
		address += "#" + anchor
	}
	return address
}

// up leads from a page to the folder of the home page.
func up(from string) string {
	if path.Dir(from) == "." {
		return ""
	}
	return strings.Repeat("../", strings.Count(from, "/"))
}
