package pages

import (
	"path"
	"regexp"
	"strings"
)

// Markdown returns the pages as Markdown that GitHub and its like show; the
// home page is README.md.
func Markdown(c Content) []File {
	b := newBook(c)
	var files []File
	for _, p := range b.pages() {
		m := &markdown{from: p.path}
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

// markdown writes one page.
type markdown struct {
	strings.Builder
	from string // the page's path
}

func (m *markdown) line(s string) { m.WriteString(s + "\n") }

func (m *markdown) page(p *page) {
	m.line("# " + markdownText(oneLine(p.title)) + "\n")
	if len(p.badges) > 0 {
		texts := make([]string, len(p.badges))
		for i, b := range p.badges {
			texts[i] = markdownText(oneLine(b.Text))
		}
		m.line(strings.Join(texts, " · ") + "\n")
	}
	for _, s := range p.sections {
		m.line(`<a id="` + s.ID + `"></a>` + "\n")
		m.line("## " + markdownText(oneLine(s.Title)) + "\n")
		for _, block := range s.Blocks {
			m.block(block)
		}
	}
}

func (m *markdown) block(b Block) {
	switch b.Kind {
	case Sub:
		m.line("### " + markdownText(oneLine(b.Text)) + "\n")
	case Prose:
		for _, p := range paragraphs(b.Text) {
			m.line(markdownText(p) + "\n")
		}
	case Code:
		text := codeText(b.Text)
		fence := strings.Repeat("`", max(3, longestRun(text)+1))
		m.line(fence + "\n" + text + "\n" + fence + "\n")
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
func (m *markdown) inline(line Inline) string {
	var b strings.Builder
	for _, span := range line {
		text := oneLine(span.Text)
		switch {
		case span.Text == " ":
			text = " "
		case span.Code:
			text = markdownCode(codeLine(span.Text))
		default:
			// The blanks around a span keep it apart from the next one.
			if lead := strings.HasPrefix(span.Text, " "); lead {
				text = " " + text
			}
			if trail := strings.HasSuffix(span.Text, " "); trail {
				text += " "
			}
			text = markdownText(text)
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
func (m *markdown) to(page string) string {
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

// markdownCode writes code within a line. Pipes are written as an entity in
// <code>, since a table's cell ends at one even within backticks.
func markdownCode(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "–"
	}
	if strings.ContainsAny(s, "|`") {
		return "<code>" + markdownEntities.Replace(s) + "</code>"
	}
	return "`" + s + "`"
}

var markdownEntities = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", "*", "&#42;", "_", "&#95;", "[", "&#91;", "]", "&#93;",
	`\`, "&#92;", "$", "&#36;", "~", "&#126;", "!", "&#33;", ":", "&#58;",
)

// lineStart is what Markdown takes for a heading, list, rule or the like at
// the beginning of a line.
var lineStart = regexp.MustCompile(`(?m)^(\s*)([#+=~-]|\d+[.)])`)

// entity is what Markdown would take for another character.
var entity = regexp.MustCompile(`^&#?[0-9A-Za-z]+;`)

// markdownText writes text so that Markdown shows it as it is.
func markdownText(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch r {
		case '\\', '`', '*', '[', ']', '<', '>', '|', '$', '~':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '&':
			if entity.MatchString(s[i:]) {
				b.WriteByte('\\')
			}
			b.WriteByte('&')
		case '_':
			// Within a word it means nothing, and names are easier to read so.
			if !(i > 0 && isWord(s[i-1]) && i+1 < len(s) && isWord(s[i+1])) {
				b.WriteByte('\\')
			}
			b.WriteByte('_')
		case '\n':
			b.WriteString("\\\n") // the break stays
		default:
			b.WriteRune(r)
		}
	}
	return lineStart.ReplaceAllStringFunc(b.String(), func(s string) string {
		last := len(s) - 1
		return s[:last] + `\` + s[last:]
	})
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// longestRun returns the length of the longest run of backticks.
func longestRun(s string) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
