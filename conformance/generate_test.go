package conformance_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// generator draws random searches and events for the differential tests. It
// keeps away from what Splunk leaves open, such as the order of values of
// mixed types, so that two right executors have one answer.
type generator struct {
	*rapid.T
	// fields are the names that commands so far have made or left.
	fields []string
}

// eventFields are the fields of the events that are drawn. What a field may
// hold is deliberately uneven: absent, null, empty, several values, text among
// numbers.
var eventFields = []string{"id", "name", "n", "u.name", "u.type", "tags{}", "items{}.k", "items{}.v", "ip", "s", "doc"}

func (g *generator) pick(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(g.T, label)
}

func (g *generator) chance(label string) bool { return rapid.Bool().Draw(g.T, label) }

func (g *generator) number(label string, low, high int) int {
	return rapid.IntRange(low, high).Draw(g.T, label)
}

// events draws events in the manner of CloudTrail's nesting. Some have no time,
// some the same.
func (g *generator) events() []string {
	drawn := rapid.SliceOfN(rapid.Custom(drawEvent), 0, 12).Draw(g.T, "events")
	for i := range drawn {
		drawn[i] = fmt.Sprintf(`{"id":"%d"%s}`, i, drawn[i])
	}
	return drawn
}

// drawEvent draws the keys of an event behind its id.
func drawEvent(t *rapid.T) string {
	var b strings.Builder
	add := func(name string, values ...string) {
		if v := rapid.SampledFrom(append([]string{""}, values...)).Draw(t, name); v != "" {
			b.WriteString(`,"` + name + `":` + v)
		}
	}
	add("_time", "1722470400", "1722471400", "1722474000", "1722560000.25", "1722470400")
	add("name", `"GetObject"`, `"getobject"`, `"PutObject"`, `"a,b"`, `"x y"`)
	add("n", "1", "2", "10", "9", "2.5", "-3", `"7"`, `"x"`, "null")
	add("u", `{"name":"bob","type":"Root"}`, `{"name":"eve"}`, `{"name":["bob","ann"],"type":null}`, "{}")
	add("tags", `["x","y"]`, `["y"]`, `["b","a","b"]`, "[]", `["1","10","9"]`)
	add("items", `[{"k":"p","v":1},{"k":"q"}]`, `[{"v":2}]`, `[{"k":"p","v":3},{"k":"p","v":4}]`)
	add("ip", `"10.1.2.3"`, `"192.0.2.7"`, `"AWS Internal"`)
	add("s", `""`, `"a"`, `"A"`, `"ab"`, `"true"`)
	add("doc", `"{\"a\":{\"b\":[1,\"two\"]},\"l\":[{\"k\":\"p\",\"n\":1.50},{\"k\":null}]}"`, `"[{\"k\":true}]"`, `"{\"a\":\"flat\"}"`, `"{broken"`)
	return b.String()
}

func (g *generator) field() string { return g.pick("field", g.fields...) }

// made is a name for a field that a command makes, new or not.
func (g *generator) made() string {
	name := g.pick("made", "a", "b", "c", "name", "n")
	g.know(name)
	return name
}

func (g *generator) know(name string) {
	if slices.Contains(g.fields, name) {
		return
	}
	g.fields = append(slices.Clip(g.fields), name)
}

// search draws a pipeline that begins with a search over the events.
func (g *generator) search() string {
	g.fields = eventFields
	parts := []string{"*"}
	if g.chance("filtered") {
		parts[0] = g.searchExpr(2)
	}
	for range g.number("commands", 0, 5) {
		parts = append(parts, g.command())
	}
	return strings.Join(parts, " | ")
}

func (g *generator) searchExpr(depth int) string {
	if depth == 0 || g.chance("leaf") {
		f := g.field()
		switch g.number("comparison", 0, 6) {
		case 0:
			return "*"
		case 1:
			return f + "=*"
		case 2:
			return f + g.pick("op", "=", "!=") + g.pick("text", "getobject", "b*", "x", `""`, "null", "*o*", "2.5", "10.0.0.0/8")
		case 3:
			return f + g.pick("op", "<", "<=", ">", ">=") + g.pick("n", "2", "9", "-1")
		case 4:
			return f + " IN (" + g.pick("list", "x, y", "p, bob", `"a,b", 1`) + ")"
		case 5:
			return g.pick("term", "bob", "Root", "obj", "put*", `"x y"`)
		}
		return "id<" + g.pick("n", "3", "8")
	}
	x, y := g.searchExpr(depth-1), g.searchExpr(depth-1)
	switch g.number("boolean", 0, 3) {
	case 0:
		return x + " " + y
	case 1:
		return x + " OR " + y
	case 2:
		return "NOT " + x + " " + y
	}
	return "NOT (" + x + " OR " + y + ")"
}

// quoted is a field name as expressions write it.
func (g *generator) quoted() string { return "'" + g.field() + "'" }

