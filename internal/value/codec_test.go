package value_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/pugmark/pugmark/internal/value"
)

func TestDecodeReadsWhatAppendWrote(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(anyValue(), rapid.Just(value.OfNumberText(1, "1.000000"))), 1, 4).Draw(t, "values")
		var data []byte
		for _, v := range values {
			data = v.Append(data)
		}
		cut := rapid.IntRange(0, len(data)-1).Draw(t, "cut")
		rest := data
		for _, want := range values {
			got, after, ok := value.Decode(rest)
			if !ok || got.Kind() != want.Kind() || !got.Equal(want) {
				t.Fatalf("%q was read as %q, %v", want, got, ok)
			}
			rest = after
		}
		if len(rest) != 0 {
			t.Fatalf("%d bytes are left", len(rest))
		}
		for rest = data[:cut]; len(rest) > 0; {
			_, after, ok := value.Decode(rest)
			if !ok {
				return // a value that was cut short is noticed
			}
			rest = after
		}
	})
}
