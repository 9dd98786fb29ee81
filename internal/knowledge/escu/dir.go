package escu

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// Dir is a content directory: the built-in content, or one that a user named.
type Dir struct {
	// Name is what messages put before the path of a file.
	Name string
	FS   fs.FS
	// only, if not empty, is the one file of the directory that is content.
	only string
}

// Open returns the content directory at a path of the machine. A single YAML
// file is a directory of that file.
func Open(name string) (Dir, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Dir{}, err
	}
	if info.IsDir() {
		return Dir{Name: name, FS: os.DirFS(name)}, nil
	}
	if !isYAML(name) || !info.Mode().IsRegular() {
		return Dir{}, fmt.Errorf("%s: a directory or a YAML file was expected", name)
	}
	dir, base := filepath.Split(name)
	return Dir{Name: dir, FS: os.DirFS(cmp.Or(dir, ".")), only: base}, nil
}

// Kind is a kind of content, named as the folder that holds it.
type Kind string

// The kinds of content that are read; [Other] is known and passed over.
const (
	Detections     Kind = "detections"
	Macros         Kind = "macros"
	Lookups        Kind = "lookups"
	Stories        Kind = "stories"
	DataSources    Kind = "data_sources"
	Baselines      Kind = "baselines"
	Deployments    Kind = "deployments"
	Investigations Kind = "investigations"
	Tests          Kind = "tests"
	Other          Kind = "other"
)

// kindOf returns the kind of content that a folder at the top of a content
// repository holds, "" if none. certain tells that the folder's name means
// nothing else: a folder of tests is content only beside such a one.
func kindOf(folder string) (kind Kind, certain bool) {
	switch k := Kind(folder); k {
	case Detections, Macros, Lookups, Stories, DataSources:
		return k, true
	case Baselines, Deployments, Investigations, Tests:
		return k, false
	case "schedules": // what ESCU 6 has in place of deployments
		return Deployments, false
	}
	return "", false
}

// MaxFiles bounds how many files one content directory may have.
const MaxFiles = 50_000

// Entry is a file of a content directory.
type Entry struct {
	Dir  Dir
	Path string // in the directory, with slashes
	Kind Kind   // "" where only the keys of the file can tell
	// Stray tells that the file lies beside the folders of a repository, where
	// files of other tools lie as well: one that tells no kind is none of ours.
	Stray bool
}

// KindOf returns the kind of the file that the entry is. A baseline or an
// investigation says so wherever it lies; Splunk Security Content has kept
// some among its detections.
func (e Entry) KindOf(f *File) Kind {
	told := f.Kind()
	switch {
	case e.Kind == "" && told == "" && e.Stray:
		return Other
	case e.Kind == "", e.Kind == Detections && (told == Baselines || told == Investigations):
		return told
	}
	return e.Kind
}

// Files lists the YAML files of the directory in the order of their paths.
// Where it has folders of a content repository, these tell the kinds of their
// files and other folders are passed over. What cannot be listed is a problem
// and hides nothing else.
func (d Dir) Files() (entries []Entry, problems diag.List) {
	fail := func(name, format string, args ...any) {
		problems = append(problems, d.problem(name, fmt.Sprintf(format, args...)))
	}
	if d.only != "" {
		return []Entry{{Dir: d, Path: d.only}}, nil
	}
	top, err := fs.ReadDir(d.FS, ".")
	if err != nil {
		fail(".", "the directory cannot be read: %v", cause(err))
		return nil, problems
	}
	layout := d.hasLayout(top)
	walk := func(root string, kind Kind) {
		_ = fs.WalkDir(d.FS, root, func(name string, e fs.DirEntry, err error) error { // every error is recorded below
			switch {
			case err != nil:
				fail(name, "cannot be read: %v", cause(err))
				return fs.SkipDir
			case name != root && strings.HasPrefix(path.Base(name), "."):
				if e.IsDir() {
					return fs.SkipDir
				}
			case len(entries) >= MaxFiles:
				fail(root, "more than %d files of content; the rest was not read", MaxFiles)
				return fs.SkipAll
			case !e.IsDir() && isYAML(name) && !IsTrust(name):
				entries = append(entries, Entry{Dir: d, Path: name, Kind: kind})
			}
			return nil
		})
	}
	if !layout {
		walk(".", "")
		return entries, problems
	}
	for _, e := range top {
		switch kind, _ := kindOf(e.Name()); {
		case isDir(d.FS, e):
			if kind != "" {
				walk(e.Name(), kind)
			}
		case isYAML(e.Name()) && !strings.HasPrefix(e.Name(), ".") && e.Name() != "contentctl.yml" && !IsTrust(e.Name()):
			entries = append(entries, Entry{Dir: d, Path: e.Name(), Stray: true})
		}
	}
	return entries, problems
}

