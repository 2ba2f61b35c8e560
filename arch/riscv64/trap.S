/*
 * trap.S: from interrupted code to handle_trap and back.
 *
 * The kernel and the program share one address space and privilege, so the interrupted sp may be the very thing that is
 * broken: nothing is stored through it. sscratch points at struct hart; the one store before it does so again
 * goes to that structure, which is pinned, so no trap can come while sscratch holds anything else.
 */
#include "arch/riscv64/csr.h"
#include "arch/riscv64/exit_device.h"
#include "arch/riscv64/offsets.h"
#include "arch/riscv64/sampling.inc" /* long: the way in and the way out are read together */

/* Registers that C may change, and gp, which nobody may: saved and restored. */
.macro EACH_CALLER_SAVED op
    \op x1, FRAME_X(1)(sp)
    \op x3, FRAME_X(3)(sp)
    \op x5, FRAME_X(5)(sp)
    \op x6, FRAME_X(6)(sp)
    \op x7, FRAME_X(7)(sp)
    \op x8, FRAME_X(8)(sp) /* s0: the entry code makes it the frame pointer */
    \op x10, FRAME_X(10)(sp)
    \op x11, FRAME_X(11)(sp)
    \op x12, FRAME_X(12)(sp)
    \op x13, FRAME_X(13)(sp)
    \op x14, FRAME_X(14)(sp)
    \op x15, FRAME_X(15)(sp)
    \op x16, FRAME_X(16)(sp)
    \op x17, FRAME_X(17)(sp)
    \op x28, FRAME_X(28)(sp)
    \op x29, FRAME_X(29)(sp)
    \op x30, FRAME_X(30)(sp)
    \op x31, FRAME_X(31)(sp)
.endm

/* Registers that C hands back as it found them: saved only for a report. */
.macro EACH_CALLEE_SAVED op
    \op x9, FRAME_X(9)(sp)
    \op x18, FRAME_X(18)(sp)
    \op x19, FRAME_X(19)(sp)
    \op x20, FRAME_X(20)(sp)
    \op x21, FRAME_X(21)(sp)
    \op x22, FRAME_X(22)(sp)
    \op x23, FRAME_X(23)(sp)
    \op x24, FRAME_X(24)(sp)
    \op x25, FRAME_X(25)(sp)
    \op x26, FRAME_X(26)(sp)
    \op x27, FRAME_X(27)(sp)
.endm

/* With tp = struct hart and sp = end of the new frame: fills the frame, leaves a0..a2 = frame, scause, stval. */
.macro SAVE_FRAME
    addi sp, sp, -FRAME_SIZE
    EACH_CALLER_SAVED sd
    ld t0, HART_ENTRY_SP(tp)
    ld t1, HART_ENTRY_TP(tp)
    sd t0, FRAME_X(2)(sp)
    sd t1, FRAME_X(4)(sp)
    /* FS and VS off: the handler keeps floating-point registers by not touching them, and traps if it does. */
    li t0, SSTATUS_FS | SSTATUS_VS
    csrrc t0, sstatus, t0
    csrr t1, sepc
    csrr a1, scause
    csrr a2, stval
    sd t0, FRAME_SSTATUS(sp)
    sd a1, FRAME_SCAUSE(sp)
    sd a2, FRAME_STVAL(sp)
    sd s0, FRAME_FP(sp)
    sd t1, FRAME_SEPC(sp)
    mv a0, sp
    addi s0, sp, FRAME_SIZE
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
.endm

    .section .text.trap, "ax"
    .balign 4 /* stvec: direct mode */
    .globl trap_entry
    .type trap_entry, @function
trap_entry:
    /* tp = struct hart; the old tp and sp go there, and sscratch is whole again. */
    csrrw tp, sscratch, tp
    sd sp, HART_ENTRY_SP(tp)
    csrrw sp, sscratch, tp
    sd sp, HART_ENTRY_TP(tp)
    SAMPLE_IF_TIMER
    /* Already inside a trap on this hart? Then the trap stack is in use, and perhaps what failed. */
    ld sp, HART_DEPTH(tp)
    bnez sp, nested
    li sp, DEPTH_TRAP
    sd sp, HART_DEPTH(tp)
    ld sp, HART_TRAP_SP(tp)
    SAVE_FRAME
    LET_SAMPLER_IN
    call handle_trap
    bnez a0, unresolved

    /* sscratch, not tp, says which hart this is now: the thread may have moved while it waited. */
    .globl trap_return
trap_return:
    KEEP_SAMPLER_OUT
    csrr t2, sscratch
    sd zero, HART_DEPTH(t2)
resume:
    ld t0, FRAME_SSTATUS(sp)
    ld t1, FRAME_SEPC(sp)
    RESTORE_IRQ
    csrw sstatus, t0 /* SIE is clear in it: hardware moved it to SPIE */
    csrw sepc, t1
    ld tp, FRAME_X(4)(sp)
    EACH_CALLER_SAVED ld
    ld sp, FRAME_X(2)(sp)
    sret
    SAMPLE
    .size trap_entry, . - trap_entry

/* handle_trap says why the interrupted code cannot go on: now the registers that C kept belong into the frame. */
unresolved:
    EACH_CALLEE_SAVED sd
    mv a1, a0
    mv a0, sp
    call end_trap
    j trap_return

/* A trap inside the trap handler: the first is reported on its own stack, one more inside the report ends the machine. */
    .type nested, @function
nested:
    addi sp, sp, 1
    sd sp, HART_DEPTH(tp)
    addi sp, sp, -DEPTH_DOUBLE
    bnez sp, hopeless
    ld sp, HART_DOUBLE_FAULT_SP(tp)
    SAVE_FRAME
    EACH_CALLEE_SAVED sd
    li a1, TRAP_NESTED
    call report_trap
/* The report itself trapped, so nothing in memory is to be trusted, stacks least of all. */
hopeless:
    ld t0, HART_DEPTH(tp)
    addi t0, t0, -(DEPTH_DOUBLE + 1)
    la t1, exit_device
    ld t1, 0(t1)
    bnez t0, 1f /* not even the exit device can be written */
    beqz t1, 1f /* or it is not known yet */
    li t0, EXIT_DEVICE_FAIL(EXIT_REPORTED)
    sw t0, 0(t1)
    j 2f
1:  li a0, SBI_SRST_SHUTDOWN
    li a1, SBI_SRST_SYSTEM_FAILURE
    li a6, SBI_SRST_RESET
    li a7, SBI_EXT_SRST
    ecall
2:  wfi
    j 2b
    .size nested, . - nested
