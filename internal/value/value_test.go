package value_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/value"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	numbers := map[string]float64{
		"0": 0, "7": 7, "-7": -7, "+7": 7, "007": 7, "1.50": 1.5, ".5": 0.5, "5.": 5, "-.5": -0.5,
		"1e3": 1000, "1E3": 1000, "1.5e-3": 0.0015, "1e+2": 100,
		"123456789012":     123456789012,     // an AWS account id
		"9007199254740993": 9007199254740992, // beyond the integers that a double holds
		"1e999":            math.Inf(1),
		"-1e999":           math.Inf(-1),
	}
	for text, want := range numbers {
		if got, ok := value.ParseNumber(text); !ok || got != want {
			t.Errorf("ParseNumber(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", " 1", "1 ", "a", "-", "+", ".", "e5", "1e", "1e+", "--1", "+-1", "1-", "1.2.3", "10.0.0.1", "0x10", "1_000", "1,000",
		"inf", "nan", "Infinity", "-inf", "1e5e5", "٣", "1\x00", strings.Repeat("1", 401),
	} {
		if got, ok := value.ParseNumber(text); ok {
			t.Errorf("ParseNumber(%q) = %v; it is no number", text, got)
		}
	}
}

func TestFormatNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		number float64
		want   string
	}{
		{0, "0"},
		{math.Copysign(0, -1), "0"},
		{42, "42"},
		{-42, "-42"},
		{1.5, "1.5"},
		{0.30000000000000004, "0.30000000000000004"},
		{3.9900000000000055, "3.9900000000000055"}, // Splunk, Aggregate functions: avg of 100 times 3.99
		{1722515157.123456, "1722515157.123456"},
		{123456789012, "123456789012"},
		{99999999999999984, "99999999999999984"},
		{1e17, "1e+17"},
		{1e-6, "0.000001"},
		{1e-7, "1e-07"},
		{math.Inf(1), "inf"},
		{math.Inf(-1), "-inf"},
		{math.NaN(), "nan"},
	}
	for _, tt := range tests {
		if got := value.FormatNumber(tt.number); got != tt.want {
			t.Errorf("FormatNumber(%g) = %s, want %s", tt.number, got, tt.want)
		}
	}
}

func TestNumbersReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.OneOf(
			rapid.Float64(), rapid.Map(rapid.Int64(), func(n int64) float64 { return float64(n) }),
			rapid.Map(rapid.Int64Range(-1e6, 1e6), func(n int64) float64 { return float64(n) / 1000 }),
		).Draw(t, "f")
		if got, ok := value.ParseNumber(value.FormatNumber(f)); !ok || got != f {
			t.Fatalf("%g prints as %s, which reads as %g, %v", f, value.FormatNumber(f), got, ok)
		}
	})
}

