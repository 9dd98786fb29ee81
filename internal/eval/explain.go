package eval

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/plan"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// Clause is a condition taken apart, to say why it is not true for a row.
type Clause struct {
	tree  spl.Expr
	text  string
	run   fn
	parts []*Clause // the operands, as far as a sentence needs their values
}

// Clause takes the condition apart.
func (x *Expr) Clause() *Clause {
	return newClause(&binder{command: x.command, find: find, names: names}, x.tree)
}

func newClause(b *binder, tree spl.Expr) *Clause {
	c := &Clause{tree: tree, text: spl.ExprString(tree), run: b.expr(tree).run}
	var operands []spl.Expr
	switch x := tree.(type) {
	case *spl.Unary:
		operands = []spl.Expr{x.X}
	case *spl.Binary:
		operands = []spl.Expr{x.X, x.Y}
		if x.Op == "AND" || x.Op == "OR" {
			operands = chained(nil, tree, x.Op)
		}
	case *spl.InList:
		operands = append([]spl.Expr{x.X}, x.List[:min(len(x.List), 1)]...)
	case *spl.Call:
		// Functions such as mvmap bind names within their arguments; of a
		// call the fields that it reads are shown instead.
	}
	for _, operand := range operands {
		c.parts = append(c.parts, newClause(b, operand))
	}
	return c
}

// chained are the operands of a chain of one operator, which may be long.
func chained(operands []spl.Expr, tree spl.Expr, op string) []spl.Expr {
	x, ok := tree.(*spl.Binary)
	if !ok || x.Op != op {
		return append(operands, tree)
	}
	return chained(chained(operands, x.X, op), x.Y, op)
}

// True reports whether the condition is true for the row.
func (c *Clause) True(env *Env, row *event.Event) bool { return c.run(env, row).True() }

// NotTrue says why a condition is false or null for the row.
func (c *Clause) NotTrue(env *Env, row *event.Event) plan.Reason {
	switch x := c.tree.(type) {
	case *spl.Unary:
		if x.Op == "NOT" {
			return plan.Reason{Cause: c.parts[0].text + " is true", Detail: func() string {
				return c.text + " is not true: " + c.parts[0].holds(env, row)
			}}
		}
	case *spl.Binary:
		switch x.Op {
		case "AND":
			for _, part := range c.parts {
				if !part.True(env, row) {
					return part.NotTrue(env, row)
				}
			}
		case "OR":
			return c.neither(env, row)
		case "=", "!=", "<", "<=", ">", ">=", "LIKE":
			return c.compared(env, row)
		}
	case *spl.InList:
		if len(c.parts) > 1 {
			return c.compared(env, row)
		}
	}
	return c.plain(env, row)
}

// neither is the reason of an OR.
func (c *Clause) neither(env *Env, row *event.Event) plan.Reason {
	var whys []plan.Reason
	var causes []string
	for _, part := range c.parts[:min(len(c.parts), maxFields)] {
		why := part.NotTrue(env, row)
		whys, causes = append(whys, why), append(causes, why.Cause)
	}
	more := ""
	if len(c.parts) > maxFields {
		more = ", and so on"
	}
	all := plan.Reason{Cause: strings.Join(causes, ", and ") + more, Detail: func() string {
		var texts []string
		for _, why := range whys {
			texts = append(texts, why.Text())
		}
		return strings.Join(texts, "; ") + more
	}}
	if !slices.ContainsFunc(whys, func(why plan.Reason) bool { return why.Field != whys[0].Field }) {
		all.Field, all.Hint = whys[0].Field, whys[0].Hint
	}
	return all
}

// nullHint is Splunk's rule for comparisons with null.
const nullHint = "a comparison with null is never true: isnull(…), coalesce(…) or fillnull deal with it"

// compared is the reason of a comparison.
func (c *Clause) compared(env *Env, row *event.Event) plan.Reason {
	left, right := c.parts[0], c.parts[1]
	v, w := left.run(env, row), right.run(env, row)
	for i, side := range []value.Value{v, w} {
		if part := c.parts[i]; side.IsNull() {
			why := plan.Reason{Cause: part.text + " is null", Hint: nullHint, Detail: func() string {
				return part.isNull(row) + ", so " + c.text + " is null, which is not true"
			}}
			if field, ok := part.tree.(*spl.FieldRef); ok {
				why.Field = field.Name
			}
			return why
		}
	}
	why := plan.Reason{Cause: c.text + " is false", Detail: func() string {
		said := ""
		for i, part := range c.parts[:min(2, len(c.parts))] {
			if !part.literal() {
				said = joined(said, part.text+" is "+plan.Shown([]value.Value{v, w}[i]))
			}
		}
		return joined(said, "so "+c.text+" is false")
	}}
	if x, ok := c.tree.(*spl.Binary); ok && x.Op == "=" && value.EqualFold(v.String(), w.String()) {
		why.Hint = "eval expressions compare texts with regard to case: write lower(…) on both sides"
	}
	return why
}

func joined(said, more string) string {
	switch {
	case said == "":
		return strings.TrimPrefix(more, "so ")
	case more == "":
		return said
	}
	return said + ", " + more
}

func (c *Clause) literal() bool {
	switch c.tree.(type) {
	case *spl.NumberLit, *spl.StringLit:
		return true
	}
	return false
}

// isNull says that an operand is null, and which of its fields are.
func (c *Clause) isNull(row *event.Event) string {
	if _, ok := c.tree.(*spl.FieldRef); ok {
		return c.text + " is null"
	}
	return joined(c.text+" is null", c.values(row))
}

// plain is the reason of what is a condition by itself, such as match(…).
func (c *Clause) plain(env *Env, row *event.Event) plan.Reason {
	state := " is false"
	if c.run(env, row).IsNull() {
		state = " is null"
	}
	return plan.Reason{Cause: c.text + state, Detail: func() string { return joined(c.text+state, c.values(row)) }}
}

// holds says why a condition is true.
func (c *Clause) holds(env *Env, row *event.Event) string {
	if c.True(env, row) {
		return joined(c.text+" is true", c.values(row))
	}
	return c.NotTrue(env, row).Text() // NOT of null, with StrictNot
}

// maxFields bounds how many values or alternatives a sentence tells.
const maxFields = 4

// values tells the values of the fields that an expression reads.
func (c *Clause) values(row *event.Event) string {
	names := fieldNames(c.tree)
	var texts []string
	for _, name := range names[:min(len(names), maxFields)] {
		texts = append(texts, plan.FieldIs(row, name))
	}
	return strings.Join(texts, " and ")
}
