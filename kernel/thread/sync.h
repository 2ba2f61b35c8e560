/*
 * sync.h: locks and waiting.
 *
 * Lock order, outer first: file -> mapping_lock (sleeps) -> pager_lock -> device queue -> words to sleep at -> run queues -> memory and
 * timers. A spinlock turns interrupts of this hart off while it is held; nothing blocks and nothing pageable is touched under
 * one (the fault path takes the same locks). spin_lock touches the stack below itself first, so that a
 * program's lazily grown stack never faults while a lock is held: kernel functions use less than STACK_PROBE bytes.
 */
#ifndef KERNEL_THREAD_SYNC_H
#define KERNEL_THREAD_SYNC_H

#include "arch/hart.h"
#include "kernel/panic.h"
#include "kernel/thread/thread.h"
#include "kernel/types.h"

#define STACK_PROBE 8192
#define STACK_DEEP 16384

/*
 * In thread context, before a path that takes locks inside others, and before a wait, in which a hart that idles handles interrupts on the
 * thread's stack: each spin_lock looks STACK_PROBE ahead of where it is, and the inner ones must find that there. A small stack of the
 * program's own making is looked at as far as it goes.
 */
static inline void stack_probe_deep(void)
{
    const volatile char *sp = __builtin_frame_address(0);
    for (long down = (long)PAGE_SIZE; down <= STACK_DEEP; down += (long)PAGE_SIZE)
        stack_touch(sp - down);
}

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
 * Calls call(arg) on this hart as soon as it holds no spinlock, interrupts off; at once if it holds none. For what takes long: a device's
 * doorbell, which QEMU answers before the store to it is done. The same call twice is made once. Interrupts off.
 */
void spin_defer(void (*call)(void *arg), void *arg);

/*
 * One thread waits until another, or an interrupt, says that something is done: complete(), from any context. The waiter holds no
 * lock and gives its hart to another thread; in fault context as well. Who asks a device and waits turns interrupts off (irq_save)
 * before asking: then the interrupt comes in the wait and nowhere else, and the instruction counts of one thread repeat.
 */
struct completion {
    uintptr_t done; /* 0: not yet; 1: done; else the thread that waits. Atomic */
};
#define COMPLETION_DONE ((uintptr_t)1)

#if defined(__riscv)
#include "kernel/thread/sync_inline.h" /* a fault takes five locks */
#else                                  /* the host's tests put their own in place of these */
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
bool spin_is_mine(const struct spinlock *lock); /* held by this hart? Interrupts off */
bool spin_try_lock(struct spinlock *lock);
bool completion_try(struct completion *c);
void complete(struct completion *c);
#endif

void completion_wait(struct completion *c);
/* The same for what may never come: the program may end meanwhile, whatever the thread holds. */
void completion_wait_for_people(struct completion *c);

#endif
