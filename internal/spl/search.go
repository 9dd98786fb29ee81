package spl

import (
	"slices"
	"strings"

	"github.com/pugmark/pugmark/internal/diag"
)

// ParseSearch reads a search expression that stands by itself, as in
// searchmatch("…").
func ParseSearch(source *diag.Source) (SearchExpr, error) {
	t := plainText(source)
	p := &searchParser{text: t, end: len(t.s)}
	e := p.parse()
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}

// searchParser reads a search expression by recursive descent.
type searchParser struct {
	text     *text
	pos, end int
	stop     []string // words that end the expression outside parentheses
	depth    int      // of parentheses and subsearches
	open     int      // parentheses
	err      *diag.Error
}

func (p *searchParser) fail(span diag.Span, code diag.Code, message, hint string) {
	if p.err == nil {
		p.err = p.text.errorAt(span, code, message, hint)
	}
	p.pos = p.end
}

func (p *searchParser) skipSpace() {
	for p.pos < p.end && isSpace(p.text.s[p.pos]) {
		p.pos++
	}
}

// parse reads terms up to the end or a stop word.
func (p *searchParser) parse() SearchExpr {
	e := p.and()
	p.skipSpace()
	if p.err == nil && p.pos < p.end && p.text.s[p.pos] == ')' {
		p.fail(diag.Span{Start: p.pos, End: p.pos + 1}, diag.BadSyntax, ") without a ( before it", "")
	}
	return e
}

func (p *searchParser) and() SearchExpr {
	and := &SearchAnd{}
	for !p.atEnd() {
		if word, span := p.peekWord(); word == "AND" && len(and.Terms) > 0 {
			p.pos = span.End
			if p.atEnd() {
				p.fail(span, diag.Incomplete, "a term was expected after AND", "")
				break
			}
		}
		and.Terms = append(and.Terms, p.or())
	}
	if len(and.Terms) == 1 {
		return and.Terms[0]
	}
	return and
}

// atEnd reports whether nothing is left to read at this level.
func (p *searchParser) atEnd() bool {
	p.skipSpace()
	if p.pos >= p.end || p.text.s[p.pos] == ')' {
		return true
	}
	if p.open > 0 || len(p.stop) == 0 {
		return false
	}
	word, _ := p.peekWord()
	return slices.ContainsFunc(p.stop, func(stop string) bool { return strings.EqualFold(stop, word) })
}

func (p *searchParser) or() SearchExpr {
	first := p.not()
	var terms []SearchExpr
	for {
		p.skipSpace()
		word, span := p.peekWord()
		if word != "OR" || p.err != nil {
			break
		}
		p.pos = span.End
		if p.atEnd() {
			p.fail(span, diag.Incomplete, "a term was expected after OR", "")
			break
		}
		terms = append(terms, p.not())
	}
	if len(terms) == 0 {
		return first
	}
	return &SearchOr{Terms: append([]SearchExpr{first}, terms...)}
}

func (p *searchParser) not() SearchExpr {
	p.skipSpace()
	word, span := p.peekWord()
	if word != "NOT" {
		return p.term()
	}
	p.pos = span.End
	if p.atEnd() {
		p.fail(span, diag.Incomplete, "a term was expected after NOT", "")
		return &SearchAnd{}
	}
	if p.depth++; p.depth > maxDepth {
		p.fail(span, diag.LimitReached, "the search is nested too deep", "")
		return &SearchAnd{}
	}
	x := p.not()
	p.depth--
	return &SearchNot{X: x, Place: diag.Span{Start: span.Start, End: p.pos}}
}

func (p *searchParser) term() SearchExpr {
	start := p.pos
	s := p.text.s
	switch s[p.pos] {
	case '(':
		return p.group()
	case '[':
		return p.subsearch(start, "", "")
	case '=', '<', '>', '!':
		if s[p.pos] != '!' || strings.HasPrefix(s[p.pos:p.end], "!=") {
			p.fail(diag.Span{Start: start, End: start + 1}, diag.BadSyntax, "a field name was expected before "+s[p.pos:p.pos+1], "")
			return &SearchAnd{}
		}
	}
	switch word, span := p.peekWord(); {
	case word == "AND" || word == "OR":
		p.fail(span, diag.BadSyntax, "a term was expected before "+word, "to look for the word itself, write it in double quotes")
		return &SearchAnd{}
	case word == "IN" && p.opensList(span.End):
		p.fail(span, diag.BadSyntax, "a field name was expected before IN", "")
		return &SearchAnd{}
	}
	value := p.word()
	if p.err != nil {
		return &SearchAnd{}
	}
	end := p.pos
	if value.Directive == "" {
		if op := p.operator(); op != "" {
			p.skipSpace()
			if p.atEnd() {
				p.fail(diag.Span{Start: start, End: p.pos}, diag.MissingArgument, "a value was expected after "+op, "")
				return &SearchAnd{}
			}
			if s[p.pos] == '[' {
				return p.subsearch(start, value.Text, op)
			}
			right := p.value()
			return &SearchCompare{Field: value.Text, Op: op, Value: right, Place: diag.Span{Start: start, End: p.pos}}
		}
		if word, span := p.peekWord(); word == "IN" && p.opensList(span.End) {
			return p.list(value.Text, start)
		}
	}
	p.pos = end
	return &SearchTerm{Value: value, Place: diag.Span{Start: start, End: end}}
}

