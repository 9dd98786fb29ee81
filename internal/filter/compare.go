package filter

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/pugmark/pugmark/internal/event"
	"github.com/pugmark/pugmark/internal/spl"
	"github.com/pugmark/pugmark/internal/value"
)

// compareNode tests a field. An absent field fails every comparison; of a
// multivalue one value is enough, for != too.
type compareNode struct {
	field string
	test  func(string) bool
}

func (n compareNode) match(e *event.Event) bool {
	v := e.Get(n.field)
	if v.Kind() == value.Text {
		return n.test(v.String())
	}
	for i := range v.Len() {
		if n.test(v.At(i).String()) {
			return true
		}
	}
	return false
}

func newCompare(field, op string, v spl.SearchValue) node {
	switch op {
	case "=":
		if v.Text == "*" {
			return compareNode{field, func(string) bool { return true }}
		}
		return compareNode{field, equals(v)}
	case "!=":
		equal := equals(v)
		return compareNode{field, func(s string) bool { return !equal(s) }}
	}
	return compareNode{field, orders(op, v.Text)}
}

// equals returns the test for = of a value: without case unless CASE() says
// so, stars as wildcards, subnets by membership.
func equals(v spl.SearchValue) func(string) bool {
	folded := v.Directive != "CASE"
	if strings.Contains(v.Text, "*") {
		pattern := newPattern(v.Text, folded)
		return pattern.match
	}
	want := v.Text
	if !folded {
		return func(s string) bool { return s == want }
	}
	if prefix, err := netip.ParsePrefix(want); err == nil {
		return func(s string) bool {
			if addr, err := netip.ParseAddr(s); err == nil {
				return prefix.Contains(addr.Unmap())
			}
			return equalFold(s, want)
		}
	}
	return func(s string) bool { return equalFold(s, want) }
}

func isCIDR(s string) bool {
	_, err := netip.ParsePrefix(s)
	return err == nil
}

// orders returns the test for < <= > >=: by number if both are numbers, else
// by bytes.
func orders(op, want string) func(string) bool {
	number, numeric := value.ParseNumber(want)
	accept := func(c int) bool {
		switch op {
		case "<":
			return c < 0
		case "<=":
			return c <= 0
		case ">":
			return c > 0
		}
		return c >= 0
	}
	return func(s string) bool {
		if numeric {
			if f, ok := value.ParseNumber(s); ok {
				switch {
				case f < number:
					return accept(-1)
				case f > number:
					return accept(1)
				}
				return accept(0)
			}
		}
		return accept(strings.Compare(s, want))
	}
}

// pattern is a text with wildcards.
type pattern struct {
	parts  []string // what stands between the stars
	folded bool
}

func newPattern(text string, folded bool) pattern {
	if folded {
		text = fold(text)
	}
	return pattern{strings.Split(text, "*"), folded}
}

// match reports whether the whole of s fits the pattern.
func (p pattern) match(s string) bool {
	if p.folded {
		s = fold(s)
	}
	first, last := p.parts[0], p.parts[len(p.parts)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, part := range p.parts[1 : len(p.parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}

// fold makes the texts that the search command holds equal the same.
func fold(s string) string { return strings.ToLower(s) }

// equalFold compares as [fold] does, without allocating for ASCII.
func equalFold(s, t string) bool {
	if len(s) != len(t) {
		return !(isASCII(s) && isASCII(t)) && fold(s) == fold(t)
	}
	for i := range len(s) {
		a, b := s[i], t[i]
		if a|b >= utf8.RuneSelf {
			return fold(s) == fold(t)
		}
		if a != b && lower(a) != lower(b) {
			return !(isASCII(s) && isASCII(t)) && fold(s) == fold(t)
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
