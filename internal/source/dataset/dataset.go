// Package dataset finds the files of log records that tests of detections
// name: in the content directory, in a local copy of the public data sets, or
// on the network where that is allowed.
//
// It knows names, places and pointers of Git LFS; it reads no records. Start
// reading at [Finder.Find].
package dataset

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
)

// Finder finds data. It is safe for use by several goroutines.
type Finder struct {
	// Mirror is a directory with a copy of the public data sets, or nil.
	Mirror fs.FS
	// MirrorName is what messages call it.
	MirrorName string
	// Client downloads what is on the network and not in the mirror; nil
	// forbids that.
	Client *http.Client
	// CacheDir keeps what was downloaded.
	CacheDir string
	// MaxBytes bounds a download; 0 means DefaultMaxBytes.
	MaxBytes int64

	mu       sync.Mutex
	fetching map[string]*sync.Mutex // by URL, so that each is fetched once
}

// DefaultMaxBytes is more than the largest of the public data sets has.
const DefaultMaxBytes = 512 << 20

// File is a file that was found.
type File struct {
	// Name is what messages call it.
	Name string
	Size int64
	// Note says what is odd about how it was found, or "".
	Note string
	Open func() (io.ReadCloser, error)
}

// Missing is the error for data that is not here. It is no failure of a test.
type Missing struct {
	Data   string // as the test names it
	Reason string
	Hint   string // what to do about it, or ""
	// Pointer tells that there is only a pointer of Git LFS.
	Pointer bool
}

// Error gives the reason and the hint on one line.
func (m *Missing) Error() string {
	s := m.Data + ": " + m.Reason
	if m.Hint != "" {
		s += "; " + m.Hint
	}
	return s
}

// Find returns the file that a test names: a URL, or a path in the content
// directory. An error is of type [*Missing], or that of ctx.
func (f *Finder) Find(ctx context.Context, data string, content fs.FS) (*File, error) {
	u, err := url.Parse(data)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return f.local(data, content)
	}
	if file, err := f.mirrored(data, u); file != nil || err != nil {
		return file, err
	}
	if f.Client == nil {
		hint := "name a copy of the data sets with --attack-data DIR, or allow --download"
		if f.Mirror != nil {
			hint = "allow --download"
		}
		return nil, &Missing{Data: data, Reason: f.notMirrored(), Hint: hint}
	}
	return f.download(ctx, u)
}

func (f *Finder) notMirrored() string {
	if f.Mirror == nil {
		return "it is not on this machine"
	}
	return "it is not in " + f.MirrorName
}

// local finds a path in the content directory, or else in the mirror.
func (f *Finder) local(data string, content fs.FS) (*File, error) {
	name := path.Clean(strings.TrimLeft(strings.ReplaceAll(data, `\`, "/"), "/"))
	if !fs.ValidPath(name) {
		return nil, &Missing{Data: data, Reason: "the path leads out of the content directory"}
	}
	for _, fsys := range []fs.FS{content, f.Mirror} {
		if fsys == nil {
			continue
		}
		file, err := open(fsys, name, data)
		if file != nil || err != nil {
			return file, err
		}
	}
	return nil, &Missing{Data: data, Reason: "there is no such file in the content directory"}
}

// mirrored finds the file of a URL in the mirror: nil if it is not there.
func (f *Finder) mirrored(data string, u *url.URL) (*File, error) {
	if f.Mirror == nil {
		return nil, nil //nolint:nilnil // not there is an answer, as the comment says
	}
	names := mirrorNames(u)
	for i, name := range names {
		file, err := open(f.Mirror, name, data)
		if file == nil && err == nil {
			continue
		}
		if file != nil && i == len(names)-1 && name != strings.TrimLeft(u.Path, "/") {
			file.Note = "found by its file name alone, as " + path.Join(f.MirrorName, name)
		}
		return file, err
	}
	return nil, nil //nolint:nilnil // as above
}

// mirrorNames returns where in a mirror the file of a URL may be, the likeliest
// first: in a checkout of the repository, in its datasets directory, and as a
// file that was fetched alone.
func mirrorNames(u *url.URL) []string {
	var names []string
	add := func(name string) {
		if name = path.Clean(strings.TrimLeft(name, "/")); name != "." && fs.ValidPath(name) {
			names = append(names, name)
		}
	}
	if _, behind, ok := strings.Cut(u.Path, "/attack_data/"); ok {
		// The branch comes first: master, or raw/master on some hosts.
		behind = strings.TrimPrefix(strings.TrimPrefix(behind, "raw/"), "blob/")
		behind = strings.TrimPrefix(behind, "refs/heads/")
		if _, behind, ok = strings.Cut(behind, "/"); ok {
			add(behind)
		}
	}
	if _, behind, ok := strings.Cut(u.Path, "/datasets/"); ok {
		add("datasets/" + behind)
		add(behind)
	}
	add(path.Base(u.Path))
	return names
}

// open opens a file of a file system: nil if there is none. A pointer of Git
// LFS is an error of type [*Missing].
func open(fsys fs.FS, name, data string) (*File, error) {
	info, err := fs.Stat(fsys, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil //nolint:nilnil // no file is an answer, as the comment says
	case err != nil:
		return nil, &Missing{Data: data, Reason: cause(err).Error()}
	case !info.Mode().IsRegular():
		return nil, &Missing{Data: data, Reason: "not a regular file"}
	}
	file := &File{
		Name: data, Size: info.Size(),
		Open: func() (io.ReadCloser, error) { return fsys.Open(name) },
	}
	pointer, err := isPointer(file)
	switch {
	case err != nil:
		return nil, &Missing{Data: data, Reason: cause(err).Error()}
	case pointer:
		return nil, &Missing{
			Data: data, Reason: "a pointer of Git LFS, not the data", Pointer: true,
			Hint: fmt.Sprintf("fetch it in its checkout: git lfs pull --include=%q", name),
		}
	}
	return file, nil
}

// pointerLine is how a file begins that Git LFS stores elsewhere. Source: the
// specification of git-lfs.
const pointerLine = "version https://git-lfs.github.com/spec/v1"

// maxPointer is more than a pointer may have.
const maxPointer = 1024

func isPointer(file *File) (bool, error) {
	if file.Size > maxPointer {
		return false, nil
	}
	r, err := file.Open()
	if err != nil {
		return false, err
	}
	defer func() { _ = r.Close() }() // nothing was written
	head, err := io.ReadAll(io.LimitReader(r, int64(len(pointerLine))))
	return bytes.Equal(head, []byte(pointerLine)), err
}

// cause drops the operation and the path, which the message has already.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// OpenMirror returns a directory as a mirror that no link leads out of.
func OpenMirror(name string) (fs.FS, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return root.FS(), nil
}
