#include "textflag.h"

// func indexPair(text *byte, n, distance int, first, last byte) int
//
// SI the places of first, DI those of last, AX the place at hand, CX how many
// there are, at least 32. At the end places are looked at twice.
TEXT ·indexPair(SB), NOSPLIT, $0-40
	MOVQ         text+0(FP), SI
	MOVQ         n+8(FP), CX
	MOVQ         distance+16(FP), DI
	VPBROADCASTB first+24(FP), Y0
	VPBROADCASTB last+25(FP), Y1
	ADDQ         SI, DI
	SUBQ         $32, CX
	XORQ         AX, AX

next:
	VPCMPEQB  (SI)(AX*1), Y0, Y2
	VPCMPEQB  (DI)(AX*1), Y1, Y3
	VPAND     Y2, Y3, Y2
	VPMOVMSKB Y2, BX
	TESTL     BX, BX
	JNZ       found
	CMPQ      AX, CX
	JGE       none
	ADDQ      $32, AX
	CMPQ      AX, CX
	JLE       next
	MOVQ      CX, AX
	JMP       next

found:
	BSFL BX, BX
	ADDQ BX, AX
	MOVQ AX, ret+32(FP)
	VZEROUPPER
	RET

none:
	MOVQ $-1, ret+32(FP)
	VZEROUPPER
	RET
