package file

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/cloudtrail"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

// The accounts of a scan are those of all CloudTrail records that it reads,
// wanted or not, in the time range or not, however many workers share them and
// into however many parts files are split.
func TestAccountsOfAScan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	record := func(account int, time string) string {
		return fmt.Sprintf(`{"eventVersion":"1.08","eventTime":"%s","eventSource":"sts.amazonaws.com","eventName":"GetCallerIdentity","recipientAccountId":"%012d","eventCategory":"Management"}`, time, account)
	}
	var lines strings.Builder
	for i := range 2000 {
		lines.WriteString(record(1+i/500, "2026-11-01T00:00:00Z") + "\n")
	}
	write("lines.jsonl", lines.String())
	write("old.json.gz", gzipped(`{"Records":[`+record(5, "2019-01-01T00:00:00Z")+`]}`))
	write("table.csv", "eventversion,eventname,eventsource,recipientaccountid\n1.08,GetObject,s3.amazonaws.com,000000000006\n")
	write("envelope.json", `{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.sts","account":"000000000099","time":"2026-11-01T00:00:00Z","detail":`+record(7, "2026-11-01T00:00:00Z")+`}`)
	write("other.json", `{"a":1,"recipientAccountId":"000000000098"}`+"\n")
	write("000000000097_CloudTrail_us-east-1_20190101T0000Z_x.json", `{"Records":[`+record(97, "2019-01-01T00:00:00Z")+`]}`)

	scan := func(workers int, split splitting, options Options, paths ...string) []string {
		request := allTime()
		request.Earliest, request.Accounts, request.Fields = 1_700_000_000, &plan.Accounts{}, event.SetOf("eventName")
		request.AnyOf = [][]plan.Condition{{{Field: "eventName", Values: []string{"createuser"}}}}
		sinks := make([]source.Sink, workers)
		for i := range sinks {
			sinks[i] = refusing{t}
		}
		s := New(paths, options)
		s.splitting = split
		if err := s.Scan(t.Context(), request, sinks); err != nil {
			t.Fatal(err)
		}
		return request.Accounts.Numbers()
	}
	want := []string{"000000000001", "000000000002", "000000000003", "000000000004", "000000000005", "000000000006", "000000000007"}
	for _, workers := range []int{1, 4} {
		for _, split := range []splitting{largeFiles, {size: 1, part: 1000}} {
			if diff := cmp.Diff(want, scan(workers, split, Options{}, dir)); diff != "" {
				t.Errorf("%d workers, parts of %d bytes (-want +got):\n%s", workers, split.part, diff)
			}
		}
	}
	// What counts is what a record is taken for.
	lake := Options{Meta: event.Meta{Sourcetype: cloudtrail.SourcetypeOCSF}}
	if got := scan(1, largeFiles, lake, filepath.Join(dir, "old.json.gz")); len(got) > 0 {
		t.Errorf("read as %s: %v", lake.Meta.Sourcetype, got)
	}
}
