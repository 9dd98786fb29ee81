package file_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/source"
	"github.com/pugmark/pugmark/internal/source/file"
)

func TestContentsAreUnpackedAndWhole(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	for _, part := range []string{`{"Records":`, ` []}`} {
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"a.json.gz": packed.Bytes(), "b.json": []byte("not a log"), "cut.json.gz": packed.Bytes()[:packed.Len()-9], "bad.gz": []byte("\x1f\x8b?"), "empty": nil,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	got := map[string]string{}
	var report source.Report
	err := file.New([]string{dir}, file.Options{}).Contents(t.Context(), 2, &report, func(name string, content io.Reader) error {
		text, err := io.ReadAll(content)
		mu.Lock()
		defer mu.Unlock()
		got[filepath.Base(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(got, "cut.json.gz") // how much is read of it does not matter
	if diff := cmp.Diff(map[string]string{"a.json.gz": `{"Records": []}`, "b.json": "not a log", "empty": ""}, got); diff != "" {
		t.Errorf("contents (-want +got):\n%s", diff)
	}
	var lost []string
	problems, _ := report.Problems()
	for _, p := range problems {
		lost = append(lost, filepath.Base(p.Path))
	}
	if diff := cmp.Diff("bad.gz cut.json.gz", strings.Join(lost, " ")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
