package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/diag"
)

// helpCommand explains subcommands, and the SPL commands and functions from
// their own tables.
type helpCommand struct {
	Topic []string `arg:"" optional:"" help:"A subcommand; commands; functions; command NAME; function NAME."`
}

func (helpCommand) examples() []string {
	return []string{"help scan", "help commands", "help command stats", "help functions", "help function mvindex"}
}

// The topics that are not subcommands.
const (
	topicCommands  = "commands"
	topicCommand   = "command"
	topicFunctions = "functions"
	topicFunction  = "function"
)

func (h *helpCommand) Run(a *app) (exitCode, error) {
	p := &helpWriter{w: a.stdout}
	if len(h.Topic) == 0 {
		return exitOK, printOverview(a.stdout, a.kong.Model)
	}
	topic, name := h.Topic[0], strings.Join(h.Topic[1:], " ")
	switch topic {
	case topicCommands:
		listSpecs(p)
		return exitOK, p.err
	case topicFunctions:
		listFunctions(p)
		return exitOK, p.err
	case topicCommand, topicFunction:
		if name == "" {
			return exitUsage, usageError{message: "help " + topic + " needs a name", hint: "list them with: pugmark help " + topic + "s"}
		}
		return explainLanguage(p, topic, name)
	}
	if node := findNode(a.kong.Model.Node, h.Topic); node != nil {
		return exitOK, printHelp(a.stdout, a.kong.Model, node, false)
	}
	if command.Find(topic) != nil {
		return explainLanguage(p, topicCommand, topic)
	}
	if len(functionsNamed(topic)) > 0 {
		return explainLanguage(p, topicFunction, topic)
	}
	known := []string{topicCommands, topicFunctions, topicCommand, topicFunction}
	for _, child := range a.kong.Model.Children {
		known = append(known, child.Name)
	}
	known = append(append(known, command.Names()...), functionNames()...)
	return exitUsage, usageError{message: fmt.Sprintf("there is no help on %q", topic), hint: diag.Suggest(topic, known)}
}

// findNode follows the names of a subcommand.
func findNode(node *kong.Node, names []string) *kong.Node {
	for _, name := range names {
		i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == name && !n.Hidden })
		if i < 0 {
			return nil
		}
		node = node.Children[i]
	}
	return node
}

func explainLanguage(p *helpWriter, kind, name string) (exitCode, error) {
	if kind == topicCommand {
		spec := command.Find(strings.ToLower(name))
		if spec == nil {
			return exitUsage, usageError{message: fmt.Sprintf("unknown SPL command %q", name), hint: diag.Suggest(name, command.Names())}
		}
		explainSpec(p, spec)
		return exitOK, p.err
	}
	name = strings.TrimSuffix(name, "()")
	found := functionsNamed(name)
	if len(found) == 0 {
		return exitUsage, usageError{message: fmt.Sprintf("unknown function %q", name), hint: diag.Suggest(name, functionNames())}
	}
	for i, f := range found {
		if i > 0 {
			p.line("")
		}
		f.explain(p)
	}
	return exitOK, p.err
}

func listSpecs(p *helpWriter) {
	p.line("SPL commands. pugmark help command NAME explains one.")
	p.line("")
	var refused []string
	for _, spec := range command.Specs() {
		if spec.Parse == nil {
			refused = append(refused, spec.Name)
			continue
		}
		p.entry(strings.Join(append([]string{spec.Name}, spec.Aliases...), ", "), spec.Summary)
	}
	if len(refused) > 0 {
		p.line("")
		p.paragraph("Known but refused, each with what to use instead: "+strings.Join(refused, ", ")+".", "")
	}
}

func explainSpec(p *helpWriter, spec *command.Spec) {
	p.line(spec.Name)
	p.paragraph(spec.Summary, "  ")
	if spec.Instead != "" {
		p.line("")
		p.paragraph("pugmark does not run this command: "+spec.Instead, "  ")
		return
	}
	p.line("")
	p.line("Syntax")
	p.paragraph(spec.Syntax, "  ")
	if len(spec.Aliases) > 0 {
		p.line("")
		p.paragraph("Also called "+strings.Join(spec.Aliases, ", ")+".", "  ")
	}
	if spec.Details != "" {
		p.line("")
		p.paragraph(spec.Details, "  ")
	}
	if len(spec.Examples) > 0 {
		p.line("")
		p.line("Examples")
		for _, e := range spec.Examples {
			p.line("  " + e)
		}
	}
	if spec.Differs != "" {
		p.line("")
		p.line("Differs from Splunk")
		p.paragraph(spec.Differs, "  ")
	}
}

// helpWidth is what help texts are wrapped to.
const helpWidth = 80

// entry prints a name and a sentence beside it.
func (p *helpWriter) entry(name, text string) {
	const nameWidth = 18
	indent := strings.Repeat(" ", nameWidth+2)
	lines := wrapWords(text, helpWidth-len(indent))
	if len(name) > nameWidth-2 {
		p.line("  " + name)
	} else if len(lines) > 0 {
		p.line(fmt.Sprintf("  %-*s%s", nameWidth, name, lines[0]))
		lines = lines[1:]
	}
	for _, l := range lines {
		p.line(indent + l)
	}
}

// paragraph prints a text, its lines wrapped and indented.
func (p *helpWriter) paragraph(text, indent string) {
	for line := range strings.SplitSeq(text, "\n") {
		for _, l := range wrapWords(line, helpWidth-len(indent)) {
			p.line(indent + l)
		}
	}
}

// wrapWords breaks a text at blanks into lines of at most width bytes where
// words allow it.
func wrapWords(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// helpTopics completes the arguments of help.
func helpTopics(a *app, words []string) [][2]string {
	var topics [][2]string
	switch before := words[len(words)-2]; before {
	case topicCommand:
		for _, spec := range command.Specs() {
			if spec.Parse != nil {
				topics = append(topics, [2]string{spec.Name, spec.Summary})
			}
		}
	case topicFunction:
		return plain(functionNames())
	case "help":
		topics = [][2]string{
			{topicCommands, "the SPL commands"},
			{topicCommand, "one SPL command"},
			{topicFunctions, "the eval and stats functions"},
			{topicFunction, "one function"},
		}
		for _, child := range a.kong.Model.Children {
			if !child.Hidden {
				topics = append(topics, [2]string{child.Name, child.Help})
			}
		}
	}
	return topics
}
