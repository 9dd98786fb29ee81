package export

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge"
)

// App is what an app for Splunk is made of.
type App struct {
	Label      string // stands before the names of saved searches
	Detections []*detection.Detection
	Baselines  []*detection.Baseline
	// Base and Env are where the searches find their macros and lookups.
	Base *knowledge.Base
	Env  *command.Env
}

// File is a file of an app; its name has slashes.
type File struct {
	Name string
	Text []byte
}

// ID is the name of the app's folder.
func (a App) ID() string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '_'
	}, a.Label)
	if id = strings.Trim(id, "_-"); id == "" {
		return "app"
	}
	return id
}

// Files returns the files of the app, to be put into a folder of its ID below
// etc/apps: the searches and, of macros and lookups, those that they use. What
// they use and no content has is named in missing: Splunk may have it of
// another app. Sources: Splunk, the specifications of the .conf files.
func (a App) Files() (files []File, missing []string, err error) {
	used := a.used()
	var transforms, collections bytes.Buffer
	var tables []File
	for _, name := range slices.Sorted(maps.Keys(used.tables)) {
		t := used.tables[name]
		d := t.Definition()
		if d.CSV == "" {
			fmt.Fprintf(&collections, "[%s]\nenforceTypes = false\nreplicate = false\n\n", confName(d.Collection))
		} else {
			var table bytes.Buffer
			if err := t.WriteCSV(&table); err != nil {
				return nil, nil, fmt.Errorf("lookup %s: %w", d.Name, err)
			}
			tables = append(tables, File{"lookups/" + d.CSV, table.Bytes()})
		}
		if d.File != "" { // else searches name the file of the table
			lookup(&transforms, d)
		}
	}
	for _, f := range []File{
		{"default/app.conf", a.conf()},
		{"default/collections.conf", collections.Bytes()},
		{"default/macros.conf", macrosConf(used.macros)},
		{"default/savedsearches.conf", a.savedSearches()},
		{"default/transforms.conf", transforms.Bytes()},
		{"metadata/default.meta", []byte("[]\naccess = read : [ * ], write : [ admin ]\nexport = system\n")},
	} {
		if f.Text = bytes.TrimRight(f.Text, "\n"); len(f.Text) > 0 {
			f.Text = append(f.Text, '\n')
			files = append(files, f)
		}
	}
	return append(files, tables...), slices.Sorted(maps.Keys(used.missing)), nil
}

// conf is app.conf.
func (a App) conf() []byte {
	var b bytes.Buffer
	s := stanza{&b}
	b.WriteString("[install]\nis_configured = 0\n\n[ui]\nis_visible = 0\n")
	s.set("label", a.Label)
	b.WriteString("\n[launcher]\nversion = 1.0.0\n\n[package]\n")
	s.set("id", a.ID())
	return b.Bytes()
}

func (a App) savedSearches() []byte {
	text := SavedSearches(a.Detections, a.Label)
	var b bytes.Buffer
	b.Write(text)
	for _, base := range a.Baselines {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "[%s]\n", confName(a.Label+" - "+base.Name))
		s := stanza{&b}
		s.schedule(base.When())
		s.set("disabled", "true")
		s.set("is_visible", "false")
		s.set("search", base.Search.Text)
	}
	return b.Bytes()
}

// usedThings are the macros and lookups that searches use.
type usedThings struct {
	macros  map[string]knowledge.MacroDefinition // by the names of their stanzas
	tables  map[string]*knowledge.Table
	missing map[string]bool
}

func (a App) used() usedThings {
	u := usedThings{map[string]knowledge.MacroDefinition{}, map[string]*knowledge.Table{}, map[string]bool{}}
	searches := slices.Clone(a.Detections)
	for _, b := range a.Baselines {
		searches = append(searches, &detection.Detection{File: b.File, Search: b.Search})
	}
	for _, d := range searches {
		uses := d.Uses(a.Env)
		for _, m := range uses.Macros {
			def, ok := a.Base.Macros.Definition(m.Name, len(m.Args))
			switch {
			case !m.Known:
				u.missing["macro "+m.Name] = true
			case ok && (def.Given || m.Name == d.FilterMacro):
				def.Name = m.Name
				u.macros[macroStanza(def)] = def
			}
		}
		for _, name := range uses.Lookups {
			if t, ok := a.Base.Lookups.Table(name); ok {
				u.tables[t.Definition().Name] = t
			} else {
				u.missing["lookup "+name] = true
			}
		}
	}
	return u
}

// macroStanza is the name of a macro with the number of its arguments.
func macroStanza(m knowledge.MacroDefinition) string {
	if len(m.Args) == 0 {
		return m.Name
	}
	return fmt.Sprintf("%s(%d)", m.Name, len(m.Args))
}

func macrosConf(macros map[string]knowledge.MacroDefinition) []byte {
	var b bytes.Buffer
	s := stanza{&b}
	for _, name := range slices.Sorted(maps.Keys(macros)) {
		m := macros[name]
		fmt.Fprintf(&b, "[%s]\n", confName(name))
		if len(m.Args) > 0 {
			s.set("args", strings.Join(m.Args, ", "))
		}
		s.set("definition", m.Definition)
		if m.Description != "" {
			s.set("description", m.Description)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// lookup writes a stanza of transforms.conf.
func lookup(b *bytes.Buffer, d knowledge.LookupDefinition) {
	s := stanza{b}
	fmt.Fprintf(b, "[%s]\n", confName(d.Name))
	if d.CSV != "" {
		s.set("filename", d.CSV)
	} else {
		s.set("external_type", "kvstore")
		s.set("collection", cmp.Or(d.Collection, d.Name))
		s.set("fields_list", strings.Join(d.Fields, ", "))
	}
	for _, setting := range d.Settings {
		s.set(setting[0], setting[1])
	}
	b.WriteByte('\n')
}
