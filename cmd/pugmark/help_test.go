package main

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

func testApp(t *testing.T) (*app, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	a := &app{ctx: t.Context(), stdout: &out, stderr: &out, env: environment{}}
	k, _, err := newParser(a, &cli{}, subcommands())
	if err != nil {
		t.Fatal(err)
	}
	a.kong = k
	return a, &out
}

// nodes returns every subcommand and group of subcommands.
func nodes(node *kong.Node) []*kong.Node {
	all := []*kong.Node{node}
	for _, child := range node.Children {
		if !child.Hidden {
			all = append(all, nodes(child)...)
		}
	}
	return all
}

// Help fits a screen and names only flags that exist.
func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	const screenLines, screenColumns = 50, 80
	a, _ := testApp(t)
	for _, node := range nodes(a.kong.Model.Node) {
		t.Run(node.FullPath(), func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			of := node
			if node == a.kong.Model.Node {
				of = nil
			}
			if err := printHelp(&b, a.kong.Model, of, false); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
			if len(lines) > screenLines {
				t.Errorf("%d lines do not fit a screen", len(lines))
			}
			for _, line := range lines {
				if utf8.RuneCountInString(line) > screenColumns {
					t.Errorf("wider than %d columns: %s", screenColumns, line)
				}
			}
			for _, match := range regexp.MustCompile(`--([a-z][a-z-]*)`).FindAllStringSubmatch(b.String(), -1) {
				if of != nil && !hasFlag(of, match[1]) && !hasFlag(a.kong.Model.Children[0], match[1]) {
					t.Errorf("--%s is no flag", match[1])
				}
			}
			for _, group := range node.AllFlags(true) {
				for _, flag := range group {
					if flag.Group != nil && flag.Group.Key != limitsGroup && !strings.Contains(b.String(), "--"+flag.Name) {
						t.Errorf("--%s is not explained", flag.Name)
					}
				}
			}
		})
	}
}

func hasFlag(node *kong.Node, name string) bool {
	return slices.ContainsFunc(nodes(node), func(n *kong.Node) bool { return findFlag(n, "--"+name) != nil })
}

// What help shows as an example can be typed.
func TestExamplesParse(t *testing.T) {
	t.Parallel()
	a, _ := testApp(t)
	for _, node := range nodes(a.kong.Model.Node) {
		if node == a.kong.Model.Node {
			continue
		}
		e, ok := reflect.TypeAssert[exampler](node.Target.Addr())
		if !ok {
			continue
		}
		for _, example := range e.examples() {
			line := exampleLine(example)
			if _, after, ok := strings.Cut(line, "| pugmark "); ok {
				line = "pugmark " + after
			}
			fresh, _ := testApp(t)
			parsed, err := fresh.kong.Parse(shellSplit(line)[1:])
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if got := parsed.Selected().FullPath(); got != node.FullPath() {
				t.Errorf("%s runs %s", line, got)
			}
		}
	}
}

// shellSplit splits a line as a shell does, up to a redirection or pipe.
func shellSplit(line string) []string {
	var words []string
	for _, match := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|([^\s'"]+)`).FindAllStringSubmatch(line, -1) {
		if match[3] == ">" || match[3] == ">>" || match[3] == "|" {
			break
		}
		words = append(words, match[1]+match[2]+match[3])
	}
	return words
}

func TestUnknownVariablesAreNamed(t *testing.T) {
	t.Parallel()
	a, _ := testApp(t)
	e := newEnvironment([]string{"PUGMARK_OUTPUT=csv", "PUGMARK_OUTPT=csv", "HOME=/", "PUGMARK_NO_BUILTIN=1"})
	if got := e.unknown(a.kong.Model); !slices.Equal(got, []string{"PUGMARK_OUTPT"}) {
		t.Errorf("got %q", got)
	}
}

func TestVariablesSetFlags(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := &app{ctx: t.Context(), stdout: &out, stderr: &out, env: newEnvironment([]string{
		"PUGMARK_OUTPUT=csv", "PUGMARK_NO_BUILTIN=true", "PUGMARK_CONTENT=/a:/b", "PUGMARK_MACRO=m=x,y\nn=z", "PUGMARK_JOBS=3",
	})}
	k, _, err := newParser(a, &cli{}, subcommands())
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := k.Parse([]string{"search", "x", "--jobs", "2"})
	if err != nil {
		t.Fatal(err)
	}
	c := parsed.Selected().Target.Addr().Interface().(*searchCommand)
	if c.Output != "csv" || !c.NoBuiltin || !slices.Equal(c.Content, []string{"/a", "/b"}) || !slices.Equal(c.Macro, []string{"m=x,y", "n=z"}) || c.Jobs != 2 {
		t.Errorf("got %+v", c)
	}
}
