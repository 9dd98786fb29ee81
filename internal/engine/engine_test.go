package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/source"
)

// lines is a source of JSON texts, dealt out to the sinks in turn.
type lines []string

var schema = &event.Schema{Times: []string{"eventTime", "time"}, ID: "eventID"}

func (l lines) Scan(ctx context.Context, request source.Request, sinks []source.Sink) error {
	layout := event.NewLayout(request.Fields, schema)
	meta := &event.Meta{Source: "test", Sourcetype: "aws:cloudtrail", Index: "main"}
	for i, text := range l {
		var record event.Record
		var e event.Event
		buffer := []byte(text)
		record.Reset(buffer, meta, layout, uint64(i), request.Track, nil)
		e.Reset(&record)
		if _, err := sinks[i%len(sinks)].Push(event.Batch{&e}); err != nil {
			return err
		}
		for i := range buffer { // a sink that kept the buffer would see this
			buffer[i] = '#'
		}
	}
	return ctx.Err()
}

func compile(t *testing.T, spl string) *plan.Search {
	t.Helper()
	s, err := engine.Compile(&diag.Source{Name: "search", Text: spl}, &command.Env{})
	if err != nil {
		t.Fatalf("%s: %v", spl, err)
	}
	return s
}

func column(rows []*event.Event, name string) []string {
	var values []string
	for _, r := range rows {
		values = append(values, r.Get(name).String())
	}
	return values
}

var events = lines{
	`{"time":100,"eventName":"A","n":1,"eventID":"a"}`,
	`{"time":300,"eventName":"b","n":2,"eventID":"b"}`,
	`{"time":200,"eventName":"B","n":3,"eventID":"c"}`,
	`{"time":200,"eventName":"C","n":4,"eventID":"d"}`,
	`{"eventName":"D","n":5,"eventID":"e"}`,
}

func TestEventsComeNewestFirst(t *testing.T) {
	t.Parallel()
	for jobs := 1; jobs <= 3; jobs++ {
		got, err := engine.Run(t.Context(), compile(t, "*"), engine.Config{Source: events, Jobs: jobs})
		if err != nil {
			t.Fatal(err)
		}
		// Equal times: the last arrived first. No time: at the end.
		if diff := cmp.Diff([]string{"2", "4", "3", "1", "5"}, column(got.Rows, "n")); diff != "" {
			t.Errorf("%d jobs: %s", jobs, diff)
		}
	}
}

func TestHeadKeepsTheFirstInOrder(t *testing.T) {
	t.Parallel()
	got, err := engine.Run(t.Context(), compile(t, "* | head 2"), engine.Config{Source: events, Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"2", "4"}, column(got.Rows, "n")); diff != "" {
		t.Error(diff)
	}
}

func TestWindowHoldsUnlessTheSearchHasItsOwn(t *testing.T) {
	t.Parallel()
	config := engine.Config{Source: events, Earliest: 150, Latest: 300}
	for spl, want := range map[string][]string{
		"*":                                      {"4", "3"},
		"earliest=100 latest=200":                {"1"},
		"eventName=b":                            {"3"},
		"earliest=1 eventName=b":                 {"2", "3"},
		"(earliest=1 latest=101) OR eventName=D": {"1", "5"},
	} {
		got, err := engine.Run(t.Context(), compile(t, spl), config)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, column(got.Rows, "n")); diff != "" {
			t.Errorf("%s: %s", spl, diff)
		}
	}
}

func TestManySearchesShareOnePass(t *testing.T) {
	t.Parallel()
	var searches []*plan.Search
	for _, name := range []string{"a", "b", "c", "zz"} {
		searches = append(searches, compile(t, "eventName="+name+" n>0"))
	}
	searches = append(searches, compile(t, "n=5"))
	var matched atomic.Int64
	results, err := engine.RunAll(t.Context(), searches, engine.Config{Source: events, Jobs: 2, Track: true, Matched: &matched})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, r := range results {
		for _, row := range r.Rows {
			got = append(got, fmt.Sprint(i, " ", row.Get("n"), " ", row.Lineage().IDs()))
		}
	}
	want := []string{"0 1 [a]", "1 2 [b]", "1 3 [c]", "2 4 [d]", "4 5 [e]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if matched.Load() != 5 {
		t.Errorf("%d events counted as matched, want 5", matched.Load())
	}
}

func TestRunsWithoutInputAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := engine.Run(t.Context(), compile(t, "*"), engine.Config{}); err == nil || err.Error() != engine.ErrNoSource.Error() {
		t.Errorf("got %v", err)
	}
}

func TestMemoryLimitStopsTheSearch(t *testing.T) {
	t.Parallel()
	var many lines
	for i := range 1000 {
		many = append(many, `{"n":`+strconv.Itoa(i)+`}`)
	}
	_, err := engine.Run(t.Context(), compile(t, "*"), engine.Config{Source: many, Limits: plan.Limits{Memory: 10_000}})
	if problems := diag.All(err); len(problems) != 1 || problems[0].Code != diag.LimitReached {
		t.Errorf("got %v", err)
	}
}

// interrupted is a source that ends its context when half of it is read.
type interrupted struct {
	lines
	cancel context.CancelFunc
}

func (s interrupted) Scan(ctx context.Context, request source.Request, sinks []source.Sink) error {
	if err := s.lines[:len(s.lines)/2].Scan(ctx, request, sinks); err != nil {
		return err
	}
	s.cancel()
	return ctx.Err()
}

func TestInterruptedRunsGiveWhatWasRead(t *testing.T) {
	t.Parallel()
	for spl, want := range map[string][]string{
		"*":                               {"2", "1"},
		"* | stats count as n":            {"2"},
		"* | stats count as n by eventID": {"1", "1"},
		"* | sort n":                      {"1", "2"},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		got, err := engine.Run(ctx, compile(t, spl), engine.Config{Source: interrupted{events, cancel}, Jobs: 2})
		if !errors.Is(err, context.Canceled) || got.Err != nil {
			t.Errorf("%s: %v, %v", spl, err, got.Err)
		}
		if diff := cmp.Diff(want, column(got.Rows, "n")); diff != "" {
			t.Errorf("%s: %s", spl, diff)
		}
	}
}
