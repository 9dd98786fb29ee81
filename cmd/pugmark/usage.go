package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/pugmark/pugmark/internal/diag"
)

// explainUsage turns the parser's error into a sentence and a way out, which
// may be another subcommand: it is asked of the parser of all.
func (a *app) explainUsage(args []string, err error) error {
	k, _, failure := newParser(a, &cli{}, subcommands())
	if failure != nil {
		return failure
	}
	if _, failure = k.Parse(args); failure != nil {
		err = failure
	}
	model := k.Model
	node := model.Node
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		node = parse.Context.Selected()
	}
	if unknown, ok := strings.CutPrefix(err.Error(), "unknown flag "); ok {
		name, _, _ := strings.Cut(unknown, ",")
		return unknownFlag(model, node, strings.TrimLeft(name, "-"))
	}
	if node == model.Node && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return unknownCommand(model, args)
	}
	e := usageError{message: err.Error(), hint: "see " + node.FullPath() + " --help"}
	if strings.HasPrefix(err.Error(), "expected ") {
		e.message = subcommandPath(node) + " is not complete"
		e.hint = "usage: " + usageLine(node)
	}
	return e
}

// subcommandPath names a subcommand without the program.
func subcommandPath(node *kong.Node) string {
	return strings.TrimPrefix(node.FullPath(), "pugmark ")
}

// unknownFlag suggests a near flag of the command, or says which command has
// the flag.
func unknownFlag(model *kong.Application, node *kong.Node, name string) error {
	e := usageError{message: fmt.Sprintf("unknown flag --%s", name), hint: "see " + node.FullPath() + " --help"}
	if node != model.Node {
		e.message = fmt.Sprintf("%s has no flag --%s", subcommandPath(node), name)
	}
	if len([]rune(name)) == 1 {
		e.message = strings.Replace(e.message, "--", "-", 1)
	}
	var names []string
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			names = append(names, flag.Name)
		}
	}
	if near := diag.Nearest(name, names); near != "" {
		e.hint = fmt.Sprintf("did you mean --%s?", near)
		return e
	}
	for _, leaf := range model.Leaves(true) {
		for _, flag := range leaf.Flags {
			if flag.Name == name {
				e.hint = fmt.Sprintf("it is a flag of %s", leaf.FullPath())
				return e
			}
		}
	}
	return e
}

// unknownCommand says what a first word that is no subcommand may have been
// meant to be.
func unknownCommand(model *kong.Application, args []string) error {
	word := args[0]
	var names []string
	for _, child := range model.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	rest := ""
	if len(args) > 1 {
		rest = " " + shellWords(args[1:])
	}
	e := usageError{message: fmt.Sprintf("unknown command %q", word)}
	near := diag.Nearest(word, names)
	_, statErr := os.Stat(word)
	switch {
	case statErr == nil || word == "-":
		e.message = fmt.Sprintf("%s is a path, not a command", word)
		e.hint = "did you mean: pugmark scan " + shellWords(args)
	case near != "":
		e.hint = fmt.Sprintf("did you mean: pugmark %s%s", near, rest)
	case strings.ContainsAny(word, "|= "):
		e.message = "a search needs its command"
		e.hint = "did you mean: pugmark search " + shellWords(args)
	case strings.ContainsAny(word, `/\*`):
		e.message = fmt.Sprintf("%s is neither a command nor a path that exists", word)
		e.hint = "scan logs with: pugmark scan PATH"
	default:
		e.hint = "commands are " + strings.Join(names, ", ")
	}
	return e
}

// shellWords quotes words as a shell would need them.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " \t\n\"'`$&|;<>()*?[]{}~#!\\") {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
