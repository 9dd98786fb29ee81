package main

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/pugmark/pugmark/internal/report"
)

// exampler is a subcommand with examples: command lines without the leading
// "pugmark", or whole lines where they begin with another program.
type exampler interface{ examples() []string }

// exitExplainer is a subcommand whose exit codes mean something of their own,
// a line each.
type exitExplainer interface{ exits() []string }

// noter is a subcommand whose help says more than its flags do, a line each.
type noter interface{ notes() []string }

// resulter is a subcommand that prints something other than a listing: its help
// names the formats for that.
type resulter interface{ result() report.Kind }

// printOverview is what pugmark alone and pugmark --help print.
func printOverview(w io.Writer, app *kong.Application) error {
	p := helpWriter{w: w}
	p.line(app.Help)
	p.line("")
	p.line("  pugmark demo                               a first look, nothing needed")
	p.line("  pugmark scan ./logs                        which detections fire?")
	p.line("  pugmark search 'eventName=ConsoleLogin | stats count by user_arn' ./logs")
	p.line("")
	p.line("Commands")
	for _, node := range app.Children {
		if !node.Hidden {
			p.line(fmt.Sprintf("  %-12s %s", node.Name, node.Help))
		}
	}
	p.line("")
	p.line("pugmark COMMAND --help shows flags and examples. Every flag can also be set by")
	p.line("an environment variable: PUGMARK_OUTPUT=csv is --output csv.")
	return p.err
}

// printHelp prints the help of a subcommand, nil for the whole program. The
// flags that few need are left out unless all are asked for.
func printHelp(w io.Writer, app *kong.Application, node *kong.Node, all bool) error {
	if node == nil {
		return printOverview(w, app)
	}
	p := helpWriter{w: w}
	p.line(node.Help)
	if e, ok := reflect.TypeAssert[exampler](node.Target.Addr()); ok {
		p.line("")
		for _, example := range e.examples() {
			p.line("  " + exampleLine(example))
		}
	}
	p.line("")
	p.line("Usage: " + usageLine(node))
	for _, child := range node.Children {
		p.line(fmt.Sprintf("  %-12s %s", child.Name, child.Help))
	}
	for _, positional := range node.Positional {
		if positional.Help != "" {
			p.line(fmt.Sprintf("  %-12s %s", strings.ToUpper(positional.Name), positional.Help))
		}
	}
	if n, ok := reflect.TypeAssert[noter](node.Target.Addr()); ok {
		p.line("")
		for _, line := range n.notes() {
			p.line(line)
		}
	}
	for _, group := range groups() {
		if all || group.Key != limitsGroup {
			p.flags(group, node)
		}
	}
	if !all && slices.ContainsFunc(node.Flags, func(f *kong.Flag) bool { return f.Group != nil && f.Group.Key == limitsGroup }) {
		p.line("")
		p.line("Limits such as --max-memory: " + node.FullPath() + " --help-all")
	}
	if takesPaths(node) {
		p.exitCodes(node)
	}
	if e, ok := reflect.TypeAssert[exitExplainer](node.Target.Addr()); ok {
		p.line("")
		p.line("Exit codes")
		for _, line := range e.exits() {
			p.line("  " + line)
		}
	}
	return p.err
}

// exampleLine completes an example of a subcommand to what a user types.
func exampleLine(example string) string {
	if first, _, _ := strings.Cut(example, " "); strings.Contains(example, "| pugmark ") || first == "pugmark" {
		return example
	}
	return "pugmark " + example
}

func usageLine(node *kong.Node) string {
	words := []string{node.FullPath()}
	if len(node.Flags) > 0 {
		words = append(words, "[flags]")
	}
	if len(node.Children) > 0 {
		words = append(words, "COMMAND")
	}
	for _, positional := range node.Positional {
		name := strings.ToUpper(positional.Name)
		if positional.IsCumulative() {
			name += "…"
		}
		if !positional.Required {
			name = "[" + name + "]"
		}
		words = append(words, name)
	}
	return strings.Join(words, " ")
}

func takesPaths(node *kong.Node) bool {
	for _, positional := range node.Positional {
		if positional.Name == "path" {
			return true
		}
	}
	return false
}

// helpWriter keeps the first error.
type helpWriter struct {
	w   io.Writer
	err error
}

func (p *helpWriter) text(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

func (p *helpWriter) line(s string) { p.text(s + "\n") }

// exitCodes explains the exit codes of a command that reads logs.
func (p *helpWriter) exitCodes(node *kong.Node) {
	p.line("")
	p.line("Exit codes")
	p.line("  0    it ran")
	if findFlag(node, "--fail-on-findings") != nil {
		p.line("  1    it ran, --fail-on-findings was given, and there are findings")
	}
	p.line("  2    bad usage, bad SPL or bad content")
	p.line("  3    it ran, but some input could not be read")
	interrupted := "what was found so far was printed"
	if r, ok := reflect.TypeAssert[resulter](node.Target.Addr()); ok && r.result() == report.Bundles {
		interrupted = "nothing was written"
	}
	p.line("  130  interrupted; " + interrupted)
}

// flags prints the flags of one group, if the command has any.
func (p *helpWriter) flags(group kong.Group, node *kong.Node) {
	titled := false
	for _, flag := range node.Flags {
		if flag.Group == nil || flag.Group.Key != group.Key || flag.Hidden {
			continue
		}
		if !titled {
			p.line("")
			p.line(group.Title)
			titled = true
		}
		name := flagName(flag)
		for _, line := range wrapWords(flagHelp(flag, node), helpWidth-flagWidth-len("   ")) {
			p.line(fmt.Sprintf("  %-*s %s", flagWidth, name, line))
			name = ""
		}
	}
}

// flagWidth is the width of the names of flags.
const flagWidth = 24

// flagHelp returns the help of a flag of a subcommand.
func flagHelp(flag *kong.Flag, node *kong.Node) string {
	if r, ok := reflect.TypeAssert[resulter](node.Target.Addr()); ok && flag.Name == "output" {
		if r.result() == report.Bundles {
			return joinOr(formatsFor(r.result())) + ", as --output-file ends; else zip."
		}
		return joinOr(formatsFor(r.result())) + ". Terminals get a table."
	}
	return flag.Help
}

// flagName writes a flag as it is typed.
func flagName(flag *kong.Flag) string {
	name := "    --" + flag.Name
	if flag.Short != 0 {
		name = "-" + string(flag.Short) + ", --" + flag.Name
	}
	if !flag.IsBool() {
		name += " " + flag.PlaceHolder
	}
	return name
}
