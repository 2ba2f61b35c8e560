/*
 * pt_fence.h: fences, for what changes PTEs (pt.c) and for harts that have put one off (hart.c). The rule stands in arch/pt.h. Interrupts
 * off, but for fence_all_harts.
 */
#ifndef ARCH_RISCV64_PT_FENCE_H
#define ARCH_RISCV64_PT_FENCE_H

#include "arch/pt.h"
#include "arch/riscv64/hart_state.h"

/* Up to so many pages are fenced one by one; more are cheaper as a whole. */
#define TLB_FENCE_ALL 4

/* The last ticket that pt_unmap_later, or a fence of all harts, has taken; atomic. */
extern pt_ticket pt_last_ticket;

static inline void count_local_fence(void)
{
    __atomic_fetch_add(&this_hart()->fences_local, 1, __ATOMIC_RELAXED);
}

/* An atomic maximum: tickets that several harts note never go back. */
static inline void raise_ticket(pt_ticket *noted, pt_ticket ticket)
{
    pt_ticket was = __atomic_load_n(noted, __ATOMIC_RELAXED);

    while (was < ticket && !__atomic_compare_exchange_n(noted, &was, ticket, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
}

/* Who sees a ticket sees the entries that were cleared before it. */
static inline void fence_all_local(void)
{
    pt_ticket seen = __atomic_load_n(&pt_last_ticket, __ATOMIC_ACQUIRE);

    count_local_fence();
    sfence_address_space();
    raise_ticket(&this_hart()->fenced, seen); /* the firmware may have fenced for this hart meanwhile, and more been noted */
}

/* This hart's, for n pages, whose addresses are at va[0] and so on. */
void fence_local(const vaddr_t *va, size_t n);
/* note_shown of a hart that may keep invalid entries. */
void fence_shown(vaddr_t va, size_t n);
/* The n pages from va on are valid, and demanded here: fenced if this hart keeps invalid entries, as far as is known. */
static inline void note_shown(vaddr_t va, size_t n)
{
    struct hart *me = this_hart();

    if (__builtin_expect(me->shown_again != 0, 0))
        fence_shown(va, n);
    else
        me->shown = va;
}

/* Every hart's, before it returns; n over TLB_FENCE_ALL: all of the address space, and nobody looks at va. */
void fence_all_harts(const vaddr_t *va, size_t n);
/* This hart's, of all of the address space; the other harts follow with their next interrupt or pt_catch_up. */
void fence_soon(void);

#endif
