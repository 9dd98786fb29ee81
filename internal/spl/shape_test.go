package spl_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pugmark/pugmark/internal/diag"
	"github.com/pugmark/pugmark/internal/spl"
)

// shape shows how a search expression was understood: every operator before
// its operands and in parentheses of its own, quoted texts in quotes.
func shape(e spl.SearchExpr) string {
	all := func(op string, terms []spl.SearchExpr) string {
		for _, t := range terms {
			op += " " + shape(t)
		}
		return "(" + op + ")"
	}
	switch e := e.(type) {
	case *spl.SearchAnd:
		return all("and", e.Terms)
	case *spl.SearchOr:
		return all("or", e.Terms)
	case *spl.SearchNot:
		return "(not " + shape(e.X) + ")"
	case *spl.SearchCompare:
		return fmt.Sprintf("(%s %s %s)", e.Op, e.Field, literal(e.Value))
	case *spl.SearchIn:
		s := "(in " + e.Field
		for _, v := range e.Values {
			s += " " + literal(v)
		}
		return s + ")"
	case *spl.SearchTerm:
		return literal(e.Value)
	case *spl.SearchSubsearch:
		return "[" + e.Pipeline.String() + "]"
	}
	return fmt.Sprintf("%T", e)
}

func literal(v spl.SearchValue) string {
	text := v.Text
	if v.Quoted {
		text = fmt.Sprintf("%q", text)
	}
	if v.Directive != "" {
		return v.Directive + "<" + text + ">"
	}
	return text
}

// exprShape is shape for an eval expression; 'x' is a field in quotes.
func exprShape(e spl.Expr) string {
	all := func(op string, list ...spl.Expr) string {
		for _, x := range list {
			op += " " + exprShape(x)
		}
		return "(" + op + ")"
	}
	switch e := e.(type) {
	case *spl.NumberLit:
		return e.Text
	case *spl.StringLit:
		return fmt.Sprintf("%q", e.Value)
	case *spl.FieldRef:
		if e.Quoted {
			return "'" + e.Name + "'"
		}
		return e.Name
	case *spl.Unary:
		return all(e.Op, e.X)
	case *spl.Binary:
		return all(e.Op, e.X, e.Y)
	case *spl.InList:
		return all("IN", append([]spl.Expr{e.X}, e.List...)...)
	case *spl.Call:
		return all(e.Name+"()", e.Args...)
	}
	return fmt.Sprintf("%T", e)
}

func source(text string) *diag.Source { return &diag.Source{Name: "search", Text: text} }

// problem gives the first problem of err as "line:column code: message; hint".
func problem(err error) string {
	all := diag.All(err)
	if len(all) == 0 {
		return fmt.Sprint(err)
	}
	e := all[0]
	if e.Source == nil {
		return "nowhere " + e.Error()
	}
	line, col := e.Source.Position(e.Span.Start)
	text := fmt.Sprintf("%d:%d %s: %s", line, col, e.Code, e.Message)
	if e.Source.Name != "search" {
		text = e.Source.Name + ":" + text
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// marked gives the part of the source that the first problem of err is under.
func marked(t *testing.T, err error) string {
	t.Helper()
	var e *diag.Error
	if !errors.As(err, &e) {
		t.Fatalf("no problem with a place: %v", err)
	}
	return e.Source.Text[e.Span.Start:e.Span.End]
}

// parse returns the commands of a search without macros.
func parse(t *testing.T, text string) []*spl.Command {
	t.Helper()
	p, err := spl.Parse(source(text), spl.NoMacros{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p.Commands
}

// names gives the names of commands, with a star behind an implied one.
func names(commands []*spl.Command) string {
	var list []string
	for _, c := range commands {
		name := c.Name
		if c.Implied {
			name += "*"
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}
