// Package reference writes the pages of docs/reference from the tables of
// commands and functions.
//
// It holds no text about any of them. The pages are written by
// `go test ./internal/reference -update`, and the test fails when they are not
// current. Start reading at [Pages].
package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/command"
	"github.com/pugmark/pugmark/internal/eval"
)

// Pages returns the pages by file name, in Markdown.
func Pages() map[string]string {
	return map[string]string{
		"commands.md":              commands(),
		"eval-functions.md":        evalFunctions(),
		"statistical-functions.md": statisticalFunctions(),
	}
}

const generated = "<!-- Written from the tables in the code; edit those, then run `make docs`. -->\n\n"

// page builds Markdown.
type page struct{ strings.Builder }

func newPage(title, introduction string) *page {
	p := &page{}
	p.WriteString(generated)
	p.line("# %s\n\n%s\n", title, introduction)
	return p
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.Builder, format+"\n", args...) }

// paragraph writes a labelled paragraph, if there is anything to say.
func (p *page) paragraph(label, text string) {
	if text == "" {
		return
	}
	if label != "" {
		label = "**" + label + "** "
	}
	p.line("%s%s\n", label, escape(text))
}

// code writes a block of code.
func (p *page) code(lines ...string) {
	p.line("```spl\n%s\n```\n", strings.Join(lines, "\n"))
}

// escape keeps Markdown from reading markup in a sentence.
func escape(text string) string {
	return strings.NewReplacer("<", "&lt;", "*", `\*`, "_", `\_`, "\n", "\n\n").Replace(text)
}

func commands() string {
	p := newPage("Commands", "The commands of SPL that pugmark runs. The syntax is that of Splunk's search reference: `[ ]` is optional, `|` separates alternatives, `<x>` stands for a value, `...` repeats.")
	var refused []*command.Spec
	for _, s := range command.Specs() {
		if s.Parse == nil {
			refused = append(refused, s)
			continue
		}
		p.line("## %s\n", s.Name)
		p.paragraph("", s.Summary)
		p.code(s.Syntax)
		if len(s.Aliases) > 0 {
			p.paragraph("Also called", strings.Join(s.Aliases, ", ")+".")
		}
		p.paragraph("", s.Details)
		p.code(s.Examples...)
		p.paragraph("Differs from Splunk.", s.Differs)
	}
	p.line("## Commands that are refused\n\nA search with one of these does not run, and the error says what to use instead.\n\n| command | use instead |\n| --- | --- |")
	for _, s := range refused {
		p.line("| %s | %s |", s.Name, cell(s.Instead))
	}
	return p.String()
}

func evalFunctions() string {
	p := newPage("Eval functions", "The functions of eval, where and every other place that holds an expression. An argument in brackets may be left out. Unless said otherwise a null argument makes the result null. Each example is run as a test; null is written as *null*.")
	var refused []*eval.Function
	functions := eval.Functions()
	slices.SortStableFunc(functions, func(a, b *eval.Function) int { return strings.Compare(a.Category, b.Category) })
	category := ""
	for _, f := range functions {
		if f.Instead != "" {
			refused = append(refused, f)
			continue
		}
		if f.Category != category {
			category = f.Category
			p.line("## %s\n", category)
		}
		p.line("### %s(%s)\n", f.Name, f.Args)
		p.paragraph("", f.Summary)
		if len(f.Aliases) > 0 {
			p.paragraph("Also called", strings.Join(f.Aliases, ", ")+".")
		}
		p.paragraph("Arguments.", f.Types())
		p.paragraph("Null.", f.Nulls)
		p.line("| example | result |\n| --- | --- |")
		for _, e := range f.Examples {
			p.line("| `%s` | %s |", codeCell(e.Expr), result(e.Result))
		}
		p.line("")
		p.paragraph("Differs from Splunk.", f.Differs)
	}
	if len(refused) > 0 {
		p.line("## Functions that are refused\n\n| function | use instead |\n| --- | --- |")
		for _, f := range refused {
			p.line("| %s | %s |", f.Name, cell(f.Instead))
		}
	}
	return p.String()
}

func statisticalFunctions() string {
	p := newPage("Statistical functions", "The functions of stats, eventstats, streamstats, chart, timechart and tstats. Absent fields are not counted, and the values of a multivalue are taken one by one. Each example is run as a test over rows with the field x, the newest first; null is written as *null*.")
	category := ""
	functions := agg.Functions()
	slices.SortStableFunc(functions, func(a, b *agg.Function) int { return strings.Compare(a.Category, b.Category) })
	for _, f := range functions {
		if f.Category != category {
			category = f.Category
			p.line("## %s\n", category)
		}
		name := f.Name
		if f.Percentile {
			name += "<0 to 100>"
		}
		p.line("### %s(%s)\n", escape(name), f.Args)
		if f.Instead != "" {
			p.paragraph("Refused.", f.Instead)
			continue
		}
		p.paragraph("", f.Summary)
		if len(f.Aliases) > 0 {
			p.paragraph("Also called", strings.Join(f.Aliases, ", ")+".")
		}
		p.line("| example | x | result |\n| --- | --- | --- |")
		for _, e := range f.Examples {
			p.line("| `%s` | %s | %s |", codeCell(e.Call), cell(strings.Join(e.Rows, ", ")), result(e.Want))
		}
		p.line("")
		p.paragraph("Differs from Splunk.", f.Differs)
	}
	return p.String()
}

// cell keeps text in one cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", ", ", "<", "&lt;").Replace(text)
}

// codeCell keeps code in one cell of a table.
func codeCell(code string) string { return strings.ReplaceAll(code, "|", `\|`) }

// result writes the result of an example, the values of a multivalue separated
// by commas.
func result(text string) string {
	if text == "" {
		return "*null*"
	}
	return "`" + codeCell(strings.ReplaceAll(text, "\n", ", ")) + "`"
}
