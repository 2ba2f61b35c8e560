/*
 * offsets.h: layout constants that assembly and C share. trap.c and hart.c hold the static_asserts that keep
 * them equal to the C structures.
 */
#ifndef ARCH_RISCV64_OFFSETS_H
#define ARCH_RISCV64_OFFSETS_H

/* struct hart (hart_state.h) */
#define HART_TRAP_SP 0
#define HART_DEPTH 8
#define HART_ENTRY_SP 16
#define HART_ENTRY_TP 24
#define HART_DOUBLE_FAULT_SP 32
#define HART_BOOT_SP 40
#define HART_INDEX 48
#define HART_ID 56
#define HART_LOCKS 64
#define HART_FENCED 88
#define HART_SLEPT 128
#define HART_SAMPLE_SP 160
#define HART_SIZE 256

/* struct trap_frame (trap_frame.h) */
#define FRAME_STVAL 0
#define FRAME_X(n) (8 * (n))
#define FRAME_SSTATUS 256
#define FRAME_SCAUSE 264
#define FRAME_FP 272
#define FRAME_SEPC 280
#define FRAME_SIZE 288

/* struct caught (catch.c) */
#define CAUGHT_FLOAT 288
#define CAUGHT_FCSR 544

/* On the stack of copy_or_fail (catch.S): preserved.h's, and its fourth argument. */
#define COPY_FRAME 112

/* What context_swap leaves on the stack (switch.S): ra, s0 to s11, tp. */
#define SWITCH_FRAME 112

/* hart.depth */
#define DEPTH_THREAD 0 /* running threads, or boot */
#define DEPTH_TRAP 1   /* in the trap handler */
#define DEPTH_DOUBLE 2 /* a trap came inside the trap handler: reporting it */

/* Why handle_trap gives up, beside enum fault_result (kernel/pager/pager.h) */
#define TRAP_UNEXPECTED 100
#define TRAP_INTERRUPTS_OFF 101
#define TRAP_NESTED 102

/* Sizes of the stacks of each hart. A fault uses at most STACK_PROBE (kernel/thread/sync.h) for its batch, as much for an
 * interrupt handler while it waits, and spin_lock looks that far ahead. */
#define TRAP_STACK_SIZE 32768
#define DOUBLE_FAULT_STACK_SIZE 16384
#define BOOT_STACK_SIZE 32768
/* The three above, each with a guard page below it (struct hart_stacks). */
#define HART_STACKS_SIZE \
    (3 * 4096 + TRAP_STACK_SIZE + DOUBLE_FAULT_STACK_SIZE + BOOT_STACK_SIZE)

/* Exit status of the machine after a report (arch/report.h). */
#define EXIT_REPORTED 134

#endif
