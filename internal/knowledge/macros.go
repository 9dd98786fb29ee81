package knowledge

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/knowledge/escu"
	"github.com/pugmark/pugmark/internal/spl"
)

// Macros finds macros by name and number of arguments. A definition on the
// command line wins over one in a content directory, a later directory over an
// earlier one, and all of them over the built-in macros.
type Macros struct {
	layers  []macroLayer // the weakest first
	command macroLayer
}

type macroKey struct {
	name string
	args int
}

type macroLayer map[macroKey]MacroDefinition

// MacroDefinition is a macro and what its content says about it.
type MacroDefinition struct {
	spl.Macro
	Description string
	File        string // "" for one that no content has
	// Given tells that content or the command line has it: others belong to
	// Splunk's apps, or let everything through until someone defines them.
	Given bool
}

var _ spl.Macros = (*Macros)(nil)

// newMacros returns the macros of Splunk's Common Information Model and
// Enterprise Security that content calls and does not define. Others of these
// apps (get_asset, cim_corporate_web_domain_search) stand for data of one's
// own and are left to be defined.
func newMacros() *Macros {
	builtin := macroLayer{}
	for _, m := range []spl.Macro{
		{Name: "drop_dm_object_name", Args: []string{"object_name"}, Definition: `rename $object_name$.* as *`},
		{Name: "get_risk_severity", Args: []string{"risk_score"}, Definition: `eval severity=case($risk_score$>=500, "critical", $risk_score$>=250, "high", $risk_score$>=100, "medium", true(), "low")`},
	} {
		builtin[macroKey{m.Name, len(m.Args)}] = MacroDefinition{Macro: m}
	}
	return &Macros{layers: []macroLayer{builtin}, command: macroLayer{}}
}

// Macro returns the macro of a name and number of arguments. The filter macro
// that ends every detection, <detection>_filter, lets everything through until
// someone defines it. Source: Splunk Security Content, "search *".
func (m *Macros) Macro(name string, args int) (spl.Macro, bool) {
	d, ok := m.Definition(name, args)
	return d.Macro, ok
}

// Definition returns what Macro does, with what is known of it.
func (m *Macros) Definition(name string, args int) (MacroDefinition, bool) {
	for _, layer := range slices.Backward(append(slices.Clone(m.layers), m.command)) {
		for _, spelling := range spellings(name) {
			if found, ok := layer[macroKey{spelling, args}]; ok {
				return found, true
			}
		}
	}
	if args == 0 && strings.HasSuffix(name, "_filter") {
		return MacroDefinition{Macro: spl.Macro{Name: name, Definition: "search *"}}, true
	}
	return MacroDefinition{}, false
}

// spellings returns the name and the others that it is known by: content has
// been renamed, and overrides under the old name go on working.
func spellings(name string) []string {
	const now, before = "aws_ami_attribute_modification_for_exfiltration_filter", "aws_ami_atttribute_modification_for_exfiltration_filter"
	switch name {
	case now:
		return []string{now, before}
	case before:
		return []string{before, now}
	}
	return []string{name}
}

// MacroNames returns the names of the macros defined, in byte order.
func (m *Macros) MacroNames() []string {
	names := map[string]struct{}{}
	for _, layer := range append(slices.Clone(m.layers), m.command) {
		for key := range layer {
			names[key.name] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Define adds a macro as the command line gives it: name=definition,
// name(a,b)=definition with the names of the arguments, or name(2)=definition
// with their number. Then the names are those of the macro that is redefined,
// or else 1, 2 and so on.
func (m *Macros) Define(text string) error {
	source := &diag.Source{Name: "--macro", Text: text}
	fail := func(hint, format string, args ...any) error {
		return &diag.Error{Source: source, Span: diag.Span{End: len(text)}, Code: diag.BadMacro, Message: fmt.Sprintf(format, args...), Hint: hint}
	}
	name, definition, ok := strings.Cut(text, "=")
	if open, end := strings.IndexByte(text, '('), strings.IndexByte(text, ')'); ok && open >= 0 && open < len(name) {
		// An equals sign may stand among the arguments only by mistake.
		if end < 0 || !strings.HasPrefix(strings.TrimLeft(text[end+1:], " "), "=") {
			return fail("", "name(arguments)=definition was expected")
		}
		name, definition = text[:end+1], strings.TrimLeft(text[end+1:], " ")[1:]
	}
	if !ok {
		return fail("", "name=definition was expected")
	}
	name, args, ok := splitMacroName(strings.TrimSpace(name))
	if !ok {
		return fail("", "a macro's name was expected before the =")
	}
	macro := spl.Macro{Name: name, Args: args, Definition: strings.TrimSpace(definition)}
	if macro.Definition == "" {
		return fail(`to let everything through, write "search *"`, "the macro has no definition")
	}
	if n, err := strconv.Atoi(strings.Join(args, ",")); err == nil && len(args) == 1 {
		if n < 0 || n > 20 {
			return fail("", "a macro has at most 20 arguments")
		}
		macro.Args = nil
		for i := range n {
			macro.Args = append(macro.Args, strconv.Itoa(i+1))
		}
		if redefined, ok := m.Macro(name, n); ok {
			macro.Args = redefined.Args
		}
	}
	m.command[macroKey{name, len(macro.Args)}] = MacroDefinition{Macro: macro, Given: true}
	return nil
}

// splitMacroName takes name(a, b) apart.
func splitMacroName(s string) (name string, args []string, ok bool) {
	name, rest, hasArgs := strings.Cut(s, "(")
	name = strings.TrimSpace(name)
	if name == "" || strings.ContainsAny(name, "`\"'|[] \t\n") {
		return "", nil, false
	}
	if hasArgs {
		rest, ok := strings.CutSuffix(strings.TrimSpace(rest), ")")
		if !ok {
			return "", nil, false
		}
		for arg := range strings.SplitSeq(rest, ",") {
			if arg = strings.TrimSpace(arg); arg != "" {
				args = append(args, arg)
			}
		}
	}
	return name, args, true
}

// layer begins the macros of another content directory.
func (m *Macros) layer() macroLayer {
	layer := macroLayer{}
	m.layers = append(m.layers, layer)
	return layer
}

// load adds the macro of a content file.
func (l macroLayer) load(file *escu.File) {
	root := file.Root
	name, args, ok := splitMacroName(root.Text("name"))
	if !ok {
		root.Fail("name", "", "a macro's name was expected")
		return
	}
	if named := root.Texts("arguments"); len(named) > 0 {
		args = named
	}
	macro := spl.Macro{Name: name, Args: args, Definition: root.Text("definition")}
	if macro.Definition == "" {
		root.Fail("definition", "", "macro `%s` has no definition", name)
		return
	}
	key := macroKey{name, len(args)}
	if _, twice := l[key]; twice {
		root.Fail("name", "", "macro `%s` is defined in another file too", name)
		return
	}
	l[key] = MacroDefinition{Macro: macro, Description: root.Text("description"), File: file.Source.Name, Given: true}
}
