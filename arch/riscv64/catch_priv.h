/* catch_priv.h: how the trap handler lets a fault_catcher in (arch/catch.h). */
#ifndef ARCH_RISCV64_CATCH_PRIV_H
#define ARCH_RISCV64_CATCH_PRIV_H

#include "arch/riscv64/trap_frame.h"

/*
 * trap.c, for a trap that cannot be resolved (why is an enum fault_result or TRAP_*), all registers in the frame. True: the frame says
 * where the thread goes on, in the catcher or behind it. False: *frame and *why are what to report.
 */
bool catch_trap(struct trap_frame *frame, int *why);

#endif
