package cloudtrail_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/cloudtrail"
)

// Cuts stay as they were until Release is called.
func TestReaderKeepsCutsUntilRelease(t *testing.T) {
	t.Parallel()
	var input strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&input, `{"_raw":"record %d \"%s\"","n":"\u0041%d"}`+"\n", i, strings.Repeat("x", i%300), i)
	}
	checkKept(t, strings.NewReader(input.String()), 5000)
	checkKept(t, strings.NewReader(base64Of(gzipped(input.String()))), 5000)
}

func checkKept(t *testing.T, src io.Reader, want int) {
	t.Helper()
	type kept struct {
		cut  cloudtrail.Cut
		copy string
	}
	var held []kept
	n, releases := 0, 0
	release := func() error {
		releases++
		for _, k := range held {
			if got := spell(&k.cut); got != k.copy {
				t.Fatalf("a cut changed before its release: %q, was %q", got, k.copy)
			}
		}
		held = held[:0]
		return nil
	}
	r := cloudtrail.NewReader(src, cloudtrail.Options{Release: release})
	for {
		cut, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
		held = append(held, kept{*cut, strings.Clone(spell(cut))})
	}
	if err := release(); err != nil || n != want || releases < 2 {
		t.Errorf("%d records with %d releases", n, releases)
	}
}

func TestReaderEndsWithTheErrorOfRelease(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	line := `{"a":"` + strings.Repeat("x", 1000) + "\"}\n"
	r := cloudtrail.NewReader(strings.NewReader(strings.Repeat(line, 1000)), cloudtrail.Options{Release: func() error { return stop }})
	for {
		_, err := r.Next()
		if err == nil {
			continue
		}
		if !errors.Is(err, stop) {
			t.Errorf("error %v", err)
		}
		if _, again := r.Next(); !errors.Is(again, stop) {
			t.Errorf("then %v", again)
		}
		return
	}
}

func TestReaderPassesOnTheErrorOfTheInput(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad disk")
	got := read(io.MultiReader(strings.NewReader(one+"\n"+two[:20]), iotest.ErrReader(bad)), cloudtrail.Options{})
	want := reading{Records: []string{"C " + one}, Form: cloudtrail.FormLines, Err: "bad disk"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A record of 50 MB is within the default limit. One over the limit is named,
// and the rest is read.
func TestReaderReadsLargeRecords(t *testing.T) {
	t.Parallel()
	large := func(n int) string { return `{"eventVersion":"` + strings.Repeat("0123456789ab}]{[", n/16) + `\"}"}` }
	for _, form := range []string{"%s\n%s\n%s\n", `{"Records":[%s,%s,%s]}`} {
		input := fmt.Sprintf(form, one, large(50<<20), two)
		if got := read(strings.NewReader(input), cloudtrail.Options{}); len(got.Records) != 3 || len(got.Records[1]) < 50<<20 || got.Problems != nil {
			t.Errorf("%s: %d records, problems %v", form, len(got.Records), got.Problems)
		}
		input = fmt.Sprintf(form, one, large(3<<20), two)
		got := read(strings.NewReader(input), cloudtrail.Options{MaxRecord: 1 << 20})
		if len(got.Records) != 2 || len(got.Problems) != 1 || got.Records[1] != "C "+two {
			t.Errorf("%s with a limit: %d records, problems %v", form, len(got.Records), got.Problems)
		}
	}
}

// Nesting costs the cutter nothing.
func TestReaderCutsDeepNesting(t *testing.T) {
	t.Parallel()
	deep := `{"a":` + strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20) + "}"
	got := read(strings.NewReader(deep+"\n"+one), cloudtrail.Options{})
	if len(got.Records) != 2 || got.Problems != nil {
		t.Errorf("%d records, problems %v", len(got.Records), got.Problems)
	}
	nested := strings.Repeat(`{"Records":[`, 1000) + one + strings.Repeat("]}", 1000)
	if got := read(strings.NewReader(nested), cloudtrail.Options{}); len(got.Records) != 1 {
		t.Errorf("containers in containers: %d records, problems %v", len(got.Records), got.Problems)
	}
}

func TestReaderKeepsBytesThatAreNoUTF8(t *testing.T) {
	t.Parallel()
	line := "{\"a\":\"\xff\xfe\x80\"}"
	want := reading{Records: []string{"J " + line}, Form: cloudtrail.FormLines}
	if diff := cmp.Diff(want, read(strings.NewReader(line), cloudtrail.Options{})); diff != "" {
		t.Error(diff)
	}
}

// Each broken line is found, however many, in time that grows with the input.
func TestReaderCountsProblems(t *testing.T) {
	t.Parallel()
	const n = 20_000
	got := read(strings.NewReader(strings.Repeat("{\"a\":\"{\n", n)+one), cloudtrail.Options{})
	if diff := cmp.Diff([]string{"C " + one}, got.Records); diff != "" {
		t.Error(diff)
	}
	if len(got.Problems) != cloudtrail.MaxProblems+1 || got.Problems[cloudtrail.MaxProblems] != fmt.Sprintf("-1: %d more problems of this file", n-cloudtrail.MaxProblems) {
		t.Errorf("problems %v", got.Problems)
	}
	// Neither do arrays that look broken in ever new ways cost more.
	got = read(strings.NewReader(strings.Repeat("[{\"eventVersion\":\"{\"eventVersion\":1}]\n", n)), cloudtrail.Options{})
	if len(got.Records) < n/2 {
		t.Errorf("%d records", len(got.Records))
	}
	for _, line := range []string{`{"Events":[{"`, `{"logEvents":[{`, `{"Records":[{"eventVersion"`, "eyJ" + strings.Repeat("x", 73), `{"preview":1,"results":[{"`, `"`, `["`, `[`} {
		got = read(strings.NewReader(strings.Repeat(line+"\n", n)), cloudtrail.Options{})
		if len(got.Problems) == 0 {
			t.Errorf("lines %s: nothing was wrong", line)
		}
	}
	got = read(strings.NewReader("[{]\n"+strings.Repeat("[{}]\n", n)), cloudtrail.Options{})
	want := []string{"1: a record whose quotes or brackets do not close", "2: nothing behind this was recognized as a record"}
	if diff := cmp.Diff(want, got.Problems); diff != "" {
		t.Error(diff)
	}
}

const stratus = "../../../shared/data/stratus"

// The real records of Stratus Red Team: what is cut is what is there.
func TestReaderCutsRealRecords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(stratus, "*.json"))
	if err != nil || len(files) == 0 {
		t.Skip("no data in " + stratus)
	}
	total := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := read(bytes.NewReader(text), cloudtrail.Options{})
		if got.Form != cloudtrail.FormArray || got.Problems != nil || got.Err != "" {
			t.Errorf("%s: form %q, problems %v, error %q", file, got.Form, got.Problems, got.Err)
		}
		for _, r := range got.Records {
			if !strings.HasPrefix(r, "C {") {
				t.Errorf("%s: %.40q is not known for CloudTrail", file, r)
			}
		}
		total += len(got.Records)
	}
	if total != 310 {
		t.Errorf("%d records, want 310", total)
	}
}

