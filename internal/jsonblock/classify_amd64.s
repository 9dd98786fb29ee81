#include "textflag.h"

// Each byte of the register is set to a byte.
#define FILL(byte, x, y) \
	MOVL         $byte, AX; \
	MOVQ         AX, x; \
	VPBROADCASTB x, y

// The 64-bit mask of the bytes of both registers that equal those of y is
// stored at an offset of the block.
#define MASK(y, low, high, offset) \
	VPCMPEQB  y, low, Y4; \
	VPCMPEQB  y, high, Y5; \
	VPMOVMSKB Y4, AX; \
	VPMOVMSKB Y5, BX; \
	SHLQ      $32, BX; \
	ORQ       BX, AX; \
	MOVQ      AX, offset(DI)

// func classify(blocks *Block, text *byte, n int)
TEXT ·classify(SB), NOSPLIT, $0-24
	MOVQ blocks+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ n+16(FP), CX
	FILL(0x22, X8, Y8)   // "
	FILL(0x5c, X9, Y9)   // \
	FILL(0x7b, X10, Y10) // {
	FILL(0x7d, X11, Y11) // }
	FILL(0x20, X12, Y12)

next:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VPOR    Y12, Y0, Y2 // makes { of [ and } of ], and neither of anything else
	VPOR    Y12, Y1, Y3
	MASK(Y8, Y0, Y1, 0)
	MASK(Y9, Y0, Y1, 8)
	MASK(Y10, Y2, Y3, 16)
	MASK(Y11, Y2, Y3, 24)
	ADDQ    $64, SI
	ADDQ    $32, DI
	DECQ    CX
	JNZ     next
	VZEROUPPER
	RET
