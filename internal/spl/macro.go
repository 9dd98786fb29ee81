package spl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// Macro is a named piece of search text.
type Macro struct {
	Name       string
	Args       []string // the names that stand as $name$ in the definition
	Definition string
}

// Macros finds macros.
type Macros interface {
	// Macro returns the macro of a name and number of arguments, which
	// together identify it.
	Macro(name string, args int) (Macro, bool)
	// MacroNames returns the names known, for suggestions.
	MacroNames() []string
}

// NoMacros knows no macro.
type NoMacros struct{}

// Macro finds nothing.
func (NoMacros) Macro(string, int) (Macro, bool) { return Macro{}, false }

// MacroNames returns nothing.
func (NoMacros) MacroNames() []string { return nil }

// Bounds of macro expansion, beyond which a search is refused.
const (
	maxMacroDepth = 100
	maxExpanded   = 4 << 20 // bytes
	callCost      = 16      // bytes that a call counts for besides its definition
)

// expand blanks comments and replaces macro calls by their definitions, again
// and again until none is left.
func expand(source *diag.Source, macros Macros) (*text, error) {
	x := expander{macros: macros, out: &text{}}
	if err := x.expand(source, nil); err != nil {
		return nil, err
	}
	x.out.s = x.b.String()
	return x.out, nil
}

type expander struct {
	macros Macros
	out    *text
	b      strings.Builder
	spent  int // bytes of definitions that replaced calls
}

func (x *expander) expand(source *diag.Source, within []string) error {
	s, err := blankComments(source)
	if err != nil {
		return err
	}
	copied := 0
	emit := func(to int) {
		if to > copied || len(x.out.segments) == 0 {
			x.out.segments = append(x.out.segments, segment{start: x.b.Len(), source: source, from: copied, within: within})
			x.b.WriteString(s[copied:to])
		}
	}
	for i := 0; i < len(s); {
		switch s[i] {
		case '"':
			end := closingQuote(s, i)
			if end < 0 {
				end = len(s) // reported by whoever reads the string
			}
			i = end
		case '`':
			emit(i)
			call, err := parseCall(source, s, i)
			if err != nil {
				err.Within = within
				return err
			}
			if err := x.call(source, call, within); err != nil {
				return err
			}
			i, copied = call.span.End, call.span.End
		default:
			i++
		}
	}
	emit(len(s))
	return nil
}

func (x *expander) call(source *diag.Source, call macroCall, within []string) error {
	fail := func(code diag.Code, hint, format string, args ...any) error {
		return &diag.Error{Source: source, Span: call.span, Code: code, Message: fmt.Sprintf(format, args...), Hint: hint, Within: within}
	}
	for _, outer := range within {
		if outer == call.key() {
			return fail(diag.MacroCycle, "", "macro `%s` calls itself: %s", call.name, strings.Join(append(within, call.key()), " → "))
		}
	}
	if len(within) >= maxMacroDepth {
		return fail(diag.LimitReached, "", "macros nested deeper than %d", maxMacroDepth)
	}
	macro, ok := x.macros.Macro(call.name, len(call.args))
	if !ok {
		hint := diag.Suggest(call.name, x.macros.MacroNames())
		if hint == "" {
			hint = fmt.Sprintf("define it with --macro '%s=…' or in a macros directory of --content", call.key())
		}
		for n := range 20 {
			if other, ok := x.macros.Macro(call.name, n); ok {
				return fail(diag.UnknownMacro, hintArgs(other), "macro `%s` takes %d arguments, not %d", call.name, n, len(call.args))
			}
		}
		return fail(diag.UnknownMacro, hint, "unknown macro `%s`", call.key())
	}
	definition := macro.Definition
	size := len(definition)
	pairs := make([]string, 0, 2*len(macro.Args))
	for i, name := range macro.Args {
		parameter := "$" + name + "$"
		pairs = append(pairs, parameter, call.args[i])
		size += strings.Count(definition, parameter) * len(call.args[i])
	}
	// Count before replacing, and a call of nothing too: a few macros that call
	// each other several times would fill the memory or never come to an end.
	if x.spent += size + callCost; x.spent > maxExpanded {
		return fail(diag.LimitReached, "", "the search grows beyond %d bytes by its macros", maxExpanded)
	}
	if len(pairs) > 0 {
		definition = strings.NewReplacer(pairs...).Replace(definition)
	}
	inner := &diag.Source{Name: "macro `" + call.key() + "`", Text: definition}
	return x.expand(inner, append(slices.Clip(within), call.key()))
}

func hintArgs(m Macro) string {
	if len(m.Args) == 0 {
		return "write `" + m.Name + "`"
	}
	return "write `" + m.Name + "(" + strings.Join(m.Args, ", ") + ")`"
}

type macroCall struct {
	name string
	args []string
	span diag.Span
}

// key is how Splunk names a macro: its name, and in parentheses the number of
// arguments if it has any.
func (c macroCall) key() string {
	if len(c.args) == 0 {
		return c.name
	}
	return fmt.Sprintf("%s(%d)", c.name, len(c.args))
}

// parseCall reads the macro call whose opening backtick is s[start].
func parseCall(source *diag.Source, s string, start int) (macroCall, *diag.Error) {
	fail := func(end int, code diag.Code, message string) (macroCall, *diag.Error) {
		return macroCall{}, &diag.Error{Source: source, Span: diag.Span{Start: start, End: end}, Code: code, Message: message}
	}
	i := start + 1
	for i < len(s) && s[i] != '`' && s[i] != '(' && s[i] != '\n' {
		i++
	}
	call := macroCall{name: strings.TrimSpace(s[start+1 : i])}
	if i < len(s) && s[i] == '(' {
		args, end := splitArgs(s, i)
		if end < 0 {
			return fail(i+1, diag.Incomplete, "a macro call without its closing parenthesis")
		}
		call.args, i = args, end
		for i < len(s) && isSpace(s[i]) {
			i++
		}
	}
	if i >= len(s) || s[i] != '`' {
		return fail(start+1, diag.Incomplete, "a macro call without its closing backtick")
	}
	call.span = diag.Span{Start: start, End: i + 1}
	if call.name == "" {
		return fail(i+1, diag.BadMacro, "a macro call without a name")
	}
	return call, nil
}

// splitArgs splits at top-level commas what stands in the parenthesis that
// opens at s[open], and returns the offset behind the closing one, or -1.
func splitArgs(s string, open int) (args []string, end int) {
	depth, from := 0, open+1
	add := func(to int) {
		arg := strings.TrimSpace(s[from:to])
		if len(arg) >= 2 && arg[0] == '"' && closingQuote(arg, 0) == len(arg) {
			arg = arg[1 : len(arg)-1]
		}
		args = append(args, arg)
		from = to + 1
	}
	for i := open; i < len(s); i++ {
		switch s[i] {
		case '"':
			end := closingQuote(s, i)
			if end < 0 {
				return nil, -1
			}
			i = end - 1
		case '(':
			depth++
		case ')':
			depth--
			if depth == 0 {
				if len(args) > 0 || strings.TrimSpace(s[from:i]) != "" {
					add(i)
				}
				return args, i + 1
			}
		case ',':
			if depth == 1 {
				add(i)
			}
		}
	}
	return nil, -1
}
