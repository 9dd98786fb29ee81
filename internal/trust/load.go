package trust

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
)

// Bounds of what is read. AWS Organizations describes an account in about 300
// bytes, and few organizations have more than 10,000.
const (
	MaxFile    = 64 << 20 // bytes
	MaxEntries = 100_000  // of all files
	// maxProblems bounds how many problems of a file are told.
	maxProblems = 100
)

// File is a trust file, or what AWS Organizations answered, to be read.
type File struct {
	Name string // as messages name it
	Text []byte
}

// Load reads files: YAML that somebody wrote, or the JSON that the AWS CLI
// prints. Where both tell of an account, what somebody wrote counts, with the
// name and the organization from AWS where it has none. All problems are told,
// each with its place; what is wrong is not trusted and hides nothing else.
func Load(files ...File) (*Trust, diag.List) {
	l := &loader{trust: &Trust{entries: map[string]*Entry{}}}
	for _, f := range files {
		switch text := f.text(); {
		case len(f.Text) > MaxFile:
			l.fail(&diag.Source{Name: f.Name}, diag.Span{}, "", "the file has more than %d bytes", MaxFile)
		case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
			l.fail(&diag.Source{Name: f.Name}, diag.Span{}, "in PowerShell, write it with: | Out-File -Encoding utf8", "the file is written in UTF-16, not in UTF-8")
		case strings.HasPrefix(strings.TrimSpace(text), "{"), strings.HasPrefix(strings.TrimSpace(text), "["):
			l.json(&diag.Source{Name: f.Name, Text: text})
		default:
			l.yaml(f)
		}
	}
	l.checkMembers()
	return l.trust, l.problems
}

// text is the file's text without a byte order mark.
func (f File) text() string { return strings.TrimPrefix(string(f.Text), "\ufeff") }

type loader struct {
	trust    *Trust
	problems diag.List
	members  []member
	last     position
	failing  *diag.Source // the file of the last problem
	failed   int          // how many it had
}

// position is where the last entry stood: the next one stands behind it, so
// that lines are counted once in a long file.
type position struct {
	source               *diag.Source
	offset, line, column int
}

// member is an entry that names its organization, and where it does.
type member struct {
	entry  *Entry
	source *diag.Source
	span   diag.Span
}

