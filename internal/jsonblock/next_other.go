//go:build !amd64

package jsonblock

import "bytes"

// Next finds no blocks on this processor: what follows a text goes byte by
// byte.
func (s *State) Next([]Block, []byte, int) (at, n int) { return 0, 0 }

// Index is [bytes.Index].
func Index(text, key []byte) int { return bytes.Index(text, key) }
