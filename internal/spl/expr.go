package spl

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/diag"
)

// ParseExpr reads an eval expression that stands by itself.
func ParseExpr(source *diag.Source) (Expr, error) {
	t := plainText(source)
	p := &exprParser{text: t, end: len(t.s)}
	e := p.parse()
	if p.err == nil && p.peek().kind != exprEnd {
		p.fail(p.peek().span, diag.BadSyntax, "an operator was expected", "")
	}
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}

// exprParser reads an eval expression by precedence climbing.
type exprParser struct {
	text     *text
	pos, end int
	depth    int
	err      *diag.Error
}

type exprKind uint8

const (
	exprEnd exprKind = iota
	exprNumber
	exprString
	exprField // in single quotes
	exprIdent
	exprOp
)

type exprToken struct {
	kind exprKind
	text string
	span diag.Span
}

func (p *exprParser) fail(span diag.Span, code diag.Code, message, hint string) {
	if p.err == nil {
		p.err = p.text.errorAt(span, code, message, hint)
	}
	p.pos = p.end
}

// peek returns the token at the position, which it moves over blanks.
func (p *exprParser) peek() exprToken {
	s := p.text.s
	for p.pos < p.end && isSpace(s[p.pos]) {
		p.pos++
	}
	i := p.pos
	token := func(kind exprKind, text string, end int) exprToken {
		return exprToken{kind, text, diag.Span{Start: i, End: end}}
	}
	if i >= p.end || p.err != nil {
		return token(exprEnd, "", i)
	}
	switch c := s[i]; {
	case c == '"' || c == '\'':
		end := closingQuote(s[:p.end], i)
		if end < 0 {
			what := "a text without its closing quote"
			if c == '\'' {
				what = "a field name without its closing single quote"
			}
			p.fail(diag.Span{Start: i, End: i + 1}, diag.Incomplete, what, "")
			return token(exprEnd, "", i)
		}
		if c == '"' {
			return token(exprString, Unescape(s[i+1:end-1]), end)
		}
		return token(exprField, s[i+1:end-1], end)
	case c >= '0' && c <= '9':
		return p.number(i)
	}
	if n := identLen(s[i:p.end]); n > 0 {
		return token(exprIdent, s[i:i+n], i+n)
	}
	for _, op := range []string{"==", "!=", "<=", ">="} {
		if strings.HasPrefix(s[i:p.end], op) {
			return token(exprOp, op, i+2)
		}
	}
	_, n := utf8.DecodeRuneInString(s[i:p.end])
	return token(exprOp, s[i:i+n], i+n)
}

// number returns the number at i. A dot that no digit follows is not part of
// it but concatenates, unless the text ends there.
func (p *exprParser) number(i int) exprToken {
	s, end := p.text.s, i
	digits := func() {
		for end < p.end && s[end] >= '0' && s[end] <= '9' {
			end++
		}
	}
	digits()
	if end+1 < p.end && s[end] == '.' && s[end+1] >= '0' && s[end+1] <= '9' || end == i || end+1 == p.end && s[end] == '.' {
		end++
		digits()
	}
	if end < p.end && (s[end] == 'e' || s[end] == 'E') {
		save := end
		end++
		if end < p.end && (s[end] == '+' || s[end] == '-') {
			end++
		}
		before := end
		if digits(); end == before {
			end = save
		}
	}
	return exprToken{exprNumber, s[i:end], diag.Span{Start: i, End: end}}
}

// identLen returns the length of the name at the beginning of s.
func identLen(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if r != '_' && !unicode.IsLetter(r) && (n == 0 || !unicode.IsDigit(r)) || r == utf8.RuneError {
			break
		}
		n += size
	}
	return n
}

// precedence of the binary operators, loosest first.
const (
	precXor = iota + 1
	precOr
	precAnd
	precNot
	precCompare
	precConcat
	precSum
	precProduct
	precUnary
)

// binary returns the operator that a token stands for and its precedence, 0 if
// it is none.
func binary(t exprToken) (op string, prec int) {
	switch t.kind {
	case exprIdent:
		switch op := strings.ToUpper(t.text); op {
		case "XOR":
			return op, precXor
		case "OR":
			return op, precOr
		case "AND":
			return op, precAnd
		case "LIKE", "IN":
			return op, precCompare
		}
	case exprOp:
		switch t.text {
		case "=", "==":
			return "=", precCompare
		case "!=", "<", "<=", ">", ">=":
			return t.text, precCompare
		case ".":
			return t.text, precConcat
		case "+", "-":
			return t.text, precSum
		case "*", "/", "%":
			return t.text, precProduct
		}
	}
	return "", 0
}

func (p *exprParser) parse() Expr { return p.binary(precXor) }

