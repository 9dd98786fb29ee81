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
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Size is the number of bytes that a [Block] tells of.
const Size = 64

// Block tells which of 64 bytes are quotes that begin or end a string, and
// which are brackets outside of strings; bit i is byte i.
type Block struct {
	Quotes uint64
	Opens  uint64 // { and [
	Closes uint64 // } and ]
}

// State is what the blocks of a text so far leave to the next. The zero State
// is that outside of everything.
type State struct {
	Depth   int    // brackets open
	inside  uint64 // all ones inside of a string
	escaped uint64 // 1 if a backslash takes the next byte

	backslashes uint64 // not 0 once there was one in a block
}

// Plain reports whether there was no backslash in the blocks so far.
func (s *State) Plain() bool { return s.backslashes == 0 }

// Cursor is a place in JSON text. It can stop at any byte and go on when more
// of the text is there.
type Cursor struct {
	Pos      int // the next byte to look at
	Depth    int // brackets open before Pos
	InString bool
	// Escapes is set once there was a backslash before Pos. It may be set by
	// one a little behind it.
	Escapes bool
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
	var block [1]Block // most often the last of a record
	pos, state, escapes := c.Pos, State{Depth: c.Depth}, c.Escapes
	if c.InString {
		state.inside = ^state.inside
	}
	for {
		at, n := state.Next(block[:], text[pos:], floor)
		pos += at
		if n == 0 {
			break
		}
		b := &block[0]
		for both := b.Opens | b.Closes; both != 0; both &= both - 1 {
			if b.Opens&both&-both != 0 {
				state.Depth++
				continue
			}
			if state.Depth--; state.Depth <= floor {
				*c = Cursor{Pos: pos + bits.TrailingZeros64(both) + 1, Depth: state.Depth, Escapes: escapes || !state.Plain()}
				return true
			}
		}
		pos += Size
	}
	*c = Cursor{Pos: pos - int(state.escaped), Depth: state.Depth, InString: state.inside != 0, Escapes: escapes || !state.Plain()}
	return false
}

// closeBytes is Close byte by byte, for the rest of a text.
func (c *Cursor) closeBytes(text []byte, floor int) bool {
	from := min(c.Pos, len(text))
	closed := c.follow(text, floor)
	c.Escapes = c.Escapes || bytes.IndexByte(text[from:max(from, c.Pos)], '\\') >= 0
	return closed
}

func (c *Cursor) follow(text []byte, floor int) bool {
	for c.Pos < len(text) {
		if c.InString {
			end, ok := StringEnd(text, c.Pos)
			c.Pos = end
			if !ok {
				return false
			}
			c.InString = false
			c.Pos++
			continue
		}
		switch b := text[c.Pos]; {
		case b == '"':
			c.InString = true
		case b == '\\':
			if c.Pos+1 == len(text) {
				return false
			}
			c.Pos++
		case b|0x20 == '{': // or [
			c.Depth++
		case b|0x20 == '}': // or ]
			if c.Depth--; c.Depth <= floor {
				c.Pos++
				return true
			}
		}
		c.Pos++
	}
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
