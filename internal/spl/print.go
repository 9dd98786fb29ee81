package spl

import (
	"fmt"
	"strings"
)

// SearchString prints a search expression so that it parses to an equal one.
func SearchString(e SearchExpr) string {
	var b strings.Builder
	printSearch(&b, e, searchAnd)
	return b.String()
}

// Precedence of search expressions, loosest first.
const (
	searchAnd = iota
	searchOr
	searchNot
)

func printSearch(b *strings.Builder, e SearchExpr, prec int) {
	paren := func(needed bool, terms []SearchExpr, sep string, inner int) {
		if needed {
			b.WriteString("(")
		}
		for i, t := range terms {
			if i > 0 {
				b.WriteString(sep)
			}
			printSearch(b, t, inner)
		}
		if needed {
			b.WriteString(")")
		}
	}
	switch e := e.(type) {
	case *SearchAnd:
		paren(prec > searchAnd || len(e.Terms) < 2, e.Terms, " ", searchOr)
	case *SearchOr:
		paren(prec > searchOr, e.Terms, " OR ", searchNot)
	case *SearchNot:
		b.WriteString("NOT ")
		printSearch(b, e.X, searchNot)
	case *SearchCompare:
		b.WriteString(searchName(e.Field) + e.Op)
		if literal := e.Value.String(); strings.HasPrefix(literal, "=") {
			b.WriteString(" " + literal) // f= =x is not f==x
		} else {
			b.WriteString(literal)
		}
	case *SearchIn:
		values := make([]string, len(e.Values))
		for i, v := range e.Values {
			values[i] = v.String()
		}
		fmt.Fprintf(b, "%s IN (%s)", searchName(e.Field), strings.Join(values, ", "))
	case *SearchTerm:
		b.WriteString(e.Value.String())
	case *SearchSubsearch:
		if e.Op != "" {
			b.WriteString(searchName(e.Field) + e.Op)
		}
		b.WriteString("[" + e.Pipeline.String() + "]")
	}
}

// searchName writes a field name of a search expression.
func searchName(name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) || strings.ContainsRune("()\"[]=<>|!,`\\", r) }) || isOperatorWord(name) {
		return Quote(name)
	}
	return name
}

func isOperatorWord(s string) bool { return s == "AND" || s == "OR" || s == "NOT" || s == "IN" }

// String writes the literal as it stands in a search expression.
func (v SearchValue) String() string {
	text := v.Text
	// A bare literal has blanks only in the parentheses of what looks like a
	// call: f(a, b).
	split := v.Directive == "" && !strings.Contains(text, "(") && strings.ContainsFunc(text, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
	if v.Quoted || split || text == "" || strings.Contains(text, "`") {
		text = Quote(text)
	}
	if v.Directive != "" {
		return v.Directive + "(" + text + ")"
	}
	return text
}

// ExprString prints an eval expression so that it parses to an equal one.
func ExprString(e Expr) string {
	var b strings.Builder
	printExpr(&b, e, precXor)
	return b.String()
}

func printExpr(b *strings.Builder, e Expr, prec int) {
	open := func(own int) func() {
		if own >= prec {
			return func() {}
		}
		b.WriteString("(")
		return func() { b.WriteString(")") }
	}
	switch e := e.(type) {
	case *NumberLit:
		b.WriteString(e.Text)
	case *StringLit:
		b.WriteString(Quote(e.Value))
	case *FieldRef:
		b.WriteString(FieldString(e))
	case *Unary:
		own := precUnary
		if e.Op == "NOT" {
			own = precNot
		}
		done := open(own)
		b.WriteString(e.Op)
		if e.Op == "NOT" {
			b.WriteString(" ")
			printExpr(b, e.X, precCompare)
		} else {
			printExpr(b, e.X, precUnary)
		}
		done()
	case *Binary:
		own := binaryPrec(e.Op)
		done := open(own)
		printExpr(b, e.X, own)
		b.WriteString(" " + e.Op + " ")
		printExpr(b, e.Y, own+1)
		done()
	case *InList:
		done := open(precCompare)
		printExpr(b, e.X, precCompare)
		b.WriteString(" IN ")
		printList(b, e.List)
		done()
	case *Call:
		b.WriteString(e.Name)
		printList(b, e.Args)
	}
}

func printList(b *strings.Builder, list []Expr) {
	b.WriteString("(")
	for i, x := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		printExpr(b, x, precXor)
	}
	b.WriteString(")")
}

func binaryPrec(op string) int {
	_, prec := binary(exprToken{kind: exprOp, text: op})
	if prec == 0 {
		_, prec = binary(exprToken{kind: exprIdent, text: op})
	}
	return prec
}

// FieldString writes a field reference of an eval expression.
func FieldString(f *FieldRef) string {
	if f.Quoted || identLen(f.Name) != len(f.Name) || f.Name == "" || binaryPrec(strings.ToUpper(f.Name)) > 0 || strings.EqualFold(f.Name, "NOT") {
		return "'" + f.Name + "'"
	}
	return f.Name
}

// ArgString writes a field name or value as an argument of a command. The word
// behind which commands expect an expression is quoted, to be none.
func ArgString(s string) string {
	if s == "" || strings.EqualFold(s, "where") || strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x80 && isSpace(byte(r)) || strings.ContainsRune("\"',()=[]|!`\\", r)
	}) {
		return Quote(s)
	}
	return s
}

// ArgStrings writes names, separated by sep.
func ArgStrings(names []string, sep string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = ArgString(n)
	}
	return strings.Join(quoted, sep)
}
