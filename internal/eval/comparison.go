package eval

import (
	"net/netip"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

var comparison = []*Function{
	{
		Name: "case", Args: "condition, value, ...", Category: "Comparison and Conditional",
		Summary:  "The value behind the first condition that is true; null if none is. End with true(), \"other\" for a default.",
		Nulls:    "A null condition is not true.",
		Examples: []Example{{`case(1 == 2, "a", 3 > 2, "b", true(), "c")`, "b"}, {`case(1 == 2, "a")`, ""}},
		bind:     func(b *binder, c *spl.Call) node { return b.firstPair(c, true) },
	},
	{
		Name: "cidrmatch", Args: "cidr, ip", Category: "Comparison and Conditional", kinds: "t", result: boolType,
		Summary:  "True if the address is in the network, of IPv4 or IPv6, or any address of a multivalue is.",
		Nulls:    "A text that is no address is in no network; null if the network cannot be read.",
		Examples: []Example{{`cidrmatch("10.0.0.0/8", "10.1.2.3")`, "True"}, {`cidrmatch("2001:db8::/32", "2001:db8::1")`, "True"}, {`cidrmatch("10.0.0.0/8", "AWS Internal")`, "False"}},
		bind:     bindCIDRMatch,
	},
	{
		Name: "coalesce", Args: "value, ...", Category: "Comparison and Conditional",
		Summary:  "The first value that is not null.",
		Nulls:    "Null if all are. An empty text is not null.",
		Examples: []Example{{`coalesce(null(), "a", "b")`, "a"}},
		bind: func(b *binder, c *spl.Call) node {
			nodes := make([]node, len(c.Args))
			t := nullType
			for i, x := range c.Args {
				nodes[i] = b.expr(x)
				t = t.union(nodes[i].typ)
			}
			return node{typ: t, run: func(env *Env, row *event.Event) value.Value {
				for _, n := range nodes {
					if v := n.run(env, row); !v.IsNull() {
						return v
					}
				}
				return value.Value{}
			}}
		},
	},
	{
		Name: "false", Args: "", Category: "Comparison and Conditional", result: boolType,
		Summary:  "The condition that is never true.",
		Examples: []Example{{`false()`, "False"}},
		call:     func(*Env, []value.Value) value.Value { return value.OfBool(false) },
	},
	{
		Name: "if", Args: "condition, value, other", Category: "Comparison and Conditional",
		Summary:  "The value if the condition is true, else the other.",
		Nulls:    "A null condition is not true.",
		Examples: []Example{{`if(1 < 2, "yes", "no")`, "yes"}, {`if(null() = 1, "yes", "no")`, "no"}},
		bind: func(b *binder, c *spl.Call) node {
			test, x, y := b.condition(c.Args[0], "if").run, b.expr(c.Args[1]), b.expr(c.Args[2])
			return node{typ: x.typ.union(y.typ), run: func(env *Env, row *event.Event) value.Value {
				if test(env, row).True() {
					return x.run(env, row)
				}
				return y.run(env, row)
			}}
		},
	},
	{
		Name: "in", Args: "value, listed, ...", Category: "Comparison and Conditional", result: boolType,
		Summary:  "True if the value equals one of those listed; the same as value IN (listed, ...).",
		Nulls:    "Null if the value is.",
		Examples: []Example{{`in("a", "b", "a")`, "True"}, {`"c" IN ("b", "a")`, "False"}},
		bind:     func(b *binder, c *spl.Call) node { return b.in(c.Args[0], c.Args[1:]) },
	},
	{
		Name: "like", Args: "text, pattern", Category: "Comparison and Conditional", result: boolType,
		Summary:  "True if the whole text fits the pattern, in which % is any run of characters and _ one; case counts.",
		Nulls:    "Null if either is. Of a multivalue one value is enough.",
		Examples: []Example{{`like("foobar", "foo%")`, "True"}, {`like("foob", "oo")`, "False"}, {`"axxbz" LIKE "a%b_"`, "True"}},
		bind:     func(b *binder, c *spl.Call) node { return b.like(c.Args[0], c.Args[1]) },
	},
	{
		Name: "lookup", Args: "table, inputs, outputs", Category: "Comparison and Conditional", kinds: "t", result: textType, json: true,
		Summary: "What a lookup table has for the inputs, a JSON object of columns and values, as a JSON object of the columns in the JSON array outputs.",
		Nulls:   "Null if no row matches.",
		Examples: []Example{
			{`lookup("no_such_table", json_object("user", "bob"), json_array("role"))`, ""},
		},
		Differs: "A column with several matching rows is a JSON array.",
		call:    callLookup,
	},
	{
		Name: "match", Args: "text, regex", Category: "Comparison and Conditional", result: boolType,
		Summary:  "True if the regular expression matches somewhere in the text; case counts unless the pattern begins with (?i).",
		Nulls:    "Null if either is. Of a multivalue one value is enough.",
		Examples: []Example{{`match("food", "oo")`, "True"}, {`match("food", "^OO")`, "False"}, {`match("food", "(?i)FOO")`, "True"}},
		bind:     bindMatch,
	},
	{
		Name: "null", Args: "", Category: "Comparison and Conditional", result: nullType,
		Summary:  "Null; assigned to a field it removes the field.",
		Examples: []Example{{`null()`, ""}, {`isnull(null())`, "True"}},
		call:     func(*Env, []value.Value) value.Value { return value.Value{} },
	},
	{
		Name: "nullif", Args: "x, y", Category: "Comparison and Conditional", kinds: "a",
		Summary:  "Null if x equals y, else x.",
		Nulls:    "x if y is null.",
		Examples: []Example{{`nullif("a", "a")`, ""}, {`nullif("a", "b")`, "a"}},
		bind: func(b *binder, c *spl.Call) node {
			x, y := b.expr(c.Args[0]), b.expr(c.Args[1])
			equals := b.compared("=", x, y, c.Place)
			return node{typ: x.typ, run: func(env *Env, row *event.Event) value.Value {
				v := x.run(env, row)
				if equals(env, row, v).True() {
					return value.Value{}
				}
				return v
			}}
		},
	},
	{
		Name: "searchmatch", Args: "search", Category: "Comparison and Conditional", result: boolType,
		Summary:  "True if the row matches a search expression, given as a text, by the rules of the search command.",
		Examples: []Example{{`searchmatch("user=bob OR *")`, "True"}, {`searchmatch("user=bob")`, "False"}},
		bind:     bindSearchmatch,
	},
	{
		Name: "true", Args: "", Category: "Comparison and Conditional", result: boolType,
		Summary:  "The condition that is always true.",
		Examples: []Example{{`true()`, "True"}},
		call:     func(*Env, []value.Value) value.Value { return value.OfBool(true) },
	},
	{
		Name: "validate", Args: "condition, value, ...", Category: "Comparison and Conditional",
		Summary:  "The value behind the first condition that is false; null if none is.",
		Nulls:    "A null condition is not false.",
		Examples: []Example{{`validate(isint(80), "no number", 80 > 1000, "too low")`, "too low"}, {`validate(1 = 1, "no")`, ""}},
		bind:     func(b *binder, c *spl.Call) node { return b.firstPair(c, false) },
	},
}

// firstPair binds case and validate: the value behind the first condition that
// is as wanted.
func (b *binder) firstPair(c *spl.Call, want bool) node {
	if len(c.Args)%2 != 0 {
		b.fail(c.Place, diag.BadArgument, "write a value behind every condition", "%s takes pairs of a condition and a value", c.Name)
		return node{}
	}
	type pair struct{ test, then fn }
	pairs := make([]pair, len(c.Args)/2)
	t := nullType
	for i := range pairs {
		then := b.expr(c.Args[2*i+1])
		pairs[i] = pair{b.condition(c.Args[2*i], c.Name).run, then.run}
		t = t.union(then.typ)
	}
	return node{typ: t, run: func(env *Env, row *event.Event) value.Value {
		for _, p := range pairs {
			if v := p.test(env, row); v.Kind() == value.Bool && v.True() == want {
				return p.then(env, row)
			}
		}
		return value.Value{}
	}}
}

func bindMatch(b *binder, c *spl.Call) node {
	x, p := b.text(c.Args[0], c.Name), b.pattern(c, 1)
	at := b.at(c)
	return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
		v := x.run(env, row)
		if v.IsNull() {
			return v
		}
		re := p.re
		if re == nil {
			text := p.run(env, row)
			env.at = at
			if text.Len() != 1 {
				return value.Value{}
			}
			if re = p.compiled(env, text.String()); re == nil {
				return value.Value{}
			}
		}
		env.at = at
		for i := range v.Len() {
			if p.match(env, re, v.At(i).String()) {
				return value.OfBool(true)
			}
		}
		return value.OfBool(false)
	}}
}

