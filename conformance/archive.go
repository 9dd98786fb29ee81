package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// Archive is one file of the corpus.
type Archive struct {
	File  string
	Cases []*Case
	text  *txtar.Archive
}

// ParseArchive reads a file of the corpus. Sections that it does not know and
// cases without an expectation or without a source of their answer are errors,
// so that nothing is passed over in silence.
func ParseArchive(file string, text []byte) (*Archive, error) {
	a := &Archive{File: file, text: txtar.Parse(text)}
	p := &archiveParser{archive: a, byName: map[string]*Case{}}
	_, comment, _ := strings.Cut(string(a.text.Comment), "\n#")
	notes, _ := cutNotes("#" + comment)
	for i := range a.text.Files {
		if err := p.section(&a.text.Files[i]); err != nil {
			return a, fmt.Errorf("%s: %s: %w", file, a.text.Files[i].Name, err)
		}
	}
	for _, c := range a.Cases {
		if len(c.Notes) == 0 || onlyNot(c.Notes) {
			c.Notes = append(c.Notes, notes...)
		}
		if err := c.complete(); err != nil {
			return a, fmt.Errorf("%s: %s: %w", file, c.Name, err)
		}
	}
	return a, nil
}

type archiveParser struct {
	archive *Archive
	byName  map[string]*Case
	events  []string
	lookups []Lookup
	macros  []Macro
}

// section reads a section. Events, lookups and macros hold for the cases after
// them.
func (p *archiveParser) section(f *txtar.File) error {
	text := string(f.Data)
	switch {
	case f.Name == "events":
		p.events = lines(text)
		return nil
	case f.Name == "macros":
		return p.addMacros(text)
	case strings.HasPrefix(f.Name, "lookup "):
		return p.addLookup(strings.TrimSuffix(strings.TrimPrefix(f.Name, "lookup "), ".csv"), text)
	}
	dot := strings.LastIndexByte(f.Name, '.')
	if dot < 0 {
		return fmt.Errorf("a section of no known kind")
	}
	name, kind := f.Name[:dot], f.Name[dot+1:]
	c := p.byName[name]
	if c == nil {
		c = &Case{File: p.archive.File, Name: name, Events: p.events, Lookups: p.lookups, Macros: p.macros}
		p.byName[name] = c
		p.archive.Cases = append(p.archive.Cases, c)
	}
	switch kind {
	case "spl":
		c.Notes, c.Search = cutNotes(text)
		c.Search = strings.TrimSuffix(c.Search, "\n")
		c.searched = true
	case "events":
		c.Events = lines(text)
	case "rows":
		var err error
		c.HasRows = true
		c.Rows, err = ParseRows(text)
		return err
	case "error":
		c.Error = strings.TrimRight(text, "\n")
	case "warn":
		c.Warn = strings.TrimRight(text, "\n")
	case "reads":
		c.Reads = strings.TrimRight(text, "\n")
	default:
		return fmt.Errorf("a section of no known kind")
	}
	return nil
}

func (p *archiveParser) addMacros(text string) error {
	for _, line := range lines(text) {
		head, definition, ok := strings.Cut(line, "=")
		if !ok {
			return fmt.Errorf("%q: name=definition was expected", line)
		}
		m := Macro{Definition: definition}
		name, args, hasArgs := strings.Cut(strings.TrimSuffix(head, ")"), "(")
		m.Name = name
		if hasArgs {
			for arg := range strings.SplitSeq(args, ",") {
				m.Args = append(m.Args, strings.TrimSpace(arg))
			}
		}
		p.macros = append(slices.Clip(p.macros), m)
	}
	return nil
}

func (p *archiveParser) addLookup(name, text string) error {
	l := Lookup{Name: name, Options: map[string]string{}}
	if options, ok := strings.CutPrefix(text, "#"); ok {
		line, rest, _ := strings.Cut(options, "\n")
		for option := range strings.FieldsSeq(line) {
			key, v, ok := strings.Cut(option, "=")
			if !ok {
				return fmt.Errorf("%q: name=value was expected", option)
			}
			l.Options[key] = v
		}
		text = rest
	}
	l.CSV = text
	p.lookups = append(slices.Clip(p.lookups), l)
	return nil
}

// complete checks that a case says what is expected and how that is known.
func (c *Case) complete() error {
	switch {
	case !c.searched:
		return fmt.Errorf("no search")
	case !c.HasRows && c.Error == "" && c.Reads == "" && c.Warn == "":
		return fmt.Errorf("nothing is expected of it")
	case !c.HasRows:
		return nil // messages are this project's own
	}
	for _, n := range c.Notes {
		switch n.Kind {
		case "splunk", "differs", "unsure":
			return nil
		}
	}
	return fmt.Errorf("no note says how the answer is known")
}

func onlyNot(notes []Note) bool {
	for _, n := range notes {
		if !strings.HasPrefix(n.Kind, "not ") {
			return false
		}
	}
	return true
}

// cutNotes takes the lines that begin with # off the beginning of a text. A
// line that goes on is indented.
func cutNotes(text string) (notes []Note, rest string) {
	for strings.HasPrefix(text, "#") {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSpace(strings.TrimPrefix(line, "#"))
		kind, note, ok := strings.Cut(line, ": ")
		if ok && isNoteKind(kind) {
			notes = append(notes, Note{kind, strings.TrimSpace(note)})
		} else if n := len(notes); n > 0 && line != "" {
			notes[n-1].Text += " " + line
		}
	}
	return notes, text
}

func isNoteKind(kind string) bool {
	return kind == "splunk" || kind == "differs" || kind == "unsure" || strings.HasPrefix(kind, "not ")
}

func lines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return out
}

// ParseRows reads rows written one JSON object a line, values as texts or, for
// multivalues, arrays of texts.
func ParseRows(text string) ([]Row, error) {
	var rows []Row
	for _, line := range lines(text) {
		row, err := parseRow(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func parseRow(line string) (Row, error) {
	dec := json.NewDecoder(strings.NewReader(line))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("an object was expected")
	}
	row := Row{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		f := Field{Name: name.(string)}
		var one string
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, err
		}
		if json.Unmarshal(raw, &one) == nil {
			f.Values = []string{one}
		} else if err := json.Unmarshal(raw, &f.Values); err != nil || len(f.Values) < 2 {
			return nil, fmt.Errorf("%s: a text, or several, was expected", f.Name)
		}
		row = append(row, f)
	}
	return row, nil
}

// String writes the row as [ParseRows] reads it.
func (r Row) String() string {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(f.Name) + ":")
		if len(f.Values) == 1 {
			b.WriteString(quote(f.Values[0]))
			continue
		}
		quoted := make([]string, len(f.Values))
		for i, v := range f.Values {
			quoted[i] = quote(v)
		}
		b.WriteString("[" + strings.Join(quoted, ",") + "]")
	}
	b.WriteByte('}')
	return b.String()
}

func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
