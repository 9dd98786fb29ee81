package spl_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// FuzzParse holds the parser to this, for any text: it ends, its problems have
// a place and can be shown, and what it reads it prints so that it reads the
// same again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"`cloudtrail` eventName=ModifyImageAttribute (a.items{}.userId = * OR a.items{}.group = all) | rename a.items{}.group as g | eval s=if(match(g,\"all\") ,\"Public\", \"Not\") | stats count min(_time) as firstTime values(g) by src_ip | `ctime(firstTime)`",
		`a b OR NOT c (d) e IN (f, "g h") i=CASE(J) TERM(k)`,
		`x NOT [| inputlookup t where a="]" | fields b] | where a.b . .5 + -1 >= 'c d' AND NOT (x LIKE "%\"" OR y IN (1, "z"))`,
		"```c``` a ```d\n``` | e", `| eval a="\\\"", b='c'`, `f= =x | g x=(y, z) w!=v`, "`ctime(`cloudtrail`)`", "\x00\xff`'\"([{|", `] | [`, `a=b(c "d)" e)`,
	} {
		f.Add(seed)
	}
	known := macros{"cloudtrail": "sourcetype=aws:cloudtrail", "ctime(field)": "convert ctime($field$)", "quote": `"`, "open(x)": "($x$", "close": ") | "}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := spl.Parse(source(text), known)
		checkProblems(t, err)
		if err == nil {
			checkPrinting(t, p)
		}
		if e, err := spl.ParseSearch(source(text)); err == nil {
			again, err := spl.ParseSearch(source(spl.SearchString(e)))
			if err != nil {
				t.Fatalf("%q prints as %q: %v", text, spl.SearchString(e), err)
			}
			if diff := cmp.Diff(e, again, sameTree...); diff != "" && !strings.Contains(text, "`") {
				t.Fatalf("%q prints as %q\n-want +got:\n%s", text, spl.SearchString(e), diff)
			}
		} else {
			checkProblems(t, err)
		}
		if x, err := spl.ParseExpr(source(text)); err == nil {
			again, err := spl.ParseExpr(source(spl.ExprString(x)))
			if err != nil {
				t.Fatalf("%q prints as %q: %v", text, spl.ExprString(x), err)
			}
			if diff := cmp.Diff(x, again, sameTree...); diff != "" {
				t.Fatalf("%q prints as %q\n-want +got:\n%s", text, spl.ExprString(x), diff)
			}
		} else {
			checkProblems(t, err)
		}
	})
}

func checkProblems(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	all := diag.All(err)
	if len(all) == 0 {
		t.Fatalf("a problem without a place: %v", err)
	}
	for _, e := range all {
		if e.Source == nil || e.Code == "" || e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.Start > len(e.Source.Text) {
			t.Fatalf("%v: code %q, span %v in a text of %d bytes", e, e.Code, e.Span, len(e.Source.Text))
		}
		e.Render()
	}
}

// checkPrinting prints a pipeline, reads that back and compares the commands;
// and reads the arguments of each as commands of all grammars would.
func checkPrinting(t *testing.T, p *spl.Pipeline) {
	t.Helper()
	again, err := spl.ParseText("printed", p.String())
	if err != nil {
		t.Fatalf("%q cannot be read back: %v", p, err)
	}
	if len(again.Commands) != len(p.Commands) {
		t.Fatalf("%q has %d commands, not %d", p, len(again.Commands), len(p.Commands))
	}
	for i, c := range p.Commands {
		if got := again.Commands[i].String(); got != c.String() {
			t.Fatalf("command %d was %q and is %q", i, c, got)
		}
		c.Args().Search("by")
		c.Args().Expr()
		a := c.Args()
		var text string
		a.Text("a", &text)
		for a.More() {
			if a.Peek().Kind == spl.Bracket {
				a.Subsearch()
			} else {
				a.Next()
			}
		}
		checkProblems(t, a.End())
	}
}

