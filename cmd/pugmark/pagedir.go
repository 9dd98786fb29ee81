package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/pugmark/pugmark/internal/pages"
)

// manifestName is the file that tells which files of a directory are ours, with
// the SHA-256 of what was written, so that nobody else's file is removed.
const manifestName = ".pugmark-pages.json"

type manifest struct {
	Files map[string]string `json:"files"`
}

// pageDirResult is what became of a directory of pages.
type pageDirResult struct {
	removed int
	kept    []string // files that are no page any more and were edited
}

// writePageDir makes a directory hold the files. Files of an earlier run that
// are not among them are removed unless they were edited; a file that is not
// ours stops it before anything is written. Nothing outside of the directory is
// touched, wherever links in it lead.
func writePageDir(dir string, files []pages.File) (result pageDirResult, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return result, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	before, err := readManifest(root, dir)
	if err != nil {
		return result, err
	}
	after := manifest{Files: map[string]string{}}
	for _, f := range files {
		if _, ours := before.Files[f.Name]; !ours {
			if _, err := root.Lstat(f.Name); !errors.Is(err, fs.ErrNotExist) {
				return result, notOurs(dir, f.Name, err)
			}
		}
		after.Files[f.Name] = digest(f.Text)
	}
	// All that is or was ours is told before it is written: a run that is cut
	// short leaves no file that the next one does not know.
	both := manifest{Files: maps.Clone(after.Files)}
	for name, sum := range before.Files {
		if _, again := both.Files[name]; !again {
			both.Files[name] = sum
		}
	}
	if err := writeManifest(root, both); err != nil {
		return result, err
	}
	for _, f := range files {
		if err := writeInRoot(root, f.Name, f.Text); err != nil {
			return result, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before.Files)) {
		if _, again := after.Files[name]; again {
			continue
		}
		switch removed, err := removeStale(root, name, before.Files[name]); {
		case err != nil:
			return result, err
		case removed:
			result.removed++
		default:
			result.kept = append(result.kept, filepath.Join(dir, filepath.FromSlash(name)))
		}
	}
	return result, writeManifest(root, after)
}

func notOurs(dir, name string, err error) error {
	if err != nil {
		return err
	}
	return usageError{
		message: fmt.Sprintf("%s exists and is no page of an earlier run", filepath.Join(dir, filepath.FromSlash(name))),
		hint:    "nothing was written; choose another directory, or move the file away",
	}
}

// maxManifest bounds the manifest that is read, which anyone may have written.
const maxManifest = 64 << 20

func readManifest(root *os.Root, dir string) (manifest, error) {
	var m manifest
	info, err := root.Lstat(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	bad := usageError{
		message: fmt.Sprintf("%s does not tell which files are pages of an earlier run", filepath.Join(dir, manifestName)),
		hint:    "empty the directory, or choose another one",
	}
	if !info.Mode().IsRegular() || info.Size() > maxManifest {
		return m, bad
	}
	text, err := root.ReadFile(manifestName)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, bad
	}
	for name := range m.Files {
		if !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
			return m, bad
		}
	}
	return m, nil
}

func writeManifest(root *os.Root, m manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return writeInRoot(root, manifestName, append(text, '\n'))
}

// writeInRoot writes a whole file or leaves the one that is there. One that has
// the text already is not touched, so that its time stays.
func writeInRoot(root *os.Root, name string, text []byte) error {
	if info, err := root.Lstat(name); err == nil && info.Mode().IsRegular() && info.Size() == int64(len(text)) {
		if now, err := root.ReadFile(name); err == nil && bytes.Equal(now, text) {
			return nil
		}
	}
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	part := path.Join(path.Dir(name), "."+path.Base(name)+".part")
	if err := root.WriteFile(part, text, 0o666); err != nil {
		return err
	}
	return root.Rename(part, name)
}

// removeStale removes a file of an earlier run, and folders that it leaves
// empty, unless it was edited. A file that is gone counts as removed.
func removeStale(root *os.Root, name, sum string) (removed bool, err error) {
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, nil
	}
	text, err := root.ReadFile(name)
	if err != nil {
		return false, err
	}
	if digest(text) != sum {
		return false, nil
	}
	if err := root.Remove(name); err != nil {
		return false, err
	}
	for folder := path.Dir(name); folder != "."; folder = path.Dir(folder) {
		if root.Remove(folder) != nil {
			break // it holds more
		}
	}
	return true, nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// writeOutput writes a whole file or leaves the one that is there.
func writeOutput(name string, text []byte) error {
	f, err := createFile(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		f.abort()
		return err
	}
	return f.commit()
}
