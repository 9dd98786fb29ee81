package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/source"
)

func TestScanNamesPathsThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"a/secret": one, "b/x": one, "c": two})
	s := New([]string{dir, filepath.Join(dir, "missing"), filepath.Join(dir, "*.nope"), filepath.Join(dir, "[")}, Options{})
	denied := func(path string) error {
		if path == filepath.Join(dir, "a", "secret") || path == filepath.Join(dir, "b") {
			return &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
		}
		return nil
	}
	s.system.open = func(path string) (*os.File, error) {
		if err := denied(path); err != nil {
			return nil, err
		}
		return os.Open(path)
	}
	s.system.readDir = func(path string) ([]os.DirEntry, error) {
		if err := denied(path); err != nil {
			return nil, err
		}
		return os.ReadDir(path)
	}
	got, err := scanAll(t, s, allTime(), dir)
	want := scanned{
		Events: []string{"aws:cloudtrail c " + two},
		Problems: []string{
			"*.nope: no file matches",
			"[: a pattern that is not well formed (check its brackets)",
			"a/secret: permission denied (run as a user who may read it)",
			"b: permission denied (run as a user who may read it)",
			"missing: no such file or directory",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
	for _, paths := range [][]string{{filepath.Join(dir, "missing")}, {filepath.Join(dir, "a", "secret")}, {Stdin}} {
		s.paths = paths
		if _, err := scanAll(t, s, allTime(), dir); !errors.Is(err, source.ErrNothingRead) {
			t.Errorf("%v: error %v", paths, err)
		}
	}
}

func TestScanFindsEachFileOnceAndInOrder(t *testing.T) {
	t.Parallel()
	line := func(name string) string { return `{"a":"` + name + `"}` }
	dir := tree(t, map[string]string{
		"in/b/2.json": line("b2"), "in/b/10.json": line("b10"), "in/a.json": line("a"), "in/.hidden/x": line("hidden"), "in/c.json": line("c"),
		"out/o.json": line("o"), "out/deep/p.json": line("p"), "empty/.keep/x": "", "other/q.json": line("q"),
	})
	for link, target := range map[string]string{
		"in/b/loop": "..", "in/to-out": "../out", "out/deep/back": "../../in", "in/same.json": "c.json", "in/to-q.json": "../other/q.json", "in/z-dangling": "nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "empty/.keep/x")); err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(dir, "in")
	whole := []string{
		"in/.hidden/x hidden", "in/a.json a", "in/b/10.json b10", "in/b/2.json b2", "in/c.json c", "in/to-out/deep/p.json p", "in/to-out/o.json o", "in/to-q.json q",
	}
	dangling := []string{"in/z-dangling: no such file or directory"}
	for _, test := range []struct {
		name     string
		paths    []string
		want     []string
		problems []string
	}{
		{"a directory", []string{in}, whole, dangling},
		{"twice, and parts of it too", []string{filepath.Join(in, "b"), in, filepath.Join(in, "a.json"), in + "/."}, whole, dangling},
		{"files", []string{filepath.Join(in, "c.json"), filepath.Join(in, "a.json"), filepath.Join(in, "same.json")}, []string{"in/c.json c", "in/a.json a"}, nil},
		{"a pattern", []string{filepath.Join(in, "?.json")}, []string{"in/a.json a", "in/c.json c"}, nil},
		{"a pattern with **", []string{filepath.Join(dir, "**", "[bp]*.json")}, []string{"out/deep/p.json p"}, nil},
		{"all below", []string{filepath.Join(in, "b", "**")}, []string{"in/b/10.json b10", "in/b/2.json b2"}, nil},
		{"a directory without files", []string{filepath.Join(dir, "empty")}, nil, []string{"empty: a directory without files"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := scanAll(t, New(test.paths, Options{}), allTime(), dir)
			if err != nil {
				t.Error(err)
			}
			var events []string
			for _, e := range got.Events {
				e = strings.TrimPrefix(e, "_json ")
				events = append(events, strings.NewReplacer(`{"a":"`, "", `"}`, "").Replace(e))
			}
			if diff := cmp.Diff(test.want, events); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, got.Problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDeliveryTime(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"p/AWSLogs/111111111111/CloudTrail/r/2024/08/01/111111111111_CloudTrail_us-east-1_20240801T1225Z_AbC.json.gz": true,
		"111111111111_CloudTrail_us-east-1_20240801T1225Z_AbC.json":                                                   true,
		"111111111111_CloudTrail-Digest_us-east-1_trail_us-east-1_20240801T122500Z.json.gz":                           false,
		"11111_CloudTrail_us-east-1_20240801T1225Z_AbC.json.gz":                                                       false,
		"x11111111111_CloudTrail_us-east-1_20240801T1225Z_AbC.json.gz":                                                false,
		"111111111111_CloudTrail_us-east-1_20241301T1225Z_AbC.json.gz":                                                false,
		"notes_CloudTrail.json": false,
	} {
		got, ok := deliveryTime(name)
		if ok != want || ok && got != 1722515100 {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
}
