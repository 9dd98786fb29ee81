package jsonblock

import "golang.org/x/sys/cpu"

// classifyAll classifies whole blocks of a text, as many as both hold, and returns
// how many. It returns 0 where the processor cannot compare 32 bytes at once:
// a byte at a time, blocks would cost more than they save.
func classifyAll(blocks []Block, text []byte) int {
	n := min(len(blocks), len(text)/Size)
	if n == 0 || !cpu.X86.HasAVX2 {
		return 0
	}
	classify(&blocks[0], &text[0], n)
	return n
}

// classify fills n blocks, at least one, of the text.
//
//go:noescape
func classify(blocks *Block, text *byte, n int)
