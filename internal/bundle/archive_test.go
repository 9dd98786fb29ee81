package bundle_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/bundle"
)

func TestArchiveHasHashesOfAll(t *testing.T) {
	t.Parallel()
	write := func() []byte {
		var b bytes.Buffer
		a := bundle.NewArchive(&b)
		a.Text("one.txt", []byte("1\n"))
		a.Text("dir/two.txt", nil)
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	text := write()
	if !bytes.Equal(text, write()) {
		t.Error("the same members gave other bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"one.txt", "dir/two.txt", "SHA256SUMS"}, names); diff != "" {
		t.Error(diff)
	}
	r, err := z.Open("SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	want := fmt.Sprintf("%x  one.txt\n%x  dir/two.txt\n", sha256.Sum256([]byte("1\n")), sha256.Sum256(nil))
	if string(got) != want || err != nil {
		t.Errorf("%v, %q", err, got)
	}
}

// A name that could lead out of the folder that a zip is unpacked into is an
// error, and so is a member that could not be written.
func TestArchiveRefuses(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../x", "/x", "a/../b", `a\b`, "c:x", "a\nb", "", "a//b"} {
		a := bundle.NewArchive(io.Discard)
		a.Text(name, nil)
		if err := a.Close(); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
	a, broken := bundle.NewArchive(io.Discard), errors.New("broken")
	a.Add("x", func(io.Writer) error { return broken })
	a.Text("y", nil)
	if err := a.Close(); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"AWS AMI Share":            "AWS_AMI_Share",
		"../../etc/passwd":         "_.._etc_passwd",
		"":                         "unnamed",
		"...":                      "unnamed",
		"a\x1b[31m\u202eb":         "a__31m_b",
		"con":                      "_con",
		"LPT1.yml":                 "_LPT1.yml",
		"común":                    "com_n",
		strings.Repeat("x", 10000): strings.Repeat("x", 80),
	} {
		if got := bundle.FileName(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Members of one name, to whom upper and lower case are one, get different
// ones; the content hash is that of their lines in SHA256SUMS.
func TestContent(t *testing.T) {
	t.Parallel()
	members := []bundle.Member{{Name: "content/b.spl", Text: []byte("2")}, {Name: "content/A.spl", Text: []byte("1")}, {Name: "content/a.spl", Text: []byte("3")}}
	bundle.Sort(members)
	sums := ""
	for i, name := range []string{"content/A.spl", "content/a~2.spl", "content/b.spl"} {
		if members[i].Name != name {
			t.Errorf("%d is %s, want %s", i, members[i].Name, name)
		}
		sums += fmt.Sprintf("%x  %s\n", sha256.Sum256(members[i].Text), members[i].Name)
	}
	if got, want := bundle.ContentHash(members), fmt.Sprintf("%x", sha256.Sum256([]byte(sums))); got != want {
		t.Errorf("content hash %s, want %s", got, want)
	}
}
