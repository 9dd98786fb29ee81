package conformance_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/oracle"
)

// TestMain keeps rapid from writing files: what fails is printed in full. It
// draws the same searches in every run, so that a change is judged by itself;
// FuzzDifferential and -rapid.seed draw others.
func TestMain(m *testing.M) {
	flag.Parse()
	settings := map[string]string{"rapid.nofailfile": "true"}
	if flag.Lookup("rapid.seed").Value.String() == "0" {
		settings["rapid.seed"] = "20240801"
	}
	for name, value := range settings {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// TestDifferential runs random searches over random events by the engine, in
// several ways, and by the oracle. Where they disagree it prints a case for
// the corpus.
func TestDifferential(t *testing.T) {
	t.Parallel()
	rapid.Check(t, differential)
}

// FuzzDifferential is TestDifferential for as long as one likes.
func FuzzDifferential(f *testing.F) { f.Fuzz(rapid.MakeFuzz(differential)) }

func differential(t *rapid.T) {
	g := &generator{T: t}
	events, search := g.events(), g.search()
	want, err := runOracle(events, search)
	if errors.Is(err, oracle.ErrUnsupported) {
		t.Skip(err)
	}
	oracleErr := err
	for _, jobs := range []int{1, 3} {
		for _, batch := range []int{1, 0} {
			got, err := runMemory(events, search, engine.Config{Jobs: jobs, BatchSize: batch})
			how := fmt.Sprintf("the engine with %d workers and batches of %d", jobs, batch)
			switch {
			case (err != nil) != (oracleErr != nil):
				t.Fatalf("%s: %v\nthe oracle: %v\n%s", how, err, oracleErr, corpusCase(events, search, want))
			case err == nil:
				if diff := diffRows(want, got); diff != "" {
					t.Fatalf("%s disagrees with the oracle (-oracle +engine):\n%s\n%s", how, diff, corpusCase(events, search, want))
				}
			}
		}
	}
}

// corpusCase writes a disagreement as a case, with the oracle's answer: who
// puts it into the corpus checks that it is the right one.
func corpusCase(events []string, search string, rows []conformance.Row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- events --\n%s\n-- 01.spl --\n%s\n-- 01.rows --\n", strings.Join(events, "\n"), search)
	for _, r := range rows {
		b.WriteString(r.String() + "\n")
	}
	return b.String()
}

func runOracle(events []string, search string) ([]conformance.Row, error) {
	result, err := oracleExecutor{}.Run(&conformance.Case{Search: search, Events: events, HasRows: true})
	if err != nil {
		return nil, err
	}
	return visible(result.Rows), nil
}

// runMemory runs a search over events in memory.
func runMemory(events []string, search string, config engine.Config) ([]conformance.Row, error) {
	compiled, err := engine.Compile(&diag.Source{Name: "search", Text: search}, &command.Env{})
	if err != nil {
		return nil, err
	}
	config.Source, config.Now = memory(events), conformance.Now()
	result, err := engine.Run(context.Background(), compiled, config)
	if err != nil {
		return nil, err
	}
	return visible(rowsOf(result.Rows)), nil
}

// visible leaves out the fields that every event has, and puts the others in
// order of their names.
func visible(rows []conformance.Row) []conformance.Row {
	out := make([]conformance.Row, len(rows))
	for i, r := range rows {
		kept := conformance.Row{}
		for _, f := range r {
			switch {
			case slices.Contains([]string{"source", "sourcetype", "host", "index", "linecount", "_raw"}, f.Name), strings.HasPrefix(f.Name, "date_"):
			default:
				kept = append(kept, f)
			}
		}
		slices.SortFunc(kept, func(a, b conformance.Field) int { return strings.Compare(a.Name, b.Name) })
		out[i] = kept
	}
	return out
}

// diffRows compares rows in order. Numbers may differ in the last digits:
// the order in which a sum is taken is nobody's promise.
func diffRows(want, got []conformance.Row) string {
	if slices.EqualFunc(want, got, equalRows) {
		return ""
	}
	return cmp.Diff(show(want), show(got))
}

func show(rows []conformance.Row) []string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r.String()
	}
	return lines
}

func equalRows(a, b conformance.Row) bool {
	return slices.EqualFunc(a, b, func(a, b conformance.Field) bool {
		return a.Name == b.Name && slices.EqualFunc(a.Values, b.Values, equalTexts)
	})
}

func equalTexts(a, b string) bool {
	if a == b {
		return true
	}
	x, err := strconv.ParseFloat(a, 64)
	if err != nil || !strings.ContainsAny(a+b, ".e") {
		return false
	}
	y, err := strconv.ParseFloat(b, 64)
	return err == nil && math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y), 1e-9)
}
