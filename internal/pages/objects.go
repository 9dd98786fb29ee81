package pages

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/detection"
	"github.com/pugmark/pugmark/internal/knowledge"
)

// macroDefiner tells what content says of a macro. The environment's macros
// may be such.
type macroDefiner interface {
	Definition(name string, args int) (knowledge.MacroDefinition, bool)
}

// tableFinder tells how a lookup is defined.
type tableFinder interface {
	Table(name string) (*knowledge.Table, bool)
}

// object is a macro or a lookup, and who uses it.
type object struct {
	name   string
	anchor string
	macro  *detection.UsedMacro // nil for a lookup
	users  []*detection.Detection
}

// objects are the macros or lookups of a book by their names, those of macros
// with their arguments.
type objects map[string]*object

func (o objects) add(name string, macro *detection.UsedMacro, user *detection.Detection) {
	if o[name] == nil {
		o[name] = &object{name: name, macro: macro}
	}
	o[name].users = append(o[name].users, user)
}

// sorted returns the objects in the order of their names, their anchors
// numbered where names differ only in what an anchor cannot tell apart.
func (o objects) sorted() []*object {
	var all []*object
	for _, one := range o {
		all = append(all, one)
	}
	slices.SortFunc(all, func(x, y *object) int { return byName(x.name, y.name) })
	seen := map[string]int{}
	for _, one := range all {
		one.anchor = slug(one.name)
		if seen[one.anchor]++; seen[one.anchor] > 1 {
			one.anchor = fmt.Sprintf("%s-%d", one.anchor, seen[one.anchor])
		}
	}
	return all
}

// signature is a macro's name with its arguments.
func signature(m detection.UsedMacro) string {
	if len(m.Args) == 0 {
		return m.Name
	}
	return m.Name + "(" + strings.Join(m.Args, ", ") + ")"
}

// readUses compiles the searches, once for all pages.
func (b *book) readUses() {
	b.uses, b.macros, b.lookups = map[*detection.Detection]*detection.Uses{}, objects{}, objects{}
	for _, d := range b.Detections {
		u := d.Uses(b.Env)
		b.uses[d] = u
		for _, m := range u.Macros {
			if m.Name != d.FilterMacro || b.given(m) {
				b.macros.add(signature(m), &m, d)
			}
		}
		for _, name := range u.Lookups {
			b.lookups.add(name, nil, d)
		}
	}
	b.macroList, b.lookupList = b.macros.sorted(), b.lookups.sorted()
}

// given reports whether content defines a macro. A filter macro that nobody
// defined is told of on the page of its detection alone.
func (b *book) given(m detection.UsedMacro) bool {
	definer, ok := b.Env.Macros.(macroDefiner)
	if !ok {
		return true
	}
	def, ok := definer.Definition(m.Name, len(m.Args))
	return ok && def.Given
}

// linkToMacro and linkToLookup lead to where the page of all of them has it.
func (b *book) linkToMacro(name string) Inline {
	o := b.macros[name]
	if o == nil {
		return code(name)
	}
	return Inline{{Text: name, Code: true, Page: "macros#" + o.anchor}}
}

func (b *book) linkToLookup(name string) Inline {
	return Inline{{Text: name, Code: true, Page: "lookups#" + b.lookups[name].anchor}}
}

func (b *book) macroPage() *page {
	p := &page{path: "macros", title: "Macros"}
	for _, o := range b.macroList {
		s := &Section{ID: o.anchor, Title: o.name}
		var facts []Inline
		if definer, ok := b.Env.Macros.(macroDefiner); ok {
			if def, ok := definer.Definition(o.macro.Name, len(o.macro.Args)); ok {
				if def.Description != "" {
					s.Blocks = append(s.Blocks, prose(def.Description))
				}
				if def.File != "" {
					facts = append(facts, fact("Source", Span{Text: def.File, Code: true}))
				}
			}
		}
		if o.macro.Known {
			s.Blocks = append(s.Blocks, Block{Kind: Code, Text: o.macro.Definition})
		} else {
			s.Blocks = append(s.Blocks, Block{Kind: Note, Warn: true, Items: []Inline{plain("It is not defined here.")}})
		}
		p.sections = append(p.sections, b.usersOf(o, s, facts))
	}
	return orNothing(p)
}

func (b *book) lookupPage() *page {
	p := &page{path: "lookups", title: "Lookups"}
	for _, o := range b.lookupList {
		s := &Section{ID: o.anchor, Title: o.name}
		var facts []Inline
		if t, ok := b.table(o.name); ok {
			s.Blocks, facts = tableFacts(t)
		} else {
			s.Blocks = []Block{{Kind: Note, Warn: true, Items: []Inline{plain("There is no such table here.")}}}
		}
		p.sections = append(p.sections, b.usersOf(o, s, facts))
	}
	return orNothing(p)
}

// table returns a table if the environment tells of tables.
func (b *book) table(name string) (*knowledge.Table, bool) {
	finder, ok := b.Env.Lookups.(tableFinder)
	if !ok {
		return nil, false
	}
	return finder.Table(name)
}

func tableFacts(t *knowledge.Table) (blocks []Block, facts []Inline) {
	def := t.Definition()
	if def.Description != "" {
		blocks = append(blocks, prose(def.Description))
	}
	kind := Span{Text: "a file, "}
	name := Span{Text: def.CSV, Code: true}
	if def.CSV == "" {
		kind, name = Span{Text: "the KV store, "}, Span{Text: def.Collection, Code: true}
	}
	facts = append(facts, fact("Kept in", kind, name))
	columns := fact("Columns")
	for i, column := range t.Columns() {
		if i > 0 {
			columns = append(columns, Span{Text: ", "})
		}
		columns = append(columns, Span{Text: column, Code: true})
	}
	facts = append(facts, columns)
	for _, s := range def.Settings {
		facts = append(facts, fact(s[0], Span{Text: s[1], Code: true}))
	}
	if def.File != "" {
		facts = append(facts, fact("Source", Span{Text: def.File, Code: true}))
	}
	return blocks, facts
}

// usersOf ends a section with what is known of a thing and who uses it.
func (b *book) usersOf(o *object, s *Section, facts []Inline) *Section {
	used := fact("Used by")
	for i, d := range o.users {
		if i > 0 {
			used = append(used, Span{Text: ", "})
		}
		used = append(used, b.linkTo(d)...)
	}
	s.Blocks = append(s.Blocks, Block{Kind: Bullets, Items: append(facts, used)})
	return s
}

// orNothing is the page, which says so if it has nothing to say.
func orNothing(p *page) *page {
	if p.sections == nil {
		p.sections = []*Section{{ID: "none", Title: "Nothing here", Blocks: []Block{none("There is nothing to list.")}}}
	}
	return p
}
