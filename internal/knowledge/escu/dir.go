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
// Baselines and tests are content only beside one of the first.
const (
	Detections  Kind = "detections"
	Macros      Kind = "macros"
	Lookups     Kind = "lookups"
	Stories     Kind = "stories"
	DataSources Kind = "data_sources"
	Baselines   Kind = "baselines"
	Tests       Kind = "tests"
	Other       Kind = "other"
)

// kindOf returns the kind of content that a folder at the top of a content
// repository holds, "" if none.
func kindOf(folder string) Kind {
	switch k := Kind(folder); k {
	case Detections, Macros, Lookups, Stories, DataSources:
		return k
	}
	return ""
}

// MaxFiles bounds how many files one content directory may have.
const MaxFiles = 50_000

// Entry is a file of a content directory.
type Entry struct {
	Dir  Dir
	Path string // in the directory, with slashes
	Kind Kind   // "" where only the keys of the file can tell
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
	layout := slices.ContainsFunc(top, func(e fs.DirEntry) bool { return kindOf(e.Name()) != "" && isDir(d.FS, e) })
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
			case !e.IsDir() && isYAML(name):
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
		kind := kindOf(e.Name())
		if k := Kind(e.Name()); k == Baselines || k == Tests {
			kind = k
		}
		switch {
		case isDir(d.FS, e):
			if kind != "" {
				walk(e.Name(), kind)
			}
		case isYAML(e.Name()) && !strings.HasPrefix(e.Name(), ".") && e.Name() != "contentctl.yml":
			entries = append(entries, Entry{Dir: d, Path: e.Name()})
		}
	}
	return entries, problems
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
