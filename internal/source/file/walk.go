package file

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// queueLength is how far the walk may be ahead of the workers: far enough that
// totals are soon known, near enough that memory does not grow with the input.
const queueLength = 1 << 14

// item is a file to read.
type item struct {
	path  string
	size  int64
	index uint64 // its place in the order of files
	// special marks what is no regular file: standard input, a pipe that was
	// named. Reading it may block.
	special bool
	input   *Input // what is read instead of the path
	part    *part  // what is read of the file, if not all
}

// begins reports whether the item is a file or the first part of one.
func (it item) begins() bool { return it.part == nil || it.part.from == 0 }

// walk finds files, each once however many paths and links lead to it.
type walk struct {
	ctx   context.Context
	scan  *scan
	queue chan<- item
	next  uint64
	// roots are the directories that are walked whole, as real paths.
	roots []string
	// seen are the real paths of files found other than by walking a root.
	seen map[string]bool
}

func newWalk(ctx context.Context, s *scan, queue chan<- item) *walk {
	return &walk{ctx: ctx, scan: s, queue: queue, seen: map[string]bool{}}
}

// all finds the files of the paths.
func (w *walk) all(paths []string) {
	type found struct {
		path, real string
		info       os.FileInfo
	}
	var list []found
	for _, path := range paths {
		if path == Stdin {
			list = append(list, found{path: path})
			continue
		}
		for _, p := range w.expand(path) {
			info, err := w.scan.system.stat(p)
			if err != nil {
				w.scan.refuse(p, err)
				continue
			}
			list = append(list, found{p, realPath(p), info})
		}
	}
	for _, f := range list {
		if f.info != nil && f.info.IsDir() && !slices.Contains(w.roots, f.real) {
			w.roots = append(w.roots, f.real)
		}
	}
	w.roots = slices.DeleteFunc(slices.Clone(w.roots), w.below)
	walked := map[string]bool{}
	for _, f := range list {
		switch {
		case f.path == Stdin:
			if !w.seen[Stdin] {
				w.seen[Stdin] = true
				w.emit(item{path: Stdin, special: true})
			}
		case f.info.IsDir():
			if !walked[f.real] && !w.below(f.real) {
				walked[f.real] = true
				w.root(f.path, f.real)
			}
		case !w.seen[f.real] && !w.below(f.real):
			w.seen[f.real] = true
			w.file(f.path, f.info.Size(), !f.info.Mode().IsRegular())
		}
	}
}

// inputs queues what has no path.
func (w *walk) inputs(inputs []Input) {
	for i := range inputs {
		w.emit(item{path: inputs[i].Name, size: inputs[i].Size, input: &inputs[i]})
	}
}

// realPath returns the one path of what may have several.
func realPath(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		real = path
	}
	if abs, err := filepath.Abs(real); err == nil {
		return abs
	}
	return filepath.Clean(real)
}

// below reports whether a real path lies in a root, so that the walk of it
// finds it.
func (w *walk) below(real string) bool {
	return slices.ContainsFunc(w.roots, func(root string) bool { return isBelow(real, root) })
}

func isBelow(path, directory string) bool {
	separator := string(filepath.Separator)
	return strings.HasPrefix(path, strings.TrimSuffix(directory, separator)+separator)
}

// root walks a directory that was named, and says so if it has no files.
func (w *walk) root(path, real string) {
	before := w.next + uint64(w.scan.Report.Skipped.Load()) + uint64(w.scan.failed.Load())
	w.directory(path, real)
	if w.ctx.Err() == nil && before == w.next+uint64(w.scan.Report.Skipped.Load())+uint64(w.scan.failed.Load()) {
		w.scan.problem(path, -1, faultf("", "a directory without files"))
	}
}

// directory walks the entries of a directory by name. path is what it is
// called, real is where it is.
func (w *walk) directory(path, real string) {
	entries, err := w.scan.system.readDir(path)
	if err != nil {
		w.scan.refuse(path, err) // what was read of it is still walked
	}
	for _, e := range entries {
		if w.ctx.Err() != nil {
			return
		}
		child, childReal := join(path, e.Name()), filepath.Join(real, e.Name())
		switch mode := e.Type(); {
		case mode.IsDir():
			if !slices.Contains(w.roots, childReal) {
				w.directory(child, childReal)
			}
		case mode&fs.ModeSymlink != 0:
			w.link(child, real)
		case !mode.IsRegular():
			w.scan.refuse(child, faultf("name it to read it", "not a regular file"))
		case !w.seen[childReal]:
			info, err := e.Info()
			if err != nil {
				w.scan.refuse(child, err)
				continue
			}
			w.file(child, info.Size(), false)
		}
	}
}

