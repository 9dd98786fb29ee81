package engine_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/engine"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	e, err := engine.Explain(t.Context(), compile(t, "eventName=A n>1 earliest=100 latest=200 | search n=2 | head 3"), engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := `filter         search eventName=A n>1 earliest=100 latest=200
               search n=2
source skips   what does not fulfil: eventName is one of a
               what does not fulfil: n is one of 2
time           from 1970-01-01T00:01:40Z to before 1970-01-01T00:03:20Z
fields read    *
merge          the first 3 rows in order of time
after merge    head 3
slow because   every field of each event that passes the filter is read, since a command asks for all: name the fields with table or fields
`
	if diff := cmp.Diff(want, e.String()); diff != "" {
		t.Error(diff)
	}
}
