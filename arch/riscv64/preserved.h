/* preserved.h, for assembly: ra and s0 to s11, which a call preserves (psABI), on the stack at sp: PRESERVED_BYTES. */
#ifndef ARCH_RISCV64_PRESERVED_H
#define ARCH_RISCV64_PRESERVED_H

#define PRESERVED_BYTES 104

/* clang-format off */
#ifdef __ASSEMBLER__
.macro EACH_PRESERVED op
    \op ra, 0(sp)
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    \op s\n, 8 + 8 * \n (sp)
    .endr
.endm
#endif
/* clang-format on */

#endif
