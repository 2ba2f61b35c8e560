/*
 * trap_frame.h: the registers of interrupted code, as trap.S saves them on the trap stack. x9 and x18 to x27 are filled in for
 * a report only: the handler is C and hands them back as they were.
 */
#ifndef ARCH_RISCV64_TRAP_FRAME_H
#define ARCH_RISCV64_TRAP_FRAME_H

#include "kernel/types.h"

struct trap_frame {
    union {
        uint64_t stval; /* in the place that x0 does not need */
        uint64_t x[32];
    };
    uint64_t sstatus, scause;
    /* The last two words look like the record of a call (psABI frame pointer convention), so that a backtrace
     * walks out of the handler into the interrupted code: its s0, and the pc that it will go on at. */
    uint64_t fp, sepc;
};

enum { REG_RA = 1,
       REG_SP = 2,
       REG_GP = 3,
       REG_TP = 4,
       REG_S0 = 8 };

#endif
