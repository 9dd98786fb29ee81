package spl_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// macros are macros by their calls: "name" or "name(arg, arg)".
type macros map[string]string

func (m macros) Macro(name string, args int) (spl.Macro, bool) {
	if definition, ok := m[name]; ok && args == 0 {
		return spl.Macro{Name: name, Definition: definition}, true
	}
	for call, definition := range m {
		own, list, hasArgs := strings.Cut(strings.TrimSuffix(call, ")"), "(")
		macro := spl.Macro{Name: own, Definition: definition}
		if hasArgs {
			macro.Args = strings.Split(list, ", ")
		}
		if own == name && len(macro.Args) == args {
			return macro, true
		}
	}
	return spl.Macro{}, false
}

func (m macros) MacroNames() []string {
	var list []string
	for call := range m {
		name, _, _ := strings.Cut(call, "(")
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func TestMacros(t *testing.T) {
	t.Parallel()
	known := macros{
		"cloudtrail":           `sourcetype=aws:cloudtrail`,
		"either":               `a=1 OR b=2`,
		"ctime(field)":         `convert timeformat="%Y-%m-%dT%H:%M:%S" ctime($field$)`,
		"pair(x, y)":           `$x$=$y$`,
		"twice(x)":             "`pair($x$, $x$)`",
		"outer":                "`twice(z)` ```why``` `cloudtrail`",
		"empty":                ``,
		"tail":                 `| head 3 | table a`,
		"text":                 `"-70m@m"`,
		"backtick":             "rex \"`\" | eval a=\"`cloudtrail`\"",
		"dollar(x)":            `$y$ $x$ $$x$`,
		"drop_dm_object(name)": `rename $name$.* as *`,
	}
	tests := []struct{ name, text, want string }{
		{"a term", "`cloudtrail` eventName=x", `search sourcetype=aws:cloudtrail eventName=x`},
		{"a command with an argument", "a | `ctime(firstTime)`", `search a | convert timeformat="%Y-%m-%dT%H:%M:%S" ctime(firstTime)`},
		{"two arguments", "`pair(a, b)`", `search a=b`},
		{"an argument in quotes loses them", "a | `drop_dm_object(\"All_Changes\")`", `search a | rename All_Changes.* as *`},
		{"an argument with a comma in quotes", "`pair(a, \"b, c\")`", `search a=b, c`},
		{"an argument with parentheses", "`pair(a, f(b, c))`", `search a=f(b, c)`},
		{"an argument over lines", "`pair(\n  a,\n  b\n)`", `search a=b`},
		{"a macro in an argument", "`pair(a, `text`)`", `search a="-70m@m"`},
		{"macros in macros", "`outer`", "search z=z           sourcetype=aws:cloudtrail"},
		{"several commands", "a `tail`", `search a | head 3 | table a`},
		{"nothing", "a `empty` b", `search a  b`},
		{"part of an expression", "a | where b > relative_time(now(), `text`)", `search a | where b > relative_time(now(), "-70m@m")`},
		{"a backtick in quotes begins no macro", "a | `backtick`", "search a | rex \"`\" | eval a=\"`cloudtrail`\""},
		{"only the macro's own arguments are replaced", "`dollar(v)`", `search $y$ v $v`},
		{"an argument is not searched for others", "`pair($y$, b)`", `search $y$=b`},
		{"blanks in a call", "` cloudtrail `", `search sourcetype=aws:cloudtrail`},
		{"no arguments in parentheses", "`cloudtrail()`", `search sourcetype=aws:cloudtrail`},
	}
	for _, tt := range tests {
		p, err := spl.Parse(source(tt.text), known)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, p.String()); diff != "" {
			t.Errorf("%s, -want +got:\n%s", tt.name, diff)
		}
	}

	// OR binds tighter than the implied AND, so a macro needs no parentheses.
	commands, err := spl.Parse(source("`either` c=3"), known)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := shape(commands.Commands[0].Args().Search()), "(and (or (= a 1) (= b 2)) (= c 3))"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMacroProblems(t *testing.T) {
	t.Parallel()
	known := macros{
		"cloudtrail": `sourcetype=aws:cloudtrail`,
		"ctime(f)":   `convert ctime($f$)`,
		"a":          "x `b(1)`",
		"b(n)":       "y `c`",
		"c":          "z `a`",
		"self":       "`self`",
		"open":       `| eval a="b`,
		"typo":       "`cloudtrial`",
		"nested":     "x `typo`",
	}
	tests := []struct{ text, want string }{
		{"a `cloudtrial`", "1:3 unknown-macro: unknown macro `cloudtrial`; did you mean \"cloudtrail\"?"},
		{"a\n  `xyz`", "2:3 unknown-macro: unknown macro `xyz`; define it with --macro 'xyz=…' or in a macros directory of --content"},
		{"`xyz(1, 2)`", "1:1 unknown-macro: unknown macro `xyz(2)`; define it with --macro 'xyz(2)=…' or in a macros directory of --content"},
		{"`ctime`", "1:1 unknown-macro: macro `ctime` takes 1 arguments, not 0; write `ctime(f)`"},
		{"`cloudtrail(x)`", "1:1 unknown-macro: macro `cloudtrail` takes 0 arguments, not 1; write `cloudtrail`"},
		{"`self`", "macro `self`:1:1 macro-cycle: macro `self` calls itself: self → self"},
		{"`a`", "macro `c`:1:3 macro-cycle: macro `a` calls itself: a → b(1) → c → a"},
		{"`nested`", "macro `typo`:1:1 unknown-macro: unknown macro `cloudtrial`; did you mean \"cloudtrail\"?"},
		{"a `cloudtrail", "1:3 incomplete: a macro call without its closing backtick"},
		{"a `cloudtrail\n`", "1:3 incomplete: a macro call without its closing backtick"},
		{"`ctime(f", "1:1 incomplete: a macro call without its closing parenthesis"},
		{"`ctime(\"f)`", "1:1 incomplete: a macro call without its closing parenthesis"},
		{"`ctime(f) x`", "1:1 incomplete: a macro call without its closing backtick"},
		{"``", "1:1 bad-macro: a macro call without a name"},
		{"a `open`", "macro `open`:1:10 incomplete: a text without its closing quote"},
	}
	for _, tt := range tests {
		_, err := spl.Parse(source(tt.text), known)
		if got := problem(err); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestProblemWithinAMacroNamesTheCalls(t *testing.T) {
	t.Parallel()
	known := macros{"outer": "`inner(x)` | head", "inner(a)": "$a$ | stats count("}
	p, err := spl.Parse(source("index=a `outer`"), known)
	if err != nil {
		t.Fatal(err)
	}
	a := p.Commands[1].Args()
	a.Fail(a.Peek().Span, diag.BadSyntax, "", "problem")
	want := "macro `inner(1)`:1:11: error: stats: problem [bad-syntax]\n" +
		" 1 | x | stats count(\n" +
		"   |           ^^^^^\n" +
		"     in macro `inner(1)`\n" +
		"     in macro `outer`"
	if diff := cmp.Diff("macro `inner(1)`:1:11: stats: problem", a.Err().Error()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(want, diag.All(a.Err())[0].Render()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What stands behind a macro call is where the user wrote it.
func TestPlacesBehindAMacro(t *testing.T) {
	t.Parallel()
	known := macros{"m": "a very long definition\nof two lines"}
	_, err := spl.Parse(source("x `m` y |"), known)
	if got, want := problem(err), "1:10 bad-syntax: a command was expected after |"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A problem that begins in a macro and ends behind it is shown in the macro.
func TestSpanAcrossAMacroIsCut(t *testing.T) {
	t.Parallel()
	p, err := spl.Parse(source("a | `m` bc"), macros{"m": "stats x"})
	if err != nil {
		t.Fatal(err)
	}
	c := p.Commands[1]
	if got := marked(t, c.ErrorAt(c.Span, diag.BadSyntax, "m", "")); got != "stats x" {
		t.Errorf("the problem is at %q", got)
	}
}

func TestMacroExpansionIsBounded(t *testing.T) {
	t.Parallel()
	doubling := macros{"m0(x)": "$x$"}
	silent := macros{"m0": ""}
	chain := macros{"m0": "x"}
	for i := 1; i <= 100; i++ {
		doubling[fmt.Sprintf("m%d(x)", i)] = fmt.Sprintf("`m%d($x$$x$)`", i-1)
		silent[fmt.Sprintf("m%d", i)] = strings.Repeat(fmt.Sprintf("`m%d`", i-1), 10)
		chain[fmt.Sprintf("m%d", i)] = fmt.Sprintf("`m%d`", i-1)
	}
	tests := []struct {
		name, text, want string
		known            macros
	}{
		{"an argument that doubles", "`m100(x)`", "the search grows beyond 4194304 bytes by its macros", doubling},
		{"calls that double and say nothing", "`m50`", "the search grows beyond 4194304 bytes by its macros", silent},
		{"a large argument often", "`m(" + strings.Repeat("x", 1<<20) + ")`", "the search grows beyond 4194304 bytes by its macros", macros{"m(x)": strings.Repeat("$x$", 1<<20)}},
		{"a long chain", "`m100`", "macros nested deeper than 100", chain},
	}
	for _, tt := range tests {
		_, err := spl.Parse(source(tt.text), tt.known)
		if all := diag.All(err); len(all) != 1 || all[0].Code != diag.LimitReached || all[0].Message != tt.want {
			t.Errorf("%s: %.200v", tt.name, err)
		}
	}
	if _, err := spl.Parse(source("`m99`"), chain); err != nil {
		t.Errorf("100 levels are refused: %v", err)
	}
}
