package file

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

// allTime asks for everything.
func allTime() source.Request {
	return source.Request{Earliest: math.Inf(-1), Latest: math.Inf(1), Fields: event.AllFields, Report: &source.Report{}}
}

// sink keeps what it is pushed, as text and in the order of arrival.
type sink struct {
	most   int // stop after so many; 0 for no limit
	err    error
	events []*event.Event
}

func (s *sink) Push(b event.Batch) (bool, error) {
	for _, e := range b {
		e.Get("a") // as a search would, so that the record is read
		s.events = append(s.events, e.Clone())
	}
	slices.Reverse(b) // a receiver may
	return s.err == nil && (s.most == 0 || len(s.events) < s.most), s.err
}

// scanned is what a scan gave.
type scanned struct {
	Events   []string // sourcetype, source and text
	Problems []string
}

// scanAll scans with several workers. Paths in it are relative to dir.
func scanAll(t *testing.T, s *Source, request source.Request, dir string) (scanned, error) {
	t.Helper()
	sinks := []*sink{{}, {}, {}}
	err := s.Scan(t.Context(), request, []source.Sink{sinks[0], sinks[1], sinks[2]})
	return collect(sinks, request.Report, dir), err
}

func collect(sinks []*sink, report *source.Report, dir string) scanned {
	var all []*event.Event
	for _, s := range sinks {
		all = append(all, s.events...)
	}
	slices.SortFunc(all, func(a, b *event.Event) int { return int(int64(a.Order().Seq - b.Order().Seq)) })
	relative := func(s string) string { return strings.ReplaceAll(s, dir+string(filepath.Separator), "") }
	var got scanned
	for _, e := range all {
		got.Events = append(got.Events, fmt.Sprintf("%s %s %s", e.Get("sourcetype"), relative(e.Get("source").String()), e.Get("_raw")))
	}
	problems, _ := report.Problems()
	for _, p := range problems {
		got.Problems = append(got.Problems, relative(p.String()))
	}
	slices.Sort(got.Problems)
	return got
}

const (
	one = `{"eventVersion":"1.09","eventTime":"2024-08-01T12:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser"}`
	two = `{"eventVersion":"1.09","eventTime":"2024-08-01T13:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject"}`
	s3  = `{"Records":[` + one + "," + two + "]}"
)

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func zstded(text string) string {
	w, _ := zstd.NewWriter(nil)
	return string(w.EncodeAll([]byte(text), nil))
}

// truncatedZstd returns zstd data that ends in its second block.
func truncatedZstd() string {
	var b bytes.Buffer
	w, _ := zstd.NewWriter(&b)
	_, _ = io.WriteString(w, manyLines(100))
	_ = w.Flush()
	first := b.Len()
	_, _ = io.WriteString(w, manyLines(100))
	_ = w.Close()
	return b.String()[:first+20]
}

type member struct{ name, text string }

func zipped(members ...member) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, _ := w.Create(m.name)
		_, _ = io.WriteString(f, m.text)
	}
	_ = w.Close()
	return b.String()
}

func tarred(members ...member) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "d/", Mode: 0o755})
	for _, m := range members {
		_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: m.name, Size: int64(len(m.text)), Mode: 0o644})
		_, _ = io.WriteString(w, m.text)
	}
	_ = w.Close()
	return b.String()
}

