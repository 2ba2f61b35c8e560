/*
 * catch.S: where a thread goes on that a fault_catcher (arch/catch.h) answers for. catch.c has put a struct caught at sp, with what was
 * interrupted in it; s0 to s11, gp and tp are still the interrupted code's, and calls preserve them. And copies that may fail.
 */
#include "arch/riscv64/offsets.h"
#include "arch/riscv64/preserved.h"

    .text
    .globl catch_start
    .type catch_start, @function
catch_start:
    addi a0, sp, CAUGHT_FLOAT
    call float_save_all
    frcsr t0
    sd t0, CAUGHT_FCSR(sp)
    mv a0, sp
    call catch_ask
    ld t0, CAUGHT_FCSR(sp)
    fscsr t0
    addi a0, sp, CAUGHT_FLOAT
    call float_load_all
/* A trap again, which alone can give every register back: catch.c knows it by its pc. */
    .globl catch_over
catch_over:
    ebreak
    .size catch_start, . - catch_start

/* int copy_or_fail(void *to, const void *from, size_t n, uint64_t *copying): memcpy; 0: it met an access that cannot be resolved. */
    .globl copy_or_fail
    .type copy_or_fail, @function
copy_or_fail:
    addi sp, sp, -COPY_FRAME
    EACH_PRESERVED sd
    sd a3, PRESERVED_BYTES(sp)
    sd sp, 0(a3)
    call memcpy
    li a0, 1
1:  ld a3, PRESERVED_BYTES(sp)
    sd zero, 0(a3)
    EACH_PRESERVED ld
    addi sp, sp, COPY_FRAME
    ret
/* catch.c, of a trap in memcpy: sp is what was in *copying. */
    .globl copy_failed
copy_failed:
    li a0, 0
    j 1b
    .size copy_or_fail, . - copy_or_fail
