package jsonblock

import (
	"bytes"
	"strings"
	"testing"

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
		if want.Escapes && !got.Escapes {
			t.Errorf("a backslash was missed in %q", text[:want.Pos])
		}
		got.Escapes = want.Escapes // blocks may look further
		if got != want {
			t.Errorf("got %+v, want %+v of %q", got, want, text)
		}
	})
}

// A block tells of each byte what following the text byte by byte tells.
func FuzzNext(f *testing.F) {
	f.Add([]byte(strings.Repeat(`{"a":["\\}",1]}`, 30)), 0)
	f.Add(bytes.Repeat([]byte{'[', ']', '{', '}', '"', '\\', 0, 0xff, 'Z', 'z', 0x3b}, 24), 1)
	f.Add([]byte(strings.Repeat(`\\\\\"`, 60)), 3)
	f.Fuzz(func(t *testing.T, text []byte, floor int) {
		var state State
		blocks := make([]Block, 3)
		want, depths := follow(text)
		for pos := 0; ; {
			before := state.Depth
			at, n := state.Next(blocks, text[pos:], floor)
			for i := pos; i < pos+at; i++ {
				if depths[i] <= floor && want[i] == '}' {
					t.Fatalf("passes over byte %d, where the depth is %d", i, depths[i])
				}
			}
			pos += at
			if n == 0 {
				return
			}
			if at > 0 {
				before = depths[pos-1]
			}
			if state.Depth != before {
				t.Fatalf("depth %d at byte %d, want %d", state.Depth, pos, before)
			}
			for i := range n * Size {
				b, got := blocks[i/Size], byte(0)
				for class, mask := range map[byte]uint64{'"': b.Quotes, '{': b.Opens, '}': b.Closes} {
					if mask>>(i%Size)&1 != 0 {
						got = class
					}
				}
				if got != want[pos+i] {
					t.Fatalf("byte %d of %q is %q, want %q", pos+i, text, got, want[pos+i])
				}
			}
			pos += n * Size
			state.Depth = depths[pos-1]
		}
	})
}

// Index finds what bytes.Index finds.
func FuzzIndex(f *testing.F) {
	f.Add([]byte(strings.Repeat(`{"userName":"Name","eventName":`, 5)), []byte(`Name"`), 3)
	f.Add([]byte(strings.Repeat("ab", 40)), []byte("ba"), 0)
	f.Fuzz(func(t *testing.T, text, key []byte, from int) {
		text = text[max(0, min(from, len(text))):]
		if want, got := bytes.Index(text, key), Index(text, key); got != want {
			t.Errorf("%q in %q: %d, want %d", key, text, got, want)
		}
	})
}

// follow tells of each byte whether it is a quote, an opening or a closing
// bracket that counts, and the depth behind it.
func follow(text []byte) (classes []byte, depths []int) {
	depth, inside, escaped := 0, false, false
	for _, c := range text {
		class := byte(0)
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case c == '"':
			class, inside = '"', !inside
		case inside:
		case c == '{' || c == '[':
			class = '{'
			depth++
		case c == '}' || c == ']':
			class = '}'
			depth--
		}
		classes, depths = append(classes, class), append(depths, depth)
	}
	return classes, depths
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
