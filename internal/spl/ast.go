package spl

import "github.com/pugmark/pugmark/internal/diag"

// Pipeline is a parsed search: commands in the order written. The first is
// the implied search command when the text begins with neither a pipe nor the
// word search.
type Pipeline struct {
	Commands []*Command
	Span     diag.Span
}

// Command is one command of a pipeline. Its arguments are not parsed yet: each
// command has a grammar of its own, read through [Command.Args].
type Command struct {
	Name    string // lower case
	Implied bool   // the search command of a text that does not name it
	Span    diag.Span
	name    diag.Span
	args    diag.Span
	text    *text
	depth   int // of subsearches around it
}

// SearchExpr is a node of a search expression: the argument of the search
// command, of tstats where, and of inputlookup where.
type SearchExpr interface {
	Span() diag.Span
	searchExpr()
}

// The nodes of a search expression. Precedence, tightest first: NOT, OR, AND
// (written or implied). Source: Splunk, Boolean expressions.
type (
	// SearchAnd is true if all terms are. Without terms it is true: the
	// expression of an empty search.
	SearchAnd struct{ Terms []SearchExpr }
	// SearchOr is true if any of its two or more terms is.
	SearchOr struct{ Terms []SearchExpr }
	// SearchNot is true if X is false.
	SearchNot struct {
		X     SearchExpr
		Place diag.Span
	}
	// SearchCompare compares a field with a literal.
	SearchCompare struct {
		Field string
		Op    string // = != < <= > >=
		Value SearchValue
		Place diag.Span
	}
	// SearchIn is `field IN (values)`.
	SearchIn struct {
		Field  string
		Values []SearchValue
		Place  diag.Span
	}
	// SearchTerm is a word or a quoted phrase looked for in _raw.
	SearchTerm struct {
		Value SearchValue
		Place diag.Span
	}
	// SearchSubsearch is `[…]`, replaced by its formatted result when run.
	// Behind a comparison, as in `field=[…]`, it has the field and operator,
	// which the result then follows.
	SearchSubsearch struct {
		Field, Op string
		Pipeline  *Pipeline
		Place     diag.Span
	}
)

// SearchValue is a literal of a search expression. A star in Text is a
// wildcard; nothing escapes it.
type SearchValue struct {
	Text   string
	Quoted bool
	// Directive is "CASE" or "TERM" for CASE(x) and TERM(x), else "".
	Directive string
}

// Span covers the terms.
func (e *SearchAnd) Span() diag.Span { return spanOf(e.Terms) }

// Span covers the terms.
func (e *SearchOr) Span() diag.Span { return spanOf(e.Terms) }

// Span is the place of the whole negation.
func (e *SearchNot) Span() diag.Span { return e.Place }

// Span is the place of the whole comparison.
func (e *SearchCompare) Span() diag.Span { return e.Place }

// Span is the place of the whole list test.
func (e *SearchIn) Span() diag.Span { return e.Place }

// Span is the place of the word or phrase.
func (e *SearchTerm) Span() diag.Span { return e.Place }

// Span is the place of the brackets.
func (e *SearchSubsearch) Span() diag.Span { return e.Place }

func (*SearchAnd) searchExpr()       {}
func (*SearchOr) searchExpr()        {}
func (*SearchNot) searchExpr()       {}
func (*SearchCompare) searchExpr()   {}
func (*SearchIn) searchExpr()        {}
func (*SearchTerm) searchExpr()      {}
func (*SearchSubsearch) searchExpr() {}

func spanOf(terms []SearchExpr) diag.Span {
	if len(terms) == 0 {
		return diag.Span{}
	}
	return terms[0].Span().Join(terms[len(terms)-1].Span())
}

// Expr is a node of an eval expression.
type Expr interface {
	Span() diag.Span
	expr()
}

// The nodes of an eval expression. Precedence, tightest first: calls, unary
// minus and plus, * / %, + -, the concatenation dot, comparisons with IN and
// LIKE, NOT, AND, OR, XOR. Source: Splunk, eval.
type (
	// NumberLit is a number as written.
	NumberLit struct {
		Text  string
		Value float64
		Place diag.Span
	}
	// StringLit is a double-quoted text, unescaped.
	StringLit struct {
		Value string
		Place diag.Span
	}
	// FieldRef names a field, bare or in single quotes.
	FieldRef struct {
		Name   string
		Quoted bool
		Place  diag.Span
	}
	// Unary is -x, +x or NOT x; Op is "-", "+" or "NOT".
	Unary struct {
		Op    string
		X     Expr
		Place diag.Span
	}
	// Binary is x Op y; Op is one of + - * / % . = != < <= > >= LIKE AND OR
	// XOR, in upper case, with == written as =.
	Binary struct {
		Op   string
		X, Y Expr
	}
	// InList is `x IN (list)`.
	InList struct {
		X     Expr
		List  []Expr
		Place diag.Span
	}
	// Call is a function call; Name is lower case.
	Call struct {
		Name   string
		Args   []Expr
		Place  diag.Span
		NameAt diag.Span
	}
)

// Span is the place of the literal.
func (e *NumberLit) Span() diag.Span { return e.Place }

// Span is the place of the literal with its quotes.
func (e *StringLit) Span() diag.Span { return e.Place }

// Span is the place of the name with its quotes.
func (e *FieldRef) Span() diag.Span { return e.Place }

// Span covers the operator and its operand.
func (e *Unary) Span() diag.Span { return e.Place }

// Span covers both operands.
func (e *Binary) Span() diag.Span { return e.X.Span().Join(e.Y.Span()) }

// Span covers the operand and the list.
func (e *InList) Span() diag.Span { return e.Place }

// Span covers the name and the parentheses.
func (e *Call) Span() diag.Span { return e.Place }

func (*NumberLit) expr() {}
func (*StringLit) expr() {}
func (*FieldRef) expr()  {}
func (*Unary) expr()     {}
func (*Binary) expr()    {}
func (*InList) expr()    {}
func (*Call) expr()      {}
