/* report_priv.h: reports of traps. None of them returns: the machine ends with EXIT_REPORTED. */
#ifndef ARCH_RISCV64_REPORT_PRIV_H
#define ARCH_RISCV64_REPORT_PRIV_H

#include "arch/riscv64/trap_frame.h"
#include "kernel/pager.h"

_Noreturn void report_trap(const struct trap_frame *frame, const char *what);
_Noreturn void report_fault(const struct trap_frame *frame, enum fault_result result);

#endif
