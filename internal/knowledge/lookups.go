package knowledge

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/plan"
)

// Lookups finds lookup tables by the name of their definition or of their
// file. A table of the command line wins over one of a content directory, a
// later directory over an earlier one.
type Lookups struct {
	options Options

	mu      sync.RWMutex
	command map[string]*Table
	named   map[string]*Table
	files   map[string]*Table      // by file name
	broken  map[string]*diag.Error // why a lookup that is defined cannot be used
}

var (
	_ plan.LookupCreator   = (*Lookups)(nil)
	_ plan.LookupExplainer = (*Lookups)(nil)
)

func newLookups(options Options) *Lookups {
	return &Lookups{
		options: options,
		command: map[string]*Table{}, named: map[string]*Table{}, files: map[string]*Table{}, broken: map[string]*diag.Error{},
	}
}

// Lookup returns the table of a name. A CSV file may be named with or without
// its ending.
func (l *Lookups) Lookup(name string) (plan.Lookup, bool) {
	l.mu.RLock()
	t := l.find(name)
	l.mu.RUnlock()
	if t == nil {
		t = l.kept(name)
	}
	if t == nil {
		return nil, false
	}
	return t, true
}

// kept returns the table of a file that a search of an earlier run has made,
// nil if there is none.
func (l *Lookups) kept(name string) *Table {
	home := l.homeOf(name)
	if home == "" || !strings.HasSuffix(name, ".csv") || !validName(name) {
		return nil
	}
	if _, err := os.Stat(home); err != nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.create(name)
	if problems := diag.All(err); len(problems) > 0 {
		l.broken[name] = problems[0]
	}
	return t
}

func (l *Lookups) find(name string) *Table {
	stem := strings.TrimSuffix(name, ".csv")
	for _, tables := range []map[string]*Table{l.command, l.named, l.files} {
		for _, spelling := range []string{name, stem, stem + ".csv"} {
			if t := tables[spelling]; t != nil {
				return t
			}
		}
	}
	return nil
}

