/*
 * switch.S: from one thread's registers to another's. What a call preserves (psABI) and tp go onto the stack, the rest the
 * compiler has put away already. Offsets: struct context begins with sp.
 */
#include "arch/riscv64/offsets.h"
#include "arch/riscv64/preserved.h"

.macro EACH_SWITCHED op
    EACH_PRESERVED \op
    \op tp, PRESERVED_BYTES(sp)
.endm

    .text
/* context_swap(uint64_t *save_sp, const uint64_t *load_sp) */
    .globl context_swap
    .type context_swap, @function
context_swap:
    addi sp, sp, -SWITCH_FRAME
    EACH_SWITCHED sd
    sd sp, 0(a0)
    ld sp, 0(a1)
    EACH_SWITCHED ld
    addi sp, sp, SWITCH_FRAME
    ret
    .size context_swap, . - context_swap

/* fs0 to fs11: what a call preserves of the floating-point registers; each at its number in f[]. */
.macro EACH_PRESERVED_FLOAT op
    .irp n, 0, 1
    \op fs\n, 64 + 8 * \n (a0)
    .endr
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    \op fs\n, 128 + 8 * \n (a0)
    .endr
.endm

.macro EACH_OTHER_FLOAT op
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7
    \op ft\n, 8 * \n (a0)
    \op fa\n, 80 + 8 * \n (a0)
    .endr
    .irp n, 8, 9, 10, 11
    \op ft\n, 160 + 8 * \n (a0)
    .endr
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
