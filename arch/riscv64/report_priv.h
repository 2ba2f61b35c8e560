/* report_priv.h: the report of a trap. */
#ifndef ARCH_RISCV64_REPORT_PRIV_H
#define ARCH_RISCV64_REPORT_PRIV_H

#include "arch/riscv64/trap_frame.h"

/* trap.S and trap.c: why is an enum fault_result or TRAP_*. The machine ends with EXIT_REPORTED. */
_Noreturn void report_trap(const struct trap_frame *frame, int why);
/* Does another hart report the end? Then this one has no more to say, and waits for it. Interrupts are off. */
bool report_is_elsewhere(void);
_Noreturn void report_wait_for_end(void);

#endif
