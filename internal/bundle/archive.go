package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
)

// SumsFile is the member with the hashes of all others.
const SumsFile = "SHA256SUMS"

// Archive writes a zip whose bytes depend on nothing but its members: their
// order, time and way of packing are fixed.
type Archive struct {
	zip  *zip.Writer
	sums bytes.Buffer
	err  error // the first
}

// NewArchive begins an archive.
func NewArchive(w io.Writer) *Archive { return &Archive{zip: zip.NewWriter(w)} }

// Add writes a member. After an error it does nothing; [Archive.Close] returns
// the first.
func (a *Archive) Add(name string, write func(io.Writer) error) {
	if a.err == nil {
		a.err = a.add(name, write)
	}
}

func (a *Archive) add(name string, write func(io.Writer) error) error {
	// Names come from us, and from [FileName]; who unpacks relies on it.
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\n\r") {
		return fmt.Errorf("%q is no name for a file of a bundle", name)
	}
	header := &zip.FileHeader{
		Name: name, Method: zip.Deflate,
		Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), // the first that a zip can tell
	}
	header.SetMode(0o644)
	to, err := a.zip.CreateHeader(header)
	if err != nil {
		return err
	}
	h := sha256.New()
	if err := write(io.MultiWriter(to, h)); err != nil {
		return err
	}
	a.sums.WriteString(sumLine([sha256.Size]byte(h.Sum(nil)), name))
	return nil
}

// Text writes a member that is in memory.
func (a *Archive) Text(name string, text []byte) {
	a.Add(name, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Close writes the hashes and ends the archive.
func (a *Archive) Close() error {
	sums := bytes.Clone(a.sums.Bytes())
	a.Text(SumsFile, sums)
	if a.err != nil {
		return a.err
	}
	return a.zip.Close()
}