// Whatever is written, an answer comes at once: nesting ends with a problem
// before it exhausts the stack, and the work grows with the text, not with its
// square.
func TestHostileTextsAreRefusedQuickly(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	rep := strings.Repeat
	searches := map[string]string{
		"open parentheses":     rep("(", n),
		"closed parentheses":   rep("(", n) + rep(")", n),
		"open brackets":        rep("[", n),
		"closed brackets":      rep("[", n) + rep("]", n),
		"NOT":                  rep("NOT ", n),
		"NOT and parentheses":  rep("NOT (", n),
		"CASE":                 rep("CASE(", n),
		"calls":                rep("a=b(", n),
		"lists":                rep("a IN (", n),
		"quotes":               rep(`"`, n+1),
		"escapes":              `"` + rep(`\`, n+1),
		"macros":               rep("`a", n),
		"macro parentheses":    "`" + rep("a(", n),
		"comments":             rep("```", n+1),
		"operators":            rep("=", n),
		"commas in a list":     "a IN (" + rep(",", n),
		"closing brackets":     rep("]", n),
		"directives in quotes": rep(`CASE("`, n),
	}
	for name, text := range searches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := spl.Parse(source(text), spl.NoMacros{})
			if err == nil {
				a := p.Commands[0].Args()
				a.Search()
				err = a.End()
			}
			checkProblems(t, err)
			if err == nil {
				t.Error("it was read")
			}
			if _, err := spl.ParseSearch(source(text)); err == nil && name != "macros" && name != "macro parentheses" && name != "comments" {
				t.Error("it was read as a search expression")
			}
		})
	}
	exprs := map[string]string{
		"open parentheses": rep("(", n), "closed parentheses": rep("(", n) + "1" + rep(")", n), "NOT": rep("NOT ", n) + "a", "minus": rep("-", n) + "1",
		"calls": rep("f(", n), "lists": rep("a IN (", n), "sums": "1" + rep("+1", n), "concatenation": "a" + rep(".a", n), "XOR of AND": "a" + rep(" XOR a AND a", n),
	}
	for name, text := range exprs {
		t.Run("expression of "+name, func(t *testing.T) {
			t.Parallel()
			_, err := spl.ParseExpr(source(text))
			checkProblems(t, err)
			if err == nil {
				t.Error("it was read")
			}
		})
	}
}

// A subsearch is read when its command is, so the bound holds over several
// parses.
func TestSubsearchesNestToABound(t *testing.T) {
	t.Parallel()
	p, err := spl.ParseText("search", strings.Repeat("[search ", 10_000)+strings.Repeat("]", 10_000))
	depth := 0
	for ; err == nil; depth++ {
		a := p.Commands[0].Args()
		sub, ok := a.Search().(*spl.SearchSubsearch)
		if err = a.End(); err == nil && !ok {
			t.Fatalf("no subsearch %d levels deep", depth)
		}
		if ok {
			p = sub.Pipeline
		}
	}
	checkProblems(t, err)
	if got := diag.All(err)[0].Code; got != diag.LimitReached || depth > 1000 {
		t.Errorf("%d levels, then %v", depth, err)
	}
}

// A wide search, as content with long lists has, is not hostile.
func TestWideSearchesAreRead(t *testing.T) {
	t.Parallel()
	const n = 100_000
	for name, text := range map[string]string{
		"AND": strings.Repeat("a=b ", n), "OR": "a=b" + strings.Repeat(" OR a=b", n), "IN": "a IN (b" + strings.Repeat(", b", n) + ")",
		"subsearches": strings.Repeat("[search a] ", n),
	} {
		if _, err := spl.ParseSearch(source(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := spl.ParseText("search", "a"+strings.Repeat("| head", n)); err != nil || len(p.Commands) != n+1 {
		t.Errorf("a long pipeline: %v", err)
	}
}
