package conformance_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/conformance"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/engine"
	"github.com/pugmark/pugmark/internal/plan"
)

// The laws hold of any right engine, whatever the answers are: they need no
// second opinion.

// same fails unless two searches, or one run in two ways, give the same rows.
func same(t *rapid.T, events []string, left, right string, l, r engine.Config) {
	a, err := runMemory(events, left, l)
	if err != nil {
		t.Skip(err)
	}
	b, err := runMemory(events, right, r)
	if err != nil {
		t.Fatalf("%s\nruns, and this does not: %v\n%s", left, err, right)
	}
	if diff := diffRows(a, b); diff != "" {
		t.Fatalf("- %s\n+ %s\n%s\n%s", left, right, diff, corpusCase(events, left, a))
	}
}

func law(t *testing.T, check func(g *generator, t *rapid.T)) {
	t.Helper()
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		check(&generator{T: t, fields: eventFields}, t)
	})
}

func TestWorkersAndBatchesChangeNothing(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		events, search := g.events(), g.search()
		config := engine.Config{Jobs: g.number("jobs", 1, 4), BatchSize: g.number("batch", 1, 5), NoPushdown: g.chance("nopushdown"), Track: g.chance("track")}
		same(t, events, search, search, engine.Config{Jobs: 1}, config)
	})
}

// Searches that share a pass over the events do not see each other.
func TestSearchesThatShareAPassAnswerAsAlone(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		events := g.events()
		var searches []string
		var compiled []*plan.Search
		for range g.number("searches", 2, 4) {
			search := g.search()
			c, err := engine.Compile(&diag.Source{Name: "search", Text: search}, &command.Env{})
			if err != nil {
				t.Skip(err)
			}
			searches, compiled = append(searches, search), append(compiled, c)
		}
		results, err := engine.RunAll(context.Background(), compiled, engine.Config{
			Source: memory(events), Now: conformance.Now(), Jobs: g.number("jobs", 1, 3),
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, search := range searches {
			alone, err := runMemory(events, search, engine.Config{Jobs: 1})
			if (err != nil) != (results[i].Err != nil) {
				t.Fatalf("%s: alone %v, together %v", search, err, results[i].Err)
			}
			if diff := diffRows(alone, visible(rowsOf(results[i].Rows))); diff != "" {
				t.Fatalf("%s\namong %q (-alone +together):\n%s\n%s", search, searches, diff, corpusCase(events, search, alone))
			}
		}
	})
}

func TestTwoSearchesAreOne(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		x, y := g.searchExpr(2), g.searchExpr(2)
		same(t, g.events(), "("+x+") ("+y+")", "search "+x+" | search "+y, engine.Config{}, engine.Config{})
	})
}

func TestSearchesThatDoNotExcludeEachOther(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		x := g.searchExpr(2)
		events := g.events()
		kept, err := runMemory(events, x+" | table id", engine.Config{})
		if err != nil {
			t.Skip(err)
		}
		dropped, err := runMemory(events, "NOT ("+x+") | table id", engine.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if len(kept)+len(dropped) != len(events) {
			t.Fatalf("%s keeps %d and NOT drops %d of %d events", x, len(kept), len(dropped), len(events))
		}
	})
}

func TestAnUnusedFieldChangesNothing(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		events, search := g.events(), g.search()
		wider := make([]string, len(events))
		for i, e := range events {
			wider[i] = strings.Replace(e, "{", `{"unused":{"deep":[1,{"x":null}]},`, 1)
		}
		a, err := runMemory(events, search, engine.Config{})
		if err != nil {
			t.Skip(err)
		}
		b, err := runMemory(wider, search, engine.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := diffRows(a, without(b, "unused")); diff != "" {
			t.Fatalf("%s\n%s", search, diff)
		}
	})
}

// without drops the fields whose names hold a word.
func without(rows []conformance.Row, word string) []conformance.Row {
	for i, r := range rows {
		kept := conformance.Row{}
		for _, f := range r {
			if !strings.Contains(f.Name, word) {
				kept = append(kept, f)
			}
		}
		rows[i] = kept
	}
	return rows
}

// stats over all rows is stats over the stats of parts, for functions that can
// be taken together.
func TestStatsOfPartsIsStatsOfAll(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		x, by := g.searchExpr(1), g.field()
		whole := x + " | stats count as c, sum(n) as s, max(n) as m, values(name) as v by " + by
		parts := x + " | stats count as c, sum(n) as s, max(n) as m, values(name) as v by " + by + " id" +
			" | stats sum(c) as c, sum(s) as s, max(m) as m, values(v) as v by " + by
		if by == "id" {
			parts = whole
		}
		same(t, g.events(), whole, parts, engine.Config{Jobs: 2}, engine.Config{Jobs: 1})
	})
}

// Asking for fewer fields at the end, so that the source reads less, leaves
// those fields as they were.
func TestAskingForFewerFieldsChangesNoField(t *testing.T) {
	law(t, func(g *generator, t *rapid.T) {
		events, search := g.events(), g.search()
		wanted := g.some()
		all, err := runMemory(events, search, engine.Config{})
		if err != nil {
			t.Skip(err)
		}
		fewer, err := runMemory(events, search+" | table "+strings.Join(wanted, " "), engine.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range all {
			kept := conformance.Row{}
			for _, f := range r {
				for _, name := range wanted {
					if f.Name == name {
						kept = append(kept, f)
					}
				}
			}
			all[i] = kept
		}
		if diff := diffRows(all, fewer); diff != "" {
			t.Fatalf("%s | table %v\n%s\n%s", search, wanted, diff, corpusCase(events, search, all))
		}
	})
}