func (l *loader) fail(source *diag.Source, span diag.Span, hint, format string, args ...any) {
	if l.failing != source {
		l.failing, l.failed = source, 0
	}
	switch l.failed++; {
	case l.failed == maxProblems:
		hint, format, args = "", "there are more problems from here on, which are not told", nil
	case l.failed > maxProblems:
		return
	}
	l.problems = append(l.problems, &diag.Error{Source: source, Span: span, Code: diag.BadContent, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// The IDs. Source: AWS Organizations API Reference.
var (
	accountID      = regexp.MustCompile(`^\d{12}$`)
	organizationID = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	ouID           = regexp.MustCompile(`^ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$`)
)

// checkID says what is wrong with an ID of a kind, "" if nothing is.
func checkID(id string, kind Kind) (wrong, hint string) {
	switch kind {
	case Account:
		if !accountID.MatchString(id) {
			if digits := strings.NewReplacer("-", "", " ", "").Replace(id); accountID.MatchString(digits) {
				hint = "write " + digits
			}
			return "an account's number of 12 digits was expected", hint
		}
	case Organization:
		if !organizationID.MatchString(id) {
			return "an organization's ID was expected, o- and 10 to 32 letters and digits", ""
		}
	case OU:
		if !ouID.MatchString(id) {
			return "an organizational unit's ID was expected, such as ou-ab12-cdefgh34", ""
		}
	}
	return "", ""
}

// add takes an entry unless another one stands in its way.
func (l *loader) add(e *Entry, source *diag.Source, span diag.Span) {
	e.Place = l.placeOf(source, span.Start)
	before := l.trust.entries[e.ID]
	if e.Organization != "" {
		l.members = append(l.members, member{e, source, span})
	}
	switch {
	case before == nil && len(l.trust.entries) >= MaxEntries:
		l.fail(source, span, "", "more than %d accounts, organizations and OUs", MaxEntries)
	case before == nil:
		l.trust.entries[e.ID] = e
	case before.Relation != e.Relation:
		l.fail(source, span, "take one of them out", "%s is said to be %s here and %s at %s", e.ID, whose(e.Relation), whose(before.Relation), before.Place)
	case e.fetched:
		before.complete(e)
	case before.fetched:
		e.complete(before)
		*before = *e
	default:
		l.fail(source, span, "take one of them out", "%s is listed twice, first at %s", e.ID, before.Place)
	}
}

// complete takes over what AWS tells and the entry does not.
func (e *Entry) complete(fetched *Entry) {
	if e.Name == "" {
		e.Name = fetched.Name
	}
	if e.Reason == "" {
		e.Reason = fetched.Reason
	}
	if e.Organization == "" {
		e.Organization = fetched.Organization
	}
}

func whose(r Relation) string {
	if r == Own {
		return "ours"
	}
	return "a vendor's"
}

func (l *loader) placeOf(source *diag.Source, offset int) string {
	p := &l.last
	if p.source != source || offset < p.offset {
		*p = position{source: source, line: 1, column: 1}
	}
	passed := source.Text[p.offset:offset]
	if lines := strings.Count(passed, "\n"); lines > 0 {
		p.line, p.column = p.line+lines, 1
		passed = passed[strings.LastIndexByte(passed, '\n')+1:]
	}
	p.offset, p.column = offset, p.column+utf8.RuneCountInString(passed)
	return fmt.Sprintf("%s:%d:%d", source.Name, p.line, p.column)
}

// checkMembers names entries that belong to an organization of the other side.
func (l *loader) checkMembers() {
	for _, m := range l.members {
		if o := l.trust.entries[m.entry.Organization]; o != nil && o.Relation != m.entry.Relation {
			l.fail(m.source, m.span, "", "%s is said to be %s, and its organization %s to be %s at %s",
				m.entry.ID, whose(m.entry.Relation), o.ID, whose(o.Relation), o.Place)
		}
	}
}

// yaml reads a file that somebody wrote.
func (l *loader) yaml(f File) {
	file, err := escu.Parse(f.Name, f.Text)
	if err != nil {
		l.problems = append(l.problems, diag.All(err)...)
		return
	}
	for _, side := range []struct {
		key      string
		relation Relation
	}{{"ours", Own}, {"vendors", Vendor}} {
		lists := file.Root.Map(side.key)
		for _, list := range []struct {
			key  string
			kind Kind
		}{{"organizations", Organization}, {"ous", OU}, {"accounts", Account}} {
			for _, m := range lists.Maps(list.key) {
				l.entry(file, m, Entry{Kind: list.kind, Relation: side.relation})
			}
		}
		unknown(file, lists, "accounts", "organizations", "ous")
	}
	unknown(file, file.Root, "ours", "vendors")
	l.problems = append(l.problems, file.Problems()...)
}

// entry reads one entry of a list.
func (l *loader) entry(file *escu.File, m *escu.Map, e Entry) {
	e.ID, e.Name, e.Owner, e.Reason = m.Text("id"), m.Text("name"), m.Text("owner"), m.Text("reason")
	if e.Kind != Organization {
		e.Organization = m.Text("organization")
	}
	expires := m.Text("expires")
	unknown(file, m, "id", "name", "owner", "reason", "organization", "expires")
	if wrong, hint := checkID(e.ID, e.Kind); wrong != "" {
		file.Fail(m.Span("id"), hint, "id: %s, not %q", wrong, e.ID)
		return
	}
	if e.Organization != "" {
		if wrong, _ := checkID(e.Organization, Organization); wrong != "" {
			file.Fail(m.Span("organization"), "", "organization: %s, not %q", wrong, e.Organization)
			return
		}
	}
	if m.Has("expires") {
		day, err := time.Parse(time.DateOnly, expires)
		if err != nil {
			// An end that cannot be read must not become no end.
			file.Fail(m.Span("expires"), "", "expires: a day such as 2027-06-30 was expected, not %q", expires)
			return
		}
		e.Expires = day
	}
	if e.Relation == Vendor && e.Reason == "" {
		file.Fail(m.Span("id"), "", "a vendor is trusted for a reason: give %s a reason", e.ID)
		return
	}
	l.add(&e, file.Source, m.Span("id"))
}

// unknown tells of keys that mean nothing, most of them misspelt.
func unknown(file *escu.File, m *escu.Map, known ...string) {
	for _, key := range m.Unknown() {
		file.Fail(key.Span, diag.Suggest(key.Name, known), "unknown key %q", key.Name)
	}
}
