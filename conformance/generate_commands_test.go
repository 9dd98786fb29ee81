package conformance_test

import (
	"slices"
	"strings"
)

// command draws a command that takes rows.
func (g *generator) command() string {
	commands := []func() string{
		g.eval, g.eval, g.where, g.searchCommand, g.stats, g.stats, g.rename, g.table, g.fieldsCommand, g.sort, g.firsts, g.dedup,
		g.fillnull, g.bin, g.mvexpand, g.rex, g.regex, g.running, g.makemv, g.replace, g.filldown, g.join, g.append, g.convert,
		g.spath, g.chart, g.appendpipe, g.appendcols, g.foreach, g.turn, g.top,
		g.wildcards, g.sortAuto,
	}
	return commands[g.number("command", 0, len(commands)-1)]()
}

func (g *generator) eval() string {
	var e string
	switch g.number("value", 0, 4) {
	case 0:
		e = g.num(2)
	case 1, 2:
		e = g.text(2)
	case 3:
		e = g.several()
	default:
		e = "null()"
	}
	return "eval " + g.made() + "=" + e
}

func (g *generator) where() string         { return "where " + g.condition(2) }
func (g *generator) searchCommand() string { return "search " + g.searchExpr(1) }

// aggregates draws stats functions with aliases that no field has.
func (g *generator) aggregates() (calls, aliases []string) {
	for i := range g.number("functions", 1, 3) {
		alias := []string{"x1", "x2", "x3"}[i]
		f := g.field()
		call := ""
		switch g.number("function", 0, 7) {
		case 0:
			call = "count"
		case 1:
			call = "count(" + f + ")"
		case 2:
			call = g.pick("set", "dc", "values", "list", "mode") + "(" + f + ")"
		case 3:
			call = g.pick("sum", "sum", "avg", "range", "sumsq", "stdev", "varp", "median", "perc90") + "(" + g.pick("numbers", "n", "id", "items{}.v") + ")"
		case 4:
			call = g.pick("extreme", "min", "max") + "(" + f + ")"
		case 5:
			call = g.pick("order", "first", "last") + "(" + f + ")"
		case 6:
			call = g.pick("time", "earliest", "latest") + "(" + f + ")"
		default:
			call = "count(eval(" + g.condition(0) + "))"
		}
		calls, aliases = append(calls, call+" as "+alias), append(aliases, alias)
	}
	return calls, aliases
}