// subsearch takes the brackets at the position, of a term that begins at start.
func (p *searchParser) subsearch(start int, field, op string) SearchExpr {
	end := closingBracket(p.text.s[:p.end], p.pos)
	if end < 0 {
		p.fail(diag.Span{Start: p.pos, End: p.pos + 1}, diag.Incomplete, "a [ without its closing ]", "")
		return &SearchAnd{}
	}
	sub := &pipelineParser{text: p.text}
	pipeline := sub.pipeline(p.pos+1, end-1, true, p.depth+1)
	if len(sub.errors) > 0 {
		p.err, p.pos = sub.errors[0], p.end
		return &SearchAnd{}
	}
	p.pos = end
	return &SearchSubsearch{Field: field, Op: op, Pipeline: pipeline, Place: diag.Span{Start: start, End: end}}
}

// ResultText is what stands in the place of the subsearch once its result is
// formatted. Behind an operator it is a value without the parentheses around
// it: field=[…] with return $x becomes field=value. Source: Splunk, return.
func (e *SearchSubsearch) ResultText(formatted string) string {
	value := formatted
	for e.Op != "" {
		value = strings.TrimSpace(value)
		inner := strings.TrimSuffix(strings.TrimPrefix(value, "("), ")")
		if len(inner) != len(value)-2 || !balanced(inner) {
			break
		}
		value = inner
	}
	if e.Op == "" || value == "" || strings.HasPrefix(value, "NOT (") { // a subsearch that found nothing
		return formatted
	}
	return searchName(e.Field) + e.Op + value
}

