package file

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

const stratus = "../../../../shared/data/stratus"

// The AMI that is shared in the real logs of Stratus Red Team is found.
func TestScanFindsTheSharedImage(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(stratus); err != nil {
		t.Skip("no data in " + stratus)
	}
	request := allTime()
	request.Fields = event.SetOf("user_arn", "requestParameters.launchPermission.add.items{}.userId", "errorCode")
	request.AnyOf = [][]plan.Condition{{{Field: "eventName", Values: []string{"modifyimageattribute"}}, {Field: "sourcetype", Values: []string{"aws:cloudtrail"}}}}
	s := &sink{}
	if err := New([]string{stratus}, Options{}).Scan(t.Context(), request, []source.Sink{s}); err != nil {
		t.Fatal(err)
	}
	if problems, _ := request.Report.Problems(); len(problems) > 0 {
		t.Errorf("problems %v", problems)
	}
	if n := request.Report.Records.Load(); n != 310 || len(s.events) != 1 {
		t.Fatalf("%d events of %d records", len(s.events), n)
	}
	e := s.events[0]
	for name, want := range map[string]string{
		"user_arn": "arn:aws:iam::118238665043:user/christophe", "errorCode": "success", "requestParameters.launchPermission.add.items{}.userId": "846424999548",
	} {
		if got := e.Get(name).String(); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// BenchmarkScan reads one gzip file of real records, as CloudTrail writes
// them; bytes are those unpacked.
func BenchmarkScan(b *testing.B) {
	files, _ := filepath.Glob(filepath.Join(stratus, "*.json"))
	if len(files) == 0 {
		b.Skip("no data in " + stratus)
	}
	var records []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			b.Fatal(err)
		}
		for _, r := range list {
			var compact bytes.Buffer
			if err := json.Compact(&compact, r); err != nil {
				b.Fatal(err)
			}
			records = append(records, compact.String())
		}
	}
	all := strings.Join(records, ",")
	text := `{"Records":[` + all + strings.Repeat(","+all, 20) + "]}"
	path := filepath.Join(b.TempDir(), "x.json.gz")
	if err := os.WriteFile(path, []byte(gzipped(text)), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name   string
		wanted string
		fields event.Set
	}{
		{"one call wanted", "modifyimageattribute", event.SetOf("eventName", "user_arn")},
		{"all wanted, two fields", "", event.SetOf("eventName", "user_arn")},
	} {
		b.Run(bench.name, func(b *testing.B) {
			request := allTime()
			request.Fields = bench.fields
			if bench.wanted != "" {
				request.AnyOf = [][]plan.Condition{{{Field: "eventName", Values: []string{bench.wanted}}}}
			}
			reading := sinkFunc(func(batch event.Batch) (bool, error) {
				for _, e := range batch {
					e.Get("eventName")
				}
				return true, nil
			})
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if err := New([]string{path}, Options{}).Scan(b.Context(), request, []source.Sink{reading}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
