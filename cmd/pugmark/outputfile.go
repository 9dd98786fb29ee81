package main

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// outputFile is a file that appears only once it is complete, so that a failed
// run neither leaves half a file nor destroys the one of the run before.
type outputFile struct {
	*os.File
	path string // to be renamed to, or "" for a device or pipe, which is written to directly
}

func createFile(path string) (*outputFile, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, usageError{message: "--output-file " + path + " is a directory"}
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, err
		}
		return &outputFile{File: f}, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	part := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()+".part")
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	return &outputFile{File: f, path: path}, nil
}

func (f *outputFile) commit() error {
	if f.path == "" {
		return f.Close()
	}
	err := f.Close()
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// abort leaves nothing behind. It is called where something has failed already.
func (f *outputFile) abort() {
	_ = f.Close()
	if f.path != "" {
		_ = os.Remove(f.Name())
	}
}
