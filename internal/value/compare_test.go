package value_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/value"
)

func TestCompareOrdersNumbersTextNull(t *testing.T) {
	t.Parallel()
	// As sort and stats order by default: Splunk, sort ("numeric before
	// lexicographic").
	want := []value.Value{
		value.OfText("-3"), value.OfText("0"), value.OfNumber(2), value.OfText("10"), value.OfText("1e2"),
		value.OfText(""), value.OfText("10.0.0.1"), value.OfText("2a"), value.OfText("B"), value.OfText("a"),
		{},
	}
	for i, a := range want {
		for j, b := range want {
			got, expected := value.Compare(a, b), cmpInt(i, j)
			if got != expected {
				t.Errorf("Compare(%q, %q) = %d, want %d", a, b, got, expected)
			}
		}
	}
}

func cmpInt(i, j int) int {
	switch {
	case i < j:
		return -1
	case i > j:
		return 1
	}
	return 0
}

func TestCompareTakesTheFirstOfSeveralValues(t *testing.T) {
	t.Parallel()
	ab, b := value.OfTexts([]string{"a", "z"}), value.OfText("b")
	if got := value.Compare(ab, b); got != -1 {
		t.Errorf("got %d", got)
	}
}

// anyValue draws values that are near each other, so that comparisons meet.
func anyValue() *rapid.Generator[value.Value] {
	return rapid.OneOf(
		rapid.Just(value.Value{}),
		rapid.Map(rapid.IntRange(-3, 3), value.OfInt),
		rapid.Map(rapid.SampledFrom([]float64{math.Inf(1), math.Inf(-1), math.NaN(), 0.5}), value.OfNumber),
		rapid.Map(rapid.StringMatching(`[-a1.]{0,3}`), value.OfText),
		rapid.Map(rapid.SliceOfN(rapid.StringMatching(`[a1]{0,2}`), 0, 3), value.OfTexts),
		rapid.Map(rapid.Bool(), value.OfBool),
	)
}

func TestCompareIsATotalOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyValue().Draw(t, "a"), anyValue().Draw(t, "b"), anyValue().Draw(t, "c")
		if value.Compare(a, a) != 0 {
			t.Fatalf("%q is not equal to itself", a)
		}
		if value.Compare(a, b) != -value.Compare(b, a) {
			t.Fatalf("%q and %q have no one order", a, b)
		}
		if value.Compare(a, b) <= 0 && value.Compare(b, c) <= 0 && value.Compare(a, c) > 0 {
			t.Fatalf("%q, %q, %q go round in a circle", a, b, c)
		}
	})
}

func TestCompareAuto(t *testing.T) {
	t.Parallel()
	// Source: Splunk, sort (auto: IP addresses as addresses, numbers as
	// numbers, all else as text).
	tests := []struct {
		texts, want []string
	}{
		{[]string{"10", "9", "100"}, []string{"9", "10", "100"}},
		{[]string{"10.0.0.10", "10.0.0.9", "9.0.0.1"}, []string{"9.0.0.1", "10.0.0.9", "10.0.0.10"}},
		{[]string{"b", "a", "B"}, []string{"B", "a", "b"}},
		{[]string{"2001:db8::10", "2001:db8::9"}, []string{"2001:db8::9", "2001:db8::10"}},
	}
	for _, tt := range tests {
		got := slices.SortedFunc(slices.Values(tt.texts), func(a, b string) int {
			return value.CompareAuto(value.OfText(a), value.OfText(b))
		})
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	if got := value.CompareAuto(value.Value{}, value.OfText("a")); got != 1 {
		t.Errorf("null compares to text as %d", got)
	}
}

func TestCompareIP(t *testing.T) {
	t.Parallel()
	if order, ok := value.CompareIP("10.0.0.9", "10.0.0.10"); !ok || order != -1 {
		t.Errorf("got %d, %v", order, ok)
	}
	for _, pair := range [][2]string{{"AWS Internal", "10.0.0.1"}, {"10.0.0.1", "ec2.amazonaws.com"}, {"10.0.0.256", "10.0.0.1"}} {
		if _, ok := value.CompareIP(pair[0], pair[1]); ok {
			t.Errorf("%q are both addresses", pair)
		}
	}
}

func TestEqualFold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want bool
	}{
		{"ConsoleLogin", "consolelogin", true},
		{"STRASSE", "straße", false}, // simple folding maps one character to one
		{"Ärger", "äRGER", true},
		{"a", "ab", false},
	}
	for _, tt := range tests {
		if got := value.EqualFold(tt.a, tt.b); got != tt.want {
			t.Errorf("EqualFold(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}
