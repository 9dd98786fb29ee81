// Package jsonblock follows the quotes and brackets of JSON text without
// reading its values, 64 bytes at a time where the processor can compare that
// many at once.
//
// It knows no record, no field and no format: whoever cuts records out of a
// file or skips a value that nobody wants asks it where something ends. What
// is not well formed is followed all the same, and however the text is split
// into pieces, the end is found at the same byte. Start reading at
// [Cursor.Close].
package jsonblock

import (
	"encoding/binary"
	"math/bits"
)

// Size is the number of bytes that a [Block] tells of.
const Size = 64

// Block tells which of 64 bytes are of a class; bit i is byte i.
type Block struct {
	Quotes  uint64 // "
	Escapes uint64 // \
	Opens   uint64 // { and [
	Closes  uint64 // } and ]
}

// Cursor is a place in JSON text. It can stop at any byte and go on when more
// of the text is there.
type Cursor struct {
	Pos      int // the next byte to look at
	Depth    int // brackets open before Pos
	InString bool
}

// Close goes on until so many brackets are closed that Depth is floor, and
// reports whether that came; Pos is then behind the last one. Else Pos is where
// to go on once the text, which begins where it did before, is longer.
//
// It does not mind which bracket closes which: what is between them is judged
// by who reads the fields. A backslash takes its meaning from the byte behind
// it, also outside of strings, where JSON has none.
func (c *Cursor) Close(text []byte, floor int) bool {
	return c.closeBlocks(text, floor) || c.closeBytes(text, floor)
}

// closeBlocks is Close for as many whole blocks as there are.
func (c *Cursor) closeBlocks(text []byte, floor int) bool {
	var blocks [AtOnce]Block
	pos, depth := c.Pos, c.Depth
	var state State
	if c.InString {
		state.inside = ^state.inside
	}
	for {
		n := state.Next(blocks[:], text[pos:])
		if n == 0 {
			break
		}
		for i := range blocks[:n] {
			b := &blocks[i]
			if closes := bits.OnesCount64(b.Closes); closes == 0 || depth-closes > floor {
				depth += bits.OnesCount64(b.Opens) - closes
				pos += Size
				continue
			}
			for both := b.Opens | b.Closes; both != 0; both &= both - 1 {
				if b.Opens&both&-both != 0 {
					depth++
					continue
				}
				if depth--; depth <= floor {
					*c = Cursor{Pos: pos + bits.TrailingZeros64(both) + 1, Depth: depth}
					return true
				}
			}
			pos += Size
		}
	}
	*c = Cursor{Pos: pos - int(state.escaped), Depth: depth, InString: state.inside != 0}
	return false
}

// AtOnce is how many blocks it pays to ask for at once: more would be too many
// for the many values that end soon.
const AtOnce = 4

// State is what the blocks of a text so far leave to the next. The zero State
// is that outside of strings.
type State struct {
	inside  uint64 // all ones inside of a string
	escaped uint64 // 1 if a backslash takes the next byte
}

// Next classifies whole blocks of a text, as many as both hold, and returns how
// many: 0 also where the processor cannot compare many bytes at once. Of the
// quotes and brackets those remain that count: quotes that begin and end
// strings, brackets outside of strings.
func (s *State) Next(blocks []Block, text []byte) int {
	n := classifyAll(blocks, text)
	inside, escaped := s.inside, s.escaped
	for i := range blocks[:n] {
		b := &blocks[i]
		counts := ^uint64(0)
		if b.Escapes|escaped != 0 {
			var taken uint64
			taken, escaped = escapes(b.Escapes, escaped)
			b.Quotes &^= taken
			counts &^= taken
		}
		strings := prefixXor(b.Quotes) ^ inside
		inside = uint64(int64(strings) >> 63)
		counts &^= strings
		b.Opens &= counts
		b.Closes &= counts
	}
	s.inside, s.escaped = inside, escaped
	return n
}

// escapes returns which bytes of a block a backslash takes, and 1 if one takes
// the first byte of the next block. first is that of the block before.
func escapes(backslashes, first uint64) (taken, next uint64) {
	taken = first
	for left := backslashes &^ first; left != 0; {
		i := bits.TrailingZeros64(left)
		if i == Size-1 {
			return taken, 1
		}
		taken |= 2 << i
		left &^= 3 << i
	}
	return taken, 0
}

// prefixXor returns a word whose bit i is the exclusive or of the bits 0 to i
// of x. Of the quotes of a block it makes the bytes that are inside of strings,
// with the quotes that open them and without those that close them.
func prefixXor(x uint64) uint64 {
	x ^= x << 1
	x ^= x << 2
	x ^= x << 4
	x ^= x << 8
	x ^= x << 16
	return x ^ x<<32
}

// closeBytes is Close byte by byte, for the rest of a text.
func (c *Cursor) closeBytes(text []byte, floor int) bool {
	i, depth := c.Pos, c.Depth
	if c.InString {
		end, ok := StringEnd(text, i)
		if !ok {
			c.Pos = end
			return false
		}
		i, c.InString = end+1, false
	}
	for i < len(text) {
		switch b := text[i]; {
		case b == '"':
			end, ok := StringEnd(text, i+1)
			if !ok {
				*c = Cursor{Pos: end, Depth: depth, InString: true}
				return false
			}
			i = end
		case b == '\\':
			if i+1 == len(text) {
				*c = Cursor{Pos: i, Depth: depth}
				return false
			}
			i++
		case b|0x20 == '{': // or [
			depth++
		case b|0x20 == '}': // or ]
			if depth--; depth <= floor {
				*c = Cursor{Pos: i + 1, Depth: depth}
				return true
			}
		}
		i++
	}
	*c = Cursor{Pos: i, Depth: depth}
	return false
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// StringEnd returns where the string that i is inside of has its closing
// quote. If that is not in text, it returns where to look on.
func StringEnd(text []byte, i int) (end int, ok bool) {
	for {
		for i+8 <= len(text) {
			// The lowest byte of w that is a quote or a backslash has its
			// high bit set in m, and no byte below it has.
			w := binary.LittleEndian.Uint64(text[i:])
			quote, escape := w^('"'*lowBits), w^('\\'*lowBits)
			m := ((quote-lowBits)&^quote | (escape-lowBits)&^escape) & highBits
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		for i < len(text) && text[i] != '"' && text[i] != '\\' {
			i++
		}
		if i >= len(text) {
			return len(text), false
		}
		if text[i] == '"' {
			return i, true
		}
		if i+1 >= len(text) {
			return i, false
		}
		i += 2
	}
}
