package file

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

// A record that no search wants allocates nothing, in whatever form it comes:
// ten thousand more of them cost what none do, also where their accounts are
// asked for.
func TestUnwantedRecordsAllocateNothing(t *testing.T) {
	record := func(i int) string {
		return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"Root"},"eventName":"DescribeImages","eventSource":"ec2.amazonaws.com","requestParameters":{"n":[%d],"x":"\"{"},"recipientAccountId":"111122223333","sharedEventID":"%d","tlsDetails":{"tlsVersion":"TLSv1.3"}}`, i, i)
	}
	for _, form := range []struct {
		name, before, between, after string
		packed                       bool
		accounts                     *plan.Accounts
	}{
		{"a CloudTrail file", `{"Records":[`, ",", "]}", false, nil},
		{"a packed CloudTrail file", `{"Records":[`, ",", "]}", true, nil},
		{"lines", "", "\n", "\n", false, nil},
		{"lines whose accounts are asked for", "", "\n", "\n", false, &plan.Accounts{}},
	} {
		t.Run(form.name, func(t *testing.T) {
			allocations := func(records int) float64 {
				list := make([]string, records)
				for i := range list {
					list[i] = record(i)
				}
				text := form.before + strings.Join(list, form.between) + form.after
				if form.packed {
					text = gzipped(text)
				}
				path := filepath.Join(t.TempDir(), "x")
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				request := allTime()
				request.Fields, request.Accounts = event.SetOf("eventName"), form.accounts
				request.AnyOf = [][]plan.Condition{{{Field: "eventName", Values: []string{"modifyimageattribute"}}}}
				n := testing.AllocsPerRun(5, func() {
					if err := New([]string{path}, Options{}).Scan(t.Context(), request, []source.Sink{refusing{t}}); err != nil {
						t.Fatal(err)
					}
				})
				if got := request.Report.Records.Load(); got != int64(6*records) {
					t.Fatalf("%d records read", got)
				}
				return n
			}
			few, many := allocations(100), allocations(10_100)
			if form.accounts != nil && !slices.Equal(form.accounts.Numbers(), []string{"111122223333"}) {
				t.Errorf("accounts %v", form.accounts.Numbers())
			}
			if more := many - few; more > 20 { // of the run as a whole: what the collector took from pools
				t.Errorf("%v allocations for 10,000 more records", more)
			}
		})
	}
}

// refusing is a sink that is pushed nothing.
type refusing struct{ *testing.T }

func (s refusing) Push(b event.Batch) (bool, error) {
	s.Errorf("%d events are wanted", len(b))
	return true, nil
}
