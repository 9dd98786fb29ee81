package command

import (
	"slices"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
)

func TestTablesAreSortedAndComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, list := range [][]*Spec{table, refused} {
		if !slices.IsSortedFunc(list, func(a, b *Spec) int { return strings.Compare(a.Name, b.Name) }) {
			t.Error("a table is not in the order of the names")
		}
		for _, s := range list {
			for _, name := range append([]string{s.Name}, s.Aliases...) {
				if seen[name] || name != strings.ToLower(name) {
					t.Errorf("%s: there twice, or not in lower case", name)
				}
				seen[name] = true
			}
			if !strings.HasSuffix(s.Summary, ".") {
				t.Errorf("%s: needs a summary with a full stop", s.Name)
			}
		}
	}
	for _, s := range table {
		if s.Parse == nil || s.Syntax == "" || len(s.Examples) == 0 {
			t.Errorf("%s: needs a syntax, an example and a parser", s.Name)
		}
	}
	for _, s := range refused {
		if s.Parse != nil || s.Instead == "" {
			t.Errorf("%s: refused without saying what to use instead", s.Name)
		}
	}
}

func TestRefusedCommandsSayWhatToUse(t *testing.T) {
	t.Parallel()
	_, err := compileText("search * | sendemail to=a@example.org")
	problems := diag.All(err)
	if len(problems) != 1 || problems[0].Code != diag.UnsupportedCommand || !strings.Contains(problems[0].Hint, "notifiers") {
		t.Errorf("got %v", err)
	}
	if _, err := compileText("| gentimes start=-1"); diag.All(err)[0].Code != diag.UnsupportedCommand {
		t.Errorf("got %v", err)
	}
}

// compileText compiles a search, with the macros and lookups that examples
// name.
func compileText(text string) (*plan.Search, error) {
	pipeline, err := spl.ParseText("search", text)
	if err != nil {
		return nil, err
	}
	return Compile(pipeline, &Env{Macros: spl.NoMacros{}})
}

// roundTrip checks that ops printed parse to equal ops.
func roundTrip(t *testing.T, text string) {
	t.Helper()
	search, err := compileText(text)
	if err != nil {
		return
	}
	printed := opsString(search.Ops)
	if !strings.HasPrefix(printed, "search ") {
		printed = "| " + printed
	}
	again, err := compileText(printed)
	if err != nil {
		t.Fatalf("%s\nis printed as\n%s\nwhich does not parse: %v", text, printed, err)
	}
	if diff := equalOps(search.Ops, again.Ops); diff != "" {
		t.Fatalf("%s\nis printed as\n%s\nwhich is something else:\n%s", text, printed, diff)
	}
}

func TestExamplesParse(t *testing.T) {
	t.Parallel()
	for _, s := range table {
		for _, example := range s.Examples {
			if _, err := compileText(example); err != nil && !unknownKnowledge(err) {
				t.Errorf("%s: %s: %v", s.Name, example, err)
			}
			roundTrip(t, example)
		}
	}
}

// unknownKnowledge reports whether only a lookup table or data model is
// missing, of which there are none here.
func unknownKnowledge(err error) bool {
	return !slices.ContainsFunc(diag.All(err), func(e *diag.Error) bool {
		return e.Code != diag.UnknownLookup && e.Code != diag.UnknownDataModel
	})
}

// Every argument text is either refused at a place inside the search, or makes
// an op that prints as itself.
func FuzzCommandArgs(f *testing.F) {
	for i, s := range table {
		for _, example := range s.Examples {
			if _, args, ok := strings.Cut(example, s.Name+" "); ok && s.Parse != nil {
				f.Add(uint8(i), args)
			}
		}
	}
	for _, args := range []string{`a as "b c", d*`, `- "x" +y desc`, `span=5m "a b" as c`, `x="[" (a) [b]`, `'q' ! = != , `, `mode=sed "s/a/b/"`, `limit=0 null=t (a=1)`, `where`, `"where" a`} {
		for i := range table {
			f.Add(uint8(i), args)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, args string) {
		s := table[int(which)%len(table)]
		if s.Parse == nil || len(args) > 500 {
			return
		}
		text := "search * | " + s.Name + " " + args
		if s.Generating && s.Name != "search" {
			text = "| " + s.Name + " " + args
		}
		if _, err := compileText(text); err != nil {
			for _, problem := range diag.All(err) {
				if problem.Source != nil && (problem.Span.Start < 0 || problem.Span.End > len(problem.Source.Text)) {
					t.Fatalf("%q: a problem at %v", text, problem.Span)
				}
				_ = problem.Render()
			}
			return
		}
		roundTrip(t, text)
	})
}
