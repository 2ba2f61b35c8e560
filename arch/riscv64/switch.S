/*
 * switch.S: from one thread's registers to another's. What a call preserves (psABI) and tp go onto the stack, the rest the
 * compiler has put away already. Offsets: struct context begins with sp.
 */
#include "arch/riscv64/offsets.h"

.macro EACH_PRESERVED op
    \op ra, 0(sp)
    \op s0, 8(sp)
    \op s1, 16(sp)
    \op s2, 24(sp)
    \op s3, 32(sp)
    \op s4, 40(sp)
    \op s5, 48(sp)
    \op s6, 56(sp)
    \op s7, 64(sp)
    \op s8, 72(sp)
    \op s9, 80(sp)
    \op s10, 88(sp)
    \op s11, 96(sp)
    \op tp, 104(sp)
.endm

    .text
/* context_swap(uint64_t *save_sp, const uint64_t *load_sp) */
    .globl context_swap
    .type context_swap, @function
context_swap:
    addi sp, sp, -SWITCH_FRAME
    EACH_PRESERVED sd
    sd sp, 0(a0)
    ld sp, 0(a1)
    EACH_PRESERVED ld
    addi sp, sp, SWITCH_FRAME
    ret
    .size context_swap, . - context_swap

/* fs0 to fs11: what a call preserves of the floating-point registers; each at its number in f[]. */
.macro EACH_PRESERVED_FLOAT op
    \op fs0, 64(a0)
    \op fs1, 72(a0)
    \op fs2, 144(a0)
    \op fs3, 152(a0)
    \op fs4, 160(a0)
    \op fs5, 168(a0)
    \op fs6, 176(a0)
    \op fs7, 184(a0)
    \op fs8, 192(a0)
    \op fs9, 200(a0)
    \op fs10, 208(a0)
    \op fs11, 216(a0)
.endm

.macro EACH_OTHER_FLOAT op
    \op ft0, 0(a0)
    \op ft1, 8(a0)
    \op ft2, 16(a0)
    \op ft3, 24(a0)
    \op ft4, 32(a0)
    \op ft5, 40(a0)
    \op ft6, 48(a0)
    \op ft7, 56(a0)
    \op fa0, 80(a0)
    \op fa1, 88(a0)
    \op fa2, 96(a0)
    \op fa3, 104(a0)
    \op fa4, 112(a0)
    \op fa5, 120(a0)
    \op fa6, 128(a0)
    \op fa7, 136(a0)
    \op ft8, 224(a0)
    \op ft9, 232(a0)
    \op ft10, 240(a0)
    \op ft11, 248(a0)
.endm

/* a0 = f[32]; FS is on */
    .globl float_save_preserved
    .type float_save_preserved, @function
float_save_preserved:
    EACH_PRESERVED_FLOAT fsd
    ret
    .size float_save_preserved, . - float_save_preserved

    .globl float_load_preserved
    .type float_load_preserved, @function
float_load_preserved:
    EACH_PRESERVED_FLOAT fld
    ret
    .size float_load_preserved, . - float_load_preserved

    .globl float_save_all
    .type float_save_all, @function
float_save_all:
    EACH_OTHER_FLOAT fsd
    EACH_PRESERVED_FLOAT fsd
    ret
    .size float_save_all, . - float_save_all

    .globl float_load_all
    .type float_load_all, @function
float_load_all:
    EACH_OTHER_FLOAT fld
    EACH_PRESERVED_FLOAT fld
    ret
    .size float_load_all, . - float_load_all
