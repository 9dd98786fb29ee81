package dataset

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const (
	published = "https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/attack_techniques/T1537/share/events.json"
	pointer   = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)

func tree(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fsys
}

// found returns the content of the file, with its note, or why there is none.
func found(t *testing.T, f *Finder, data string, content fs.FS) string {
	t.Helper()
	file, err := f.Find(t.Context(), data, content)
	if err != nil {
		return "missing: " + err.Error()
	}
	r, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if file.Note != "" {
		return string(text) + " (" + file.Note + ")"
	}
	return string(text)
}

func TestFind(t *testing.T) {
	t.Parallel()
	content := tree("tests/own.json", "own", "tests/lfs.json", pointer)
	const base = "attack_techniques/T1537/share/events.json"
	for _, test := range []struct {
		name, data string
		mirror     fs.FS
		want       string
	}{
		{"path in the content", "tests/own.json", nil, "own"},
		{"path with a slash before it", "/datasets/a.json", tree("datasets/a.json", "a"), "a"},
		{"no such path", "tests/other.json", nil, "missing: tests/other.json: there is no such file in the content directory"},
		{"path out of the content", "../secret", nil, "missing: ../secret: the path leads out of the content directory"},
		{"directory", "tests", nil, "missing: tests: not a regular file"},
		{"pointer", "tests/lfs.json", nil, `missing: tests/lfs.json: a pointer of Git LFS, not the data; fetch it in its checkout: git lfs pull --include="tests/lfs.json"`},
		{"checkout", published, tree("datasets/"+base, "checkout", base, "datasets", "events.json", "alone"), "checkout"},
		{"datasets directory", published, tree(base, "datasets", "events.json", "alone"), "datasets"},
		{"file name", published, tree("events.json", "alone"), "alone (found by its file name alone, as mirror/events.json)"},
		{"another host", "https://example.com/files/datasets/x/y.json", tree("datasets/x/y.json", "y"), "y"},
		{"raw host", "https://github.com/splunk/attack_data/raw/master/z.json", tree("z.json", "z"), "z"},
		{"pointer in the mirror", published, tree("datasets/"+base, pointer), "missing: " + published + `: a pointer of Git LFS, not the data; fetch it in its checkout: git lfs pull --include="datasets/` + base + `"`},
		{"not in the mirror", published, tree("x", "x"), "missing: " + published + ": it is not in mirror; allow --download"},
		{"no mirror", published, nil, "missing: " + published + ": it is not on this machine; name a copy of the data sets with --attack-data DIR, or allow --download"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := &Finder{Mirror: test.mirror, MirrorName: "mirror"}
			if diff := cmp.Diff(test.want, found(t, f, test.data, content)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A link in the mirror leads nowhere else.
func TestMirrorIsClosed(t *testing.T) {
	t.Parallel()
	outside, inside := t.TempDir(), t.TempDir()
	if err := os.WriteFile(outside+"/secret", []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside+"/secret", inside+"/events.json"); err != nil {
		t.Skip(err)
	}
	mirror, err := OpenMirror(inside)
	if err != nil {
		t.Fatal(err)
	}
	if got := found(t, &Finder{Mirror: mirror, MirrorName: "mirror"}, published, nil); !strings.HasPrefix(got, "missing: ") {
		t.Errorf("got %q", got)
	}
}

func TestDownload(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch r.URL.Path {
		case "/data.json":
			_, _ = io.WriteString(w, "data")
		case "/moved.json":
			http.Redirect(w, r, "/data.json", http.StatusFound)
		case "/pointer.json":
			_, _ = io.WriteString(w, pointer)
		case "/large.json":
			_, _ = io.WriteString(w, strings.Repeat("x", 2000))
		case "/endless.json":
			w.(http.Flusher).Flush() // so that no length is told
			_, _ = io.WriteString(w, strings.Repeat("x", 2000))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	f := &Finder{Client: server.Client(), CacheDir: t.TempDir() + "/cache", MaxBytes: 1000}
	for _, test := range []struct{ path, want string }{
		{"/data.json", "data"},
		{"/moved.json", "data"},
		{"/absent.json", "the download failed: the server answered 404 Not Found"},
		{"/pointer.json", "the server gave a pointer of Git LFS, not the data"},
		{"/large.json", "the download failed: it has 2000 bytes, more than the 1000 that are fetched"},
		{"/endless.json", "the download failed: it has more than the 1000 bytes that are fetched"},
	} {
		if got := strings.TrimPrefix(found(t, f, server.URL+test.path, nil), "missing: "+server.URL+test.path+": "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.path, got, test.want)
		}
	}
	entries, err := os.ReadDir(f.CacheDir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the cache holds %v, %v", entries, err)
	}
	before := asked.Load()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := found(t, f, server.URL+"/data.json", nil); got != "data" {
				t.Errorf("got %q", got)
			}
		})
	}
	wg.Wait()
	if asked.Load() != before {
		t.Error("what is in the cache was asked for again")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Find(ctx, server.URL+"/other.json", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
