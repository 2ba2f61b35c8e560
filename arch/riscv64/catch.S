/*
 * catch.S: where a thread goes on that a fault_catcher (arch/catch.h) answers for. catch.c has put a struct caught at sp, with what was
 * interrupted in it; s0 to s11, gp and tp are still the interrupted code's, and calls preserve them.
 */
#include "arch/riscv64/offsets.h"

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
