package jsonblock

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Where brackets close is told alike by blocks and by bytes.
func TestClose(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*Size)
	for _, test := range []struct {
		name, text string
		floor, end int // end is -1 if it does not come
	}{
		{"an object", `{"a":1} `, 0, 7},
		{"brackets in strings count nothing", `{"a":"}}]"} `, 0, 11},
		{"an escaped quote does not end a string", `{"a":"\"}"} `, 0, 11},
		{"an escaped backslash ends before a quote", `{"a":"\\"} `, 0, 10},
		{"nested", `{"a":{"b":[1,{"c":2}]}} `, 0, 23},
		{"to a floor above none", `{{"b":[1]}} `, 1, 10},
		{"a bracket of the other kind closes", `[} `, 0, 2},
		{"a backslash takes the byte behind it outside of strings too", `{\}\"} `, 0, 6},
		{"over the ends of blocks", `{"a":"` + long + `","b":[` + strings.Repeat(`"\"}",`, 30) + `]}`, 0, 6 + 3*Size + 7 + 180 + 2},
		{"it does not close", `{"a":[1]`, 0, -1},
		{"a string does not close", `{"a":"}`, 0, -1},
		{"a backslash is the last byte", `{"a":"\`, 0, -1},
	} {
		for name, c := range map[string]closer{"blocks": (*Cursor).Close, "bytes": (*Cursor).closeBytes} {
			cursor := Cursor{}
			if got := c(&cursor, []byte(test.text), test.floor); got != (test.end >= 0) || got && cursor.Pos != test.end {
				t.Errorf("%s, by %s: %v at %d, want %d", test.name, name, got, cursor.Pos, test.end)
			}
		}
	}
}

type closer func(*Cursor, []byte, int) bool

// text draws what is nearly JSON: everything that matters is frequent.
func text(t *rapid.T) []byte {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
		`"`, `\`, `\\`, `\"`, `{`, `}`, `[`, `]`, `{"a":"`, `"}`, "x", strings.Repeat("y", 61), strings.Repeat(`\`, 63), "[[[[", "ä", ";", "\x00",
	}), 0, 60).Draw(t, "pieces")
	return []byte(strings.Join(pieces, ""))
}

// However a text is split, and whether blocks are used or not, the cursor ends
// at the same byte.
func TestCloseDoesNotDependOnSplits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := text(t)
		start := Cursor{Depth: rapid.IntRange(0, 3).Draw(t, "depth"), InString: rapid.Bool().Draw(t, "in a string")}
		floor := rapid.IntRange(0, 2).Draw(t, "floor")
		want := start
		closed := want.closeBytes(text, floor)
		got := start
		for end := 0; ; {
			end = min(len(text), end+rapid.IntRange(1, 200).Draw(t, "more"))
			if got.Close(text[:end], floor) {
				if !closed {
					t.Fatalf("closes at %d", got.Pos)
				}
				break
			}
			if end == len(text) {
				break
			}
		}
		if got != want {
			t.Errorf("got %+v, want %+v of %q", got, want, text)
		}
	})
}

// A block tells of each byte what a comparison with it tells.
func FuzzClassify(f *testing.F) {
	f.Add([]byte(strings.Repeat(`{"a":["\\}",1]}`, 30)))
	f.Add(bytes.Repeat([]byte{'[', ']', '{', '}', '"', '\\', 0, 0xff, 'Z', 'z', 0x3b}, 24))
	f.Fuzz(func(t *testing.T, text []byte) {
		blocks := make([]Block, 5)
		n := classifyAll(blocks, text)
		if n == 0 {
			return // too short, or not on this processor
		}
		want := make([]Block, n)
		for i, c := range text[:n*Size] {
			b, bit := &want[i/Size], uint64(1)<<(i%Size)
			switch c {
			case '"':
				b.Quotes |= bit
			case '\\':
				b.Escapes |= bit
			case '{', '[':
				b.Opens |= bit
			case '}', ']':
				b.Closes |= bit
			}
		}
		if diff := cmp.Diff(want, blocks[:n]); diff != "" {
			t.Error(diff)
		}
	})
}

// BenchmarkClose follows one large object of short strings.
func BenchmarkClose(b *testing.B) {
	text := []byte("[" + strings.Repeat(`{"eventName":"DescribeImages","userIdentity":{"type":"AWSService","invokedBy":"ec2"},"n":1},`, 1000) + "1]")
	for name, c := range map[string]closer{"blocks": (*Cursor).Close, "bytes": (*Cursor).closeBytes} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var cursor Cursor
				if !c(&cursor, text, 0) || cursor.Pos != len(text) {
					b.Fatal(cursor)
				}
			}
		})
	}
}
