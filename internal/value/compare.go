package value

import (
	"cmp"
	"net/netip"
	"strings"
)

// Compare orders two single values as sort and stats do by default: numbers
// before text, numbers by size, text by bytes. Null sorts last. A multivalue
// counts as its first value.
func Compare(a, b Value) int {
	if a.IsNull() || b.IsNull() {
		return cmp.Compare(boolInt(a.IsNull()), boolInt(b.IsNull()))
	}
	a, b = a.At(0), b.At(0)
	x, xok := a.Float()
	y, yok := b.Float()
	switch {
	case xok && yok:
		return cmp.Compare(x, y)
	case xok != yok:
		return cmp.Compare(boolInt(yok), boolInt(xok))
	}
	return cmp.Compare(a.String(), b.String())
}

// CompareAuto orders two single values as the sort command's auto does for a
// pair: both numeric by size, both IP addresses by address, else by bytes.
func CompareAuto(a, b Value) int {
	if a.IsNull() || b.IsNull() {
		return Compare(a, b)
	}
	a, b = a.At(0), b.At(0)
	x, xok := a.Float()
	y, yok := b.Float()
	if xok && yok {
		return cmp.Compare(x, y)
	}
	if c, ok := CompareIP(a.String(), b.String()); ok {
		return c
	}
	return cmp.Compare(a.String(), b.String())
}

// CompareIP orders two texts as IP addresses; ok is false if one is none.
func CompareIP(a, b string) (order int, ok bool) {
	x, err := netip.ParseAddr(a)
	if err != nil {
		return 0, false
	}
	y, err := netip.ParseAddr(b)
	if err != nil {
		return 0, false
	}
	return x.Compare(y), true
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// EqualFold reports whether a and b are equal without regard to case, by
// Unicode simple folding, as the search command compares.
func EqualFold(a, b string) bool { return strings.EqualFold(a, b) }
