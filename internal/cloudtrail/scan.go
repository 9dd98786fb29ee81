package cloudtrail

import (
	"bytes"

	"github.com/pugmark/pugmark/internal/jsonblock"
)

// scan follows the structure of one JSON value: quotes and brackets, nothing
// else. It can stop at any byte and go on when more is there, and it does not
// mind what kind of bracket closes another: what is between them is judged by
// who reads the fields.
type scan struct {
	jsonblock.Cursor

	// notes, if not nil, takes the keys of the outermost object: its strings
	// before a colon.
	notes     *notes
	naming    bool // a colon would make the last string a key
	valueNext bool // a value follows the key at hand
	key       key
	str, end  int  // the last string of the outermost object
	declined  bool // the array at Pos is a value like any other
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
		if s.Close(t, 0) {
			return complete
		}
		return needMore
	}
	for s.Pos < len(t) {
		if s.Depth > 1 {
			if !s.Close(t, 1) {
				return needMore
			}
			continue
		}
		if s.InString {
			end, ok := jsonblock.StringEnd(t, s.Pos)
			s.Pos = end
			if !ok {
				return needMore
			}
			s.end, s.InString = end, false
			s.Pos++
			continue
		}
		switch c := t[s.Pos]; c {
		case ' ', '\t', '\n', '\r':
		case '\\':
			if s.Pos+1 == len(t) {
				return needMore
			}
			s.naming = false
			s.Pos++
		case ':':
			if s.naming {
				s.key = s.notes.see(t[s.str:s.end], s.Pos+1)
			}
			s.naming, s.valueNext = false, true
		case ',':
			s.naming, s.valueNext = false, false
		case '}', ']':
			s.naming = false
			s.Depth--
			if s.Depth <= 0 {
				s.Pos++
				return complete
			}
		default:
			if s.valueNext && c == '[' && s.key.holdsRecords() && !s.declined {
				return atArray
			}
			s.naming, s.valueNext, s.declined = false, false, false
			switch c {
			case '"':
				s.InString, s.str, s.naming = true, s.Pos+1, s.Depth == 1
			case '{', '[':
				s.Depth++
			}
		}
		s.Pos++
	}
	return needMore
}

// keepFrom returns the first byte that is needed to go on.
func (s *scan) keepFrom() int {
	if s.naming {
		return s.str
	}
	return s.Pos
}

// shift tells that the first n bytes are gone.
func (s *scan) shift(n int) {
	s.Pos -= n
	s.str -= n
	s.end -= n
}

// valueEnd returns the end of the JSON value that begins at i, or -1 if there
// is none or it does not end.
func valueEnd(t []byte, i int) int {
	switch {
	case i >= len(t):
		return -1
	case t[i] == '"':
		end, ok := jsonblock.StringEnd(t, i+1)
		if !ok {
			return -1
		}
		return end + 1
	case t[i] == '{' || t[i] == '[':
		c := jsonblock.Cursor{Pos: i}
		if !c.Close(t, 0) {
			return -1
		}
		return c.Pos
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
		keyEnd, ok := jsonblock.StringEnd(object, i+1)
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
