package bundle_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/bundle"
	"github.com/pugmark/pugmark/internal/source/file"
)

// record is a CloudTrail record of an ID at a minute past noon.
func record(id string, minute int, more string) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","eventTime":"2024-08-01T12:%02d:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances"%s,"eventID":%q}`, minute, more, id)
}

// tree writes files and returns their directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func collect(t *testing.T, dir string, options bundle.Options, wanted ...bundle.Wanted) *bundle.Evidence {
	t.Helper()
	options.Earliest, options.Latest = math.Inf(-1), math.Inf(1)
	options.Open = func(name string) (io.ReadCloser, error) { return os.Open(name) }
	e, err := bundle.Collect(context.Background(), file.New([]string{dir}, file.Options{}), wanted, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// told is what a test compares of the evidence.
func told(t *testing.T, e *bundle.Evidence, dir string) []string {
	t.Helper()
	var lines []string
	err := e.Each(func(entry *bundle.Entry, raw []byte) error {
		if sum := sha256.Sum256(raw); !entry.LeftOut && (hex.EncodeToString(sum[:]) != entry.SHA256 || len(raw) != entry.Bytes) {
			t.Errorf("%s: the hash or the length is not that of the record", entry.EventID)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(entry.File, dir), string(filepath.Separator))
		lines = append(lines, fmt.Sprintf("%s %s+%d %s:%d %s", entry.EventID, name, entry.Offset, entry.In, entry.Line, strings.Join(entry.Findings, ",")))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// All records with the IDs are found, in the order of time, however many have
// the same ID, and each says where it stands.
func TestRecordsOfEvents(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"a.jsonl": record("e2", 2, "") + "\n" + record("other", 1, "") + "\n" + record("e1", 1, "") + "\n",
		// The same ID over another record: a copy that somebody changed, say.
		"b.jsonl": record("e1", 3, `,"errorCode":"AccessDenied"`) + "\n",
		"c.json":  `{"Records":[` + strings.ReplaceAll(record("e3", 4, ""), ",", ",\n") + `]}`,
	})
	for _, jobs := range []int{1, 4} {
		e := collect(t, dir, bundle.Options{Jobs: jobs},
			bundle.Wanted{ID: "f1", Events: []string{"e1", "e3"}, Count: 2},
			bundle.Wanted{ID: "f2", Events: []string{"e1", "e2", "gone"}, Count: 3},
		)
		n := len(record("e2", 2, "")) + len(record("other", 1, "")) + 2
		want := []string{
			fmt.Sprintf("e1 a.jsonl+%d events.ndjson:1 f1,f2", n),
			"e2 a.jsonl+0 events.ndjson:2 f2",
			"e1 b.jsonl+0 events.ndjson:3 f1,f2",
			"e3 c.json+12 events/000001.txt:0 f1",
		}
		if diff := cmp.Diff(want, told(t, e, dir)); diff != "" {
			t.Errorf("%d workers: (-want +got)\n%s", jobs, diff)
		}
		if want := []string{"finding f2: 1 of its 3 events were not found again; did the input change?"}; !cmp.Equal(want, e.Missing) {
			t.Errorf("missing: %q", e.Missing)
		}
		if len(e.Inputs) != 3 || e.Inputs[0].Events != 2 || e.Inputs[0].SHA256 == "" {
			t.Errorf("inputs: %+v", e.Inputs)
		}
	}
}

// More than the limit is left out, from the first record on that does not fit,
// and still listed.
func TestLimitOfRawEvents(t *testing.T) {
	t.Parallel()
	small := record("e1", 1, "")
	dir := tree(t, map[string]string{"a.jsonl": small + "\n" + record("e2", 2, `,"x":"`+strings.Repeat("x", 1000)+`"`) + "\n" + record("e3", 3, "") + "\n"})
	e := collect(t, dir, bundle.Options{Raw: int64(2 * len(small))}, bundle.Wanted{ID: "f", Events: []string{"e1", "e2", "e3"}, Count: 3})
	want := bundle.Totals{Found: 3, Included: 1, LeftOut: 2, Bytes: int64(len(small)), Limit: int64(2 * len(small)), Missing: []string{}}
	if diff := cmp.Diff(want, e.Totals); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if lines := told(t, e, dir); len(lines) != 3 || !strings.Contains(lines[2], " :0 f") {
		t.Errorf("got %q", lines)
	}
}

// A record in an archive names the archive and its member; the hash is that of
// the archive, which is what there is on disk.
func TestRecordInArchive(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("../evil\n.jsonl")
	if err == nil {
		_, err = io.WriteString(w, record("e1", 1, "")+"\n")
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := tree(t, map[string]string{"logs.zip": packed.String()})
	e := collect(t, dir, bundle.Options{}, bundle.Wanted{ID: "f", Events: []string{"e1"}, Count: 1})
	path := filepath.Join(dir, "logs.zip")
	err = e.Each(func(entry *bundle.Entry, _ []byte) error {
		if entry.File != path || entry.Member != path+"!../evil\n.jsonl" || entry.In != bundle.EventsFile {
			t.Errorf("got %+v", entry)
		}
		return nil
	})
	sum := sha256.Sum256(packed.Bytes())
	if err != nil || len(e.Inputs) != 1 || e.Inputs[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%v, %+v", err, e.Inputs)
	}
}