// balanced reports whether no parenthesis of s closes one that stands before s.
func balanced(s string) bool {
	depth := 0
	for _, c := range s {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}

func (p *searchParser) group() SearchExpr {
	open := p.pos
	p.pos++
	if p.depth++; p.depth > maxDepth {
		p.fail(diag.Span{Start: open, End: open + 1}, diag.LimitReached, "the search is nested too deep", "")
		return &SearchAnd{}
	}
	p.open++
	e := p.and()
	p.open--
	p.depth--
	if p.err != nil {
		return e
	}
	if p.pos >= p.end {
		p.fail(diag.Span{Start: open, End: open + 1}, diag.Incomplete, "a ( without its closing )", "")
		return e
	}
	p.pos++
	return e
}

// wordEnd is where a bare word that begins at i ends. In a list a comma ends
// it too.
func (p *searchParser) wordEnd(i int, list bool) int {
	s := p.text.s
	for i < p.end && !isSpace(s[i]) && strings.IndexByte("()\"[]=<>|", s[i]) < 0 {
		if list && s[i] == ',' || s[i] == '!' && strings.HasPrefix(s[i:p.end], "!=") {
			break
		}
		i++
	}
	return i
}

// peekWord returns the bare word at the position.
func (p *searchParser) peekWord() (string, diag.Span) {
	p.skipSpace()
	end := p.wordEnd(p.pos, false)
	return p.text.s[p.pos:end], diag.Span{Start: p.pos, End: end}
}

// word takes a quoted text, a directive or a bare word.
func (p *searchParser) word() SearchValue {
	s := p.text.s
	if s[p.pos] == '"' {
		return p.quoted()
	}
	end := p.wordEnd(p.pos, false)
	if end == p.pos {
		p.fail(diag.Span{Start: p.pos, End: p.pos + 1}, diag.BadSyntax, "a search term was expected, not "+s[p.pos:p.pos+1], "write it in double quotes to look for it")
		return SearchValue{}
	}
	word := s[p.pos:end]
	if end < p.end && s[end] == '(' && (word == "CASE" || word == "TERM") {
		return p.directive(word, end)
	}
	p.pos = end
	return SearchValue{Text: word}
}

func (p *searchParser) quoted() SearchValue {
	end := closingQuote(p.text.s[:p.end], p.pos)
	if end < 0 {
		p.fail(diag.Span{Start: p.pos, End: p.pos + 1}, diag.Incomplete, "a text without its closing quote", "")
		return SearchValue{}
	}
	v := SearchValue{Text: Unescape(p.text.s[p.pos+1 : end-1]), Quoted: true}
	p.pos = end
	return v
}

// directive takes CASE(x) or TERM(x), whose parenthesis opens at open.
func (p *searchParser) directive(name string, open int) SearchValue {
	s := p.text.s[:p.end]
	v, from := SearchValue{Directive: name}, open+1
	for from < len(s) && isSpace(s[from]) {
		from++
	}
	to := from
	if from < len(s) && s[from] == '"' {
		if to = closingQuote(s, from); to < 0 {
			p.fail(diag.Span{Start: from, End: from + 1}, diag.Incomplete, "a text without its closing quote", "")
			return v
		}
		v.Text, v.Quoted = Unescape(s[from+1:to-1]), true
	}
	n := strings.IndexByte(s[to:], ')')
	if n < 0 {
		p.fail(diag.Span{Start: p.pos, End: open + 1}, diag.Incomplete, name+"( without its closing )", "")
		return v
	}
	whole := diag.Span{Start: p.pos, End: to + n + 1}
	switch rest := strings.TrimSpace(s[to : to+n]); {
	case v.Quoted && rest != "":
		p.fail(whole, diag.BadSyntax, "one term was expected in "+name+"( )", "")
	case v.Quoted:
		p.pos = whole.End
	case rest == "":
		p.fail(whole, diag.MissingArgument, "a term was expected in "+name+"( )", "")
	default:
		v.Text, p.pos = rest, whole.End
	}
	return v
}

// operator takes a comparison operator, blanks before it allowed.
func (p *searchParser) operator() string {
	save := p.pos
	p.skipSpace()
	for _, op := range []string{"!=", "<=", ">=", "==", "=", "<", ">"} {
		if strings.HasPrefix(p.text.s[p.pos:p.end], op) {
			p.pos += len(op)
			if op == "==" {
				return "="
			}
			return op
		}
	}
	p.pos = save
	return ""
}

// value takes the literal of a comparison. Splunk never evaluates it; a
// parenthesis glued to it belongs to it, as in now() and in the calls that
// some content has there by mistake.
func (p *searchParser) value() SearchValue {
	s := p.text.s
	switch s[p.pos] {
	case '"':
		return p.quoted()
	case '(', '[', ']':
		p.fail(diag.Span{Start: p.pos, End: p.pos + 1}, diag.BadSyntax, "a value was expected, not "+s[p.pos:p.pos+1], "write it in double quotes")
		return SearchValue{}
	}
	start := p.pos
	for p.pos < p.end && !isSpace(s[p.pos]) && strings.IndexByte(")[]|\"", s[p.pos]) < 0 {
		if s[p.pos] != '(' {
			p.pos++
			continue
		}
		if word := s[start:p.pos]; word == "CASE" || word == "TERM" {
			open := p.pos
			p.pos = start
			return p.directive(word, open)
		}
		_, end := splitArgs(s[:p.end], p.pos)
		if end < 0 {
			p.fail(diag.Span{Start: p.pos, End: p.pos + 1}, diag.Incomplete, "a ( without its closing )", "")
			return SearchValue{}
		}
		p.pos = end
	}
	return SearchValue{Text: s[start:p.pos]}
}

func (p *searchParser) opensList(i int) bool {
	for i < p.end && isSpace(p.text.s[i]) {
		i++
	}
	return i < p.end && p.text.s[i] == '('
}

// list takes IN (v, …) behind a field name.
func (p *searchParser) list(field string, start int) SearchExpr {
	_, in := p.peekWord()
	p.pos = in.End
	p.skipSpace()
	open := p.pos
	p.pos++
	e := &SearchIn{Field: field}
	for p.err == nil {
		p.skipSpace()
		if p.pos >= p.end {
			p.fail(diag.Span{Start: open, End: open + 1}, diag.Incomplete, "a ( without its closing )", "")
			break
		}
		switch p.text.s[p.pos] {
		case ')':
			p.pos++
			e.Place = diag.Span{Start: start, End: p.pos}
			if len(e.Values) == 0 {
				p.fail(e.Place, diag.MissingArgument, "a value was expected in IN ( )", "")
			}
			return e
		case ',':
			p.pos++
		case '"':
			e.Values = append(e.Values, p.quoted())
		default:
			from := p.pos
			end := p.wordEnd(p.pos, true)
			for end < p.end && strings.IndexByte("=<>[]!", p.text.s[end]) >= 0 { // ordinary characters here
				end = p.wordEnd(end+1, true)
			}
			if end == from {
				p.fail(diag.Span{Start: from, End: from + 1}, diag.BadSyntax, "a value was expected in the list", "write it in double quotes")
				break
			}
			p.pos = end
			e.Values = append(e.Values, SearchValue{Text: p.text.s[from:end]})
		}
	}
	return e
}