// LookupNames returns the names known, in byte order.
func (l *Lookups) LookupNames() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	names := map[string]struct{}{}
	for _, tables := range []map[string]*Table{l.command, l.named, l.files} {
		for name := range tables {
			names[name] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// LookupProblem says why a lookup that is defined cannot be used, nil if
// nothing is wrong or it is not defined.
func (l *Lookups) LookupProblem(name string) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if e := l.broken[name]; e != nil && l.find(name) == nil {
		return e
	}
	return nil
}

// CreateLookup makes an empty table for outputlookup. As in Splunk only a
// file, name.csv, comes into being by being written.
func (l *Lookups) CreateLookup(name string) (plan.Lookup, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.create(name)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (l *Lookups) create(name string) (*Table, error) {
	if t := l.find(name); t != nil {
		return t, nil
	}
	if !strings.HasSuffix(name, ".csv") || !validName(name) {
		return nil, fmt.Errorf("%q cannot be a new lookup: a name of letters, digits, _, - and . that ends in .csv was expected", name)
	}
	t := newTable(newDefinition(name), l.options)
	t.home = l.homeOf(name)
	if err := l.fill(t); err != nil {
		return nil, err
	}
	l.files[name] = t
	return t, nil
}

// Unsaved returns the names of the tables that a search has changed for this
// run only, because there is no state directory to keep them in.
func (l *Lookups) Unsaved() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var names []string
	for _, tables := range []map[string]*Table{l.command, l.named, l.files} {
		for _, t := range tables {
			if t.unsaved.Load() {
				names = append(names, t.definition.name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Define adds a table as the command line gives it:
// name=FILE[,option=value]…. The file is CSV, or JSON lines if it is named so.
// With writable=true outputlookup writes the file.
func (l *Lookups) Define(text string) error {
	fail := func(err error) error {
		return &diag.Error{Source: &diag.Source{Name: "--lookup", Text: text}, Span: diag.Span{End: len(text)}, Code: diag.BadArgument, Message: err.Error()}
	}
	name, file, settings, err := splitLookup(text)
	if err != nil {
		return fail(err)
	}
	if !validName(name) {
		return fail(fmt.Errorf("%q is no name of a lookup: letters, digits, _, - and . were expected", name))
	}
	d := newDefinition(name)
	writable := "false"
	for _, s := range settings {
		if s[0] == "writable" {
			writable = s[1]
			continue
		}
		if err := d.set(s[0], s[1]); err != nil {
			return fail(err)
		}
	}
	switch ext := strings.ToLower(filepath.Ext(file)); ext {
	case ".json", ".jsonl", ".ndjson":
		d.keyed = true
	}
	t := newTable(d, l.options)
	switch strings.ToLower(writable) {
	case "true", "t", "yes", "1":
		t.home = file
	case "false", "f", "no", "0":
	default:
		return fail(fmt.Errorf("writable: true or false was expected, not %q", writable))
	}
	content, err := readRegular(file, t.maxBytes+1)
	if errors.Is(err, fs.ErrNotExist) && t.home != "" {
		err = l.empty(t) // to be written by the first search
	} else if err == nil {
		err = t.read(file, content)
	}
	if err != nil {
		if problems := diag.All(err); len(problems) > 0 {
			return err
		}
		return fail(fmt.Errorf("lookup %s: %w", name, err))
	}
	if d.keyed {
		t.definition.fields = t.Columns()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.command[name] = t
	return nil
}

// Fill gives a lookup other rows than those of its file, which comes from
// somewhere else than a table: settings say how it is used if no content
// defines it. A table of that name from the command line is in the way.
func (l *Lookups) Fill(name string, settings [][2]string, columns []string, cells [][]string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.command[name] != nil {
		return fmt.Errorf("the lookup %s has rows of its own from --lookup", name)
	}
	t := l.named[name]
	if t == nil {
		d := newDefinition(name)
		for _, s := range settings {
			if err := d.set(s[0], s[1]); err != nil {
				return err
			}
		}
		t = newTable(d, l.options)
		l.named[name] = t
	}
	if len(cells) > t.maxRows {
		return fmt.Errorf("the lookup %s would have %d rows, more than %d", name, len(cells), t.maxRows)
	}
	return t.set(rows{columns: columns, cells: cells})
}

func (l *Lookups) empty(t *Table) error {
	table := rows{columns: t.definition.fields}
	if t.definition.keyed {
		table.columns = append([]string{keyColumn}, table.columns...)
	}
	return t.set(table)
}

// readRegular reads a file, at most limit bytes of it.
func readRegular(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name) // to open a pipe would wait for its writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	return io.ReadAll(io.LimitReader(f, limit))
}

// homeOf returns the file in which a table is kept between runs.
func (l *Lookups) homeOf(name string) string {
	if l.options.StateDir == "" {
		return ""
	}
	return filepath.Join(l.options.StateDir, name)
}

// fill gives a table the rows kept by an earlier run, or none.
func (l *Lookups) fill(t *Table) error {
	if t.home == "" {
		return l.empty(t)
	}
	text, err := readRegular(t.home, t.maxBytes+1)
	if errors.Is(err, fs.ErrNotExist) {
		return l.empty(t)
	}
	if err != nil {
		return err
	}
	if len(text) == 0 {
		return l.empty(t)
	}
	return t.read(t.home, text)
}

// write keeps the rows in the table's file.
func (t *Table) write(table rows) error {
	return writeWhole(t.home, func(f *os.File) error {
		if t.definition.keyed {
			return writeJSONLines(f, table)
		}
		return writeCSV(f, table)
	})
}

// lookupLayer is the lookups of one content directory while it is loaded.
type lookupLayer struct {
	lookups *Lookups
	dir     escu.Dir
	used    map[string]bool // files that a definition names
	names   map[string]bool
}

func (l *Lookups) layer(dir escu.Dir) *lookupLayer {
	return &lookupLayer{lookups: l, dir: dir, used: map[string]bool{}, names: map[string]bool{}}
}

// load adds the lookup of a content file.
func (l *lookupLayer) load(entry escu.Entry, file *escu.File) {
	stem := strings.TrimSuffix(path.Base(entry.Path), path.Ext(entry.Path))
	d, csv, ok := readDefinition(file, stem)
	if !ok {
		if problems := file.Problems(); len(problems) > 0 && d.name != "" {
			l.lookups.broken[d.name] = problems[0]
		}
		return
	}
	if l.names[d.name] {
		file.Root.Fail("name", "", "lookup %q is defined in another file too", d.name)
		return
	}
	l.names[d.name] = true
	t := newTable(d, l.lookups.options)
	source := ""
	if !d.keyed {
		source = path.Join(path.Dir(entry.Path), csv)
		if !fs.ValidPath(source) {
			file.Root.Fail("filename", "", "%s leads out of the content directory", csv)
			return
		}
		l.used[source] = true
	}
	if err := l.fill(t, source); err != nil {
		problems := diag.All(err)
		if len(problems) == 0 {
			problems = diag.List{{Source: file.Source, Span: file.Root.Span("name"), Code: diag.BadContent, Message: fmt.Sprintf("lookup %q: %v", d.name, err)}}
		}
		l.lookups.broken[d.name] = problems[0]
		file.Root.Fail("name", "", "lookup %q cannot be used: %s", d.name, problems[0].Error())
		return
	}
	l.lookups.named[d.name] = t
	if source != "" {
		l.lookups.files[path.Base(source)] = t
	}
}

// fill gives a table the rows kept by an earlier run, or else those of the
// content directory.
func (l *lookupLayer) fill(t *Table, source string) error {
	name := t.definition.name + ".csv"
	if t.definition.keyed {
		name = t.definition.name + ".jsonl"
	}
	t.home = l.lookups.homeOf(name)
	if t.home != "" {
		if _, err := os.Stat(t.home); err == nil {
			return l.lookups.fill(t)
		}
	}
	if source == "" {
		return l.lookups.empty(t)
	}
	text, err := l.dir.ReadFile(source, t.maxBytes+1)
	if err != nil {
		return err
	}
	return t.read(l.dir.Label(source), text)
}

// loadBareFiles adds the CSV files of the lookups folder that no definition
// names: a search may name the file itself.
func (l *lookupLayer) loadBareFiles() diag.List {
	var problems diag.List
	files, err := fs.ReadDir(l.dir.FS, string(escu.Lookups))
	if err != nil {
		return nil // there is no such folder
	}
	for _, f := range files {
		name := f.Name()
		source := path.Join(string(escu.Lookups), name)
		if l.used[source] || path.Ext(name) != ".csv" || !validName(name) {
			continue
		}
		t := newTable(newDefinition(strings.TrimSuffix(name, ".csv")), l.lookups.options)
		if err := l.fill(t, source); err != nil {
			list := diag.All(err)
			if len(list) > 0 {
				l.lookups.broken[name] = list[0]
			}
			problems = append(problems, list...)
			continue
		}
		l.lookups.files[name] = t
	}
	return problems
}
