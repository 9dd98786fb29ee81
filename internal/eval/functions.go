package eval

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// Function declares an eval function: what help prints of it, and how a call
// of it runs.
type Function struct {
	Name    string
	Aliases []string
	// Args names the arguments: "x, base", optional ones in brackets as in
	// "x[, base]", and "..." where the last ones repeat. It gives the arity.
	Args string
	// Category is the heading of Splunk's documentation.
	Category string
	// Summary is one sentence.
	Summary string
	// Nulls says what null arguments do, if the result is not simply null.
	Nulls string
	// Examples are run by a test.
	Examples []Example
	// Differs says where pugmark differs from Splunk, if it does.
	Differs string
	// Instead marks a real function that pugmark refuses, with what to use
	// instead of it.
	Instead string

	result typ
	// kinds are the kinds of the arguments, a letter each, the last standing
	// for all further ones: n a number, t text, a any value, b also a
	// condition.
	kinds string
	// nulls and multis say that call takes null arguments and multivalues.
	// Without them such an argument makes the result null.
	nulls, multis bool
	// even and odd say how many arguments there must be, where pairs repeat.
	even, odd bool
	// json says that the result is JSON, and not a text that becomes a string
	// in JSON.
	json bool
	// each applies call to every value of a first argument that has several.
	each bool
	// call computes the function of its arguments, which it must not keep.
	call func(env *Env, args []value.Value) value.Value
	// bind is for functions that look at more than the values of their
	// arguments.
	bind func(b *binder, c *spl.Call) node
}

// Example is a call and its result: "" for null, the values of a multivalue
// separated by newlines.
type Example struct{ Expr, Result string }

// table is every eval function that pugmark knows, by category.
var table = slices.Concat(
	bitwise, comparison, conversion, cryptographic, datetime, informational, jsonFunctions,
	mathematical, multivalue, statistical, text, trigonometric, refused,
)

// byName finds the entries of the table by name and alias.
var byName = sync.OnceValue(func() map[string]*Function {
	index := make(map[string]*Function, 2*len(table))
	for _, f := range table {
		index[f.Name] = f
		for _, alias := range f.Aliases {
			index[alias] = f
		}
	}
	return index
})

// Functions returns every function, sorted by name. Those with Instead set are
// known but do not run.
func Functions() []*Function {
	return slices.SortedFunc(slices.Values(table), func(f, g *Function) int { return cmp.Compare(f.Name, g.Name) })
}

// find returns the function of a name in lower case, or nil.
func find(name string) *Function { return byName()[name] }

// names returns the names of the functions that run, for suggestions.
func names() []string {
	var all []string
	for _, f := range table {
		if f.Instead == "" {
			all = append(append(all, f.Name), f.Aliases...)
		}
	}
	return all
}

// Arity returns the least and the most arguments; most is -1 where there is no
// bound.
func (f *Function) Arity() (least, most int) {
	required, optional, _ := strings.Cut(f.Args, "[")
	count := func(s string) int {
		n := 0
		for name := range strings.SplitSeq(s, ",") {
			if name = strings.Trim(name, " []"); name != "" && name != "..." {
				n++
			}
		}
		return n
	}
	least = count(required)
	if strings.Contains(f.Args, "...") {
		return least, -1
	}
	return least, least + count(optional)
}

// Syntax is how a call is written: name(args).
func (f *Function) Syntax() string { return f.Name + "(" + f.Args + ")" }

// Types says what each argument is taken as: "str text, base number". Anything
// is left without a word.
func (f *Function) Types() string {
	if f.kinds == "" {
		return ""
	}
	words := map[byte]string{'n': "a number", 't': "a text", 'a': "any value", 'b': "any value, also a condition"}
	var typed []string
	for i, name := range strings.Split(strings.NewReplacer("[", "", "]", "").Replace(f.Args), ",") {
		if name = strings.TrimSpace(name); name == "" || name == "..." {
			continue
		}
		typed = append(typed, name+": "+words[f.kinds[min(i, len(f.kinds)-1)]])
	}
	return strings.Join(typed, "; ") + "."
}
