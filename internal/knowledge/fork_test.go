package knowledge

import (
	"testing"
	"testing/fstest"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/value"
)

// What is written to a fork, also to a table that comes into being there, is
// seen under every name of the table and nowhere else.
func TestForkKeepsToItself(t *testing.T) {
	t.Parallel()
	l := load(t, fstest.MapFS{
		"lookups/people.yml":      file("name: people\nfilename: people_file.csv\n"),
		"lookups/people_file.csv": file("user,team\neve,red\n"),
	}).Lookups
	fork, other := l.Fork(), l.Fork()
	row := func() []*event.Event {
		return []*event.Event{event.New(event.Field{Name: "user", Value: value.OfText("mallory")}, event.Field{Name: "team", Value: value.OfText("blue")})}
	}
	people, _ := fork.Lookup("people")
	if err := people.Store(row(), true, ""); err != nil {
		t.Fatal(err)
	}
	made, err := fork.CreateLookup("made.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Store(row(), false, ""); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		lookups *Lookups
		table   string
		want    int
	}{
		{"written", fork, "people", 2},
		{"by its file", fork, "people_file.csv", 2},
		{"made", fork, "made.csv", 1},
		{"origin", l, "people", 1},
		{"another fork", other, "people", 1},
	} {
		table, ok := test.lookups.Lookup(test.table)
		if !ok {
			t.Errorf("%s: no table", test.name)
			continue
		}
		if rows, err := table.Rows(); err != nil || len(rows) != test.want {
			t.Errorf("%s: %d rows, %v", test.name, len(rows), err)
		}
	}
	if _, ok := l.Lookup("made.csv"); ok {
		t.Error("the origin has the table that the fork made")
	}
	if len(l.Unsaved()) > 0 {
		t.Error("the origin was written to")
	}
}
