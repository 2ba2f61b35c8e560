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
#include "arch/riscv64/sampling.inc"

/* Registers that C may change, and gp, which nobody may: saved and restored. s0 among them: the entry code makes it the frame pointer. */
.macro EACH_CALLER_SAVED op
    .irp n, 1, 3, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
    \op x\n, FRAME_X(\n)(sp)
    .endr
.endm

/* Registers that C hands back as it found them: saved only for a report, or a catcher (catch.S), and never loaded. */
.macro EACH_CALLEE_SAVED op
    .irp n, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    \op x\n, FRAME_X(\n)(sp)
    .endr
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
