package oracle

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/spl"
)

// scope is where an expression is evaluated: a row, and inside mvmap and
// mvfilter one field that stands for one of its values.
type scope struct {
	x     *executor
	row   *row
	field string
	bound val
	exact bool // no rounding to significant digits
}

func (s scope) get(name string) val {
	if name == s.field && s.field != "" {
		return s.bound
	}
	return s.row.get(name)
}

// eval evaluates an expression that check has passed.
func (s scope) eval(e spl.Expr) val {
	switch e := e.(type) {
	case *spl.NumberLit:
		return number(e.Value)
	case *spl.StringLit:
		return text(e.Value)
	case *spl.FieldRef:
		return s.get(e.Name)
	case *spl.Unary:
		if e.Op == "NOT" {
			return truth(!s.eval(e.X).isTrue()) // NOT of null is true
		}
		f, ok := s.eval(e.X).float()
		if !ok {
			return nil
		}
		if e.Op == "-" {
			f = -f
		}
		return number(f)
	case *spl.InList:
		var results []val
		for _, y := range e.List {
			results = append(results, s.compare("=", e.X, y))
		}
		return anyOf(results)
	case *spl.Binary:
		return s.binary(e)
	case *spl.Call:
		return s.x.functions[e.Name].call(s, e.Args)
	}
	return nil
}

func (s scope) evals(list []spl.Expr) []val {
	values := make([]val, len(list))
	for i, e := range list {
		values[i] = s.eval(e)
	}
	return values
}

func (s scope) binary(e *spl.Binary) val {
	switch e.Op {
	case "AND":
		x, y := s.eval(e.X), s.eval(e.Y)
		if isFalse(x) || isFalse(y) {
			return truth(false)
		}
		if x.isNull() || y.isNull() {
			return nil
		}
		return truth(x.isTrue() && y.isTrue())
	case "OR":
		return or(s.eval(e.X), s.eval(e.Y))
	case "XOR":
		x, y := s.eval(e.X), s.eval(e.Y)
		if x.isNull() || y.isNull() {
			return nil
		}
		return truth(x.isTrue() != y.isTrue())
	case "LIKE":
		return like(s.eval(e.X), s.eval(e.Y))
	case "=", "!=", "<", "<=", ">", ">=":
		return s.compare(e.Op, e.X, e.Y)
	case ".":
		return concat(s.eval(e.X), s.eval(e.Y))
	case "+":
		return s.plus(e)
	}
	return s.arithmetic(e)
}

func isFalse(v val) bool { return len(v) == 1 && !v.isTrue() }

// or is true if either side is, null if one of them is null, else false.
func or(x, y val) val {
	if x.isTrue() || y.isTrue() {
		return truth(true)
	}
	if x.isNull() || y.isNull() {
		return nil
	}
	return truth(false)
}

// anyOf is what comparing with one of several comes to: true if some
// comparison is, null if none could be made, else false.
func anyOf(results []val) val {
	if slices.ContainsFunc(results, val.isTrue) {
		return truth(true)
	}
	if slices.ContainsFunc(results, isFalse) {
		return truth(false)
	}
	return nil
}

// compare compares every value of one side with every value of the other;
// what it compares as depends on what is known of the expressions.
func (s scope) compare(op string, ex, ey spl.Expr) val {
	x, y := s.eval(ex), s.eval(ey)
	if x.isNull() || y.isNull() {
		return nil
	}
	as := s.x.staticOf(ex)
	if as == anything {
		as = s.x.staticOf(ey)
	}
	var results []val
	for _, a := range x {
		for _, b := range y {
			results = append(results, comparePair(op, a, b, as))
		}
	}
	return anyOf(results)
}

// comparePair compares as numbers if one side is a number by its form (null if
// the other one is none), as text if one side is text by its form, and two
// fields as numbers if both look like some.
func comparePair(op string, a, b atom, as static) val {
	x, xok := a.float()
	y, yok := b.float()
	if as == numberForm && !(xok && yok) {
		return nil
	}
	if as != textForm && xok && yok {
		return truth(x != y && op == "!=" || op != "!=" && !math.IsNaN(x-y) && ordered(sign(x, y), op))
	}
	return truth(ordered(strings.Compare(a.text, b.text), op))
}

func sign(x, y float64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// like matches the whole of a value: % is any run of characters, _ is one.
func like(v, pattern val) val {
	p, ok := pattern.single()
	if v.isNull() || !ok {
		return nil
	}
	re := regexp.QuoteMeta(p)
	re = strings.ReplaceAll(strings.ReplaceAll(re, "%", ".*"), "_", ".")
	whole := regexp.MustCompile(`(?s)^` + re + `\z`)
	return truth(slices.ContainsFunc(v, func(a atom) bool { return whole.MatchString(a.text) }))
}

// concat joins two texts.
func concat(x, y val) val {
	a, ok := x.single()
	if !ok {
		return nil
	}
	b, ok := y.single()
	if !ok {
		return nil
	}
	return text(a + b)
}

// plus adds two numbers and joins two texts. A text literal on either side
// makes it join; a number and a text that is none give null.
func (s scope) plus(e *spl.Binary) val {
	x, y := s.eval(e.X), s.eval(e.Y)
	a, xok := x.float()
	b, yok := y.float()
	formX, formY := s.x.staticOf(e.X), s.x.staticOf(e.Y)
	switch {
	case formX == textForm || formY == textForm:
		return concat(x, y)
	case xok && yok:
		return number(a + b)
	case xok || yok || formX == numberForm || formY == numberForm:
		return nil
	}
	return concat(x, y)
}

// arithmetic computes - * / and %. What is not a number, and division by
// zero, give null.
func (s scope) arithmetic(e *spl.Binary) val {
	a, xok := s.eval(e.X).float()
	b, yok := s.eval(e.Y).float()
	if !xok || !yok {
		return nil
	}
	switch e.Op {
	case "-":
		return number(a - b)
	case "*":
		return number(s.significant(a*b, e.X, e.Y))
	}
	if b == 0 {
		return nil
	}
	if e.Op == "%" {
		return number(math.Mod(a, b))
	}
	return number(s.significant(a/b, e.X, e.Y))
}

// significant rounds the product or quotient of two literals to the digits of
// the less precise of those that have a point. Source: Splunk, eval
// (Rounding).
func (s scope) significant(f float64, operands ...spl.Expr) float64 {
	if s.exact {
		return f
	}
	digits := math.MaxInt
	for _, e := range operands {
		lit, ok := e.(*spl.NumberLit)
		if !ok {
			return f
		}
		if strings.Contains(lit.Text, ".") {
			mantissa, _, _ := strings.Cut(strings.ToLower(lit.Text), "e")
			digits = min(digits, len(strings.TrimLeft(strings.ReplaceAll(mantissa, ".", ""), "0")))
		}
	}
	if digits == math.MaxInt {
		return f
	}
	return roundSignificant(f, digits)
}

// regexpOf compiles a pattern, nil if it is not one. A final $ also matches
// before a last newline, as in PCRE.
func regexpOf(pattern string) *regexp.Regexp {
	if body, ok := strings.CutSuffix(pattern, "$"); ok && !strings.HasSuffix(body, `\`) && !strings.Contains(pattern, "(?m") {
		pattern = body + `(?:\n?\z)`
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	return re
}
