/*
 * sync.h: locks and waiting.
 *
 * Lock order (outer first): file -> pager -> device -> memory. docs/design.md says why.
 * A spinlock turns interrupts of this hart off while it is held; nothing blocks and nothing pageable is touched under
 * one (the fault path takes the same locks). spin_lock touches the stack below itself first, so that a
 * program's lazily grown stack never faults while a lock is held: kernel functions use less than STACK_PROBE bytes.
 */
#ifndef KERNEL_SYNC_H
#define KERNEL_SYNC_H

#include "arch/hart.h"
#include "kernel/panic.h"
#include "kernel/types.h"

#define STACK_PROBE 8192

struct spinlock {
    uint32_t held;      /* 1 while held; set by atomic swap with acquire */
    bool irq_were_on;   /* of the holder, restored by spin_unlock */
    struct hart *owner; /* of the holder: catches a lock taken twice */
};
#define SPINLOCK_INIT \
    { \
        0, false, NULL \
    }

/*
 * Waits until *done becomes nonzero. Set it with complete(), from any context. The caller holds no lock.
 * Runs device interrupt handlers while it waits; in fault context as well. Who asks a device and waits turns interrupts off
 * (irq_save) before asking: then the interrupt comes in the wait and nowhere else, and instruction counts repeat.
 */
struct completion {
    uint32_t done;
};

#if defined(__riscv)
#include "kernel/sync_inline.h" /* a fault takes five locks */
#else                           /* the host's tests put their own in place of these */
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
bool completion_try(struct completion *c);
void complete(struct completion *c);
#endif

/* Instructions retired in completion_wait since boot, sleep left out: how many there are depends on when devices answer. */
uint64_t completion_waited_instret(void);
/* A completion did so much of what a fault would have had to do: it counts as work after all. */
void completion_count_work(uint64_t instructions);
void completion_wait(struct completion *c);

#endif