func bindCIDRMatch(b *binder, c *spl.Call) node {
	cidr, ip := b.text(c.Args[0], c.Name), b.text(c.Args[1], c.Name)
	var network netip.Prefix
	literal := cidr.constant.Kind() == value.Text
	if literal {
		var ok bool
		if network, ok = parseNetwork(cidr.constant.String()); !ok {
			b.fail(c.Args[0].Span(), diag.BadArgument, "write a network such as 10.0.0.0/8", "cidrmatch: %q is no network", cidr.constant.String())
		}
	}
	return node{typ: boolType, run: func(env *Env, row *event.Event) value.Value {
		network := network
		if !literal {
			text := cidr.run(env, row)
			var ok bool
			if network, ok = parseNetwork(text.String()); !ok || text.Len() != 1 {
				return value.Value{}
			}
		}
		v := ip.run(env, row)
		if v.IsNull() {
			return v
		}
		for i := range v.Len() {
			addr, err := netip.ParseAddr(v.At(i).String())
			if err == nil && network.Contains(addr.WithZone("").Unmap()) {
				return value.OfBool(true)
			}
		}
		return value.OfBool(false)
	}}
}

// parseNetwork reads a network, or an address as the network of itself.
func parseNetwork(s string) (netip.Prefix, bool) {
	if strings.Contains(s, "/") {
		network, err := netip.ParsePrefix(s)
		return network, err == nil
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(addr, addr.BitLen()), true
}