// FuzzReader looks for a panic, for records that are not in the input, for
// cuts that change before they are released, and for answers that depend on
// how the input is split into reads.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		one + "\n" + two, `{"Records":[` + one + "," + two + "]}", "[" + quoted + "," + one + ",1]", logs, base64Of(gzipped(logs)) + "\n" + base64Of(logs),
		`{"Events":[{"CloudTrailEvent":` + quoted + "}]}", `{"result":{"_raw":"x","_time":1,"a":["b"]}}`, `{"event":` + one + `,"time":1,"fields":{"a":1}}`,
		"eventname,eventsource,useridentity\na,\"b\"\"\",\"{\"\"a\"\":1}\"\n", `{"eventname":"a","eventsource":"b","useridentity":{"username":null}}`,
		"{\"a\":{\n{\"b\":\"\n{\"c\":1}\n}\n", `{"Records":[{"eventVersion":"x},{"eventVersion":1},{]}`, "\xef\xbb\xbf[[{}],{}]x\n{}", `{"a":{"Records":[]},"Records":[{}],"Records":[{}]}`,
		`{"preview":true,"results":[{}],"lastrow":1}`, `{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"x"}]}`,
	} {
		f.Add([]byte(seed), uint8(3))
	}
	f.Fuzz(func(t *testing.T, input []byte, size uint8) {
		options := cloudtrail.Options{MaxRecord: 64 + len(input)/2}
		want := read(bytes.NewReader(input), options)
		for _, src := range []io.Reader{iotest.OneByteReader(bytes.NewReader(input)), &slowReader{input, int(size%50) + 1}} {
			if diff := cmp.Diff(want, read(src, options)); diff != "" {
				t.Fatalf("it depends on the reads (-at once +in pieces):\n%s", diff)
			}
		}
		if !rewritten(input) {
			for _, r := range want.Records {
				_, text, _ := strings.Cut(r, "{")
				if !bytes.Contains(input, []byte(text)) {
					t.Fatalf("%q is not in the input", r)
				}
			}
		}
	})
}

// rewritten reports whether records may be other texts than those in the
// input: unescaped, unpacked or made from columns.
func rewritten(input []byte) bool {
	for _, s := range []string{`\`, "eventname", "H4sI", "ey", "ew", "W3", "Ww", "EVENTNAME", "eventName,", "_raw"} {
		if bytes.Contains(bytes.ToLower(input), bytes.ToLower([]byte(s))) {
			return true
		}
	}
	return false
}

// slowReader gives so many bytes at a time.
type slowReader struct {
	rest []byte
	n    int
}

func (r *slowReader) Read(b []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, r.rest[:min(r.n, len(r.rest))])
	r.rest = r.rest[n:]
	return n, nil
}

func BenchmarkReader(b *testing.B) {
	records := realRecords(b)
	for _, form := range []struct{ name, input string }{
		{"records", `{"Records":[` + strings.Join(records, ",") + "]}"},
		{"lines", strings.Join(records, "\n")},
	} {
		b.Run(form.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(form.input)))
			var r cloudtrail.Reader
			for b.Loop() {
				r.Reset(strings.NewReader(form.input), cloudtrail.Options{})
				for {
					if _, err := r.Next(); err != nil {
						break
					}
				}
				if r.Records() != int64(len(records)) {
					b.Fatalf("%d records", r.Records())
				}
			}
		})
	}
}

// realRecords returns real records, compact as CloudTrail writes them.
func realRecords(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(stratus, "*.json"))
	if err != nil || len(files) == 0 {
		tb.Skip("no data in " + stratus)
	}
	var records []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		for _, r := range read(bytes.NewReader(text), cloudtrail.Options{}).Records {
			records = append(records, compact(tb, strings.TrimPrefix(r, "C ")))
		}
	}
	return records
}

func compact(tb testing.TB, text string) string {
	tb.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}
