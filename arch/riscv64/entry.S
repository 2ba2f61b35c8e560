/*
 * entry.S: the first instructions, on whichever hart the firmware chose.
 * In: a0 = hart id, a1 = physical address of the device tree; satp = 0, interrupts off (SBI 1.0, OpenSBI's payload
 * convention). The other harts are stopped and wait for HSM.
 */
#include "arch/riscv64/csr.h"
#include "arch/riscv64/offsets.h"

    .section .text.entry, "ax"
    .globl _start
    .type _start, @function
_start:
    /* s1 = where the count of boot instructions begins; s2 and s3 = the arguments. */
    rdinstret s1
    csrw sie, zero
    csrw satp, zero
    mv s2, a0
    mv s3, a1

    /* Only one hart boots; see late. */
    la t0, boot_hart_chosen
    li t1, 1
    amoswap.w.aq t1, t1, (t0)
    bnez t1, late

    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop

    /* Clear .bss, 64 bytes per turn: both ends are aligned to that by bower.ld. Stacks are not part of it. */
    la t0, __bss_start
    la t1, __bss_end
    bgeu t0, t1, 2f
1:  sd zero, 0(t0)
    sd zero, 8(t0)
    sd zero, 16(t0)
    sd zero, 24(t0)
    sd zero, 32(t0)
    sd zero, 40(t0)
    sd zero, 48(t0)
    sd zero, 56(t0)
    addi t0, t0, 64
    bltu t0, t1, 1b
2:
    la t0, boot_instret_start
    sd s1, 0(t0)

    /*
     * The boot hart's own stack; a frame pointer of 0 ends every backtrace. At its top the idle thread, which has the stack once boot is
     * over, gets its first context while boot still runs on it (sched_leave_boot_stack).
     */
    la sp, hart_stacks
    li t0, HART_STACKS_SIZE - SWITCH_FRAME
    add sp, sp, t0
    li tp, 0
    li s0, 0
    mv a0, s2
    mv a1, s3
    call arch_start
    .size _start, . - _start

/*
 * OpenSBI 1.1 marks a hart as to be started before it notes where, so that one which looks just then comes here instead of to
 * hart_entry, with the arguments of boot. By then its struct hart is ready: find it by its id, and go on as if nothing had happened.
 */
    .type late, @function
late:
    la t0, run_hart
1:  ld t1, 0(t0)
    beqz t1, 1b
    fence r, rw
    la a1, harts
2:  ld t0, HART_ID(a1)
    beq t0, a0, hart_entry
    addi a1, a1, HART_SIZE
    j 2b
    .size late, . - late

    .section .data
    .balign 4
boot_hart_chosen:
    .word 0

    .section .text.entry, "ax"
/*
 * Where SBI's HSM starts every further hart (SBI 1.0 ch. 9.1): a0 = hart id, a1 = its struct hart, satp = 0, interrupts off. Physical
 * and virtual addresses are the same here.
 */
    .globl hart_entry
    .type hart_entry, @function
hart_entry:
    csrw sie, zero
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    ld sp, HART_BOOT_SP(a1)
    li tp, 0
    li s0, 0
    mv a0, a1
    call hart_start_here
    .size hart_entry, . - hart_entry
