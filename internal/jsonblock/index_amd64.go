package jsonblock

import "bytes"

// Index is [bytes.Index] for a key, or the end of one with its quote: where the
// first byte alone is frequent, it stops only where the last one fits as well.
func Index(text, key []byte) int {
	places, last := len(text)-len(key)+1, len(key)-1
	if places < 32 || last < 1 || !hasBlocks {
		return bytes.Index(text, key)
	}
	for from := 0; ; {
		i := indexPair(&text[from], places-from, last, key[0], key[last])
		if i < 0 {
			return -1
		}
		if from += i; string(text[from:from+len(key)]) == string(key) {
			return from
		}
		if from++; places-from < 32 {
			if i := bytes.Index(text[from:], key); i >= 0 {
				return from + i
			}
			return -1
		}
	}
}

// indexPair returns the first of n places, at least 32, where the text has a
// byte and at a distance behind it another one, or -1.
//
//go:noescape
func indexPair(text *byte, n, distance int, first, last byte) int
