package cloudtrail

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// scan follows the structure of one JSON value: quotes and brackets, nothing
// else. It can stop at any byte and go on when more is there, and it does not
// mind what kind of bracket closes another: what is between them is judged by
// who reads the fields.
type scan struct {
	pos      int // the next byte to look at
	depth    int
	inString bool // pos is inside a string

	// notes, if not nil, takes the keys of the outermost object.
	notes     *notes
	keyNext   bool // the next string at depth 1 is a key
	valueNext bool // a value follows the key at hand
	key       key
	str       int  // where the string at depth 1 began
	declined  bool // the array at pos is a value like any other
}

type scanStatus uint8

const (
	needMore scanStatus = iota
	complete
	// atArray: the value of a key that may hold records begins at pos.
	atArray
)

// run goes on over t, which begins where it did before and may be longer.
func (s *scan) run(t []byte) scanStatus {
	if s.notes == nil {
		return s.follow(t, 0)
	}
	for s.pos < len(t) {
		if s.depth > 1 {
			if s.follow(t, 1) == needMore {
				return needMore
			}
			continue
		}
		if s.inString {
			end, ok := stringEnd(t, s.pos)
			s.pos = end
			if !ok {
				return needMore
			}
			s.pos++
			s.inString = false
			if s.keyNext {
				s.keyNext = false
				s.key = s.notes.see(t[s.str:end])
			}
			continue
		}
		switch c := t[s.pos]; c {
		case ' ', '\t', '\n', '\r':
		case ':':
			s.valueNext = true
		case ',':
			s.keyNext, s.valueNext = true, false
		case '}', ']':
			s.depth--
			if s.depth <= 0 {
				s.pos++
				return complete
			}
		default:
			if s.valueNext {
				if c == '[' && s.key.holdsRecords() && !s.declined {
					return atArray
				}
				s.notes.at[s.key] = s.pos
				s.valueNext, s.declined = false, false
			}
			switch c {
			case '"':
				s.inString, s.str = true, s.pos+1
			case '{', '[':
				s.depth++
				s.keyNext = s.depth == 1
			}
		}
		s.pos++
	}
	return needMore
}

// follow goes on until the depth is floor.
func (s *scan) follow(t []byte, floor int) scanStatus {
	i, depth := s.pos, s.depth
	if s.inString {
		end, ok := stringEnd(t, i)
		if !ok {
			s.pos = end
			return needMore
		}
		i, s.inString = end+1, false
	}
	for i < len(t) {
		switch c := t[i]; {
		case c == '"':
			end, ok := stringEnd(t, i+1)
			if !ok {
				s.pos, s.depth, s.inString = end, depth, true
				return needMore
			}
			i = end
		case c|0x20 == '{': // or [
			depth++
		case c|0x20 == '}': // or ]
			depth--
			if depth <= floor {
				s.pos, s.depth = i+1, depth
				return complete
			}
		}
		i++
	}
	s.pos, s.depth = i, depth
	return needMore
}

// keepFrom returns the first byte that is needed to go on.
func (s *scan) keepFrom() int {
	if s.inString && s.keyNext && s.depth == 1 {
		return s.str
	}
	return s.pos
}

// shift tells that the first n bytes are gone.
func (s *scan) shift(n int) {
	s.pos -= n
	s.str -= n
}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// stringEnd returns where the string that pos is inside of has its closing
// quote. If that is not in t, it returns where to look on.
func stringEnd(t []byte, i int) (end int, ok bool) {
	for {
		for i+8 <= len(t) {
			// The lowest byte of w that is a quote or a backslash has its
			// high bit set in m, and no byte below it has.
			w := binary.LittleEndian.Uint64(t[i:])
			quote, escape := w^('"'*lowBits), w^('\\'*lowBits)
			m := ((quote-lowBits)&^quote | (escape-lowBits)&^escape) & highBits
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		for i < len(t) && t[i] != '"' && t[i] != '\\' {
			i++
		}
		if i >= len(t) {
			return len(t), false
		}
		if t[i] == '"' {
			return i, true
		}
		if i+1 >= len(t) {
			return i, false
		}
		i += 2
	}
}

// valueEnd returns the end of the JSON value that begins at i, or -1 if there
// is none or it does not end.
func valueEnd(t []byte, i int) int {
	switch {
	case i >= len(t):
		return -1
	case t[i] == '"':
		end, ok := stringEnd(t, i+1)
		if !ok {
			return -1
		}
		return end + 1
	case t[i] == '{' || t[i] == '[':
		s := scan{pos: i}
		if s.follow(t, 0) != complete {
			return -1
		}
		return s.pos
	}
	end := i
	for end < len(t) && isScalar(t[end]) {
		end++
	}
	if end == i {
		return -1
	}
	return end
}

// isScalar reports whether c may stand in a number, true, false or null.
func isScalar(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '+' || c == '.'
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func skipSpace(t []byte, i int) int {
	for i < len(t) && isSpace(t[i]) {
		i++
	}
	return i
}

// isWhole reports whether t is one object or array that closes, and nothing
// behind it.
func isWhole(t []byte) bool {
	i := skipSpace(t, 0)
	if i == len(t) || t[i] != '{' && t[i] != '[' {
		return false
	}
	end := valueEnd(t, i)
	return end >= 0 && skipSpace(t, end) == len(t)
}

// eachMember calls each for the members of an object, the key as it is written
// between its quotes, until each returns false or something is no member.
func eachMember(object []byte, each func(key, value []byte) bool) {
	i := skipSpace(object, 0)
	if i == len(object) || object[i] != '{' {
		return
	}
	for {
		i = skipSpace(object, i+1)
		if i == len(object) || object[i] != '"' {
			return
		}
		keyEnd, ok := stringEnd(object, i+1)
		if !ok {
			return
		}
		name := object[i+1 : keyEnd]
		i = skipSpace(object, keyEnd+1)
		if i == len(object) || object[i] != ':' {
			return
		}
		i = skipSpace(object, i+1)
		end := valueEnd(object, i)
		if end < 0 || !each(name, object[i:end]) {
			return
		}
		i = skipSpace(object, end)
		if i == len(object) || object[i] != ',' {
			return
		}
	}
}

// eachElement calls each for the elements of an array.
func eachElement(array []byte, each func(value []byte)) {
	i := skipSpace(array, 0)
	if i == len(array) || array[i] != '[' {
		return
	}
	for {
		i = skipSpace(array, i+1)
		end := valueEnd(array, i)
		if end < 0 {
			return
		}
		each(array[i:end])
		i = skipSpace(array, end)
		if i == len(array) || array[i] != ',' {
			return
		}
	}
}

// stringText returns what is between the quotes of a JSON string.
func stringText(value []byte) (raw []byte, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return nil, false
	}
	return value[1 : len(value)-1], true
}

func hasEscape(raw []byte) bool { return bytes.IndexByte(raw, '\\') >= 0 }