// link follows a symbolic link in a directory out of what is walked anyway. One
// that leads back into that, or up to where it stands in, is passed over.
func (w *walk) link(path, directory string) {
	info, err := w.scan.system.stat(path)
	if err != nil {
		w.scan.refuse(path, err)
		return
	}
	real := realPath(path)
	switch {
	case w.below(real) || slices.Contains(w.roots, real) || real == directory || isBelow(directory, real):
	case info.IsDir():
		w.roots = append(w.roots, real)
		w.directory(path, real)
	case !info.Mode().IsRegular():
		w.scan.refuse(path, faultf("name it to read it", "not a regular file"))
	case !w.seen[real]:
		w.seen[real] = true
		w.file(path, info.Size(), false)
	}
}

// join appends a name to a path and leaves the path as it was given.
func join(path, name string) string {
	if path == "" || os.IsPathSeparator(path[len(path)-1]) {
		return path + name
	}
	return path + string(filepath.Separator) + name
}

// file queues a file, unless its name says that it holds nothing of the time
// that is asked for.
func (w *walk) file(path string, size int64, special bool) {
	if w.scan.bounded() {
		if t, ok := deliveryTime(path); ok && (t+slack < w.scan.Earliest || t-slack >= w.scan.Latest) {
			w.scan.Report.Skipped.Add(1)
			return
		}
	}
	it := item{path: path, size: size, special: special}
	if special || w.scan.workers == 1 || w.scan.visit != nil {
		w.emit(it)
		return
	}
	w.emit(it, w.scan.parts(path, size)...)
}

// emit queues a file, or the parts of one.
func (w *walk) emit(it item, parts ...part) {
	it.index = w.next
	w.next++
	w.scan.Report.TotalFiles.Add(1)
	w.scan.Report.TotalBytes.Add(it.size)
	if len(parts) == 0 {
		w.send(it)
	}
	for i := range parts {
		it.part = &parts[i]
		w.send(it)
	}
}

func (w *walk) send(it item) {
	select {
	case w.queue <- it:
	case <-w.ctx.Done():
	}
}

// expand returns the paths that a pattern stands for, or the path itself if
// it is none or if a file of that name exists.
func (w *walk) expand(path string) []string {
	if !strings.ContainsAny(path, "*?[") {
		return []string{path}
	}
	if _, err := w.scan.system.stat(path); err == nil {
		return []string{path}
	}
	matches, err := w.glob(path)
	switch {
	case err != nil:
		w.scan.refuse(path, faultf("check its brackets", "a pattern that is not well formed"))
	case len(matches) == 0 && w.ctx.Err() == nil:
		w.scan.refuse(path, faultf("", "no file matches"))
	}
	return matches
}

// glob finds the files of a pattern, sorted. A part that is ** stands for any
// number of directories; a pattern that ends in it for all that is below.
func (w *walk) glob(pattern string) ([]string, error) {
	before, after, ok := strings.Cut(filepath.ToSlash(pattern), "**")
	if !ok {
		return filepath.Glob(pattern)
	}
	base, rest := strings.TrimSuffix(before, "/"), strings.TrimPrefix(after, "/")
	if before != "" && !strings.HasSuffix(before, "/") || after != "" && !strings.HasPrefix(after, "/") {
		return filepath.Glob(pattern) // a ** that is not a part of its own is a *
	}
	if _, err := filepath.Match(rest, ""); err != nil {
		return nil, err
	}
	if base == "" {
		base = "."
		if strings.HasPrefix(before, "/") {
			base = "/"
		}
	}
	bases, err := filepath.Glob(filepath.FromSlash(base))
	if err != nil {
		return nil, err
	}
	if rest == "" {
		return bases, nil // the walk goes all the way down
	}
	var matches []string
	for _, b := range bases {
		err := filepath.WalkDir(b, func(path string, d fs.DirEntry, err error) error {
			if w.ctx.Err() != nil {
				return w.ctx.Err()
			}
			if err != nil {
				if !errors.Is(err, fs.ErrNotExist) {
					w.scan.refuse(path, err)
				}
				return nil
			}
			if !d.IsDir() {
				return nil
			}
			found, err := w.glob(join(path, filepath.FromSlash(rest)))
			matches = append(matches, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(matches)
	return slices.Compact(matches), nil
}
