package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/agg"
	"github.com/pugmark/pugmark/internal/eval"
)

// function is what help knows of a function, of eval or of stats.
type function struct {
	name, call        string
	of                string // "eval" or "stats"
	category, summary string
	nulls             string
	aliases, examples []string
	differs, instead  string
}

// functions returns every function: those of eval, then those of stats.
func functions() []function {
	var all []function
	for _, f := range eval.Functions() {
		entry := function{
			name: f.Name, call: f.Name + "(" + f.Args + ")", of: "eval", category: f.Category, summary: f.Summary,
			nulls: f.Nulls, aliases: f.Aliases, differs: f.Differs, instead: f.Instead,
		}
		for _, e := range f.Examples {
			entry.examples = append(entry.examples, e.Expr+" is "+resultText(strings.ReplaceAll(e.Result, "\n", ", ")))
		}
		all = append(all, entry)
	}
	for _, f := range agg.Functions() {
		entry := function{
			name: f.Name, call: f.Name + "(" + f.Args + ")", of: "stats", category: f.Category, summary: f.Summary,
			aliases: f.Aliases, differs: f.Differs, instead: f.Instead,
		}
		if f.Percentile {
			entry.call = f.Name + "<n>(" + f.Args + ")"
		}
		for _, e := range f.Examples {
			rows := make([]string, len(e.Rows))
			for i, x := range e.Rows {
				rows[i] = resultText(x)
			}
			entry.examples = append(entry.examples, fmt.Sprintf("%s where x is %s: %s", e.Call, strings.Join(rows, ", "), resultText(e.Want)))
		}
		all = append(all, entry)
	}
	return all
}

func resultText(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

func functionNames() []string {
	var names []string
	for _, f := range functions() {
		names = append(append(names, f.name), f.aliases...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// functionsNamed returns the functions of a name: eval and stats each have one
// for some names, such as max.
func functionsNamed(name string) []function {
	name = strings.ToLower(name)
	var found []function
	for _, f := range functions() {
		if f.name == name || slices.Contains(f.aliases, name) {
			found = append(found, f)
		}
	}
	return found
}

// listFunctions prints the functions by category.
func listFunctions(p *helpWriter) {
	p.line("Functions. pugmark help function NAME explains one.")
	all := functions()
	slices.SortStableFunc(all, func(f, g function) int {
		return strings.Compare(f.of+"\x00"+f.category, g.of+"\x00"+g.category)
	})
	category := ""
	for _, f := range all {
		if f.instead != "" {
			continue
		}
		if title := f.of + ": " + f.category; title != category {
			category = title
			p.line("")
			p.line(title)
		}
		p.entry(f.call, f.summary)
	}
}

func (f function) explain(p *helpWriter) {
	p.line(f.call)
	p.paragraph(f.summary, "  ")
	p.paragraph(f.nulls, "  ")
	if f.instead != "" {
		p.paragraph("pugmark does not run this function: "+f.instead, "  ")
		return
	}
	p.line("")
	p.paragraph("A function of "+f.of+". "+f.category+".", "  ")
	if len(f.aliases) > 0 {
		p.paragraph("Also called "+strings.Join(f.aliases, ", ")+".", "  ")
	}
	if len(f.examples) > 0 {
		p.line("")
		p.line("Examples")
		for _, e := range f.examples {
			p.line("  " + e)
		}
	}
	if f.differs != "" {
		p.line("")
		p.line("Differs from Splunk")
		p.paragraph(f.differs, "  ")
	}
}