// tree writes files into a new directory and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestScanReadsEveryPacking(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		sources    []string // of which both events come, beside the file's name
	}{
		{"plain", s3, []string{""}},
		{"gzip", gzipped(s3), []string{""}},
		{"gzip in two members", gzipped(s3[:50]) + gzipped(s3[50:]), []string{""}},
		{"zstd", zstded(s3), []string{""}},
		{"zstd behind a skippable frame", "\x50\x2a\x4d\x18\x02\x00\x00\x00ab" + zstded(s3), []string{""}},
		{"zip", zipped(member{"a/", ""}, member{"a/x.json", s3}, member{"b.json.gz", gzipped(s3)}), []string{"!a/x.json", "!b.json.gz"}},
		{"tar", tarred(member{"d/x.json", s3}, member{"b.json.zst", zstded(s3)}), []string{"!d/x.json", "!b.json.zst"}},
		{"tar.gz", gzipped(tarred(member{"x.json.gz", gzipped(s3)})), []string{"!x.json.gz"}},
		{"tar.zst", zstded(tarred(member{"x", s3})), []string{"!x"}},
		{"zip in gzip", gzipped(zipped(member{"x", s3})), []string{"!x"}},
		{"zip in tar", tarred(member{"y.zip", zipped(member{"x", s3})}), []string{"!y.zip!x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, map[string]string{"file": test.text})
			var want scanned
			for _, s := range test.sources {
				want.Events = append(want.Events, "aws:cloudtrail file"+s+" "+one, "aws:cloudtrail file"+s+" "+two)
			}
			request := allTime()
			got, err := scanAll(t, New([]string{filepath.Join(dir, "file")}, Options{}), request, dir)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
			r := request.Report
			if r.Files.Load() != 1 || r.TotalFiles.Load() != 1 || r.Records.Load() != int64(2*len(test.sources)) ||
				r.Bytes.Load() < int64(len(test.text)) || r.TotalBytes.Load() != int64(len(test.text)) || r.Unpacked.Load() != int64(len(test.sources)*len(s3)) {
				t.Errorf("report: %d of %d files, %d of %d bytes, %d unpacked, %d records", r.Files.Load(), r.TotalFiles.Load(), r.Bytes.Load(), r.TotalBytes.Load(), r.Unpacked.Load(), r.Records.Load())
			}
			if diff := cmp.Diff(map[string]int64{"CloudTrail file": int64(len(test.sources))}, r.Forms()); diff != "" {
				t.Error(diff)
			}

			stdin := New([]string{Stdin, Stdin}, Options{Stdin: strings.NewReader(test.text)})
			got, err = scanAll(t, stdin, allTime(), dir)
			for i := range want.Events {
				want.Events[i] = strings.Replace(want.Events[i], " file", " stdin", 1)
			}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("standard input: error %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// What is wrong with one file is named, and the file beside it is read.
func TestScanNamesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	damaged := []byte(gzipped(strings.Repeat(one+"\n", 1000)))
	damaged[len(damaged)-6] ^= 1 // in the checksum
	many := gzipped(manyLines(5000))
	for _, test := range []struct {
		name, text string
		events     int // of the file
		problems   []string
	}{
		{"empty", "", 0, []string{": empty file"}},
		{"empty gzip", gzipped(""), 0, []string{": empty file"}},
		{"text", "hello\nworld\n", 0, []string{"no CloudTrail or JSON found"}},
		{"half a record", one + "\n" + two[:30], 1, []string{fmt.Sprintf("at byte %d: half a record at the end (is the file cut off?)", len(one)+1)}},
		{"truncated gzip", many[:len(many)/2], -1, []string{"the compressed data ends too early; what came before was read (is the file cut off?)"}},
		{"a few bytes of gzip", "\x1f\x8b\x08", 0, []string{"the compressed data ends too early; what came before was read (is the file cut off?)"}},
		{"wrong checksum", string(damaged), 1000, []string{fmt.Sprintf("at byte %d: the checksum does not match: the data is damaged (fetch the file again)", 1000*(len(one)+1))}},
		{"gzip with something behind it", gzipped(one) + "hello, this is more", 1, []string{fmt.Sprintf("at byte %d: data behind the compressed part that is not gzip", len(one))}},
		{"truncated zstd", truncatedZstd(), -1, []string{"the compressed data ends too early; what came before was read (is the file cut off?)"}},
		{"truncated zip", zipped(member{"x", s3})[:100], 0, []string{"a zip archive without its directory (is the file cut off?)"}},
		{"truncated tar", tarred(member{"x", manyLines(100)})[:3000], -1, []string{"the compressed data ends too early"}},
		{"damaged member of a tar", tarred(member{"a.gz", string(damaged[:len(damaged)-4])}, member{"b", one}), 1001, []string{"!a.gz: at byte"}},
		{"bzip2", "BZh91AY&SY", 0, []string{"packed in a way that is not read: only gzip, zstd, zip and tar are (unpack it first)"}},
		{"too many layers", gzipped(gzipped(gzipped(gzipped(gzipped(one))))), 0, []string{"packed in more than 4 layers (unpack it first)"}},
		{"a record too large", one + "\n{\"a\":\"" + strings.Repeat("x", 5000) + "\"}\n" + two, 2, []string{fmt.Sprintf("at byte %d: a record larger than 4096 bytes (raise the limit of a record)", len(one)+1)}},
		{"a record that is not well formed", `{"b":1,"a":tru}` + "\n" + two, 2, []string{"at byte 0: a value was expected at byte 11 of the record"}},
		{"a bomb", gzipped(strings.Repeat(" ", 8<<20)), 0, []string{"at byte", "it unpacks to more than 100 times its size; the rest is not read"}},
		{"a bomb in a zip", zipped(member{"x", strings.Repeat(" ", 8<<20)}), 0, []string{"!x: at byte", "it unpacks to more than 100 times its size; the rest is not read"}},
		{"very deep", `{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}", 1, []string{"nesting deeper than 100"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t, map[string]string{"bad": test.text, "good": two})
			options := Options{Limits: Limits{Record: 4096, FreeRatio: 1 << 20, Ratio: 100}}
			got, err := scanAll(t, New([]string{dir}, options), allTime(), dir)
			if err != nil {
				t.Error(err)
			}
			bad := len(got.Events) - 1
			if bad < 0 || got.Events[bad] != "aws:cloudtrail good "+two {
				t.Fatalf("the good file was not read: %d events", len(got.Events))
			}
			if test.events >= 0 && bad != test.events || test.events < 0 && bad == 0 {
				t.Errorf("%d events, want %d", bad, test.events)
			}
			if len(got.Problems) != 1 {
				t.Fatalf("problems %q", got.Problems)
			}
			for _, want := range test.problems {
				if !strings.Contains(got.Problems[0], want) {
					t.Errorf("problem %q, want %q", got.Problems[0], want)
				}
			}
		})
	}
}

// manyLines returns records that do not compress to nothing.
func manyLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"eventVersion":"1.09","eventSource":"s","eventName":"e","n":"%x"}`+"\n", uint64(i)*0x9e3779b97f4a7c15)
	}
	return b.String()
}

// What is saved beside a digest to check its signature is no log.
func TestScanPassesOverSignaturesOfDigests(t *testing.T) {
	t.Parallel()
	const digest = "AWSLogs/111122223333/CloudTrail-Digest/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20240801T130000Z.json.gz"
	dir := tree(t, map[string]string{
		"log.json":            s3,
		digest:                gzipped(`{"awsAccountId":"111122223333","digestStartTime":"2024-08-01T12:00:00Z","digestS3Bucket":"b"}`),
		digest + ".sig":       "00ff",
		digest + ".head.json": `{"Metadata":{"signature":"00ff"}}`,
	})
	request := allTime()
	got, err := scanAll(t, New([]string{dir}, Options{}), request, dir)
	if err != nil || len(got.Events) != 2 || len(got.Problems) != 0 {
		t.Errorf("%d events, problems %q, %v", len(got.Events), got.Problems, err)
	}
	if passed := request.Report.Passed.Load(); passed != 3 {
		t.Errorf("%d passed over", passed)
	}
}

func TestScanReadsNoMoreThanAsked(t *testing.T) {
	t.Parallel()
	key := func(time string) string {
		return "AWSLogs/111111111111/CloudTrail/eu-west-1/2024/08/01/111111111111_CloudTrail_eu-west-1_" + time + "_abc.json.gz"
	}
	dir := tree(t, map[string]string{
		key("20240801T1000Z"): gzipped(s3), key("20240801T1205Z"): gzipped(`{"Records":[` + one + "]}"), key("20240801T1305Z"): gzipped(`{"Records":[` + two + "]}"), key("20240801T1500Z"): "not even opened",
		"lines": one + "\n" + two + "\n" + `{"a":"no time"}` + "\n",
	})
	at := func(hour int) float64 { return 1722470400 + float64(hour)*3600 } // 2024-08-01
	request := allTime()
	request.Earliest, request.Latest = at(12), at(13)
	got, err := scanAll(t, New([]string{dir}, Options{}), request, dir)
	want := scanned{Events: []string{"aws:cloudtrail " + key("20240801T1205Z") + " " + one, "aws:cloudtrail lines " + one}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("by time: error %v (-want +got):\n%s", err, diff)
	}
	if n := request.Report.Skipped.Load(); n != 2 {
		t.Errorf("%d files were not opened, want 2", n)
	}

	request = allTime()
	request.AnyOf = [][]plan.Condition{{{Field: "eventName", Values: []string{"getobject"}}, {Field: "sourcetype", Values: []string{"aws:cloudtrail"}}}}
	got, err = scanAll(t, New([]string{filepath.Join(dir, "lines")}, Options{}), request, dir)
	want = scanned{Events: []string{"aws:cloudtrail lines " + two}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("by value: error %v (-want +got):\n%s", err, diff)
	}
	if n := request.Report.Records.Load(); n != 3 {
		t.Errorf("%d records were seen, want 3", n)
	}
}

// Fields that are given beside the text may be the wanted ones.
func TestScanPushesRecordsWithGivenFields(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"x": `{"_raw":"text","eventName":"GetObject","_time":12}`})
	request := allTime()
	request.AnyOf = [][]plan.Condition{{{Field: "eventName", Values: []string{"getobject"}}}}
	request.Earliest = 10
	got, err := scanAll(t, New([]string{dir}, Options{}), request, dir)
	if diff := cmp.Diff(scanned{Events: []string{"_json x text"}}, got); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

func TestScanSetsMetadata(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"x": one + "\n" + `{"source":"s","sourcetype":"st","host":"h","index":"i"}` + "\n"})
	read := func(options Options) []string {
		s := &sink{}
		if err := New([]string{dir}, options).Scan(t.Context(), allTime(), []source.Sink{s}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range s.events {
			got = append(got, strings.ReplaceAll(fmt.Sprintf("%s %s %s %s %s", e.Get("source"), e.Get("sourcetype"), e.Get("host"), e.Get("index"), e.Get("api.operation")), dir, ""))
		}
		return got
	}
	if diff := cmp.Diff([]string{"/x aws:cloudtrail localhost main ", "s st h i "}, read(Options{})); diff != "" {
		t.Error(diff)
	}
	forced := Options{Meta: event.Meta{Source: "S", Sourcetype: "aws:asl", Host: "H", Index: "I"}}
	if diff := cmp.Diff([]string{"S aws:asl H I CreateUser", "S aws:asl H I "}, read(forced)); diff != "" {
		t.Error(diff)
	}
}

func TestScanEndsEarly(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 50 {
		files[fmt.Sprintf("%02d", i)] = manyLines(1000)
	}
	dir := tree(t, files)
	s := New([]string{dir}, Options{})

	full := &sink{most: 1}
	if err := s.Scan(t.Context(), allTime(), []source.Sink{full}); err != nil || len(full.events) == 0 || len(full.events) > batchSize {
		t.Errorf("a sink that wants one event got %d, error %v", len(full.events), err)
	}

	bad := errors.New("bad sink")
	if err := s.Scan(t.Context(), allTime(), []source.Sink{&sink{err: bad}, &sink{}}); !errors.Is(err, bad) {
		t.Errorf("error %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancelling := sinkFunc(func(event.Batch) (bool, error) {
		cancel()
		return true, nil
	})
	request := allTime()
	if err := s.Scan(ctx, request, []source.Sink{cancelling}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if problems, _ := request.Report.Problems(); request.Report.Files.Load() > 1 || problems != nil {
		t.Errorf("after the end %d files were read, problems %v", request.Report.Files.Load(), problems)
	}

	// Standard input that never says anything does not keep the scan.
	in, out := io.Pipe()
	t.Cleanup(func() { _ = out.Close() })
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if err := New([]string{Stdin}, Options{Stdin: in}).Scan(ctx, allTime(), []source.Sink{&sink{}}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

type sinkFunc func(event.Batch) (bool, error)

func (f sinkFunc) Push(b event.Batch) (bool, error) { return f(b) }

// However many workers there are, every event arrives once and with the same
// number.
func TestScanIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 20 {
		files[fmt.Sprintf("%02d.gz", i)] = gzipped(manyLines(300 + i))
	}
	files["z.zip"] = zipped(member{"a", manyLines(700)}, member{"b", manyLines(10)})
	dir := tree(t, files)
	numbered := func(workers int) map[uint64]string {
		var mu sync.Mutex
		seen := map[uint64]string{}
		sinks := make([]source.Sink, workers)
		for i := range sinks {
			sinks[i] = sinkFunc(func(b event.Batch) (bool, error) {
				mu.Lock()
				defer mu.Unlock()
				for _, e := range b {
					seen[e.Order().Seq] += e.Get("source").String() + " " + e.Get("_raw").Clone().String()
				}
				return true, nil
			})
		}
		if err := New([]string{dir}, Options{}).Scan(t.Context(), allTime(), sinks); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	want := numbered(1)
	if len(want) != 20*300+19*20/2+710 {
		t.Errorf("%d events", len(want))
	}
	if diff := cmp.Diff(want, numbered(7)); diff != "" {
		t.Error(diff)
	}
}
