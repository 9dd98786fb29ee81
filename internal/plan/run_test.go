package plan_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
)

func TestWarningsAreCountedPerPlaceInOrder(t *testing.T) {
	t.Parallel()
	search := &diag.Source{Name: "search", Text: "a | where b | where c"}
	at := func(source *diag.Source, start, end int, code diag.Code, message string) *diag.Error {
		return &diag.Error{Source: source, Span: diag.Span{Start: start, End: end}, Code: code, Message: message}
	}
	// In the order in which All gives them.
	want := []*diag.Error{
		at(nil, 0, 0, diag.LimitReached, "no place"),
		at(&diag.Source{Name: "macro `m`"}, 9, 9, diag.BadType, "in a macro"),
		at(search, 4, 9, diag.BadType, "first"),
		at(search, 14, 15, diag.BadType, "short"),
		at(search, 14, 19, diag.BadType, "a message"),
		at(search, 14, 19, diag.BadType, "b message"),
		at(search, 14, 19, diag.LimitReached, "another code"),
	}
	for round := range 20 { // the order of a map differs from round to round
		var w plan.Warnings
		for i := range want {
			e := *want[(i+round)%len(want)]
			w.Add(&e)
		}
		for range 2 {
			e := *want[2]
			w.Add(&e)
		}
		w.AddTimes(want[3], 10)
		var got []string
		for _, warning := range w.All() {
			got = append(got, fmt.Sprintf("%s ×%d", warning.Message, warning.Count))
		}
		expected := []string{"no place ×1", "in a macro ×1", "first ×3", "short ×11", "a message ×1", "b message ×1", "another code ×1"}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Fatalf("round %d: -want +got:\n%s", round, diff)
		}
	}
}

func TestWarningsOfSeveralWorkers(t *testing.T) {
	t.Parallel()
	var w plan.Warnings
	if got := w.All(); len(got) != 0 {
		t.Errorf("%d warnings of nothing", len(got))
	}
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 100 {
				w.Add(&diag.Error{Code: diag.BadType, Message: "same"})
			}
		})
	}
	workers.Wait()
	if got := w.All(); len(got) != 1 || got[0].Count != 800 {
		t.Errorf("%d warnings, the first %d times", len(got), got[0].Count)
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	run := &plan.Run{Limits: plan.Limits{Memory: 1 << 20}.WithDefaults()}
	steps := []struct {
		bytes int
		fits  bool
	}{
		{1 << 20, true},
		{1, false},
		{-(1 << 19), true}, // giving back makes room
		{1 << 18, true},
		{1 << 19, false},
	}
	for i, step := range steps {
		err := run.Hold(step.bytes)
		if (err == nil) != step.fits {
			t.Errorf("step %d: %v", i, err)
		}
		var limit *diag.Error
		if err != nil && (!errors.As(err, &limit) || limit.Code != diag.LimitReached || limit.Hint == "") {
			t.Errorf("step %d: %v does not say which limit it is and what to do", i, err)
		}
	}
}

func TestLimitsWithDefaults(t *testing.T) {
	t.Parallel()
	if got := (plan.Limits{}).WithDefaults(); got != plan.DefaultLimits {
		t.Errorf("no limits are %+v", got)
	}
	if got := (plan.Limits{SortRows: 7}).WithDefaults(); got.SortRows != 7 || got.Memory != plan.DefaultLimits.Memory {
		t.Errorf("one limit is %+v", got)
	}
}

func TestOnce(t *testing.T) {
	t.Parallel()
	var run plan.Run
	var calls atomic.Int64
	failure := errors.New("no")
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			v, err := run.Once("a", func() (any, error) { calls.Add(1); return "made", nil })
			if v != "made" || err != nil {
				t.Errorf("got %v, %v", v, err)
			}
			if _, err := run.Once("b", func() (any, error) { calls.Add(1); return nil, failure }); !errors.Is(err, failure) {
				t.Errorf("got %v", err)
			}
		})
	}
	workers.Wait()
	if got := calls.Load(); got != 2 {
		t.Errorf("created %d times for two keys", got)
	}
}