// hasLayout reports whether entries are the top of a content repository.
func (d Dir) hasLayout(top []fs.DirEntry) bool {
	return slices.ContainsFunc(top, func(e fs.DirEntry) bool {
		_, certain := kindOf(e.Name())
		return certain && isDir(d.FS, e)
	})
}

// Folder is a folder at the top of a content repository that is not read.
type Folder struct {
	Label string // as messages name it
	Files int    // of YAML
	Why   string // "" where nothing is known of it
}

// notRead are the folders of Splunk Security Content that hold nothing for
// pugmark.
var notRead = map[string]string{
	"dashboards":     "dashboards are for Splunk to show",
	"playbooks":      "playbooks are for Splunk SOAR to run",
	"removed":        "removed content is not run any more",
	"ssa_detections": "these are written in SPL2, for Splunk Behavioral Analytics",
}

// PassedOver returns the folders of a content repository that hold YAML and
// are not read.
func (d Dir) PassedOver() []Folder {
	top, err := fs.ReadDir(d.FS, ".")
	if err != nil || d.only != "" || !d.hasLayout(top) {
		return nil
	}
	var folders []Folder
	for _, e := range top {
		if kind, _ := kindOf(e.Name()); kind != "" || strings.HasPrefix(e.Name(), ".") || !isDir(d.FS, e) {
			continue
		}
		folder := Folder{Label: d.Label(e.Name()), Why: notRead[e.Name()]}
		_ = fs.WalkDir(d.FS, e.Name(), func(name string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return fs.SkipDir // it is not read anyway
			case folder.Files >= MaxFiles:
				return fs.SkipAll
			case !e.IsDir() && isYAML(name):
				folder.Files++
			}
			return nil
		})
		if folder.Files > 0 {
			folders = append(folders, folder)
		}
	}
	return folders
}

// IsTrust reports whether a file is no content but says whose accounts are
// whose: for all searches at the top of a content directory, for a test
// elsewhere.
func IsTrust(name string) bool {
	base := path.Base(name)
	return base == "trust.yaml" || base == "trust.yml"
}

func isYAML(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".yml" || ext == ".yaml"
}

// isDir follows a symbolic link, as a checkout may have one at its top.
func isDir(fsys fs.FS, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := fs.Stat(fsys, e.Name())
	return err == nil && info.IsDir()
}

// Label is how messages name the file.
func (e Entry) Label() string { return e.Dir.Label(e.Path) }

// Label is how messages name a file of the directory.
func (d Dir) Label(name string) string {
	if d.Name == "" {
		return name
	}
	return path.Join(filepath.ToSlash(d.Name), name)
}

// HasFile reports whether the directory has a regular file.
func (d Dir) HasFile(name string) bool {
	info, err := fs.Stat(d.FS, name)
	return err == nil && info.Mode().IsRegular()
}

// Below returns the names of all files below a folder, not only of YAML, none
// where it cannot be read.
func (d Dir) Below(folder string) []string {
	var names []string
	_ = fs.WalkDir(d.FS, folder, func(name string, e fs.DirEntry, err error) error { // listing the files tells the errors
		switch {
		case err != nil:
			return fs.SkipDir
		case len(names) >= MaxFiles:
			return fs.SkipAll
		case !e.IsDir():
			names = append(names, name)
		}
		return nil
	})
	return names
}

func (d Dir) problem(name, message string) *diag.Error {
	return &diag.Error{Source: &diag.Source{Name: d.Label(name)}, Code: diag.BadContent, Message: message}
}

// Read reads and parses the file.
func (e Entry) Read() (*File, error) {
	text, err := e.Dir.ReadFile(e.Path, MaxFile+1)
	if err != nil {
		return nil, err
	}
	return Parse(e.Label(), text)
}

// ReadFile returns at most limit bytes of a regular file of the directory.
// The problem, if there is one, is of type [*diag.Error].
func (d Dir) ReadFile(name string, limit int64) ([]byte, error) {
	text, err := readFile(d.FS, name, limit)
	if err != nil {
		return nil, d.problem(name, "cannot be read: "+cause(err).Error())
	}
	return text, nil
}

func readFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	// Asked before the file is opened: to open a pipe waits for its writer.
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	return io.ReadAll(io.LimitReader(f, limit))
}

// cause drops the operation and the path, which the message has already.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
