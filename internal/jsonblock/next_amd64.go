package jsonblock

import "golang.org/x/sys/cpu"

var hasBlocks = cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasPOPCNT

// Next goes over the whole blocks of a text to the next one in which Depth
// could fall to floor. It returns where that begins and how many blocks it has
// set from that one on; Depth is then that before the first of them, and the
// caller's to bring up to date. Where n is 0 there is no such block, and at is
// behind the last whole one.
//
// Where the processor cannot compare many bytes at once there are no blocks:
// following a text byte by byte, they would cost more than they save.
func (s *State) Next(blocks []Block, text []byte, floor int) (at, n int) {
	count := len(text) / Size
	if count == 0 || !hasBlocks {
		return 0, 0
	}
	return next(s, &text[0], count, floor, &blocks[0], len(blocks))
}

// next goes over the blocks of a text, at least one, and sets at most so many.
//
//go:noescape
func next(s *State, text *byte, count, floor int, blocks *Block, most int) (at, n int)
