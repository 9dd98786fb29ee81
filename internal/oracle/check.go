package oracle

import (
	"fmt"

	"github.com/pugmark/pugmark/internal/spl"
)

// static is what the form of an expression says of its value, before any row
// is seen.
type static int

const (
	anything static = iota // a field, or a function that passes on its arguments
	textForm
	numberForm
	truthForm
)

// staticOf reads the form of an expression.
func (x *executor) staticOf(e spl.Expr) static {
	switch e := e.(type) {
	case *spl.NumberLit:
		return numberForm
	case *spl.StringLit:
		return textForm
	case *spl.Unary:
		if e.Op == "NOT" {
			return truthForm
		}
		return numberForm
	case *spl.InList:
		return truthForm
	case *spl.Call:
		return x.functions[e.Name].form
	case *spl.Binary:
		switch e.Op {
		case ".":
			return textForm
		case "-", "*", "/", "%":
			return numberForm
		case "+":
			a, b := x.staticOf(e.X), x.staticOf(e.Y)
			switch {
			case a == textForm || b == textForm:
				return textForm
			case a == numberForm || b == numberForm:
				return numberForm
			}
			return anything
		}
		return truthForm
	}
	return anything
}

// check refuses what the oracle does not know and what can never have the
// type that its place asks for, so that evaluation cannot fail.
func (x *executor) check(e spl.Expr) error {
	switch e := e.(type) {
	case *spl.Unary:
		return x.check(e.X)
	case *spl.InList:
		for _, y := range e.List {
			if err := x.checkComparison(e.X, y); err != nil {
				return err
			}
		}
		return x.checkAll(append([]spl.Expr{e.X}, e.List...))
	case *spl.Binary:
		switch e.Op {
		case "=", "!=", "<", "<=", ">", ">=":
			if err := x.checkComparison(e.X, e.Y); err != nil {
				return err
			}
		}
		return x.checkAll([]spl.Expr{e.X, e.Y})
	case *spl.Call:
		f, ok := x.functions[e.Name]
		if !ok {
			return unsupported("function %s", e.Name)
		}
		if len(e.Args) < f.least || f.most >= 0 && len(e.Args) > f.most {
			return fmt.Errorf("%s does not take %d arguments", e.Name, len(e.Args))
		}
		if err := checkPattern(e); err != nil {
			return err
		}
		return x.checkAll(e.Args)
	}
	return nil
}

func (x *executor) checkAll(list []spl.Expr) error {
	for _, e := range list {
		if err := x.check(e); err != nil {
			return err
		}
	}
	return nil
}

func (x *executor) checkComparison(p, q spl.Expr) error {
	a, b := x.staticOf(p), x.staticOf(q)
	if a != anything && b != anything && a != b {
		return fmt.Errorf("%s and %s can never be compared", spl.ExprString(p), spl.ExprString(q))
	}
	return nil
}

// checkPattern refuses regular expressions beyond RE2.
func checkPattern(call *spl.Call) error {
	switch call.Name {
	case "match", "replace", "mvfind":
		if lit, ok := call.Args[1].(*spl.StringLit); ok && regexpOf(lit.Value) == nil {
			return unsupported("regular expression %q", lit.Value)
		}
	}
	return nil
}