// binary reads an expression whose operators all bind at least as tightly as
// lowest.
func (p *exprParser) binary(lowest int) Expr {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.peek().span, diag.LimitReached, "the expression is nested too deep", "")
		return &NumberLit{}
	}
	defer func() { p.depth-- }()
	x := p.operand(lowest)
	for length := 0; p.err == nil; length++ {
		t := p.peek()
		op, prec := binary(t)
		if prec < lowest || prec == 0 {
			break
		}
		if length > 50*maxDepth {
			p.fail(t.span, diag.LimitReached, "the expression is too long", "")
			break
		}
		p.pos = t.span.End
		if op == "IN" {
			x = p.in(x)
			continue
		}
		x = &Binary{Op: op, X: x, Y: p.binary(prec + 1)}
	}
	return x
}

func (p *exprParser) operand(lowest int) Expr {
	t := p.peek()
	switch end := t.span.End; {
	case t.kind == exprOp && t.text == "." && end < p.end && p.text.s[end] >= '0' && p.text.s[end] <= '9':
		t = p.number(t.span.Start) // .5: where an operand is expected, the dot is no operator
	case t.kind == exprIdent && strings.EqualFold(t.text, "NOT"):
		p.pos = t.span.End
		// NOT binds looser than a comparison: NOT a=b is NOT (a=b). Behind a
		// tighter operator it takes what that operator would take.
		x := p.binary(max(precCompare, lowest))
		return &Unary{Op: "NOT", X: x, Place: t.span.Join(x.Span())}
	case t.kind == exprOp && (t.text == "-" || t.text == "+"):
		p.pos = t.span.End
		x := p.binary(precUnary)
		return &Unary{Op: t.text, X: x, Place: t.span.Join(x.Span())}
	}
	return p.primary(t)
}

func (p *exprParser) primary(t exprToken) Expr {
	switch t.kind {
	case exprNumber:
		p.pos = t.span.End
		f, _ := strconv.ParseFloat(t.text, 64)
		return &NumberLit{Text: t.text, Value: f, Place: t.span}
	case exprString:
		p.pos = t.span.End
		return &StringLit{Value: t.text, Place: t.span}
	case exprField:
		p.pos = t.span.End
		return &FieldRef{Name: t.text, Quoted: true, Place: t.span}
	case exprIdent:
		p.pos = t.span.End
		if next := p.peek(); next.kind == exprOp && next.text == "(" {
			return p.call(t)
		}
		if _, prec := binary(t); prec > 0 {
			p.fail(t.span, diag.BadSyntax, "a value was expected before "+strings.ToUpper(t.text), "write a field of that name in single quotes")
		}
		return &FieldRef{Name: t.text, Place: t.span}
	case exprOp:
		if t.text == "(" {
			p.pos = t.span.End
			x := p.parse()
			p.closeParen(t.span)
			return x
		}
		if t.text == "[" {
			p.fail(t.span, diag.UnsupportedArgument, "a subsearch cannot stand in an expression", "compare with it in search, or bring its fields in with join or appendcols")
			break
		}
		hint := ""
		if strings.ContainsAny(t.text, "{}@:") {
			hint = "write a field name with such characters in single quotes"
		}
		p.fail(t.span, diag.BadSyntax, "a value was expected, not "+t.text, hint)
	case exprEnd:
		p.fail(t.span, diag.Incomplete, "a value was expected at the end of the expression", "")
	}
	return &NumberLit{Place: t.span}
}

func (p *exprParser) closeParen(open diag.Span) diag.Span {
	t := p.peek()
	switch {
	case t.kind == exprOp && t.text == ")":
		p.pos = t.span.End
	case t.kind == exprEnd:
		p.fail(open, diag.Incomplete, "a ( without its closing )", "")
	case t.kind == exprOp && strings.ContainsAny(t.text, "{}@:"):
		p.fail(t.span, diag.BadSyntax, "an operator or ) was expected, not "+t.text, "write a field name with such characters in single quotes")
	default:
		p.fail(t.span, diag.BadSyntax, "an operator or ) was expected, not "+t.text, "")
	}
	return t.span
}

func (p *exprParser) call(name exprToken) Expr {
	open := p.peek().span
	p.pos = open.End
	call := &Call{Name: strings.ToLower(name.text), NameAt: name.span}
	call.Args = p.list()
	call.Place = name.span.Join(p.closeParen(open))
	return call
}

// list reads expressions separated by commas, up to a closing parenthesis.
func (p *exprParser) list() []Expr {
	if t := p.peek(); t.kind == exprOp && t.text == ")" {
		return nil
	}
	var list []Expr
	for p.err == nil {
		list = append(list, p.parse())
		t := p.peek()
		if t.kind != exprOp || t.text != "," {
			break
		}
		p.pos = t.span.End
	}
	return list
}

func (p *exprParser) in(x Expr) Expr {
	t := p.peek()
	if t.kind != exprOp || t.text != "(" {
		p.fail(t.span, diag.BadSyntax, "( was expected after IN", "")
		return x
	}
	p.pos = t.span.End
	in := &InList{X: x, List: p.list()}
	in.Place = x.Span().Join(p.closeParen(t.span))
	if p.err == nil && len(in.List) == 0 {
		p.fail(in.Place, diag.MissingArgument, "a value was expected in IN ( )", "")
	}
	return in
}