// by draws a by clause, or none.
func (g *generator) by() (clause string, fields []string) {
	for range g.number("by", 0, 2) {
		if f := g.field(); !slices.Contains(fields, f) && f != "x1" && f != "x2" && f != "x3" {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return "", nil
	}
	return " by " + strings.Join(fields, " "), fields
}

func (g *generator) stats() string {
	calls, aliases := g.aggregates()
	clause, by := g.by()
	g.fields = append(slices.Clone(by), aliases...)
	return "stats " + strings.Join(calls, ", ") + clause
}

// running draws eventstats or streamstats over single values.
func (g *generator) running() string {
	calls, aliases := g.aggregates()
	clause, _ := g.by()
	for _, a := range aliases {
		g.know(a)
	}
	options := ""
	name := g.pick("running", "eventstats", "streamstats")
	if name == "streamstats" {
		options = g.pick("options", "", "current=f ", "window=2 global=f ", "window=3 global=f current=f ")
	}
	return name + " " + options + strings.Join(calls, ", ") + clause
}

func (g *generator) rename() string {
	from := g.field()
	to := g.pick("to", "a", "b", "renamed")
	g.fields = slices.DeleteFunc(slices.Clone(g.fields), func(f string) bool { return f == from })
	g.know(to)
	return "rename " + from + " as " + to
}

func (g *generator) some() []string {
	var names []string
	for range g.number("some", 1, 4) {
		if f := g.field(); !slices.Contains(names, f) {
			names = append(names, f)
		}
	}
	return names
}

func (g *generator) table() string {
	g.fields = g.some()
	return "table " + strings.Join(g.fields, " ")
}

func (g *generator) fieldsCommand() string {
	names := g.some()
	if g.chance("remove") {
		left := slices.DeleteFunc(slices.Clone(g.fields), func(f string) bool { return slices.Contains(names, f) })
		if len(left) > 0 {
			g.fields = left
		}
		return "fields - " + strings.Join(names, " ")
	}
	g.fields = names
	return "fields " + strings.Join(names, ", ")
}

func (g *generator) sort() string {
	var keys []string
	for range g.number("keys", 1, 2) {
		keys = append(keys, g.pick("sign", "", "-", "+")+"str("+g.field()+")")
	}
	return "sort " + g.pick("limit", "", "0 ", "3 ", "limit=2 ") + strings.Join(keys, ", ")
}

func (g *generator) firsts() string {
	return g.pick("firsts", "head 1", "head 3", "head", "tail 2", "tail", "reverse", "head limit=5")
}

func (g *generator) dedup() string {
	return "dedup " + g.pick("n", "", "2 ") + strings.Join(g.some(), " ") + g.pick("options", "", " keepempty=t", " consecutive=t", " keepevents=t keepempty=t")
}

func (g *generator) fillnull() string {
	names := g.some()
	if g.chance("new") {
		names = append(names, "filled")
		g.know("filled")
	}
	return "fillnull " + g.pick("value", "", "value=none ", `value="" `) + strings.Join(names, " ")
}

func (g *generator) bin() string {
	return "bin " + g.pick("bin", "span=2 n", "span=5 id", "span=1h _time", "_time span=15m", "span=1d _time as day", "n span=10 as r")
}

func (g *generator) mvexpand() string {
	return "mvexpand " + g.field() + g.pick("limit", "", "", " limit=1")
}

func (g *generator) rex() string {
	g.know("a")
	g.know("b")
	return "rex field=" + g.field() + g.pick("most", "", " max_match=0", " max_match=2") + ` "` +
		g.pick("re", `(?<a>\d+)`, `(?<a>[a-z])(?<b>[a-z,])`, `^(?<a>.)(?<b>x)?`, `(?<b>o.)`) + `"`
}

func (g *generator) regex() string {
	return "regex " + g.field() + g.pick("op", "=", "!=") + `"` + g.pick("re", "[ox]", `^\d`, "(?i)^g") + `"`
}

func (g *generator) makemv() string {
	return "makemv " + g.pick("how", `delim=","`, `delim=" "`, `delim="," allowempty=t`) + " name"
}

func (g *generator) replace() string {
	return "replace " + g.pick("pairs", `"x*" with "z*"`, `"bob" with "rob", "*" with "_*"`, `"1" with "one"`) + " in " + strings.Join(g.some(), " ")
}

func (g *generator) filldown() string { return "filldown " + strings.Join(g.some(), " ") }

func (g *generator) join() string {
	right := g.pick("right", "search id<6 | table name id | rename id as other", "search tags{}=* | stats count as other by name", "search n=* | table name n u.name")
	g.know("other")
	return "join " + g.pick("type", "", "type=outer ", "type=left max=0 ") + "name [" + right + "]"
}

func (g *generator) append() string {
	return "append [" + g.pick("sub", "search id>8 | table id name", "| makeresults | eval a=1 | table a", "search n=* | stats max(n) as n") + "]"
}

func (g *generator) convert() string {
	return "convert " + g.pick("conversion", "ctime(n) as c", `timeformat="%H" ctime(id)`, "rmunit(name)", "num(n)", "auto(s)", "rmcomma(name) as c")
}

func (g *generator) spath() string {
	g.know("found")
	if g.number("path", 0, 5) == 0 {
		return "spath input=doc"
	}
	return "spath input=doc output=found path=" + g.pick("path", "a", "a.b", "a.b{}", "a.b{1}", "l{}", "l{}.k", "l{0}.n", "{}.k", "nope")
}

func (g *generator) chart() string {
	over, by := g.field(), g.pick("by", "name", "id", "u.name")
	if over == by || over == "count" {
		return "reverse"
	}
	g.fields = []string{over, "bob", "GetObject"}
	return "chart limit=0 " + g.pick("of", "count", "sum(n)", "dc(name)", "values(s)") + " over " + over + " by " + by
}

func (g *generator) appendpipe() string {
	return "appendpipe [" + g.pick("sub", "stats count as total", "head 1 | eval a=\"again\"", "where isnull(n)") + "]"
}

func (g *generator) appendcols() string {
	g.know("other")
	return "appendcols " + g.pick("override", "", "override=t ") + "[search * | table id name | rename id as other]"
}

func (g *generator) foreach() string {
	g.know("a")
	return "foreach " + strings.Join(g.some(), " ") + " [eval a=coalesce('a', \"\").\"<\".mvcount('<<FIELD>>').\">\"]"
}

// turn makes a table of rows, or rows of a table.
func (g *generator) turn() string {
	if g.chance("back") {
		names := g.some()
		if len(names) > 1 {
			g.fields = []string{names[0], "column", "cell"}
			return "table " + strings.Join(names, " ") + " | untable " + names[0] + " column cell"
		}
	}
	g.fields = []string{"name"}
	return "xyseries name id n"
}

func (g *generator) top() string {
	f := g.field()
	if f == "count" || f == "percent" {
		return "reverse"
	}
	g.fields = []string{f, "count", "percent"}
	return g.pick("top", "top", "rare", "top 1", "rare limit=1 showperc=f") + " " + f
}

// wildcards draws a command with patterns of names.
func (g *generator) wildcards() string {
	switch g.number("wildcards", 0, 8) {
	case 0:
		g.know("name")
		return "rename u.* as *"
	case 1:
		return "rename *{} as *_list"
	case 2:
		return "fields " + g.pick("keep", "i*", "*n*", "- items*", "- _*", "- *e")
	case 3:
		return "table " + g.pick("columns", "id *name", "t* i*", "* id")
	case 4:
		g.fields = []string{"name", "n", "id"}
		return "stats values(" + g.pick("of", "*", "n*", "u.*") + ") as *"
	case 5:
		g.fields = []string{"id"}
		return "stats " + g.pick("of", "count(i*)", "dc(*)", "max(n*) first(s*)") + " by id"
	case 6:
		return "table id n s | fillnull" + g.pick("value", "", " value=none")
	case 7:
		return "foreach " + g.pick("of", "u.*", "*a*", "i*") + " [eval <<FIELD>>_n=mvcount('<<FIELD>>')]"
	}
	return "table id n | addtotals"
}

// sortAuto draws a sort by fields whose values all compare alike.
func (g *generator) sortAuto() string {
	return "sort " + g.pick("auto", "id", "-id", "- _time, id", "_time -id", "items{}.v, -id")
}
