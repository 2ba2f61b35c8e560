/* pt_inline.h: what of arch/pt.h costs a few instructions. Include arch/pt.h, which says what it does. */
#ifndef ARCH_RISCV64_PT_INLINE_H
#define ARCH_RISCV64_PT_INLINE_H

#include "arch/riscv64/hart_inline.h"

/* The last ticket that pt_want_left was called for, and one that every hart was found to have fenced for; atomic. */
extern uint64_t pt_wanted_ticket, pt_fenced_ticket;

/* Most calls end before the look at this hart: programs ask often, and to read a CSR is what an emulator does slowly. */
static inline bool pt_is_behind(void)
{
    if (__atomic_load_n(&pt_wanted_ticket, __ATOMIC_RELAXED) <= __atomic_load_n(&pt_fenced_ticket, __ATOMIC_RELAXED))
        return false;
    const uint64_t *fenced = (const uint64_t *)((const char *)this_hart() + HART_FENCED);
    return __atomic_load_n(fenced, __ATOMIC_RELAXED) < __atomic_load_n(&pt_wanted_ticket, __ATOMIC_RELAXED);
}

#endif
