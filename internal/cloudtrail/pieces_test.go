package cloudtrail_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/cloudtrail"
)

// What is cut does not depend on how the input is split into reads, also where
// the input is put together from pieces of all forms, whole and broken.
func TestReaderDoesNotDependOnReads(t *testing.T) {
	t.Parallel()
	pieces := []string{
		one, two, quoted, logs, "{", "}", "[", "]", "\n", "\n{", ",", `"`, `\`, `:`, `{"Records":[`, `]}`, `"Records":[`, `{"eventVersion"`,
		`"Events":[`, `{"CloudTrailEvent":`, `"logEvents":[`, "x", "1", " ", "null", `{"a":1}`, `"a":`, base64Of(gzipped(logs)), base64Of(logs),
		"eventname,eventsource\n", "\r\n", "\xef\xbb\xbf", `{"result":{"_raw":"x"}}`, `{"event":{"a":1}}`, `{"messageType":"CONTROL_MESSAGE",`,
		"\x1e", `"preview":1,`, `"results":[`, `{"awslogs":{"data":"`, `"QueryResultRows":[`, `{"eventname":"a","eventsource":"b"}`,
	}
	rapid.Check(t, func(t *rapid.T) {
		input := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 14).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "damaged") {
			i := rapid.IntRange(0, len(input)).Draw(t, "at")
			input = input[:i] + input[min(len(input), i+rapid.IntRange(1, 4).Draw(t, "missing")):]
		}
		options := cloudtrail.Options{MaxRecord: rapid.SampledFrom([]int{0, 40, 100, 300}).Draw(t, "limit")}
		want := read(strings.NewReader(input), options)
		for name, got := range map[string]reading{
			"byte by byte": read(iotest.OneByteReader(strings.NewReader(input)), options),
			"in pieces":    read(&slowReader{[]byte(input), rapid.IntRange(1, 60).Draw(t, "size")}, options),
			"with errors":  read(iotest.DataErrReader(bytes.NewReader([]byte(input))), options),
		} {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%q %s (-at once +got):\n%s", input, name, diff)
			}
		}
	})
}
