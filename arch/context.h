/*
 * context.h: what a thread leaves behind when its hart runs another one.
 *
 * A thread switches in thread context, by a call, or inside a trap, where its registers stand in the frame on its own trap
 * stack. Integer registers that a call preserves go onto the stack it is on; floating-point registers here, and only
 * if they were written since they were last loaded (sstatus.FS).
 */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include "kernel/types.h"

struct context {
    uint64_t sp;      /* where the preserved registers stand */
    uint64_t trap_sp; /* top of the stack for its traps, which is always resident */
    uint64_t depth;   /* traps that it is inside of: 0 or 1 */
    uint64_t fs;      /* sstatus.FS; inside a trap it is off, and the interrupted code's is in the frame */
    uint64_t f[32];
    uint64_t fcsr;
};

/* Makes a context that begins with start(), on its trap stack, interrupts off, as if context_switch had just returned. */
void context_init(struct context *c, vaddr_t trap_sp, void (*start)(void));

/*
 * Leaves `from`, which is running here, for `to`; returns when somebody switches to `from` again, perhaps on another hart.
 * Interrupts off. What this hart knows of the thread that traps (trap stack, depth) changes with it.
 */
void context_switch(struct context *from, struct context *to);

/* Runs entry on this stack with this thread pointer and interrupts on; what was on the stack before is forgotten. */
_Noreturn void context_enter(void (*entry)(void), vaddr_t sp, void *tp);

#endif