// What the standard library reads as a decimal number, and only that, is one.
func TestParseNumberAgreesWithStrconv(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-+]?[0-9]{0,18}\.?[0-9]{0,18}([eE][-+]?[0-9]{0,4})?`).Draw(t, "text")
		want, err := strconv.ParseFloat(text, 64)
		wantOK := err == nil || math.IsInf(want, 0)
		got, ok := value.ParseNumber(text)
		if ok != wantOK || ok && got != want {
			t.Fatalf("ParseNumber(%q) = %v, %v; strconv says %v, %v", text, got, ok, want, err)
		}
	})
}

func TestOfListKeepsNeitherNullsNorNesting(t *testing.T) {
	t.Parallel()
	a, b, null := value.OfText("a"), value.OfText("b"), value.Value{}
	tests := []struct {
		name string
		list []value.Value
		want []string
		kind value.Kind
	}{
		{"none", nil, nil, value.Null},
		{"only nulls", []value.Value{null, null}, nil, value.Null},
		{"one", []value.Value{a}, []string{"a"}, value.Text},
		{"one and null", []value.Value{null, a}, []string{"a"}, value.Text},
		{"two", []value.Value{a, b}, []string{"a", "b"}, value.Multi},
		{"a list within", []value.Value{a, value.OfList([]value.Value{b, a}), null}, []string{"a", "b", "a"}, value.Multi},
		{"numbers stay numbers", []value.Value{value.OfInt(1)}, []string{"1"}, value.Number},
	}
	for _, tt := range tests {
		got := value.OfList(tt.list)
		if diff := cmp.Diff(tt.want, got.Texts()); diff != "" || got.Kind() != tt.kind || got.Len() != len(tt.want) {
			t.Errorf("%s: kind %d, len %d, -want +got:\n%s", tt.name, got.Kind(), got.Len(), diff)
		}
	}
}

func TestGrow(t *testing.T) {
	t.Parallel()
	var v value.Value
	for i, want := range []string{"0", "0\n1", "0\n1\n2"} {
		v.Grow(value.OfInt(i))
		if v.String() != want {
			t.Errorf("after %d values: %q", i+1, v.String())
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	tests := []struct {
		v    value.Value
		want string
	}{
		{value.Value{}, ""},
		{value.OfText("1.0"), "1.0"},
		{value.OfNumber(1.0), "1"},
		{value.OfNumberText(1722515157, "1722515157.000000"), "1722515157.000000"},
		{value.OfBool(true), "True"},
		{value.OfBool(false), "False"},
		{value.OfTexts([]string{"a", "b"}), "a\nb"},
	}
	for _, tt := range tests {
		if got := tt.v.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestFloat(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		v    value.Value
		want float64
		ok   bool
	}{
		{"a number", value.OfNumber(2.5), 2.5, true},
		{"numeric text", value.OfText("2.5"), 2.5, true},
		{"other text", value.OfText("2.5s"), 0, false},
		{"a number with a form of its own", value.OfNumberText(2, "2.000"), 2, true},
		{"null", value.Value{}, 0, false},
		{"a truth value", value.OfBool(true), 0, false},
		{"several numbers", value.OfTexts([]string{"1", "2"}), 0, false},
	}
	for _, tt := range tests {
		if got, ok := tt.v.Float(); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %v, %v", tt.name, got, ok)
		}
	}
}

func TestTrue(t *testing.T) {
	t.Parallel()
	if !value.OfBool(true).True() {
		t.Error("true is not true")
	}
	for _, v := range []value.Value{{}, value.OfBool(false), value.OfInt(1), value.OfText("true")} {
		if v.True() {
			t.Errorf("%q is true", v)
		}
	}
}

func TestCloneDoesNotGrowWithTheOriginal(t *testing.T) {
	t.Parallel()
	a, b := value.OfText("alpha"), value.OfNumberText(1, "1.000000")
	original := value.OfList([]value.Value{a, b})
	clone := original.Clone()
	if !clone.Equal(original) {
		t.Fatalf("%q was cloned to %q", original, clone)
	}
	original.Grow(value.OfText("more"))
	if clone.Len() != 2 {
		t.Errorf("the clone grew with the original: %q", clone)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	ab := value.OfTexts([]string{"a", "b"})
	tests := []struct {
		name string
		v, w value.Value
		want bool
	}{
		{"a number and the text that it is shown as", value.OfInt(1), value.OfText("1"), true},
		{"the same number written otherwise", value.OfInt(1), value.OfText("1.0"), false},
		{"null and null", value.Value{}, value.Value{}, true},
		{"null and the empty text", value.Value{}, value.OfText(""), false},
		{"lists in another order", ab, value.OfTexts([]string{"b", "a"}), false},
		{"a list and the text it is shown as", ab, value.OfText("a\nb"), false},
		{"equal lists", ab, value.OfTexts([]string{"a", "b"}), true},
	}
	for _, tt := range tests {
		if got := tt.v.Equal(tt.w); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestSizeCountsText(t *testing.T) {
	t.Parallel()
	small, large := value.OfText("a"), value.OfTexts([]string{"a", strings.Repeat("b", 1000)})
	if large.Size() < 1000+small.Size() {
		t.Errorf("%d bytes for a list with a text of 1000", large.Size())
	}
}
