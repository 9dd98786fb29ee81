// Package value is the kinds of value that a field or an expression can have,
// and SPL's rules for comparing and converting them.
//
// It knows nothing of events, functions or commands. A field is absent
// ([Null]) or has one or more values; there is no null inside a multivalue
// and no empty multivalue. Start reading at [Value].
package value

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what a [Value] is.
type Kind uint8

// The kinds. Text is what a field read from an event has, also when it looks
// like a number; Number is the result of arithmetic. A Bool exists only inside
// expressions and cannot be stored in a field.
const (
	Null Kind = iota
	Text
	Number
	Bool
	Multi
)

// Value is one value of SPL: null, text, a number, a truth value, or a list of
// two or more texts and numbers. The zero Value is null. Values are immutable
// and may share memory; the text of one read from an event is only valid as
// long as the event is, see [Value.Clone].
type Value struct {
	kind Kind
	num  float64
	text string
	list []Value
}

// OfText returns a text value.
func OfText(s string) Value { return Value{kind: Text, text: s} }

// OfNumber returns a number.
func OfNumber(f float64) Value { return Value{kind: Number, num: f} }

// OfInt returns a number.
func OfInt(n int) Value { return OfNumber(float64(n)) }

// OfNumberText returns a number that is shown as text, for functions whose
// output has a fixed form, such as strptime's six decimals.
func OfNumberText(f float64, text string) Value { return Value{kind: Number, num: f, text: text} }

// OfBool returns a truth value.
func OfBool(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.num = 1
	}
	return v
}

// OfList returns the multivalue of list, which it keeps: nested multivalues
// are flattened, nulls are left out, one value stands for itself and none for
// null.
func OfList(list []Value) Value {
	for _, v := range list {
		if v.kind == Null || v.kind == Multi {
			list = flatten(list)
			break
		}
	}
	switch len(list) {
	case 0:
		return Value{}
	case 1:
		return list[0]
	}
	return Value{kind: Multi, list: list}
}

// Grow adds a single value to v in amortized constant time. It is for a value
// under construction, to which nothing else refers yet.
func (v *Value) Grow(w Value) {
	switch v.kind {
	case Null:
		*v = w
	case Multi:
		v.list = append(v.list, w)
	default:
		*v = Value{kind: Multi, list: []Value{*v, w}}
	}
}

// OfTexts returns the multivalue of texts.
func OfTexts(texts []string) Value {
	list := make([]Value, len(texts))
	for i, t := range texts {
		list[i] = OfText(t)
	}
	return OfList(list)
}

func flatten(list []Value) []Value {
	flat := make([]Value, 0, len(list))
	for _, v := range list {
		switch v.kind {
		case Null:
		case Multi:
			flat = append(flat, v.list...)
		default:
			flat = append(flat, v)
		}
	}
	return flat
}

// Kind returns what v is.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null, that is, whether the field is absent.
func (v Value) IsNull() bool { return v.kind == Null }

// IsMulti reports whether v holds more than one value.
func (v Value) IsMulti() bool { return v.kind == Multi }

// True reports whether v is the truth value true. Null and everything else
// is not.
func (v Value) True() bool { return v.kind == Bool && v.num != 0 }

// Len returns how many values v holds: 0 for null.
func (v Value) Len() int {
	switch v.kind {
	case Null:
		return 0
	case Multi:
		return len(v.list)
	}
	return 1
}

// At returns the i-th value, 0 ≤ i < [Value.Len].
func (v Value) At(i int) Value {
	if v.kind == Multi {
		return v.list[i]
	}
	return v
}

// Float returns v as a number: a number itself, or a single text that is
// wholly a decimal number.
func (v Value) Float() (float64, bool) {
	switch v.kind {
	case Number:
		return v.num, true
	case Text:
		return ParseNumber(v.text)
	}
	return 0, false
}

// String returns v as SPL shows it: a number in its shortest form, a
// multivalue joined by newlines, null as "".
func (v Value) String() string {
	switch v.kind {
	case Text:
		return v.text
	case Number:
		if v.text != "" {
			return v.text
		}
		return FormatNumber(v.num)
	case Bool:
		if v.num != 0 {
			return "True"
		}
		return "False"
	case Multi:
		return strings.Join(v.Texts(), "\n")
	}
	return ""
}

// Texts returns every value of v as text: nil for null.
func (v Value) Texts() []string {
	if v.kind == Null {
		return nil
	}
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = v.At(i).String()
	}
	return texts
}

// Clone returns v with text of its own, valid for ever. Whoever keeps a value
// after the event it was read from clones it.
func (v Value) Clone() Value {
	if v.text != "" {
		v.text = strings.Clone(v.text)
	}
	if v.list != nil {
		list := make([]Value, len(v.list))
		for i := range list {
			list[i] = v.list[i].Clone()
		}
		v.list = list
	}
	return v
}

// Size estimates the bytes that v takes in memory, for limits.
func (v Value) Size() int {
	n := 56 + len(v.text)
	for _, e := range v.list {
		n += e.Size()
	}
	return n
}

// Equal reports whether v and w are shown alike, value by value and in order.
func (v Value) Equal(w Value) bool {
	if v.Len() != w.Len() {
		return false
	}
	for i := range v.Len() {
		if v.At(i).String() != w.At(i).String() {
			return false
		}
	}
	return true
}

// ParseNumber reads s as SPL does when it asks whether a text is a number: an
// optional sign, digits with at most one point, an optional exponent. Blanks
// around it, hexadecimal, "inf" and "nan" are not numbers.
func ParseNumber(s string) (float64, bool) {
	if s == "" || len(s) > 400 {
		return 0, false
	}
	digits := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' || c == '+' || c == '-':
		case (c == 'e' || c == 'E') && digits > 0:
		default:
			return 0, false
		}
	}
	if digits == 0 {
		return 0, false
	}
	if digits == len(s) && digits <= 15 {
		var n int64
		for i := 0; i < len(s); i++ {
			n = n*10 + int64(s[i]-'0')
		}
		return float64(n), true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// FormatNumber gives f as SPL prints it: integers without a point, else the
// shortest decimal that reads back as f. Source: Splunk's eval page ("NaN",
// "inf") and Aggregate functions (17 digits at most).
func FormatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case f == 0:
		return "0"
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e17 {
		return strconv.FormatInt(int64(f), 10)
	}
	if a := math.Abs(f); a < 1e-6 || a >= 1e17 {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// RuneCount returns the length of s in characters, as the len function counts.
func RuneCount(s string) int { return utf8.RuneCountInString(s) }
