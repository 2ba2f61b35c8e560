/*
 * hart_state.h: what each hart keeps for itself. Pinned in the image; sscratch of the hart points at it at all times.
 * Written by its own hart only, with interrupts off, except where a field says more.
 */
#ifndef ARCH_RISCV64_HART_STATE_H
#define ARCH_RISCV64_HART_STATE_H

#include "arch/hart.h"
#include "arch/irq.h"
#include "arch/riscv64/csr.h"
#include "arch/riscv64/offsets.h"

struct hart {
    uint64_t trap_sp;  /* top of the stack that the next trap uses; a scheduler may point it elsewhere */
    uint64_t depth;    /* DEPTH_*: traps that this hart is inside of */
    uint64_t entry_sp; /* sp and tp of interrupted code, until the frame has them (trap.S) */
    uint64_t entry_tp;
    uint64_t double_fault_sp; /* top of the stack for the report of a trap inside the handler */
    uint64_t boot_sp;         /* top of the stack on which this hart starts */
    uint32_t index;           /* place in harts[]; the boot hart is 0 */
    uint32_t plic_context;    /* S-mode context of this hart at the PLIC */
    uint64_t id;              /* SBI hart id */
    uint32_t locks;           /* kernel/thread/sync.h: spinlocks held, and what waits for the last of them to go */
    bool has_plic_context;
    bool online;
    uint32_t lazy;              /* LAZY_*: may fences be put off? atomic */
    uint64_t walk;              /* the leaf table that this hart used last (pt.c) */
    uint64_t fenced;            /* everything that was unmapped up to this ticket is out of this hart's TLB (pt_fence.c); atomic */
    uint64_t fences_local;      /* atomic: a thread may move to another hart between two instructions */
    uint64_t fences_remote;     /* atomic */
    uint64_t ipis;              /* sent from here; atomic, like the fences */
    uint64_t ipis_by_firmware;  /* ... of these; atomic */
    uint64_t slept_instret;     /* of the instret CSR: what passed while this hart slept or took interrupts */
    uint64_t timer_deadline;    /* ticks of the time CSR */
    irq_handler *timer_handler; /* NULL: no timer is set */
    void *timer_arg;
    uint64_t sample_sp; /* the sampler's: top of its stack, and ticks of the next moment; 0: none (sampling.c) */
    uint64_t sample_deadline;
    vaddr_t shown;        /* the page that was demanded here last; 0: it has faulted again (pt_fence.c) */
    uint32_t shown_again; /* ... as so many did in a row */
} __attribute__((aligned(HART_SIZE)));

/* hart.lazy: the hart idles, or waits for another; a fence was put off meanwhile, and is due as soon as it goes on. */
#define LAZY_ON 1u
#define LAZY_STALE 2u

extern struct hart harts[MAX_HARTS];
extern uint32_t hart_online_count;

/* The stacks of one hart, each above an unmapped guard page. */
struct hart_stacks {
    uint8_t trap_guard[PAGE_SIZE];
    uint8_t trap[TRAP_STACK_SIZE];
    uint8_t double_fault_guard[PAGE_SIZE];
    uint8_t double_fault[DOUBLE_FAULT_STACK_SIZE];
    uint8_t boot_guard[PAGE_SIZE];
    uint8_t boot[BOOT_STACK_SIZE];
};
extern struct hart_stacks hart_stacks[MAX_HARTS];

/* Boot: gives every further hart of the device tree its structure; none of them runs yet. */
void hart_add(uint64_t id);
struct hart *hart_by_id(uint64_t id); /* NULL: not in the device tree */
/* Boot hart, once, before anything enables an interrupt. */
void hart_measure_interrupts(void);

/* From the trap handler: handles the interrupt, and keeps that out of hart_instret. */
void hart_take_interrupt(uint64_t number);
/* An interrupt's handler ends, which began at this instret: none of it counts as the interrupted code's. */
void hart_discount(uint64_t since);

#endif
