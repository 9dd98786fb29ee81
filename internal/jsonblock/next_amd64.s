#include "textflag.h"

// Each byte of the register is set to a byte.
#define FILL(byte, x, y) \
	MOVL         $byte, AX; \
	MOVQ         AX, x; \
	VPBROADCASTB x, y

// The mask of the bytes of both registers that equal those of y; high is
// overwritten.
#define MASK(y, bytes, morebytes, mask, high) \
	VPCMPEQB  y, bytes, Y4; \
	VPCMPEQB  y, morebytes, Y5; \
	VPMOVMSKB Y4, mask; \
	VPMOVMSKB Y5, high; \
	SHLQ      $32, high; \
	ORQ       high, mask

// func next(s *State, text *byte, count int, floor int, blocks *Block, most int) (at, n int)
//
// SI text, CX the blocks of it left, R8 s.Depth, R9 s.inside, R10 s.escaped,
// R11 where the next block is stored, R12 s.backslashes, R15 how many blocks may
// be stored. Of a block: AX quotes, DX opens, DI closes, R14 bytes that a
// backslash takes.
TEXT ·next(SB), NOSPLIT, $0-64
	FILL(0x22, X8, Y8)   // "
	FILL(0x5c, X9, Y9)   // \
	FILL(0x7b, X10, Y10) // {
	FILL(0x7d, X11, Y11) // }
	FILL(0x20, X12, Y12)
	VPCMPEQD X13, X13, X13
	MOVQ     $0xaaaaaaaaaaaaaaaa, R13
	MOVQ     s+0(FP), DI
	MOVQ     text+8(FP), SI
	MOVQ     count+16(FP), CX
	MOVQ     blocks+32(FP), R11
	MOVQ     most+40(FP), R15
	MOVQ     0(DI), R8
	MOVQ     8(DI), R9
	MOVQ     16(DI), R10
	MOVQ     24(DI), R12

block:
	TESTQ   CX, CX
	JZ      done
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	MASK(Y8, Y0, Y1, AX, BX)
	MASK(Y9, Y0, Y1, DX, BX)
	ORQ     DX, R12
	XORQ    R14, R14
	MOVQ    DX, BX
	ORQ     R10, BX
	JZ      strings

	// A run of backslashes takes every other byte from its second on. Adding
	// at the even and odd places of its beginning tells which: subtracting the
	// run from its shifted self carries to its end.
	MOVQ R10, DI
	NOTQ DI
	ANDQ DX, DI
	LEAQ (DI)(DI*1), BX
	ORQ  R13, BX
	SUBQ DI, BX
	XORQ R13, BX
	MOVQ DX, R14
	ORQ  R10, R14
	XORQ BX, R14
	ANDQ DX, BX
	SHRQ $63, BX
	MOVQ BX, R10
	MOVQ R14, BX
	NOTQ BX
	ANDQ BX, AX

strings:
	// The exclusive or of all quotes up to a byte is 1 inside of strings.
	MOVQ       AX, X4
	VPCLMULQDQ $0, X13, X4, X4
	MOVQ       X4, BX
	XORQ       R9, BX
	MOVQ       BX, R9
	SARQ       $63, R9
	ORQ        R14, BX
	NOTQ       BX

	VPOR Y12, Y0, Y2 // makes { of [ and } of ], and neither of anything else
	VPOR Y12, Y1, Y3
	MASK(Y10, Y2, Y3, DX, R14)
	MASK(Y11, Y2, Y3, DI, R14)
	ANDQ BX, DX
	ANDQ BX, DI

	// Behind the first block that is stored, all are.
	CMPQ R15, most+40(FP)
	JNE  store

	POPCNTQ DI, R14
	MOVQ    R8, BX
	SUBQ    R14, BX
	CMPQ    BX, floor+24(FP)
	JLE     first
	POPCNTQ DX, DX
	ADDQ    DX, BX
	MOVQ    BX, R8
	ADDQ    $64, SI
	DECQ    CX
	JMP     block

first:
	MOVQ SI, BX
	SUBQ text+8(FP), BX
	MOVQ BX, at+48(FP)

store:
	MOVQ AX, 0(R11)
	MOVQ DX, 8(R11)
	MOVQ DI, 16(R11)
	ADDQ $24, R11
	ADDQ $64, SI
	DECQ CX
	DECQ R15
	JNZ  block

done:
	MOVQ s+0(FP), DI
	MOVQ R8, 0(DI)
	MOVQ R9, 8(DI)
	MOVQ R10, 16(DI)
	MOVQ R12, 24(DI)
	MOVQ most+40(FP), BX
	SUBQ R15, BX
	MOVQ BX, n+56(FP)
	JNZ  return
	SUBQ text+8(FP), SI
	MOVQ SI, at+48(FP)

return:
	VZEROUPPER
	RET