// condition draws an expression that is true or false.
func (g *generator) condition(depth int) string {
	if depth > 0 && g.chance("compound") {
		x, y := g.condition(depth-1), g.condition(depth-1)
		switch g.number("boolean", 0, 3) {
		case 0:
			return "(" + x + " AND " + y + ")"
		case 1:
			return x + " OR " + y
		case 2:
			return "NOT (" + x + ")"
		}
		return "(" + x + ") XOR (" + y + ")"
	}
	op := g.pick("op", "=", "!=", "<", "<=", ">", ">=")
	switch g.number("condition", 0, 9) {
	case 0:
		return g.quoted() + op + g.num(1)
	case 1:
		return g.quoted() + op + `"` + g.pick("text", "bob", "x", "10", "") + `"`
	case 2:
		return g.quoted() + g.pick("op", "=", "!=") + g.quoted()
	case 3:
		return g.pick("ask", "isnull", "isnotnull", "isnum", "ismv") + "(" + g.quoted() + ")"
	case 4:
		return "match(" + g.quoted() + `, "` + g.pick("re", "^b", "[xy]", `\d+`, "(?i)OBJECT$") + `")`
	case 5:
		return "like(" + g.quoted() + `, "` + g.pick("pattern", "%o%", "_", "b_b", "%") + `")`
	case 6:
		return g.quoted() + " IN (" + g.pick("list", `"x", "bob"`, "1, 2", "'name', 'n'") + ")"
	case 7:
		return `cidrmatch("10.0.0.0/8", ` + g.quoted() + ")"
	case 8:
		return `searchmatch("` + g.pick("search", "name=put*", "n>2 OR tags{}=y", "NOT s=a") + `")`
	}
	return g.num(1) + op + g.num(1)
}

// num draws an expression of a number, or null.
func (g *generator) num(depth int) string {
	if depth == 0 {
		return g.pick("literal", "0", "1", "2", "9", "10")
	}
	switch g.number("num", 0, 9) {
	case 0:
		return "(" + g.num(depth-1) + g.pick("op", "+", "-", "*") + g.num(depth-1) + ")"
	case 1:
		return "(" + g.quoted() + g.pick("op", "-", "*", "%") + g.num(depth-1) + ")"
	case 2:
		return "(" + g.num(depth-1) + g.pick("op", "/2", "/4", "%3") + ")"
	case 3:
		return "len(" + g.quoted() + ")"
	case 4:
		return "mvcount(" + g.quoted() + ")"
	case 5:
		return g.pick("function", "abs", "round", "floor", "ceiling", "tonumber") + "(" + g.quoted() + ")"
	case 6:
		return "mvfind(" + g.quoted() + `, "` + g.pick("re", "b", "^y$") + `")`
	case 7:
		return "-" + g.quoted()
	}
	return g.num(0)
}

// text draws an expression of text, or null.
func (g *generator) text(depth int) string {
	if depth == 0 {
		if g.chance("literal") {
			return `"` + g.pick("text", "", "a", "b,a,b", "Bob", "10") + `"`
		}
		return g.quoted()
	}
	switch g.number("text", 0, 10) {
	case 0:
		return "mvindex(" + g.quoted() + ", 0)." + g.text(0)
	case 1:
		return g.pick("function", "lower", "upper") + "(" + g.quoted() + ")"
	case 2:
		return "substr(" + g.quoted() + ", " + g.pick("start", "1", "2", "-2") + ", " + g.pick("length", "1", "3") + ")"
	case 3:
		return "replace(" + g.quoted() + `, "` + g.pick("re", "o", "(.)(.)", "^x") + `", "` + g.pick("new", "0", `\2\1`, "") + `")`
	case 4:
		return "mvjoin(" + g.quoted() + `, "` + g.pick("separator", ",", ";") + `")`
	case 5:
		return "tostring(" + g.num(depth-1) + ")"
	case 6:
		return "coalesce(" + g.quoted() + ", " + g.text(depth-1) + ")"
	case 7:
		return "if(" + g.condition(0) + ", " + g.text(depth-1) + ", " + g.text(depth-1) + ")"
	case 8:
		return "case(" + g.condition(0) + ", " + g.text(0) + ", " + g.condition(0) + ", " + g.text(0) + ")"
	case 9:
		return "typeof(" + g.quoted() + ")"
	}
	return g.text(0)
}

// several draws an expression of a multivalue.
func (g *generator) several() string {
	switch g.number("several", 0, 8) {
	case 0:
		return "split(" + g.quoted() + `, "` + g.pick("separator", ",", " ", "") + `")`
	case 1:
		return "mvappend(" + g.quoted() + ", " + g.quoted() + ")"
	case 2:
		return g.pick("function", "mvdedup", "mvsort", "mvreverse") + "(" + g.quoted() + ")"
	case 3:
		return "mvindex(" + g.quoted() + ", " + g.pick("from", "0", "1", "-1", "-2") + ")"
	case 4:
		return "mvindex(" + g.quoted() + ", 0, " + g.pick("to", "0", "1", "-1", "-2", "9") + ")"
	case 5:
		f := g.quoted()
		return "mvfilter(" + g.pick("keep", "match("+f+`, "[ab]")`, f+`!="y"`, "len("+f+")>1") + ")"
	case 6:
		f := g.quoted()
		return "mvmap(" + f + ", " + g.pick("each", f+`."!"`, "upper("+f+")", "if("+f+`="y", null(), `+f+")") + ")"
	case 7:
		return "mvzip(" + g.quoted() + ", " + g.quoted() + ")"
	}
	return "mvrange(0, " + g.pick("to", "0", "1", "4") + ")"
}
