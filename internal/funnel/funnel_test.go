package funnel_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/funnel"
	"github.com/pugmark/pugmark/internal/source/file"
	"github.com/pugmark/pugmark/internal/spl"
)

// events are a few rows about two users, the last without one.
const events = `{"_time":1,"user":"a","ip":"1","n":1,"eventID":"e1"}
{"_time":2,"user":"a","ip":"2","n":5,"eventID":"e2"}
{"_time":3,"user":"b","ip":"2","n":7,"eventID":"e3","calls":["Get","Put"]}
{"_time":4,"ip":"3","n":9,"eventID":"e4","request":{"launch":{"remove":{"to":"x"}}}}
`

// macros has the one macro of these tests.
type macros struct{ spl.NoMacros }

func (macros) Macro(name string, _ int) (spl.Macro, bool) {
	return spl.Macro{Name: name, Definition: "user=a ip=*"}, name == "mine"
}

func run(t *testing.T, search string, config engine.Config, follow ...string) *funnel.Funnel {
	t.Helper()
	compiled, err := engine.Compile(&diag.Source{Name: "search", Text: search}, &command.Env{Macros: macros{}})
	if err != nil {
		t.Fatal(err)
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(events)), nil }
	config.Source = file.NewInputs([]file.Input{{Name: "events", Size: int64(len(events)), Open: open}}, file.Options{})
	config.Jobs = 2
	f, err := funnel.Run(t.Context(), compiled, funnel.Config{Engine: config, Events: follow, Fields: []string{"userName"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Result.Err != nil {
		t.Fatal(f.Result.Err)
	}
	return f
}

// summary writes a funnel as these tests compare it.
func summary(f *funnel.Funnel) string {
	var b strings.Builder
	for _, s := range f.Stages {
		fmt.Fprintf(&b, "%d>%d %s", s.In, s.Out, s.Text)
		if s.Macro != "" {
			b.WriteString(" (" + s.Macro + ")")
		}
		b.WriteString("\n")
		for _, r := range s.Reasons {
			fmt.Fprintf(&b, "  %d: %s\n", r.Rows, r.Reason)
		}
		for _, h := range s.Hints {
			fmt.Fprintf(&b, "  hint: %s\n", h)
		}
	}
	return b.String()
}

func TestRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, search, want string }{
		{"conditions one by one, with the macro that they stand in", "`mine` n>2", `
4>2 user=a (mine)
  1: user is null
  1: user has another value: b (1)
2>2 ip=* (mine)
2>1 n>2
  1: n has another value: 1 (1)
`},
		{"a value that is nearly there", "user=aa | stats count", `
4>0 user=aa
  3: user has another value: a (2), b (1)
  1: user is null
  hint: aa is not there, but a is
0>1 stats count
`},
		{"a field that no event has, and the one that was meant", "User=a", `
4>0 User=a
  4: User is null
  hint: no row that came here has the field User, but they have user
`},
		{"time modifiers are one condition", "earliest=2 latest=3 n>0", `
4>1 earliest=2 latest=3
  3: outside of the time range: from 1970-01-01T00:00:01Z to 1970-01-01T00:00:04Z
1>1 n>0
`},
		{"a BY field that is null", "n>0 | stats count by user", `
4>4 n>0
4>2 stats count by user
  1: user is null, and a row without a BY field is in no group
  hint: "| fillnull value=unknown user" before it would keep such rows, or eval with coalesce(…)
`},
		{"a BY field that was removed", "n>0 | fields n | stats count by user", `
4>4 n>0
4>4 fields n
4>0 stats count by user
  4: user is null, and a row without a BY field is in no group
  hint: user was there before: it was removed by fields n
`},
		{"a field that stats does not give", "n>0 | stats count by ip | search user=a", `
4>4 n>0
4>3 stats count by ip
3>0 search user=a
  3: user is null, so user=a is not true
  hint: user was there before: it was removed by stats count by ip
`},
		{"null in where", "n>0 | where user!=\"a\"", `
4>4 n>0
4>1 where user != "a"
  2: user != "a" is false
  1: user is null
  hint: a comparison with null is never true: isnull(…), coalesce(…) or fillnull deal with it
`},
		{"case in where", "n=1 | where user=\"A\"", `
4>1 n=1
  3: n has another value: 5 (1), 7 (1), 9 (1)
1>0 where user = "A"
  1: user = "A" is false
  hint: eval expressions compare texts with regard to case: write lower(…) on both sides
`},
		{"the first of several, and no more than so many", "n>0 | dedup user | head 1", `
4>4 n>0
4>2 dedup 1 user
  1: a row with the same user came before it
  1: user is null, and keepempty is not set
  hint: dedup … keepempty=true keeps such rows
2>1 head 1
  1: it is not among the first 1 rows
`},
		{"no match in join", "n>0 | join ip [search n=9 | fields ip]", `
4>4 n>0
4>1 join type=inner max=1 overwrite=true usetime=false earlier=true ip [search n=9 | fields ip]
  3: no row of the subsearch has the same ip
`},
		{"a row becomes several", "n=7 | mvexpand calls{} | regex calls{}=\"^P\"", `
4>1 n=7
  3: n has another value: 1 (1), 5 (1), 9 (1)
1>2 mvexpand calls{}
2>1 regex calls{}="^P"
  1: calls{} is a text, in which the pattern is not found
`},
		{"a search without events", "| makeresults count=2 | where 1=2", `
0>2 makeresults count=2
2>0 where 1 = 2
  2: 1 = 2 is false
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), summary(run(t, test.search, engine.Config{}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The run's own time range is a stage, and says what it cut off.
func TestWindow(t *testing.T) {
	t.Parallel()
	want := `4>1 _time>=1970-01-01T00:00:04Z
  3: outside of the time range: from 1970-01-01T00:00:01Z to 1970-01-01T00:00:03Z
1>1 n>0
`
	got := run(t, "n>0", engine.Config{Earliest: 4, Latest: 1e10})
	got.Stages[0].Text, _, _ = strings.Cut(got.Stages[0].Text, " ")
	if diff := cmp.Diff(want, summary(got)); diff != "" {
		t.Error(diff)
	}
}

// Reasons of events that were asked for have their values.
func TestFollow(t *testing.T) {
	t.Parallel()
	const search = `n>1 (request.launch.add.to=* OR request.launch.add.all=true OR n<9) | dedup user | where n > 6 | stats count by user`
	for id, want := range map[string]string{
		"E1": `stage 1: n is "1", so n>1 is not true`,
		"e2": `stage 4: n is "5", so n > 6 is false`,
		"e3": "survived",
		"e4": `stage 2: request.launch.add.to is null, so request.launch.add.to=* is not true; request.launch.add.all is null, so request.launch.add.all=true is not true; ` +
			`n is "9", so n<9 is not true; it has request.launch.remove.to`,
		"e5": "no event of this ID was read",
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			e := run(t, search, engine.Config{}, id).Events[0]
			got := e.Reason
			if e.Survived {
				got = "survived"
			} else if e.Stage > 0 {
				got = fmt.Sprintf("stage %d: %s", e.Stage, e.Reason)
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// dedup names the event that kept the place.
func TestFollowNamesTheOther(t *testing.T) {
	t.Parallel()
	e := run(t, "n>0 | dedup user", engine.Config{}, "e1").Events[0]
	if want := `user is "a", as in event e2, which came before it`; e.Reason != want {
		t.Errorf("got  %s\nwant %s", e.Reason, want)
	}
}

// Samples are the same whichever worker saw which event.
func TestSamplesAreTheEarliest(t *testing.T) {
	t.Parallel()
	for range 5 {
		end := run(t, "n>0 | where n>100", engine.Config{}).Ends()
		var got []string
		for _, s := range end.Samples {
			got = append(got, s.Reason)
		}
		want := []string{`n is "1", so n > 100 is false`, `n is "5", so n > 100 is false`, `n is "7", so n > 100 is false`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

// What other values were met does not change when the memory behind the events
// is used again, also where a value was met before.
func TestReasonsKeepNoMemoryOfEvents(t *testing.T) {
	t.Parallel()
	compiled, err := engine.Compile(&diag.Source{Name: "search", Text: "user=nobody"}, &command.Env{})
	if err != nil {
		t.Fatal(err)
	}
	var inputs []file.Input
	for _, text := range []string{`{"user":"alice"}`, `{"n":1,"user":"alice"}`, `{"zzzz":"zzzzzzzzzzzzzzzzz"}`} {
		open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text + "\n")), nil }
		inputs = append(inputs, file.Input{Name: "events", Size: int64(len(text)), Open: open})
	}
	f, err := funnel.Run(t.Context(), compiled, funnel.Config{Engine: engine.Config{Source: file.NewInputs(inputs, file.Options{}), Jobs: 1}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, r := range f.Stages[0].Reasons {
		reasons = append(reasons, fmt.Sprintf("%s: %d", r.Reason, r.Rows))
	}
	if diff := cmp.Diff([]string{"user has another value: alice (2): 2", "user is null: 1"}, reasons); diff != "" {
		t.Error(diff)
	}
}
