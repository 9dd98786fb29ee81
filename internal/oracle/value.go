package oracle

import (
	"cmp"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// val is the value of a field or of an expression: no atom for null, one for a
// single value, more for a multivalue.
type val []atom

// atom is one text, number or truth value.
type atom struct {
	kind kind
	text string  // as it is shown
	num  float64 // of a number
}

type kind int

const (
	isText kind = iota
	isNumber
	isTruth
)

func text(s string) val        { return val{{kind: isText, text: s}} }
func number(f float64) val     { return val{{kind: isNumber, text: formatNumber(f), num: f}} }
func integer(n int) val        { return number(float64(n)) }
func (v val) isNull() bool     { return len(v) == 0 }
func (v val) isMulti() bool    { return len(v) > 1 }
func (v val) isTrue() bool     { return len(v) == 1 && v[0].kind == isTruth && v[0].text == "True" }
func (v val) equal(w val) bool { return slices.Equal(v.texts(), w.texts()) }

func truth(b bool) val {
	if b {
		return val{{kind: isTruth, text: "True"}}
	}
	return val{{kind: isTruth, text: "False"}}
}

func multi(texts []string) val {
	var v val
	for _, t := range texts {
		v = append(v, text(t)...)
	}
	return v
}

func (v val) texts() []string {
	texts := make([]string, len(v))
	for i, a := range v {
		texts[i] = a.text
	}
	return texts
}

// single returns the text of a value that is just one.
func (v val) single() (string, bool) {
	if len(v) != 1 {
		return "", false
	}
	return v[0].text, true
}

// float returns the number that a value is, if it is just one.
func (v val) float() (float64, bool) {
	if len(v) != 1 {
		return 0, false
	}
	return v[0].float()
}

var numeric = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

// float returns the number that an atom is, or that its whole text spells.
func (a atom) float() (float64, bool) {
	switch a.kind {
	case isNumber:
		return a.num, true
	case isTruth:
		return 0, false
	}
	if !numeric.MatchString(a.text) {
		return 0, false
	}
	f, err := strconv.ParseFloat(a.text, 64)
	return f, err == nil || math.IsInf(f, 0)
}

// formatNumber gives integers without a point and anything else in the
// shortest form that reads back.
func formatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(f, 'f', -1, 64)), "+")
	case f == 0:
		return "0"
	case math.Abs(f) >= 1e17 || math.Abs(f) < 1e-6:
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// compareAtoms orders numbers before text, numbers by size, text by bytes, as
// stats does for its groups, min and max.
func compareAtoms(a, b atom) int {
	x, xok := a.float()
	y, yok := b.float()
	switch {
	case xok && yok:
		return cmp.Compare(x, y)
	case xok:
		return -1
	case yok:
		return 1
	}
	return cmp.Compare(a.text, b.text)
}

// compareAuto orders as sort does: two numbers by size, two addresses by
// address, anything else by bytes.
func compareAuto(a, b atom) int {
	x, xok := a.float()
	y, yok := b.float()
	if xok && yok {
		return cmp.Compare(x, y)
	}
	if p, q, ok := addresses(a.text, b.text); ok {
		return p.Compare(q)
	}
	return cmp.Compare(a.text, b.text)
}

func addresses(a, b string) (p, q netip.Addr, ok bool) {
	p, err := netip.ParseAddr(a)
	if err != nil {
		return p, q, false
	}
	q, err = netip.ParseAddr(b)
	return p, q, err == nil
}
